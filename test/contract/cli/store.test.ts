/** `audit` and `inbox` look into the store of a service; what is not there is told, and not made. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteInbox } from '#inbox/sqlite-inbox.ts';
import { cli } from '#test/support/cli.ts';
import { findPostgres, startPostgres } from '#test/support/postgres.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'procession-store-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const COMMANDS = ['audit', 'inbox list', 'inbox show 1', 'inbox replay 1', 'inbox drop 1'];

describe('a store that is not there', () => {
  it.each(COMMANDS)('is told by %s, and nothing is made', async (command) => {
    const args = command.split(' ');
    const { code, stdout, stderr } = await cli(args, {
      cwd: folder,
      env: { PROCESSION_DATA: join(folder, 'dta') },
    });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(
      `${join('dta', 'procession.db')}: there is no such file, so there are no deliveries and no audit log here`,
    );
    expect(stderr).toContain('PROCESSION_DATA');
    expect(await readdir(folder)).toEqual([]);
  });

  it('is read where it is', async () => {
    await (await openSqliteInbox({ folder: join(folder, 'data') })).close();

    for (const args of [['audit'], ['inbox', 'list']]) {
      const { code } = await cli(args, { cwd: folder, env: { PROCESSION_DATA: join(folder, 'data') } });
      expect(code).toBe(0);
    }
    expect(existsSync(join(folder, 'data/procession.db'))).toBe(true);
  });

  const bin = findPostgres();
  it.skipIf(bin === null)('is told and not made in PostgreSQL either', async () => {
    const postgres = await startPostgres(bin ?? '');
    try {
      const { code, stderr } = await cli(['inbox', 'list'], {
        cwd: folder,
        env: { DATABASE_URL: postgres.url },
      });

      expect(code).toBe(2);
      expect(stderr).toContain('DATABASE_URL: there are no tables of Procession in this database');
      expect(await postgres.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'procession'")).toBe('0');
    } finally {
      await postgres.stop();
    }
  });
});

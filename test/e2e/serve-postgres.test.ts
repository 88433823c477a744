/** The commands with `DATABASE_URL`: the store is chosen by the environment alone. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgresInbox } from '#inbox/postgres-inbox.ts';
import { BUILT_ENV, MAIN } from '#test/support/built.ts';
import { findPostgres, startPostgres, type TestPostgres } from '#test/support/postgres.ts';
import { aDelivery } from '#test/support/service.ts';

const run = promisify(execFile);
const bin = findPostgres();
let postgres: TestPostgres;

beforeAll(async () => {
  if (bin !== null) postgres = await startPostgres(bin);
});

afterAll(async () => {
  await postgres?.stop();
});

async function procession(
  url: string,
  ...args: readonly string[]
): Promise<{ code: number; output: string }> {
  try {
    const { stdout, stderr } = await run(process.execPath, [MAIN, ...args], {
      env: { ...BUILT_ENV, DATABASE_URL: url },
    });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

describe.skipIf(bin === null)('with DATABASE_URL', () => {
  it('procession inbox shows what PostgreSQL holds', async () => {
    const store = await openPostgresInbox({ databaseUrl: postgres.url });
    await store.put(aDelivery());
    await store.close();

    const { code, output } = await procession(postgres.url, 'inbox', 'list');

    expect(code).toBe(0);
    expect(output).toContain('gitlab wake  SOW-1042  waiting');
  });

  it('says that the database cannot be reached, with exit code 75 or 2, and never its password', async () => {
    const { code, output } = await procession(
      'postgres://procession:canary@127.0.0.1:1/postgres',
      'inbox',
      'list',
    );

    expect([2, 75]).toContain(code);
    expect(output).not.toContain('canary');
    expect(output.length).toBeGreaterThan(20);
  });
});

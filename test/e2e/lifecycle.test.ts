/** docs/lifecycle.md, as operators follow it: its commands, run in a shell against the sandbox and real databases. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgresInbox } from '#inbox/postgres-inbox.ts';
import { openSqliteInbox } from '#inbox/sqlite-inbox.ts';
import type { Store } from '#ports/store.ts';
import { CHILD_ENV } from '#test/support/child-env.ts';
import { cli } from '#test/support/cli.ts';
import { startWorldOnPort, type TestWorld } from '#test/support/gitlab-world.ts';
import { findPostgres, startPostgres } from '#test/support/postgres.ts';
import { recipe } from '#test/support/recipes.ts';
import { addSigningHook } from '#test/support/sandbox-records.ts';
import { aDelivery } from '#test/support/service.ts';

const root = join(import.meta.dirname, '../..');
const PAGE = 'docs/lifecycle.md';
const run = promisify(execFile);
const hasTools = ['sqlite3', 'pg_dump', 'psql', 'curl', 'jq'].every((tool) =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, tool))),
);

let world: TestWorld;
let folder: string;

beforeAll(async () => {
  world = await startWorldOnPort();
  folder = await mkdtemp(join(tmpdir(), 'procession-lifecycle-'));
  await mkdir(join(folder, 'backup'));
  await mkdir(join(folder, 'data'));
});

afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

async function sh(needle: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const script = await block(needle);
  await run('bash', ['-eu', '-o', 'pipefail', '-c', script], {
    cwd: folder,
    env: {
      ...CHILD_ENV,
      PROCESSION_DATA: join(folder, 'data'),
      BACKUP: join(folder, 'backup'),
      GITLAB_URL: world.url,
      GITLAB_TOKEN: world.seed.ada.token,
      PROJECT_ID: String(world.seed.project.id),
      GROUP_ID: String(world.seed.group.id),
      ...env,
    },
  });
}

/** Also one that is indented below a list. */
async function block(needle: string): Promise<string> {
  const text = (await readFile(join(root, PAGE), 'utf8')).replaceAll(/^ {3}/gm, '');
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, script = '']) => script);
  const found = blocks.find((script) => script.includes(needle));
  if (found === undefined) throw new Error(`${PAGE} has no block with "${needle}"`);
  return found;
}

/** What waits in a store after a copy of it was made, something came, and the copy was put back. */
async function afterRestore(
  open: () => Promise<Store>,
  copy: () => Promise<void>,
  restore: () => Promise<void>,
): Promise<readonly string[]> {
  const store = await open();
  await store.put(aDelivery({ dedupeKey: 'waits' }));
  await copy();
  await store.put(aDelivery({ dedupeKey: 'later' }));
  await store.close();
  await restore();
  const restored = await open();
  const left = await restored.list({ limit: 10 });
  await restored.close();
  return left.map(({ dedupeKey }) => dedupeKey);
}

describe.skipIf(!hasTools)('backup and restore', () => {
  it('of SQLite, while it is written to, gives back what was waiting', async () => {
    const open = async () => await openSqliteInbox({ folder: join(folder, 'data') });

    expect(
      await afterRestore(
        open,
        async () => await sh('.backup'),
        async () => await sh('rm -f'),
      ),
    ).toEqual(['waits']);
  });

  const bin = findPostgres();

  it.skipIf(bin === null)('of PostgreSQL gives back what was waiting', async () => {
    const postgres = await startPostgres(bin ?? '');
    const env = { DATABASE_URL: postgres.url };

    const left = await afterRestore(
      async () => await openPostgresInbox({ databaseUrl: postgres.url }),
      async () => await sh('pg_dump', env),
      async () => await sh('pg_restore', env),
    );
    await postgres.stop();

    expect(left).toEqual(['waits']);
  });
});

describe.skipIf(!hasTools)('removing', () => {
  it('takes away what setup has made beside the labels, and leaves all work as it is', async () => {
    const settings =
      'gitlab: { group: services, project: services/engagements }\nroles: { manager: [mira], engineer: [eli] }\n';
    await writeFile(join(folder, 'procession.yml'), settings);
    const env = { GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.ada.token };
    expect(await cli(['setup'], { env, cwd: folder })).toMatchObject({ code: 0 });
    addSigningHook(world, { url: 'https://procession.example.com/webhooks/gitlab', signingToken: null });
    addSigningHook(world, { url: 'https://other.example.com/hook', signingToken: null });
    await mkdir(join(folder, 'sows'), { recursive: true });
    await copyFile(join(root, 'sows/SOW-1042.yml'), join(folder, 'sows/SOW-1042.yml'));
    expect(await cli(['apply', 'sows/SOW-1042.yml'], { env, cwd: folder })).toMatchObject({ code: 0 });
    const data = world.sandbox.world;
    const work = JSON.stringify([data.epics, data.issues, data.labels]);

    await sh('pipeline_schedules');
    await sh('/boards');

    expect(data.schedules).toEqual([]);
    expect(data.hooks.map(({ url }) => url)).toEqual(['https://other.example.com/hook']);
    expect(data.boards.filter(({ name }) => name.startsWith('Procession'))).toEqual([]);
    expect(JSON.stringify([data.epics, data.issues, data.labels])).toBe(work);
  });
});

describe('two installations', () => {
  it('have settings that hold, as the page writes them', async () => {
    for (const name of ['services', 'courses']) {
      await writeFile(join(folder, `${name}.yml`), await recipe(PAGE, 'yaml', `# ${name}.yml`));
      const env = { PROCESSION_CONFIG: `${name}.yml` };
      expect(await cli(['lint'], { env, cwd: folder })).toMatchObject({ code: 0 });
    }
  });

  it('in one group name what is not theirs, and touch nothing of it', async () => {
    const env = {
      GITLAB_URL: world.url,
      GITLAB_TOKEN: world.seed.ada.token,
      PROCESSION_CONFIG: 'other.yml',
    };
    await cp(join(root, 'issue_templates/training'), join(folder, 'own/training'), {
      recursive: true,
    });
    await writeFile(
      join(folder, 'other.yml'),
      'gitlab: { group: services, project: services/engagements }\nprocess: training\ntemplates: own\n',
    );
    const before = JSON.stringify(world.sandbox.world.issues);

    const checked = await cli(['check'], { env, cwd: folder });
    const swept = await cli(['sweep'], { env, cwd: folder });

    expect(checked).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/SOW-1042[\s\S]*\[unknown-process]/),
    });
    expect(swept.code).not.toBe(0);
    expect(JSON.stringify(world.sandbox.world.issues)).toBe(before);
  });
});

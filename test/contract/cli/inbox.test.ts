/** What `inbox` says of deliveries in every state. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteInbox } from '#inbox/sqlite-inbox.ts';
import type { Claim, NewDelivery } from '#ports/inbox.ts';
import type { Store } from '#ports/store.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { aDelivery } from '#test/support/service.ts';

const SENT_AGAIN =
  'The same delivery sent again counts as a duplicate and starts nothing; to start it later, send it under another id or apply its SOW file.';

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'procession-inbox-'));
  store = await openSqliteInbox({ folder });
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function inbox(...args: readonly string[]): Promise<CliResult> {
  return await cli(['inbox', ...args], { cwd: folder, env: { PROCESSION_DATA: folder } });
}

const now = (): string => new Date().toISOString();

async function claimed(changes: Partial<NewDelivery> = {}): Promise<Claim> {
  await store.put(aDelivery(changes));
  const claim = await store.claim(now());
  if (claim === null) throw new Error('nothing to claim');
  return claim;
}

async function quarantined(source: 'crm' | 'gitlab'): Promise<void> {
  await store.quarantine({
    ...aDelivery({ source }),
    kind: 'unknown',
    engagement: null,
    reason: '1 problem: type',
  });
}

describe('inbox replay', () => {
  it('says when a waiting one is tried again, as the list does', async () => {
    const notBefore = new Date(Date.now() + 600_000).toISOString();
    await store.retry(await claimed(), notBefore, 'gitlab_unavailable: 502');

    const { code, stderr } = await inbox('replay', '1');
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringContaining(`1: waits already; it is tried again at ${notBefore}.`),
    });
    expect((await inbox('list')).stdout).toContain(
      `waiting until ${notBefore.slice(11, 19)}: gitlab_unavailable: 502`,
    );
  });

  it('says that one waits which has not been tried, as the list does', async () => {
    await store.put(aDelivery({ receivedAt: '2026-01-02T03:04:05.678Z' }));

    expect(await inbox('replay', '1')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('1: waits already; it is worked on next.'),
    });
    expect((await inbox('list')).stdout).toMatch(/ {2}waiting\n/);
  });

  it('names the attempts of one that waits', async () => {
    await store.retry(await claimed(), now(), 'failed');
    const again = await store.claim(now());
    if (again === null) throw new Error('not back');
    const notBefore = new Date(Date.now() + 600_000).toISOString();
    await store.retry(again, notBefore, 'failed');

    expect((await inbox('list')).stdout).toContain(
      `waiting until ${notBefore.slice(11, 19)} after 2 attempts: failed`,
    );
  });

  it.each(['replay', 'drop'])('says for %s that it is being worked on', async (verb) => {
    await claimed();
    expect(await inbox(verb, '1')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('1: is being worked on now; try again in a moment.'),
    });
  });

  it('says that a SOW with problems has to be sent again', async () => {
    await quarantined('crm');
    expect(await inbox('replay', '1')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(
        '1: cannot be worked on, its SOW or deal has problems (inbox show 1). Have it corrected and sent again; drop this one.',
      ),
    });
  });

  it('says that an event is not understood', async () => {
    await quarantined('gitlab');
    expect(await inbox('replay', '1')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('no event that is understood (inbox show 1)'),
    });
  });

  it.each(['replay', 'drop'])('says for %s that there is none', async (verb) => {
    expect(await inbox(verb, '7')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('7: there is no delivery with this id. See: procession inbox list'),
    });
  });

  it('goes on with the others', async () => {
    await store.bury(await claimed(), 'broken');
    expect(await inbox('replay', '7', '1')).toMatchObject({
      code: 3,
      stdout: '1: waits to be worked on again.\n',
    });
  });
});

describe('inbox drop', () => {
  it('says that one is done', async () => {
    await store.done(await claimed(), now());
    expect(await inbox('drop', '1')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('1: is done; there is nothing to drop.'),
    });
  });

  it('says of a SOW what sending it again does', async () => {
    await store.bury(await claimed({ source: 'crm', kind: 'sow' }), 'broken');
    expect(await inbox('drop', '1')).toMatchObject({ code: 0, stdout: `1: dropped. ${SENT_AGAIN}\n` });
  });

  it('says no more of an event', async () => {
    await store.put(aDelivery());
    expect(await inbox('drop', '1')).toMatchObject({ code: 0, stdout: '1: dropped.\n' });
  });

  it('says it in the help', async () => {
    const { stdout } = await inbox('--help');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(SENT_AGAIN);
  });
});

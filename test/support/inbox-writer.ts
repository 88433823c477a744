/** Puts deliveries at full speed and says each key that was acknowledged, until it is killed. Works on some, too. */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openPostgresInbox } from '#inbox/postgres-inbox.ts';
import { openSqliteInbox } from '#inbox/sqlite-inbox.ts';

const SENDERS = 50;
const [kind, where = '', schema = ''] = process.argv.slice(2);
const inbox =
  kind === 'sqlite'
    ? await openSqliteInbox({ folder: where })
    : await openPostgresInbox({ databaseUrl: where, schema });
const now = (): string => new Date().toISOString();

async function send(): Promise<void> {
  for (let count = 0; ; count += 1) {
    const dedupeKey = randomUUID();
    const engagement = `SOW-${count % 20}`;
    const delivery = {
      source: 'gitlab',
      kind: 'wake',
      dedupeKey,
      engagement,
      payload: { count },
      receivedAt: now(),
      requestId: 'r',
    } as const;
    // A server that is away refuses: nothing was acknowledged then.
    const result = await inbox.put(delivery).catch(() => null);
    if (result === 'stored') writeSync(1, `${dedupeKey}\n`);
  }
}

async function work(): Promise<void> {
  for (;;) {
    const claim = await inbox.claim(now()).catch(() => null);
    if (claim !== null) await inbox.done(claim, now()).catch(() => undefined);
    else await inbox.arrival(50, new AbortController().signal);
  }
}

await Promise.all([work(), ...Array.from({ length: SENDERS }, send)]);

import { setTimeout as sleep } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '#domain/base/errors.ts';
import { InboxUnavailableError } from '#inbox/inbox-unavailable-error.ts';
import { openPostgresInbox } from '#inbox/postgres-inbox.ts';
import { MIGRATIONS } from '#inbox/postgres-schema.ts';
import { findPostgres, startPostgres, type TestPostgres } from '#test/support/postgres.ts';
import { PROOF } from '#test/support/proof.ts';
import { inboxContract } from './inbox-contract.ts';
import { surviveCrashes } from './inbox-crash.ts';
import { aDelivery, claimed, now } from './inbox-harness.ts';

const bin = findPostgres();
let postgres: TestPostgres;
let schemas = 0;

function newSchema(): string {
  schemas += 1;
  return `s${schemas}`;
}

/** As if every worker had been gone for a while, and pg-boss had looked. */
async function expireLeases(schema: string): Promise<void> {
  await postgres.sql(
    `UPDATE ${schema}.job SET heartbeat_on = heartbeat_on - interval '1 hour' WHERE state = 'active';
     UPDATE ${schema}.queue SET monitor_on = NULL`,
  );
  const boss = new PgBoss({
    connectionString: postgres.url,
    schema,
    supervise: false,
    schedule: false,
    migrate: false,
  });
  await boss.start();
  await boss.supervise('wake');
  await boss.stop({ graceful: false });
}

describe.skipIf(bin === null)('PostgreSQL (apt-get install postgresql)', () => {
  beforeAll(async () => {
    postgres = await startPostgres(bin ?? '');
  });
  afterAll(async () => {
    await postgres.stop();
  });

  inboxContract(
    'PostgreSQL',
    {
      async newStore() {
        const schema = newSchema();
        return {
          open: () => openPostgresInbox({ databaseUrl: postgres.url, schema }),
          expireLeases: () => expireLeases(schema),
        };
      },
    },
    5,
  );

  describe('openPostgresInbox', () => {
    it('creates its tables once when two machines start at the same moment', async () => {
      const schema = newSchema();
      const open = (): ReturnType<typeof openPostgresInbox> =>
        openPostgresInbox({ databaseUrl: postgres.url, schema });

      const [first, second] = await Promise.all([open(), open()]);

      await first.put(aDelivery());
      expect(await second.list({ limit: 9 })).toHaveLength(1);
      await first.close();
      await second.close();
    });

    it.each([
      ['is no address of a PostgreSQL', () => 'mysql://root:hunter2@127.0.0.1/x', /postgres:\/\//],
      [
        'names a database that is not there',
        () => postgres.url.replace('/postgres', '/none'),
        /Create the database/,
      ],
      [
        'names a user that is not there',
        () => postgres.url.replace('procession', 'nobody:hunter2'),
        /user and password/,
      ],
    ])('says what to do when DATABASE_URL %s', async (_, url, fix) => {
      const opened = openPostgresInbox({ databaseUrl: url() });

      await expect(opened).rejects.toThrow(ConfigError);
      await expect(opened).rejects.toThrow(fix);
      await expect(opened).rejects.not.toThrow(/hunter2/);
    });

    it('names the right it lacks', async () => {
      await postgres.sql('CREATE USER guest');
      const url = postgres.url.replace('procession', 'guest');

      await expect(openPostgresInbox({ databaseUrl: url, schema: newSchema() })).rejects.toThrow(
        /GRANT CREATE/,
      );
    });

    it('asks to try again when the server does not answer, and when it is newer than we know', async () => {
      const away = openPostgresInbox({ databaseUrl: 'postgres://procession:hunter2@127.0.0.1:1/x' });
      await expect(away).rejects.toThrow(InboxUnavailableError);
      await expect(away).rejects.not.toThrow(/hunter2/);

      const schema = newSchema();
      await (await openPostgresInbox({ databaseUrl: postgres.url, schema })).close();
      await postgres.sql(`UPDATE ${schema}.inbox_version SET version = 99`);
      await expect(openPostgresInbox({ databaseUrl: postgres.url, schema })).rejects.toThrow(
        /newer Procession/,
      );
    });

    it('queues no more wake-ups than it needs, and leaves none behind', async () => {
      const schema = newSchema();
      const inbox = await openPostgresInbox({ databaseUrl: postgres.url, schema });
      const wakes = (): Promise<string> => postgres.sql(`SELECT count(*) FROM ${schema}.job`);
      const putSome = async (engagements: number): Promise<void> => {
        for (let count = 0; count < 5; count += 1) {
          const batch = Array.from({ length: 10 }, (_, number) =>
            aDelivery({ engagement: `SOW-${number % engagements}` }),
          );
          await Promise.all(batch.map((delivery) => inbox.put(delivery)));
        }
      };

      await putSome(1);
      expect(await wakes()).toBe('5');
      const lost = await claimed(inbox);
      expect(await wakes()).toBe('1');
      await expireLeases(schema);
      const again = await claimed(inbox);
      await inbox.retry(lost, now(-1), 'lost');
      await inbox.retry(again, now(-1), 'x');
      expect(await wakes()).toBe('1');
      await putSome(3);
      await inbox.release(await claimed(inbox));
      await inbox.bury(await claimed(inbox), 'x');
      const [waiting] = await inbox.list({ state: 'waiting', limit: 1 });
      await inbox.drop(waiting?.id ?? '');
      for (let claim = await inbox.claim(now()); claim !== null; claim = await inbox.claim(now()))
        await inbox.done(claim, now());

      expect(await wakes()).toBe('0');
      expect(await inbox.figures()).toMatchObject({ waiting: 0, working: 0 });
      await inbox.close();
    });

    it('lets nobody change or remove a line of the audit log', async () => {
      const schema = newSchema();
      const inbox = await openPostgresInbox({ databaseUrl: postgres.url, schema });
      const entry = {
        at: now(),
        engagement: null,
        event: 'e',
        requestId: 'r',
        rule: null,
        action: 'a',
        result: 'done',
        detail: null,
      } as const;
      await inbox.audit.append([entry]);

      await expect(postgres.sql(`UPDATE ${schema}.audit SET action = 'b'`)).rejects.toThrow(/append-only/);
      await expect(postgres.sql(`DELETE FROM ${schema}.audit`)).rejects.toThrow(/append-only/);
      await expect(postgres.sql(`TRUNCATE ${schema}.audit`)).rejects.toThrow(/append-only/);
      await inbox.close();
    });

    it('takes over what the first release kept', async () => {
      const schema = newSchema();
      await (await openPostgresInbox({ databaseUrl: postgres.url, schema })).close();
      await postgres.sql(`
        DROP TABLE ${schema}.audit, ${schema}.deliveries, ${schema}.looks; DROP FUNCTION ${schema}.audit_keeps_lines;
        ${MIGRATIONS[0]?.(schema) ?? ''}
        UPDATE ${schema}.inbox_version SET version = 1;
        INSERT INTO ${schema}.audit (at, event, request_id, action, result)
        VALUES (to_timestamp(0), 'e', 'r', 'very old', 'done')`);

      const inbox = await openPostgresInbox({ databaseUrl: postgres.url, schema });

      expect(await inbox.audit.read({ limit: 9 })).toMatchObject([{ action: 'very old' }]);
      expect(await inbox.audit.prune(now())).toBe(1);
      await inbox.close();
    });

    it('refuses while the server is away, and recovers by itself when it is back', async () => {
      const schema = newSchema();
      const errors: Error[] = [];
      const onError = (error: Error): unknown => errors.push(error);
      const inbox = await openPostgresInbox({ databaseUrl: postgres.url, schema, onError });
      const other = await openPostgresInbox({ databaseUrl: postgres.url, schema });
      await inbox.put(aDelivery({ dedupeKey: 'before' }));
      const claim = await claimed(inbox);

      await postgres.crash();
      const began = performance.now();
      await expect(inbox.put(aDelivery())).rejects.toThrow(InboxUnavailableError);
      await expect(inbox.claim(now())).rejects.toThrow(InboxUnavailableError);
      await expect(inbox.done(claim, now())).rejects.toThrow(InboxUnavailableError);
      expect(performance.now() - began).toBeLessThan(10_000);
      await postgres.start();

      await inbox.done(claim, now());
      expect(await inbox.put(aDelivery({ dedupeKey: 'after' }))).toBe('stored');
      expect((await claimed(inbox)).deliveries).toMatchObject([{ dedupeKey: 'after' }]);
      expect(await inbox.list({ state: 'done', limit: 9 })).toMatchObject([{ dedupeKey: 'before' }]);
      expect(errors.length).toBeGreaterThan(0);
      // pg-boss listens again a second after the loss.
      await sleep(1500);
      await inbox.claim(now());
      // Told, not found when the time is over: that would be long after the end of this test.
      const arrived = inbox.arrival(600_000, new AbortController().signal);
      await other.put(aDelivery({ engagement: 'SOW-2' }));
      await arrived;
      await inbox.close();
      await other.close();
    });

    it(
      'keeps every acknowledged delivery, once, when the process is killed or the server crashes',
      PROOF,
      async () => {
        const lane = (schema: string, rounds: number, crash?: () => Promise<void>): Promise<number> =>
          surviveCrashes({
            rounds,
            writer: ['postgres', postgres.url, schema],
            open: () => openPostgresInbox({ databaseUrl: postgres.url, schema }),
            ...(crash === undefined ? {} : { crash }),
          });

        const killed = await Promise.all([lane(newSchema(), 5), lane(newSchema(), 5)]);
        const crashed = await lane(newSchema(), 2, async () => {
          await postgres.crash();
          await postgres.start();
        });

        expect(Math.min(...killed, crashed)).toBeGreaterThan(20);
      },
    );
  });
});

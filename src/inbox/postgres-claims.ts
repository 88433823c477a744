/** Claims in PostgreSQL: an active pg-boss job is the claim; pg-boss allows one per engagement. */
import { randomUUID } from 'node:crypto';
import type { Db, JobAttempt } from 'pg-boss';
import type { Claim, PartEnding, StoredDelivery } from '#ports/inbox.ts';
import type { ClaimEnding } from './claim-ending.ts';
import { toDelivery, toRowId } from './delivery-row.ts';
import { toInstant, toMillis } from './instant.ts';
import { LONGEST_WAIT_MS } from './longest-wait.ts';
import { type PostgresDatabase, WAKE } from './postgres-database.ts';
import { deliveryColumns } from './postgres-schema.ts';
import { queueWakes } from './postgres-wakes.ts';
import { fromStored, toStored, toStoredOrNull } from './stored-text.ts';

/** Claims of engagements in PostgreSQL. */
export interface PostgresClaims {
  take(now: string): Promise<Claim | null>;
  renew(claim: Claim): Promise<boolean>;
  /** Changes nothing when the claim was lost. */
  end(claim: Claim, ending: ClaimEnding): Promise<void>;
  /** Ends these deliveries of a claim. Changes nothing when the claim was lost. */
  endPart(claim: Claim, ids: readonly string[], ending: PartEnding): Promise<void>;
}

/** Creates the claims on an open database. */
export function createPostgresClaims(database: PostgresDatabase): PostgresClaims {
  const { boss } = database;
  let turn: Promise<unknown> = Promise.resolve();

  /** One at a time here too: workers that wait for their turn must not use up the connections that puts need. */
  function take(now: string): Promise<Claim | null> {
    const taken = turn.then(() => takeNext(toInstant(toMillis(now))));
    turn = taken.catch(() => undefined);
    return taken;
  }

  async function takeNext(now: string): Promise<Claim | null> {
    for (;;) {
      const taken = await database.transaction((db) => takeOne(database, db, now));
      if (taken !== 'stale') return taken;
    }
  }

  async function renew(claim: Claim): Promise<boolean> {
    return affectedBy(await boss.touch(WAKE, attemptOf(claim))) === 1;
  }

  async function end(claim: Claim, ending: ClaimEnding): Promise<void> {
    await database.transaction(async (db) => {
      if (affectedBy(await boss.deleteJob(WAKE, attemptOf(claim), { db })) === 0) return;
      await settle(database, db, claim, ending);
    });
  }

  async function endPart(claim: Claim, ids: readonly string[], ending: PartEnding): Promise<void> {
    await database.transaction(async (db) => {
      // Holds the job until the transaction ends, so that nobody takes the claim over in between.
      if (affectedBy(await boss.touch(WAKE, attemptOf(claim), { db })) === 0) return;
      await settle(database, db, claim, ending, ids);
    });
  }

  return { take, renew, end, endPart };
}

/** `stale`: a wake whose deliveries were dropped meanwhile; it is gone, there may be others. */
async function takeOne(database: PostgresDatabase, db: Db, now: string): Promise<Claim | 'stale' | null> {
  const { boss, schema } = database;
  await db.executeSql(TAKE_TURNS(schema));
  const [job] = await boss.fetch(WAKE, { includeMetadata: true, db });
  if (job === undefined) return null;
  const id = `${job.id}.${job.retryCount}`;
  const engagement = job.singletonKey ?? '';
  const { rows } = await db.executeSql(TAKE(schema), [engagement, now, job.id, id]);
  const taken = rows as { earlier_wake: string | null }[];
  const earlier = new Set(taken.map((row) => row.earlier_wake).filter((wake) => wake !== null));
  earlier.delete(job.id);
  if (taken.length === 0) earlier.add(job.id);
  if (earlier.size > 0) await boss.deleteJob(WAKE, [...earlier], { db });
  if (taken.length === 0) return 'stale';
  return { id, engagement: fromStored(engagement), deliveries: oldestFirst(taken.map(toDelivery)) };
}

function oldestFirst(deliveries: readonly StoredDelivery[]): StoredDelivery[] {
  return deliveries.toSorted((a, b) => Number(a.id) - Number(b.id));
}

/**
 * Machines claim one after the other. Two that fetch wakes of one engagement at once would wait for each other: each
 * holds the wake that the other is about to find taken or to clear away. A machine that goes silent in between
 * loses its turn.
 */
const TAKE_TURNS = (schema: string): string => `
  SET LOCAL idle_in_transaction_session_timeout = '5s';
  SELECT pg_advisory_xact_lock(hashtextextended('${schema} claim', 0))`;

/**
 * Takes what is due, what this wake was for, and what an expired claim left behind. The wakes the deliveries had
 * are returned: they are answered by this claim.
 */
const TAKE = (schema: string): string => `
  WITH due AS (
    SELECT id, wake FROM ${schema}.deliveries
    WHERE engagement = $1 AND settled_at IS NULL
      AND (state = 'working' OR (state = 'waiting' AND (not_before IS NULL OR not_before <= $2 OR wake = $3)))
    FOR UPDATE
  )
  UPDATE ${schema}.deliveries AS delivery
  SET state = 'working', attempts = attempts + 1, wake = $3, claim = $4
  FROM due WHERE delivery.id = due.id
  RETURNING due.wake AS earlier_wake, ${deliveryColumns('delivery')}`;

/** @param ids of the deliveries; `null`: all that the claim has */
async function settle(
  database: PostgresDatabase,
  db: Db,
  claim: Claim,
  ending: ClaimEnding,
  ids: readonly string[] | null = null,
): Promise<void> {
  const { schema } = database;
  const wake = { id: randomUUID(), singletonKey: toStored(claim.engagement) };
  const update = (changes: string, ...values: unknown[]): Promise<unknown> =>
    db.executeSql(
      `UPDATE ${schema}.deliveries SET claim = NULL, ${changes}
        WHERE engagement = $1 AND claim = $2 AND state = 'working' AND ($3::bigint[] IS NULL OR id = ANY($3::bigint[]))`,
      [toStored(claim.engagement), claim.id, ids?.map(toRowId) ?? null, ...values],
    );
  switch (ending.kind) {
    case 'done':
      await update(
        `state = 'done', wake = NULL, settled_at = $4, reason = $5`,
        toInstant(toMillis(ending.now)),
        toStoredOrNull(ending.why),
      );
      break;
    case 'bury':
      await update(`state = 'dead', wake = NULL, reason = $4`, toStored(ending.reason));
      break;
    case 'retry': {
      const notBefore = await soon(db, toInstant(toMillis(ending.notBefore)));
      await queueWakes(database, db, [{ ...wake, startAfter: notBefore }]);
      await update(
        `state = 'waiting', wake = $4, not_before = $5, reason = $6`,
        wake.id,
        notBefore,
        toStored(ending.reason),
      );
      break;
    }
    case 'release':
      await queueWakes(database, db, [wake]);
      await update(`state = 'waiting', wake = $4, not_before = NULL, attempts = attempts - 1`, wake.id);
      break;
  }
}

/** The instant, but no later than anything waits by the clock of the server: ours may have been wrong. */
async function soon(db: Db, instant: string): Promise<string> {
  const sql = `SELECT round(extract(epoch FROM least($1::timestamptz, now() + interval '${LONGEST_WAIT_MS} ms')) * 1000)::float8 AS at`;
  const { rows } = await db.executeSql(sql, [instant]);
  const [row] = rows as { readonly at: number }[];
  return row === undefined ? instant : toInstant(row.at);
}

/** The job and its attempt: pg-boss then leaves alone what another worker holds meanwhile. */
function attemptOf({ id }: Claim): JobAttempt {
  const [job = '', retryCount = ''] = id.split('.');
  return { id: job, retryCount: Number(retryCount) };
}

/** pg-boss documents the count (`affected`) but types its answer as an empty object. */
function affectedBy(response: object): number {
  return (response as { readonly affected: number }).affected;
}

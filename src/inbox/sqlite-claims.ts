/** Claims in SQLite: one lease per engagement, whichever process asks. Every function runs inside a transaction. */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { Claim, PartEnding, StoredDelivery } from '#ports/inbox.ts';
import type { ClaimEnding } from './claim-ending.ts';
import { toDelivery, toRowId } from './delivery-row.ts';
import { toMillis } from './instant.ts';
import { LONGEST_WAIT_MS } from './longest-wait.ts';
import { DELIVERY_COLUMNS } from './sqlite-schema.ts';
import { fromStored, toStored, toStoredOrNull } from './stored-text.ts';

/** Claims of engagements in SQLite. */
export interface SqliteClaims {
  /** Claims the next engagement, without the deliveries. */
  take(now: string): BegunClaim | null;
  /** The next deliveries of a claim: at most {@link AT_ONCE}, fewer when there are no more or the claim was lost. */
  gather(claim: BegunClaim): readonly StoredDelivery[];
  renew(claim: Claim, now: string): boolean;
  /**
   * Ends some deliveries of a claim, and with the last of them the claim. Changes nothing when the claim was lost.
   *
   * @returns whether there is no more to end
   */
  end(claim: Claim, ending: ClaimEnding): boolean;
  /** Ends these deliveries of a claim, {@link AT_ONCE} at most. Changes nothing when the claim was lost. */
  endPart(claim: Claim, ids: readonly string[], ending: PartEnding): void;
}

/** Claim whose deliveries are not read yet. */
export interface BegunClaim {
  readonly id: string;
  readonly engagement: EngagementKey;
  /** Deliveries that were put or become due later are not of this claim. */
  readonly lastId: number;
  readonly dueAt: number;
}

/**
 * So many deliveries change in one transaction: few enough that deliveries coming in do not wait long. A storm about
 * one engagement has thousands.
 */
export const AT_ONCE = 200;

/** Creates the claims on an open database. */
export function createSqliteClaims(database: DatabaseSync, leaseMs: number): SqliteClaims {
  const statements = prepare(database);

  function take(now: string): BegunClaim | null {
    const dueAt = toMillis(now);
    returnExpired(dueAt);
    const due = statements.nextEngagement.get(dueAt) as { readonly engagement: string } | undefined;
    if (due === undefined) return null;
    const id = randomUUID();
    statements.addClaim.run(due.engagement, id, dueAt + leaseMs);
    const { lastId } = statements.lastId.get() as { readonly lastId: number };
    return { id, engagement: fromStored(due.engagement), lastId, dueAt };
  }

  function gather({ id, engagement, lastId, dueAt }: BegunClaim): readonly StoredDelivery[] {
    const stored = toStored(engagement);
    if (statements.holds.get(stored, id) === undefined) return [];
    return statements.beginWork.all(stored, dueAt, lastId).map((row) => toDelivery(row));
  }

  function returnExpired(millis: number): void {
    // A lease that ends later than one that begins now was given by a clock that was wrong.
    for (const row of statements.dropExpired.all(millis, millis + 2 * leaseMs)) {
      statements.returnWork.run((row as { readonly engagement: string }).engagement);
    }
  }

  function renew(claim: Claim, now: string): boolean {
    const until = toMillis(now) + leaseMs;
    return statements.renew.run(until, toStored(claim.engagement), claim.id).changes === 1;
  }

  function end({ id, engagement }: Claim, ending: ClaimEnding): boolean {
    const stored = toStored(engagement);
    if (statements.holds.get(stored, id) === undefined) return true;
    if (settle(stored, ending) === AT_ONCE) return false;
    statements.endClaim.run(stored, id);
    return true;
  }

  /** @returns how many deliveries were changed */
  function settle(engagement: string, ending: ClaimEnding): number {
    switch (ending.kind) {
      case 'done':
        return Number(
          statements.done.run(toMillis(ending.now), toStoredOrNull(ending.why), engagement).changes,
        );
      case 'retry': {
        const { notBefore, reason } = ending;
        return Number(statements.retry.run(toMillis(notBefore), toStored(reason), engagement).changes);
      }
      case 'bury':
        return Number(statements.bury.run(toStored(ending.reason), engagement).changes);
      case 'release':
        return Number(statements.release.run(engagement).changes);
    }
  }

  function endPart({ id, engagement }: Claim, ids: readonly string[], ending: PartEnding): void {
    const stored = toStored(engagement);
    if (statements.holds.get(stored, id) === undefined) return;
    for (const rowId of ids.map(toRowId)) {
      if (ending.kind === 'bury') statements.buryOne.run(toStored(ending.reason), stored, rowId);
      else statements.doneOne.run(toMillis(ending.now), toStoredOrNull(ending.why), stored, rowId);
    }
  }

  return { take, gather, renew, end, endPart };
}

const WORK = `WHERE engagement = ? AND state = 'working' AND settled_at IS NULL`;
const ONE_WORK = `${WORK} AND id = ?`;
const SOME_WORK = `WHERE id IN (SELECT id FROM deliveries ${WORK} LIMIT ${AT_ONCE})`;
const DONE = `UPDATE deliveries SET state = 'done', settled_at = ?, reason = ?`;
const BURY = `UPDATE deliveries SET state = 'dead', reason = ?`;

/**
 * The engagement that waits longest and that nobody works on. Goes from engagement to engagement along the index
 * instead of over every delivery: a storm about one engagement that is being worked on would make each look as
 * long as the storm.
 */
const NEXT_ENGAGEMENT = `
  WITH RECURSIVE waiting (engagement) AS (
    SELECT min(engagement) FROM deliveries WHERE state = 'waiting'
    UNION ALL
    SELECT (SELECT min(engagement) FROM deliveries WHERE state = 'waiting' AND engagement > waiting.engagement)
    FROM waiting WHERE waiting.engagement IS NOT NULL
  )
  SELECT engagement, (SELECT min(not_before) FROM deliveries
                      WHERE state = 'waiting' AND deliveries.engagement = waiting.engagement) AS first
  FROM waiting
  WHERE engagement IS NOT NULL AND engagement NOT IN (SELECT engagement FROM claims)
    AND (first <= ?1 OR first > ?1 + ${LONGEST_WAIT_MS})
  ORDER BY first LIMIT 1`;

function prepare(database: DatabaseSync) {
  return {
    dropExpired: database.prepare(
      'DELETE FROM claims WHERE lease_until <= ? OR lease_until > ? RETURNING engagement',
    ),
    returnWork: database.prepare(`UPDATE deliveries SET state = 'waiting' ${WORK}`),
    nextEngagement: database.prepare(NEXT_ENGAGEMENT),
    addClaim: database.prepare('INSERT INTO claims (engagement, id, lease_until) VALUES (?, ?, ?)'),
    lastId: database.prepare('SELECT max(id) AS lastId FROM deliveries'),
    holds: database.prepare('SELECT 1 FROM claims WHERE engagement = ? AND id = ?'),
    beginWork: database.prepare(`
      UPDATE deliveries SET state = 'working', attempts = attempts + 1 WHERE id IN (
        SELECT id FROM deliveries WHERE engagement = ?1 AND state = 'waiting'
          AND (not_before <= ?2 OR not_before > ?2 + ${LONGEST_WAIT_MS}) AND id <= ?3
        ORDER BY not_before LIMIT ${AT_ONCE})
      RETURNING ${DELIVERY_COLUMNS}`),
    renew: database.prepare('UPDATE claims SET lease_until = ? WHERE engagement = ? AND id = ?'),
    endClaim: database.prepare('DELETE FROM claims WHERE engagement = ? AND id = ?'),
    done: database.prepare(`${DONE} ${SOME_WORK}`),
    doneOne: database.prepare(`${DONE} ${ONE_WORK}`),
    retry: database.prepare(
      `UPDATE deliveries SET state = 'waiting', not_before = ?, reason = ? ${SOME_WORK}`,
    ),
    bury: database.prepare(`${BURY} ${SOME_WORK}`),
    buryOne: database.prepare(`${BURY} ${ONE_WORK}`),
    release: database.prepare(
      `UPDATE deliveries SET state = 'waiting', attempts = attempts - 1 ${SOME_WORK}`,
    ),
  };
}

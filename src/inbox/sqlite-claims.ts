/** Claims in SQLite: one lease per engagement, whichever process asks. Every function runs inside a transaction. */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Claim } from '#ports/inbox.ts';
import type { ClaimEnding } from './claim-ending.ts';
import { toDelivery } from './delivery-row.ts';
import { toMillis } from './instant.ts';
import { DELIVERY_COLUMNS } from './sqlite-schema.ts';
import { fromStored, toStored } from './stored-text.ts';

export interface SqliteClaims {
  take(now: string): Claim | null;
  renew(claim: Claim, now: string): boolean;
  /** Changes nothing when the claim was lost. */
  end(claim: Claim, ending: ClaimEnding): void;
}

export function createSqliteClaims(database: DatabaseSync, leaseMs: number): SqliteClaims {
  const statements = prepare(database);

  function take(now: string): Claim | null {
    const millis = toMillis(now);
    returnExpired(millis);
    const due = statements.nextEngagement.get(millis) as { readonly engagement: string } | undefined;
    if (due === undefined) return null;
    const id = randomUUID();
    statements.addClaim.run(due.engagement, id, millis + leaseMs);
    const deliveries = statements.beginWork
      .all(due.engagement, millis)
      .map((row) => toDelivery(row))
      .toSorted((a, b) => Number(a.id) - Number(b.id));
    return { id, engagement: fromStored(due.engagement), deliveries };
  }

  function returnExpired(millis: number): void {
    for (const row of statements.dropExpired.all(millis)) {
      statements.returnWork.run((row as { readonly engagement: string }).engagement);
    }
  }

  function renew(claim: Claim, now: string): boolean {
    const until = toMillis(now) + leaseMs;
    return statements.renew.run(until, toStored(claim.engagement), claim.id).changes === 1;
  }

  function end(claim: Claim, ending: ClaimEnding): void {
    const engagement = toStored(claim.engagement);
    if (statements.endClaim.run(engagement, claim.id).changes === 0) return;
    switch (ending.kind) {
      case 'done':
        statements.done.run(toMillis(ending.now), engagement);
        break;
      case 'retry':
        statements.retry.run(toMillis(ending.notBefore), toStored(ending.reason), engagement);
        break;
      case 'bury':
        statements.bury.run(toStored(ending.reason), engagement);
        break;
      case 'release':
        statements.release.run(engagement);
        break;
    }
  }

  return { take, renew, end };
}

const WORK = `WHERE engagement = ? AND state = 'working' AND settled_at IS NULL`;

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
  WHERE engagement IS NOT NULL AND engagement NOT IN (SELECT engagement FROM claims) AND first <= ?
  ORDER BY first LIMIT 1`;

function prepare(database: DatabaseSync) {
  return {
    dropExpired: database.prepare('DELETE FROM claims WHERE lease_until <= ? RETURNING engagement'),
    returnWork: database.prepare(`UPDATE deliveries SET state = 'waiting' ${WORK}`),
    nextEngagement: database.prepare(NEXT_ENGAGEMENT),
    addClaim: database.prepare('INSERT INTO claims (engagement, id, lease_until) VALUES (?, ?, ?)'),
    beginWork: database.prepare(`
      UPDATE deliveries SET state = 'working', attempts = attempts + 1
      WHERE engagement = ? AND state = 'waiting' AND settled_at IS NULL AND not_before <= ?
      RETURNING ${DELIVERY_COLUMNS}`),
    renew: database.prepare('UPDATE claims SET lease_until = ? WHERE engagement = ? AND id = ?'),
    endClaim: database.prepare('DELETE FROM claims WHERE engagement = ? AND id = ?'),
    done: database.prepare(`UPDATE deliveries SET state = 'done', settled_at = ? ${WORK}`),
    retry: database.prepare(`UPDATE deliveries SET state = 'waiting', not_before = ?, reason = ? ${WORK}`),
    bury: database.prepare(`UPDATE deliveries SET state = 'dead', reason = ? ${WORK}`),
    release: database.prepare(`UPDATE deliveries SET state = 'waiting', attempts = attempts - 1 ${WORK}`),
  };
}

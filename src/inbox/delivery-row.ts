/** A row of the deliveries table, of either store, as what it means. */
import type { DeliveryState, StoredDelivery } from '#ports/inbox.ts';
import { toInstant } from './instant.ts';
import { fromStored, fromStoredOrNull } from './stored-text.ts';

/** Instants are milliseconds since 1970; texts are as `stored-text.ts` writes them. */
interface DeliveryRow {
  readonly id: number | string;
  readonly source: StoredDelivery['source'];
  readonly dedupe_key: string;
  readonly kind: StoredDelivery['kind'];
  readonly engagement: string | null;
  readonly payload: string;
  readonly received_at: number;
  readonly request_id: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly not_before: number;
  readonly reason: string | null;
}

/** @param row of the store's `DELIVERY_COLUMNS` */
export function toDelivery(row: unknown): StoredDelivery {
  const found = row as DeliveryRow;
  return {
    id: String(found.id),
    source: found.source,
    dedupeKey: fromStored(found.dedupe_key),
    kind: found.kind,
    engagement: fromStoredOrNull(found.engagement),
    payload: JSON.parse(found.payload) as unknown,
    receivedAt: toInstant(found.received_at),
    requestId: fromStored(found.request_id),
    state: found.state,
    attempts: found.attempts,
    notBefore: toInstant(found.not_before),
    reason: fromStoredOrNull(found.reason),
  };
}

/** The number inside a delivery id; `null` for a text that was never an id of ours. */
export function toRowId(id: string): number | null {
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : null;
}

/** What the tests of every store of deliveries share. */

import type { Claim, Inbox, NewDelivery } from '#ports/inbox.ts';
import type { Store } from '#ports/store.ts';

/** One empty store, which may be opened several times, as by several processes. */
export interface StoreUnderTest {
  open(): Promise<Store>;
  /** Makes every claim's lease run out; a claim at {@link afterLease} must then find the work. */
  expireLeases(): Promise<void>;
}

export interface InboxHarness {
  newStore(): Promise<StoreUnderTest>;
}

export function now(offsetMs = 0): string {
  return new Date(Date.now() + offsetMs).toISOString();
}

/** Later than the lease of any store under test. */
export function afterLease(): string {
  return now(10 * 60_000);
}

let numbered = 0;

export function aDelivery(changes: Partial<NewDelivery> = {}): NewDelivery {
  numbered += 1;
  return {
    source: 'gitlab',
    dedupeKey: `key-${numbered}`,
    kind: 'wake',
    engagement: 'SOW-1042',
    payload: { iid: 12 },
    receivedAt: now(),
    requestId: `request-${numbered}`,
    ...changes,
  };
}

/** A claim that must be there. */
export async function claimed(inbox: Inbox, at = now()): Promise<Claim> {
  const claim = await inbox.claim(at);
  if (claim === null) throw new Error('nothing to claim');
  return claim;
}

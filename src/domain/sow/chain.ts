/** Which engagements belong together: a deal, and the SOWs that came of it. */

import type { EngagementKey } from '#domain/base/keys.ts';
import { isNearly } from './changes.ts';
import { type Deal, sowsOf } from './deal.ts';
import { isDeal, type Subject } from './subject.ts';

/** Numbers of the SOWs that a deal has led to, as far as it knows them; none for a SOW. */
export function sowsOfDeal(subject: Subject): readonly EngagementKey[] {
  return isDeal(subject) ? sowsOf(subject) : [];
}

/**
 * Whether a SOW that a deal names can have come of that deal: its opportunity is the deal, or its customer is that of the
 * deal. A number that was mistyped is often that of somebody else's SOW, so that one which people have typed may not be of
 * another opportunity either.
 *
 * @param isTyped people have written the number, not the deal's source
 * @example customer `Harbour GmbH` and `Harbour, GmbH` → true; `Harbour GmbH` and `Example Bakery` → false
 */
export function canComeOf(sow: Subject, { deal, customer }: Deal, isTyped: boolean): boolean {
  const opportunity = sow.opportunity?.url;
  if (opportunity === deal.url) return true;
  return isNearly(sow.customer.name, customer.name) && (opportunity === undefined || !isTyped);
}

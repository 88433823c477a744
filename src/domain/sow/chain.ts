/** Which engagements belong together: a deal, and the SOWs that came of it. */

import type { EngagementKey } from '#domain/base/keys.ts';
import { sowsOf } from './deal.ts';
import { isDeal, type Subject } from './subject.ts';

/** Numbers of the SOWs that a deal has led to, as far as it knows them; none for a SOW. */
export function sowsOfDeal(subject: Subject): readonly EngagementKey[] {
  return isDeal(subject) ? sowsOf(subject) : [];
}

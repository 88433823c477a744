import { type EngagementKey, subjectOf } from '#domain/base/keys.ts';
import { isAmong } from '#domain/base/username.ts';
import { type Identified, identify } from '#domain/record/identify.ts';
import type { ReconcileDeps } from './deps.ts';
import type { Undecided } from './undecided.ts';

/**
 * Finds a deal that is about to be launched where deliveries live: it was launched there before deals had a place of their
 * own, and goes on there as long as it is open. What others than we ourselves have put there is none. Costs a request or
 * two, and nothing where there is no second place.
 */
export async function leftElsewhere(
  { gitlab, settings, seal }: Pick<ReconcileDeps, 'gitlab' | 'settings' | 'seal'>,
  engagement: EngagementKey,
  { epic }: Pick<Identified, 'epic'>,
): Promise<Extract<Undecided, { kind: 'out-of-reach' }> | null> {
  if (epic !== null || !('bySubject' in gitlab) || subjectOf(engagement) !== 'deal') return null;
  const place = gitlab.bySubject.sow;
  const actual = await place.readEngagement(engagement);
  if (actual.epics.length + actual.issues.length === 0) return null;
  const own = (await place.whoAmI()).id;
  const { formerUsers } = settings;
  const left = identify(actual, seal, { ownUserIds: [own], formerUsers }).epic;
  if (left === null || left.state === 'closed') return null;
  const { author, reference } = left;
  const isOurs = author.id === own || isAmong(author.username, formerUsers);
  return isOurs ? { kind: 'out-of-reach', why: 'left', reference, author: author.username } : null;
}

import type { Identified } from '#domain/record/identify.ts';
import type { Undecided } from './undecided.ts';

/** What claims to be the engagement and cannot be worked with, although nothing else holds it. */
export function outOfReach({
  movedTracking,
  doubtfulTracking,
}: Identified): Extract<Undecided, { kind: 'out-of-reach' }> | null {
  const [item] = [...movedTracking, ...doubtfulTracking];
  if (item === undefined) return null;
  const why = movedTracking.length > 0 ? 'moved' : 'foreign';
  return { kind: 'out-of-reach', why, reference: item.reference, author: item.author.username };
}

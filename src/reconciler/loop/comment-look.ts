/** How hard a run looks for comments with commands: reading them costs a request per epic or issue. */
import { KeptEvent } from '#domain/engagement/kept-event.ts';
import type { StoredDelivery } from '#ports/inbox.ts';
import { later } from './retry.ts';

/** Effort of a run to find comments with commands. */
export interface CommentLook {
  /** `always`, or only when it changed at or after this instant (epics have no count of comments); `null`: not at all. */
  readonly epic: 'always' | { readonly changedSince: string } | null;
  /** Global ids of issues to read whatever is counted. */
  readonly issues?: ReadonlySet<number>;
}

/**
 * Look after a webhook about something else: what GitLab counts is compared, which costs nothing when nothing is new.
 */
export const LOOK_AT_COUNTS: CommentLook = { epic: null };
/** Look of `apply`, `plan`, `check` and `explain`: a person waits for an exact answer. */
export const LOOK_EVERYWHERE: CommentLook = { epic: 'always' };
/** How far back a full sweep looks at the comments of epics: seven days. */
const FULL_LOOK_MS = 604_800_000;

/** Look of a sweep: the comments of every epic that changed since. @param updatedAfter `null`: a full sweep */
export function lookOfSweep(updatedAfter: string | null, now: string): CommentLook {
  return { epic: { changedSince: updatedAfter ?? later(now, -FULL_LOOK_MS) } };
}

/**
 * Look after deliveries. An event names the issue that was commented on; epics have no such event, so a change of one,
 * or a sweep, is reason to look at them.
 */
export function lookOfDeliveries(deliveries: readonly Pick<StoredDelivery, 'payload'>[]): CommentLook {
  const events = deliveries.flatMap(({ payload }) => KeptEvent.safeParse(payload).data ?? []);
  const isReason = events.some(({ event }) => event === 'sweep' || event === 'work_item');
  const commented = events.flatMap(({ event, itemId }) => (event === 'note' ? (itemId ?? []) : []));
  return { epic: isReason ? 'always' : null, issues: new Set(commented) };
}

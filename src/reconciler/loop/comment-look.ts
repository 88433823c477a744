/** How hard a run looks for comments with commands: reading them costs a request per epic or issue. */
import type { EngagementKey } from '#domain/base/keys.ts';
import { checksum } from '#domain/base/record-line.ts';
import { KeptEvent } from '#domain/engagement/kept-event.ts';
import type { StoredDelivery } from '#ports/inbox.ts';
import { later } from './retry.ts';

/** Effort of a run to find comments with commands. */
export interface CommentLook {
  /** `always`, or only when it changed at or after this instant (epics have no count of comments); `null`: not at all. */
  readonly epic: 'always' | ChangedEpic | null;
  /** Global ids of issues to read whatever is counted. */
  readonly issues?: ReadonlySet<number>;
}

/** An epic is read when it changed at or after an instant, and when its `updated_at` is another than at the last look. */
interface ChangedEpic {
  readonly changedSince: string;
  /** The epic's `updated_at` at the last look that found nothing left to do; `null`: not known. */
  readonly lookedAt: string | null;
}

/**
 * Look after a webhook about something else: what GitLab counts is compared, which costs nothing when nothing is new.
 */
export const LOOK_AT_COUNTS: CommentLook = { epic: null };
/** Look of `apply`, `plan`, `check` and `explain`: a person waits for an exact answer. */
export const LOOK_EVERYWHERE: CommentLook = { epic: 'always' };
/** How far back a full sweep looks at the comments of epics: seven days. */
const FULL_LOOK_MS = 604_800_000;

/**
 * Of so many full sweeps, one a day, each epic's comments are read in one whatever is remembered. What is over is read once in
 * a fortnight, and its comments in one of so many fortnights.
 */
const ANYWAY_ONE_OF = 14;
const FORTNIGHT_MS = 14 * 86_400_000;
const DAY_MS = 86_400_000;

/** When earlier full sweeps began. ISO 8601, UTC; `null`: not known. */
export interface FullSweeps {
  readonly lastFull: string | null;
  /** The last one that left nothing out. */
  readonly lastWhole: string | null;
}

/** What earlier sweeps have looked at: `updated_at` of each engagement's epic, as it was before its comments were read. */
export type LookedAt = ReadonlyMap<EngagementKey, string>;

/**
 * Look of a sweep: the comments of an epic that changed since, unless they were read when its `updated_at` was the same. A
 * comment that is made or edited moves it (`after_save :touch_noteable`); that one is deleted need not, so a full sweep
 * reads some epics anyway, each in its turn.
 *
 * @param sweep.updatedAfter `null`: a full sweep
 * @param sweep.over engagements that other full sweeps left out
 * @param sweep.before full sweeps before this one. Default: not known
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/models/note.rb
 */
export function lookOfSweep(
  engagement: EngagementKey,
  sweep: {
    readonly updatedAfter: string | null;
    readonly now: string;
    readonly lookedAt: LookedAt;
    readonly over?: ReadonlySet<EngagementKey> | undefined;
    readonly before?: FullSweeps | undefined;
  },
): CommentLook {
  const { updatedAfter, now } = sweep;
  const lookedAt = sweep.lookedAt.get(engagement) ?? null;
  const turns =
    sweep.over?.has(engagement) === true
      ? { everyMs: FORTNIGHT_MS, since: sweep.before?.lastWhole ?? null }
      : { everyMs: DAY_MS, since: sweep.before?.lastFull ?? null };
  if (updatedAfter === null && lookedAt !== null && isItsTurn(engagement, now, turns))
    return { epic: 'always' };
  return { epic: { changedSince: updatedAfter ?? later(now, -FULL_LOOK_MS), lookedAt } };
}

/** Whether its turn came after the last sweep and until now. A day without a full sweep (no runner) keeps no epic waiting. */
function isItsTurn(
  engagement: EngagementKey,
  now: string,
  { everyMs, since }: { readonly everyMs: number; readonly since: string | null },
): boolean {
  const place = Number.parseInt(checksum(engagement).slice(-6), 16);
  const indexOf = (at: string): number => Math.floor(Date.parse(at) / everyMs);
  const today = indexOf(now);
  // A memory from the future was written by a clock that was wrong.
  const before = since === null || indexOf(since) > today ? today - 1 : indexOf(since);
  const lastTurn = today - ((place + today) % ANYWAY_ONE_OF);
  return lastTurn > before;
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

/** Approvals given by setting a label: who set it is told by GitLab's record of label changes, never by its presence. */
import { type Calendar, localDate } from '#domain/base/calendar.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { ActualUser } from '#domain/engagement/state.ts';
import type { Approval, LabelId } from './rulings.ts';

/** One change of labels on an issue. */
export interface LabelEvent {
  /** Later ones have higher ids. */
  readonly id: number;
  /** `null` when the account is gone. */
  readonly user: ActualUser | null;
  /** Name of the label by now, whatever it was called then; `null` when the label is gone from the group. */
  readonly label: string | null;
  /** Id of the label, which outlives a new name; `null` when the label is gone. */
  readonly labelId: number | null;
  readonly action: 'add' | 'remove';
  readonly createdAt: string;
}

/**
 * Approval by whoever set the label last; `null` where the label was taken off again, or nobody is known. Whether that
 * person may approve is asked elsewhere.
 *
 * @param events of one issue, oldest first
 * @param ids known ids of labels, see {@link isSameLabel}
 */
export function approvalByLabel(
  step: StepKey,
  label: string,
  events: readonly LabelEvent[],
  { ids, calendar }: { readonly ids: readonly LabelId[]; readonly calendar: Calendar },
): Approval | null {
  const last = lastEvent(events, label);
  if (last === undefined || last.action === 'remove' || last.user === null) return null;
  if (!isSameLabel(last, ids)) return null;
  const { username, id } = last.user;
  return { step, by: username, byId: id, on: localDate(last.createdAt, calendar), note: null };
}

/** The last change of the label that has this name by now. */
export function lastEvent(events: readonly LabelEvent[], label: string): LabelEvent | undefined {
  return events.findLast((event) => event.label === label);
}

/**
 * Whether the label of an event was the one that its name means: GitLab shows the name that the label has by now, so
 * that a label which somebody had set for another reason approves as soon as it is renamed. It was when its id is known
 * for the name, from then on; and, where the group had no label of the name, when it was set after that was seen.
 */
export function isSameLabel({ label, labelId, createdAt }: LabelEvent, ids: readonly LabelId[]): boolean {
  const known = ids.filter(({ name }) => name === label);
  const [first] = known;
  if (first === undefined) return true;
  return known.some(
    (one) =>
      (one.id === labelId && (one === first || createdAt >= one.since)) ||
      (one.id === null && known.length === 1 && createdAt >= one.since),
  );
}

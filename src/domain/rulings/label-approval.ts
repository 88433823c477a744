/** Approvals given by setting a label: who set it is told by GitLab's record of label changes, never by its presence. */
import { type Calendar, localDate } from '#domain/base/calendar.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { ActualUser } from '#domain/engagement/state.ts';
import type { Approval } from './rulings.ts';

/** One change of labels on an issue. */
export interface LabelEvent {
  /** Later ones have higher ids. */
  readonly id: number;
  /** `null` when the account is gone. */
  readonly user: ActualUser | null;
  /** `null` when the label is gone from the group. */
  readonly label: string | null;
  readonly action: 'add' | 'remove';
  readonly createdAt: string;
}

/**
 * Approval by whoever set the label last; `null` where the label was taken off again, or nobody is known. Whether that
 * person may approve is asked elsewhere.
 *
 * @param events of one issue, oldest first
 */
export function approvalByLabel(
  step: StepKey,
  label: string,
  events: readonly LabelEvent[],
  calendar: Calendar,
): Approval | null {
  const last = events.findLast((event) => event.label === label);
  if (last === undefined || last.action === 'remove' || last.user === null) return null;
  const { username, id } = last.user;
  return { step, by: username, byId: id, on: localDate(last.createdAt, calendar), note: null };
}

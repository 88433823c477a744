/** Proposals of dates that nobody answers: the manager is reminded, once. */

import { workingDaysSince } from '#domain/assess/lateness.ts';
import { isWorkingDay, localTime } from '#domain/base/calendar.ts';
import { REMIND_AFTER } from '#domain/proposals/settle.ts';
import { isOpenReplan, type Replan } from '#domain/rulings/rulings.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';

/** Whether the manager is to be reminded of a proposal now. @param now ISO 8601, on the day of the assessment */
export function isUnanswered(replan: Replan, context: BlockContext, now: string): boolean {
  const { calendar } = context.settings;
  const time = localTime(now, calendar);
  const { from, to } = calendar.workingHours;
  return isOverdue(replan, context) && time >= from && time < to;
}

/** Whether somebody is to be reminded of a proposal when work begins on the day of the assessment. */
export function hasUnanswered(context: BlockContext): boolean {
  return context.assessment.rulings.replans.some((replan) => isOverdue(replan, context));
}

function isOverdue(replan: Replan, { assessment: { today }, settings }: BlockContext): boolean {
  const { calendar, reminders } = settings;
  if (!isOpenReplan(replan) || replan.reminded || !reminders.enabled || !isWorkingDay(today, calendar))
    return false;
  if (reminders.quiet.some((range) => range.from <= today && today <= range.to)) return false;
  return workingDaysSince(replan.on, today, calendar) >= REMIND_AFTER;
}

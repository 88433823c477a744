import { isReachedOn } from '#domain/assess/acceptance.ts';
import { factsOf } from '#domain/assess/health.ts';
import { latenessOf, latenessText } from '#domain/assess/lateness.ts';
import { runningTrackers } from '#domain/assess/trackers.ts';
import { addCalendarDays, instantOf, isWorkingDay, msBetween } from '#domain/base/calendar.ts';
import { staleFrom } from '#domain/hours/reading.ts';
import { nextReminder } from '#domain/proposals/settle.ts';
import { nextOccurrence, nextWorkingHour } from '#domain/recurring/schedule.ts';
import { wantedOf } from '#domain/recurring/settle.ts';
import { isUnderWay } from '#domain/rulings/pipeline-run.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { hasReminder } from './reminders.ts';
import { hasUnanswered } from './unanswered.ts';

/** Whoever asks again within this many days misses nothing. */
const DAYS_AHEAD = 14;

/**
 * First instant after `now` at which something is to be done though nobody has done anything: a reminder is due,
 * silence counts, an order for the health ends, the health or how late a step is changes, hours become too old, a thread
 * opens; at once while a pipeline is under way, because events of pipelines come only where somebody has subscribed to them. `null`: not within 14 days.
 *
 * @param now ISO 8601, on the day of the assessment
 */
export function nextLook(context: BlockContext, now: string): string | null {
  const { assessment } = context;
  const isOver = assessment.closed && assessment.completed !== false;
  if (isOver || assessment.rulings.hold !== null) return null;
  if (assessment.rulings.runs.some(isUnderWay)) return now;
  const [first = null] = [
    daysLook(context, now),
    proposalLook(context, now),
    hoursLook(context),
    ...threadLooks(context, now),
  ]
    .filter((at) => at !== null)
    .toSorted();
  return first;
}

/** When the hours are too old to warn from, as the epic then says. */
function hoursLook({ assessment, settings }: BlockContext): string | null {
  const { reading } = assessment.hours;
  const day = reading === null ? null : staleFrom(reading, settings.calendar);
  return day === null ? null : instantOf(day, '00:00', settings.calendar);
}

/** When somebody is called because a proposal has no answer. */
function proposalLook({ assessment, settings }: BlockContext, now: string): string | null {
  const { calendar } = settings;
  const day = nextReminder(assessment.proposals, calendar);
  if (day === null) return null;
  const opening = instantOf(day, calendar.workingHours.from, calendar);
  return msBetween(now, opening) > 0 ? opening : nextWorkingHour(now, calendar);
}

/** Instants at which a thread opens, or its minutes are asked for. */
function threadLooks({ assessment, settings }: BlockContext, now: string): readonly string[] {
  const { calendar } = settings;
  const days = runningTrackers(assessment, settings).flatMap(({ tracker, memory, isOpen }) => {
    const next = isOpen ? nextOccurrence(tracker, memory.last) : null;
    return [
      ...(next === null ? [] : [next.opensOn]),
      ...wantedOf(tracker, memory).map(({ nudgeOn }) => nudgeOn),
    ];
  });
  return days.map((day) => {
    const opening = instantOf(day, calendar.workingHours.from, calendar);
    return msBetween(now, opening) > 0 ? opening : nextWorkingHour(now, calendar);
  });
}

function daysLook(context: BlockContext, now: string): string | null {
  const { assessment, settings } = context;
  const { calendar } = settings;
  for (let days = 0; days <= DAYS_AHEAD; days += 1) {
    const day = addCalendarDays(assessment.today, days);
    const then = { ...context, assessment: { ...assessment, today: day } };
    if (days > 0 && turnsAtMidnight(context, then)) return instantOf(day, '00:00', calendar);
    const opening = instantOf(day, calendar.workingHours.from, calendar);
    if (msBetween(now, opening) <= 0) continue;
    if (
      hasReminder(then) ||
      hasUnanswered(then) ||
      (isWorkingDay(day, calendar) && lateIn(context) !== lateIn(then))
    )
      return opening;
  }
  return null;
}

/** What the epic says of how late steps are. */
function lateIn(context: BlockContext): string {
  const late = context.assessment.steps.map((status) => latenessOf(status, context));
  return late.map((lateness) => (lateness === null ? '' : latenessText(lateness))).join('\n');
}

function turnsAtMidnight(context: BlockContext, then: BlockContext): boolean {
  const { steps, rulings, today } = then.assessment;
  const yesterday = addCalendarDays(today, -1);
  const counts = steps.some(
    ({ acceptance, issue }) =>
      acceptance !== null &&
      issue?.state === 'opened' &&
      isReachedOn(acceptance, today) &&
      !isReachedOn(acceptance, yesterday),
  );
  if (counts || rulings.health?.until === yesterday) return true;
  const facts = (at: BlockContext): string =>
    factsOf(at)
      .map(({ text }) => text)
      .join('\n');
  return facts(context) !== facts(then);
}

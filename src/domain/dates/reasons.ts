/** Forecasts in words, for people: why a step is forecast for a day, and why a date cannot be held. */

import { addCalendarMonths, type Calendar, workingDaysBetween } from '#domain/base/calendar.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { counted } from '#domain/base/sentence.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { Because, StepForecast } from './forecast.ts';

/**
 * Why a step is forecast for that day, to be read behind the date.
 *
 * @param titles titles of the steps, by key
 * @example `5 working days after Kick-off, done 2027-01-25, as planned`
 */
export function reasonText(because: Because, titles: ReadonlyMap<StepKey, string>): string {
  switch (because.kind) {
    case 'after':
      return afterText(because, titles.get(because.step) ?? because.step);
    case 'pinned':
      return `set to ${because.date} by a person`;
    case 'plan':
      return because.held === 0
        ? `as planned`
        : `planned for ${because.date}, and ${workingDays(because.held)} on hold since`;
  }
}

function afterText(
  { at, days, as, point, isFact }: Extract<Because, { kind: 'after' }>,
  title: string,
): string {
  const done = isFact ? 'done' : 'forecast for';
  const begun = isFact ? 'started by' : 'to start on';
  const before = `${title}, ${point === 'done' ? done : begun} ${at}`;
  const distance = days === 0 ? `the day of ${before}` : `${workingDays(days)} after ${before}`;
  return as === 'planned' ? `${distance}, as planned` : `${distance}: it needs ${workingDays(days)}`;
}

/**
 * Why a date cannot be held, and what would do; `null`: it can, or it moves. A process without change requests takes other
 * dates from the source of its SOW alone.
 *
 * @example `cannot be held: forecast 2027-07-27, 19 working days after the contract's end. A change request *dates* would do`
 */
export function cannotBeHeldText(
  { cannotBeHeld, pinned, latest, due, forecast }: StepForecast,
  { dates }: Pick<Subject, 'dates'>,
  calendar: Calendar,
  { steps }: Pick<ProcessDefinition, 'steps'>,
): string | null {
  const requests = steps.some(({ changes }) => changes !== undefined);
  if (!cannotBeHeld || due === null || forecast === null) return null;
  if (pinned)
    return `cannot be held: earliest ${forecast}, and a person has set ${due}. A later date would do, or \`/ps due auto\``;
  if (latest !== null && forecast > latest)
    return `cannot be held: forecast ${forecast}, and after ${latest} it is of no use. Sooner, or later dates with the customer (${requests ? 'a change request *dates*' : SOURCE}), would do`;
  const end = dates?.end ?? null;
  if (end === null || forecast <= end) {
    const late = workingDays(workingDaysBetween(due, forecast, calendar));
    return `cannot be held: forecast ${forecast}, ${late} after its date. \`/ps due ${forecast} <reason>\` would do`;
  }
  const late = workingDays(workingDaysBetween(end, forecast, calendar));
  const kind = forecast < addCalendarMonths(end, 2) ? 'dates' : 'extension';
  const change = requests
    ? `A change request *${kind}*`
    : `A later end, agreed with the customer (${SOURCE}),`;
  return `cannot be held: forecast ${forecast}, ${late} after the contract's end. ${change} would do`;
}

/** Where the dates of a SOW are changed without a change request. */
const SOURCE = '`dates` of the SOW, in its file or the CRM';

/** `1 working day`, `5 working days` */
export function workingDays(count: number): string {
  return counted(count, 'working day');
}

/** The dated steps of an engagement, from its assessment and its record. */

import { accompanies } from '#domain/assess/lateness.ts';
import { dueOf, type Outlook } from '#domain/assess/outlook.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { type Calendar, localDate, workingDaysBetween } from '#domain/base/calendar.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { closedOn } from '#domain/engagement/closed-on.ts';
import { type AnchorDates, anchorDates, latestDue } from '#domain/process/due-dates.ts';
import type { Predecessor } from '#domain/process/process.ts';
import type { Moved, Rulings } from '#domain/rulings/rulings.ts';
import { type DatedStep, type Forecast, forecastDates } from './forecast.ts';
import { followsByItself, realDue } from './real-due.ts';

/** Forecasts an engagement as things stand today. */
export function forecastOf(context: Outlook): Forecast {
  return forecastOn(context.assessment.today, datedSteps(context), context);
}

/** Forecasts dated steps. @param today see `Moment` */
export function forecastOn(
  today: string | null,
  steps: readonly DatedStep[],
  { assessment, settings }: Outlook,
  pullFrom?: string,
): Forecast {
  const moment = { today, calendar: settings.calendar, ...(pullFrom === undefined ? {} : { pullFrom }) };
  return forecastDates(steps, assessment.process.closeWhen, moment);
}

/** The steps that have dates of their own, every step after all its predecessors. */
export function datedSteps(context: Outlook): readonly DatedStep[] {
  const { assessment } = context;
  const byKey = new Map(assessment.steps.map((status) => [status.key, status]));
  return assessment.order
    .flatMap((key) => byKey.get(key) ?? [])
    .filter(takesPart)
    .map((status) => ({
      ...datesOf(status, context),
      key: status.key,
      after: followed(status, byKey, assessment.sow),
      slip: status.step.slip,
      needs: status.step.needs,
      started: status.started,
      canStart: !status.done && status.state !== 'blocked',
    }));
}

/** The date that Procession gave a step last; `null`: none. */
export function planDate(status: StepStatus, context: Outlook): string | null {
  const { key } = status;
  const moved = movedOf(key, context.assessment.rulings);
  return moved?.to ?? givenDate(status, context) ?? context.plannedDue.get(key) ?? null;
}

/** The date by the rules that the issue got when it was made, or since; `null`: unknown. */
function givenDate(status: StepStatus, { assessment, settings }: Outlook): string | null {
  return realDue(status, assessment, settings.calendar) ?? status.given;
}

function takesPart({ step }: StepStatus): boolean {
  return step.kind === 'once' && !accompanies(step);
}

function datesOf(
  status: StepStatus,
  context: Outlook,
): Pick<DatedStep, 'planned' | 'baseline' | 'due' | 'latest' | 'pinned' | 'mayMove' | 'doneOn' | 'held'> {
  const { assessment, settings, plannedDue } = context;
  const { key, done, settled, issue } = status;
  const { calendar } = settings;
  const moved = movedOf(key, assessment.rulings);
  const due = dueOf(status, context);
  const doneOn = done ? (settled?.on ?? closedOn(issue, assessment.today, calendar)) : null;
  // The dates of another engagement are its own.
  if (status.elsewhere !== null)
    return { planned: due, baseline: due, due, latest: null, pinned: false, mayMove: false, doneOn, held: 0 };
  const createdOn = firstDay(status, context);
  return {
    planned: notBefore(createdOn, givenDate(status, context) ?? plannedDue.get(key) ?? null),
    baseline: notBefore(createdOn, planDate(status, context)),
    due,
    latest: latestDue(status.step, assessment.sow, calendar),
    pinned: isPinned(status, context),
    mayMove: !(due !== null && due < createdOn) && !followsByItself(status.step),
    doneOn,
    held: done ? 0 : heldDays(assessment, moved?.on ?? createdOn, calendar),
  };
}

/** The day on which the issue of a step was made; one that is yet to be made is made today. */
function firstDay({ issue }: StepStatus, { assessment, settings }: Outlook): string {
  return issue === null ? assessment.today : localDate(issue.createdAt, settings.calendar);
}

/** A plan that was over before there was an issue began with it. */
function notBefore(first: string, date: string | null): string | null {
  return date !== null && date < first ? first : date;
}

function movedOf(key: StepKey, { moved }: Rulings): Moved | undefined {
  return moved.find(({ step }) => step === key);
}

/**
 * Whether a person has set the due date: by a command, or in GitLab, where it is another than Procession gave or is
 * about to give. Unknown of issues that are older than what is recorded of dates.
 */
function isPinned(status: StepStatus, context: Outlook): boolean {
  const { key, given } = status;
  const { pinned, replans, moved } = context.assessment.rulings;
  if (pinned.some(({ step }) => step === key)) return true;
  const due = dueOf(status, context);
  const isKnown = given !== null || moved.some(({ step }) => step === key);
  if (!isKnown || due === null || due === planDate(status, context)) return false;
  return !replans.some(({ moves }) => moves.some(({ step, to }) => step === key && to === due));
}

/** Working days on hold from a day on; the day on which it went on is none. */
function heldDays({ rulings, today }: Assessment, since: string, calendar: Calendar): number {
  const now: Rulings['holds'] = rulings.hold === null ? [] : [{ from: rulings.hold.on, to: today }];
  return [...rulings.holds, ...now].reduce((sum, { from, to }) => {
    const first = from > since ? from : since;
    return sum + (to <= first ? 0 : -workingDaysBetween(to, first, calendar));
  }, 0);
}

/** Steps that a date follows: those before it, or where there are none the one that its due rule counts from. That of another engagement follows none. */
function followed(
  status: StepStatus,
  byKey: ReadonlyMap<StepKey, StepStatus>,
  sow: AnchorDates,
): readonly Predecessor[] {
  if (status.elsewhere !== null) return [];
  const before = passingOver(status.after, byKey);
  if (before.length > 0) return before;
  const known = anchorDates(sow);
  const rule = status.step.due.find(({ from }) => byKey.has(from) || (known[from] ?? null) !== null);
  return rule !== undefined && byKey.has(rule.from) ? [{ step: rule.from, until: 'done' }] : [];
}

/** Predecessors that have dates; of one that has none, those before it. */
function passingOver(
  after: readonly Predecessor[],
  byKey: ReadonlyMap<StepKey, StepStatus>,
): readonly Predecessor[] {
  return after.flatMap((predecessor) => {
    const status = byKey.get(predecessor.step);
    if (status === undefined || takesPart(status)) return [predecessor];
    return passingOver(status.after, byKey);
  });
}

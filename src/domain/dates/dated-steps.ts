/** The dated steps of an engagement, from its assessment and its record. */

import { accompanies } from '#domain/assess/lateness.ts';
import { dueOf, type Outlook } from '#domain/assess/outlook.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { type Calendar, localDate, workingDaysBetween } from '#domain/base/calendar.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Predecessor } from '#domain/process/process.ts';
import type { EngagementRecord } from '#domain/record/record.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import { type DatedStep, type Forecast, forecastDates } from './forecast.ts';

type Baselines = Pick<EngagementRecord, 'baseline'> | null;

/** Forecasts an engagement. @param record what was recorded of it; `null`: nothing */
export function forecastOf(context: Outlook, record: Baselines): Forecast {
  const { assessment, settings } = context;
  const { today, process } = assessment;
  return forecastDates(datedSteps(context, record), process.closeWhen, {
    today,
    calendar: settings.calendar,
  });
}

/** The steps that have dates of their own, every step after all its predecessors. */
function datedSteps(context: Outlook, record: Baselines): readonly DatedStep[] {
  const { assessment } = context;
  const byKey = new Map(assessment.steps.map((status) => [status.key, status]));
  return assessment.order
    .flatMap((key) => byKey.get(key) ?? [])
    .filter(takesPart)
    .map((status) => ({
      ...datesOf(status, context, record),
      key: status.key,
      after: passingOver(status.after, byKey),
      slip: status.step.slip,
      needs: status.step.needs,
      started: status.started,
      canStart: !status.done && status.state !== 'blocked',
    }));
}

function takesPart({ step }: StepStatus): boolean {
  return step.kind === 'once' && !accompanies(step);
}

function datesOf(
  status: StepStatus,
  context: Outlook,
  record: Baselines,
): Pick<DatedStep, 'planned' | 'baseline' | 'due' | 'pinned' | 'doneOn' | 'held'> {
  const { assessment, settings, plannedDue } = context;
  const { key, done, settled, issue } = status;
  const given = record?.baseline.get(key) ?? null;
  const planned = given ?? plannedDue.get(key) ?? null;
  const due = dueOf(status, context);
  const closedOn = issue?.closedAt == null ? assessment.today : localDate(issue.closedAt, settings.calendar);
  return {
    planned,
    baseline: planned,
    due,
    pinned: given !== null && due !== null && due !== given,
    doneOn: done ? (settled?.on ?? closedOn) : null,
    held: done ? 0 : heldDays(assessment, settings.calendar),
  };
}

/** Working days on which the engagement was on hold; the day on which it went on is none. */
function heldDays({ rulings, today }: Assessment, calendar: Calendar): number {
  const now: Rulings['holds'] = rulings.hold === null ? [] : [{ from: rulings.hold.on, to: today }];
  return [...rulings.holds, ...now].reduce(
    (sum, { from, to }) => sum + (to <= from ? 0 : -workingDaysBetween(to, from, calendar)),
    0,
  );
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

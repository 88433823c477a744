/** How an engagement is doing, from the facts; and whose word counts when people say otherwise. */

import { HEALTH_STATES, type HealthState, labelValues } from '#domain/base/labels.ts';
import { counted } from '#domain/base/sentence.ts';
import type { ActualEpic } from '#domain/engagement/state.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import { type Lateness, latenessOf, workingDaysSince } from './lateness.ts';
import type { Outlook } from './outlook.ts';
import type { Assessment, StepStatus } from './step-status.ts';

/**
 * Reason for a health that is not `on track`. Dates and thresholds, no count of days: the text changes with the level
 * only.
 */
export interface HealthFact {
  readonly level: Exclude<HealthState, 'on track'>;
  readonly text: string;
}

/** Health of an engagement, and who said so. */
export interface Health {
  /** The label: ours, or what a person has set. */
  readonly label: string;
  /** Health by the facts alone. */
  readonly byFacts: HealthState;
  /** The worst first. */
  readonly facts: readonly HealthFact[];
  /** `command`: `/ps health`. `hand`: a person has set the label. */
  readonly by: 'facts' | 'command' | 'hand';
  /** Value to be remembered as the label that we set. */
  readonly ours: HealthState;
}

/** Working days after which a step is noticed, and after which the engagement is at risk. */
const SLIP = { noticed: 2, risk: 5 };
const WAITING = { noticed: 5, risk: 10 };

/**
 * Judges the health of an engagement: the label that people set counts, then `/ps health`, then the facts.
 *
 * | facts | needs attention | at risk |
 * |---|---|---|
 * | a step is late | 2 working days | 5 working days |
 * | a step waits for somebody outside | 5 working days | 10 working days |
 * | hours used of those sold | 90 % (`hours.attention`) | time and material: all of them (`hours.limit`) |
 * | a signed deal cannot be handed over, or names another SOW than its delivery | at once | |
 * | people are asked whether it is given up | at once | |
 *
 * @param epic `null` before the launch
 * @param auto somebody has just said `/ps health auto`
 */
export function healthOf(context: Outlook, epic: ActualEpic | null, auto = false): Health {
  const { assessment, settings } = context;
  const { healthSet, health: ordered } = assessment.rulings;
  const labels = epic === null ? [] : labelValues(epic.labels, 'health', settings.labels);
  const facts = assessment.closed || assessment.withdrawn ? [] : factsOf(context);
  const byFacts = facts[0]?.level ?? 'on track';
  const theirs = auto ? undefined : labels.find((value) => value !== healthSet);
  if (theirs !== undefined) return { label: theirs, byFacts, facts, by: 'hand', ours: healthSet };
  // A finished engagement keeps the health it ended with.
  const value = ordered?.value ?? (assessment.closed ? healthSet : byFacts);
  return { label: value, byFacts, facts, by: ordered === null ? 'facts' : 'command', ours: value };
}

/** Collects everything that speaks against `on track`, the worst first. */
export function factsOf(context: Outlook): readonly HealthFact[] {
  const { steps } = context.assessment;
  return [
    ...steps.flatMap((status) => slipOf(status, context)),
    ...steps.flatMap((status) => waitOf(status, context)),
    ...burnOf(context),
    ...lackingMinutes(context.assessment),
    ...stuckHandOver(context.assessment),
    ...askedEnd(context.assessment),
  ].toSorted((a, b) => HEALTH_STATES.indexOf(b.level) - HEALTH_STATES.indexOf(a.level));
}

function slipOf(status: StepStatus, context: Outlook): readonly HealthFact[] {
  const lateness = latenessOf(status, context);
  if (lateness === null) return [];
  return atLevel(lateness.workingDays, SLIP, (limit) => slipText(status, lateness, limit));
}

function slipText({ key, step: { title } }: StepStatus, lateness: Lateness, limit: number): string {
  const { due, from } = lateness;
  const days = `more than ${limit - 1} working ${limit === 2 ? 'day' : 'days'}`;
  if (lateness.step !== key)
    return `${title} holds up ${lateness.title}, which was due on ${due}: late since ${from}, for ${days}`;
  return due === from
    ? `${title} was due on ${due}, ${days} ago`
    : `${title} was due on ${due} before it could begin: late since ${from}, for ${days}`;
}

function waitOf(status: StepStatus, { assessment, settings }: Outlook): readonly HealthFact[] {
  const since = assessment.rulings.waiting.find(({ step }) => step === status.key)?.since;
  if (status.state !== 'waiting' || since === undefined) return [];
  const days = workingDaysSince(since, assessment.today, settings.calendar);
  return atLevel(
    days,
    WAITING,
    (limit) =>
      `${status.step.title} has waited for somebody outside since ${since}, for ${limit} working days or more`,
  );
}

function burnOf({ assessment: { hours, sow }, settings }: Outlook): readonly HealthFact[] {
  const { reading } = hours;
  const level = reading?.level;
  if (reading === null || level == null || level === 'notice') return [];
  const isRisk = level === 'limit' && sow.type === 't&m';
  const text = `${settings.hours[level]} % of the ${reading.scoped} hours sold are used, or more`;
  return [{ level: isRisk ? 'at risk' : 'needs attention', text }];
}

/** Occurrences running whose minutes are missing. */
const LACKING = 2;

function lackingMinutes({ steps, trackers }: Assessment): readonly HealthFact[] {
  return steps.flatMap(({ key, step, done }): HealthFact[] => {
    const memory = trackers.get(key);
    if (step.recurs === undefined || memory === undefined || done || memory.without < LACKING) return [];
    const name = step.recurs.name.toLowerCase();
    const text = `${memory.without} ${name}s without minutes, the last of ${memory.lastThread}`;
    return [{ level: 'needs attention', text }];
  });
}

/** Deals whose delivery ought to run, and does not. */
function stuckHandOver({ handOver, process, withdrawn }: Assessment): readonly HealthFact[] {
  if (withdrawn) return [];
  if (handOver.kind === 'renamed')
    return [
      {
        level: 'needs attention',
        text: `the deal names ${handOver.to}, and another delivery was handed over`,
      },
    ];
  if (handOver.kind !== 'incomplete') return [];
  const count = counted(handOver.problems.length, 'problem');
  const after = process.steps.find(({ id }) => id === process.handsOver?.after)?.title ?? '';
  return [
    {
      level: 'needs attention',
      text: `the delivery cannot be launched: ${count}, listed in a comment on ${after}`,
    },
  ];
}

/** Engagements that may have ended already: nobody has said yet whether they go on. */
function askedEnd({ ending }: Assessment): readonly HealthFact[] {
  return ending === undefined
    ? []
    : [{ level: 'needs attention', text: `${ending}; the manager has not said yet whether it is given up` }];
}

function atLevel(
  value: number,
  { noticed, risk }: { readonly noticed: number; readonly risk: number },
  text: (limit: number) => string,
): readonly HealthFact[] {
  if (value >= risk) return [{ level: 'at risk', text: text(risk) }];
  return value >= noticed ? [{ level: 'needs attention', text: text(noticed) }] : [];
}

/** Dates since when steps wait for somebody outside. Remembered, because GitLab's lists do not tell them. */
export function waitingSince({ steps, rulings, today }: Assessment): Rulings['waiting'] {
  return steps
    .filter(({ state }) => state === 'waiting')
    .map(
      ({ key }) =>
        // A day to come was recorded by a clock that was wrong.
        rulings.waiting.find(({ step, since }) => step === key && since <= today) ?? {
          step: key,
          since: today,
        },
    );
}

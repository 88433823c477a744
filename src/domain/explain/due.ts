import { contradictingDates } from '#domain/assess/date-order.ts';
import { latenessOf } from '#domain/assess/lateness.ts';
import { dueOf, titlesOf } from '#domain/assess/outlook.ts';
import type { StepStatus } from '#domain/assess/step-status.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { counted } from '#domain/base/sentence.ts';
import { anchorDates, earliestDue, latestDue } from '#domain/process/due-dates.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';

/** Due rule with the date that the rule counted from. */
export interface DueRuleSeen {
  /** Anchor: `closed_won`, `sow_start` or the id of another step. */
  readonly from: string;
  readonly workingDays: number;
  /** Date of the anchor; `null` when the SOW does not give one. */
  readonly anchor: string | null;
  /** Day before which the rule gives no date; `null`: it knows none. */
  readonly notBefore: string | null;
  /** Last day on which the step is of use, which no date is later than; `null`: there is none. */
  readonly notAfter: string | null;
  /** Set on the first rule with a known anchor, which gave the planned date. */
  readonly used: boolean;
}

/** Due date of a step with its reasons. */
export interface DueExplanation {
  /** Date on the issue, or on the issue that will be created. */
  readonly date: string | null;
  /** Date by the rules. */
  readonly planned: string | null;
  readonly rules: readonly DueRuleSeen[];
  /** Reason in words: `10 working days after closed_won 2026-03-05`, `set by people`, `no rule applies`. */
  readonly why: string;
  /** How late it is; `null`: it is not. `since`: the last day in time. */
  readonly late: { readonly since: string; readonly days: number } | null;
  /** Steps it comes after that are due later, so that one of the dates cannot be kept. */
  readonly beforeItsTurn: readonly {
    readonly step: StepKey;
    readonly title: string;
    readonly due: string;
  }[];
}

/** The due date of a step and the rule, or whoever, gave it. */
export function explainDue(status: StepStatus, context: BlockContext): DueExplanation {
  const rules = rulesSeen(status, context);
  const date = dueOf(status, context);
  const planned = context.plannedDue.get(status.key) ?? null;
  const used = rules.find((rule) => rule.used);
  const rule = used === undefined ? 'no rule applies' : ruleText(used, planned);
  const moved = context.assessment.rulings.moved.find(({ step, to }) => step === status.key && to === date);
  const given = date === planned ? rule : setBy(date, planned, status.given);
  const why = moved === undefined ? given : `moved on ${moved.on} with what comes before it`;
  const beforeItsTurn = contradictingDates(context)
    .filter(({ step }) => step === status.key)
    .map(({ before, beforeDue }) => ({
      step: before,
      title: titlesOf(context.assessment).get(before) ?? before,
      due: beforeDue,
    }));
  const lateness = latenessOf(status, context);
  const late = lateness === null ? null : { since: lateness.from, days: lateness.days };
  return { date, planned, rules, why, late, beforeItsTurn };
}

/** @param given the date that the issue got when it was made; `null`: not known */
function setBy(date: string | null, planned: string | null, given: string | null): string {
  const now = `the rules give ${planned ?? 'none'}`;
  if (given === null) return `set by people, or by Procession before the SOW changed; ${now}`;
  return date === given
    ? `set by Procession when the issue was made; by the SOW of today ${now}`
    : `set by people; ${now}`;
}

function rulesSeen(
  status: StepStatus,
  { assessment, plannedDue, settings }: BlockContext,
): readonly DueRuleSeen[] {
  const dates = anchorDates(assessment.sow);
  const notAfter = latestDue(status.step, assessment.sow, settings.calendar);
  let found = false;
  return status.step.due.map((rule) => {
    const { from, working_days: workingDays } = rule;
    const anchor = Object.hasOwn(dates, from) ? (dates[from] ?? null) : (plannedDue.get(from) ?? null);
    const used = !found && anchor !== null;
    found ||= used;
    const notBefore = earliestDue(rule, assessment.sow, settings.calendar);
    return { from, workingDays, anchor, notBefore, notAfter, used };
  });
}

/** `10 working days after closed_won 2026-03-05` */
function ruleText({ notBefore, notAfter, ...rule }: DueRuleSeen, planned: string | null): string {
  const counted = countedText(rule);
  if (notAfter !== null && notAfter === planned)
    return `${counted}, and not after ${notAfter}, the last day on which it is of use`;
  return notBefore !== null && notBefore === planned ? `${counted}, and not before ${notBefore}` : counted;
}

function countedText({ from, workingDays, anchor }: Omit<DueRuleSeen, 'notBefore' | 'notAfter'>): string {
  const when = `${from} ${anchor ?? ''}`.trim();
  if (workingDays === 0) return `on ${when}, or the next working day`;
  return `${counted(Math.abs(workingDays), 'working day')} ${workingDays < 0 ? 'before' : 'after'} ${when}`;
}

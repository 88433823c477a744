import { dueOf } from '#domain/assess/outlook.ts';
import type { StepStatus } from '#domain/assess/step-status.ts';
import type { DUE_ANCHORS } from '#domain/process/due-dates.ts';
import type { Sow } from '#domain/sow/sow.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';

/** One due rule and what it was counted from. */
export interface DueRuleSeen {
  /** `closed_won`, `sow_start` or another step's id. */
  readonly from: string;
  readonly workingDays: number;
  /** The date of the anchor; `null` when the SOW does not give it. */
  readonly anchor: string | null;
  /** This rule gave the planned date: the first whose anchor is known. */
  readonly used: boolean;
}

export interface DueExplanation {
  /** What the issue says, or will say when it is created. */
  readonly date: string | null;
  /** What the rules give. */
  readonly planned: string | null;
  readonly rules: readonly DueRuleSeen[];
  /** `10 working days after closed_won 2026-03-05`, `set by people`, `no rule applies`. */
  readonly why: string;
}

type AnchorDates = Readonly<Record<(typeof DUE_ANCHORS)[number], string | null>>;

/** The due date of a step and the rule that gave it. */
export function explainDue(status: StepStatus, context: BlockContext): DueExplanation {
  const rules = rulesSeen(status, context);
  const date = dueOf(status, context);
  const planned = context.plannedDue.get(status.key) ?? null;
  const used = rules.find((rule) => rule.used);
  if (date !== planned)
    return { date, planned, rules, why: `set by people; the rules give ${planned ?? 'none'}` };
  return { date, planned, rules, why: used === undefined ? 'no rule applies' : ruleText(used) };
}

function rulesSeen(status: StepStatus, { assessment, plannedDue }: BlockContext): readonly DueRuleSeen[] {
  const dates = anchorDates(assessment.sow);
  let found = false;
  return status.step.due.map(({ from, working_days: workingDays }) => {
    const anchor = isAnchor(from, dates) ? dates[from] : (plannedDue.get(from) ?? null);
    const used = !found && anchor !== null;
    found ||= used;
    return { from, workingDays, anchor, used };
  });
}

/** `10 working days after closed_won 2026-03-05` */
function ruleText({ from, workingDays, anchor }: DueRuleSeen): string {
  const when = `${from} ${anchor ?? ''}`.trim();
  if (workingDays === 0) return `on ${when}, or the next working day`;
  const days = Math.abs(workingDays);
  return `${days} working day${days === 1 ? '' : 's'} ${workingDays < 0 ? 'before' : 'after'} ${when}`;
}

function anchorDates(sow: Sow): AnchorDates {
  return {
    closed_won: sow.closed_won_on,
    sow_signed: sow.sow.signed_on,
    sow_start: sow.dates?.start ?? null,
    sow_end: sow.dates?.end ?? null,
  };
}

function isAnchor(name: string, dates: AnchorDates): name is keyof AnchorDates {
  return Object.hasOwn(dates, name);
}

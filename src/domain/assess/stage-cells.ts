import type { Step } from '#domain/process/process.ts';
import { isDeal, type Subject } from '#domain/sow/subject.ts';
import type { FilledCell } from './filled-cells.ts';

/**
 * Cells that a stage of the deal fills in, with the day on which its SOW was signed, as far as the deal tells, else
 * today; `null`: the step has no such rule, or the deal is in another stage.
 */
export function stageCells(step: Step, sow: Subject, today: string): readonly FilledCell[] | null {
  const rule = step.done_when.stage;
  if (rule === undefined || !isDeal(sow) || sow.deal.stage !== rule.is) return null;
  const value = sow.sow?.signed_on ?? sow.statement?.closed_won_on ?? today;
  return rule.fills.map((field) => ({ field, value }));
}

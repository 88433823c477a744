import type { Subject } from '#domain/sow/subject.ts';
import { evaluateCondition } from './condition.ts';
import type { ApprovalRule, DoneWhen } from './process.ts';

/** Every approval that a step can ask for, whether its definition writes one (`approval`) or several (`approvals`). */
export function approvalRules({
  approval,
  approvals = [],
}: Pick<DoneWhen, 'approval' | 'approvals'>): readonly ApprovalRule[] {
  return approval === undefined ? approvals : [approval, ...approvals];
}

/** Approvals that a step asks for with this SOW: those whose `when` holds. */
export function approvalsAsked(doneWhen: DoneWhen, sow: Subject): readonly ApprovalRule[] {
  return approvalRules(doneWhen).filter(
    ({ when }) => when === undefined || evaluateCondition(when, sow).holds,
  );
}

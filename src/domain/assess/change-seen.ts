/** A change request as JSON tells it. */
import type { ChangeKind, Paper } from '#domain/base/settings.ts';
import { approvalsSeen } from './approvals.ts';
import type { Change, ChangeState } from './changes.ts';
import type { StepStatus } from './step-status.ts';

/** Kind, state, and what the kind needs; `by` is `null` while an approval is missing. */
export interface ChangeSeen {
  readonly kind: ChangeKind | null;
  readonly state: ChangeState;
  readonly paper: Paper | null;
  readonly approvals: { readonly role: string; readonly by: string | null }[];
}

/** Tells where a change request stands. */
export function changeSeen({ approvals }: Pick<StepStatus, 'approvals'>, change: Change): ChangeSeen {
  const { kind, state, paper } = change;
  return { kind, state, paper, approvals: approvalsSeen(approvals).map(({ role, by }) => ({ role, by })) };
}

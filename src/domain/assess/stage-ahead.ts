import { hasReached, REACHABLE_STAGES } from '#domain/sow/deal-stage.ts';
import { isDeal } from '#domain/sow/subject.ts';
import type { Assessment, StepStatus } from './step-status.ts';

/**
 * Steps that the process wants done by the stage in which the deal is, and that are not. A stage closes none of them: it
 * is for people to see whether the stage or the issue is wrong. A step that an engagement does not have is passed over.
 */
export function stageAhead({
  process,
  sow,
  steps,
  closed,
  withdrawn,
}: Pick<Assessment, 'process' | 'sow' | 'steps' | 'closed' | 'withdrawn'>): readonly StepStatus[] {
  const { stages } = process;
  if (stages === undefined || !isDeal(sow) || closed || withdrawn) return [];
  const { stage } = sow.deal;
  const wanted = new Set(
    REACHABLE_STAGES.filter((one) => hasReached(stage, one)).flatMap((one) => stages[one] ?? []),
  );
  return steps.filter(({ step, done }) => wanted.has(step.id) && !done);
}

/** What {@link stageAhead} has found, as half a sentence. @example `the deal is in the stage signature, and Approvals is open` */
export function stageAheadText(
  { sow }: Pick<Assessment, 'sow'>,
  open: readonly StepStatus[],
  nameOf: (status: StepStatus) => string = ({ step }) => step.title,
): string {
  const stage = isDeal(sow) ? sow.deal.stage : '';
  return `the deal is in the stage ${stage}, and ${open.map(nameOf).join(' and ')} ${open.length === 1 ? 'is' : 'are'} open`;
}

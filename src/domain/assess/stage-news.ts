import { shown } from '#domain/base/input-problem.ts';
import { hasReached, REACHABLE_STAGES } from '#domain/sow/deal-stage.ts';
import { isDeal } from '#domain/sow/subject.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import type { Assessment, StepStatus } from './step-status.ts';

/**
 * Steps that the process wants done by the stage in which the deal is, and that are not. A stage closes none of them: it
 * is for people to see whether the stage or the issue is wrong. A step that an engagement does not have is passed over.
 */
function stageAhead({
  process,
  sow,
  steps,
}: Pick<Staged, 'process' | 'sow' | 'steps'>): readonly StepStatus[] {
  const { stages } = process;
  if (stages === undefined || !isDeal(sow)) return [];
  const { stage } = sow.deal;
  const wanted = new Set(
    REACHABLE_STAGES.filter((one) => hasReached(stage, one)).flatMap((one) => stages[one] ?? []),
  );
  return steps.filter(({ step, done }) => wanted.has(step.id) && !done);
}

/** What people should know about the stage of a deal, in sentences without a full stop at the end of the last. */
export interface StageNews {
  /** @example `The stage is ahead` */
  readonly head: string;
  readonly text: string;
  /** What is to be done about it; `null`: nothing. */
  readonly fix: string | null;
}

type Staged = Pick<Assessment, 'process' | 'sow' | 'steps' | 'closed' | 'withdrawn' | 'stages'>;

/**
 * What is to be told of the stage of a deal: it is ahead of the issues, it went back, its source calls it what nobody
 * knows. All of it goes by itself when it is put right. Empty for an engagement that is over.
 *
 * @param nameOf how a step is called
 */
export function stageNews(
  assessment: Staged,
  nameOf: (status: StepStatus) => string = ({ step }) => step.title,
): readonly StageNews[] {
  const { sow, closed, withdrawn, stages } = assessment;
  if (!isDeal(sow) || closed || withdrawn) return [];
  const { stage } = sow.deal;
  const open = stageAhead(assessment);
  const { furthest, unknown } = stages;
  return [
    ...(open.length === 0
      ? []
      : [
          {
            head: 'The stage is ahead',
            text: `the deal is in the stage ${stage}, and ${open.map(nameOf).join(' and ')} ${open.length === 1 ? 'is' : 'are'} open. Nothing is closed by that`,
            fix: 'Close what is done, or put the stage right where the deal is kept',
          },
        ]),
    ...(furthest === undefined
      ? []
      : [
          {
            head: 'The stage went back',
            text: `from ${furthest} to ${stage}. Nothing is opened or closed by that`,
            fix: null,
          },
        ]),
    ...(unknown === undefined
      ? []
      : [
          {
            head: 'Unknown stage',
            text: `${inlineText(shown(unknown))} is no stage of ours and changes nothing; the deal stays in ${stage}`,
            fix: 'Say what it means in `procession.yml` (`crm.<name>.stages`)',
          },
        ]),
  ];
}

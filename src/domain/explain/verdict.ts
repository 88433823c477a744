import { dealNews } from '#domain/assess/hand-over-news.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import type { WorkflowState } from '#domain/base/labels.ts';
import { awaitedStage } from '#domain/process/ready-when.ts';
import { lacksOfStep, lacksOfViolation, stepName, todosOf } from './missing.ts';

/**
 * Says where a step stands and why, in one sentence without a full stop.
 *
 * @param label state that the step's issue shows now
 */
export function verdictOf(status: StepStatus, assessment: Assessment, label: WorkflowState | null): string {
  const [broken] = status.violations;
  if (broken !== undefined) {
    const missing = lacksOfViolation(broken, assessment).map(({ text }) => text);
    const what =
      broken.rule === 'closed-too-early' ? 'closed too early' : `moved to "${broken.label}" too early`;
    return `${status.state}: ${what}; ${missing.join('; ')}`;
  }
  return `${status.state}: ${reason(status, assessment)}${labelRemark(status, label)}`;
}

function reason(status: StepStatus, assessment: Assessment): string {
  if (status.elsewhere !== null && status.state !== 'blocked')
    return elsewhereReason(status.elsewhere, assessment);
  const { issue } = status;
  switch (status.state) {
    case 'done':
      return doneReason(status, assessment);
    case 'waived':
      return 'not needed here, with a reason on its issue';
    case 'withdrawn':
      return 'the engagement was withdrawn before it was done';
    case 'blocked':
      return `waits for ${awaited(status, assessment).join(' and for ')}`;
    case 'ready':
      return issue === null ? 'nothing is in the way as soon as its issue exists' : 'nothing is in the way';
    case 'in progress':
      return 'its label says that somebody is on it, and nothing is in the way';
    case 'waiting':
      return 'its label says that it waits for somebody outside the team';
  }
}

function awaited(status: StepStatus, assessment: Assessment): readonly string[] {
  const stage = awaitedStage(status.step, assessment);
  return [
    ...status.waitsFor.map(({ step, until }) => `${stepName(step, assessment)} to be ${until}`),
    ...(stage === null ? [] : [`the deal to be in the stage ${stage}`]),
  ];
}

/** What the engagements say that have the issue of a step. */
function elsewhereReason(elsewhere: NonNullable<StepStatus['elsewhere']>, assessment: Assessment): string {
  return elsewhere.length === 0
    ? notBegun(assessment)
    : elsewhere
        .map(({ engagement, reference, state }) => `${reference} of ${engagement} is ${state}`)
        .join(', ');
}

/** Why the engagement that has the issue of a step is not there. */
function notBegun(assessment: Assessment): string {
  const why = dealNews(assessment).map(({ head, text }) => `${head}: ${text}`);
  return ['another engagement has its issue, and has not begun yet', ...why].join('. ');
}

function doneReason({ issue, step }: StepStatus, assessment: Assessment): string {
  if (issue?.state !== 'closed')
    return step.until !== undefined && assessment.closed
      ? 'it ends with the engagement'
      : 'it counts as done';
  const by = issue.closedBy === null ? '' : ` by ${issue.closedBy.username}`;
  const on = issue.closedAt === null ? '' : ` on ${issue.closedAt.slice(0, 10)}`;
  return `closed${by}${on} with everything it asks for`;
}

function labelRemark({ issue, state }: StepStatus, label: WorkflowState | null): string {
  if (issue === null || label === state) return '';
  return ` (its label says ${label === null ? 'nothing clear' : `"${label}"`}; the next run corrects it)`;
}

/** Says what would move a step on, one sentence each without a full stop. */
export function wouldChange(status: StepStatus, assessment: Assessment): readonly string[] {
  if (status.done && status.elsewhere !== null) return [];
  if (status.done) return assessment.closed ? [] : ['Opening its issue again makes it count as not done'];
  if (status.elsewhere !== null)
    return status.elsewhere
      .filter(({ done }) => done === null)
      .map(({ reference, engagement }) => `Finish ${reference} of ${engagement}`);
  if (status.issue === null) return ['Its issue is created when the engagement is applied: procession apply'];
  const todos = todosOf(lacksOfStep(status, assessment));
  if (status.waitsFor.length > 0) return todos;
  const { until } = status.step;
  if (until !== undefined && assessment.steps.some(({ key, done }) => key === until && !done))
    return [
      ...todos,
      `Keep it open until ${stepName(until, assessment)} is done; it is closed with the epic at the latest`,
    ];
  // Its success closes the issue.
  if (status.step.pipeline !== undefined && status.run?.used !== true && status.issue.state === 'opened')
    return todos;
  return [
    ...todos,
    status.issue.state === 'closed'
      ? 'The next run opens it again; close it when the rest is there'
      : 'Close its issue',
  ];
}

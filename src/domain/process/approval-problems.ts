/** Rules about the approvals of a step: each must be one that somebody can give, and that can be told from the others. */
import { didYouMean } from '#domain/base/closest.ts';
import type { FieldPath, InputProblem } from '#domain/base/input-problem.ts';
import { LABEL_SCOPES, labelName } from '#domain/base/labels.ts';
import { conditionProblems } from './condition-problems.ts';
import { inStep } from './problem.ts';
import type { ApprovalRule, ProcessDefinition, Step } from './process.ts';
import { reachable } from './step-graph.ts';

/** What is wrong with `approval` and `approvals`. */
export function approvalProblems(step: Step, process: ProcessDefinition): readonly InputProblem[] {
  const { approval, approvals = [] } = step.done_when;
  const message = 'approval and approvals stand side by side';
  const fix = 'Put all of them into approvals.';
  const one = approval === undefined ? [] : problemsOf(step, ['done_when', 'approval'], approval, process);
  return [
    ...(approval !== undefined && approvals.length > 0
      ? [inStep(step, ['done_when', 'approval'], message, fix)]
      : []),
    ...one,
    ...approvals.flatMap((rule, index) => problemsOf(step, ['done_when', 'approvals', index], rule, process)),
    ...saidTwice(step, approvals),
  ];
}

function problemsOf(
  step: Step,
  at: FieldPath,
  rule: ApprovalRule,
  process: ProcessDefinition,
): readonly InputProblem[] {
  const condition = rule.when === undefined ? [] : conditionProblems(rule.when, process.about);
  return [
    ...labelOfPeople(step, at, rule),
    ...doersBefore(step, at, rule, process),
    ...condition.map((problem) => inStep(step, [...at, 'when', ...problem.at], problem.message, problem.fix)),
  ];
}

/** A label that Procession sets itself says nothing about who approves. */
function labelOfPeople(step: Step, at: FieldPath, { label }: ApprovalRule): readonly InputProblem[] {
  const ours = LABEL_SCOPES.find((scope) => label?.startsWith(labelName(scope, '')) === true);
  if (label === undefined || ours === undefined) return [];
  const message = `labels of the scope ${ours}:: are set by Procession, so they prove no approval`;
  return [inStep(step, [...at, 'label'], message, 'Take a label of its own, for example approved::legal.')];
}

/** Who did a step is known for certain when it is done: it must come before. */
function doersBefore(
  step: Step,
  at: FieldPath,
  { not_by: named = [] }: ApprovalRule,
  { steps }: ProcessDefinition,
): readonly InputProblem[] {
  const edges = new Map(steps.map(({ id, after }) => [id, after.map((before) => before.step)]));
  const before = reachable(step.id, edges);
  return named.flatMap((id, index) => {
    if (before.includes(id)) return [];
    const message =
      id === step.id
        ? 'who does the step itself is kept out already, unless it says self: true'
        : `"${id}" is no step before this one`;
    const fix = didYouMean(id, before, `Steps before it are: ${before.join(', ') || 'none'}.`);
    return [inStep(step, [...at, 'not_by', index], message, fix)];
  });
}

/** Approvals are told apart by their roles, and those by label by their labels. */
function saidTwice(step: Step, approvals: readonly ApprovalRule[]): readonly InputProblem[] {
  return approvals.flatMap(({ role, label }, index) => {
    const before = approvals.slice(0, index);
    const at = ['done_when', 'approvals', index];
    const people = 'Say with count how many people of the role are wanted.';
    const own = `Take a label for each role, for example approved::${role}.`;
    return [
      ...(before.some((other) => other.role === role)
        ? [inStep(step, [...at, 'role'], `the role ${role} stands twice`, people)]
        : []),
      ...(label !== undefined && before.some((other) => other.label === label)
        ? [
            inStep(
              step,
              [...at, 'label'],
              `the label "${label}" stands twice, so it approves for nobody in particular`,
              own,
            ),
          ]
        : []),
    ];
  });
}

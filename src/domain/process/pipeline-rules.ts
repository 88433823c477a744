/** Rules about `pipeline` of a step: what it names must be there, and it must be able to close the step. */
import { didYouMean } from '#domain/base/closest.ts';
import type { FieldPath, InputProblem } from '#domain/base/input-problem.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import { pathsOf } from '#domain/sow/paths.ts';
import { isAmountPath } from '#domain/sow/subject.ts';
import { inStep } from './problem.ts';
import type { PipelineRule, ProcessDefinition, Step } from './process.ts';

/** What is wrong with the pipelines of the steps. */
export function pipelineProblems(
  process: Pick<ProcessDefinition, 'steps' | 'about'>,
): readonly InputProblem[] {
  return process.steps.flatMap((step) => {
    const { pipeline } = step;
    if (pipeline === undefined) return [];
    return [...once(step), ...knownPaths(step, pipeline, process.about), ...knownField(step, pipeline)];
  });
}

function once(step: Step): readonly InputProblem[] {
  if (step.kind !== 'recurring') return [];
  const message = 'a step that is recurring goes on with the engagement: no pipeline can finish it';
  return [inStep(step, ['pipeline'], message, 'Make it kind: once, or remove pipeline.')];
}

function knownPaths(
  step: Step,
  { variables, inputs = {} }: PipelineRule,
  about: SubjectKind,
): readonly InputProblem[] {
  const all = [
    ...Object.entries(variables).map(([name, given]) => ({ where: 'variables', name, given })),
    ...Object.entries(inputs).map(([name, given]) => ({ where: 'inputs', name, given })),
  ];
  return all.flatMap(({ where, name, given }) => {
    if (typeof given !== 'object') return [];
    const at: FieldPath = ['pipeline', where, name, 'from'];
    const path = pathsOf(about).get(given.from);
    if (path === undefined) {
      const fix = didYouMean(
        given.from,
        [...pathsOf(about).keys()],
        `See docs/${about}.schema.json for what there is.`,
      );
      return [inStep(step, at, `the ${about === 'deal' ? about : 'SOW'} has no "${given.from}"`, fix)];
    }
    if (isAmountPath(given.from))
      return [
        inStep(
          step,
          at,
          `"${given.from}" is money, which is not given to pipelines`,
          'Name another field, or let the job ask your CRM.',
        ),
      ];
    const isGroup = path.kind === 'object' || path.element === 'object';
    return isGroup
      ? [inStep(step, at, `"${given.from}" is a group of fields`, 'Name one of the fields in it.')]
      : [];
  });
}

/** Kinds of evidence that the end of a pipeline can give. */
const RECORDABLE: readonly string[] = ['url', 'date', 'text'];

function knownField(step: Step, { records }: PipelineRule): readonly InputProblem[] {
  if (records === undefined) return [];
  const at: FieldPath = ['pipeline', 'records'];
  const fields = step.done_when.evidence;
  const field = fields.find((known) => known.field === records);
  const names = fields.map((known) => known.field);
  if (field === undefined)
    return [
      inStep(
        step,
        at,
        `there is no evidence field "${records}"`,
        didYouMean(records, names, `Its evidence fields are: ${names.join(', ') || 'none'}.`),
      ),
    ];
  return RECORDABLE.includes(field.kind)
    ? []
    : [
        inStep(
          step,
          at,
          `a pipeline cannot fill in a field of kind ${field.kind}`,
          `Give the field one of the kinds ${RECORDABLE.join(', ')}.`,
        ),
      ];
}

/** What is wrong with a case by itself: it names steps, fields or items that are not there. */
import { evidenceFor } from '#domain/assess/assess.ts';
import { didYouMean } from '#domain/base/closest.ts';
import { type FieldPath, type InputProblem, problem } from '#domain/base/input-problem.ts';
import { stepIdOf } from '#domain/base/keys.ts';
import { isMadeByCommand, type ProcessDefinition } from '#domain/process/process.ts';
import { stepsFor } from '#domain/process/step-order.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { caseFacts, type ProcessCase } from './process-case.ts';

/** Finds everything wrong with a case of a process; paths begin at the case. Empty: the case can be tried. */
export function caseProblems(
  given: ProcessCase,
  process: ProcessDefinition,
  sow: Subject,
): readonly InputProblem[] {
  const { expect } = given;
  const steps = process.steps.map(({ id }) => id);
  const onDemand = new Set(process.steps.filter(isMadeByCommand).map(({ id }) => id));
  const unknown = (at: FieldPath, name: string, more: readonly string[] = []): readonly InputProblem[] => {
    const known = [...steps, ...more];
    if (known.includes(name) || onDemand.has(instanceOf(name) ?? '')) return [];
    const profile = process.profile === null ? '' : `, profile ${process.profile}`;
    const message = `there is no step "${name}" in ${process.id}${profile}`;
    return [problem({ at }, message, didYouMean(name, known, `Steps: ${known.join(', ')}.`))];
  };
  const inMap = (
    field: 'states' | 'broken' | 'missing' | 'due',
    more: readonly string[] = [],
  ): InputProblem[] =>
    Object.keys(expect[field]).flatMap((name) => unknown(['expect', field, name], name, more));
  const inList = (names: readonly string[] | undefined, at: FieldPath): InputProblem[] =>
    (names ?? []).flatMap((name, index) => unknown([...at, index], name));
  return [
    ...inList(given.done, ['done']),
    ...Object.keys(given.facts).flatMap((name) => unknown(['facts', name], name)),
    ...given.said.flatMap(({ about }, index) =>
      about === undefined ? [] : unknown(['said', index, 'about'], about),
    ),
    ...inMap('states'),
    ...inMap('broken', ['epic']),
    ...inMap('missing'),
    ...inMap('due'),
    ...inList(expect.excluded, ['expect', 'excluded']),
    ...inList(expect.open_gates, ['expect', 'open_gates']),
    ...factProblems(given, process, sow),
  ];
}

/** Facts about a step that this SOW does not ask for, and evidence or a pipeline the step does not have. */
function factProblems(given: ProcessCase, process: ProcessDefinition, sow: Subject): readonly InputProblem[] {
  const { included, excluded } = stepsFor(process, sow);
  return [...caseFacts(given)].flatMap(([name, { evidence, pipeline }]): readonly InputProblem[] => {
    const id = instanceOf(name);
    const out = id === null ? excluded.find(({ step }) => step.id === name) : undefined;
    if (out !== undefined)
      return [
        problem(
          { at: given.facts[name] === undefined ? ['done', given.done.indexOf(name)] : ['facts', name] },
          `the step does not belong to this SOW: ${out.why}`,
          'Change the SOW of the case, or leave the step out.',
        ),
      ];
    const applying = id === null ? included.map((each) => each.step) : process.steps;
    const step = applying.find((candidate) => candidate.id === (id ?? name));
    if (step !== undefined && step.pipeline === undefined && pipeline !== undefined)
      return [problem({ at: ['facts', name, 'pipeline'] }, `no pipeline does ${name}`, 'Leave it out.')];
    if (step === undefined || typeof evidence !== 'object') return [];
    const fields = evidenceFor(step, sow).map(({ field }) => field);
    return Object.keys(evidence)
      .filter((field) => !fields.includes(field))
      .map((field) =>
        problem(
          { at: ['facts', name, 'evidence', field] },
          `there is no such row in the evidence table of ${name}`,
          didYouMean(field, fields, `Rows: ${fields.join(', ')}.`),
        ),
      );
  });
}

/** The step of which it is one issue: `change-order` of `change-order/1`; `null` for a step itself. */
function instanceOf(name: string): string | null {
  return name.includes('/') ? stepIdOf(name) : null;
}

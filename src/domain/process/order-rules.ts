/** Rules about what a step waits for and when it is due. */

import { didYouMean } from '#domain/base/closest.ts';
import type { FieldPath, InputProblem } from '#domain/base/input-problem.ts';
import { DUE_ANCHORS } from './due-dates.ts';
import { inStep } from './problem.ts';
import type { Bound, ProcessDefinition, Step } from './process.ts';
import { findCycles } from './step-graph.ts';

/** What is wrong with `after`, `until` and `due` of the steps. */
export function orderProblems(process: ProcessDefinition): readonly InputProblem[] {
  return [
    knownPredecessors,
    eachPredecessorOnce,
    noCycle,
    knownUntil,
    untilOnlyAlongside,
    knownDueAnchors,
    noDueCycle,
    stagesOfDeals,
  ].flatMap((rule) => rule(process));
}

function knownPredecessors(process: ProcessDefinition): readonly InputProblem[] {
  const ids = idsOf(process);
  return process.steps.flatMap((step) =>
    step.after.flatMap((predecessor, index) => {
      const at = ['after', index];
      if (predecessor.step === step.id)
        return [inStep(step, at, 'a step cannot come after itself', 'Remove it.')];
      if (ids.has(predecessor.step)) return [];
      return [
        inStep(step, at, unknownStep(predecessor.step), didYouMean(predecessor.step, ids, listSteps(ids))),
      ];
    }),
  );
}

function eachPredecessorOnce(process: ProcessDefinition): readonly InputProblem[] {
  return process.steps.flatMap((step) => {
    const names = step.after.map((predecessor) => predecessor.step);
    return names.flatMap((name, index) =>
      names.indexOf(name) === index
        ? []
        : [inStep(step, ['after', index], `"${name}" is listed twice`, 'List it once.')],
    );
  });
}

function noCycle(process: ProcessDefinition): readonly InputProblem[] {
  const edges = new Map(
    process.steps.map((step) => [step.id, step.after.map((predecessor) => predecessor.step)]),
  );
  return inCircles(
    process,
    edges,
    'after',
    'the steps wait for each other',
    'Remove one of these predecessors.',
  );
}

function knownUntil(process: ProcessDefinition): readonly InputProblem[] {
  const ids = idsOf(process);
  return process.steps.flatMap((step) => {
    if (step.until === undefined) return [];
    if (step.until === step.id)
      return [inStep(step, ['until'], 'a step cannot run until its own end', 'Name another step.')];
    if (ids.has(step.until)) return [];
    return [inStep(step, ['until'], unknownStep(step.until), didYouMean(step.until, ids, listSteps(ids)))];
  });
}

function untilOnlyAlongside(process: ProcessDefinition): readonly InputProblem[] {
  return process.steps
    .filter((step) => step.until !== undefined && step.kind === 'once')
    .map((step) =>
      inStep(
        step,
        ['until'],
        'only steps that run alongside others have an until',
        'Set kind: recurring, or remove until.',
      ),
    );
}

function knownDueAnchors(process: ProcessDefinition): readonly InputProblem[] {
  const ids = idsOf(process);
  const anchors: readonly string[] = DUE_ANCHORS[process.about];
  const others: readonly string[] = DUE_ANCHORS[process.about === 'deal' ? 'sow' : 'deal'];
  const unknown = (step: Step, bound: Bound | undefined, at: FieldPath): readonly InputProblem[] =>
    bound === undefined || anchors.includes(bound.from)
      ? []
      : [
          inStep(
            step,
            [...at, 'from'],
            `there is no date "${bound.from}"`,
            didYouMean(bound.from, anchors, `Use one of ${anchors.join(', ')}.`),
          ),
        ];
  return process.steps.flatMap((step) => [
    ...unknown(step, step.not_after, ['not_after']),
    ...step.due.flatMap(({ from, not_before: bound }, index) => {
      const at = ['due', index, 'from'];
      const ofBound = unknown(step, bound, ['due', index, 'not_before']);
      if (ofBound.length > 0) return ofBound;
      if (from === step.id)
        return [inStep(step, at, 'a step cannot be due after itself', 'Count from another step or date.')];
      if (ids.has(from) || anchors.includes(from)) return [];
      const fallback = `Use one of ${anchors.join(', ')}, or the id of a step.`;
      if (others.includes(from))
        return [
          inStep(
            step,
            at,
            `"${from}" is no date of a ${process.about === 'deal' ? 'deal' : 'SOW'}`,
            fallback,
          ),
        ];
      return [
        inStep(
          step,
          at,
          `there is no date or step "${from}"`,
          didYouMean(from, [...anchors, ...ids], fallback),
        ),
      ];
    }),
  ]);
}

/** Only a deal goes through stages while its engagement runs. */
function stagesOfDeals({ about, steps }: ProcessDefinition): readonly InputProblem[] {
  if (about === 'deal') return [];
  return steps
    .filter(({ ready_when: wanted }) => wanted !== undefined)
    .map((step) =>
      inStep(
        step,
        ['ready_when'],
        'a SOW has no stages to wait for: it is won before anything begins',
        'Remove it, or write about: deal in process.yml.',
      ),
    );
}

function noDueCycle(process: ProcessDefinition): readonly InputProblem[] {
  const edges = new Map(process.steps.map((step) => [step.id, step.due.map(({ from }) => from)]));
  return inCircles(
    process,
    edges,
    'due',
    'the due dates are counted from each other',
    'Count one of them from a date of the SOW.',
  );
}

function inCircles(
  process: ProcessDefinition,
  edges: ReadonlyMap<string, readonly string[]>,
  key: string,
  message: string,
  fix: string,
): readonly InputProblem[] {
  return findCycles(edges).flatMap((cycle) => {
    const step = process.steps.find(({ id }) => id === cycle[0]);
    return step ? [inStep(step, [key], `${message}: ${[...cycle, cycle[0]].join(' → ')}`, fix)] : [];
  });
}

function idsOf(process: ProcessDefinition): ReadonlySet<string> {
  return new Set(process.steps.map(({ id }) => id));
}

function unknownStep(id: string): string {
  return `there is no step "${id}"`;
}

function listSteps(ids: Iterable<string>): string {
  return `The steps are: ${[...ids].join(', ')}.`;
}

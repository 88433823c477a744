/** Rules about how an engagement ends: its closing steps, and steps that could never be closed. */

import { didYouMean } from '#domain/base/closest.ts';
import type { InputProblem } from '#domain/base/input-problem.ts';
import { Sow } from '#domain/sow/sow.ts';
import { describeCondition, evaluateCondition } from './condition.ts';
import { inProcess, inStep, processFileOf } from './problem.ts';
import type { ProcessDefinition, Step } from './process.ts';
import { findCycles, reachable } from './step-graph.ts';

/** Finds what keeps the epic of an engagement from ever closing, or lets it close too early. */
export function closingProblems(process: ProcessDefinition): readonly InputProblem[] {
  return [
    knownSteps,
    existOnce,
    existAlways,
    waitForNoTracker,
    noDeadlock,
    afterTheClose,
    oneForEach,
  ].flatMap((rule) => rule(process));
}

function knownSteps(process: ProcessDefinition): readonly InputProblem[] {
  const ids = process.steps.map(({ id }) => id);
  const file = processFileOf(process);
  return process.closeWhen.flatMap((id, index) => {
    const at = ['close_when', index];
    if (!ids.includes(id))
      return [
        inProcess(
          file,
          at,
          `there is no step "${id}"`,
          didYouMean(id, ids, `The steps are: ${ids.join(', ')}.`),
        ),
      ];
    return process.closeWhen.indexOf(id) === index
      ? []
      : [inProcess(file, at, `"${id}" is listed twice`, 'List it once.')];
  });
}

function existOnce(process: ProcessDefinition): readonly InputProblem[] {
  return closingSteps(process)
    .filter((step) => step.kind !== 'once')
    .map((step) =>
      inStep(
        step,
        ['kind'],
        `a step that is ${step.kind} cannot be in close_when: there may be no issue to close, or many`,
        'Make it kind: once, or close on another step.',
      ),
    );
}

function existAlways(process: ProcessDefinition): readonly InputProblem[] {
  return closingSteps(process).flatMap((step) => {
    const example = sowWithout(step);
    if (example === null || step.when === undefined) return [];
    return [
      inStep(
        step,
        ['when'],
        `a step in close_when must always exist, and this one does not for ${example}`,
        `Remove "when: ${describeCondition(step.when)}", or close on a step that is always there.`,
      ),
    ];
  });
}

/** A SOW for which the step would not exist, in words; `null` when it exists for all. */
function sowWithout(step: Step): string | null {
  const { when } = step;
  if (when === undefined) return null;
  for (const deployment of Sow.shape.deployment.options)
    for (const type of Sow.shape.type.options)
      if (!evaluateCondition(when, { deployment, type } as Sow).holds)
        return `deployment ${deployment} and type ${type}`;
  const { checks } = evaluateCondition(when, {} as Sow);
  const others = new Set(
    checks.map(({ path }) => path).filter((path) => path !== 'deployment' && path !== 'type'),
  );
  return others.size === 0 ? null : `every value of ${[...others].join(', ')}`;
}

/** Recurring steps are closed together with the epic, so a closing step behind one would wait for itself. */
function waitForNoTracker(process: ProcessDefinition): readonly InputProblem[] {
  const edges = waitsFor(process);
  return closingSteps(process).flatMap((closing) =>
    reachable(closing.id, edges).flatMap((id) => {
      const tracker = process.steps.find((step) => step.id === id && step.kind === 'recurring');
      if (!tracker) return [];
      const message = `waits for "${id}", which recurs and is closed only with the epic, so the epic would never close`;
      return [
        inStep(
          closing,
          ['after'],
          message,
          `Take "${id}" out of what it waits for, or make that kind: once.`,
        ),
      ];
    }),
  );
}

/** A step may be closed only after its `until`; that one must not wait for it. */
function noDeadlock(process: ProcessDefinition): readonly InputProblem[] {
  const edges = new Map(waitsFor(process));
  for (const { id, until } of process.steps)
    if (until !== undefined) edges.set(id, [...(edges.get(id) ?? []), until]);
  return process.steps.flatMap((step) => {
    const { until } = step;
    if (until === undefined || until === step.id) return [];
    const cycle = findCycles(
      new Map([[step.id, [until]], ...[...edges].filter(([id]) => id !== step.id)]),
    ).find((ids) => ids.includes(step.id));
    if (!cycle) return [];
    const message = `may be closed only after "${until}", which waits for it: ${[...cycle, cycle[0]].join(' → ')}`;
    return [inStep(step, ['until'], message, 'Let it run until a step that does not wait for it.')];
  });
}

/** What comes after the close may stay open for weeks: nothing of the engagement may wait for it. */
function afterTheClose(process: ProcessDefinition): readonly InputProblem[] {
  const later = process.steps.filter(({ after_close }) => after_close === true);
  return later.flatMap((step): InputProblem[] => {
    const at = ['after_close'];
    if (process.closeWhen.includes(step.id))
      return [
        inStep(
          step,
          at,
          'a step in close_when cannot come after the close',
          'Take it out of close_when, or remove after_close.',
        ),
      ];
    if (step.kind !== 'once')
      return [
        inStep(
          step,
          at,
          `a step that is ${step.kind} cannot come after the close`,
          'Make it kind: once, or remove after_close.',
        ),
      ];
    return process.steps
      .filter(
        ({ after, until, after_close }) =>
          after_close !== true && (until === step.id || after.some((before) => before.step === step.id)),
      )
      .map((waiting) =>
        inStep(
          waiting,
          ['after'],
          `waits for "${step.id}", which comes after the close`,
          `Take "${step.id}" out of what it waits for, or set after_close: true here, too.`,
        ),
      );
  });
}

/** Steps with an issue for each item come in any number: nothing can close with them, or run until they are done. */
function oneForEach(process: ProcessDefinition): readonly InputProblem[] {
  return process.steps
    .filter(({ each }) => each !== undefined)
    .flatMap((step): InputProblem[] => {
      const at = ['each'];
      const says = (message: string, fix: string): InputProblem => inStep(step, at, message, fix);
      const trackers = process.steps.filter(({ until }) => until === step.id);
      return [
        ...(step.kind === 'once'
          ? []
          : [
              says(
                `a step that is ${step.kind} cannot have an issue for each item`,
                'Make it kind: once, or remove each.',
              ),
            ]),
        ...(step.pipeline === undefined
          ? []
          : [says('a step that a pipeline does has one issue', 'Remove each, or pipeline.')]),
        ...(process.closeWhen.includes(step.id)
          ? [says('a step in close_when has one issue', 'Take it out of close_when, or remove each.')]
          : []),
        ...trackers.map((tracker) =>
          inStep(
            tracker,
            ['until'],
            `"${step.id}" has an issue for each item`,
            'Let it run until a step that has one issue.',
          ),
        ),
      ];
    });
}

function waitsFor(process: ProcessDefinition): ReadonlyMap<string, readonly string[]> {
  return new Map(
    process.steps.map((step) => [
      step.id,
      step.after.filter(({ until }) => until === 'done').map(({ step }) => step),
    ]),
  );
}

function closingSteps(process: ProcessDefinition): readonly Step[] {
  return process.steps.filter(({ id }) => process.closeWhen.includes(id));
}

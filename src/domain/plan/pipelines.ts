/** Which pipelines are to be started, and what is said of those that failed. */

import { assigneesOf, mention } from '#domain/assess/outlook.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { newRun, runKey, runOf, withRun } from '#domain/rulings/pipeline-run.ts';
import { isNewFailure, runFailedText } from '#domain/rulings/pipeline-text.ts';
import { pipelineInputs, pipelineVariables } from '#domain/rulings/pipeline-variables.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import { type NoteRule, noteBody } from '#domain/texts/notes.ts';
import type { Action } from './action.ts';
import type { Draft, PlanInput } from './input.ts';
import { isGone } from './left.ts';

/**
 * Runs as they are to be recorded: a step whose turn it is wants its pipeline, and a success is used once it has
 * closed the issue, or is about to.
 */
export function nextRuns({ rulings, steps }: Assessment, now: string): Rulings['runs'] {
  let { runs } = rulings;
  for (const status of steps) {
    const { key, step, done, run } = status;
    if (step.pipeline === undefined) continue;
    if (run === null && isTurn(status)) runs = withRun(runs, newRun(key, 1, now));
    if (run?.state === 'success' && done && !run.used) runs = withRun(runs, { ...run, used: true });
  }
  return runs;
}

/** Nothing is started for a step that people have let off, or begun before an earlier one is done (`policy.mode: warn`). */
function isTurn({ state, waiver, waitsFor }: Pick<StepStatus, 'state' | 'waiver' | 'waitsFor'>): boolean {
  const isOpen = state === 'ready' || state === 'in progress' || state === 'waiting';
  return isOpen && waiver === null && waitsFor.every(({ until }) => until === 'started');
}

/**
 * Starts the pipelines that the epic says are wanted. What is wanted only now is written down first, and started by
 * the run after.
 */
export function planPipelines({
  facts: { assessment },
  said: { recorded },
}: Pick<PlanInput, 'facts' | 'said'>): readonly Action[] {
  const { engagement, sow } = assessment;
  return assessment.steps.flatMap((status): Action[] => {
    const { key, step, run } = status;
    const before = runOf(key, recorded.runs);
    const isWanted = run?.state === 'wanted' && before?.state === 'wanted' && before.attempt === run.attempt;
    if (step.pipeline === undefined || !isWanted || !isTurn(status)) return [];
    const { attempt, since } = run;
    const { project, ref } = step.pipeline;
    const one = { engagement, step: key, attempt };
    const variables = pipelineVariables(step.pipeline, sow, one);
    const inputs = pipelineInputs(step.pipeline, sow, one);
    const wanted = { project, ref, run: runKey(engagement, key, attempt), variables, inputs, since };
    return [{ kind: 'start-pipeline', step: key, attempt, ...wanted }];
  });
}

/** Steps whose pipelines are wanted now and were not when the epic was last written. */
export function newlyWanted(next: Pick<Rulings, 'runs'>, recorded: Pick<Rulings, 'runs'>): readonly string[] {
  return next.runs
    .filter(({ state }) => state === 'wanted')
    .filter(({ step, attempt }) => runOf(step, recorded.runs)?.attempt !== attempt)
    .map(({ step }) => step);
}

/** Writes one note for each attempt that failed, when that is first seen. */
export function planRunNotes({
  said,
  context,
  left,
}: Pick<Draft, 'said' | 'context' | 'left'>): readonly Action[] {
  return context.assessment.steps.flatMap((status): Action[] => {
    const { key, run, done, waiver } = status;
    if (run === null || done || waiver !== null || isGone(key, left)) return [];
    if (!isNewFailure(run, runOf(key, said.recorded.runs))) return [];
    const rule: NoteRule = `pipeline:${run.attempt}`;
    const people = assigneesOf(status, context).map((user) => mention(user, context));
    const body = noteBody(rule, runFailedText(run, people));
    return [{ kind: 'write-note', target: { kind: 'step', step: key }, rule, body }];
  });
}

/** How the pipelines that do steps stand in GitLab now. */
import type { AssessInput } from '#domain/assess/assess.ts';
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import {
  afterLook,
  afterStart,
  newRun,
  type PipelineRun,
  runOf,
  type StartedPipeline,
  withRun,
} from '#domain/rulings/pipeline-run.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import type { GitLab } from '#ports/gitlab.ts';

/** Outcome of starting the pipeline of one step. */
export interface StartedRun {
  readonly attempt: number;
  readonly result: StartedPipeline;
}
/** Pipelines started by this run and not recorded yet, by step. */
export type StartedRuns = ReadonlyMap<StepKey, StartedRun>;
/** No pipelines started. */
export const NONE_STARTED: StartedRuns = new Map();

/**
 * Reads how the recorded runs stand, where that may still change: one request for each, and one more where a job has
 * failed. A success stays one; what people have let off, or what is gone, is not looked at.
 *
 * @param started those that have just been started, and are not recorded yet
 */
export async function readRuns(
  gitlab: GitLab,
  facts: Pick<AssessInput, 'process' | 'today'> & { readonly rulings: Rulings; readonly now: string },
  started: StartedRuns,
): Promise<Rulings['runs']> {
  const { rulings, today, now } = facts;
  let { runs } = rulings;
  for (const [step, { attempt, result }] of started) {
    const wanted = runOf(step, runs);
    const run = wanted?.attempt === attempt ? wanted : newRun(step, attempt, now);
    runs = withRun(runs, afterStart(run, result, today));
  }
  return await Promise.all(
    runs.map(async (run) => (started.has(run.step) ? run : await look(gitlab, run, facts))),
  );
}

async function look(
  gitlab: GitLab,
  run: PipelineRun,
  { process, rulings, today }: Parameters<typeof readRuns>[1],
): Promise<PipelineRun> {
  const rule = process.steps.find(({ id }) => id === stepIdOf(run.step))?.pipeline;
  const isLetOff = rulings.waivers.some(({ step }) => step === run.step);
  const isFinal = run.state === 'success' || run.state === 'gone';
  if (rule === undefined || run.id === null || run.state === 'wanted' || isFinal || isLetOff) return run;
  return afterLook(run, await gitlab.readPipeline(rule.project, run.id), today);
}

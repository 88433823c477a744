/**
 * The pipeline that does a step: what is remembered of its last run, in the epic, and what GitLab's answers make of
 * that. A run is first wanted in the epic, then started, then recorded; the pipeline carries `SOW-1042/provision/1`
 * (engagement, step, attempt) as a variable. So after a crash anywhere it is found again instead of being started twice.
 */

import { z } from 'zod';
import { type EngagementKey, isStepKey, type StepKey } from '#domain/base/keys.ts';

/**
 * | state | is |
 * |---|---|
 * | wanted | to be started; perhaps it has been, and nobody has written it down yet |
 * | running | created, waiting for a runner, at work |
 * | manual | waiting for somebody to start a manual job |
 * | success, failed, canceled, skipped | over, in GitLab's words |
 * | gone | the pipeline was deleted, or cannot be seen any more |
 * | refused | GitLab did not start it |
 */
const RUN_STATES = [
  'wanted',
  'running',
  'manual',
  'success',
  'failed',
  'canceled',
  'skipped',
  'gone',
  'refused',
] as const;
/** State of a run, see the table above. */
export type RunState = (typeof RUN_STATES)[number];

/** Last run of the pipeline that does a step, as the epic remembers it. */
export const PipelineRun = z.object({
  step: z.string().refine(isStepKey),
  /** From 1; `/ps retry` makes it one more. */
  attempt: z.int().min(1),
  state: z.enum(RUN_STATES),
  /** When it was first wanted, ISO 8601: no pipeline of it is older. */
  since: z.iso.datetime(),
  /** Of the pipeline in GitLab; `null` before it is started, and when it was refused. */
  id: z.int().nullable(),
  url: z.string().nullable(),
  /** The first job that failed. */
  job: z.object({ name: z.string(), url: z.string() }).nullable(),
  /** Why GitLab did not start it. */
  reason: z.string().nullable(),
  /** The day it ended. */
  on: z.iso.date().nullable(),
  /** Its success has closed the issue: who opens it again wants something else, and it is not closed a second time. */
  used: z.boolean(),
});
export type PipelineRun = z.infer<typeof PipelineRun>;

/** Pipeline as GitLab shows it. */
export interface ActualPipeline {
  readonly id: number;
  readonly url: string;
  /** In GitLab's words: `waiting_for_resource`, `success`. */
  readonly status: string;
  /** ISO 8601, once it is over. */
  readonly finishedAt: string | null;
  readonly failedJob: { readonly name: string; readonly url: string } | null;
}

/** Answer of GitLab when asked to start a pipeline. */
export type StartedPipeline =
  | { readonly kind: 'started'; readonly pipeline: ActualPipeline }
  | { readonly kind: 'refused'; readonly reason: string };

/** States in which the pipeline did not do what it should: somebody must look. */
const FAILURES: readonly RunState[] = ['failed', 'canceled', 'skipped', 'gone', 'refused'];

/** Whether the pipeline did not do what it should, so that somebody must look. */
export function hasFailed({ state }: Pick<PipelineRun, 'state'>): boolean {
  return FAILURES.includes(state);
}

/** Whether the pipeline may end without anything happening to the engagement. */
export function isUnderWay({ state }: Pick<PipelineRun, 'state'>): boolean {
  return state === 'wanted' || state === 'running' || state === 'manual';
}

/** Key by which the pipeline of a run is found again. @example `SOW-1042/provision/1` */
export function runKey(engagement: EngagementKey, step: StepKey, attempt: number): string {
  return `${engagement}/${step}/${attempt}`;
}

/** Engagement of a run: `SOW-1042` of `SOW-1042/provision/1`; `null` for a text that names no run. */
export function engagementOfRun(key: string): EngagementKey | null {
  return /^([^/]+)\/.+\/\d+$/.exec(key)?.[1] ?? null;
}

/** Last run of a step; `null` when there was none. */
export function runOf(step: StepKey, runs: readonly PipelineRun[]): PipelineRun | null {
  return runs.find((run) => run.step === step) ?? null;
}

/** Run that is yet to be started. @param since now, ISO 8601 */
export function newRun(step: StepKey, attempt: number, since: string): PipelineRun {
  const nothing = { id: null, url: null, job: null, reason: null, on: null };
  return { step, attempt, state: 'wanted', since, ...nothing, used: false };
}

/** Run after its start. @param today `2026-11-25` */
export function afterStart(run: PipelineRun, started: StartedPipeline, today: string): PipelineRun {
  return started.kind === 'started'
    ? afterLook(run, started.pipeline, today)
    : { ...run, state: 'refused', reason: started.reason.slice(0, 500), on: today };
}

/** Run after a look at its pipeline. @param seen `null` when there is no such pipeline any more */
export function afterLook(run: PipelineRun, seen: ActualPipeline | null, today: string): PipelineRun {
  if (seen === null) return { ...run, state: 'gone', job: null, on: today };
  const state = stateOf(seen.status);
  const isOver = state === 'success' || hasFailed({ state });
  return {
    ...run,
    state,
    id: seen.id,
    url: seen.url,
    job: state === 'failed' ? seen.failedJob : null,
    on: isOver ? (seen.finishedAt?.slice(0, 10) ?? today) : null,
  };
}

/** @see https://docs.gitlab.com/api/pipelines/ */
function stateOf(status: string): RunState {
  switch (status) {
    case 'success':
    case 'failed':
    case 'canceled':
    case 'skipped':
    case 'manual':
      return status;
    default:
      return 'running';
  }
}

/** Runs with one put in the place of the last of its step. */
export function withRun(runs: readonly PipelineRun[], run: PipelineRun): PipelineRun[] {
  return [...runs.filter(({ step }) => step !== run.step), run].toSorted((a, b) =>
    a.step < b.step ? -1 : 1,
  );
}

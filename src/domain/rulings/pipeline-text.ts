/** The pipeline of a step in words: for gates, the lines kept on the issue, and the note when it failed. */

import type { PipelineRule } from '#domain/process/process.ts';
import { inlineText, plainText } from '#domain/text/foreign-text.ts';
import { hasFailed, type PipelineRun } from './pipeline-run.ts';

/** Reading of the gate that waits for a pipeline, see `GateReading`. */
export interface RunReading {
  readonly wanted: string;
  readonly seen: string;
  readonly problem: string | null;
  readonly todo: string;
}

/** Reads the gate that waits for the success of a pipeline. */
export function runGate({ project, ref }: PipelineRule, run: PipelineRun | null): RunReading {
  const wanted = `success of the pipeline of ${project} (${plainText(ref, 80)})`;
  const seen = run === null ? 'not started yet' : plainSeen(run);
  if (run?.state === 'success') return { wanted, seen, problem: null, todo: '' };
  return { wanted, seen, problem: `the ${wanted} is missing (${seen})`, todo: todoOf(run) };
}

function plainSeen(run: PipelineRun): string {
  const address = run.url === null ? '' : `, ${run.url}`;
  return `${seenWords(run, plainText)}${address}`;
}

/** @param quote makes words that are not ours fit for the place */
function seenWords(
  { state, on, job, reason }: PipelineRun,
  quote: (raw: string, limit: number) => string,
): string {
  const day = on === null ? '' : ` on ${on}`;
  switch (state) {
    case 'wanted':
      return 'not started yet';
    case 'running':
      return 'running';
    case 'manual':
      return 'waits for a manual job';
    case 'success':
      return `succeeded${day}`;
    case 'failed':
      return `failed${day}${job === null ? '' : ` in the job ${quote(job.name, 80)}`}`;
    case 'canceled':
      return `was canceled${day}`;
    case 'skipped':
      return `was skipped${day}`;
    case 'gone':
      return 'was deleted, or cannot be seen any more';
    case 'refused':
      return `was not started: ${quote(reason ?? 'GitLab did not say why', 500)}`;
  }
}

function todoOf(run: PipelineRun | null): string {
  if (run === null || run.state === 'wanted') return 'It starts by itself when this step is ready';
  if (run.state === 'running') return 'This issue is closed when it succeeds';
  if (run.state === 'manual') return 'Start the manual job';
  return run.state === 'failed' || run.state === 'canceled'
    ? 'Mend what failed, then retry the pipeline, or comment /ps retry for a new one'
    : 'Mend what is in the way, then comment /ps retry for a new one';
}

/** The pipeline as one inert Markdown sentence: `The pipeline [#12](…) failed on 2026-11-25 in the job [deploy](…).` */
function runSentence(run: PipelineRun): string {
  const name = run.id === null || run.url === null ? 'The pipeline' : `The pipeline [#${run.id}](${run.url})`;
  const job = run.state === 'failed' ? run.job : null;
  const seen =
    job === null
      ? seenWords(run, inlineText)
      : `${seenWords({ ...run, job: null }, inlineText)} in the job [${inlineText(job.name, 80)}](${job.url})`;
  return `${name} ${run.state === 'running' ? 'is ' : ''}${seen}.`;
}

/** Sentence about a run; none before there is something to say. */
export function runSentences(run: PipelineRun | null): readonly string[] {
  return run === null || run.state === 'wanted' ? [] : [runSentence(run)];
}

/** Text on the issue of a step whose pipeline failed. @param people those who are on the step, as mentions */
export function runFailedText(run: PipelineRun, people: readonly string[]): string {
  const names = people.map((mention) => `${mention} `).join('');
  return [
    `${names}${runSentence(run)} So this step is not done.`,
    '',
    `**What to do:** ${todoOf(run).replace('/ps retry', '`/ps retry`')}. If the step is to be done without it, a manager comments \`/ps waive <reason>\`.`,
  ].join('\n');
}

/**
 * Whether a failure has not been told yet: once for each attempt. @param before the run when the epic was last written
 */
export function isNewFailure(run: PipelineRun, before: PipelineRun | null): boolean {
  const isKnown = before !== null && before.attempt === run.attempt && hasFailed(before);
  return hasFailed(run) && !isKnown;
}

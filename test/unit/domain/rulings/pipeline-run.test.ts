import { describe, expect, it } from 'vitest';
import {
  type ActualPipeline,
  afterLook,
  afterStart,
  newRun,
  type PipelineRun,
} from '#domain/rulings/pipeline-run.ts';
import { isNewFailure, runFailedText, runGate } from '#domain/rulings/pipeline-text.ts';

const TODAY = '2026-11-25';
const WANTED = newRun('provision', 1, '2026-11-25T09:00:00.000Z');
const RULE = { project: 'services/provisioning', ref: 'main', variables: {} };

function aPipeline(changes: Partial<ActualPipeline> = {}): ActualPipeline {
  const url = 'https://gitlab.test/services/provisioning/-/pipelines/7';
  return { id: 7, url, status: 'running', finishedAt: null, failedJob: null, ...changes };
}

function aRun(changes: Partial<PipelineRun>): PipelineRun {
  return { ...afterStart(WANTED, { kind: 'started', pipeline: aPipeline() }, TODAY), ...changes };
}

describe('domain/pipeline-run', () => {
  it.each([
    ['created', 'running'],
    ['waiting_for_resource', 'running'],
    ['preparing', 'running'],
    ['pending', 'running'],
    ['running', 'running'],
    ['scheduled', 'running'],
    ['canceling', 'running'],
    ['waiting_for_callback', 'running'],
    ['something newer', 'running'],
    ['manual', 'manual'],
    ['success', 'success'],
    ['failed', 'failed'],
    ['canceled', 'canceled'],
    ['skipped', 'skipped'],
  ])('takes %s for %s', (status, state) => {
    expect(afterLook(WANTED, aPipeline({ status }), TODAY).state).toBe(state);
  });

  it('remembers the day on which it ended, by GitLab, and by us where GitLab does not say', () => {
    const ended = aPipeline({ status: 'success', finishedAt: '2026-11-24T23:59:00.000Z' });

    expect(afterLook(WANTED, ended, TODAY).on).toBe('2026-11-24');
    expect(afterLook(WANTED, { ...ended, finishedAt: null }, TODAY).on).toBe(TODAY);
    expect(afterLook(WANTED, aPipeline(), TODAY).on).toBeNull();
  });

  it('forgets the failed job when the pipeline runs again', () => {
    const failedJob = { name: 'deploy', url: 'https://gitlab.test/-/jobs/1' };
    const failed = afterLook(WANTED, aPipeline({ status: 'failed', failedJob }), TODAY);

    expect(failed.job).toEqual(failedJob);
    expect(afterLook(failed, aPipeline(), TODAY)).toMatchObject({ job: null, on: null, state: 'running' });
  });

  it('tells a failure once for each attempt', () => {
    const failed = aRun({ state: 'failed' });

    expect(isNewFailure(failed, aRun({ state: 'running' }))).toBe(true);
    expect(isNewFailure(failed, failed)).toBe(false);
    expect(isNewFailure({ ...failed, attempt: 2 }, failed)).toBe(true);
    expect(isNewFailure(failed, null)).toBe(true);
    expect(isNewFailure(aRun({ state: 'running' }), failed)).toBe(false);
  });
});

describe('domain/pipeline-text', () => {
  it.each([
    [null, 'not started yet', 'It starts by itself when this step is ready'],
    [WANTED, 'not started yet', 'It starts by itself when this step is ready'],
    [aRun({}), 'running, https', 'This issue is closed when it succeeds'],
    [aRun({ state: 'manual' }), 'waits for a manual job', 'Start the manual job'],
    [aRun({ state: 'failed', on: TODAY }), 'failed on 2026-11-25', '/ps retry'],
    [aRun({ state: 'canceled', on: TODAY }), 'was canceled on 2026-11-25', '/ps retry'],
    [aRun({ state: 'skipped', on: TODAY }), 'was skipped on 2026-11-25', '/ps retry'],
    [aRun({ state: 'gone' }), 'was deleted', '/ps retry'],
    [aRun({ state: 'refused', reason: 'no', url: null }), 'was not started: no', '/ps retry'],
  ])('says what is missing and what to do: %#', (run, seen, todo) => {
    const reading = runGate(RULE, run);

    expect(reading.problem).toContain(seen);
    expect(reading.todo).toContain(todo);
  });

  it('has nothing to say against a success', () => {
    expect(runGate(RULE, aRun({ state: 'success', on: TODAY }))).toMatchObject({
      wanted: 'success of the pipeline of services/provisioning (main)',
      problem: null,
      todo: '',
    });
  });

  it('makes what a job is called and what GitLab says harmless', () => {
    const job = { name: '@root /close ](https://evil.example.com) <b>', url: 'https://gitlab.test/-/jobs/1' };
    const failed = runFailedText(aRun({ state: 'failed', on: TODAY, job }), ['@eli']);
    const refused = runFailedText(aRun({ state: 'refused', url: null, reason: '@all\n/close' }), []);

    expect(failed.startsWith('@eli The pipeline [#7](https://gitlab.test')).toBe(true);
    expect(failed).not.toMatch(/@root|\]\(https:\/\/evil|<b>/);
    expect(refused).not.toMatch(/@all|^\/close/m);
  });
});

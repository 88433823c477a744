import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pipeline } from '#cli/init/init-files.ts';
import { readPipelineFile } from '#config/pipeline-file.ts';
import { jobsOfSchedule } from '#domain/setup/scheduled-jobs.ts';
import { SWEEP_SCHEDULE } from '#domain/setup/wanted-installation.ts';
import { recipe } from '#test/support/recipes.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'procession-pipeline-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(text: string): ReturnType<typeof readPipelineFile> {
  writeFileSync(join(folder, '.gitlab-ci.yml'), text);
  return readPipelineFile(folder);
}

const inputsOf = (text: string) => fileOf(text)?.inputs ?? null;

const jobs = (text: string, schedule: string): readonly string[] => {
  const inputs = inputsOf(text);
  return inputs === null ? ['not known'] : jobsOfSchedule(schedule, inputs);
};

describe('the jobs of a schedule', () => {
  it('are all, as procession init writes it', () => {
    const text = pipeline({ component: 'acme/procession', version: '1.0.0' });

    expect(jobs(text, SWEEP_SCHEDULE)).toEqual(['sweep', 'check', 'report']);
  });

  it('are the sweep for the schedule that setup makes, and the rest for another, as docs/ci.md has it', async () => {
    const text = await recipe('docs/ci.md', 'yaml', 'sweep_on: sweep');

    expect(jobs(text, SWEEP_SCHEDULE)).toEqual(['sweep']);
    expect(jobs(text, 'Nightly check and report')).toEqual(['check', 'report']);
  });

  it.each([
    ['by project and file', 'include: [{ project: acme/procession, file: /templates/procession.yml }]'],
    ['by address', 'include: { remote: https://example.com/templates/procession.yml }'],
  ])('are found where the component is included %s', (_, text) => {
    expect(inputsOf(text)).toEqual({});
  });

  it('leave out what is switched off, and what no expression can choose', () => {
    const text = 'include: { component: x/procession@1, inputs: { check: false, sweep_on: "(" } }';

    expect(jobs(text, SWEEP_SCHEDULE)).toEqual(['report']);
  });

  it.each([
    ['there is no file', null],
    ['something else is included', 'include: [{ component: x/other@1 }, { local: a.yml }]'],
    ['only GitLab can read it', 'job: { script: !reference [.a, script] }'],
  ])('are not known where %s', (_, text) => {
    expect(text === null ? readPipelineFile(folder) : inputsOf(text)).toBeNull();
  });
});

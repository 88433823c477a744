/** docs/first-pipeline.md: its commands, from an empty GitLab, and the pipelines of the project that they leave. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUILT_ENV, MAIN } from '#test/support/built.ts';
import { startWorldOnPort, type TestWorld } from '#test/support/gitlab-world.ts';
import { createRunner, packageVersion, type Runner } from '#test/support/pipeline.ts';
import { recipe } from '#test/support/recipes.ts';

const root = join(import.meta.dirname, '../..');
const PAGE = 'docs/first-pipeline.md';
const run = promisify(execFile);

let runner: Runner;
let world: TestWorld;
let home: string;
let folder: string;

beforeAll(async () => {
  runner = await createRunner();
  world = await startWorldOnPort();
  home = await mkdtemp(join(tmpdir(), 'procession-first-'));
  folder = join(home, 'engagements');
  await mkdir(folder);
  for (const repository of ['acme/procession', 'services/engagements'])
    await run('git', ['init', '--quiet', '--bare', join(home, `${repository}.git`)]);
  const source = join(home, 'source');
  await cp(join(root, 'templates'), join(source, 'templates'), { recursive: true });
  const git = async (...args: readonly string[]) =>
    await run('git', [...args], { cwd: source, env: environment() });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Procession');
  await git('tag', packageVersion());
  addReviewer();
});

afterAll(async () => {
  await world.close();
  await runner.close();
  await rm(home, { recursive: true, force: true });
});

function addReviewer(): void {
  const { users } = world.sandbox.world;
  const id = Math.max(...users.map((user) => user.id)) + 1;
  users.push({ ...world.seed.noor.user, id, username: 'procession-review', name: 'Reviewer' });
  world.seed.project.members.set(id, 20);
}

/** What is pushed to GitLab goes into folders. */
function environment(): Record<string, string> {
  return {
    ...BUILT_ENV,
    HOME: home,
    GITLAB_URL: world.url,
    GITLAB_TOKEN: world.seed.ada.token,
    PROCESSION_SOURCE: join(home, 'source'),
    GIT_CONFIG_COUNT: '3',
    GIT_CONFIG_KEY_0: `url.file://${home}/.insteadOf`,
    GIT_CONFIG_VALUE_0: `${world.url}/`,
    GIT_CONFIG_KEY_1: 'user.name',
    GIT_CONFIG_VALUE_1: 'Ada Owens',
    GIT_CONFIG_KEY_2: 'user.email',
    GIT_CONFIG_VALUE_2: 'ada@example.com',
  };
}

/** A block of the page, typed into a shell. */
async function type(needle: string, cwd: string): Promise<void> {
  const procession = `procession() { '${process.execPath}' '${MAIN}' "$@"; }`;
  const script = `${procession}\n${await recipe(PAGE, 'sh', needle)}`;
  await run('bash', ['-eu', '-o', 'pipefail', '-c', script], { cwd, env: environment() });
}

it('leads from an empty GitLab to pipelines that pass, beside the service too', {
  timeout: 600_000,
}, async () => {
  await type('git clone', home);
  await type('procession init', folder);
  await type('procession doctor', folder);

  const { stdout: tags } = await run('git', ['tag'], { cwd: join(home, 'acme/procession.git') });
  expect(tags.trim()).toBe(packageVersion());
  expect(await readFile(join(folder, 'procession.yml'), 'utf8')).toContain('reviewer: procession-review');
  expect(world.sandbox.world.schedules).toHaveLength(1);

  await runner.adopt(folder);
  await writeFile(
    join(folder, '.git/info/exclude'),
    '.gitlab-ci-local/\nprocession-*\npublic/\n.procession/\n',
  );
  await runner.validate(folder);
  const inPipeline = {
    CI_COMMIT_BRANCH: 'main',
    GITLAB_URL: world.url,
    GITLAB_TOKEN: world.seed.bot.token,
    CI_PROJECT_ID: String(world.seed.project.id),
    CI_COMMIT_BEFORE_SHA: '0'.repeat(40),
    CI_COMMIT_SHA: (await run('git', ['rev-parse', 'HEAD'], { cwd: folder })).stdout.trim(),
  };
  const applied = await runner.run(folder, { ...inPipeline, CI_PIPELINE_SOURCE: 'push' }, [
    'procession:apply',
  ]);
  expect(applied).toMatchObject({ code: 0, output: expect.stringContaining('SOW-1001') });
  const scheduled = await runner.run(folder, {
    ...inPipeline,
    CI_PIPELINE_SOURCE: 'schedule',
    CI_PIPELINE_SCHEDULE_DESCRIPTION: 'Procession: sweep',
  });
  expect(scheduled).toMatchObject({ code: 0, output: expect.stringContaining('every rule is kept') });

  await writeFile(join(folder, '.gitlab-ci.yml'), await recipe(PAGE, 'yaml', 'beside the service'));
  await runner.validate(folder);
  expect(await runner.jobs(folder, { ...inPipeline, CI_PIPELINE_SOURCE: 'schedule' })).toEqual([
    'procession:check',
    'procession:report',
  ]);
});

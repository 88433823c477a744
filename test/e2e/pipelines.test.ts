/**
 * The component as teams use it: the recipes of docs/ci.md, run by gitlab-ci-local with the shell executor against the
 * sandbox on a port. gitlab-ci-local validates each against GitLab's own schema before it lists or runs anything.
 */
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseNoteMarker } from '#domain/text/marker.ts';
import type { MergeRequest } from '#sandbox/world.ts';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { sampleSow } from '#test/support/engagement.ts';
import { startWorldOnPort, type TestWorld } from '#test/support/gitlab-world.ts';
import { createRunner, type PipelineRun, type Runner, type Variables } from '#test/support/pipeline.ts';
import { recipe } from '#test/support/recipes.ts';
import { addMergeRequest } from '#test/support/sandbox-records.ts';

const root = join(import.meta.dirname, '../..');
const SECRET = `whsec_${Buffer.from('a secret of the CRM, 32 bytes...').toString('base64')}`;

const hasRsync = ((): boolean => {
  try {
    execFileSync('rsync', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

let runner: Runner;
let world: TestWorld;
let team: CiProject;

beforeAll(async () => {
  runner = await createRunner();
  world = await startWorldOnPort();
  team = await createCiProject({ process: true });
  await team.write('.gitlab-ci.yml', await recipe('docs/ci.md', 'yaml', 'procession/procession@1.0.0'));
  await team.write('procession.yml', await recipe('docs/ci.md', 'yaml', '# procession.yml'));
  await team.write('.gitignore', '.gitlab-ci-local/\nprocession-*\npublic/\n.procession/\n');
  await team.commit('Set up');
  await runner.adopt(team.folder);
});

afterAll(async () => {
  await team.close();
  await world.close();
  await runner.close();
});

const main = (source: string, more: Variables = {}): Variables => ({
  CI_PIPELINE_SOURCE: source,
  CI_COMMIT_BRANCH: 'main',
  GITLAB_URL: world.url,
  GITLAB_TOKEN: world.seed.bot.token,
  CI_PROJECT_ID: String(world.seed.project.id),
  ...more,
});
const mergeRequestPipeline = (more: Variables = {}): Variables => ({
  CI_PIPELINE_SOURCE: 'merge_request_event',
  GITLAB_URL: world.url,
  PROCESSION_MERGE_REQUEST_TOKEN: world.seed.bot.token,
  CI_PROJECT_ID: String(world.seed.project.id),
  CI_MERGE_REQUEST_IID: '3',
  ...more,
});

/** With the log in the failure: an exit code says nothing. */
function expectSuccess({ code, output }: PipelineRun): void {
  if (code !== 0) throw new Error(`the pipeline failed (${code}):\n${output}`);
}

/** A configuration of the documentation in place of the usual one. */
async function using(needle: string, change: (text: string) => string = (text) => text): Promise<void> {
  await team.write('.gitlab-ci.yml', change(await recipe('docs/ci.md', 'yaml', needle)));
}
const reset = async () => void (await team.git('reset', '--quiet', '--hard', 'origin/main'));

describe('which jobs run', () => {
  afterEach(reset);

  const SOW = 'sows/SOW-1.yml';
  const DEAL = 'deals/DEAL-1.yml';
  const PROCESS = 'issue_templates/delivery/kick-off.md';
  const topic = { CI_COMMIT_BRANCH: 'topic' };
  const [LINT, PLAN, APPLY] = ['procession:lint', 'procession:plan', 'procession:apply'];
  const BY_HAND = ['procession:dry-run', 'procession:apply-now'];
  const SCHEDULED = ['procession:sweep', 'procession:check', 'procession:report'];

  it.each<[name: string, touched: string, variables: () => Variables, jobs: readonly string[]]>([
    ['a push that touches nothing of ours', 'src/app.ts', () => main('push'), []],
    ['a push to main that touches a SOW', SOW, () => main('push'), [LINT, APPLY, ...BY_HAND]],
    ['a push to main that touches a deal', DEAL, () => main('push'), [LINT, APPLY, ...BY_HAND]],
    ['a push to main that touches a process', PROCESS, () => main('push'), [LINT]],
    ['a push of a branch', SOW, () => main('push', topic), [LINT]],
    [
      'a push of a branch whose merge request has its own pipeline',
      SOW,
      () => main('push', { ...topic, CI_OPEN_MERGE_REQUESTS: 'acme/engagements!3' }),
      [],
    ],
    ['a merge request that touches nothing of ours', 'src/app.ts', () => mergeRequestPipeline(), []],
    ['a merge request that touches a SOW', SOW, () => mergeRequestPipeline(), [LINT, PLAN]],
    ['a merge request that touches a deal', DEAL, () => mergeRequestPipeline(), [LINT, PLAN]],
    [
      'a merge request that touches the settings',
      'procession.yml',
      () => mergeRequestPipeline(),
      [LINT, PLAN],
    ],
    ['a schedule', SOW, () => main('schedule'), SCHEDULED],
    ['a trigger', SOW, () => main('trigger'), ['procession:intake']],
    ['a trigger for another branch', SOW, () => main('trigger', topic), []],
    ['a pipeline started by hand', SOW, () => main('web'), [...BY_HAND, 'procession:check']],
    ['a branch, started by hand', SOW, () => main('web', topic), ['procession:check']],
    ['a tag', SOW, () => main('push', { CI_COMMIT_TAG: '1.0.0', CI_COMMIT_BRANCH: '' }), []],
  ])('for %s', async (_, touched, variables, jobs) => {
    await team.write(touched, `${await team.read(touched).catch(() => '')}\n# touched\n`);
    await team.commit();

    expect(await runner.jobs(team.folder, variables())).toEqual(jobs);
  });

  it.each([
    ['Procession: sweep', ['procession:sweep']],
    ['Nightly check and report', ['procession:check', 'procession:report']],
  ])('for the schedule "%s" of the second recipe', async (CI_PIPELINE_SCHEDULE_DESCRIPTION, jobs) => {
    await using('sweep_on: sweep');

    expect(await runner.jobs(team.folder, main('schedule', { CI_PIPELINE_SCHEDULE_DESCRIPTION }))).toEqual(
      jobs,
    );
  });

  it('for a schedule whose name has a slash', async () => {
    await using('sweep_on: sweep', (text) =>
      text.replace('sweep_on: sweep', String.raw`sweep_on: ops\/sweep`),
    );
    const CI_PIPELINE_SCHEDULE_DESCRIPTION = 'Ops/sweep';

    expect(await runner.jobs(team.folder, main('schedule', { CI_PIPELINE_SCHEDULE_DESCRIPTION }))).toEqual([
      'procession:sweep',
    ]);
  });

  it('refuses a slash that would end the expression, with the pattern that is wanted', async () => {
    await using('sweep_on: sweep', (text) => text.replace('sweep_on: sweep', 'sweep_on: ops/sweep'));

    await expect(runner.jobs(team.folder, main('schedule'))).rejects.toThrow(/sweep_on/);
  });

  it('twice, for two installations in one project, each with jobs of its own', async () => {
    await using('job_prefix: ');

    expect(await runner.validJobs(team.folder, main('schedule'))).toEqual([
      'services:sweep',
      'services:check',
      'services:report',
      'presales:sweep',
      'presales:check',
      'presales:report',
    ]);
  });

  it('with rules, needs and stage of the team, below the include', async () => {
    const own = [
      'procession:lint:',
      '  stage: deploy',
      '  needs: []',
      '  rules: [{ if: $CI_COMMIT_BRANCH == "topic" }]',
    ];
    await using('procession/procession@1.0.0', (text) => `${text}\n${own.join('\n')}\n`);

    expect(await runner.jobs(team.folder, main('push'))).toEqual([]);
    expect(await runner.jobs(team.folder, main('push', topic))).toEqual(['procession:lint']);
  });

  it('included as a file of the project, where components are not wanted', async () => {
    await using('project: acme/procession');

    expect(await runner.validJobs(team.folder, main('schedule'))).toEqual(SCHEDULED);
  });

  it('included by its address', async () => {
    const file = await readFile(join(root, 'templates/procession.yml'));
    const server = createServer((_, answer) => void answer.end(file)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using('remote: ', (text) =>
      text.replace(/remote: .*/, `remote: http://127.0.0.1:${port}/procession.yml`),
    );

    const jobs = await runner.jobs(team.folder, main('schedule'));
    server.close();
    expect(jobs).toEqual(SCHEDULED);
  });

  it('beside the service: no sweep', async () => {
    await using('intake: false');

    expect(await runner.validJobs(team.folder, main('schedule'))).toEqual([
      'procession:check',
      'procession:report',
    ]);
  });

  it('for a signed SOW as an input', async () => {
    await using('procession/procession@1.0.0', (text) => `${text.trimEnd()}\n      delivery: eyJhIjoxfQ==\n`);

    expect(await runner.jobs(team.folder, main('web'))).toEqual([
      'procession:dry-run',
      'procession:apply-now',
      'procession:intake',
      'procession:check',
    ]);
  });

  it('refuses an input that is none of those allowed', async () => {
    await using('procession/procession@1.0.0', (text) => `${text.trimEnd()}\n      policy: sometimes\n`);

    await expect(runner.jobs(team.folder, main('web'))).rejects.toThrow(/policy/);
  });
});

describe("GitLab's schema of pipelines", () => {
  afterEach(reset);

  // Those with `job_prefix`, `project` and `intake` are checked above, with the jobs they make.
  it.each(['procession/procession@1.0.0', 'sweep_on: sweep', 'procession/gate@1.0.0'])(
    'takes the recipe with %s',
    async (needle) => {
      await using(needle);

      await runner.validate(team.folder);
    },
  );

  it('takes tags for the runners, added to the hidden job', async () => {
    const tags = await recipe('docs/ci.md', 'yaml', '.procession:job');
    await using('procession/procession@1.0.0', (text) => `${text}${tags}`);

    await runner.validate(team.folder);
  });

  it('refuses what is wrong, so that this test can fail', async () => {
    await using('procession/procession@1.0.0', (text) => `${text}\nprocession:lint:\n  retry: 99\n`);

    await expect(runner.validate(team.folder)).rejects.toThrow(/retry/);
  });
});

describe.skipIf(!hasRsync)('the jobs, one after the other', { timeout: 300_000 }, () => {
  const mergeRequest = (): MergeRequest => world.sandbox.world.mergeRequests[0]!;
  const notes = () =>
    mergeRequest().notes.filter(({ body }) => parseNoteMarker(body) === 'merge-request-plan');
  const epic = () => world.sandbox.world.epics.find(({ title }) => title.includes('SOW-7'));

  beforeAll(() => {
    addMergeRequest(world, { id: 11_001, iid: 3, title: 'SOW-7', sourceBranch: 'sow-7' });
  });

  it('lint and plan run in the merge request, and the plan is noted there', async () => {
    await team.addSow('SOW-7');
    await team.commit('SOW-7');

    const { code, output } = await runner.run(
      team.folder,
      mergeRequestPipeline({ CI_MERGE_REQUEST_DIFF_BASE_SHA: await team.git('rev-parse', 'origin/main') }),
    );

    expect(output).toContain('1 plan, 1 with something to do.');
    expectSuccess({ code, output });
    expect(output).toContain('1 process, 1 SOW: no problems');
    expect(JSON.parse(await team.read('procession-plan.json'))).toMatchObject({
      plans: [{ engagement: 'SOW-7' }],
    });
    expect(notes()).toHaveLength(1);
    expect(epic()).toBeUndefined();
  });

  it('lint fails on a broken SOW, with the line and the fix', async () => {
    await team.addSow('SOW-8', (text) => text.replace('deployment: aws', 'deployment: awss'));
    await team.commit();

    const { code, output } = await runner.run(team.folder, main('push'), ['procession:lint']);

    expect(code).not.toBe(0);
    expect(output).toMatch(/sows\/SOW-8\.yml:\d+ deployment: .*Did you mean "aws"\?/);
    await team.git('reset', '--quiet', '--hard', 'HEAD~1');
  });

  it('apply carries out what was reviewed', async () => {
    const commit = await team.git('rev-parse', 'HEAD');
    Object.assign(mergeRequest(), { state: 'merged', mergeCommitSha: commit });

    const { code, output } = await runner.run(
      team.folder,
      main('push', {
        CI_COMMIT_BEFORE_SHA: await team.git('rev-parse', 'origin/main'),
        CI_COMMIT_SHA: commit,
      }),
      ['procession:apply'],
    );

    expect(output).toContain('SOW-7: 12 created');
    expect(code).toBe(0);
    expect(epic()?.state).toBe('opened');
    await team.git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  });

  async function trigger(change: (payload: string) => string = (payload) => payload): Promise<PipelineRun> {
    const payload = JSON.stringify(await sampleSow('SOW-1042'));
    const timestamp = String(Math.floor(Date.now() / 1000));
    const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
    const mac = createHmac('sha256', key).update(`id-1.${timestamp}.${payload}`).digest('base64');
    const given = {
      'webhook-id': 'id-1',
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${mac}`,
      payload: change(payload),
      id: '61',
      ref: 'main',
      variables: {},
    };
    await team.write('.procession/payload', JSON.stringify(given));
    const TRIGGER_PAYLOAD = join(team.folder, '.procession/payload');
    // When it was made, a pipeline does not forget; gitlab-ci-local does.
    const CI_PIPELINE_CREATED_AT = new Date().toISOString();
    return await runner.run(
      team.folder,
      main('trigger', { TRIGGER_PAYLOAD, CRM_WEBHOOK_SECRETS: SECRET, CI_PIPELINE_CREATED_AT }),
    );
  }

  it('intake refuses a SOW that was changed on the way', async () => {
    const { code, output } = await trigger((payload) => payload.replace('aws', 'other'));

    expect(code).not.toBe(0);
    expect(output).toContain('it cannot be proven who sent it: wrong signature');
    expect(output).not.toContain(SECRET);
    expect(world.sandbox.world.epics).toHaveLength(1);
  });

  it('intake launches the SOW that a trigger brought', async () => {
    const { code, output } = await trigger();

    expect(output).toContain('SOW-1042: 12 created');
    expect(output).not.toContain(SECRET);
    expect(code).toBe(0);
  });

  it('check fails on a broken rule, sweep puts it right, and then check passes', async () => {
    const issue = world.sandbox.world.issues.find(({ description }) =>
      description.includes(' SOW-7 delivery kick-off '),
    );
    world.sandbox.operations.setState(world.seed.eli.user, issue!, 'closed');

    const broken = await runner.run(team.folder, main('schedule'), ['procession:check']);
    expect(broken.code).not.toBe(0);
    expect(await team.read('procession-check.md')).toContain('`closed-too-early`');
    expect(issue?.state).toBe('closed');

    const swept = await runner.run(team.folder, main('schedule'), ['procession:sweep']);
    expect(swept.code).toBe(0);
    expect(issue?.state).toBe('opened');
    expect(JSON.parse(await team.read('.procession/sweep.json'))).toMatchObject({ version: 1 });

    const kept = await runner.run(team.folder, main('schedule'), ['procession:check']);
    expect(kept.output).toContain('2 engagements checked: every rule is kept.');
    expect(kept.code).toBe(0);
  });

  it('report makes the portfolio as an artifact', async () => {
    const { code, output } = await runner.run(team.folder, main('schedule'), ['procession:report']);

    expectSuccess({ code, output });
    const [page, ...others] = (await readdir(join(team.folder, 'public'))).filter((name) =>
      name.endsWith('.html'),
    );
    expect(page).toBe('index.html');
    expect(others).toEqual([]);
    expect(await team.read('public/index.html')).toContain('SOW-7');
  });

  it('a schedule launches the SOW whose own job never ran, and check and report follow though one epic is damaged', async () => {
    await team.addSow('SOW-9');
    await team.commit('SOW-9, whose pipeline was cancelled');
    const damaged = epic();
    if (damaged === undefined) throw new Error('SOW-7 has no epic');
    const { description } = damaged;
    damaged.description = description.replace(/procession:record v1 ./, 'procession:record v1 x');
    damaged.updatedAt = new Date().toISOString();

    const { code, output } = await runner.run(team.folder, main('schedule'));

    expect(code).not.toBe(0);
    expect(output).toContain('SOW-9: 12 created');
    expect(await team.read('procession-check.md')).toMatch(/SOW-7[\s\S]*`record-damaged`/);
    expect(await team.read('public/index.html')).toContain('SOW-9');
    expect(JSON.parse(await team.read('.procession/sweep.json'))).toMatchObject({
      seen: expect.arrayContaining(['SOW-7', 'SOW-9']),
    });
    damaged.description = description;
  });

  it('sweep finds in its cache when it last succeeded', async () => {
    const { output } = await runner.run(team.folder, main('schedule'), ['procession:sweep']);

    expect(output).toMatch(/Sweep: \d engagements? changed since \d{4}-/);
  });

  it('a gate holds another project until the step is done', async () => {
    const other = await createCiProject();
    await other.write('.gitlab-ci.yml', await recipe('docs/ci.md', 'yaml', 'procession/gate@1.0.0'));
    await other.commit();
    await runner.adopt(other.folder);

    const held = await runner.run(other.folder, main('push'), ['procession:gate']);

    expect(held.code).not.toBe(0);
    expect(held.output).toContain('not-done-yet');
    await other.close();
  });

  it.each([
    ['without a token', { GITLAB_TOKEN: '' }, 'GITLAB_TOKEN: is missing'],
    ['with a token that is none', { GITLAB_TOKEN: 'glpat-sandbox-revoked' }, '401'],
    ['of an owner who lost access', { GITLAB_TOKEN: 'glpat-sandbox-otto' }, 'cannot see it'],
    ['with GitLab out of reach', { GITLAB_URL: 'http://127.0.0.1:9' }, 'GitLab could not be reached'],
  ])('sweep %s fails with what to do, and writes nothing', async (_, change, message) => {
    const before = JSON.stringify(world.sandbox.world.issues);

    const { code, output } = await runner.run(team.folder, main('schedule', change), ['procession:sweep']);

    expect(code).not.toBe(0);
    expect(output).toContain(message);
    expect(JSON.stringify(world.sandbox.world.issues)).toBe(before);
  });
});

describe('the pipeline of the project itself', () => {
  // Its component must be found at the commit under test, so the working copy becomes a repository of its own.
  let own: CiProject;

  beforeAll(async () => {
    own = await createCiProject();
    execFileSync('cp', ['-r', join(root, 'templates'), join(root, '.gitlab-ci.yml'), own.folder]);
    await own.commit();
    await runner.adopt(own.folder);
    await own.write('sows/SOW-1.yml', '# new');
    await own.commit();
  });
  afterAll(async () => await own.close());

  const jobs = async (source: string, more: Variables): Promise<readonly string[]> =>
    await runner.jobs(own.folder, { CI_PIPELINE_SOURCE: source, CI_COMMIT_BRANCH: 'main', ...more });

  it("is right by GitLab's schema", async () => await runner.validate(own.folder));

  const group = { PROCESSION_GROUP: 'services', PROCESSION_PROJECT: 'services/engagements' };
  const tag = (CI_COMMIT_TAG: string) => ({ CI_COMMIT_BRANCH: '', CI_COMMIT_TAG });

  it.each<[name: string, source: string, more: Variables, expected: readonly string[]]>([
    [
      'a merge request',
      'merge_request_event',
      {},
      ['verify', 'build-image', 'package', 'procession:lint', 'procession:plan'],
    ],
    ['a push', 'push', {}, ['verify', 'build-image', 'package', 'procession:lint']],
    ['a version', 'push', tag('1.2.3'), ['verify', 'build-image', 'package', 'release']],
    ['another tag', 'push', tag('try-1'), ['verify', 'build-image', 'package']],
    ['a schedule', 'schedule', {}, []],
    [
      'a schedule, where engagements run from here',
      'schedule',
      group,
      ['procession:sweep', 'procession:check', 'procession:report'],
    ],
  ])('for %s runs just what it should', async (_, source, more, expected) => {
    expect(await jobs(source, more)).toEqual(expected);
  });
});

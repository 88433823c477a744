/** What a trigger pipeline brought and did not take in: `check` names it until it is dealt with, and takes nothing in by itself. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pipeline } from '#sandbox/world.ts';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { sampleSow } from '#test/support/engagement.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';
import { addTriggerPipeline } from '#test/support/sandbox-records.ts';

const HOUR_MS = 3_600_000;

let world: TestWorld;
let project: CiProject;

beforeEach(async () => {
  world = await startWorld();
  project = await createCiProject({ process: true });
  world.seed.project.members.set(world.seed.bot.user.id, 40);
});

afterEach(async () => {
  await project.close();
  await world.close();
});

async function check(...args: readonly string[]): Promise<CliResult> {
  const env = {
    GITLAB_CI: 'true',
    GITLAB_URL: world.url,
    GITLAB_TOKEN: world.seed.bot.token,
    CI_PROJECT_ID: String(world.seed.project.id),
    CI_DEFAULT_BRANCH: 'main',
  };
  return await cli(['check', '--intake', 'procession:intake', ...args], { env, cwd: project.folder });
}

const ago = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();

/** What GitLab keeps of a call of its trigger API. */
async function bringing(number: string): Promise<Pipeline['variables']> {
  const payload = JSON.stringify({ ...(await sampleSow('SOW-1042')), number });
  return [{ key: 'TRIGGER_PAYLOAD', value: JSON.stringify({ 'webhook-id': 'a', payload, ref: 'main' }) }];
}

const event = [{ key: 'TRIGGER_PAYLOAD', value: '{"object_kind":"issue","ref":"main"}' }];

describe('check --intake', () => {
  it('names a pipeline that was cancelled while it waited, with its age and its SOW, and launches nothing', async () => {
    const { id } = addTriggerPipeline(world, { variables: await bringing('SOW-7'), createdAt: ago(3) });

    const { code, stdout } = await check('--junit', 'check.xml');

    expect(code).toBe(1);
    expect(stdout).toContain(
      `What pipeline #${id} brought 3 hours ago was never taken in: the pipeline is canceled [intake-lost]`,
    );
    expect(stdout).toContain('it brought SOW-7');
    expect(stdout).toContain('0 engagements checked: a broken rule.'.replace('a broken', '1 broken'));
    expect(await project.read('check.xml')).toContain('type="intake-lost"');
    expect(world.sandbox.world.epics).toEqual([]);
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  const intake = (status?: Pipeline['status']) => ({
    id: 1,
    name: 'procession:intake',
    ...(status === undefined ? {} : { status }),
  });

  it.each<[name: string, changes: Partial<Pipeline>]>([
    ['whose job failed', { status: 'failed' }],
    ['that was skipped', { status: 'skipped' }],
    ['whose configuration was refused', { status: 'failed', job: null }],
    ['that has waited for an hour and more', { status: 'pending', createdAt: ago(2) }],
    ['that another job ended before', { status: 'failed', job: intake('skipped') }],
    ['that waits for a person', { status: 'manual', createdAt: ago(2), job: intake('canceled') }],
  ])('names one %s', async (_, changes) => {
    addTriggerPipeline(world, { variables: await bringing('SOW-7'), ...changes });

    expect(await check()).toMatchObject({ code: 1, stdout: expect.stringContaining('it brought SOW-7') });
  });

  it.each<[name: string, changes: Partial<Pipeline>]>([
    ['whose intake succeeded, whatever failed after it', { status: 'failed', job: intake('success') }],
    ['that has just begun to wait', { status: 'pending', createdAt: ago(0.5) }],
    ['that was triggered for another job', { job: { id: 1, name: 'deploy' } }],
    ['of another branch', { ref: 'topic' }],
    ['that brought an event of GitLab, which every sweep makes up for', { variables: event }],
    ['older than a week', { createdAt: ago(8 * 24), updatedAt: ago(8 * 24) }],
    ['that a person started', { source: 'web' }],
  ])('says nothing of one %s', async (_, changes) => {
    addTriggerPipeline(world, { variables: await bringing('SOW-7'), ...changes });

    expect(await check()).toMatchObject({ code: 0, stdout: '0 engagements checked: there is none.\n' });
  });

  it('says nothing any more of what was sent again and taken in', async () => {
    addTriggerPipeline(world, { variables: await bringing('SOW-7') });
    addTriggerPipeline(world, { variables: await bringing('SOW-8') });
    addTriggerPipeline(world, { variables: await bringing('SOW-7'), status: 'success' });

    const { code, stdout } = await check();

    expect(code).toBe(1);
    expect(stdout).not.toContain('SOW-7');
    expect(stdout).toContain('it brought SOW-8');
  });

  it('says nothing any more once its job has run again', async () => {
    const pipeline = addTriggerPipeline(world, { variables: await bringing('SOW-7') });
    expect((await check()).code).toBe(1);

    pipeline.status = 'success';

    expect((await check()).code).toBe(0);
  });

  it('names one that may not be read, because it may have brought a SOW', async () => {
    world.seed.project.members.set(world.seed.bot.user.id, 30);
    world.seed.group.members.set(world.seed.bot.user.id, 30);
    addTriggerPipeline(world, { variables: event });

    const { code, stdout } = await check();

    expect(code).toBe(1);
    expect(stdout).toContain('what it brought may not be read with this token');
  });

  it('warns where the token may not see pipelines at all', async () => {
    world.seed.project.members.set(world.seed.bot.user.id, 15);
    world.seed.group.members.set(world.seed.bot.user.id, 15);
    addTriggerPipeline(world, { variables: await bringing('SOW-7') });

    const { code, stderr } = await check();

    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('give its user the role Reporter'),
    });
  });
});

/** State files of `sweep --state` that belong to other settings, another job or another group. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseMarker } from '#domain/text/marker.ts';
import { type CiProject, ciProjectOfTest, SETTINGS } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';

describe('the state file of a sweep', () => {
  const STATE = '.procession/sweep.json';
  async function run(world: TestWorld, team: CiProject, ...words: readonly string[]): Promise<CliResult> {
    return await cli(words, {
      env: { GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.bot.token },
      cwd: team.folder,
    });
  }
  it.each([
    'reminders: { enabled: false }',
    'hours: { notice: 50 }',
    'dates: { move: never }',
    'commands: { waive: [manager] }',
    'amendments: auto',
  ])('of other settings brings a full sweep: %s', async (line) => {
    const world = await startWorld();
    onTestFinished(async () => await world.close());
    const team = await ciProjectOfTest();
    const first = await run(world, team, 'sweep', '--state', STATE);
    expect(first.stdout + first.stderr).toMatch(/Sweep: 0 engagements, /);
    await team.write('procession.yml', `${SETTINGS}${line}\n`);
    const again = await run(world, team, 'sweep', '--state', STATE);
    expect(again.stderr).toBe('');
    expect(again.stdout).not.toContain('changed since');
  });

  it('of another job brings none', async () => {
    const world = await startWorld();
    onTestFinished(async () => await world.close());
    const team = await ciProjectOfTest();
    const job = async (id: string): Promise<CliResult> =>
      await cli(['sweep', '--state', STATE], {
        env: {
          GITLAB_URL: world.url,
          GITLAB_TOKEN: world.seed.bot.token,
          GITLAB_CI: 'true',
          CI_PROJECT_ID: String(world.seed.project.id),
          CI_JOB_URL: `${world.url}/-/jobs/${id}`,
          CI_COMMIT_SHA: id.repeat(40),
        },
        cwd: team.folder,
      });
    await job('1');
    expect((await job('2')).stdout).toContain('changed since');
  });

  it('of another group leaves nothing undone in this one', async () => {
    const staging = await startWorld();
    onTestFinished(async () => await staging.close());
    const world = await startWorld({ now: () => new Date(Date.now() - 3_600_000) });
    onTestFinished(async () => await world.close());
    const team = await ciProjectOfTest();
    await team.addSow('SOW-7');
    await run(staging, team, 'sweep', '--state', STATE);
    expect((await run(world, team, 'apply', 'sows/SOW-7.yml')).code).toBe(0);
    const kickOff = world.sandbox.world.issues.find(
      ({ description }) => parseMarker(description)?.step === 'kick-off',
    );
    if (kickOff === undefined) throw new Error('no kick-off');
    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), kickOff, { stateEvent: 'close' });

    const swept = await run(world, team, 'sweep', '--state', STATE);

    expect(swept.code).toBe(0);
    expect(kickOff.state).toBe('opened');
  });
});

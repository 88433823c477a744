/** `check --of-project`, which the gate in other projects runs: judged by the team's own settings and processes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';

let world: TestWorld;
let team: CiProject;
let elsewhere: string;

/** The team has a step of its own, which no image knows. */
beforeEach(async () => {
  world = await startWorld();
  team = await createCiProject({ process: true });
  elsewhere = await mkdtemp(join(tmpdir(), 'procession-elsewhere-'));
  const folder = 'issue_templates/delivery';
  const kickOff = await team.read(`${folder}/kick-off.md`);
  await team.write(`${folder}/security-talk.md`, kickOff.replace(/^---\n[\s\S]*?\n---\n/, OWN_STEP));
  const definition = await team.read(`${folder}/process.yml`);
  await team.write(
    `${folder}/process.yml`,
    definition.replace('  - kick-off\n', '  - kick-off\n  - security-talk\n'),
  );
  await team.addSow('SOW-7');
  await team.commit();
  const env = { GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.bot.token };
  const applied = await cli(['apply', 'sows/SOW-7.yml'], { env, cwd: team.folder });
  if (applied.code !== 0) throw new Error(applied.stderr + applied.stdout);
});

afterEach(async () => {
  await rm(elsewhere, { recursive: true, force: true });
  await team.close();
  await world.close();
});

const OWN_STEP =
  '---\ntitle: "Security talk"\nowner: engineer\nafter: [kick-off]\ndue:\n  - { from: closed_won, working_days: 20 }\n---\n';

/** What stands on the default branch of the team's project. */
async function push(): Promise<void> {
  const paths = (await team.git('ls-files')).split('\n');
  world.seed.project.files = new Map(
    await Promise.all(paths.map(async (path) => [path, await team.read(path)] as const)),
  );
}

async function gate(token = world.seed.bot.token): Promise<CliResult> {
  const env = {
    GITLAB_URL: world.url,
    GITLAB_TOKEN: token,
    PROCESSION_GROUP: 'services',
    PROCESSION_PROJECT: 'services/engagements',
  };
  return await cli(['check', 'SOW-7', '--until', 'security-talk', '--of-project'], { env, cwd: elsewhere });
}

describe('a gate in another project', () => {
  it("holds until a step is done that only the team's own process has", async () => {
    await push();

    expect(await gate()).toMatchObject({ code: 1, stdout: expect.stringContaining('not-done-yet') });
  });

  it('does not know the step where the team has no process of its own', async () => {
    expect(await gate()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no step "security-talk"'),
    });
  });

  it('is refused, with what to do, when its user may not see the code', async () => {
    await push();
    world.seed.project.members.set(world.seed.bot.user.id, 15);
    for (const group of world.sandbox.world.groups) group.members.set(world.seed.bot.user.id, 15);

    expect(await gate()).toMatchObject({ code: 4, stderr: expect.stringContaining('403') });
  });
});

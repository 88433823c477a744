/** Who runs on which version of a process. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';

const KICK_OFF = 'issue_templates/delivery/kick-off.md';

let world: TestWorld;
let project: CiProject;

beforeEach(async () => {
  world = await startWorld();
  project = await createCiProject({ process: true });
});

afterEach(async () => {
  await project.close();
  await world.close();
});

async function procession(...args: readonly string[]): Promise<CliResult> {
  const env = { GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.bot.token };
  return await cli(args, { env, cwd: project.folder });
}

async function editKickOff(from: string, to: string): Promise<void> {
  await project.write(KICK_OFF, (await project.read(KICK_OFF)).replace(from, to));
}

/** SOW-7 runs on version 1, SOW-8 on version 2; version 3 is a draft. */
async function threeVersions(): Promise<void> {
  await project.addSow('SOW-7');
  await project.addSow('SOW-8');
  await procession('apply', 'sows/SOW-7.yml');
  await procession('freeze', 'delivery', '--bump');
  await editKickOff('after: [welcome-email]', 'after: [assign-engineer]');
  await procession('freeze', 'delivery');
  await procession('apply', 'sows/SOW-8.yml');
  await procession('freeze', 'delivery', '--bump');
  await editKickOff('owner: engineer', 'owner: manager');
}

describe('procession versions', () => {
  it('counts who runs on which version, writes nothing, and asks nobody with --offline', async () => {
    await threeVersions();
    world.forget();

    const { code, stdout } = await procession('versions', 'delivery', '--json');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      unreadable: [],
      processes: [
        {
          nowhere: [],
          versions: [
            { number: 3, engagements: { running: [], closed: [] } },
            { number: 2, engagements: { running: ['SOW-8'], closed: [] } },
            { number: 1, engagements: { running: ['SOW-7'], closed: [] } },
          ],
        },
      ],
    });
    expect(world.sandbox.ledger.entries().every(({ method }) => method === 'GET')).toBe(true);
    world.forget();
    expect((await procession('versions', '--offline')).stdout).toContain('    1  frozen\n');
    expect(world.sandbox.ledger.entries()).toEqual([]);
  });

  it('names the frozen folder that nobody needs, and the engagement whose version is gone', async () => {
    await threeVersions();
    const epic = world.sandbox.world.epics.find(({ title }) => title.includes('SOW-8'));
    if (epic === undefined) throw new Error('SOW-8 has no epic');
    epic.state = 'closed';
    await rm(join(project.folder, 'issue_templates/delivery/versions/1'), { recursive: true });

    const { stdout } = await procession('versions', 'delivery');

    expect(stdout).toContain('2  frozen · 0 running engagements, 1 closed\n      closed: SOW-8\n');
    expect(stdout).toMatch(
      /SOW-7 names (?:version 1, )?rules [0-9a-f]{16}, which is neither current nor frozen: bring its folder back/,
    );
    expect((await procession('versions', 'delivery')).stdout).not.toContain('nobody needs it');

    world.sandbox.world.epics.splice(world.sandbox.world.epics.indexOf(epic), 1);
    expect((await procession('versions')).stdout).toContain(
      '2  frozen · nobody needs it: the folder may go\n',
    );
  });
});

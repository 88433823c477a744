/** A mistake in one process: what becomes of its engagements, and of all others. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseMarker } from '#domain/text/marker.ts';
import type { Issue } from '#sandbox/world.ts';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { copyFirstDelivery } from '#test/support/first-version.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';

const OWN = 'issue_templates/assessment';

let world: TestWorld;
let team: CiProject;

beforeEach(async () => {
  world = await startWorld();
  team = await createCiProject({ process: true });
  await mkdir(join(team.folder, OWN));
  await copyFirstDelivery(join(team.folder, OWN));
  await rm(join(team.folder, OWN, 'versions'), { recursive: true });
  await team.write(
    `${OWN}/process.yml`,
    (await team.read(`${OWN}/process.yml`)).replace('id: delivery', 'id: assessment'),
  );
  await team.addSow('SOW-7');
  await team.addSow('SOW-8');
});

afterEach(async () => {
  await team.close();
  await world.close();
});

async function run(...words: readonly string[]): Promise<CliResult> {
  const env = { GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.bot.token };
  return await cli(words, { env, cwd: team.folder });
}

async function launchBoth(): Promise<void> {
  for (const words of [['sows/SOW-7.yml'], ['sows/SOW-8.yml', '--process', 'assessment']]) {
    const applied = await run('apply', ...words);
    if (applied.code !== 0) throw new Error(applied.stderr + applied.stdout);
  }
}

async function breakKickOff(): Promise<void> {
  const file = `${OWN}/kick-off.md`;
  await team.write(file, (await team.read(file)).replace('owner: engineer', 'ownr: engineer'));
}

function issue(number: string, step: string): Issue {
  const found = world.sandbox.world.issues.find(({ description }) => {
    const marker = parseMarker(description);
    return marker?.engagement === number && marker.step === step;
  });
  if (found === undefined) throw new Error(`no issue of ${step} in ${number}`);
  return found;
}

function closeTooEarly(number: string): void {
  world.sandbox.operations.updateIssue(world.sandbox.user('eli'), issue(number, 'kick-off'), {
    stateEvent: 'close',
  });
}

describe('a mistake in the files of one process', () => {
  it('stops neither sweep nor check for the engagements of others, and is told with its line', async () => {
    await launchBoth();
    await breakKickOff();
    closeTooEarly('SOW-7');
    const issues = world.sandbox.world.issues.length;

    const check = await run('check');
    expect(check.code).toBe(2);
    expect(check.stdout).toContain('SOW-7');
    expect(check.stderr).toMatch(
      /assessment\/kick-off\.md:\d+ ownr: unknown field\. Fix: Did you mean "owner"\?/,
    );

    const sweep = await run('sweep');
    expect(sweep.code).toBe(2);
    expect(sweep.stderr).toContain('The process assessment has problems');
    expect(sweep.stderr).toContain('SOW-8: ');
    expect(issue('SOW-7', 'kick-off').state).toBe('opened');
    expect(world.sandbox.world.issues).toHaveLength(issues);
  });

  it('is told by report and status, which show every other engagement, and its own as one that nothing judges', async () => {
    await launchBoth();
    await breakKickOff();

    const report = await run('report', '--json');
    expect(report.code).toBe(0);
    expect(report.stderr).toContain('The process assessment has problems');
    const { engagements } = JSON.parse(report.stdout);
    // What is broken comes first.
    expect(engagements).toMatchObject([
      { engagement: 'SOW-8', violations: [{ rule: 'unknown-process' }] },
      { engagement: 'SOW-7', process: { id: 'delivery' }, violations: [] },
    ]);

    expect((await run('report')).stdout).toMatch(
      /\n\n1 engagement names a process that is not loaded, so that its steps were not judged\.\n$/,
    );

    const status = await run('status');
    expect(status.code).toBe(0);
    expect(status.stdout).toMatch(/Broken[\s\S]*SOW-8/);
    expect(status.stderr).toMatch(/kick-off\.md:\d+ ownr: unknown field/);
  });

  it('leaves engagements to the frozen version that they run on', async () => {
    expect(await run('freeze', 'assessment')).toMatchObject({ code: 0 });
    await launchBoth();
    await breakKickOff();
    closeTooEarly('SOW-8');

    const sweep = await run('sweep', '--json');
    expect(JSON.parse(sweep.stdout)).toMatchObject({
      counts: { engagements: 2, changed: 1, failed: 0 },
      problems: expect.arrayContaining([expect.objectContaining({ path: 'ownr' })]),
    });
    expect(sweep.code).toBe(2);
    expect(issue('SOW-8', 'kick-off').state).toBe('opened');
  });

  it('still refuses what would launch by it', async () => {
    await breakKickOff();

    const applied = await run('apply', 'sows/SOW-8.yml', '--process', 'assessment');
    expect(applied.code).toBe(2);
    expect(applied.stderr).toContain('ownr: unknown field');
  });
});

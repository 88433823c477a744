/** `sweep --launch`: a won SOW file is launched though the job that should have done so never ran; one damaged epic stops nobody. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Epic, MergeRequest } from '#sandbox/world.ts';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';
import { addMergeRequest } from '#test/support/sandbox-records.ts';

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

async function procession(args: readonly string[]): Promise<CliResult> {
  const env = {
    GITLAB_CI: 'true',
    GITLAB_URL: world.url,
    GITLAB_TOKEN: world.seed.bot.token,
    CI_PROJECT_ID: String(world.seed.project.id),
  };
  return await cli(args, { env, cwd: project.folder });
}

const STATE = '.procession/sweep.json';
const scheduled = async (review = 'check'): Promise<CliResult> =>
  await procession(['sweep', '--state', STATE, '--launch', '--review', review]);
const state = async (): Promise<{ seen: string[]; missing: string[]; looks: Record<string, string> }> =>
  JSON.parse(await project.read(STATE));
const epics = (): readonly Epic[] => world.sandbox.world.epics;
const launched = (): readonly string[] => epics().map(({ title }) => /SOW-\d+/.exec(title)?.[0] ?? title);

describe('a won SOW whose job never ran', () => {
  it('is launched by the next scheduled sweep, and check is content then', async () => {
    await project.addSow('SOW-7');
    await project.addSow('SOW-8', (text) => text.replace('closed_won', 'negotiating'));
    await project.addSow('archive/SOW-9');
    await project.commit();
    expect(await procession(['check'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('SOW-7 is won and has no engagement in GitLab'),
    });

    const { code, stdout } = await scheduled();

    expect({ code, launched: launched() }).toEqual({ code: 0, launched: ['SOW-7'] });
    expect(stdout).toContain('SOW-7: 12 created');
    expect(await procession(['check'])).toMatchObject({ code: 0 });
  });

  it('is launched too by a sweep that looks only at what changed, and once', async () => {
    await scheduled();
    await project.addSow('SOW-7');
    await project.commit();

    expect(await scheduled()).toMatchObject({ code: 0, stdout: expect.stringContaining('changed since') });
    world.sandbox.ledger.clear();
    const again = await scheduled();

    expect(again.code).toBe(0);
    expect(launched()).toEqual(['SOW-7']);
    expect(world.sandbox.ledger.writes()).toEqual([]);
    expect((await state()).seen).toEqual(['SOW-7']);
  });

  it('is left alone without --launch', async () => {
    await project.addSow('SOW-7');

    expect(await procession(['sweep'])).toMatchObject({ code: 0 });
    expect(epics()).toEqual([]);
  });

  it('is tried again by the next sweep when GitLab refused the first', async () => {
    await project.addSow('SOW-7');
    world.sandbox.faults.failNext({ method: 'POST', when: 'before', kind: 'status', status: 403 });
    expect(await scheduled()).toMatchObject({ code: 4, stderr: expect.stringContaining('SOW-7: failed:') });

    expect(await scheduled()).toMatchObject({ code: 0 });
    expect(launched()).toEqual(['SOW-7']);
  });
});

describe('a changed SOW file of an engagement that runs', () => {
  const later = (text: string): string => text.replace('end: 2026-12-22', 'end: 2027-01-29');
  const dueDate = (): string | null => epics()[0]?.dueDate ?? null;

  beforeEach(async () => {
    await project.addSow('SOW-7');
    await project.commit();
    await scheduled();
    await scheduled();
  });

  it('is carried into it once by a sweep that looks only at what changed', async () => {
    const before = dueDate();
    await project.addSow('SOW-7', later);
    await project.commit();

    const { code, stdout } = await scheduled();

    expect({ code, changed: dueDate() !== before }).toEqual({ code: 0, changed: true });
    expect(stdout).toMatch(/SOW-7: 0 created.*changed/);
    await scheduled();
    world.sandbox.ledger.clear();
    await scheduled();
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('costs no request when it is as an earlier sweep saw it', async () => {
    world.sandbox.ledger.clear();
    await scheduled();
    const requests = world.sandbox.ledger.entries().length;
    world.sandbox.ledger.clear();
    await procession(['sweep', '--state', STATE]);

    expect(requests).toBe(world.sandbox.ledger.entries().length);
  });

  it('is looked at again where it cannot be carried out', async () => {
    await project.addSow('SOW-7', (text) => later(text).replace('customer:', 'custom:'));
    expect(await scheduled()).toMatchObject({ code: 3, stderr: expect.stringContaining('SOW-7.yml') });
    expect(await scheduled()).toMatchObject({ code: 3 });

    await project.addSow('SOW-7', later);
    expect(await scheduled()).toMatchObject({ code: 0, stdout: expect.stringContaining('SOW-7') });
  });

  it('launches nothing a second time where everything of it is gone', async () => {
    world.sandbox.world.epics.length = 0;
    world.sandbox.world.issues.length = 0;
    await project.addSow('SOW-7', later);

    await scheduled();

    expect(epics()).toEqual([]);
  });
});

describe('a won SOW that a sweep does not launch by itself', () => {
  const left = async (): Promise<CliResult> => {
    const result = await scheduled();
    expect(result.code).not.toBe(0);
    return result;
  };

  it('was launched before: its label is there', async () => {
    await project.addSow('SOW-7');
    await procession(['apply', 'sows/SOW-7.yml']);
    world.sandbox.world.epics.length = 0;
    world.sandbox.world.issues.length = 0;

    expect((await left()).stderr).toMatch(/SOW-7: not seen: SOW-7 was launched, and what held it is gone/);
    expect(epics()).toEqual([]);
  });

  it('was seen by an earlier sweep', async () => {
    await project.addSow('SOW-7');
    await scheduled();
    world.sandbox.world.epics.length = 0;
    world.sandbox.world.issues.length = 0;
    const { labels } = world.sandbox.world;
    labels.splice(
      labels.findIndex(({ name }) => name === 'SOW-7'),
      1,
    );

    await scheduled();
    expect(epics()).toEqual([]);
  });

  it('is named by two files', async () => {
    await project.addSow('SOW-7');
    await project.write('sows/copy.yml', await project.read('sows/SOW-7.yml'));

    expect((await left()).stderr).toContain('sows/SOW-7.yml is won. sows/copy.yml is won');
    expect(epics()).toEqual([]);
  });

  it('is one of more than ten', async () => {
    for (let number = 1; number <= 11; number += 1) await project.addSow(`SOW-${number}`);

    expect((await left()).stderr).toContain('11 won SOWs without an engagement: more than 10 at once');
    expect(epics()).toEqual([]);
    expect((await state()).missing).toEqual([]);
  });

  it('has a plan that is not the reviewed one, or nobody has reviewed it where that is required', async () => {
    const mergeRequest: MergeRequest = addMergeRequest(world);
    const before = await project.commit();
    await project.git('checkout', '--quiet', '-b', 'sow');
    await project.addSow('SOW-7');
    await project.commit();
    await cli(['plan', '--changed-since', before, '--note'], {
      env: {
        GITLAB_URL: world.url,
        GITLAB_TOKEN: world.seed.bot.token,
        CI_PROJECT_ID: String(world.seed.project.id),
        CI_MERGE_REQUEST_IID: '7',
      },
      cwd: project.folder,
    });
    await project.addSow('SOW-7', (text) => text.replace(/title: .*/, 'title: Something else'));
    await project.commit();
    await project.git('checkout', '--quiet', 'main');
    await project.git('merge', '--quiet', '--no-ff', '--message', 'Merge', 'sow');
    mergeRequest.state = 'merged';
    mergeRequest.mergeCommitSha = await project.git('rev-parse', 'HEAD');
    await project.addSow('SOW-8');
    await project.commit('Pushed without a merge request');

    const { code, stderr } = await scheduled('require');

    expect(code).toBe(3);
    expect(stderr).toMatch(/SOW-7: failed: .*not the plan that was reviewed.*merge request !7/);
    expect(stderr).toMatch(/SOW-8: failed: .*nobody has seen a plan of it/);
    expect(epics()).toEqual([]);
    expect((await scheduled('check')).stdout).toContain('SOW-8: 12 created');
    expect(launched()).toEqual(['SOW-8']);
  });
});

describe('a sweep with one damaged epic', () => {
  it('puts the others right, remembers them, and looks at the damaged one again', async () => {
    await project.addSow('SOW-7');
    await project.addSow('SOW-8');
    await scheduled();
    const [damaged, other] = epics();
    if (damaged === undefined || other === undefined) throw new Error('two epics expected');
    // The record itself: sealed nowhere here, so its copy does not count either.
    damaged.description = damaged.description.replace(/procession:record v1 ./, 'procession:record v1 x');
    other.labelIds.length = 0;

    const { code, stderr } = await scheduled();

    expect(code).toBe(3);
    expect(stderr).toContain('SOW-7');
    expect(other.labelIds.length).toBeGreaterThan(0);
    expect(Object.keys((await state()).looks)).toContain('SOW-7');
    // Looked at although nothing has changed: it stays a finding until it is repaired.
    damaged.updatedAt = '2020-01-01T00:00:00.000Z';
    expect(await scheduled()).toMatchObject({ code: 3, stderr: expect.stringContaining('SOW-7') });
  });
});

/** What pipelines run: plans and reviews of changed SOWs, sweeps that remember, checks as files. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseNoteMarker } from '#domain/text/marker.ts';
import type { MergeRequest } from '#sandbox/world.ts';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';
import { addMergeRequest } from '#test/support/sandbox-records.ts';

let world: TestWorld;
let project: CiProject;
let mergeRequest: MergeRequest;

beforeEach(async () => {
  world = await startWorld();
  project = await createCiProject({ process: true });
  mergeRequest = addMergeRequest(world);
});

afterEach(async () => {
  await project.close();
  await world.close();
});

const pipeline = (extra: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  GITLAB_CI: 'true',
  GITLAB_URL: world.url,
  GITLAB_TOKEN: world.seed.bot.token,
  CI_PROJECT_ID: String(world.seed.project.id),
  CI_JOB_URL: `${world.url}/services/engagements/-/jobs/5`,
  ...extra,
});

const inMergeRequest = (): Record<string, string> => pipeline({ CI_MERGE_REQUEST_IID: '7' });

async function procession(args: readonly string[], env = pipeline()): Promise<CliResult> {
  return await cli(args, { env, cwd: project.folder });
}

const ourNotes = () =>
  mergeRequest.notes.filter(({ body }) => parseNoteMarker(body) === 'merge-request-plan');
const epics = () => world.sandbox.world.epics;

/** As GitLab merges: the head of the merge request becomes the head of main. */
async function merge(): Promise<string> {
  const commit = await project.git('rev-parse', 'HEAD');
  mergeRequest.state = 'merged';
  mergeRequest.mergeCommitSha = commit;
  return commit;
}

describe('procession plan, in a merge request', () => {
  it('plans every changed SOW and writes one note, edited in place', async () => {
    const before = await project.commit();
    await project.addSow('SOW-7');
    await project.addSow('SOW-8');
    await project.commit();
    const args = ['plan', '--changed-since', before, '--note', '--out', 'plan.json'];

    const first = await procession(args, inMergeRequest());

    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toContain('SOW-7 · Project delivery');
    expect(first.stdout).toContain('2 plans, 2 with something to do.');
    expect(first.stderr).toContain('Note on merge request !7: created.');
    expect(JSON.parse(await project.read('plan.json'))).toMatchObject({
      version: 1,
      plans: [{ engagement: 'SOW-7' }, { engagement: 'SOW-8' }],
      failed: [],
    });
    expect(epics()).toEqual([]);
    const [note] = ourNotes();
    expect(note?.body).toContain('<summary><b>SOW-7</b>: Plan: 12 to create');
    expect(note?.body).toContain('/-/jobs/5');

    await project.addSow('SOW-8', (text) => text.replace('closed_won', 'negotiating'));
    await project.commit();
    const second = await procession(args, inMergeRequest());

    expect(second.stderr).toContain('Note on merge request !7: updated.');
    expect(ourNotes()).toHaveLength(1);
    expect(ourNotes()[0]?.body).toContain('Nothing to do: SOW-8.');
    expect((await procession(args, inMergeRequest())).stderr).toContain('!7: unchanged.');
  });

  it('leaves the notes of others alone, also those that imitate ours', async () => {
    mergeRequest.notes.push({
      id: 1,
      authorId: world.seed.mira.user.id,
      createdAt: '2026-11-20T09:00:00.000Z',
      updatedAt: '2026-11-20T09:00:00.000Z',
      body: 'mine\n<!-- procession:note merge-request-plan -->',
    });
    const before = await project.commit();
    await project.addSow('SOW-7');
    await project.commit();

    await procession(['plan', '--changed-since', before, '--note'], inMergeRequest());

    expect(mergeRequest.notes.map(({ authorId }) => authorId)).toEqual([
      world.seed.mira.user.id,
      world.seed.bot.user.id,
    ]);
    expect(mergeRequest.notes[0]?.body).toContain('mine');
  });

  it('writes the note as the reviewer, and apply takes only the reviewer at its word', async () => {
    const settings = await project.read('procession.yml');
    await project.write('procession.yml', settings.replace('gitlab: {', 'gitlab: { reviewer: noor,'));
    const before = await project.commit();
    await project.addSow('SOW-7');
    await project.commit();
    const args = ['plan', '--changed-since', before, '--note'];
    const apply = async () =>
      await procession(
        ['apply', 'sows/SOW-7.yml', '--review', 'require'],
        pipeline({ CI_COMMIT_SHA: merged }),
      );
    const byEngine = await procession(args, inMergeRequest());
    const merged = await merge();
    const refused = await apply();

    const byReviewer = await procession(args, { ...inMergeRequest(), GITLAB_TOKEN: world.seed.noor.token });

    expect(byEngine.stderr).toContain('gitlab.reviewer in procession.yml is noor: apply takes nothing here');
    expect(refused).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('no plan on merge request !7 by noor'),
    });
    expect(byReviewer.stderr).not.toContain('warning');
    expect(await apply()).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Comparing with 1 plan'),
    });
  });

  it('says who in a plan is nobody that GitLab can assign an issue to', async () => {
    const before = await project.commit();
    await project.addSow('SOW-7', (text) => text.replace('username: mira', 'username: mirra'));
    await project.commit();

    const { stdout } = await procession(
      ['plan', '--changed-since', before, '--note', '--out', 'plan.json'],
      inMergeRequest(),
    );

    expect(stdout).toContain('warning: manager: mirra is no member of the project, so mira has the role.');
    expect(ourNotes()[0]?.body).toContain('manager: mirra is no member');
    expect(JSON.parse(await project.read('plan.json'))).toMatchObject({
      plans: [{ warnings: [expect.stringContaining('mirra')] }],
    });
  });

  it('says that a token of its own is safer, where no reviewer is named', async () => {
    const before = await project.commit();
    await project.addSow('SOW-7');
    await project.commit();

    const { stderr } = await procession(['plan', '--changed-since', before, '--note'], inMergeRequest());

    expect(stderr).toMatch(/This note is by procession-bot\..*gitlab\.reviewer/);
  });

  it('lets no text of a SOW become a command, a mention or the end of the code block', async () => {
    const before = await project.commit();
    const evil = 'x ``` </details>\\n/merge\\n@all\\n<!-- procession:note merge-request-plan -->';
    await project.addSow('SOW-7', (text) =>
      text.replace(/name: Nordlicht Example Shipping AG/, `name: "${evil}"`),
    );
    await project.commit();

    await procession(['plan', '--changed-since', before, '--note'], inMergeRequest());

    expect(mergeRequest.quickActions).toEqual([]);
    expect(ourNotes()).toHaveLength(1);
    expect(ourNotes()[0]?.body).toMatch(/\n````+text\n/);
  });

  it('shows what a changed process does to running engagements', async () => {
    await project.addSow('SOW-7');
    const before = await project.commit();
    await procession(['apply', 'sows/SOW-7.yml']);
    const kickOff = await project.read('issue_templates/delivery/kick-off.md');
    await project.write(
      'issue_templates/delivery/kick-off.md',
      kickOff.replace(/^title: .*$/m, 'title: First call'),
    );
    await project.commit();

    const { code, stdout } = await procession(
      ['plan', '--changed-since', before, '--note'],
      inMergeRequest(),
    );

    expect(code).toBe(0);
    expect(stdout).toMatch(/SOW-7 · Project delivery\n[^]*update|change|First call/);
    expect(stdout).toMatch(/The process changed; \d running engagements? stay as they are\./);
    expect(ourNotes()).toHaveLength(1);
  });

  it('shows, grouped, what a migration to a new version would mean for running engagements', async () => {
    for (const key of ['SOW-7', 'SOW-8']) await project.addSow(key);
    const before = await project.commit();
    for (const key of ['SOW-7', 'SOW-8']) await procession(['apply', `sows/${key}.yml`]);
    await procession(['freeze', 'delivery', '--bump']);
    const file = 'issue_templates/delivery/process.yml';
    await project.write(
      file,
      (await project.read(file)).replace('  - project-summary', '  - design-review\n  - project-summary'),
    );
    await project.write(
      'issue_templates/delivery/design-review.md',
      '---\ntitle: Design review\nowner: engineer\nafter: [kick-off]\n---\n- [ ] Looked at\n',
    );
    const summary = 'issue_templates/delivery/project-summary.md';
    await project.write(
      summary,
      (await project.read(summary)).replace('after: [', 'after: [design-review, '),
    );
    await project.commit();

    const { stdout } = await procession(['plan', '--changed-since', before, '--note'], inMergeRequest());

    const means =
      'delivery: running engagements keep their version. procession migrate delivery --to 2 would mean\n  2 engagements: + Design review\n';
    expect(stdout).toContain(means);
    expect(ourNotes()[0]?.body).toContain(means);
  });

  it('plans the others when one SOW is wrong, and says so in the note', async () => {
    const before = await project.commit();
    await project.addSow('SOW-7', (text) => text.replace('deployment: aws', 'deployment: awss'));
    await project.addSow('SOW-8');
    await project.commit();

    const { code, stdout } = await procession(
      ['plan', '--changed-since', before, '--note'],
      inMergeRequest(),
    );

    expect(code).toBe(3);
    expect(stdout).toContain('sows/SOW-7.yml:');
    expect(stdout).toContain('SOW-8 · Project delivery');
    expect(ourNotes()[0]?.body).toContain('<b>sows/SOW-7.yml</b>: cannot be planned');
  });

  it('still plans without a token, and says why there is no note', async () => {
    const before = await project.commit();
    await project.addSow('SOW-7');
    await project.commit();

    const { code, stdout, stderr } = await procession(['plan', '--changed-since', before, '--note'], {
      ...inMergeRequest(),
      GITLAB_TOKEN: '',
    });

    expect(code).toBe(0);
    expect(stdout).toContain('Against an empty GitLab (GITLAB_TOKEN is not set)');
    expect(stderr).toContain('No note is written');
    expect(mergeRequest.notes).toEqual([]);
  });

  it('shows the plan, stays green and says what the note takes, where the token may only read', async () => {
    world.sandbox.world.tokens.push({
      value: 'glpat-sandbox-read-only',
      userId: world.seed.bot.user.id,
      scopes: ['read_api'],
      expiresOn: null,
    });
    const before = await project.commit();
    await project.addSow('SOW-7');
    await project.commit();

    const { code, stdout, stderr } = await procession(['plan', '--changed-since', before, '--note'], {
      ...inMergeRequest(),
      GITLAB_TOKEN: 'glpat-sandbox-read-only',
    });

    expect({ code, notes: ourNotes() }).toEqual({ code: 0, notes: [] });
    expect(stdout).toContain('SOW-7 · Project delivery');
    expect(stderr).toMatch(/The note on merge request !7 could not be written: .*lacks the `api` scope/);
    expect(stderr).not.toContain('glpat-sandbox-read-only');
  });

  it('makes one note of a note whose answer was lost', async () => {
    const before = await project.commit();
    await project.addSow('SOW-7');
    await project.commit();
    world.sandbox.faults.failNext({
      method: 'POST',
      route: '/projects/:id/merge_requests/:iid/notes',
      when: 'after',
      kind: 'status',
      status: 502,
    });

    expect((await procession(['plan', '--changed-since', before, '--note'], inMergeRequest())).code).toBe(0);
    expect(ourNotes()).toHaveLength(1);
  });

  it('refuses a clone that is too shallow to know what changed', async () => {
    const before = await project.commit();
    await project.addSow('SOW-7');
    await project.commit();
    await project.git('clone', '--quiet', '--depth', '1', `file://${project.folder}`, 'shallow');

    const { code, stderr } = await cli(['plan', '--changed-since', before], {
      env: pipeline(),
      cwd: `${project.folder}/shallow`,
    });

    expect(code).toBe(2);
    expect(stderr).toContain('this clone is shallow');
    expect(stderr).toContain('GIT_DEPTH: 0');
  });

  it.each([
    [
      'a commit that is not there',
      'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'there is no such commit in this clone',
    ],
    ['an option of git', '--output=/tmp/x', 'needs a value'],
    ['something else', 'a b;c', 'it is no commit'],
  ])('refuses %s', async (_, since, message) => {
    const { code, stderr } = await procession(['plan', '--changed-since', since]);

    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('takes every SOW where GitLab names no commit before', async () => {
    await project.addSow('SOW-7');
    await project.commit();

    const { stdout } = await procession(['plan', '--changed-since', '0'.repeat(40), '--json']);

    expect(JSON.parse(stdout)).toMatchObject({ plans: [{ engagement: 'SOW-7' }] });
  });

  it('refuses two files for one engagement', async () => {
    const before = await project.commit();
    await project.addSow('SOW-7');
    await project.write('sows/copy.yml', await project.read('sows/SOW-7.yml'));
    await project.commit();

    const { code, stdout } = await procession(['plan', '--changed-since', before]);

    expect(code).toBe(3);
    expect(stdout).toContain('SOW-7: is named by sows/SOW-7.yml and sows/copy.yml');
    expect(stdout).toContain('0 plans');
  });

  it('refuses a copy of a SOW that did not change, in whatever folder', async () => {
    await project.addSow('SOW-7');
    const before = await project.commit();
    await project.write('sows/emea/copy.yml', await project.read('sows/SOW-7.yml'));
    await project.write('sows/archive/SOW-7.yml', await project.read('sows/SOW-7.yml'));
    await project.commit();

    const { code, stdout } = await procession(['apply', '--changed-since', before, '--json']);

    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      engagements: [
        { target: 'SOW-7', outcome: 'failed', message: expect.stringContaining('emea/copy.yml') },
      ],
    });
    expect(stdout).not.toContain('archive/SOW-7');
    expect(epics()).toEqual([]);
  });
});

describe('procession apply, after the merge', () => {
  async function reviewed(): Promise<{ before: string; commit: string }> {
    const before = await project.commit();
    await project.addSow('SOW-7');
    await project.commit();
    await procession(['plan', '--changed-since', before, '--note'], inMergeRequest());
    return { before, commit: await merge() };
  }
  const apply = async (before: string, commit: string, review = 'check'): Promise<CliResult> =>
    await procession(
      ['apply', '--changed-since', before, '--review', review],
      pipeline({ CI_COMMIT_SHA: commit }),
    );

  it('applies what was reviewed, and nothing the second time', async () => {
    const { before, commit } = await reviewed();

    const first = await apply(before, commit, 'require');
    const second = await apply(before, commit, 'require');

    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toContain('SOW-7: 12 created');
    expect(first.stderr).toContain('Comparing with 1 plan on merge request !7.');
    expect(epics()).toHaveLength(1);
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('SOW-7: nothing to do.') });
  });

  it('refuses a plan that has become stale, and writes nothing', async () => {
    const { before } = await reviewed();
    await project.addSow('SOW-7', (text) => text.replace('deployment: aws', 'deployment: on-prem'));
    await project.commit();
    const commit = await merge();

    const { code, stderr } = await apply(before, commit);

    expect(code).toBe(3);
    expect(stderr).toContain('not the plan that was reviewed');
    expect(stderr).toContain('merge request !7');
    expect(epics()).toEqual([]);
    expect(world.sandbox.world.labels).toEqual([]);
  });

  it('finishes a reviewed launch that was interrupted', async () => {
    const { before, commit } = await reviewed();
    world.sandbox.faults.failNext({
      method: 'POST',
      route: /issues$/,
      nth: 5,
      when: 'before',
      kind: 'status',
      status: 403,
    });

    expect((await apply(before, commit)).code).toBe(4);
    expect((await apply(before, commit)).code).toBe(0);
    expect(world.sandbox.world.issues).toHaveLength(11);
  });

  it('applies what nobody reviewed, unless a review is required', async () => {
    const before = await project.commit();
    await project.addSow('SOW-7');
    const commit = await project.commit();

    const required = await apply(before, commit, 'require');
    expect(required.code).toBe(3);
    expect(required.stderr).toContain('nobody has seen a plan of it');
    expect(epics()).toEqual([]);

    expect((await apply(before, commit, 'check')).code).toBe(0);
    expect(epics()).toHaveLength(1);
  });

  it('does not believe a review that somebody else has written', async () => {
    const { before, commit } = await reviewed();
    const [note] = ourNotes();
    mergeRequest.notes.length = 0;
    mergeRequest.notes.push({ ...note!, authorId: world.seed.eli.user.id });

    const { code, stderr } = await apply(before, commit, 'require');

    expect(code).toBe(3);
    expect(stderr).toContain('there is no plan on merge request !7 by the user of this token');
    expect(epics()).toEqual([]);
  });

  it('applies the others when one fails, and exits with the worst', async () => {
    const before = await project.commit();
    await project.addSow('SOW-7', (text) => text.replace('deployment: aws', 'deployment: awss'));
    await project.addSow('SOW-8');
    const commit = await project.commit();

    const { code, stdout, stderr } = await apply(before, commit);

    expect(code).toBe(3);
    expect(stderr).toContain('sows/SOW-7.yml');
    expect(stdout).toContain('SOW-8: 12 created');
  });

  it('leaves the engagement of a deleted SOW file alone', async () => {
    await project.addSow('SOW-7');
    const before = await project.commit();
    await procession(['apply', 'sows/SOW-7.yml']);
    await project.git('rm', '--quiet', 'sows/SOW-7.yml');
    const commit = await project.commit();

    const { code, stdout, stderr } = await apply(before, commit);

    expect(code).toBe(0);
    expect(stderr).toContain('sows/SOW-7.yml was deleted: its engagement is left as it is.');
    expect(stdout).toContain('nothing to apply');
    expect(epics()[0]?.state).toBe('opened');
  });

  it('carries out the plan file of several SOWs', async () => {
    await project.addSow('SOW-7');
    await project.addSow('SOW-8');
    await procession(['plan', 'sows/SOW-7.yml', 'sows/SOW-8.yml', '--out', 'plan.json']);

    const { code, stdout } = await procession(['apply', 'plan.json', '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      engagements: [
        { engagement: 'SOW-7', outcome: 'applied', exitCode: 0 },
        { engagement: 'SOW-8', outcome: 'applied', exitCode: 0 },
      ],
    });
  });
});

describe('a launch', () => {
  it('with a version that is not frozen is warned of, in the plan and when it is done, and no other', async () => {
    await project.addSow('SOW-7');
    await project.addSow('SOW-8');
    const warning = 'warning: version 2 of delivery is a draft';

    expect((await procession(['plan', 'sows/SOW-7.yml'])).stdout).not.toContain('is a draft');
    await procession(['freeze', 'delivery', '--bump']);
    expect((await procession(['plan', 'sows/SOW-7.yml'])).stdout).toContain(warning);
    expect((await procession(['plan', 'sows/SOW-7.yml', '--offline'])).stdout).toContain(warning);
    expect((await procession(['apply', 'sows/SOW-7.yml'])).stderr).toContain(warning);
    expect((await procession(['plan', 'SOW-7'])).stdout).not.toContain('is a draft');

    await project.write('issue_templates/delivery/_extra.md', 'More.\n');
    await project.write('issue_templates/delivery/epic.md', '{{> extra}}\n');
    await procession(['freeze', 'delivery']);
    expect((await procession(['plan', 'sows/SOW-8.yml'])).stdout).not.toContain('is a draft');
    expect((await procession(['apply', 'sows/SOW-8.yml'])).stderr).not.toContain('is a draft');
  });
});

describe('procession sweep, with a memory', () => {
  const STATE = ['sweep', '--state', '.procession/sweep.json'];
  const state = async () =>
    JSON.parse(await project.read('.procession/sweep.json')) as Record<string, string>;
  const reads = () => world.sandbox.ledger.entries().map(({ route }) => route);

  beforeEach(async () => {
    await project.addSow('SOW-7');
    await procession(['apply', 'sows/SOW-7.yml']);
  });

  it('sweeps in full first, then what changed since', async () => {
    const first = await procession([...STATE, '--json']);
    const { lastSuccess, lastFull } = await state();
    const second = await procession([...STATE, '--json']);

    expect(JSON.parse(first.stdout)).toMatchObject({ since: null, counts: { engagements: 1 } });
    expect(lastFull).toBe(lastSuccess);
    expect(JSON.parse(second.stdout).since).toBe(new Date(Date.parse(lastSuccess!) - 600_000).toISOString());
    expect((await state())['lastFull']).toBe(lastFull);
  });

  it.each([
    ['the file is damaged', async () => await project.write('.procession/sweep.json', '{"version":1')],
    [
      'the file is of another version',
      async () => await project.write('.procession/sweep.json', '{"version":9}'),
    ],
    [
      'the last full sweep is a day old',
      async () =>
        await project.write(
          '.procession/sweep.json',
          JSON.stringify({ ...(await state()), lastFull: new Date(Date.now() - 86_400_001).toISOString() }),
        ),
    ],
    [
      'it was written by a clock that is wrong',
      async () =>
        await project.write(
          '.procession/sweep.json',
          JSON.stringify({ ...(await state()), lastSuccess: '2999-01-01T00:00:00.000Z' }),
        ),
    ],
    [
      'the process has changed',
      async () => {
        const text = await project.read('issue_templates/delivery/kick-off.md');
        await project.write('issue_templates/delivery/kick-off.md', `${text}\nOne more line.\n`);
      },
    ],
    [
      'the settings have changed',
      async () =>
        await project.write(
          'procession.yml',
          'gitlab: { group: services, project: services/engagements }\nroles: { manager: [mira], engineer: [noor] }\n',
        ),
    ],
  ])('sweeps in full when %s', async (_, change) => {
    await procession(STATE);
    await change();

    expect(JSON.parse((await procession([...STATE, '--json'])).stdout)).toMatchObject({ since: null });
    expect(await state()).toMatchObject({ version: 1 });
  });

  it('looks also at those to whom only time happens, once', async () => {
    await procession(STATE);
    await procession(STATE);
    const looks = (await state())['looks'];
    expect(Object.keys(looks ?? {})).toEqual(['SOW-7']);
    const past = { 'SOW-7': new Date(Date.now() - 1_000).toISOString() };
    // As if nothing had changed for long: only the time makes it look.
    for (const item of [...world.sandbox.world.issues, ...world.sandbox.world.epics])
      item.updatedAt = new Date(Date.now() - 86_400_000).toISOString();
    await project.write('.procession/sweep.json', JSON.stringify({ ...(await state()), looks: past }));

    const again = await procession([...STATE, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ counts: { engagements: 1 } });
    expect((await state())['looks']).toEqual(looks);
    const last = await procession([...STATE, '--json']);
    expect(JSON.parse(last.stdout)).toMatchObject({ counts: { engagements: 0 } });
  });

  it('forgets nothing that failed: only a success is remembered', async () => {
    await procession(STATE);
    const before = await state();
    world.sandbox.faults.failNext({ method: 'GET', when: 'before', kind: 'status', status: 401 });

    expect((await procession(STATE)).code).toBe(4);
    expect(await state()).toEqual(before);
    expect(reads().length).toBeGreaterThan(0);
  });
});

describe('procession check, as files', () => {
  it('writes a summary in Markdown, with every finding and its fix', async () => {
    await project.addSow('SOW-7');
    await procession(['apply', 'sows/SOW-7.yml']);
    const issue = world.sandbox.world.issues.find(({ description }) => description.includes(' kick-off '));
    world.sandbox.operations.setState(world.seed.eli.user, issue!, 'closed');

    const bad = await procession(['check', '--markdown', 'out/check.md', '--junit', 'out/check.xml']);
    const text = await project.read('out/check.md');

    expect(bad.code).toBe(1);
    expect(text).toContain('1 engagement checked: **');
    expect(text).toMatch(/\| \[SOW-7\]\(https?:.*\) \| delivery \| 0 of 11 \| \d+ \|/);
    expect(text).toContain('`closed-too-early`');
    expect(text).toContain('  - Fix: ');
    expect(await project.read('out/check.xml')).toContain('<failure');
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import { createCapabilityProbe } from '#gitlab/engagement/capabilities.ts';
import { connect } from '#gitlab/http/connection.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';
import { anEpic, anIssue, describeAdapter, KEY } from './gitlab-adapter-contract.ts';

const open: TestWorld[] = [];

async function started(world: Promise<TestWorld>): Promise<TestWorld> {
  open.push(await world);
  return world;
}

afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

describeAdapter('the sandbox in process', startWorld);

describe('the adapter against the sandbox', () => {
  describe('links', () => {
    async function twoIssues(world: TestWorld) {
      const epic = await world.gitlab.createEpic(anEpic());
      const blocker = await world.gitlab.createIssue(anIssue(epic, 'kick-off'));
      const blocked = await world.gitlab.createIssue(anIssue(epic, 'intake-aws'));
      const { issues } = world.sandbox.world;
      return { blocker, blocked, raw: issues as [(typeof issues)[0], (typeof issues)[0]] };
    }

    it('leaves an existing one alone', async () => {
      const world = await started(startWorld());
      const { blocker, blocked } = await twoIssues(world);

      expect(await world.gitlab.linkBlocks(blocker, blocked)).toBe('created');
      expect(await world.gitlab.linkBlocks(blocker, blocked)).toBe('existed');
    });

    it('replaces a plain relation made by a person, whoever was first', async () => {
      const world = await started(startWorld());
      const { blocker, blocked, raw } = await twoIssues(world);
      world.sandbox.operations.linkIssues(world.seed.eli.user, raw[1], raw[0], 'relates_to');

      expect(await world.gitlab.linkBlocks(blocker, blocked)).toBe('created');

      expect(await world.gitlab.readLinks(blocked)).toMatchObject([
        { type: 'is_blocked_by', issueId: blocker.id },
      ]);
    });

    it('turns round one that points the wrong way', async () => {
      const world = await started(startWorld());
      const { blocker, blocked } = await twoIssues(world);
      await world.gitlab.linkBlocks(blocked, blocker);

      expect(await world.gitlab.linkBlocks(blocker, blocked)).toBe('created');

      expect(await world.gitlab.readLinks(blocked)).toMatchObject([
        { type: 'is_blocked_by', issueId: blocker.id },
      ]);
    });
  });

  describe('paging', () => {
    it('reads everything in pages of two', async () => {
      const world = await started(startWorld({ maxPerPage: 2 }));
      const { gitlab } = world;
      const epic = await gitlab.createEpic(anEpic());
      const steps = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
      for (const step of steps) await gitlab.createIssue(anIssue(epic, step));
      for (const step of steps) await gitlab.createNote(epic, step);
      for (const step of steps)
        await gitlab.createLabel({ name: `x::${step}`, color: '#112233', description: '' });

      expect((await gitlab.readEngagement(KEY)).issues.map(({ title }) => title)).toEqual(steps);
      expect([...(await gitlab.readAll())].map(({ issues }) => issues.length)).toEqual([7]);
      expect((await gitlab.readNotes(epic)).map(({ body }) => body)).toEqual(steps);
      expect([...(await gitlab.readLabels())].filter((label) => label.startsWith('x::'))).toHaveLength(7);
    });

    it('fails whole when one page is refused', async () => {
      const world = await started(startWorld({ maxPerPage: 2 }));
      const epic = await world.gitlab.createEpic(anEpic());
      for (const step of ['a', 'b', 'c', 'd', 'e']) await world.gitlab.createIssue(anIssue(epic, step));
      world.sandbox.faults.failNext({
        method: 'GET',
        route: '/projects/:id/issues',
        nth: 3,
        when: 'before',
        kind: 'status',
        status: 403,
      });

      await expect(world.gitlab.readEngagement(KEY)).rejects.toBeInstanceOf(GitLabRefusedError);
    });
  });

  describe('readAll', () => {
    it('finds what changed since, and asks twice when nothing did', async () => {
      let time = Date.parse('2026-03-02T09:00:00Z');
      const world = await started(startWorld({ now: () => new Date(time) }));
      const { gitlab } = world;
      const first = await gitlab.createEpic(anEpic());
      const issue = await gitlab.createIssue(anIssue(first, 'kick-off'));
      await gitlab.createEpic(anEpic({ labels: ['SOW-1043', 'process::delivery'] }));
      time = Date.parse('2026-03-03T09:00:00Z');
      world.forget();

      expect(await gitlab.readAll({ updatedAfter: '2026-03-03T00:00:00Z' })).toEqual([]);
      expect(world.sandbox.ledger.entries()).toHaveLength(2);
      await gitlab.updateIssue(issue, { state: 'closed' });
      const changed = [...(await gitlab.readAll({ updatedAfter: '2026-03-03T00:00:00Z' }))];

      expect(
        changed.map(({ engagement, epics, issues }) => [engagement, epics.length, issues.length]),
      ).toEqual([[KEY, 1, 1]]);
      expect([...(await gitlab.readAll())].map(({ engagement }) => engagement)).toEqual([KEY, 'SOW-1043']);
    });
  });

  it("does not take somebody else's item with our marker for its own", async () => {
    const world = await started(startWorld());
    const epic = await world.gitlab.createEpic(anEpic());
    await world.gitlabAs('eli').createIssue(anIssue(epic, 'kick-off'));
    world.sandbox.faults.failNext({ method: 'POST', when: 'before', kind: 'reset' });

    const issue = await world.gitlab.createIssue(anIssue(epic, 'kick-off'));

    expect(issue.author.username).toBe('procession-bot');
    expect(world.sandbox.world.issues).toHaveLength(2);
  });

  it('does not take an older comment of the same words for the one that was lost', async () => {
    let time = Date.parse('2026-03-02T09:00:00Z');
    const world = await started(startWorld({ now: () => new Date(time) }));
    const epic = await world.gitlab.createEpic(anEpic());
    await world.gitlab.createNote(epic, 'Reminder.');
    time += 24 * 3_600_000;
    world.sandbox.faults.failNext({ method: 'POST', when: 'before', kind: 'reset' });

    await world.gitlab.createNote(epic, 'Reminder.');

    expect(await world.gitlab.readNotes(epic)).toHaveLength(2);
  });

  it('knows a label that another writer made meanwhile', async () => {
    const world = await started(startWorld());
    const label = { name: 'step::kick-off', color: '#112233', description: 'Kick-off' };
    await world.gitlab.readLabels();
    await world.connect().createLabel(label);

    expect(await world.gitlab.createLabel(label)).toBe('existed');
    expect((await world.gitlab.readLabels()).has('step::kick-off')).toBe(true);
  });

  it('says what a guest may not do', async () => {
    const world = await started(startWorld());
    const epic = await world.gitlab.createEpic(anEpic());

    const closing = world.gitlabAs('gus').updateEpic(epic, { state: 'closed' });

    await expect(closing).rejects.toThrow(/PUT \/groups\/services\/epics\/1: GitLab answered 403/);
  });

  it('probes what the tier offers', async () => {
    const options = { token: 'glpat-sandbox-bot', group: 'services', project: 'services/engagements' };
    const premium = await started(startWorld());
    const free = await started(startWorld({ tier: 'free' }));

    expect((await createCapabilityProbe(connect({ host: premium.url, ...options })).get()).epics).toBe(true);
    expect((await createCapabilityProbe(connect({ host: free.url, ...options })).get()).epics).toBe(false);
  });
});

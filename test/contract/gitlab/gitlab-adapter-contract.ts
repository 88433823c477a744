/** What the adapter must do on any GitLab; `start` opens one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActualEpic } from '#domain/engagement/state.ts';
import type { NewEpic, NewIssue } from '#ports/gitlab.ts';
import type { TestWorld } from '#test/support/gitlab-world.ts';

export const KEY = 'SOW-1042';

export function anEpic(changes: Partial<NewEpic> = {}): NewEpic {
  return {
    holder: 'epic',
    title: 'SOW-1042 Acme',
    description: '<!-- procession: SOW-1042 -->\nThe deal.',
    labels: [KEY, 'process::delivery'],
    startDate: '2026-03-02',
    dueDate: '2026-06-30',
    confidential: false,
    ...changes,
  };
}

export function anIssue(epic: ActualEpic, step: string, changes: Partial<NewIssue> = {}): NewIssue {
  return {
    title: step,
    description: `<!-- procession: SOW-1042 ${step} -->\nThe step.`,
    labels: [KEY, `step::${step}`],
    assigneeIds: [],
    dueDate: null,
    epicId: epic.id,
    confidential: false,
    ...changes,
  };
}

export function describeAdapter(name: string, start: () => Promise<TestWorld>): void {
  describe(`the adapter against ${name}`, () => {
    let world: TestWorld;

    beforeEach(async () => {
      world = await start();
    });

    afterEach(async () => {
      await world.close();
    });

    it('writes an engagement and reads back the same', async () => {
      const { gitlab, seed } = world;

      const epic = await gitlab.createEpic(anEpic());
      const first = await gitlab.createIssue(
        anIssue(epic, 'kick-off', {
          assigneeIds: [seed.eli.user.id],
          dueDate: '2026-03-09',
          confidential: true,
        }),
      );
      const second = await gitlab.createIssue(anIssue(epic, 'intake-aws'));
      await gitlab.linkBlocks(first, second);

      const { isBot, ...me } = await gitlab.whoAmI();
      expect(isBot).toBe(true);
      expect(epic).toMatchObject({ kind: 'epic', reference: 'services&1', state: 'opened', author: me });
      expect(first).toMatchObject({
        kind: 'issue',
        reference: 'services/engagements#1',
        epicId: epic.id,
        dueDate: '2026-03-09',
        confidential: true,
        assignees: [{ id: seed.eli.user.id, username: 'eli' }],
      });
      const state = await gitlab.readEngagement(KEY);
      expect(state.epics).toEqual([{ ...epic, updatedAt: expect.any(String) }]);
      expect(state.issues.map(({ title, blockingCount }) => [title, blockingCount])).toEqual([
        ['kick-off', 1],
        ['intake-aws', 0],
      ]);
      expect(await gitlab.readLinks(second)).toEqual([
        { linkId: expect.any(Number), type: 'is_blocked_by', issueId: first.id },
      ]);
      expect(world.sandbox.world.epics[0]).toMatchObject({ startDate: '2026-03-02', dueDate: '2026-06-30' });
    });

    it('changes labels, state, people and text in one request', async () => {
      const { gitlab, seed } = world;
      const epic = await gitlab.createEpic(anEpic());
      const issue = await gitlab.createIssue(anIssue(epic, 'kick-off', { assigneeIds: [seed.eli.user.id] }));
      world.forget();

      const closed = await gitlab.updateIssue(issue, {
        addLabels: ['workflow::done'],
        removeLabels: ['step::kick-off'],
        state: 'closed',
        assigneeIds: [],
        description: 'Done.',
      });

      expect(closed).toMatchObject({
        labels: [KEY, 'workflow::done'],
        state: 'closed',
        assignees: [],
        description: 'Done.',
      });
      const { id, username } = await gitlab.whoAmI();
      expect(closed.closedBy).toEqual({ id, username });
      expect(world.sandbox.ledger.writes()).toHaveLength(1);
    });

    it('makes no request for a change of nothing', async () => {
      const epic = await world.gitlab.createEpic(anEpic());
      world.forget();

      expect(await world.gitlab.updateEpic(epic, { addLabels: [], removeLabels: [] })).toBe(epic);
      expect(world.sandbox.ledger.entries()).toEqual([]);
    });

    it('keeps the notes of an epic apart from those of the issue with its number', async () => {
      const { gitlab } = world;
      const epic = await gitlab.createEpic(anEpic());
      const issue = await gitlab.createIssue(anIssue(epic, 'kick-off'));

      const note = await gitlab.createNote(epic, 'On the epic.');
      await gitlab.createNote(issue, 'On the issue.');
      await gitlab.updateNote(epic, note, 'On the epic, changed.');

      expect((await gitlab.readNotes(epic)).map(({ body }) => body)).toEqual(['On the epic, changed.']);
      expect((await gitlab.readNotes(issue)).map(({ body }) => body)).toEqual(['On the issue.']);
    });

    it('opens threads and reads them with their replies, single comments among them', async () => {
      const { gitlab, sandbox, seed } = world;
      const issue = await gitlab.createIssue(anIssue(await gitlab.createEpic(anEpic()), 'project-calls'));
      await gitlab.createNote(issue, 'On the issue.');

      const thread = await gitlab.openThread(issue, 'A call.');
      const [first] = sandbox.world.notes.filter(({ body }) => body === 'A call.');
      if (first === undefined) throw new Error('no note');
      const target = sandbox.world.issues.find(({ id }) => id === issue.id);
      if (target === undefined) throw new Error('no issue');
      sandbox.operations.replyTo(seed.eli.user, target, first, 'Attended: Ada');
      await gitlab.updateIssue(issue, { addLabels: ['workflow::ready'] });

      const threads = await gitlab.readThreads(issue);
      expect(threads.map(({ notes }) => notes.map(({ body }) => body))).toEqual([
        ['On the issue.'],
        ['A call.', 'Attended: Ada'],
      ]);
      expect(threads[1]?.id).toBe(thread.id);
      await gitlab.deleteNote(issue, threads[0]?.notes[0] ?? { id: 0 });
      await gitlab.deleteNote(issue, threads[0]?.notes[0] ?? { id: 0 });
      expect(await gitlab.readThreads(issue)).toHaveLength(1);
    });

    it('survives broken connections', async () => {
      const { gitlab, sandbox } = world;
      sandbox.faults.failNext({ method: 'POST', when: 'after', kind: 'reset' });
      const epic = await gitlab.createEpic(anEpic());
      sandbox.faults.failNext({ method: 'POST', when: 'after', kind: 'truncated' });
      await gitlab.createIssue(anIssue(epic, 'kick-off'));
      sandbox.faults.failNext({ method: 'GET', when: 'before', kind: 'reset' });

      const state = await gitlab.readEngagement(KEY);

      expect([state.epics.length, state.issues.length]).toEqual([1, 1]);
      expect([sandbox.world.epics.length, sandbox.world.issues.length]).toEqual([1, 1]);
    });
  });
}

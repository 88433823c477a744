import { describe, expect, it } from 'vitest';
import type { Bench } from './client.ts';
import { createBench, createIssues, GROUP, PROJECT } from './client.ts';

const NOTES = `${PROJECT}/issues/1/notes`;

const todosOf = (bench: Bench): string[] =>
  bench.sandbox.world.todos.map(
    (todo) => `${bench.sandbox.world.users.find((it) => it.id === todo.userId)?.username} ${todo.action}`,
  );

const systemNotes = (bench: Bench): string[] =>
  bench.sandbox.world.notes.filter((it) => it.system).map((it) => it.body);

describe('sandbox: notes', () => {
  it('keeps a note and touches its issue', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    bench.clock.now = new Date('2026-03-03T00:00:00Z');

    const { status, body } = await bench.api('POST', NOTES, { body: 'hello' });

    expect(status).toBe(201);
    expect(body).toMatchObject({
      body: 'hello',
      system: false,
      noteable_type: 'Issue',
      noteable_iid: 1,
      author: { username: 'procession-bot' },
    });
    expect(bench.sandbox.world.issues[0]?.updatedAt).toBe('2026-03-03T00:00:00.000Z');
  });

  it.each([
    [{}, { error: 'body is missing' }],
    [{ body: ' ' }, { message: '400 Bad request - Note {:note=>["can\'t be blank"]}' }],
  ])('refuses %j', async (body, expected) => {
    const bench = createBench();
    await createIssues(bench, 'a');

    expect(await bench.api('POST', NOTES, body)).toMatchObject({ status: 400, body: expected });
  });

  it('lists newest first, or as asked', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    await bench.api('POST', NOTES, { body: 'one' });
    await bench.api('POST', NOTES, { body: 'two' });
    await bench.api('PUT', `${PROJECT}/issues/1`, { title: 'renamed' });
    const list = async (query: string): Promise<string[]> =>
      (await bench.api('GET', `${NOTES}?${query}`)).body.map((it: { body: string }) => it.body);

    expect(await list('activity_filter=only_comments')).toEqual(['two', 'one']);
    expect(await list('sort=asc&order_by=created_at')).toEqual([
      'one',
      'two',
      'changed title from **{-a-}** to **{+renamed+}**',
    ]);
    expect(await list('activity_filter=only_activity')).toHaveLength(1);
  });

  it('lets the author and maintainers edit and delete, others not', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    const { id } = (await bench.as(bench.seed.eli.token)('POST', NOTES, { body: 'mine' })).body;

    expect((await bench.as(bench.seed.noor.token)('PUT', `${NOTES}/${id}`, { body: 'x' })).status).toBe(403);
    expect(
      (await bench.as(bench.seed.eli.token)('PUT', `${NOTES}/${id}`, { body: 'edited' })).body.body,
    ).toBe('edited');
    expect((await bench.api('DELETE', `${NOTES}/${id}`)).status).toBe(204);
  });

  it.each(['issue', 'epic'])(
    'lets the author and Maintainers edit a note on an %s; the author stays the author',
    async (kind) => {
      const bench = createBench();
      await createIssues(bench, 'a');
      const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E' })).body;
      const path = kind === 'issue' ? NOTES : `${GROUP}/epics/${epic.id}/notes`;
      const { id } = (await bench.as(bench.seed.eli.token)('POST', path, { body: 'mine' })).body;
      bench.clock.now = new Date('2026-03-03T00:00:00Z');

      for (const person of [bench.seed.noor, bench.seed.casey])
        expect((await bench.as(person.token)('PUT', `${path}/${id}`, { body: 'x' })).status).toBe(403);
      expect(await bench.as(bench.seed.mira.token)('PUT', `${path}/${id}`, { body: 'hers' })).toMatchObject({
        status: 200,
        body: { body: 'hers', author: { username: 'eli' }, updated_at: '2026-03-03T00:00:00.000Z' },
      });
    },
  );

  it('keeps the time of a note that is saved again with the same text', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    const note = (await bench.api('POST', NOTES, { body: 'same' })).body;
    bench.clock.now = new Date('2026-03-03T00:00:00Z');

    const { body } = await bench.api('PUT', `${NOTES}/${note.id}`, { body: 'same' });

    expect(body.updated_at).toBe(note.updated_at);
  });

  it('deletes a note whose new text holds quick actions only, after carrying them out', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    const { id } = (await bench.api('POST', NOTES, { body: 'text' })).body;

    expect(await bench.api('PUT', `${NOTES}/${id}`, { body: '/close' })).toMatchObject({
      status: 202,
      body: { commands_changes: { state_event: 'close' } },
    });
    expect(bench.sandbox.world).toMatchObject({ notes: [], issues: [{ state: 'closed' }] });
    expect((await bench.api('GET', `${NOTES}/${id}`)).status).toBe(404);
  });

  it('refuses an empty new text', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    const { id } = (await bench.api('POST', NOTES, { body: 'text' })).body;

    expect(await bench.api('PUT', `${NOTES}/${id}`, { body: ' ' })).toMatchObject({
      status: 400,
      body: { error: 'body is empty' },
    });
  });

  it('shows notes to nobody who is not signed in', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');

    expect((await bench.as('')('GET', NOTES)).status).toBe(401);
  });

  it('refuses to edit a system note', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    await bench.api('PUT', `${PROJECT}/issues/1`, { title: 'b' });
    const [note] = bench.sandbox.world.notes;

    expect((await bench.api('PUT', `${NOTES}/${note?.id}`, { body: 'x' })).status).toBe(403);
  });

  it('hides internal notes from guests', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    await bench.api('POST', NOTES, { body: 'inside', internal: true });

    expect((await bench.as(bench.seed.gus.token)('GET', NOTES)).body).toEqual([]);
    expect((await bench.as(bench.seed.casey.token)('GET', NOTES)).body).toHaveLength(1);
  });
});

describe('sandbox: reactions to notes', () => {
  const on = (noteId: number): string => `${NOTES}/${noteId}/award_emoji`;

  it('move the time of the note, given and taken back, and not the time of its issue', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    const note = (await bench.api('POST', NOTES, { body: 'text' })).body;
    const timesAt = async (now: string, ask: () => Promise<unknown>): Promise<string[]> => {
      bench.clock.now = new Date(now);
      await ask();
      const [issue] = bench.sandbox.world.issues;
      return [(await bench.api('GET', `${NOTES}/${note.id}`)).body.updated_at, issue?.updatedAt ?? ''];
    };
    let awardId = 0;

    const given = await timesAt('2026-03-03T00:00:00.000Z', async () => {
      awardId = (await bench.api('POST', on(note.id), { name: 'thumbsup' })).body.id;
    });
    const taken = await timesAt('2026-03-04T00:00:00.000Z', () =>
      bench.api('DELETE', `${on(note.id)}/${awardId}`),
    );

    expect(given).toEqual(['2026-03-03T00:00:00.000Z', '2026-03-02T09:00:00.000Z']);
    expect(taken).toEqual(['2026-03-04T00:00:00.000Z', '2026-03-02T09:00:00.000Z']);
    expect(bench.sandbox.world.awards).toEqual([]);
  });

  it('are taken back by whoever gave them only', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    const note = (await bench.api('POST', NOTES, { body: 'text' })).body;
    const { id } = (await bench.as(bench.seed.eli.token)('POST', on(note.id), { name: 'x' })).body;

    expect((await bench.as(bench.seed.mira.token)('DELETE', `${on(note.id)}/${id}`)).status).toBe(401);
    expect((await bench.as(bench.seed.eli.token)('DELETE', `${on(note.id)}/${id}`)).status).toBe(204);
    expect((await bench.as(bench.seed.eli.token)('DELETE', `${on(note.id)}/${id}`)).status).toBe(404);
  });

  it('go to an epic by its iid, and to no system note', async () => {
    const bench = createBench();
    const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E' })).body;
    const note = (await bench.api('POST', `${GROUP}/epics/${epic.id}/notes`, { body: 'text' })).body;
    await bench.api('PUT', `${GROUP}/epics/1`, { title: 'F' });
    const system = bench.sandbox.world.notes.find((it) => it.system);

    const give = (iid: number, noteId?: number) =>
      bench.api('POST', `${GROUP}/epics/${iid}/notes/${noteId}/award_emoji`, { name: 'eyes' });

    expect((await give(epic.iid, note.id)).status).toBe(201);
    expect((await give(epic.id, note.id)).status).toBe(404);
    expect((await give(epic.iid, system?.id)).status).toBe(404);
  });
});

describe('sandbox: quick actions', () => {
  it('carries out a note of commands only, answers 202 and keeps no note', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');

    expect(await bench.api('POST', NOTES, { body: '/close' })).toMatchObject({
      status: 202,
      body: { commands_changes: { state_event: 'close' } },
    });
    expect(bench.sandbox.world.issues[0]?.state).toBe('closed');
    expect(bench.sandbox.world.notes).toEqual([]);
  });

  it('keeps the text around commands', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');

    expect(await bench.api('POST', NOTES, { body: 'done\n/close' })).toMatchObject({
      status: 201,
      body: { body: 'done' },
    });
    expect(bench.sandbox.world.issues[0]?.state).toBe('closed');
  });

  it('refuses a note whose only command cannot be carried out', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');

    expect((await bench.api('POST', NOTES, { body: '/reopen' })).status).toBe(400);
  });

  it('does not close for someone who may not', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');

    expect((await bench.as(bench.seed.gus.token)('POST', NOTES, { body: 'text\n/close' })).status).toBe(201);
    expect(bench.sandbox.world.issues[0]?.state).toBe('opened');
  });

  it.each([
    ['/label ~known ~unknown', { labels: ['known', 'start'] }],
    ['/label known', { labels: ['known', 'start'] }],
    ['/unlabel ~start', { labels: [] }],
    ['/unlabel', { labels: [] }],
    ['/relabel ~known', { labels: ['known'] }],
    ['/title New', { title: 'New' }],
    ['/due 2026-05-01', { due_date: '2026-05-01' }],
    ['/due in 2 weeks', { due_date: '2026-03-16' }],
    ['/due 2026-05-01\n/remove_due_date', { due_date: '2026-05-01' }],
    ['/weight 5', { weight: 5 }],
    ['/confidential', { confidential: true }],
    ['/estimate 1d 2h', { time_stats: { time_estimate: 36_000 } }],
    ['/spend 30m', { time_stats: { total_time_spent: 1800 } }],
    ['/lock', { discussion_locked: true }],
    ['/epic &1', { epic_iid: 1 }],
    ['/duplicate #2', { state: 'closed' }],
    ['/subscribe', { state: 'opened' }],
  ])('carries out %j', async (body, expected) => {
    const bench = createBench();
    await bench.api('POST', `${GROUP}/labels`, { name: 'known', color: '#112233' });
    await bench.api('POST', `${GROUP}/epics`, { title: 'E' });
    await bench.api('POST', `${PROJECT}/issues`, { title: 'a', labels: 'start' });
    await createIssues(bench, 'b');

    expect((await bench.api('POST', NOTES, { body })).status).toBe(202);
    expect((await bench.api('GET', `${PROJECT}/issues/1`)).body).toMatchObject(expected);
  });

  it.each([
    ['/assign @eli @noor', ['mira', 'eli', 'noor']],
    ['/reassign @eli', ['eli']],
    ['/unassign @mira', []],
    ['/unassign', []],
  ])('carries out %j', async (body, expected) => {
    const bench = createBench();
    await bench.api('POST', `${PROJECT}/issues`, { title: 'a', assignee_ids: [bench.seed.mira.user.id] });
    await bench.api('POST', NOTES, { body });

    const { assignees } = (await bench.api('GET', `${PROJECT}/issues/1`)).body;
    expect(assignees.map((it: { username: string }) => it.username)).toEqual(expected);
  });

  it.each([
    ['/blocks #2', 'blocks'],
    ['/blocked_by #2', 'is_blocked_by'],
    ['/relate #2', 'relates_to'],
  ])('links with %j', async (body, type) => {
    const bench = createBench();
    await createIssues(bench, 'a', 'b');
    await bench.api('POST', NOTES, { body });

    expect((await bench.api('GET', `${PROJECT}/issues/1/links`)).body).toMatchObject([
      { iid: 2, link_type: type },
    ]);
  });

  it('carries out those of a new description that make sense for a new issue', async () => {
    const bench = createBench();
    await bench.api('POST', `${GROUP}/labels`, { name: 'known', color: '#112233' });

    const { body } = await bench.api('POST', `${PROJECT}/issues`, {
      title: 'a',
      description: 'text\n/label ~known\n/assign @eli\n/close\n/title other',
    });

    expect(body).toMatchObject({
      title: 'a',
      description: 'text',
      labels: ['known'],
      assignees: [{ username: 'eli' }],
      state: 'opened',
    });
  });

  it('carries out those of a changed description, and none of an unchanged one', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');

    expect(
      (await bench.api('PUT', `${PROJECT}/issues/1`, { description: 'text\n/close' })).body,
    ).toMatchObject({ description: 'text', state: 'closed' });
  });

  it('carries out those in an epic', async () => {
    const bench = createBench();
    await bench.api('POST', `${GROUP}/epics`, { title: 'E' });

    expect((await bench.api('PUT', `${GROUP}/epics/1`, { description: 'text\n/close' })).body).toMatchObject({
      description: 'text',
      state: 'closed',
    });
  });
});

describe('sandbox: what changes leave behind', () => {
  it('notes changes in words like GitLab’s', async () => {
    const bench = createBench();
    await bench.api('POST', `${GROUP}/epics`, { title: 'E' });
    await createIssues(bench, 'a');
    await bench.api('PUT', `${PROJECT}/issues/1`, {
      title: 'b',
      description: 'text',
      due_date: '2026-05-01',
      assignee_ids: [bench.seed.eli.user.id],
      epic_id: 901,
    });
    await bench.api('PUT', `${PROJECT}/issues/1`, {
      due_date: '',
      assignee_ids: [bench.seed.noor.user.id],
      confidential: true,
      epic_id: 0,
    });

    expect(systemNotes(bench)).toEqual([
      'changed title from **{-a-}** to **{+b+}**',
      'changed the description',
      'assigned to @eli',
      'changed due date to May 1, 2026',
      'added issue services/engagements#1',
      'added to epic &1',
      'assigned to @noor and unassigned @eli',
      'made the issue confidential',
      'removed due date',
      'removed issue services/engagements#1',
      'removed from epic &1',
    ]);
  });

  it('notes a cross reference once, on the issue referred to', async () => {
    const bench = createBench();
    await createIssues(bench, 'a', 'b');
    await bench.api('POST', NOTES, { body: 'see #2' });
    await bench.api('POST', NOTES, { body: 'see #2 again, and `#2`' });

    expect(bench.sandbox.world.notes.filter((it) => it.system)).toMatchObject([
      { target: { id: bench.sandbox.world.issues[1]?.id }, body: 'mentioned in issue #1' },
    ]);
  });

  it('gives to-dos to people assigned or mentioned, not to the actor, bots or outsiders', async () => {
    const bench = createBench();
    await bench.as(bench.seed.mira.token)('POST', `${PROJECT}/issues`, {
      title: 'a',
      description: '@noor @mira @otto @procession-bot `@casey` \\@gus',
      assignee_ids: [bench.seed.eli.user.id, bench.seed.mira.user.id],
    });

    expect(todosOf(bench)).toEqual(['eli assigned', 'noor mentioned']);
  });

  it('gives to-dos for new mentions only when a text is edited', async () => {
    const bench = createBench();
    await bench.api('POST', `${PROJECT}/issues`, { title: 'a', description: '@eli' });
    await bench.api('PUT', `${PROJECT}/issues/1`, { description: '@eli and @noor' });
    const { id } = (await bench.api('POST', NOTES, { body: '@mira' })).body;
    await bench.api('PUT', `${NOTES}/${id}`, { body: '@mira @casey' });

    expect(todosOf(bench)).toEqual(['eli mentioned', 'noor mentioned', 'mira mentioned', 'casey mentioned']);
  });

  it.each(['@all', '@services'])('gives everybody a to-do for %s', async (mention) => {
    const bench = createBench();
    await bench.api('POST', `${PROJECT}/issues`, { title: 'a', description: mention });

    expect(todosOf(bench)).toHaveLength(6);
  });

  it('ticks a task, and notes it as that', async () => {
    const bench = createBench();
    await bench.api('POST', `${PROJECT}/issues`, { title: 'a', description: '- [ ] one\n- [ ] two' });
    const [issue] = bench.sandbox.world.issues;
    if (issue === undefined) throw new Error('no issue');

    bench.sandbox.operations.toggleTask(bench.seed.eli.user, issue, 1, true);

    expect(issue.description).toBe('- [ ] one\n- [x] two');
    expect(systemNotes(bench)).toEqual(['marked the checklist item **two** as completed']);
    expect(() => bench.sandbox.operations.toggleTask(bench.seed.gus.user, issue, 0, true)).toThrow(/403/u);
  });

  it('tells listeners what changed', async () => {
    const bench = createBench();
    const heard: string[] = [];
    const stop = bench.sandbox.onChange((change) => heard.push(`${change.kind} ${change.actor.username}`));
    await createIssues(bench, 'a');
    await bench.api('POST', NOTES, { body: 'x' });
    stop();
    await createIssues(bench, 'b');

    expect(heard).toEqual(['issue procession-bot', 'note procession-bot']);
  });
});

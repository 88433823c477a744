import { describe, expect, it } from 'vitest';
import type { Bench } from './client.ts';
import { createBench, createIssues, GROUP, PROJECT } from './client.ts';

async function epicWithIssues(bench: Bench): Promise<{ epic: any; issues: any[] }> {
  const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E' })).body;
  const issues = await createIssues(bench, 'a', 'b');
  return { epic, issues };
}

describe('sandbox: epics', () => {
  it.each([
    ['GET', `${GROUP}/epics`],
    ['POST', `${GROUP}/epics?title=x`],
    ['GET', `${GROUP}/epics/1`],
    ['GET', `${GROUP}/epics/901/notes`],
  ])('answers %s %s on free with 403', async (method, path) => {
    expect(await createBench({ tier: 'free' }).api(method, path)).toMatchObject({
      status: 403,
      body: { message: '403 Forbidden' },
    });
  });

  it('creates an epic, with unknown labels as labels of the group', async () => {
    const bench = createBench();

    const { status, body } = await bench.api('POST', `${GROUP}/epics`, {
      title: 'SOW-1',
      description: 'text',
      labels: ['b', 'a'],
    });

    expect(status).toBe(201);
    expect(body).toMatchObject({
      iid: 1,
      group_id: bench.seed.group.id,
      title: 'SOW-1',
      description: 'text',
      state: 'opened',
      confidential: false,
      labels: ['a', 'b'],
      references: { short: '&1', relative: '&1', full: 'services&1' },
      web_url: 'https://gitlab.test/groups/services/-/epics/1',
    });
    expect(bench.sandbox.world.labels).toMatchObject([
      { groupId: bench.seed.group.id },
      { groupId: bench.seed.group.id },
    ]);
  });

  it('sets dates only when they are said to be fixed', async () => {
    const { api } = createBench();
    await api('POST', `${GROUP}/epics`, {
      title: 'E',
      start_date_fixed: '2026-03-01',
      due_date_fixed: '2026-04-01',
    });

    const unset = (await api('GET', `${GROUP}/epics/1`)).body;
    const set = (
      await api('PUT', `${GROUP}/epics/1`, { due_date_fixed: '2026-04-01', due_date_is_fixed: true })
    ).body;

    expect(unset).toMatchObject({ start_date: null, due_date: null });
    expect(set).toMatchObject({ due_date: '2026-04-01', end_date: '2026-04-01', due_date_is_fixed: true });
  });

  it('closes with children open and answers under /-/ as well', async () => {
    const bench = createBench();
    const { epic, issues } = await epicWithIssues(bench);
    await bench.api('POST', `${GROUP}/epics/1/issues/${issues[0].id}`);

    const reply = await bench.api('PUT', `${GROUP}/-/epics/1`, { state_event: 'close' });

    expect(reply.body).toMatchObject({ id: epic.id, state: 'closed', closed_at: '2026-03-02T09:00:00.000Z' });
  });

  it('lists by labels, state, search and time', async () => {
    const { api, clock } = createBench();
    await api('POST', `${GROUP}/epics`, { title: 'one', labels: 'a,b' });
    clock.now = new Date('2026-03-03T09:00:00Z');
    await api('POST', `${GROUP}/epics`, { title: 'two', labels: 'a', description: 'needle' });
    await api('PUT', `${GROUP}/epics/2`, { state_event: 'close' });
    const list = async (query: string): Promise<string[]> =>
      (await api('GET', `${GROUP}/epics?${query}`)).body.map((it: { title: string }) => it.title);

    expect(await list('')).toEqual(['two', 'one']);
    expect(await list('labels=a,b')).toEqual(['one']);
    expect(await list('not[labels]=b')).toEqual(['two']);
    expect(await list('state=opened')).toEqual(['one']);
    expect(await list('search=needle')).toEqual(['two']);
    expect(await list('updated_after=2026-03-03T00:00:00Z')).toEqual(['two']);
    expect(await list('created_after=2026-03-04T00:00:00Z')).toEqual([]);
    expect(await list('order_by=title&sort=asc')).toEqual(['one', 'two']);
    expect((await api('GET', `${GROUP}/epics?order_by=weight`)).status).toBe(400);
  });

  it('assigns an issue by its global id, once', async () => {
    const bench = createBench();
    const { epic, issues } = await epicWithIssues(bench);

    const assigned = await bench.api('POST', `${GROUP}/epics/1/issues/${issues[0].id}`);

    expect(assigned).toMatchObject({
      status: 201,
      body: { epic: { id: epic.id }, issue: { id: issues[0].id } },
    });
    expect(await bench.api('POST', `${GROUP}/epics/1/issues/${issues[0].id}`)).toMatchObject({
      status: 409,
      body: { message: 'Issue(s) already assigned' },
    });
    expect((await bench.api('POST', `${GROUP}/epics/1/issues/${issues[0].iid}`)).status).toBe(404);
    expect((await bench.api('GET', `${GROUP}/epics/1/issues`)).body).toMatchObject([
      { id: issues[0].id, epic_issue_id: assigned.body.id },
    ]);
  });

  it('moves an issue of another epic', async () => {
    const bench = createBench();
    const { issues } = await epicWithIssues(bench);
    const other = (await bench.api('POST', `${GROUP}/epics`, { title: 'F' })).body;
    await bench.api('POST', `${GROUP}/epics/1/issues/${issues[0].id}`);

    expect((await bench.api('POST', `${GROUP}/epics/2/issues/${issues[0].id}`)).status).toBe(201);

    expect(bench.sandbox.world.issues[0]).toMatchObject({ epicId: other.id });
    expect((await bench.api('GET', `${GROUP}/epics/1/issues`)).body).toEqual([]);
  });

  it('takes an issue out by the id of the assignment, with the link in the answer', async () => {
    const bench = createBench();
    const { issues } = await epicWithIssues(bench);
    const { id } = (await bench.api('POST', `${GROUP}/epics/1/issues/${issues[0].id}`)).body;

    expect((await bench.api('DELETE', `${GROUP}/epics/1/issues/${issues[0].id}`)).status).toBe(404);
    expect(await bench.api('DELETE', `${GROUP}/epics/1/issues/${id}`)).toMatchObject({
      status: 200,
      body: { id },
    });
    expect(bench.sandbox.world.issues[0]).toMatchObject({ epicId: null, epicIssueId: null });
  });

  const childTitles = async (bench: Bench): Promise<string[]> =>
    (await bench.api('GET', `${GROUP}/epics/1/issues`)).body.map((it: { title: string }) => it.title);

  it('puts every new child on top: assigned, created with epic_id, and moved from another epic', async () => {
    const bench = createBench();
    const { epic, issues } = await epicWithIssues(bench);
    const other = (await bench.api('POST', `${GROUP}/epics`, { title: 'F' })).body;

    const first = await bench.api('POST', `${GROUP}/epics/1/issues/${issues[0].id}`);
    const second = await bench.api('POST', `${GROUP}/epics/1/issues/${issues[1].id}`);
    await bench.api('POST', `${PROJECT}/issues`, { title: 'c', epic_id: epic.id });
    await bench.api('POST', `${PROJECT}/issues`, { title: 'd', epic_id: other.id });
    await bench.api('PUT', `${PROJECT}/issues/4`, { epic_id: epic.id });

    expect(await childTitles(bench)).toEqual(['d', 'c', 'b', 'a']);
    expect(second.body.relative_position).toBeLessThan(first.body.relative_position);
    const shown = (await bench.api('GET', `${GROUP}/epics/1/issues`)).body;
    expect(shown.map((it: any) => it.relative_position)).toEqual([-1539, -1026, -513, 0]);
  });

  describe('the order of children', () => {
    /** An epic with the children a, b, c, d from the top; the ids are those of the assignments. */
    async function withChildren(): Promise<{ bench: Bench; link: Record<string, number> }> {
      const bench = createBench();
      const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E' })).body;
      for (const title of ['d', 'c', 'b', 'a'])
        await bench.api('POST', `${PROJECT}/issues`, { title, epic_id: epic.id });
      const shown = (await bench.api('GET', `${GROUP}/epics/1/issues`)).body;
      return { bench, link: Object.fromEntries(shown.map((it: any) => [it.title, it.epic_issue_id])) };
    }

    it.each<[string, Record<string, string>, string, string]>([
      ['a', { move_before_id: 'b' }, 'bacd', 'after the one that comes before it'],
      ['a', { move_before_id: 'd' }, 'bcda', 'at the end'],
      ['d', { move_after_id: 'a' }, 'dabc', 'on top'],
      ['d', { move_after_id: 'b' }, 'adbc', 'before the one that comes after it'],
      ['d', { move_before_id: 'a', move_after_id: 'b' }, 'adbc', 'between both'],
      ['d', { move_before_id: 'b', move_after_id: 'a' }, 'adbc', 'between both, turned round'],
      ['b', { move_before_id: 'a' }, 'abcd', 'where it stands'],
      ['b', {}, 'abcd', 'nowhere without a neighbour'],
    ])('moves %s with %j: %s, %s', async (title, neighbours, expected, _where) => {
      const { bench, link } = await withChildren();
      const body = Object.fromEntries(Object.entries(neighbours).map(([name, it]) => [name, link[it]]));

      const reply = await bench.api('PUT', `${GROUP}/epics/1/issues/${link[title]}`, body);

      expect(reply.body.map((it: { title: string }) => it.title).join('')).toBe(expected);
      expect((await childTitles(bench)).join('')).toBe(expected);
    });

    it('stays as it was asked for when there is no room left between two', async () => {
      const { bench, link } = await withChildren();
      const move = (title: string) =>
        bench.api('PUT', `${GROUP}/epics/1/issues/${link[title]}`, { move_before_id: link['a'] });

      for (let round = 0; round < 12; round += 1) for (const title of ['c', 'd']) await move(title);

      expect((await childTitles(bench)).join('')).toBe('adcb');
    });

    it('refuses a neighbour that is no child, and somebody who is no member', async () => {
      const { bench, link } = await withChildren();
      const path = `${GROUP}/epics/1/issues/${link['a']}`;

      expect(await bench.api('PUT', path, { move_before_id: 1 })).toMatchObject({
        status: 400,
        body: { message: { error: 'Issue could not be moved!' } },
      });
      expect((await bench.as(bench.seed.otto.token)('PUT', path, { move_before_id: link['b'] })).status).toBe(
        404,
      );
      expect((await childTitles(bench)).join('')).toBe('abcd');
    });

    it('is not told to webhooks, and touches no issue', async () => {
      const { bench, link } = await withChildren();
      const before = bench.sandbox.world.issues.map(({ updatedAt }) => updatedAt);
      bench.clock.now = new Date('2026-03-03T00:00:00Z');

      await bench.api('PUT', `${GROUP}/epics/1/issues/${link['d']}`, { move_after_id: link['a'] });

      expect(bench.sandbox.world.issues.map(({ updatedAt }) => updatedAt)).toEqual(before);
    });
  });

  it('removes an issue from its epic with epic_id 0', async () => {
    const bench = createBench();
    const { epic } = await epicWithIssues(bench);
    await bench.api('PUT', `${PROJECT}/issues/1`, { epic_id: epic.id });

    expect((await bench.api('PUT', `${PROJECT}/issues/1`, { epic_id: 0 })).body.epic).toBeNull();
  });

  it('releases the issues of a deleted epic', async () => {
    const bench = createBench();
    const { epic } = await epicWithIssues(bench);
    await bench.api('PUT', `${PROJECT}/issues/1`, { epic_id: epic.id });

    expect((await bench.api('DELETE', `${GROUP}/epics/1`)).status).toBe(403);
    expect((await bench.as(bench.seed.ada.token)('DELETE', `${GROUP}/epics/1`)).status).toBe(204);
    expect(bench.sandbox.world).toMatchObject({ epics: [], issues: [{ epicId: null }, { epicId: null }] });
  });

  it("takes the epic's id for its notes and events, not the iid", async () => {
    const bench = createBench();
    const { epic } = await epicWithIssues(bench);

    expect(await bench.api('POST', `${GROUP}/epics/${epic.iid}/notes`, { body: 'x' })).toMatchObject({
      status: 404,
      body: { message: '404 Epic Not Found' },
    });
    expect(await bench.api('POST', `${GROUP}/epics/${epic.id}/notes`, { body: 'x' })).toMatchObject({
      status: 201,
      body: { noteable_type: 'Epic', noteable_id: epic.id, noteable_iid: null },
    });
    expect((await bench.api('GET', `${GROUP}/epics/${epic.id}/resource_state_events`)).status).toBe(200);
    expect((await bench.api('GET', `${GROUP}/epics/${epic.iid}/resource_state_events`)).status).toBe(404);
  });

  it('records who added and removed labels', async () => {
    const bench = createBench();
    const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E', labels: 'a' })).body;
    await bench.as(bench.seed.mira.token)('PUT', `${GROUP}/epics/1`, { add_labels: 'b', remove_labels: 'a' });

    const { body } = await bench.api('GET', `${GROUP}/epics/${epic.id}/resource_label_events`);

    expect(body).toMatchObject([
      {
        action: 'add',
        label: { name: 'a' },
        user: { username: 'procession-bot' },
        resource_type: 'Epic',
        resource_id: epic.id,
      },
      { action: 'add', label: { name: 'b' }, user: { username: 'mira' } },
      { action: 'remove', label: { name: 'a' }, user: { username: 'mira' } },
    ]);
  });
});

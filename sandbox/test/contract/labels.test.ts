import { describe, expect, it } from 'vitest';
import { createBench, GROUP, PROJECT } from './client.ts';

const names = (body: { name: string }[]): string[] => body.map((it) => it.name);

describe('sandbox: labels', () => {
  it('creates a group label that its projects see', async () => {
    const { api } = createBench();

    const created = await api('POST', `${GROUP}/labels`, {
      name: 'workflow::ready',
      color: '#00ff00',
      description: 'go',
    });

    expect(created).toMatchObject({
      status: 201,
      body: { name: 'workflow::ready', color: '#00ff00', description: 'go', text_color: expect.any(String) },
    });
    expect(names((await api('GET', `${PROJECT}/labels`)).body)).toEqual(['workflow::ready']);
    expect((await api('GET', `${PROJECT}/labels`)).body[0].is_project_label).toBe(false);
    expect(names((await api('GET', `${PROJECT}/labels?include_ancestor_groups=false`)).body)).toEqual([]);
  });

  it("keeps a project's labels out of its group's list unless asked", async () => {
    const { api } = createBench();
    await api('POST', `${PROJECT}/labels`, { name: 'local', color: 'red' });

    expect(names((await api('GET', `${GROUP}/labels`)).body)).toEqual([]);
    expect((await api('GET', `${GROUP}/labels?only_group_labels=false`)).body).toMatchObject([
      { name: 'local', color: '#FF0000' },
    ]);
  });

  it.each([
    [{}, { error: 'name is missing, color is missing' }],
    [{ name: 'x' }, { error: 'color is missing' }],
    [{ name: 'x', color: 'nice' }, { message: { color: ['must be a valid color code'] } }],
    [{ name: 'a,b', color: '#112233' }, { message: { title: ['is invalid'] } }],
  ])('refuses %j', async (body, expected) => {
    expect(await createBench().api('POST', `${GROUP}/labels`, body)).toMatchObject({
      status: 400,
      body: expected,
    });
  });

  it('refuses a twin, also of a label of the group in its project', async () => {
    const { api } = createBench();
    await api('POST', `${GROUP}/labels`, { name: 'x', color: '#112233' });

    expect((await api('POST', `${GROUP}/labels`, { name: 'x', color: '#112233' })).status).toBe(409);
    expect((await api('POST', `${PROJECT}/labels`, { name: 'x', color: '#112233' })).status).toBe(409);
  });

  it('finds a label by name or id, and 404s otherwise', async () => {
    const { api } = createBench();
    const { id } = (await api('POST', `${GROUP}/labels`, { name: 'a::b', color: '#112233' })).body;

    expect((await api('GET', `${GROUP}/labels/a%3A%3Ab`)).body.id).toBe(id);
    expect((await api('GET', `${GROUP}/labels/${id}`)).body.name).toBe('a::b');
    expect(await api('GET', `${GROUP}/labels/nope`)).toMatchObject({
      status: 404,
      body: { message: '404 Label Not Found' },
    });
  });

  it('renames a label everywhere', async () => {
    const { api } = createBench();
    await api('POST', `${GROUP}/labels`, { name: 'old', color: '#112233' });
    await api('POST', `${PROJECT}/issues`, { title: 'x', labels: 'old' });

    expect((await api('PUT', `${GROUP}/labels/old`, { new_name: 'new' })).body.name).toBe('new');
    expect((await api('GET', `${PROJECT}/issues/1`)).body.labels).toEqual(['new']);
    expect((await api('PUT', `${GROUP}/labels/new`, {})).status).toBe(400);
  });

  it('deletes a label from everything', async () => {
    const { api } = createBench();
    await api('POST', `${GROUP}/labels`, { name: 'gone', color: '#112233' });
    await api('POST', `${PROJECT}/issues`, { title: 'x', labels: 'gone' });

    expect((await api('DELETE', `${GROUP}/labels/gone`)).status).toBe(204);
    expect((await api('GET', `${PROJECT}/issues/1`)).body.labels).toEqual([]);
  });

  it('is in the events of an issue as it is called now, by its id, and as nothing once it is deleted', async () => {
    const { api } = createBench();
    const { id } = (await api('POST', `${GROUP}/labels`, { name: 'old', color: '#112233' })).body;
    await api('POST', `${PROJECT}/issues`, { title: 'x', labels: 'old' });
    const events = async () => (await api('GET', `${PROJECT}/issues/1/resource_label_events`)).body;

    await api('PUT', `${GROUP}/labels/old`, { new_name: 'new' });
    await api('POST', `${GROUP}/labels`, { name: 'old', color: '#112233' });
    expect(await events()).toMatchObject([{ action: 'add', label: { id, name: 'new' } }]);

    await api('DELETE', `${GROUP}/labels/new`);
    expect(await events()).toMatchObject([{ action: 'add', label: null }]);
  });

  it('searches, and counts only when asked', async () => {
    const { api } = createBench();
    await api('POST', `${GROUP}/labels`, { name: 'alpha', color: '#112233' });
    await api('POST', `${GROUP}/labels`, { name: 'beta', color: '#112233' });
    await api('POST', `${PROJECT}/issues`, { title: 'x', labels: 'alpha' });

    expect(names((await api('GET', `${GROUP}/labels?search=ALP`)).body)).toEqual(['alpha']);
    expect((await api('GET', `${GROUP}/labels`)).body[0]).not.toHaveProperty('open_issues_count');
    expect((await api('GET', `${GROUP}/labels?with_counts=true`)).body[0].open_issues_count).toBe(1);
  });

  it('refuses a guest', async () => {
    const bench = createBench();

    expect(
      (await bench.as(bench.seed.gus.token)('POST', `${GROUP}/labels`, { name: 'x', color: '#112233' }))
        .status,
    ).toBe(403);
  });
});

describe('sandbox: boards', () => {
  it('creates a board and label lists in order', async () => {
    const { api } = createBench();
    const one = (await api('POST', `${GROUP}/labels`, { name: 'a', color: '#112233' })).body;
    const two = (await api('POST', `${GROUP}/labels`, { name: 'b', color: '#112233' })).body;
    const board = (await api('POST', `${GROUP}/boards`, { name: 'Delivery' })).body;
    const lists = `${GROUP}/boards/${board.id}/lists`;
    await api('POST', lists, { label_id: one.id });
    const second = (await api('POST', lists, { label_id: two.id })).body;

    expect((await api('POST', lists, { label_id: two.id })).status).toBe(400);
    expect(await api('POST', lists, { label_id: 1 })).toMatchObject({
      status: 400,
      body: { error: 'Label not found!' },
    });
    await api('PUT', `${lists}/${second.id}`, { position: 0 });
    expect((await api('GET', `${GROUP}/boards/${board.id}`)).body.lists).toMatchObject([
      { label: { name: 'b' }, position: 0 },
      { label: { name: 'a' }, position: 1 },
    ]);
  });

  it('has the one board on free, takes lists there, and refuses another board', async () => {
    const { api } = createBench({ tier: 'free' });
    const [board] = (await api('GET', `${GROUP}/boards`)).body;
    const label = (await api('POST', `${GROUP}/labels`, { name: 'a', color: '#112233' })).body;

    expect((await api('POST', `${GROUP}/boards`, { name: 'Second' })).status).toBe(403);
    expect((await api('POST', `${GROUP}/boards/${board.id}/lists`, { label_id: label.id })).status).toBe(201);
  });
});

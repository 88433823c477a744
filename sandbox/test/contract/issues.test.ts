import { describe, expect, it } from 'vitest';
import type { Bench } from './client.ts';
import { createBench, createIssues, GROUP, PROJECT } from './client.ts';

const titles = (body: { title: string }[]): string[] => body.map((it) => it.title);

describe('sandbox: issues', () => {
  it.each([
    ['no title', {}, { error: 'title is missing' }],
    ['a blank title', { title: ' ' }, { message: { title: ["can't be blank"] } }],
    [
      'a title over 255 characters',
      { title: 'x'.repeat(256) },
      { message: { title: ['is too long (maximum is 255 characters)'] } },
    ],
    ['a value of the wrong kind', { title: 'x', weight: 'heavy' }, { error: 'weight is invalid' }],
  ])('refuses %s', async (_what, body, expected) => {
    expect(await createBench().api('POST', `${PROJECT}/issues`, body)).toMatchObject({
      status: 400,
      body: expected,
    });
  });

  it('counts characters, not UTF-16 units, in a title', async () => {
    expect((await createBench().api('POST', `${PROJECT}/issues`, { title: '😀'.repeat(255) })).status).toBe(
      201,
    );
  });

  it('creates an issue with everything it was given', async () => {
    const bench = createBench();
    const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E' })).body;

    const { body } = await bench.api('POST', `${PROJECT}/issues`, {
      title: 'Kick-off',
      description: '- [x] a\n- [ ] b\n- [~] c',
      labels: ['one', 'two'],
      assignee_ids: [bench.seed.eli.user.id, bench.seed.noor.user.id],
      due_date: '2026-04-01',
      weight: 3,
      epic_id: epic.id,
    });

    expect(body).toMatchObject({
      iid: 1,
      project_id: bench.seed.project.id,
      title: 'Kick-off',
      state: 'opened',
      labels: ['one', 'two'],
      due_date: '2026-04-01',
      weight: 3,
      epic: { id: epic.id, iid: 1, title: 'E', group_id: bench.seed.group.id },
      epic_iid: 1,
      task_completion_status: { count: 2, completed_count: 1 },
      has_tasks: true,
      references: { short: '#1', relative: '#1', full: 'services/engagements#1' },
      author: { username: 'procession-bot' },
    });
    expect(body.assignees.map((it: { username: string }) => it.username)).toEqual(['eli', 'noor']);
  });

  it('takes ids of issues, epics and their work items from ranges of their own', async () => {
    const bench = createBench();
    const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E' })).body;
    const [issue] = await createIssues(bench, 'I');

    expect(new Set([epic.id, epic.work_item_id, epic.iid, issue.id]).size).toBe(4);
    expect(issue.id).toBe(epic.work_item_id + 1);
  });

  it('creates an unknown label as a label of the project', async () => {
    const bench = createBench();

    await bench.api('POST', `${PROJECT}/issues`, { title: 'x', labels: 'brand-new' });

    expect(bench.sandbox.world.labels).toMatchObject([
      { name: 'brand-new', projectId: bench.seed.project.id, groupId: null },
    ]);
  });

  it('puts a group label on an issue rather than creating a twin', async () => {
    const bench = createBench();
    await bench.api('POST', `${GROUP}/labels`, { name: 'shared', color: '#112233' });

    await bench.api('POST', `${PROJECT}/issues`, { title: 'x', labels: 'shared' });

    expect(bench.sandbox.world.labels).toHaveLength(1);
  });

  it('shows label details when asked', async () => {
    const bench = createBench();
    await bench.api('POST', `${PROJECT}/issues`, { title: 'x', labels: 'b,a' });

    expect((await bench.api('GET', `${PROJECT}/issues`)).body[0].labels).toEqual(['a', 'b']);
    expect(
      (await bench.api('GET', `${PROJECT}/issues?with_labels_details=true`)).body[0].labels,
    ).toMatchObject([{ name: 'a' }, { name: 'b' }]);
  });

  it('refuses an update without parameters', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');

    const reply = await bench.api('PUT', `${PROJECT}/issues/1`, {});

    expect(reply.status).toBe(400);
    expect(reply.body.error).toMatch(/at least one parameter must be provided$/u);
  });

  it('adds, removes and clears labels', async () => {
    const bench = createBench();
    await bench.api('POST', `${PROJECT}/issues`, { title: 'x', labels: 'a,b' });

    expect(
      (await bench.api('PUT', `${PROJECT}/issues/1`, { add_labels: 'c', remove_labels: 'a,never' })).body
        .labels,
    ).toEqual(['b', 'c']);
    expect((await bench.api('PUT', `${PROJECT}/issues/1`, { labels: 'd' })).body.labels).toEqual(['d']);
    expect((await bench.api('PUT', `${PROJECT}/issues/1`, { labels: '' })).body.labels).toEqual([]);
  });

  it.each([
    ['premium', 'workflow::done', ['workflow::done']],
    ['free', 'workflow::done', ['workflow::done', 'workflow::ready']],
    ['premium', 'workflow::a,workflow::b', ['workflow::b']],
    ['premium', 'workflow::sub::a', ['workflow::ready', 'workflow::sub::a']],
  ] as const)('on %s, adding %s leaves %j', async (tier, added, expected) => {
    const bench = createBench({ tier });
    await bench.api('POST', `${PROJECT}/issues`, { title: 'x', labels: 'workflow::ready' });

    expect((await bench.api('PUT', `${PROJECT}/issues/1`, { add_labels: added })).body.labels).toEqual(
      expected,
    );
  });

  it('keeps the last scoped label of a new issue', async () => {
    const { api } = createBench();

    expect(
      (await api('POST', `${PROJECT}/issues`, { title: 'x', labels: 'a::1,a::2,b::1' })).body.labels,
    ).toEqual(['a::2', 'b::1']);
  });

  it('closes and reopens', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');

    const closed = await bench.api('PUT', `${PROJECT}/issues/1`, { state_event: 'close' });
    const reopened = await bench.api('PUT', `${PROJECT}/issues/1`, { state_event: 'reopen' });

    expect(closed.body).toMatchObject({
      state: 'closed',
      closed_at: '2026-03-02T09:00:00.000Z',
      closed_by: { username: 'procession-bot' },
    });
    expect(reopened.body).toMatchObject({ state: 'opened', closed_at: null, closed_by: null });
    expect((await bench.api('GET', `${PROJECT}/issues/1/resource_state_events`)).body).toMatchObject([
      { state: 'closed' },
      { state: 'reopened' },
    ]);
  });

  it('answers reopening an issue with a locked discussion with the unchanged issue', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    await bench.api('PUT', `${PROJECT}/issues/1`, { state_event: 'close', discussion_locked: true });

    expect(await bench.api('PUT', `${PROJECT}/issues/1`, { state_event: 'reopen' })).toMatchObject({
      status: 200,
      body: { state: 'closed' },
    });
  });

  it('on free keeps the first assignee and leaves weight and epic out', async () => {
    const bench = createBench({ tier: 'free' });

    const { body } = await bench.api('POST', `${PROJECT}/issues`, {
      title: 'x',
      weight: 3,
      assignee_ids: [bench.seed.eli.user.id, bench.seed.noor.user.id],
    });

    expect(body.assignees).toHaveLength(1);
    expect(body).not.toHaveProperty('weight');
    expect(body).not.toHaveProperty('epic');
  });

  it('drops assignees who cannot see the project', async () => {
    const bench = createBench();

    const { body } = await bench.api('POST', `${PROJECT}/issues`, {
      title: 'x',
      assignee_ids: [bench.seed.otto.user.id, 4711],
    });

    expect(body.assignees).toEqual([]);
  });

  it.each([
    ['free', 403],
    ['premium', 404],
  ] as const)('on %s answers an unknown epic_id with %i and creates nothing', async (tier, status) => {
    const bench = createBench({ tier });

    expect((await bench.api('POST', `${PROJECT}/issues`, { title: 'x', epic_id: 4711 })).status).toBe(status);
    expect(bench.sandbox.world.issues).toEqual([]);
  });

  it('makes an issue created in a confidential epic confidential', async () => {
    const bench = createBench();
    const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E', confidential: true })).body;

    expect(
      (await bench.api('POST', `${PROJECT}/issues`, { title: 'x', epic_id: epic.id })).body.confidential,
    ).toBe(true);
  });

  it('refuses to put a public issue into a confidential epic', async () => {
    const bench = createBench();
    const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E', confidential: true })).body;
    await createIssues(bench, 'a');

    expect((await bench.api('PUT', `${PROJECT}/issues/1`, { title: 'b', epic_id: epic.id })).status).toBe(
      422,
    );
    expect(bench.sandbox.world.issues).toMatchObject([{ title: 'a', epicId: null }]);
  });

  it('makes an epic confidential only when everything in it is, and changes nothing else of it before', async () => {
    const bench = createBench();
    const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E' })).body;
    await createIssues(bench, 'a');
    await bench.api('PUT', `${PROJECT}/issues/1`, { epic_id: epic.id });
    const hide = async () => await bench.api('PUT', `${GROUP}/epics/1`, { title: 'F', confidential: true });

    expect((await hide()).status).toBe(400);
    expect(bench.sandbox.world.epics).toMatchObject([{ title: 'E', confidential: false }]);
    await bench.api('PUT', `${PROJECT}/issues/1`, { confidential: true });
    expect((await hide()).body).toMatchObject({ title: 'F', confidential: true });
  });

  it('lets an owner choose the iid and refuses a taken one', async () => {
    const bench = createBench();
    const ada = bench.as(bench.seed.ada.token);

    expect((await ada('POST', `${PROJECT}/issues`, { title: 'x', iid: 7 })).body.iid).toBe(7);
    expect(await ada('POST', `${PROJECT}/issues`, { title: 'y', iid: 7 })).toMatchObject({
      status: 409,
      body: { message: 'Duplicated issue' },
    });
    expect((await bench.api('POST', `${PROJECT}/issues`, { title: 'z', iid: 3 })).body.iid).toBe(8);
  });

  it.each([
    ['labels=a', ['ab', 'a']],
    ['labels=a,b', ['ab']],
    ['labels=None', ['plain']],
    ['not[labels]=a', ['plain', 'b']],
    ['labels=b&not[labels]=a', ['b']],
    ['state=closed', ['b']],
    ['state=opened', ['plain', 'ab', 'a']],
    ['iids[]=1&iids[]=3', ['ab', 'a']],
    ['iids=2', ['b']],
    ['search=PLA', ['plain']],
    ['search=needle', ['plain']],
    ['search=needle&in=title', []],
    ['assignee_username=eli', ['ab']],
    ['assignee_id=None', ['plain', 'b', 'a']],
    ['epic_id=901', ['a']],
    ['epic_id=None', ['plain', 'ab', 'b']],
    ['created_after=2026-03-02T09:02:30Z', ['plain', 'ab']],
    ['updated_before=2026-03-02T09:02:30Z', ['a']],
    ['updated_after=2026-03-02T10:00:00Z', ['b']],
    ['order_by=title&sort=asc', ['a', 'ab', 'b', 'plain']],
    ['order_by=updated_at', ['b', 'plain', 'ab', 'a']],
    ['sort=asc', ['a', 'b', 'ab', 'plain']],
    ['author_username=nobody', []],
    ['confidential=true', []],
    ['scope=assigned_to_me', []],
  ])('lists issues by %s', async (query, expected) => {
    const bench = createBench();
    const { api, clock } = bench;
    const epic = (await api('POST', `${GROUP}/epics`, { title: 'E' })).body;
    const later = (): void => void (clock.now = new Date(clock.now.getTime() + 60_000));
    later();
    await api('POST', `${PROJECT}/issues`, { title: 'a', labels: 'a', epic_id: epic.id });
    later();
    await api('POST', `${PROJECT}/issues`, { title: 'b', labels: 'b' });
    later();
    await api('POST', `${PROJECT}/issues`, {
      title: 'ab',
      labels: 'a,b',
      assignee_ids: [bench.seed.eli.user.id],
    });
    later();
    await api('POST', `${PROJECT}/issues`, { title: 'plain', description: 'a needle' });
    clock.now = new Date('2026-03-02T11:00:00Z');
    await api('PUT', `${PROJECT}/issues/2`, { state_event: 'close' });

    expect(titles((await api('GET', `${PROJECT}/issues?${query}`)).body)).toEqual(expected);
    expect(titles((await api('GET', `${GROUP}/issues?${query}`)).body)).toEqual(expected);
  });

  it.each([
    ['state=open', 'state does not have a valid value'],
    ['order_by=nonsense', 'order_by does not have a valid value'],
    ['updated_after=yesterday', 'updated_after is invalid'],
    ['per_page=many', 'per_page is invalid'],
    ['per_page=0', 'per_page has a value not allowed'],
  ])('refuses a list with %s', async (query, error) => {
    expect(await createBench().api('GET', `${PROJECT}/issues?${query}`)).toMatchObject({
      status: 400,
      body: { error },
    });
  });

  it('lists over all projects what the user created, or everything with scope=all', async () => {
    const bench = createBench();
    await createIssues(bench, 'by the bot');

    expect((await bench.as(bench.seed.mira.token)('GET', '/issues')).body).toEqual([]);
    expect((await bench.as(bench.seed.mira.token)('GET', '/issues?scope=all')).body).toHaveLength(1);
    expect((await bench.as(bench.seed.otto.token)('GET', '/issues?scope=all')).body).toEqual([]);
  });
});

describe('sandbox: paging', () => {
  it('pages with totals, neighbours and absolute links', async () => {
    const bench = createBench({ defaultPerPage: 2 });
    await createIssues(bench, 'a', 'b', 'c', 'd', 'e');

    const reply = await bench.api('GET', `${PROJECT}/issues?state=opened&page=2`);

    expect(titles(reply.body)).toEqual(['c', 'b']);
    expect(
      Object.fromEntries(
        [...reply.headers].filter(([name]) => name.startsWith('x-') && name !== 'x-request-id'),
      ),
    ).toEqual({
      'x-total': '5',
      'x-total-pages': '3',
      'x-page': '2',
      'x-per-page': '2',
      'x-next-page': '3',
      'x-prev-page': '1',
    });
    const link = (page: number, rel: string): string =>
      `<https://gitlab.test/api/v4${PROJECT}/issues?state=opened&page=${page}&per_page=2>; rel="${rel}"`;
    expect(reply.headers.get('link')).toBe(
      [link(1, 'prev'), link(3, 'next'), link(1, 'first'), link(3, 'last')].join(', '),
    );
  });

  it('cuts per_page to 100', async () => {
    expect((await createBench().api('GET', `${PROJECT}/issues?per_page=500`)).headers.get('x-per-page')).toBe(
      '100',
    );
  });

  it('cuts per_page to what the test sets', async () => {
    const bench = createBench({ maxPerPage: 3 });
    await createIssues(bench, 'a', 'b', 'c', 'd');

    expect((await bench.api('GET', `${PROJECT}/issues?per_page=100`)).body).toHaveLength(3);
  });

  it('has an empty page behind the last', async () => {
    expect(await createBench().api('GET', `${PROJECT}/issues?page=9`)).toMatchObject({
      status: 200,
      body: [],
    });
  });

  it('tells neither totals nor the last page of more than 10,000 records', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    const { issues } = bench.sandbox.world;
    const [first] = issues;
    for (let n = 1; n <= 10_000; n += 1)
      if (first !== undefined) issues.push({ ...first, id: 1_000_000 + n, iid: 10_000 + n });

    const all = await bench.api('GET', `${PROJECT}/issues?per_page=100&page=2`);
    const fewer = await bench.api('GET', `${PROJECT}/issues?per_page=100&search=nothing`);

    expect(all.body).toHaveLength(100);
    expect([all.headers.get('x-total'), all.headers.get('x-total-pages')]).toEqual([null, null]);
    expect(all.headers.get('x-next-page')).toBe('3');
    expect(all.headers.get('link')).not.toContain('rel="last"');
    expect(fewer.headers.get('x-total')).toBe('0');
  });

  it('lists what was created between two instants, both included, in either order', async () => {
    const bench = createBench();
    for (const title of ['a', 'b', 'c', 'd']) {
      await createIssues(bench, title);
      bench.clock.now = new Date(bench.clock.now.getTime() + 60_000);
    }
    const between = 'created_after=2026-03-02T09:01:00Z&created_before=2026-03-02T09:02:00Z';

    const newestFirst = await bench.api('GET', `${PROJECT}/issues?${between}`);
    const oldestFirst = await bench.api('GET', `${PROJECT}/issues?${between}&sort=asc`);

    expect(titles(newestFirst.body)).toEqual(['c', 'b']);
    expect(titles(oldestFirst.body)).toEqual(['b', 'c']);
  });

  it('pages project issues by keyset until there is no next link', async () => {
    const bench = createBench();
    await createIssues(bench, 'a', 'b', 'c');
    const seen: string[] = [];
    let path: string | null = `${PROJECT}/issues?pagination=keyset&per_page=2&order_by=created_at&sort=asc`;
    while (path !== null) {
      const reply = await bench.api('GET', path);
      expect(reply.headers.get('x-total')).toBeNull();
      seen.push(...titles(reply.body));
      path =
        /<https:\/\/gitlab.test\/api\/v4([^>]+)>; rel="next"/u.exec(reply.headers.get('link') ?? '')?.[1] ??
        null;
    }

    expect(seen).toEqual(['a', 'b', 'c']);
  });
});

describe('sandbox: the order of issues on boards', () => {
  const order = async (bench: Bench): Promise<string> => {
    const query = 'order_by=relative_position&sort=asc';
    const { body } = await bench.api('GET', `${PROJECT}/issues?${query}`);
    return body.map((it: { title: string }) => it.title).join('');
  };

  it('has new issues at the end, whatever their epic', async () => {
    const bench = createBench();
    await createIssues(bench, 'a', 'b', 'c');

    expect(await order(bench)).toBe('abc');
  });

  it.each([
    ['move_before_id', 'bca'],
    ['move_after_id', 'bac'],
  ])('moves an issue with the global id in %s, and leaves its time', async (name, expected) => {
    const bench = createBench();
    const [, , third] = await createIssues(bench, 'a', 'b', 'c');
    bench.clock.now = new Date('2026-03-03T00:00:00Z');

    const reply = await bench.api('PUT', `${PROJECT}/issues/1/reorder`, { [name]: third.id });

    expect(reply).toMatchObject({ status: 200, body: { iid: 1, updated_at: '2026-03-02T09:00:00.000Z' } });
    expect(await order(bench)).toBe(expected);
  });

  it('refuses to move without a neighbour, next to nothing, and by somebody who may not', async () => {
    const bench = createBench();
    const [, second] = await createIssues(bench, 'a', 'b');
    const reorder = (body: object, token = bench.seed.bot.token) =>
      bench.as(token)('PUT', `${PROJECT}/issues/1/reorder`, { ...body });

    expect((await reorder({})).status).toBe(400);
    expect((await reorder({ move_before_id: 1 })).status).toBe(422);
    expect((await reorder({ move_before_id: second.id, move_after_id: 1 })).status).toBe(422);
    expect((await reorder({ move_before_id: second.id }, bench.seed.gus.token)).status).toBe(403);
    expect(await order(bench)).toBe('ab');
  });
});

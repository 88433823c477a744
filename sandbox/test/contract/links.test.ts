import { describe, expect, it } from 'vitest';
import type { Bench, Reply } from './client.ts';
import { createBench, createIssues, PROJECT } from './client.ts';

const link = (bench: Bench, from: number, to: number, type?: string): Promise<Reply> =>
  bench.api('POST', `${PROJECT}/issues/${from}/links`, {
    target_project_id: bench.seed.project.id,
    target_issue_iid: to,
    ...(type === undefined ? {} : { link_type: type }),
  });

describe('sandbox: issue links', () => {
  it('relates by default', async () => {
    const bench = createBench();
    await createIssues(bench, 'a', 'b');

    expect(await link(bench, 1, 2)).toMatchObject({
      status: 201,
      body: { link_type: 'relates_to', source_issue: { iid: 1 }, target_issue: { iid: 2 } },
    });
  });

  it("lists the other side from the asked issue's view, without pages", async () => {
    const bench = createBench({ defaultPerPage: 1 });
    await createIssues(bench, 'a', 'b', 'c');
    await link(bench, 1, 2, 'is_blocked_by');
    await link(bench, 1, 3, 'blocks');

    const ofA = await bench.api('GET', `${PROJECT}/issues/1/links`);
    const ofB = await bench.api('GET', `${PROJECT}/issues/2/links`);

    expect(ofA.body).toMatchObject([
      { iid: 2, link_type: 'is_blocked_by', state: 'opened', issue_link_id: 701 },
      { iid: 3, link_type: 'blocks', issue_link_id: 702 },
    ]);
    expect(ofB.body).toMatchObject([{ iid: 1, link_type: 'blocks', issue_link_id: 701 }]);
    expect(ofA.headers.get('x-total')).toBeNull();
  });

  it.each(['relates_to', 'blocks', 'is_blocked_by'])(
    'refuses a second relation, also the other way round as %s',
    async (type) => {
      const bench = createBench();
      await createIssues(bench, 'a', 'b');
      await link(bench, 1, 2, 'blocks');

      for (const reply of [await link(bench, 1, 2, type), await link(bench, 2, 1, type)]) {
        expect(reply).toMatchObject({ status: 409, body: { message: 'Issue(s) already assigned' } });
      }
    },
  );

  it.each(['blocks', 'is_blocked_by'])('refuses %s on free', async (type) => {
    const bench = createBench({ tier: 'free' });
    await createIssues(bench, 'a', 'b');

    expect(await link(bench, 1, 2, type)).toMatchObject({
      status: 403,
      body: { message: 'Blocked issues not available for current license' },
    });
  });

  it('relates on free', async () => {
    const bench = createBench({ tier: 'free' });
    await createIssues(bench, 'a', 'b');

    expect((await link(bench, 1, 2, 'relates_to')).status).toBe(201);
  });

  it.each([
    [{}, 400, { error: 'target_project_id is missing, target_issue_iid is missing' }],
    [{ target_project_id: 61, target_issue_iid: 99 }, 404, { message: '404 Not found' }],
    [{ target_project_id: 4711, target_issue_iid: 2 }, 404, { message: '404 Project Not Found' }],
    [
      { target_project_id: 61, target_issue_iid: 1 },
      404,
      { message: 'No matching issue found. Make sure that you are adding a valid issue URL.' },
    ],
    [
      { target_project_id: 61, target_issue_iid: 2, link_type: 'parent' },
      400,
      { error: 'link_type does not have a valid value' },
    ],
  ])('answers %j with %i', async (body, status, expected) => {
    const bench = createBench();
    await createIssues(bench, 'a', 'b');

    expect(await bench.api('POST', `${PROJECT}/issues/1/links`, body)).toMatchObject({
      status,
      body: expected,
    });
  });

  it('refuses someone who is no member of the project', async () => {
    const bench = createBench();
    Object.assign(bench.seed.group, { visibility: 'public' });
    await createIssues(bench, 'a', 'b');

    const reply = await bench.as(bench.seed.otto.token)('POST', `${PROJECT}/issues/1/links`, {
      target_project_id: 61,
      target_issue_iid: 2,
    });

    expect(reply).toMatchObject({
      status: 403,
      body: { message: "Couldn't link issues. You must have at least the Guest role in both projects." },
    });
  });

  it('stops at a hundred links', async () => {
    const bench = createBench();
    await createIssues(bench, ...Array.from({ length: 102 }, (_, at) => String(at)));
    for (let iid = 2; iid <= 101; iid += 1) expect((await link(bench, 1, iid)).status).toBe(201);

    expect(await link(bench, 1, 102)).toMatchObject({
      status: 422,
      body: { message: 'This issue would exceed the maximum number of linked issues.' },
    });
  });

  it('deletes with the link in the answer', async () => {
    const bench = createBench();
    await createIssues(bench, 'a', 'b');
    const { id } = (await link(bench, 1, 2, 'blocks')).body;

    expect(await bench.api('DELETE', `${PROJECT}/issues/2/links/${id}`)).toMatchObject({
      status: 200,
      body: { id, link_type: 'blocks' },
    });
    expect((await bench.api('DELETE', `${PROJECT}/issues/2/links/${id}`)).status).toBe(404);
    expect(bench.sandbox.world.links).toEqual([]);
  });

  it('counts the open issues an issue blocks', async () => {
    const bench = createBench();
    await createIssues(bench, 'a', 'b', 'c');
    await link(bench, 1, 2, 'blocks');
    await link(bench, 3, 1, 'is_blocked_by');
    await bench.api('PUT', `${PROJECT}/issues/3`, { state_event: 'close' });

    expect((await bench.api('GET', `${PROJECT}/issues/1`)).body.blocking_issues_count).toBe(1);
    expect((await bench.api('GET', `${PROJECT}/issues/2`)).body.blocking_issues_count).toBe(0);
  });

  it('never keeps a blocked issue from being closed', async () => {
    const bench = createBench();
    await createIssues(bench, 'a', 'b');
    await link(bench, 1, 2, 'is_blocked_by');

    expect((await bench.api('PUT', `${PROJECT}/issues/1`, { state_event: 'close' })).body.state).toBe(
      'closed',
    );
  });

  it('notes the link on both issues and touches them', async () => {
    const bench = createBench();
    await createIssues(bench, 'a', 'b');
    bench.clock.now = new Date('2026-03-05T00:00:00Z');
    await link(bench, 1, 2, 'blocks');

    const notes = await bench.api('GET', `${PROJECT}/issues/2/notes`);

    expect(notes.body).toMatchObject([{ system: true, body: 'marked this issue as blocked by #1' }]);
    expect(bench.sandbox.world.issues.map((it) => it.updatedAt)).toEqual([
      '2026-03-05T00:00:00.000Z',
      '2026-03-05T00:00:00.000Z',
    ]);
  });
});

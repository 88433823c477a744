import { describe, expect, it } from 'vitest';
import type { Bench } from './client.ts';
import { createBench, createIssues, GROUP, PROJECT } from './client.ts';

const ISSUE = `${PROJECT}/issues/1`;
const THREADS = `${ISSUE}/discussions`;

async function withIssue(): Promise<Bench> {
  const bench = createBench();
  await createIssues(bench, 'a');
  return bench;
}

describe('sandbox: threads', () => {
  it('shows a plain comment as a thread of one note, and a new thread as a thread', async () => {
    const { api } = await withIssue();
    const note = (await api('POST', `${ISSUE}/notes`, { body: 'single' })).body;
    const opened = await api('POST', THREADS, { body: 'opens' });

    expect(opened).toMatchObject({
      status: 201,
      body: {
        individual_note: false,
        notes: [{ body: 'opens', type: 'DiscussionNote', resolvable: true, resolved: false }],
      },
    });
    expect((await api('GET', THREADS)).body).toMatchObject([
      { individual_note: true, notes: [{ id: note.id, type: null, resolvable: false }] },
      { id: opened.body.id },
    ]);
    expect((await api('GET', `${THREADS}/${opened.body.id}`)).body).toEqual(opened.body);
  });

  it('turns a single comment into a thread at the first reply, which moves its time, and the time of no later one', async () => {
    const bench = await withIssue();
    const first = (await bench.api('POST', `${ISSUE}/notes`, { body: 'single' })).body;
    const [{ id }] = (await bench.api('GET', THREADS)).body;
    const replyAt = async (now: string): Promise<string> => {
      bench.clock.now = new Date(now);
      expect((await bench.api('POST', `${THREADS}/${id}/notes`, { body: 'reply' })).status).toBe(201);
      return (await bench.api('GET', `${ISSUE}/notes/${first.id}`)).body.updated_at;
    };

    expect(await replyAt('2026-03-03T00:00:00.000Z')).toBe('2026-03-03T00:00:00.000Z');
    expect(await replyAt('2026-03-04T00:00:00.000Z')).toBe('2026-03-03T00:00:00.000Z');
    expect((await bench.api('GET', `${THREADS}/${id}`)).body).toMatchObject({
      individual_note: false,
      notes: [
        { body: 'single', type: 'DiscussionNote', created_at: '2026-03-02T09:00:00.000Z' },
        { body: 'reply' },
        { body: 'reply' },
      ],
    });
  });

  it('edits and deletes notes of a thread with the rights of any note', async () => {
    const bench = await withIssue();
    const { id, notes } = (await bench.as(bench.seed.eli.token)('POST', THREADS, { body: 'mine' })).body;
    const path = `${THREADS}/${id}/notes/${notes[0].id}`;

    expect((await bench.as(bench.seed.noor.token)('PUT', path, { body: 'x' })).status).toBe(403);
    expect((await bench.as(bench.seed.eli.token)('PUT', path, { body: 'edited' })).body.body).toBe('edited');
    expect((await bench.as(bench.seed.noor.token)('DELETE', path)).status).toBe(403);
    expect((await bench.as(bench.seed.mira.token)('DELETE', path)).status).toBe(204);
    expect((await bench.api('GET', `${THREADS}/${id}`)).body).toEqual({
      message: '404 Discussion Not Found',
    });
    expect((await bench.api('GET', `${THREADS}/${id}/notes`)).body).toEqual({
      message: '404 Notes Not Found',
    });
  });

  it.each([
    [{}, 'body, resolved are missing, exactly one parameter must be provided'],
    [{ body: 'x', resolved: true }, 'body, resolved are mutually exclusive'],
  ])('refuses a change of a note that says %j', async (change, error) => {
    const { api } = await withIssue();
    const { id, notes } = (await api('POST', THREADS, { body: 'mine' })).body;

    expect(await api('PUT', `${THREADS}/${id}/notes/${notes[0].id}`, change)).toMatchObject({
      status: 400,
      body: { error },
    });
  });

  it('is resolved by Developers and the author of the issue; a reply stays resolved in it', async () => {
    const bench = createBench();
    await bench.as(bench.seed.gus.token)('POST', `${PROJECT}/issues`, { title: 'a' });
    const { id } = (await bench.api('POST', THREADS, { body: 'opens' })).body;
    const resolve = (token: string, resolved: boolean) =>
      bench.as(token)('PUT', `${THREADS}/${id}`, { resolved });

    expect((await resolve(bench.seed.casey.token, true)).status).toBe(403);
    expect((await resolve(bench.seed.gus.token, true)).body.notes).toMatchObject([
      { resolved: true, resolved_by: { username: 'gus' }, updated_at: '2026-03-02T09:00:00.000Z' },
    ]);
    expect((await bench.api('POST', `${THREADS}/${id}/notes`, { body: 'reply' })).body.resolved).toBe(true);
    expect((await resolve(bench.seed.eli.token, false)).body.notes).toMatchObject([
      { resolved: false, resolved_by: null },
      { resolved: false },
    ]);
  });

  it('cannot be resolved while it is a single comment', async () => {
    const { api } = await withIssue();
    const note = (await api('POST', `${ISSUE}/notes`, { body: 'single' })).body;
    const [{ id }] = (await api('GET', THREADS)).body;

    expect((await api('PUT', `${THREADS}/${id}`, { resolved: true })).status).toBe(403);
    expect(await api('PUT', `${THREADS}/${id}/notes/${note.id}`, { resolved: true })).toMatchObject({
      status: 400,
      body: { message: '400 Bad request - Note is not resolvable' },
    });
  });

  it('resolves one note of it, which moves its time', async () => {
    const bench = await withIssue();
    const { id, notes } = (await bench.api('POST', THREADS, { body: 'opens' })).body;
    bench.clock.now = new Date('2026-03-03T00:00:00Z');

    const path = `${THREADS}/${id}/notes/${notes[0].id}`;
    expect((await bench.api('PUT', path, { resolved: true })).body).toMatchObject({
      resolved: true,
      updated_at: '2026-03-03T00:00:00.000Z',
    });
  });

  it('takes internal comments out for who may not read them, and makes replies to them internal', async () => {
    const bench = await withIssue();
    await bench.api('POST', `${ISSUE}/notes`, { body: 'inside', internal: true });
    const [{ id }] = (await bench.api('GET', THREADS)).body;

    expect((await bench.api('POST', `${THREADS}/${id}/notes`, { body: 'reply' })).body.internal).toBe(true);
    expect((await bench.as(bench.seed.gus.token)('GET', THREADS)).body).toEqual([]);
    expect((await bench.as(bench.seed.gus.token)('GET', `${THREADS}/${id}`)).status).toBe(404);
    expect((await bench.as(bench.seed.gus.token)('POST', `${THREADS}/${id}/notes?body=x`)).status).toBe(404);
  });

  it('has system notes, which nobody replies to', async () => {
    const { api } = await withIssue();
    await api('PUT', ISSUE, { title: 'b' });
    const [thread] = (await api('GET', THREADS)).body;

    expect(thread).toMatchObject({ individual_note: true, notes: [{ system: true }] });
    expect((await api('POST', `${THREADS}/${thread.id}/notes`, { body: 'x' })).status).toBe(400);
  });

  it('carries out a text of quick actions only and still answers 400', async () => {
    const bench = await withIssue();

    expect((await bench.api('POST', THREADS, { body: '/close' })).status).toBe(400);
    expect(bench.sandbox.world).toMatchObject({ issues: [{ state: 'closed' }], notes: [] });
  });

  it('pages threads, not notes', async () => {
    const { api } = await withIssue();
    const { id } = (await api('POST', THREADS, { body: 'one' })).body;
    await api('POST', `${THREADS}/${id}/notes`, { body: 'reply' });
    await api('POST', THREADS, { body: 'two' });

    const { body, headers } = await api('GET', `${THREADS}?per_page=1&page=2`);

    expect(body).toMatchObject([{ notes: [{ body: 'two' }] }]);
    expect(headers.get('x-total')).toBe('2');
  });

  it('is on epics by their id', async () => {
    const { api } = createBench();
    const epic = (await api('POST', `${GROUP}/epics`, { title: 'E' })).body;

    const opened = await api('POST', `${GROUP}/epics/${epic.id}/discussions`, { body: 'opens' });

    expect(opened).toMatchObject({ status: 201, body: { notes: [{ noteable_type: 'Epic' }] } });
    expect((await api('GET', `${GROUP}/epics/${epic.iid}/discussions`)).status).toBe(404);
  });
});

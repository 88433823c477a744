import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '#sandbox/create-sandbox.ts';
import type { Ask, Bench } from './client.ts';
import { createBench, createIssues, GROUP, PROJECT } from './client.ts';

interface Received {
  readonly headers: Headers;
  readonly text: string;
  readonly body: any;
}

interface HookBench extends Bench {
  readonly received: Received[];
  readonly answer: { status: number };
  /** As the group's owner. */
  readonly owner: Ask;
}

function createHookBench(options: SandboxOptions = {}): HookBench {
  const received: Received[] = [];
  const answer = { status: 202 };
  const bench = createBench({
    ...options,
    deliver: async (request) => {
      const text = await request.text();
      received.push({ headers: request.headers, text, body: JSON.parse(text) });
      if (answer.status === 0) throw new TypeError('fetch failed');
      return new Response('ok', { status: answer.status });
    },
  });
  return { ...bench, received, answer, owner: bench.as(bench.seed.ada.token) };
}

const HOOK = {
  url: 'https://receiver.test/hook',
  issues_events: true,
  confidential_issues_events: true,
  note_events: true,
};

describe('sandbox: webhooks', () => {
  it('takes a maintainer for project hooks, an owner and Premium for group hooks', async () => {
    const premium = createHookBench();
    const free = createHookBench({ tier: 'free' });

    expect((await premium.api('POST', `${PROJECT}/hooks`, HOOK)).status).toBe(201);
    expect((await premium.as(premium.seed.eli.token)('POST', `${PROJECT}/hooks`, HOOK)).status).toBe(403);
    expect((await premium.api('POST', `${GROUP}/hooks`, HOOK)).status).toBe(403);
    expect((await premium.owner('POST', `${GROUP}/hooks`, HOOK)).status).toBe(201);
    expect((await free.owner('POST', `${GROUP}/hooks`, HOOK)).status).toBe(403);
    expect((await free.owner('POST', `${PROJECT}/hooks`, HOOK)).status).toBe(201);
  });

  it('never shows secrets', async () => {
    const bench = createHookBench();
    const signingToken = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

    const { body } = await bench.api('POST', `${PROJECT}/hooks`, {
      ...HOOK,
      token: 's3cret',
      signing_token: signingToken,
    });

    expect(body).toMatchObject({
      token_present: true,
      signing_token_present: true,
      alert_status: 'executable',
      disabled_until: null,
    });
    expect(JSON.stringify(body)).not.toMatch(/s3cret|whsec_/u);
  });

  it.each([
    [{ issues_events: true }, 400],
    [{ url: 'ftp://x' }, 422],
    [{ url: 'https://x.test', signing_token: 'short' }, 422],
  ])('refuses %j with %i', async (body, status) => {
    expect((await createHookBench().api('POST', `${PROJECT}/hooks`, body)).status).toBe(status);
  });

  it('delivers after the answer, with the headers GitLab sends', async () => {
    const bench = createHookBench();
    const signingToken = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    await bench.api('POST', `${PROJECT}/hooks`, { ...HOOK, token: 's3cret', signing_token: signingToken });

    await createIssues(bench, 'a');
    await bench.sandbox.settled();

    const [hook] = bench.received;
    if (hook === undefined) throw new Error('nothing was delivered');
    const uuid = expect.stringMatching(/^[\da-f-]{36}$/u);
    expect(Object.fromEntries(hook.headers)).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^GitLab\//u),
      'x-gitlab-event': 'Issue Hook',
      'x-gitlab-instance': 'https://gitlab.test',
      'x-gitlab-token': 's3cret',
      'x-gitlab-webhook-uuid': uuid,
      'x-gitlab-event-uuid': uuid,
      'idempotency-key': uuid,
      'webhook-id': hook.headers.get('idempotency-key'),
      'webhook-timestamp': '1772442000',
    });
    const signed = `${hook.headers.get('webhook-id')}.1772442000.${hook.text}`;
    const digest = createHmac('sha256', Buffer.alloc(32, 7)).update(signed).digest('base64');
    expect(hook.headers.get('webhook-signature')).toBe(`v1,${digest}`);
  });

  it('sends no secret headers without secrets', async () => {
    const bench = createHookBench();
    await bench.api('POST', `${PROJECT}/hooks`, HOOK);
    await createIssues(bench, 'a');
    await bench.sandbox.settled();

    expect(
      [...(bench.received[0]?.headers.keys() ?? [])].filter((it) =>
        /token|webhook-(?:id|timestamp|signature)/u.test(it),
      ),
    ).toEqual([]);
  });

  it('tells what an issue is and what changed', async () => {
    const bench = createHookBench();
    await bench.api('POST', `${PROJECT}/hooks`, HOOK);
    await bench.api('POST', `${PROJECT}/issues`, {
      title: 'a',
      labels: 'one',
      assignee_ids: [bench.seed.eli.user.id],
    });
    await bench.api('PUT', `${PROJECT}/issues/1`, { add_labels: 'two', state_event: 'close' });
    await bench.sandbox.settled();

    const [opened, closed, updated] = bench.received.map((it) => it.body);
    expect(opened).toMatchObject({
      object_kind: 'issue',
      event_type: 'issue',
      user: { username: 'procession-bot' },
      project: { id: bench.seed.project.id, path_with_namespace: 'services/engagements' },
      object_attributes: { action: 'open', type: 'Issue', iid: 1, state: 'opened', state_id: 1 },
      labels: [{ title: 'one', type: 'ProjectLabel' }],
      assignees: [{ username: 'eli' }],
    });
    expect(closed).toMatchObject({
      object_attributes: { action: 'close', state: 'closed' },
      changes: {
        state_id: { previous: 1, current: 2 },
        closed_at: { previous: null, current: '2026-03-02 09:00:00 UTC' },
      },
    });
    expect(updated.object_attributes.action).toBe('update');
    expect(updated.changes).toEqual({
      labels: {
        previous: [expect.objectContaining({ title: 'one' })],
        current: [expect.objectContaining({ title: 'one' }), expect.objectContaining({ title: 'two' })],
      },
    });
  });

  it('tells group hooks of epics, as work items without a project, and project hooks not', async () => {
    const bench = createHookBench();
    await bench.api('POST', `${PROJECT}/hooks`, HOOK);
    await bench.owner('POST', `${GROUP}/hooks`, HOOK);
    const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E' })).body;
    await bench.sandbox.settled();

    expect(bench.received).toHaveLength(1);
    expect(bench.received[0]?.headers.get('x-gitlab-event')).toBe('Issue Hook');
    expect(bench.received[0]?.body).toMatchObject({
      object_kind: 'work_item',
      event_type: 'work_item',
      project: null,
      object_attributes: {
        id: epic.work_item_id,
        iid: epic.iid,
        type: 'Epic',
        action: 'open',
        namespace_id: bench.seed.group.id,
      },
    });
  });

  it('fires project and group hooks both', async () => {
    const bench = createHookBench();
    await bench.api('POST', `${PROJECT}/hooks`, HOOK);
    await bench.owner('POST', `${GROUP}/hooks`, HOOK);
    await createIssues(bench, 'a');
    await bench.sandbox.settled();

    const [one, other] = bench.received.map((it) => it.headers.get('idempotency-key'));
    expect(bench.received).toHaveLength(2);
    expect(one).not.toBe(other);
  });

  it('tells of notes on issues, not on epics, and not of system notes', async () => {
    const bench = createHookBench();
    await createIssues(bench, 'a');
    const epic = (await bench.api('POST', `${GROUP}/epics`, { title: 'E' })).body;
    await bench.owner('POST', `${GROUP}/hooks`, { url: HOOK.url, note_events: true });
    await bench.api('POST', `${GROUP}/epics/${epic.id}/notes`, { body: 'on the epic' });
    const { id } = (await bench.api('POST', `${PROJECT}/issues/1/notes`, { body: 'on the issue' })).body;
    await bench.api('PUT', `${PROJECT}/issues/1/notes/${id}`, { body: 'edited' });
    await bench.api('PUT', `${PROJECT}/issues/1`, { title: 'b' });
    await bench.sandbox.settled();

    expect(bench.received.map((it) => it.headers.get('x-gitlab-event'))).toEqual(['Note Hook', 'Note Hook']);
    expect(bench.received.map((it) => it.body)).toMatchObject([
      {
        object_kind: 'note',
        object_attributes: { note: 'on the issue', noteable_type: 'Issue', action: 'create' },
        issue: { iid: 1 },
      },
      { object_attributes: { note: 'edited', action: 'update' } },
    ]);
  });

  it("names the author as the user of an edited note's event, and the editor only as who updated it", async () => {
    const bench = createHookBench();
    await createIssues(bench, 'a');
    await bench.owner('POST', `${PROJECT}/hooks`, { url: HOOK.url, note_events: true });
    const { id } = (
      await bench.as(bench.seed.eli.token)('POST', `${PROJECT}/issues/1/notes`, { body: 'mine' })
    ).body;
    await bench.as(bench.seed.mira.token)('PUT', `${PROJECT}/issues/1/notes/${id}`, { body: 'hers' });
    await bench.sandbox.settled();

    expect(bench.received.map((it) => it.body)).toMatchObject([
      { user: { username: 'eli' }, object_attributes: { action: 'create', updated_by_id: null } },
      {
        user: { username: 'eli' },
        object_attributes: { action: 'update', updated_by_id: bench.seed.mira.user.id },
      },
    ]);
  });

  it('says nothing of a note that was saved with the same text, nor of reactions', async () => {
    const bench = createHookBench();
    await createIssues(bench, 'a');
    const { id } = (await bench.api('POST', `${PROJECT}/issues/1/notes`, { body: 'same' })).body;
    await bench.owner('POST', `${PROJECT}/hooks`, { url: HOOK.url, note_events: true });
    await bench.api('PUT', `${PROJECT}/issues/1/notes/${id}`, { body: 'same' });
    await bench.api('POST', `${PROJECT}/issues/1/notes/${id}/award_emoji`, { name: 'eyes' });
    await bench.sandbox.settled();

    expect(bench.received).toEqual([]);
  });

  it('tells of each note of a thread, with the id of the thread', async () => {
    const bench = createHookBench();
    await createIssues(bench, 'a');
    await bench.owner('POST', `${PROJECT}/hooks`, { url: HOOK.url, note_events: true });
    const { id } = (await bench.api('POST', `${PROJECT}/issues/1/discussions`, { body: 'opens' })).body;
    await bench.api('POST', `${PROJECT}/issues/1/discussions/${id}/notes`, { body: 'reply' });
    await bench.sandbox.settled();

    const inThread = { type: 'DiscussionNote', discussion_id: id, action: 'create' };
    expect(bench.received.map((it) => it.body.object_attributes)).toMatchObject([
      { note: 'opens', ...inThread },
      { note: 'reply', ...inThread },
    ]);
  });

  it('has events of their own for what is confidential', async () => {
    const bench = createHookBench();
    await bench.api('POST', `${PROJECT}/hooks`, {
      url: HOOK.url,
      confidential_issues_events: true,
      confidential_note_events: true,
    });
    await createIssues(bench, 'public');
    await bench.api('POST', `${PROJECT}/issues`, { title: 'secret', confidential: true });
    await bench.api('POST', `${PROJECT}/issues/1/notes`, { body: 'inside', internal: true });
    await bench.sandbox.settled();

    expect(bench.received.map((it) => [it.headers.get('x-gitlab-event'), it.body.event_type])).toEqual([
      ['Confidential Issue Hook', 'confidential_issue'],
      ['Confidential Note Hook', 'confidential_note'],
    ]);
  });

  it('says nothing of links', async () => {
    const bench = createHookBench();
    await createIssues(bench, 'a', 'b');
    await bench.api('POST', `${PROJECT}/hooks`, HOOK);
    await bench.api('POST', `${PROJECT}/issues/1/links`, { target_project_id: 61, target_issue_iid: 2 });
    await bench.sandbox.settled();

    expect(bench.received).toEqual([]);
  });

  it('tries once', async () => {
    const bench = createHookBench();
    bench.answer.status = 500;
    await bench.api('POST', `${PROJECT}/hooks`, HOOK);
    await createIssues(bench, 'a');
    await bench.sandbox.settled();

    expect(bench.received).toHaveLength(1);
    expect(bench.sandbox.world.deliveries).toMatchObject([{ responseStatus: 500 }]);
  });

  it.each([500, 404, 0])(
    'disables a hook from the fourth failure on, for twice as long each time (%i)',
    async (status) => {
      const bench = createHookBench();
      bench.answer.status = status;
      const { id } = (await bench.api('POST', `${PROJECT}/hooks`, HOOK)).body;
      const failOnce = async (): Promise<void> => {
        await createIssues(bench, 'a');
        await bench.sandbox.settled();
      };
      for (let count = 0; count < 4; count += 1) await failOnce();

      expect((await bench.api('GET', `${PROJECT}/hooks/${id}`)).body).toMatchObject({
        alert_status: 'temporarily_disabled',
        disabled_until: '2026-03-02T09:01:00.000Z',
      });
      await failOnce();
      expect(bench.received).toHaveLength(4);
      bench.clock.now = new Date('2026-03-02T09:01:01Z');
      await failOnce();
      expect(bench.received).toHaveLength(5);
      expect(bench.sandbox.world.hooks[0]?.disabledUntil).toBe('2026-03-02T09:03:01.000Z');
    },
  );

  it('disables a hook for good at the fortieth failure, and waits a day at most', async () => {
    const bench = createHookBench();
    bench.answer.status = 500;
    await bench.api('POST', `${PROJECT}/hooks`, HOOK);
    for (let count = 0; count < 41; count += 1) {
      await createIssues(bench, 'a');
      await bench.sandbox.settled();
      bench.clock.now = new Date(bench.clock.now.getTime() + 24 * 3_600_000 + 1000);
    }

    expect(bench.received).toHaveLength(40);
    expect((await bench.api('GET', `${PROJECT}/hooks`)).body[0].alert_status).toBe('disabled');
  });

  it('enables a hook again by a test that succeeds', async () => {
    const bench = createHookBench();
    const { id } = (await bench.api('POST', `${PROJECT}/hooks`, HOOK)).body;
    await createIssues(bench, 'a');
    const [hook] = bench.sandbox.world.hooks;
    if (hook === undefined) throw new Error('no hook');
    Object.assign(hook, { failures: 40, disabledUntil: '2026-03-03T00:00:00.000Z' });
    bench.answer.status = 500;
    const failed = await bench.api('POST', `${PROJECT}/hooks/${id}/test/issues_events`);
    bench.answer.status = 200;
    const succeeded = await bench.api('POST', `${PROJECT}/hooks/${id}/test/issues_events`);

    expect(failed.status).toBe(422);
    expect(succeeded).toMatchObject({ status: 201, body: { message: '201 Created' } });
    expect(hook).toMatchObject({ failures: 0, disabledUntil: null });
  });

  it('needs something to test with', async () => {
    const bench = createHookBench();
    const { id } = (await bench.api('POST', `${PROJECT}/hooks`, HOOK)).body;

    expect(await bench.api('POST', `${PROJECT}/hooks/${id}/test/issues_events`)).toMatchObject({
      status: 422,
      body: { message: 'Ensure the project has issues.' },
    });
  });

  it('resends with the same key', async () => {
    const bench = createHookBench();
    const { id } = (await bench.api('POST', `${PROJECT}/hooks`, HOOK)).body;
    await createIssues(bench, 'a');
    await bench.sandbox.settled();
    const events = (await bench.api('GET', `${PROJECT}/hooks/${id}/events`)).body;

    const resent = await bench.api('POST', `${PROJECT}/hooks/${id}/events/${events[0].id}/resend`);

    expect(resent).toMatchObject({ status: 201, body: { response_status: 202 } });
    expect(new Set(bench.received.map((it) => it.headers.get('idempotency-key'))).size).toBe(1);
    expect(bench.received).toHaveLength(2);
  });

  it('lists at most twenty deliveries a page, and refuses to be asked for more', async () => {
    const bench = createHookBench();
    const { id } = (await bench.api('POST', `${PROJECT}/hooks`, HOOK)).body;
    for (let n = 0; n < 21; n += 1) await createIssues(bench, `${n}`);
    await bench.sandbox.settled();
    const list = (query: string) => bench.api('GET', `${PROJECT}/hooks/${id}/events${query}`);

    expect((await list('')).body).toHaveLength(20);
    expect((await list('?per_page=20&page=2')).body).toHaveLength(1);
    for (const size of [0, 21, 100])
      expect(await list(`?per_page=${size}`)).toMatchObject({
        status: 400,
        body: { error: 'per_page does not have a valid value' },
      });
    expect((await list('?status=broken')).status).toBe(400);
  });

  it('counts a delivery without an answer as the failure of the server, and one under way as none', async () => {
    const bench = createHookBench();
    const { id } = (await bench.api('POST', `${PROJECT}/hooks`, HOOK)).body;
    const statuses = async (query: string): Promise<readonly string[]> =>
      (await bench.api('GET', `${PROJECT}/hooks/${id}/events${query}`)).body.map(
        (it: { response_status: string }) => it.response_status,
      );
    await createIssues(bench, 'under way');
    expect(await statuses('')).toEqual([]);
    await bench.sandbox.settled();
    for (const status of [0, 404, 503]) {
      bench.answer.status = status;
      await createIssues(bench, `${status}`);
      await bench.sandbox.settled();
    }

    expect(await statuses('')).toEqual(['503', '404', 'internal error', '202']);
    expect(await statuses('?status=server_failure')).toEqual(['503', 'internal error']);
    expect(await statuses('?status=client_failure,503')).toEqual(['503', '404']);
    expect(await statuses('?status=successful')).toEqual(['202']);
  });

  it('forgets deliveries after seven days', async () => {
    const bench = createHookBench();
    const { id } = (await bench.api('POST', `${PROJECT}/hooks`, HOOK)).body;
    await createIssues(bench, 'a');
    await bench.sandbox.settled();
    bench.clock.now = new Date(bench.clock.now.getTime() + 7 * 86_400_000 + 1);

    expect((await bench.api('GET', `${PROJECT}/hooks/${id}/events`)).body).toEqual([]);
  });

  it('refuses to resend to a disabled hook, to a changed address, and tells when there was no answer', async () => {
    const bench = createHookBench();
    const { id } = (await bench.api('POST', `${PROJECT}/hooks`, HOOK)).body;
    await createIssues(bench, 'a');
    await bench.sandbox.settled();
    const [hook] = bench.sandbox.world.hooks;
    const [delivery] = bench.sandbox.world.deliveries;
    if (hook === undefined || delivery === undefined) throw new Error('nothing there');
    const resend = () => bench.api('POST', `${PROJECT}/hooks/${id}/events/${delivery.id}/resend`);

    bench.answer.status = 0;
    expect(await resend()).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining('fetch') },
    });
    hook.disabledUntil = '2099-01-01T00:00:00.000Z';
    expect(await resend()).toMatchObject({ status: 422, body: { message: 'Hook disabled' } });
    hook.disabledUntil = null;
    hook.url = 'https://elsewhere.test/hook';
    expect(await resend()).toMatchObject({ status: 422, body: { message: expect.stringContaining('URL') } });
    expect(bench.received).toHaveLength(2);
  });

  it('masks the token in the list of events', async () => {
    const bench = createHookBench();
    const { id } = (await bench.api('POST', `${PROJECT}/hooks`, { ...HOOK, token: 's3cret' })).body;
    await createIssues(bench, 'a');
    await bench.sandbox.settled();

    const { body } = await bench.api('GET', `${PROJECT}/hooks/${id}/events`);

    expect(body).toMatchObject([
      { trigger: 'issue_hooks', response_status: '202', request_headers: { 'X-Gitlab-Token': '[REDACTED]' } },
    ]);
  });

  it('breaks a chain of webhooks that carries its event UUID back', async () => {
    const bench = createHookBench();
    await bench.api('POST', `${PROJECT}/hooks`, HOOK);
    await createIssues(bench, 'a');
    await bench.sandbox.settled();
    const eventUuid = bench.received[0]?.headers.get('x-gitlab-event-uuid') ?? '';
    const write = (headers: Record<string, string>): Promise<Response> =>
      bench.sandbox.fetch(
        new Request(`https://gitlab.test/api/v4${PROJECT}/issues/1?title=${Object.keys(headers).length}`, {
          method: 'PUT',
          headers: { 'PRIVATE-TOKEN': bench.seed.bot.token, ...headers },
        }),
      );

    await write({ 'X-Gitlab-Event-UUID': eventUuid });
    await bench.sandbox.settled();
    expect(bench.received).toHaveLength(1);
    await write({});
    await bench.sandbox.settled();
    expect(bench.received).toHaveLength(2);
  });
});

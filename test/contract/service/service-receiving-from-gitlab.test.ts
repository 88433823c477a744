/** What the sandbox really sends, received; what must never be seen anywhere; changing secrets; whatever else is asked. */
import { Hono } from 'hono';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { encodeMarker } from '#domain/text/marker.ts';
import { createBench, GROUP, PROJECT } from '#sandbox/test/contract/client.ts';
import { aSow } from '#test/support/builders.ts';
import {
  anIssueEvent,
  aReceiver,
  PLAIN_TOKEN,
  type ReceiverOptions,
  SIGNING_TOKEN,
  signedHeaders,
  type TestReceiver,
} from '#test/support/receiver.ts';

const LABEL = 'SOW-1042';
const MARKER = encodeMarker({
  kind: 'step',
  engagement: LABEL,
  process: 'delivery',
  profile: null,
  step: 'kick-off',
});

async function send(
  { app }: Pick<TestReceiver, 'app'>,
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const response = await app.request(path, { method: 'POST', body, headers });
  return { status: response.status, text: await response.text() };
}

describe.each([
  ['a plain token', { token: PLAIN_TOKEN }],
  ['a signing token', { signing_token: SIGNING_TOKEN }],
  ['both tokens', { token: 'another secret', signing_token: SIGNING_TOKEN }],
])('service: deliveries of the sandbox with %s', (_, secret) => {
  /** A group hook of the sandbox that delivers to our app; the clocks agree. */
  async function start(options: ReceiverOptions = {}) {
    let receiver: TestReceiver | undefined;
    const bench = createBench({
      deliver: async (request) => (await receiver?.app.fetch(request)) ?? new Response(null, { status: 500 }),
    });
    receiver = aReceiver({ now: () => bench.clock.now.toISOString(), ...options });
    const owner = bench.as(bench.seed.ada.token);
    const hook = await owner('POST', `${GROUP}/hooks`, {
      url: 'https://receiver.test/webhooks/gitlab',
      issues_events: true,
      confidential_issues_events: true,
      note_events: true,
      confidential_note_events: true,
      ...secret,
    });
    expect(hook.status).toBe(201);
    const hookId: number = hook.body.id;
    return {
      bench,
      receiver,
      owner,
      hookId,
      statuses: () => bench.sandbox.world.deliveries.map((it) => it.responseStatus),
    };
  }

  it('wake the engagement of issues, confidential issues, comments and epics', async () => {
    const { bench, receiver, owner, statuses } = await start();
    const issue = await owner('POST', `${PROJECT}/issues`, { title: 'Kick-off', labels: LABEL });
    await owner('POST', `${PROJECT}/issues`, { title: 'Secret', labels: LABEL, confidential: true });
    await owner('POST', `${PROJECT}/issues/${issue.body.iid}/notes`, { body: '/ps help' });
    await owner('POST', `${GROUP}/epics`, { title: 'Engagement', labels: LABEL });
    await bench.sandbox.settled();

    expect(receiver.kept.map(({ kind, engagement }) => `${kind} ${engagement}`).toSorted()).toEqual([
      'note SOW-1042',
      'wake SOW-1042',
      'wake SOW-1042',
      'wake SOW-1042',
    ]);
    expect(receiver.kept.map(({ payload }) => (payload as { event: string }).event).toSorted()).toEqual([
      'issue',
      'issue',
      'note',
      'work_item',
    ]);
    expect(new Set(statuses())).toEqual(new Set([202]));
  });

  it('wake the engagement by the marker when the label is gone, and when it is taken away', async () => {
    const { bench, receiver, owner } = await start();
    const issue = await owner('POST', `${PROJECT}/issues`, {
      title: 'Kick-off',
      description: MARKER,
      labels: LABEL,
    });
    await owner('PUT', `${PROJECT}/issues/${issue.body.iid}`, { remove_labels: LABEL });
    await owner('PUT', `${PROJECT}/issues/${issue.body.iid}`, { state_event: 'close' });
    await bench.sandbox.settled();

    expect(receiver.kept).toHaveLength(3);
    expect(new Set(receiver.kept.map(({ engagement }) => engagement))).toEqual(new Set([LABEL]));
  });

  it('of our own doing, of other issues, and of tests are answered 2xx and wake nothing', async () => {
    const bot = createBench().seed.bot.user;
    const { bench, receiver, owner, hookId, statuses } = await start({
      ownUser: { id: bot.id, username: bot.username, isBot: true },
    });
    await bench.api('POST', `${PROJECT}/issues`, { title: 'By the bot', labels: LABEL });
    await owner('POST', `${PROJECT}/issues`, { title: 'Not ours' });
    await bench.sandbox.settled();
    const tested = await owner('POST', `${GROUP}/hooks/${hookId}/test/issues_events`);

    expect(tested.status).toBe(201);
    expect(receiver.kept).toEqual([]);
    expect(new Set(statuses())).toEqual(new Set([200]));
    expect(await receiver.figures()).toContain('procession_deliveries_total{source="gitlab",result="own"} 1');
  });

  it('sent again are known', async () => {
    const { bench, receiver, owner, hookId, statuses } = await start();
    await owner('POST', `${PROJECT}/issues`, { title: 'Kick-off', labels: LABEL });
    await bench.sandbox.settled();
    const [delivery] = bench.sandbox.world.deliveries;

    await owner('POST', `${GROUP}/hooks/${hookId}/events/${delivery?.id}/resend`);

    expect(statuses()).toEqual([202, 200]);
    expect(receiver.kept).toHaveLength(1);
  });
});

describe('service: the same id', () => {
  it('of an event that was not understood is free for the same event once it is', async () => {
    const receiver = aReceiver();
    const post = async (body: string): Promise<number> =>
      (await send(receiver, '/webhooks/gitlab', body, signedHeaders(body, { id: 'one' }))).status;
    const unknown = JSON.stringify({ object_kind: 'surprise' });

    expect([await post(unknown), await post(unknown)]).toEqual([202, 200]);
    expect([await post(anIssueEvent()), await post(anIssueEvent())]).toEqual([202, 200]);
  });

  it('is the signed one before every other, and the digest of the body where there is none', async () => {
    const receiver = aReceiver();
    const body = anIssueEvent();
    const token = { 'x-gitlab-token': PLAIN_TOKEN };
    const headers = [
      { ...signedHeaders(body, { id: 'signed' }), 'idempotency-key': 'unproven' },
      { ...token, 'idempotency-key': 'key', 'x-gitlab-webhook-uuid': 'uuid' },
      { ...token, 'x-gitlab-webhook-uuid': 'uuid' },
      { ...token, 'idempotency-key': `two words ${'x'.repeat(300)}` },
      token,
      token,
    ];
    const statuses: number[] = [];
    for (const one of headers) statuses.push((await send(receiver, '/webhooks/gitlab', body, one)).status);

    expect(statuses).toEqual([202, 202, 202, 202, 202, 200]);
    expect(receiver.kept.map(({ dedupeKey }) => dedupeKey)).toEqual([
      'signed',
      'key',
      'uuid',
      expect.stringMatching(/^sha256:[0-9a-f]{64}$/u),
      expect.stringMatching(/^sha256:[0-9a-f]{64}$/u),
    ]);
  });

  it('wakes both engagements when a label was changed from one to the other, once each', async () => {
    const receiver = aReceiver();
    const body = anIssueEvent({
      labels: [{ title: 'SOW-2' }],
      changes: { labels: { previous: [{ title: 'SOW-1' }], current: [{ title: 'SOW-2' }] } },
    });
    const post = async (): Promise<number> =>
      (await send(receiver, '/webhooks/gitlab', body, signedHeaders(body, { id: 'one' }))).status;

    expect([await post(), await post()]).toEqual([202, 200]);
    expect(receiver.kept.map(({ engagement }) => engagement)).toEqual(['SOW-2', 'SOW-1']);
  });
});

describe('service: long bodies', () => {
  it('give their room back, whatever came of them', async () => {
    const receiver = aReceiver({ roomBytes: 100_000 });
    const body = anIssueEvent({ padding: 'x'.repeat(300_000) });
    const wrong = { ...signedHeaders(body), 'webhook-id': 'other' };

    for (let n = 0; n < 5; n += 1) {
      expect((await send(receiver, '/webhooks/gitlab', body, wrong)).status).toBe(401);
      expect((await send(receiver, '/webhooks/gitlab', body, signedHeaders(body))).status).toBe(202);
    }
  });

  it('that find no room are asked to come back', async () => {
    const receiver = aReceiver({ roomBytes: 10 });
    const body = anIssueEvent({ padding: 'x'.repeat(300_000) });
    const { app } = receiver;
    const response = await app.request('/webhooks/gitlab', {
      method: 'POST',
      body,
      headers: signedHeaders(body),
    });

    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
  });
});

describe('service: an unproven delivery', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is not parsed, whatever it is', async () => {
    const receiver = aReceiver();
    const body = anIssueEvent();
    const good = signedHeaders(body);
    const parse = vi.spyOn(JSON, 'parse');

    for (const headers of [
      {},
      { 'x-gitlab-token': 'wrong' },
      { ...good, 'webhook-id': 'other' },
      signedHeaders(`${body} `),
    ])
      for (const path of ['/webhooks/gitlab', '/webhooks/crm'])
        expect((await send(receiver, path, body, headers)).status).toBe(401);

    expect(parse).not.toHaveBeenCalled();
    expect((await send(receiver, '/webhooks/gitlab', body, good)).status).toBe(202);
    expect(parse).toHaveBeenCalledTimes(1);
  });

  it('learns nothing from the answer about how close it was', async () => {
    const receiver = aReceiver();
    const body = anIssueEvent();
    const answers = [
      {},
      { 'x-gitlab-token': 'wrong' },
      { ...signedHeaders(body), 'webhook-signature': 'v1,x' },
      signedHeaders(body, { at: 1 }),
      signedHeaders('other'),
    ].map(async (headers) => (await send(receiver, '/webhooks/gitlab', body, headers)).text);
    const shown = (await Promise.all(answers)).map((text) => ({ ...JSON.parse(text), request_id: '' }));

    expect(new Set(shown.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });
});

describe('service: secrets and texts of people', () => {
  it('are in no answer, no line of log, no figure and, but for the SOW itself, in nothing that is kept', async () => {
    const receiver = aReceiver();
    const sow = { ...aSow(), billing: { rate: 424_242, terms: 'canary-terms' } };
    const texts = [
      anIssueEvent(),
      anIssueEvent({
        labels: [],
        object_attributes: { id: 2, description: `canary-description\n${MARKER}` },
      }),
      JSON.stringify({
        object_kind: 'note',
        object_attributes: { id: 1, note: 'canary-note' },
        issue: { id: 1, labels: [{ title: LABEL }] },
      }),
      JSON.stringify({ object_kind: 'canary-kind-é', canary: 'canary-value' }),
      'canary-no-json',
      JSON.stringify({ object_kind: 'issue', object_attributes: { id: 'canary-id' } }),
    ];
    const answers: string[] = [];
    for (const text of texts)
      for (const headers of [
        { 'x-gitlab-token': PLAIN_TOKEN },
        signedHeaders(text),
        { 'x-gitlab-token': 'canary-wrong' },
      ])
        answers.push((await send(receiver, '/webhooks/gitlab', text, headers)).text);
    for (const text of [JSON.stringify(sow), JSON.stringify({ ...sow, billing: { rate: -424_242 } })])
      for (const headers of [signedHeaders(text), {}])
        answers.push((await send(receiver, '/webhooks/crm', text, headers)).text);
    await receiver.app.request('/canary-path?token=canary-query');

    const key = SIGNING_TOKEN.slice('whsec_'.length);
    const kept = JSON.stringify(receiver.kept.filter(({ source }) => source === 'gitlab'));
    const seen = [...receiver.log, await receiver.figures(), kept];
    for (const text of seen) {
      expect(text).not.toContain('canary');
      expect(text).not.toContain('424242');
      expect(text).not.toContain(key);
    }
    // Dead letters say where the problem is, not what stood there.
    const reasons = receiver.kept.map((delivery) => ('reason' in delivery ? delivery.reason : ''));
    expect(reasons).toContainEqual(expect.stringMatching(/^1 problem of SOW-\S+: billing\.rate$/));
    expect(reasons.join()).not.toMatch(/canary|424242/u);
    // Who sent a wrong amount is told which; nobody else is.
    expect(answers.filter((text) => text.includes('424242'))).toHaveLength(1);
    for (const text of answers) expect(text).not.toMatch(/canary|whsec_/u);
    expect(receiver.log).toHaveLength(texts.length * 3 + 5);
  });
});

describe('service: changing the secrets', () => {
  it('refuses nothing while old and new are both known', async () => {
    const oldKey = Buffer.alloc(32, 1);
    const newKey = Buffer.alloc(32, 2);
    const token = (key: Buffer): string => `whsec_${key.toString('base64')}`;
    const body = anIssueEvent();
    const [before, between, after] = [[token(oldKey)], [token(oldKey), token(newKey)], [token(newKey)]].map(
      (gitlabSecrets) => aReceiver({ gitlabSecrets }),
    );
    const statuses: number[] = [];
    // The receiver is restarted with both; the sender changes somewhere in the middle; then the old one is removed.
    const under = (n: number): [TestReceiver | undefined, Buffer] =>
      n < 300
        ? [before, oldKey]
        : n < 450
          ? [between, oldKey]
          : n < 600
            ? [between, newKey]
            : [after, newKey];
    await Promise.all(
      Array.from({ length: 900 }, async (_, n) => {
        const [receiver, key] = under(n);
        if (receiver !== undefined)
          statuses.push(
            (await send(receiver, '/webhooks/gitlab', body, signedHeaders(body, { key }))).status,
          );
      }),
    );

    expect(statuses).toHaveLength(900);
    expect(new Set(statuses)).toEqual(new Set([202]));
  });
});

describe('service: a SOW sent again', () => {
  it('is known by its id, but a corrected one under the same id is not taken for the wrong one', async () => {
    const receiver = aReceiver();
    const right = JSON.stringify(aSow());
    const wrong = JSON.stringify({ ...aSow(), type: 'guess' });
    const post = async (body: string): Promise<number> =>
      (await send(receiver, '/webhooks/crm', body, signedHeaders(body, { id: 'deal-1' }))).status;

    expect([await post(wrong), await post(wrong), await post(right), await post(right)]).toEqual([
      422, 422, 202, 200,
    ]);
  });

  it.each([
    ['not JSON', 'nonsense'],
    ['empty', ''],
    ['a list', '[]'],
    ['a million levels deep', '['.repeat(500_000) + ']'.repeat(500_000)],
    ['deep in a field that nobody knows', `{"x":${'['.repeat(400_000)}${']'.repeat(400_000)}}`],
    ['a trap for prototypes', '{"__proto__":{"sow":{"number":"SOW-1"}}}'],
  ])('that is %s gets 422, and can be written to a store', async (_, body) => {
    const receiver = aReceiver();
    const { status, text } = await send(receiver, '/webhooks/crm', body, signedHeaders(body));

    expect(status).toBe(422);
    expect(JSON.parse(text)).toMatchObject({ error: 'input_invalid', problems: expect.any(Array) });
    expect(JSON.stringify(receiver.kept)).toContain('problem');
  });

  it('with a byte order mark and unknown fields is taken, with a warning', async () => {
    const receiver = aReceiver();
    const body = `\u{FEFF}${JSON.stringify({ ...aSow(), custmer: {} })}`;
    const { status, text } = await send(receiver, '/webhooks/crm', body, signedHeaders(body));

    expect(status).toBe(202);
    expect(JSON.parse(text)).toMatchObject({ engagement: 'SOW-1', warnings: [{ path: 'custmer' }] });
  });
});

describe('service: other requests', () => {
  const pages = new Hono()
    .get('/', (c) => c.html('<p>portfolio</p>'))
    .get('/engagements/:sow', (c) => c.text(c.req.param('sow'), 200, { 'content-security-policy': 'own' }))
    .get('/broken', () => {
      throw new Error('canary');
    });

  it.each<[string, string, number, Record<string, string>]>([
    ['GET', '/healthz', 200, { 'cache-control': 'no-store' }],
    ['HEAD', '/healthz', 200, {}],
    ['GET', '/readyz/', 200, { 'x-content-type-options': 'nosniff' }],
    ['GET', '/metrics', 200, {}],
    ['POST', '/healthz', 405, { allow: 'GET, HEAD' }],
    ['GET', '/webhooks/gitlab', 405, { allow: 'POST' }],
    ['PUT', '/webhooks/crm/', 405, { allow: 'POST' }],
    ['OPTIONS', '/webhooks/gitlab', 405, { allow: 'POST' }],
    ['POST', '/webhooks', 404, {}],
    ['POST', '/webhooks/gitlab/extra', 404, {}],
    ['GET', '/nowhere', 404, { 'content-type': 'application/json; charset=utf-8' }],
    ['GET', '/', 200, { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }],
    ['GET', '/engagements/SOW-1', 200, { 'content-security-policy': 'own' }],
    ['GET', '/broken', 500, { 'cache-control': 'no-store' }],
  ])('%s %s is answered %i', async (method, path, status, headers) => {
    const receiver = aReceiver({ pages });
    const response = await receiver.app.request(path, { method });

    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
    expect(await response.text()).not.toContain('canary');
    expect(receiver.log.join()).not.toContain('canary');
  });

  it('are counted by their pattern, and a thousand guessed paths as one', async () => {
    const receiver = aReceiver({ pages });
    for (let n = 0; n < 1000; n += 1) await receiver.app.request(`/guess-${n}`);
    await receiver.app.request('/engagements/SOW-1');
    await receiver.app.request('/engagements/SOW-2');
    await receiver.app.request('/broken');
    const figures = await receiver.figures();

    expect(figures).toContain(
      'procession_http_request_duration_seconds_count{route="other",status="404"} 1000',
    );
    expect(figures).toContain('route="/engagements/:sow",status="200"} 2');
    expect(figures).toContain(
      'procession_http_request_duration_seconds_count{route="/broken",status="500"} 1',
    );
    expect(figures).not.toMatch(/guess|SOW-/u);
  });

  it('get 500 without a word about why when we fail, and 503 when the store does', async () => {
    const body = anIssueEvent();
    const failing = aReceiver({
      put: async () => await Promise.reject(new Error('canary: disk full')),
    });
    const sent = await send(failing, '/webhooks/gitlab', body, signedHeaders(body));

    expect(sent.status).toBe(503);
    expect(sent.text + failing.log.join()).not.toContain('canary');
    expect(failing.log.join()).toContain('"level":"error"');
  });
});

describe('service: a source without a secret', () => {
  it('is off and says why, and the other one works', async () => {
    const receiver = aReceiver({ crmOff: true });
    const body = JSON.stringify(aSow());

    const crm = await send(receiver, '/webhooks/crm', body, signedHeaders(body));
    const gitlab = await send(receiver, '/webhooks/gitlab', JSON.stringify(anIssueEvent()), {
      'x-gitlab-token': PLAIN_TOKEN,
    });

    expect(crm.status).toBe(404);
    expect(JSON.parse(crm.text)).toEqual({
      error: 'source_off',
      message: 'This webhook is off: CRM_WEBHOOK_SECRETS is not set, so nobody could be believed.',
    });
    expect(gitlab.status).toBe(202);
    expect(receiver.kept).toHaveLength(1);
  });
});

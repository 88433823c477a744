/** What trusted receivers are tested for: every way a delivery can be wrong, and what is kept of the right ones. */
import { createHmac, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '#domain/base/secret.ts';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import { SILENT } from '#ports/logger.ts';
import type { Store } from '#ports/store.ts';
import { createApp } from '#service/app.ts';
import { createMetrics } from '#service/metrics.ts';
import { createReadBody } from '#service/read-body.ts';
import { createCrmReceiver } from '#service/receive-crm.ts';
import { createGitLabReceiver } from '#service/receive-gitlab.ts';
import { startService } from '#service/start-service.ts';
import { createVerifyCrm } from '#service/verify-crm.ts';
import { createVerifyGitLab } from '#service/verify-gitlab.ts';
import { aSow } from '#test/support/builders.ts';
import { aDealFile } from '#test/support/inputs.ts';
import { aStore } from '#test/support/service.ts';

const NOW = '2026-12-01T09:00:00.000Z';
const SECONDS = Date.parse(NOW) / 1000;
const PLAIN = 'a plain secret';
const KEY = randomBytes(32);
const OLD_KEY = randomBytes(32);
const token = (key: Buffer): string => `whsec_${key.toString('base64')}`;

let store: Store;
let remove: () => Promise<void>;
let app: ReturnType<typeof createApp>;

beforeEach(async () => {
  ({ store, remove } = await aStore());
  const clock = { now: () => NOW };
  app = createApp({
    gitlab: createGitLabReceiver({
      inbox: store,
      verify: createVerifyGitLab([PLAIN, token(KEY), token(OLD_KEY)].map((value) => new Secret(value))),
      limitBytes: 26_214_400,
      ownUser: () => ({ id: 99, username: 'procession-bot', isBot: true }),
      isOwnWrite: () => false,
      engagementOfIssue: (id) => (id === 4711 ? 'SOW-7' : null),
    }),
    crm: createCrmReceiver({
      inbox: store,
      verify: createVerifyCrm([token(KEY), token(OLD_KEY)].map((value) => new Secret(value))),
      limitBytes: 1_048_576,
      deals: DEFAULT_DEALS,
    }),
    readBody: createReadBody({ timeoutMs: 300, roomBytes: 100_000_000 }),
    metrics: createMetrics({ clock, figures: async () => await store.figures(), withProcess: false }),
    health: {
      figures: async () => await store.figures(),
      storable: async () => await store.probe(),
      gitlab: () => null,
      paused: () => [],
      missing: () => [],
      stopped: () => [],
      brokenProcesses: () => [],
      lastSweep: () => null,
      webhooks: () => null,
    },
    clock,
    logger: SILENT,
    newRequestId: () => 'made-here',
  });
});

afterEach(async () => {
  await store.close();
  await remove();
});

type Headers = Record<string, string>;

const issueEvent = (changes: object = {}): string =>
  JSON.stringify({
    object_kind: 'issue',
    event_type: 'issue',
    user: { id: 5, username: 'eli' },
    object_attributes: { id: 1, iid: 3, action: 'close', description: 'text' },
    labels: [{ title: 'SOW-1042' }],
    ...changes,
  });

function sign(body: string, { id = 'id-1', at = SECONDS, key = KEY, version = 'v1' } = {}): Headers {
  const mac = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `${version},${mac}` };
}

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Headers,
  path = '/webhooks/gitlab',
): Promise<Response> {
  return await app.request(path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

const kept = async () => await store.list({ limit: 100 });

describe('a GitLab delivery', () => {
  const body = issueEvent();
  const good = sign(body);
  const signature = good['webhook-signature'] ?? '';
  const mac = signature.slice(3);
  const flipped = `${mac[0] === 'A' ? 'B' : 'A'}${mac.slice(1)}`;

  const accepted: readonly [string, Headers][] = [
    ['the plain token', { 'x-gitlab-token': PLAIN }],
    ['a signature', good],
    ['a signature by the key before', sign(body, { key: OLD_KEY })],
    [
      'several signatures, one of them right',
      { ...good, 'webhook-signature': `v1,${flipped} v1a,abc ${signature}` },
    ],
    ['a right signature and a wrong token', { ...good, 'x-gitlab-token': 'wrong' }],
    ['a timestamp 299 s old', sign(body, { at: SECONDS - 299 })],
    ['a timestamp 299 s ahead', sign(body, { at: SECONDS + 299 })],
    ['headers in another case', { 'X-GITLAB-TOKEN': PLAIN }],
    ['another content type', { 'x-gitlab-token': PLAIN, 'content-type': 'text/plain' }],
  ];
  it.each(accepted)('is stored with %s', async (_, headers) => {
    expect((await post(body, headers)).status).toBe(202);
    expect(await kept()).toMatchObject([{ kind: 'wake', engagement: 'SOW-1042', state: 'waiting' }]);
  });

  const refused: readonly [string, Headers][] = [
    ['nothing', {}],
    ['an empty token', { 'x-gitlab-token': '' }],
    ['a wrong token', { 'x-gitlab-token': 'wrong' }],
    ['part of the token', { 'x-gitlab-token': PLAIN.slice(0, -1) }],
    ['the token twice', { 'x-gitlab-token': `${PLAIN}, ${PLAIN}` }],
    ['an empty signature and the right token', { ...good, 'webhook-signature': '', 'x-gitlab-token': PLAIN }],
    [
      'a wrong signature and the right token',
      { ...good, 'webhook-signature': `v1,${flipped}`, 'x-gitlab-token': PLAIN },
    ],
    ['part of the signature', { ...good, 'webhook-signature': signature.slice(0, -2) }],
    ['no version', { ...good, 'webhook-signature': mac }],
    ['another version alone', { ...good, 'webhook-signature': `v2,${mac}` }],
    ['no id', { 'webhook-timestamp': good['webhook-timestamp'] ?? '', 'webhook-signature': signature }],
    ['another id', { ...good, 'webhook-id': 'id-2' }],
    ['no timestamp', { 'webhook-id': 'id-1', 'webhook-signature': signature }],
    ['a timestamp that is no number', { ...good, 'webhook-timestamp': 'now' }],
    ['a timestamp 301 s old', sign(body, { at: SECONDS - 301 })],
    ['a timestamp 301 s ahead', sign(body, { at: SECONDS + 301 })],
    ['a signature by an unknown key', sign(body, { key: randomBytes(32) })],
  ];
  it.each(refused)('is refused and not kept with %s', async (_, headers) => {
    expect((await post(body, headers)).status).toBe(401);
    expect(await kept()).toEqual([]);
  });

  it('is refused when one byte was changed, before anything is parsed', async () => {
    expect((await post(body.replace('"close"', '"clone"'), good)).status).toBe(401);
    expect((await post(body.slice(0, -1), good)).status).toBe(401);
  });

  it('is accepted with the public test vector of Standard Webhooks', () => {
    const verify = createVerifyGitLab([new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')]);
    const headers: Headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };

    const verdict = verify((name) => headers[name], 1_614_265_330);

    expect(verdict.kind === 'signed' && verdict.check(Buffer.from('{"test": 2432232314}'))).toBe('authentic');
  });

  it('is kept once however often it comes, and without the texts of people', async () => {
    const headers = { 'x-gitlab-token': PLAIN, 'idempotency-key': 'same' };
    const answers = await Promise.all(
      Array.from(
        { length: 100 },
        async () =>
          (
            await post(
              issueEvent({
                object_attributes: { id: 1, iid: 3, action: 'update', description: 'canary text' },
              }),
              headers,
            )
          ).status,
      ),
    );

    expect(answers.filter((status) => status === 202)).toHaveLength(1);
    expect(answers.filter((status) => status === 200)).toHaveLength(99);
    expect(JSON.stringify(await kept())).not.toContain('canary');
  });

  it('wakes what another event under the same id is about, and is still answered 2xx', async () => {
    const headers = { 'x-gitlab-token': PLAIN, 'idempotency-key': 'same' };
    const other = issueEvent({ labels: [{ title: 'SOW-8' }] });

    expect((await post(issueEvent(), headers)).status).toBe(202);
    expect((await post(other, headers)).status).toBe(202);
    expect((await post(other, headers)).status).toBe(200);

    expect(new Set((await kept()).map(({ engagement }) => engagement))).toEqual(
      new Set(['SOW-1042', 'SOW-8']),
    );
  });

  const events: readonly [string, string, number, object[]][] = [
    [
      'an epic’s',
      issueEvent({
        object_kind: 'work_item',
        project: null,
        object_attributes: { id: 8, iid: 1, type: 'Epic', action: 'close' },
      }),
      202,
      [{ kind: 'wake', engagement: 'SOW-1042' }],
    ],
    ['a confidential issue’s', issueEvent({ event_type: 'confidential_issue' }), 202, [{ kind: 'wake' }]],
    [
      'a label taken away',
      issueEvent({ labels: [], changes: { labels: { previous: [{ title: 'SOW-9' }], current: [] } } }),
      202,
      [{ engagement: 'SOW-9' }],
    ],
    [
      'a marker in the description',
      issueEvent({
        labels: [],
        object_attributes: {
          id: 1,
          iid: 3,
          description: '<!-- procession:step v1 SOW-8 delivery kick-off -->',
        },
      }),
      202,
      [{ engagement: 'SOW-8' }],
    ],
    [
      'an issue known by its id',
      issueEvent({ labels: [], object_attributes: { id: 4711, iid: 3, description: null } }),
      202,
      [{ engagement: 'SOW-7' }],
    ],
    [
      'a comment',
      JSON.stringify({
        object_kind: 'note',
        user: { id: 5 },
        object_attributes: { id: 2, noteable_type: 'Issue', note: '/ps help' },
        issue: { id: 1, iid: 3, labels: [{ title: 'SOW-1042' }] },
      }),
      202,
      [{ kind: 'note', engagement: 'SOW-1042' }],
    ],
    [
      'a description of a megabyte',
      issueEvent({ object_attributes: { id: 1, iid: 3, description: 'x'.repeat(1_048_576) } }),
      202,
      [{ kind: 'wake' }],
    ],
    ['our own doing', issueEvent({ user: { id: 99, username: 'procession-bot' } }), 200, []],
    ['an issue of nobody’s engagement', issueEvent({ labels: [{ title: 'bug' }] }), 200, []],
    ['a push', JSON.stringify({ object_kind: 'push' }), 200, []],
    [
      'an event nobody knows',
      JSON.stringify({ object_kind: 'surprise' }),
      202,
      [{ state: 'dead', kind: 'unknown' }],
    ],
    ['something that is no event', '[1,2]', 202, [{ state: 'dead' }]],
    ['no JSON', 'not json', 202, [{ state: 'dead' }]],
    ['an empty body', '', 202, [{ state: 'dead' }]],
  ];
  it.each(events)('of %s is answered 2xx and kept as it deserves', async (_, text, status, expected) => {
    expect((await post(text, { 'x-gitlab-token': PLAIN })).status).toBe(status);
    expect(await kept()).toMatchObject(expected);
  });

  it('that is compressed is refused, because the signature covers the raw bytes', async () => {
    expect(
      (
        await post(gzipSync(body) as Uint8Array<ArrayBuffer>, {
          'x-gitlab-token': PLAIN,
          'content-encoding': 'gzip',
        })
      ).status,
    ).toBe(415);
  });
});

describe('a CRM delivery', () => {
  const good = JSON.stringify(aSow());

  it('that is right is kept whole', async () => {
    expect((await post(good, sign(good), '/webhooks/crm')).status).toBe(202);
    expect(await kept()).toMatchObject([
      { source: 'crm', kind: 'sow', engagement: 'SOW-1', payload: { deployment: 'aws' } },
    ]);
  });

  it('that is authentic but wrong is answered with every problem, and kept for a person to see', async () => {
    const bad = JSON.stringify({ ...aSow(), type: 'guess', closed_won_on: '2026-02-30', deliverables: [] });

    const answer = await post(bad, sign(bad), '/webhooks/crm');

    expect(answer.status).toBe(422);
    const { problems } = (await answer.json()) as { problems: { path: string }[] };
    expect(problems.map(({ path }) => path).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'closed_won_on',
      'deliverables',
      'type',
    ]);
    expect(await kept()).toMatchObject([{ source: 'crm', state: 'dead' }]);
  });

  it('that was sent before is a duplicate, however its JSON is written', async () => {
    const spaced = JSON.stringify(aSow(), null, 2);

    expect((await post(good, sign(good), '/webhooks/crm')).status).toBe(202);
    expect((await post(good, sign(good), '/webhooks/crm')).status).toBe(200);
    expect((await post(spaced, sign(spaced), '/webhooks/crm')).status).toBe(200);
    expect(await kept()).toHaveLength(1);
  });

  it('that is a deal is told from a SOW by its shape', async () => {
    const deal = JSON.stringify(aDealFile());
    const other = JSON.stringify(aDealFile({ ask: 'Something else.' }));
    const wrong = JSON.stringify({ deal: { key: 'SOW-1042', amount: '46,800' }, customer: { name: 'X' } });
    const statuses: number[] = [];
    for (const body of [deal, deal, other])
      statuses.push((await post(body, sign(body), '/webhooks/crm')).status);
    const refused = await post(wrong, sign(wrong, { id: 'id-2' }), '/webhooks/crm');

    expect(statuses).toEqual([202, 200, 409]);
    expect(await store.list({ engagement: 'DEAL-88121', state: 'waiting', limit: 9 })).toHaveLength(1);
    const { problems } = (await refused.json()) as { problems: readonly { readonly path: string }[] };
    expect([refused.status, problems.map(({ path }) => path)]).toEqual([
      422,
      ['deal.key', 'deal.url', 'deal.name', 'deal.stage', 'deal.opened_on', 'deal.amount', 'ask'],
    ]);
  });

  it('that is a deal and wrong is called a deal, and kept with its key in the reason', async () => {
    const wrong = JSON.stringify({ ...aDealFile(), ask: 7 });

    const answer = await post(wrong, sign(wrong), '/webhooks/crm');

    expect([answer.status, await answer.json()]).toMatchObject([
      422,
      { message: expect.stringContaining('The deal has problems') },
    ]);
    expect(await kept()).toMatchObject([{ state: 'dead', reason: '1 problem of DEAL-88121: ask' }]);
  });

  it('of another SOW under a known id is a conflict with both digests, kept to be replayed', async () => {
    const other = JSON.stringify({ ...aSow(), sow: { number: 'SOW-2', signed_on: '2026-03-02' } });
    await post(good, sign(good), '/webhooks/crm');

    const answer = await post(other, sign(other), '/webhooks/crm');
    const again = await post(other, sign(other), '/webhooks/crm');

    expect([answer.status, again.status]).toEqual([409, 409]);
    const body = (await answer.json()) as { digests: Record<string, string> };
    expect(body).toMatchObject({
      result: 'conflict',
      error: 'delivery_conflict',
      engagement: 'SOW-2',
      known_engagement: 'SOW-1',
      digests: {
        known: expect.stringMatching(/^[0-9a-f]{64}$/),
        sent: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(body.digests['known']).not.toBe(body.digests['sent']);
    const [dead] = await store.list({ state: 'dead', limit: 10 });
    expect(dead).toMatchObject({ engagement: 'SOW-2', kind: 'sow', payload: { sow: { number: 'SOW-2' } } });
    expect(dead?.reason).toContain(body.digests['known']);
    expect(dead?.reason).toContain(body.digests['sent']);
    expect(await store.replay(dead?.id ?? '', NOW)).toBe(true);
    expect(await kept()).toHaveLength(2);
  });

  it('that was corrected under the id of a wrong one is taken', async () => {
    const bad = JSON.stringify({ ...aSow(), type: 'guess' });

    expect((await post(bad, sign(bad), '/webhooks/crm')).status).toBe(422);
    expect((await post(good, sign(good), '/webhooks/crm')).status).toBe(202);
  });

  it('of a SOW that launches nothing is told so', async () => {
    const early = JSON.stringify({ ...aSow(), stage: 'Negotiating' });
    const lost = JSON.stringify({ ...aSow(), stage: 'Closed Lost' });
    const won = JSON.stringify({ ...aSow(), stage: 'Closed Won' });
    const answer = async (text: string, id: string): Promise<unknown> =>
      await (await post(text, sign(text, { id }), '/webhooks/crm')).json();

    expect(await answer(early, 'a')).toMatchObject({
      result: 'stored',
      launches: false,
      why: 'its stage is "Negotiating"; nothing is launched until it is closed_won',
    });
    expect(await answer(lost, 'b')).toMatchObject({ launches: false, why: expect.stringContaining('lost') });
    expect(await answer(won, 'c')).not.toHaveProperty('launches');
  });

  it('of a stage that is nearly closed_won is asked about', async () => {
    const near = JSON.stringify({ ...aSow(), stage: 'close_won' });

    const answer = await post(near, sign(near), '/webhooks/crm');

    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      problems: [{ path: 'stage', fix: expect.stringContaining('Did you mean "closed_won"') }],
    });
  });

  it.each([
    ['nothing', {}],
    ['the GitLab token', { 'x-gitlab-token': PLAIN }],
    ['a wrong signature', sign('other')],
    ['an old one', sign(good, { at: SECONDS - 301 })],
  ] as [string, Headers][])('is refused with %s', async (_, headers) => {
    expect((await post(good, headers, '/webhooks/crm')).status).toBe(401);
    expect(await kept()).toEqual([]);
  });
});

describe('a request', () => {
  it('to an unknown path is 404, with a wrong method 405, and a slash at the end does not matter', async () => {
    expect((await app.request('/webhooks/nobody', { method: 'POST' })).status).toBe(404);
    const wrong = await app.request('/webhooks/gitlab');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await post(issueEvent(), { 'x-gitlab-token': PLAIN }, '/webhooks/gitlab/')).status).toBe(202);
  });

  it('is answered 503 with Retry-After while the store fails, so that it is sent again', async () => {
    await store.close();
    const answer = await post(issueEvent(), { 'x-gitlab-token': PLAIN });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
    ({ store, remove } = await aStore());
  });
});

describe('on a port', () => {
  it('30 MB are refused, announced or not, proven or not, and the memory stays flat', async () => {
    const served = await startService(app, { host: '127.0.0.1', port: 0 });
    const megabyte = Buffer.alloc(1_048_576, 'x');
    const chunks = async function* (): AsyncGenerator<Buffer> {
      for (let n = 0; n < 30; n += 1) yield megabyte;
    };
    const send = async (headers: Headers, body: RequestInit['body']): Promise<number> =>
      await fetch(`${served.url}/webhooks/gitlab`, {
        method: 'POST',
        body,
        headers,
        duplex: 'half',
      } as RequestInit).then(
        ({ status }) => status,
        () => 0,
      );
    await send({ 'x-gitlab-token': 'wrong' }, 'x');
    const before = process.memoryUsage().rss;

    const announced = await send({ 'x-gitlab-token': PLAIN }, Buffer.alloc(30 * 1_048_576, 'x'));
    for (let round = 0; round < 5; round += 1)
      expect([401, 0]).toContain(await send({ 'x-gitlab-token': 'wrong' }, ReadableStream.from(chunks())));
    const proven = await send({ 'x-gitlab-token': PLAIN }, ReadableStream.from(chunks()));

    expect([413, 0]).toContain(announced);
    // 408: a machine so busy that 30 MB take ten seconds.
    expect([413, 408, 0]).toContain(proven);
    expect(await kept()).toEqual([]);
    expect(process.memoryUsage().rss - before).toBeLessThan(250_000_000);
    await served.close();
  });

  it('a body that never ends is given up, and nothing is kept', async () => {
    const served = await startService(app, { host: '127.0.0.1', port: 0 });
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    socket.write(
      `POST /webhooks/gitlab HTTP/1.1\r\nHost: x\r\nX-Gitlab-Token: ${PLAIN}\r\nContent-Length: 1000\r\n\r\n{"a`,
    );

    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
        if (text.includes('\r\n\r\n')) resolve(text);
      });
      socket.on('close', () => resolve(text));
    });

    expect(answer).toMatch(/^HTTP\/1.1 408/);
    expect(await kept()).toEqual([]);
    socket.destroy();
    await served.close();
  });
});

import { describe, expect, it } from 'vitest';
import { createBench, createIssues, GROUP, PROJECT } from './client.ts';

describe('sandbox: ledger', () => {
  it('writes down every request with its route, its user and its kind', async () => {
    const { api, sandbox } = createBench();
    await api('POST', `${PROJECT}/issues`, { title: 'a' });
    await api('GET', `${PROJECT}/issues/1`);
    await api('GET', `${PROJECT}/issues/2`);

    expect(sandbox.ledger.entries()).toMatchObject([
      {
        at: '2026-03-02T09:00:00.000Z',
        method: 'POST',
        route: 'POST /projects/:id/issues',
        status: 201,
        username: 'procession-bot',
        kind: 'write',
      },
      {
        route: 'GET /projects/:id/issues/:iid',
        path: `/api/v4${PROJECT}/issues/1`,
        status: 200,
        kind: 'read',
      },
      { status: 404 },
    ]);
    expect(sandbox.ledger.byRoute()).toEqual({
      'POST /projects/:id/issues': 1,
      'GET /projects/:id/issues/:iid': 2,
    });
    expect([sandbox.ledger.reads().length, sandbox.ledger.writes().length]).toEqual([2, 1]);
    sandbox.ledger.clear();
    expect(sandbox.ledger.entries()).toEqual([]);
  });

  it('names parameters GitLab does not know, and ignores them', async () => {
    const { api, sandbox } = createBench();

    const created = await api('POST', `${PROJECT}/issues?sudo=mira`, {
      title: 'a',
      health_status: 'on_track',
      nonsense: 1,
    });
    await api('GET', `${PROJECT}/issues?not[labels]=x&label=y&per_page=5&iids[]=1`);

    expect(created.status).toBe(201);
    expect(sandbox.ledger.entries().map((it) => it.unknownParameters)).toEqual([
      ['health_status', 'nonsense'],
      ['label'],
    ]);
  });
});

describe('sandbox: faults', () => {
  it('fails before the write', async () => {
    const { api, sandbox } = createBench();
    sandbox.faults.failNext({
      method: 'POST',
      route: '/projects/:id/issues',
      when: 'before',
      kind: 'status',
      status: 503,
      headers: { 'Retry-After': '7' },
    });

    const reply = await api('POST', `${PROJECT}/issues`, { title: 'a' });

    expect([reply.status, reply.headers.get('retry-after'), sandbox.world.issues.length]).toEqual([
      503,
      '7',
      0,
    ]);
  });

  it('loses the answer of a committed write', async () => {
    const { api, sandbox } = createBench();
    sandbox.faults.failNext({ route: /issues$/u, when: 'after', kind: 'status', body: '<html>' });

    const reply = await api('POST', `${PROJECT}/issues`, { title: 'a' });

    expect([reply.status, reply.body, sandbox.world.issues.length]).toEqual([502, '<html>', 1]);
    expect((await api('POST', `${PROJECT}/issues`, { title: 'b' })).status).toBe(201);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('breaks the connection %s the write', async (when, count) => {
    const { api, sandbox } = createBench();
    sandbox.faults.failNext({ when, kind: 'reset' });

    await expect(api('POST', `${PROJECT}/issues`, { title: 'a' })).rejects.toThrow(TypeError);
    expect(sandbox.world.issues).toHaveLength(count);
    expect(sandbox.ledger.entries()).toMatchObject([{ status: 0 }]);
  });

  it('breaks off in the middle of the answer', async () => {
    const { api, sandbox } = createBench();
    sandbox.faults.failNext({ when: 'after', kind: 'truncated' });

    await expect(api('POST', `${PROJECT}/issues`, { title: 'a' })).rejects.toThrow('terminated');
    expect(sandbox.world.issues).toHaveLength(1);
  });

  it('answers late', async () => {
    const { api, sandbox } = createBench();
    sandbox.faults.failNext({ when: 'before', kind: 'slow', delayMs: 30 });
    const start = performance.now();

    expect((await api('GET', '/user')).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(25);
  });

  it('strikes the nth match only', async () => {
    const { api, sandbox } = createBench();
    sandbox.faults.failNext({
      method: 'GET',
      route: 'GET /user',
      nth: 2,
      when: 'before',
      kind: 'status',
      status: 500,
    });
    const statuses = [];
    for (const path of ['/user', '/version', '/user', '/user'])
      statuses.push((await api('GET', path)).status);

    expect(statuses).toEqual([200, 200, 500, 200]);
  });

  it('strikes the nth request, whatever it is', async () => {
    const { api, sandbox } = createBench();
    sandbox.faults.failAtRequest(2, { when: 'before', kind: 'status', status: 500 });

    expect([
      (await api('GET', '/user')).status,
      (await api('GET', '/version')).status,
      sandbox.faults.waiting(),
    ]).toEqual([200, 500, 0]);
  });

  it('forgets its faults', async () => {
    const { api, sandbox } = createBench();
    sandbox.faults.failNext({ when: 'before', kind: 'reset' });
    sandbox.faults.clear();

    expect((await api('GET', '/user')).status).toBe(200);
  });
});

describe('sandbox: limits', () => {
  it('are off at first', async () => {
    const bench = createBench();

    expect(await createIssues(bench, ...Array.from({ length: 250 }, (_, at) => String(at)))).toHaveLength(
      250,
    );
  });

  it('answers too many requests as Rack::Attack does, per user and minute', async () => {
    const bench = createBench();
    bench.sandbox.limits.apiPerMinute = 2;
    await bench.api('GET', '/user');
    await bench.api('GET', '/user');

    const reply = await bench.api('GET', '/user');

    expect(reply).toMatchObject({ status: 429, body: 'Retry later\n' });
    expect(Object.fromEntries([...reply.headers].filter(([name]) => /^ratelimit|retry/u.test(name)))).toEqual(
      {
        'ratelimit-name': 'throttle_authenticated_api',
        'ratelimit-limit': '2',
        'ratelimit-observed': '3',
        'ratelimit-remaining': '0',
        'ratelimit-reset': '1772442060',
        'ratelimit-resettime': 'Mon, 02 Mar 2026 09:01:00 GMT',
        'retry-after': '60',
      },
    );
    expect((await bench.as(bench.seed.mira.token)('GET', '/user')).status).toBe(200);
    bench.clock.now = new Date('2026-03-02T09:01:00Z');
    expect((await bench.api('GET', '/user')).status).toBe(200);
  });

  it('tells with every answer what is left, and nothing when there is no limit', async () => {
    const bench = createBench();
    const left = async (path: string): Promise<string | null> =>
      (await bench.api('GET', path)).headers.get('ratelimit-remaining');

    expect(await left('/user')).toBeNull();
    bench.sandbox.limits.apiPerMinute = 3;
    expect([await left('/user'), await left('/projects/999'), await left('/user')]).toEqual(['2', '1', '0']);
  });

  it.each([
    [true, '60'],
    [false, null],
  ])('limits creating issues and epics together (Retry-After: %s)', async (retryAfter, header) => {
    const { api, sandbox } = createBench();
    sandbox.limits.issueCreationPerMinute = 2;
    sandbox.limits.retryAfter = retryAfter;
    await api('POST', `${PROJECT}/issues`, { title: 'a' });
    await api('POST', `${GROUP}/epics`, { title: 'b' });

    const reply = await api('POST', `${PROJECT}/issues`, { title: 'c' });

    expect(reply).toMatchObject({
      status: 429,
      body: { message: { error: 'This endpoint has been requested too many times. Try again later.' } },
    });
    expect(reply.headers.get('retry-after')).toBe(header);
    expect(sandbox.world.issues).toHaveLength(1);
  });

  it('limits notes', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    bench.sandbox.limits.noteCreationPerMinute = 1;
    const write = async (): Promise<number> =>
      (await bench.api('POST', `${PROJECT}/issues/1/notes`, { body: 'x' })).status;

    expect([await write(), await write()]).toEqual([201, 429]);
    bench.sandbox.limits.reset();
    expect(await write()).toBe(201);
  });

  it('limits searching, and lists without a search not', async () => {
    const { api, sandbox } = createBench();
    sandbox.limits.searchPerMinute = 1;
    const list = async (query: string): Promise<number> =>
      (await api('GET', `${PROJECT}/issues?${query}`)).status;

    expect([await list('search=a'), await list('search=a'), await list('labels=a')]).toEqual([200, 429, 200]);
  });
});

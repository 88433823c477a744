import { describe, expect, it } from 'vitest';
import { createBench, createIssues, GROUP, PROJECT, toReply } from './client.ts';

describe('sandbox: who may do what', () => {
  it('reports its version to a signed-in user', async () => {
    const { api } = createBench();

    expect((await api('GET', '/version')).body.version).toMatch(/^\d+\.\d+\.\d+-ee$/u);
    expect((await api('GET', '/metadata')).body.enterprise).toBe(true);
    expect((await api('GET', '/user')).body).toMatchObject({ username: 'procession-bot', bot: true });
  });

  it.each([
    ['GET', '/version'],
    ['GET', '/user'],
    ['GET', '/issues'],
    ['POST', `${PROJECT}/issues`],
    ['PUT', `${GROUP}/epics/1`],
  ])('answers %s %s without a token with 401', async (method, path) => {
    const reply = await createBench().as('')(method, path, method === 'GET' ? undefined : {});

    expect(reply).toMatchObject({ status: 401, body: { message: '401 Unauthorized' } });
  });

  it('hides a private group from anonymous readers', async () => {
    const reply = await createBench().as('')('GET', `${GROUP}/epics`);

    expect(reply).toMatchObject({ status: 404, body: { message: '404 Group Not Found' } });
  });

  it('answers an unknown token with 401', async () => {
    expect(await createBench().as('glpat-wrong')('GET', '/user')).toMatchObject({
      status: 401,
      body: { message: '401 Unauthorized' },
    });
  });

  it('answers an expired token with 401 and says so', async () => {
    const bench = createBench();
    bench.sandbox.world.tokens.push({
      value: 'old',
      userId: bench.seed.mira.user.id,
      scopes: ['api'],
      expiresOn: '2026-03-02',
    });

    expect(await bench.as('old')('GET', '/user')).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
  });

  it('takes a bearer token', async () => {
    const { sandbox, seed } = createBench();
    const request = new Request('https://gitlab.test/api/v4/user', {
      headers: { Authorization: `Bearer ${seed.mira.token}` },
    });

    expect((await toReply(await sandbox.fetch(request))).body.username).toBe('mira');
  });

  it('lets a read_api token read and refuses its writes', async () => {
    const bench = createBench();
    bench.sandbox.world.tokens.push({
      value: 'reader',
      userId: bench.seed.mira.user.id,
      scopes: ['read_api'],
      expiresOn: null,
    });
    const api = bench.as('reader');

    expect((await api('GET', `${PROJECT}/issues`)).status).toBe(200);
    expect(await api('POST', `${PROJECT}/issues`, { title: 'x' })).toMatchObject({
      status: 403,
      body: { error: 'insufficient_scope' },
    });
  });

  it('lets a job token read issues and nothing else', async () => {
    const { sandbox, seed } = createBench();
    sandbox.world.tokens.push({
      value: 'job',
      userId: seed.mira.user.id,
      scopes: ['ci_job'],
      expiresOn: null,
    });
    const ask = async (method: string, path: string): Promise<number> => {
      const request = new Request(`https://gitlab.test/api/v4${path}`, {
        method,
        headers: { 'JOB-TOKEN': 'job' },
      });
      return (await sandbox.fetch(request)).status;
    };

    expect(await ask('GET', `${PROJECT}/issues`)).toBe(200);
    expect(await ask('POST', `${PROJECT}/issues?title=x`)).toBe(401);
    expect(await ask('GET', `${GROUP}/epics`)).toBe(401);
  });

  it.each([
    ['GET', GROUP, '404 Group Not Found'],
    ['GET', `${GROUP}/epics`, '404 Group Not Found'],
    ['GET', PROJECT, '404 Project Not Found'],
    ['GET', `${PROJECT}/issues`, '404 Project Not Found'],
    ['GET', '/groups/nowhere', '404 Group Not Found'],
  ])('hides %s %s from an outsider', async (method, path, message) => {
    const bench = createBench();

    expect(await bench.as(bench.seed.otto.token)(method, path)).toMatchObject({
      status: 404,
      body: { message },
    });
  });

  it('shows a public group to an outsider and refuses writing', async () => {
    const bench = createBench();
    Object.assign(bench.seed.group, { visibility: 'public' });
    const otto = bench.as(bench.seed.otto.token);

    expect((await otto('GET', `${PROJECT}/issues`)).status).toBe(200);
    expect((await otto('POST', `${PROJECT}/issues`, { title: 'x' })).status).toBe(403);
  });

  it('lets a guest create an issue with labels, but not set them later', async () => {
    const bench = createBench();
    await bench.api('POST', `${GROUP}/labels`, { name: 'known', color: '#112233' });
    const gus = bench.as(bench.seed.gus.token);

    const created = await gus('POST', `${PROJECT}/issues`, {
      title: 'from a guest',
      labels: 'known,unknown',
    });
    const updated = await gus('PUT', `${PROJECT}/issues/1`, { title: 'renamed', labels: '' });

    expect(created).toMatchObject({ status: 201, body: { labels: ['known'] } });
    expect(updated).toMatchObject({ status: 200, body: { title: 'renamed', labels: ['known'] } });
  });

  it("refuses a guest's change of somebody else's issue", async () => {
    const bench = createBench();
    await createIssues(bench, 'a');

    const reply = await bench.as(bench.seed.gus.token)('PUT', `${PROJECT}/issues/1`, {
      state_event: 'close',
    });

    expect(reply).toMatchObject({ status: 403, body: { message: '403 Forbidden' } });
    expect(bench.sandbox.world.issues[0]?.state).toBe('opened');
  });

  it('closes nothing and says nothing when the operation is asked by someone without the right', async () => {
    const bench = createBench();
    await createIssues(bench, 'a');
    const [issue] = bench.sandbox.world.issues;
    if (issue === undefined) throw new Error('no issue');

    bench.sandbox.operations.setState(bench.seed.gus.user, issue, 'closed');

    expect(issue.state).toBe('opened');
  });

  it('lets a planner create epics and a guest not', async () => {
    const bench = createBench();
    bench.seed.group.members.set(bench.seed.otto.user.id, 15);

    expect((await bench.as(bench.seed.otto.token)('POST', `${GROUP}/epics`, { title: 'x' })).status).toBe(
      201,
    );
    expect((await bench.as(bench.seed.gus.token)('POST', `${GROUP}/epics`, { title: 'x' })).status).toBe(403);
  });

  it.each([
    ['bot', 403],
    ['ada', 204],
  ] as const)('answers deleting an issue by %s with %i', async (who, status) => {
    const bench = createBench();
    await createIssues(bench, 'a');

    expect((await bench.as(bench.seed[who].token)('DELETE', `${PROJECT}/issues/1`)).status).toBe(status);
  });

  it('shows a confidential issue to planners, its author and its assignees only', async () => {
    const bench = createBench();
    await bench.api('POST', `${PROJECT}/issues`, {
      title: 'secret',
      confidential: true,
      assignee_ids: [bench.seed.gus.user.id],
    });
    const statusFor = async (who: 'casey' | 'gus'): Promise<number> =>
      (await bench.as(bench.seed[who].token)('GET', `${PROJECT}/issues/1`)).status;
    bench.seed.group.members.set(bench.seed.casey.user.id, 10);

    expect(await statusFor('casey')).toBe(404);
    expect(await statusFor('gus')).toBe(200);
    expect((await bench.as(bench.seed.casey.token)('GET', `${PROJECT}/issues`)).body).toEqual([]);
  });

  it('lists members with what they inherit', async () => {
    const bench = createBench();
    bench.seed.project.members.set(bench.seed.gus.user.id, 30);

    const all = await bench.api('GET', `${PROJECT}/members/all?per_page=100`);
    const direct = await bench.api('GET', `${PROJECT}/members`);

    expect(
      all.body.map((it: { username: string; access_level: number }) => [it.username, it.access_level]),
    ).toEqual([
      ['procession-bot', 40],
      ['mira', 40],
      ['eli', 30],
      ['noor', 30],
      ['ada', 50],
      ['casey', 20],
      ['gus', 30],
    ]);
    expect(direct.body).toHaveLength(1);
  });

  it('finds a user by exact name', async () => {
    const { api } = createBench();

    expect((await api('GET', '/users?username=MIRA')).body).toMatchObject([{ username: 'mira' }]);
    expect((await api('GET', '/users?username=mi')).body).toEqual([]);
  });

  it('answers an unknown path with 404 and writes it down', async () => {
    const { api, sandbox } = createBench();

    expect(await api('GET', '/nonsense')).toMatchObject({ status: 404, body: { error: '404 Not Found' } });
    expect(sandbox.ledger.byRoute()).toEqual({ 'GET *': 1 });
  });

  it('keeps its address below a relative URL root', async () => {
    const { api, sandbox } = createBench({ baseUrl: 'https://example.test/git/' });

    const reply = await api('POST', `${PROJECT}/issues`, { title: 'x' });

    expect(reply.body.web_url).toBe('https://example.test/git/services/engagements/-/issues/1');
    expect((await api('GET', `${PROJECT}/issues`)).headers.get('link')).toContain(
      '<https://example.test/git/api/v4/projects/services%2Fengagements/issues?',
    );
    expect((await sandbox.fetch(new Request('https://example.test/api/v4/version'))).status).toBe(404);
  });
});

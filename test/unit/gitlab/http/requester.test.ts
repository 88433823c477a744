import { inspect } from 'node:util';
import { Issues } from '@gitbeaker/rest';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AppError,
  GitLabConflictError,
  GitLabRateLimitedError,
  GitLabRefusedError,
  GitLabUnavailableError,
  UnexpectedResponseError,
} from '#domain/base/errors.ts';
import {
  createSend,
  type ObservedRequest,
  type RequesterOptions,
  requesterFn,
} from '#gitlab/http/requester.ts';
import { AnswerLostError } from '#gitlab/http/to-app-error.ts';
import { json, type RawServer, type Respond, startRawServer } from '#test/support/raw-server.ts';

const TOKEN = 'glpat-canary-4711';
const NOW = Date.parse('2026-03-02T09:00:00Z');
const servers: RawServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(respond: Respond) {
  const server = await startRawServer(respond);
  servers.push(server);
  return server;
}

function client(host: string, options: RequesterOptions = {}) {
  const slept: number[] = [];
  const observed: ObservedRequest[] = [];
  const send = createSend({
    sleep: async (ms) => void slept.push(ms),
    random: () => 0.5,
    now: () => NOW,
    onRequest: (request) => observed.push(request),
    ...options,
  });
  const settings = { token: TOKEN, requesterFn: requesterFn(send), queryTimeout: 0, rateLimits: {} };
  const issues = new Issues({ host, ...settings });
  return {
    slept,
    observed,
    get: () => issues.show(7, { projectId: 'services/engagements' }),
    list: () => issues.all({ projectId: 'services/engagements', page: 1, perPage: 2 }),
    put: (body: () => Promise<string>) =>
      send('projects/61/issues/7', { method: 'PUT', prefixUrl: `${host}/api/v4`, body }),
    post: () => issues.create('services/engagements', 'Kick-off', { epicId: 3, assigneeIds: [4] }),
  };
}

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => expect.fail('should have failed'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

describe('gitlab/requester', () => {
  it('makes a body that is a function right before every try, after the wait', async () => {
    const server = await serve((response, _seen, count) =>
      count === 1
        ? response.writeHead(429, { 'retry-after': '30' }).end('Retry later')
        : json(response, 200, { id: 7 }),
    );
    const { put, slept } = client(server.url);

    await put(async () => JSON.stringify({ waits: slept.length }));

    expect(server.seen.map(({ body }) => body)).toEqual(['{"waits":0}', '{"waits":1}']);
    expect(slept[0]).toBeGreaterThanOrEqual(30_000);
  });

  it('sends the token, a JSON body in snake case and the User-Agent', async () => {
    const server = await serve((response) => json(response, 201, { id: 1 }));

    await client(server.url, { userAgent: 'procession/1.0.0' }).post();

    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      url: '/api/v4/projects/services%2Fengagements/issues',
    });
    expect(server.seen[0]?.headers).toMatchObject({
      'private-token': TOKEN,
      'user-agent': 'procession/1.0.0',
      'content-type': 'application/json',
    });
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({
      title: 'Kick-off',
      epic_id: 3,
      assignee_ids: [4],
    });
  });

  it('works under a relative URL root', async () => {
    const server = await serve((response) => json(response, 200, { id: 1 }));

    await client(`${server.url}/gitlab`).get();

    expect(server.seen[0]?.url).toBe('/gitlab/api/v4/projects/services%2Fengagements/issues/7');
  });

  describe.each([500, 502, 503, 504])('on %i', (status) => {
    it('repeats a GET with growing random pauses, then says that GitLab is not available', async () => {
      const server = await serve((response) => json(response, status, { message: 'sorry' }));
      const { get, slept } = client(server.url);

      const error = await failure(get());

      expect(error).toBeInstanceOf(GitLabUnavailableError);
      expect(error.message).toContain(
        `GET /projects/services%2Fengagements/issues/7: GitLab answered ${status} (sorry)`,
      );
      expect(server.seen).toHaveLength(4);
      expect(slept).toEqual([250, 500, 1000]);
    });

    it('sends a POST once and says that its answer was lost', async () => {
      const server = await serve((response) => json(response, status, {}));

      const error = await failure(client(server.url).post());

      expect(error).toBeInstanceOf(AnswerLostError);
      expect(error.disposition).toBe('retry');
      expect(server.seen).toHaveLength(1);
    });
  });

  /** Long enough for a busy machine to see the request; only silence lasts as long. */
  const timeoutMs = 1_000;

  describe.each<[string, Respond]>([
    ['a reset connection', (response) => response.destroy()],
    [
      'truncated JSON',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"id": 1, "ti'),
    ],
    [
      'a body cut off',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '900' });
        response.write('{"id": 1,', () => response.destroy());
      },
    ],
    ['silence', () => {}],
  ])('on %s', (_name, broken) => {
    it('repeats a GET', async () => {
      const server = await serve((response, seen, count) =>
        count < 3 ? broken(response, seen, count) : json(response, 200, { id: 1 }),
      );

      const issue = await client(server.url, { timeoutMs }).get();

      expect(issue).toEqual({ id: 1 });
      expect(server.seen).toHaveLength(3);
    });

    it('sends a POST once and says that its answer was lost', async () => {
      const server = await serve(broken);

      const error = await failure(client(server.url, { timeoutMs }).post());

      expect(error).toBeInstanceOf(AnswerLostError);
      expect(server.seen).toHaveLength(1);
    });
  });

  it('repeats even a POST when the connection was never made', async () => {
    const server = await serve(() => {});
    await server.close();
    const { post, observed } = client(server.url);

    const error = await failure(post());

    expect(error).toBeInstanceOf(GitLabUnavailableError);
    expect(error).not.toBeInstanceOf(AnswerLostError);
    expect(error.message).toContain('ECONNREFUSED');
    expect(observed.map(({ status }) => status)).toEqual([null, null, null, null]);
  });

  it('repeats even a POST on 409 "Resource lock"', async () => {
    const server = await serve((response, _seen, count) =>
      count === 1
        ? json(response, 409, { message: '409 Conflict: Resource lock' })
        : json(response, 201, { id: 1 }),
    );

    expect(await client(server.url).post()).toEqual({ id: 1 });
    expect(server.seen).toHaveLength(2);
  });

  it('does not repeat on any other 409', async () => {
    const server = await serve((response) => json(response, 409, { message: 'Issue(s) already assigned' }));

    const error = await failure(client(server.url).post());

    expect(error).toBeInstanceOf(GitLabConflictError);
    expect(error.message).toContain('Issue(s) already assigned');
    expect(server.seen).toHaveLength(1);
  });

  describe('on 429', () => {
    const plain =
      (headers: Record<string, string>): Respond =>
      (response, _seen, count) =>
        count === 1
          ? response.writeHead(429, { 'content-type': 'text/plain', ...headers }).end('Retry later')
          : json(response, 201, { id: 1 });

    it.each<[string, Respond, number]>([
      ['Retry-After in seconds', plain({ 'retry-after': '7' }), 7],
      ['Retry-After as a date', plain({ 'retry-after': 'Mon, 02 Mar 2026 09:00:12 GMT' }), 12],
      ['RateLimit-Reset', plain({ 'ratelimit-reset': String(NOW / 1000 + 20) }), 20],
      [
        'Retry-After before RateLimit-Reset',
        plain({ 'retry-after': '3', 'ratelimit-reset': String(NOW / 1000 + 20) }),
        3,
      ],
      ['no header at all: a minute', plain({}), 60],
      [
        'JSON without a header: a minute',
        (response, _seen, count) =>
          count === 1
            ? json(response, 429, {
                message: { error: 'This endpoint has been requested too many times. Try again later.' },
              })
            : json(response, 201, { id: 1 }),
        60,
      ],
    ])('waits as told and repeats a POST: %s', async (_name, respond, seconds) => {
      const server = await serve(respond);
      const { post, slept } = client(server.url);

      expect(await post()).toEqual({ id: 1 });
      expect(slept).toEqual([seconds * 1000 + 250]);
    });

    it('gives up at once when told to wait longer than the ceiling', async () => {
      const server = await serve(plain({ 'retry-after': '61' }));
      const { get, slept } = client(server.url);

      const error = await failure(get());

      expect(error).toBeInstanceOf(GitLabRateLimitedError);
      expect((error as GitLabRateLimitedError).retryAfterSeconds).toBe(61);
      expect(slept).toEqual([]);
    });

    it('counts the waits of one call together', async () => {
      const server = await serve((response) =>
        response.writeHead(429, { 'retry-after': '25' }).end('Retry later'),
      );
      const { get, slept } = client(server.url);

      const error = await failure(get());

      expect(error).toBeInstanceOf(GitLabRateLimitedError);
      expect(slept).toHaveLength(2);
    });
  });

  it.each([
    [400, { message: { title: ["can't be blank"] } }, "GitLab answered 400 (title can't be blank). "],
    [400, { message: { base: ['No, for two reasons', 'and more'] } }, '(No, for two reasons, and more)'],
    [
      400,
      { message: { name: ['is short', 'is odd'], lists: { label: ['is gone'] } } },
      '(name is short, is odd; lists label is gone)',
    ],
    [400, { message: ['Labels is invalid'] }, '(Labels is invalid)'],
    [400, { error: 'title is missing' }, 'title is missing'],
    [401, { message: '401 Unauthorized' }, 'GITLAB_TOKEN'],
    [
      403,
      { error: 'insufficient_scope', error_description: 'The request requires higher privileges' },
      'higher privileges',
    ],
    [404, { message: '404 Project Not Found' }, 'cannot see it'],
    [404, { error: '404 Not Found' }, 'check GITLAB_URL'],
    [422, { message: 'EpicAssignmentError' }, 'EpicAssignmentError'],
  ])('explains %i %j', async (status, body, expected) => {
    const server = await serve((response) => json(response, status, body));

    const error = await failure(client(server.url).post());

    expect(error).toBeInstanceOf(GitLabRefusedError);
    expect((error as GitLabRefusedError).status).toBe(status);
    expect(error.message).toContain(
      `POST /projects/services%2Fengagements/issues: GitLab answered ${status}`,
    );
    expect(error.message).toContain(expected);
    expect(error.message).not.toContain('\n');
    expect(server.seen).toHaveLength(1);
  });

  it("leads to GITLAB_URL where something else than GitLab's API says 404", async () => {
    const page = await serve((response) =>
      response
        .writeHead(404, { 'content-type': 'text/html' })
        .end('<html>The page could not be found</html>'),
    );

    const error = await failure(client(page.url).get());

    expect(error).toMatchObject({ status: 404 });
    expect(error.message).toContain('an HTML page instead of JSON). ');
    expect(error.message).toContain('check GITLAB_URL');
    expect(error.message).not.toContain('gitlab.project');
  });

  it('refuses a page that is not JSON, and shortens what it quotes', async () => {
    const html = await serve((response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
    );
    const long = await serve((response) => json(response, 403, { message: `no\n${'x'.repeat(5000)}` }));

    expect(await failure(client(html.url).get())).toBeInstanceOf(UnexpectedResponseError);
    expect((await failure(client(long.url).get())).message.length).toBeLessThan(700);
  });

  describe('other origins', () => {
    it('does not follow a redirect there', async () => {
      const other = await serve((response) => json(response, 200, { id: 1 }));
      const server = await serve((response) =>
        response.writeHead(302, { location: `${other.url}/api/v4/x` }).end(),
      );

      const errors = [await failure(client(server.url).get()), await failure(client(server.url).post())];

      expect(errors.map(({ code }) => code)).toEqual(['gitlab_unexpected', 'gitlab_unexpected']);
      expect(errors[0]?.message).toContain('GITLAB_URL');
      expect(other.seen).toEqual([]);
    });

    it('follows a redirect of a GET on its own origin, as after a rename', async () => {
      const server = await serve((response, seen) =>
        seen.url.includes('/projects/9/')
          ? json(response, 200, { id: 1 })
          : response.writeHead(301, { location: '/api/v4/projects/9/issues/7' }).end(),
      );

      expect(await client(server.url).get()).toEqual({ id: 1 });
      expect((await failure(client(server.url).post())).code).toBe('gitlab_unexpected');
    });

    it('refuses a next page there', async () => {
      const other = await serve((response) => json(response, 200, []));
      const server = await serve((response) =>
        json(response, 200, [{ id: 1 }], {
          link: `<${other.url}/api/v4/projects/1/issues?page=2>; rel="next"`,
        }),
      );

      const error = await failure(client(server.url).list());

      expect(error).toBeInstanceOf(UnexpectedResponseError);
      expect(error.message).toContain(other.url);
      expect(other.seen).toEqual([]);
    });

    it('needs no Link where GitLab numbers the pages', async () => {
      const server = await serve((response) =>
        json(response, 200, [{ id: 1 }], {
          link: '<https://public.example/api/v4/x?page=2>; rel="next"',
          'x-next-page': '2',
        }),
      );

      expect(await client(server.url).list()).toEqual([{ id: 1 }]);
      expect(server.seen).toHaveLength(1);
    });
  });

  it('keeps at most eight requests in flight', async () => {
    let inFlight = 0;
    let most = 0;
    const held: (() => void)[] = [];
    const server = await serve(async (response) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      // Answered eight at a time; the last six have nobody to wait for.
      await new Promise<void>((resolve) => {
        held.push(resolve);
        if (held.length === 8) for (const release of held.splice(0)) release();
        setTimeout(resolve, 1_000);
      });
      inFlight -= 1;
      json(response, 200, { id: 1 });
    });
    const { get } = client(server.url);

    await Promise.all(Array.from({ length: 30 }, get));

    expect(server.seen).toHaveLength(30);
    expect(most).toBe(8);
  });

  it('reports every try with a route that names no single thing', async () => {
    const server = await serve((response, _seen, count) =>
      json(response, count === 1 ? 502 : 200, { id: 1 }),
    );
    const { get, observed } = client(server.url);

    await get();

    const every = {
      method: 'GET',
      route: '/projects/:id/issues/:n',
      ms: expect.any(Number),
      rateLimit: null,
    };
    expect(observed).toEqual([
      { ...every, status: 502 },
      { ...every, status: 200 },
    ]);
  });

  it('reports what GitLab still grants, with answers and with refusals', async () => {
    const server = await serve((response, _seen, count) => {
      response.setHeader('ratelimit-limit', '600');
      response.setHeader('ratelimit-remaining', count === 1 ? '0' : '599');
      if (count === 1) response.setHeader('retry-after', '1');
      json(response, count === 1 ? 429 : 200, { id: 1 });
    });
    const { get, observed } = client(server.url);

    await get();

    expect(observed.map(({ status, rateLimit }) => ({ status, rateLimit }))).toEqual([
      { status: 429, rateLimit: { remaining: 0, limit: 600 } },
      { status: 200, rateLimit: { remaining: 599, limit: 600 } },
    ]);
  });

  it.each([
    { 'ratelimit-remaining': '5' },
    { 'ratelimit-limit': '5' },
    { 'ratelimit-limit': '600', 'ratelimit-remaining': 'many' },
    { 'ratelimit-limit': '600', 'ratelimit-remaining': '-1' },
  ])('takes %j for no word about a limit', async (headers) => {
    const server = await serve((response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      json(response, 200, { id: 1 });
    });
    const { get, observed } = client(server.url);

    await get();

    expect(observed).toMatchObject([{ rateLimit: null }]);
  });

  it.each<[string, Respond]>([
    ['401', (response) => json(response, 401, { message: `bad token ${TOKEN}` })],
    ['403', (response) => json(response, 403, { message: 'Forbidden' })],
    ['409', (response) => json(response, 409, { message: 'Conflict' })],
    ['429', (response) => response.writeHead(429, { 'retry-after': '99' }).end('Retry later')],
    ['500', (response) => json(response, 500, { message: '500 Internal Server Error' })],
    ['a reset', (response) => response.destroy()],
    ['silence', () => {}],
    [
      'truncated JSON',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{'),
    ],
    [
      'a redirect',
      (response) => response.writeHead(302, { location: `https://evil.example/?t=${TOKEN}` }).end(),
    ],
  ])('never shows the token in an error: %s', async (_name, respond) => {
    const server = await serve(respond);
    const { get, post } = client(server.url, { timeoutMs: 50 });

    for (const error of [await failure(get()), await failure(post())]) {
      const shown = [
        JSON.stringify(error),
        inspect(error, { depth: null, showHidden: true }),
        error.stack,
        String(error.cause),
      ];
      expect(shown.join('\n')).not.toContain(TOKEN);
    }
  });
});

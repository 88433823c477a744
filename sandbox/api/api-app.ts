import type { Context } from 'hono';
import { Hono } from 'hono';
import type { Engine } from '#sandbox/engine.ts';
import type { Faults } from '#sandbox/faults.ts';
import { withFault } from '#sandbox/faults.ts';
import type { Ledger } from '#sandbox/ledger.ts';
import { TooManyRequests } from '#sandbox/limits.ts';
import type { Operations } from '#sandbox/operations.ts';
import { Refusal } from '#sandbox/operations.ts';
import type { User } from '#sandbox/world.ts';
import { authenticate, tokenOf } from './authenticate.ts';
import type { Answer, Call, Route } from './call.ts';
import type { Values } from './parameters.ts';
import { createParameters, readValues } from './parameters.ts';

export interface ApiDependencies {
  /** `/api/v4`, below the instance's own path. */
  readonly basePath: string;
  readonly engine: Engine;
  readonly operations: Operations;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly defaultPerPage: number;
  readonly maxPerPage: number;
}

/** Parameters GitLab takes on every route. */
const EVERYWHERE: readonly string[] = ['private_token', 'access_token', 'sudo'];

/** What is learned of a request on its way, for the ledger. */
interface Learned {
  user: User | null;
  unknownParameters: readonly string[];
}

/** GitLab's REST API below `/api/v4`, as far as routes are given. */
export function createApiApp(dependencies: ApiDependencies, routes: readonly Route[]): Hono {
  const app = new Hono().basePath(dependencies.basePath);
  for (const route of routes) {
    const handler = (context: Context): Promise<Response> => answerRoute(dependencies, route, context);
    app.on(route.method, route.path, handler);
    // GitLab serves its group routes for epics under `/-/` as well.
    if (route.path.startsWith('/groups/:id/epics'))
      app.on(route.method, route.path.replace('/epics', '/-/epics'), handler);
  }
  app.all('*', (context) => answerUnknown(dependencies, context));
  app.onError((error) => {
    throw error;
  });
  return app;
}

async function answerRoute(dependencies: ApiDependencies, route: Route, context: Context): Promise<Response> {
  const learned: Learned = { user: null, unknownParameters: [] };
  // The body is read ahead, so that nothing happens between deciding and writing.
  const values = await readOrRefuse(context.req.raw);
  const fault = dependencies.faults.take(route.method, route.path);
  let response: Response | null = null;
  try {
    response = await withFault(fault, async () =>
      dated(await serve(dependencies, { route, context, values, learned }), dependencies.engine.now()),
    );
    return response;
  } finally {
    record(dependencies, {
      route: `${route.method} ${route.path}`,
      context,
      learned,
      status: response?.status ?? 0,
    });
  }
}

async function readOrRefuse(request: Request): Promise<Values | Refusal> {
  try {
    return await readValues(request);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

interface Serving {
  readonly route: Route;
  readonly context: Context;
  readonly values: Values | Refusal;
  readonly learned: Learned;
}

async function serve(dependencies: ApiDependencies, serving: Serving): Promise<Response> {
  const { route, context, values, learned } = serving;
  const { engine } = dependencies;
  let limitHeaders: Readonly<Record<string, string>> = {};
  try {
    learned.user = authenticate(engine.world, context.req.raw, route, engine.now());
    const counted = engine.limits.countRequest(learned.user?.username ?? 'anonymous');
    if (counted.kind === 'refused') return counted.response;
    limitHeaders = counted.headers;
    if (values instanceof Refusal) throw values;
    const parameters = createParameters(values);
    const known = new Set([...route.parameters, ...EVERYWHERE]);
    learned.unknownParameters = parameters
      .names()
      .filter((name) => !known.has(name) && !known.has(name.replace(/\[.*$/u, '[*]')));
    const call: Call = {
      engine,
      operations: dependencies.operations,
      user: learned.user,
      token: tokenOf(engine.world, context.req.raw, route)?.value ?? null,
      parameters,
      url: absoluteUrl(engine.world.baseUrl, context),
      defaultPerPage: dependencies.defaultPerPage,
      maxPerPage: dependencies.maxPerPage,
      part: (name) => context.req.param(name) ?? '',
    };
    const answer = engine.hooks.within(context.req.header('x-gitlab-event-uuid') ?? null, () =>
      route.answer(call),
    );
    return toResponse(await answer, limitHeaders);
  } catch (error) {
    if (error instanceof Refusal) return toResponse(refused(error), limitHeaders);
    throw error;
  }
}

/** GitLab's web server dates every answer by its own clock. */
function dated(response: Response, now: Date): Response {
  response.headers.set('Date', now.toUTCString());
  return response;
}

function refused(refusal: Refusal): Answer {
  const headers = refusal instanceof TooManyRequests ? refusal.headers : {};
  return { status: refusal.status, body: refusal.body, headers };
}

/** Links in answers are under the instance's own address, whatever host the request came to. */
function absoluteUrl(baseUrl: string, context: Context): URL {
  const asked = new URL(context.req.url);
  return new URL(`${new URL(baseUrl).origin}${asked.pathname}${asked.search}`);
}

function toResponse(answer: Answer, limitHeaders: Readonly<Record<string, string>>): Response {
  const headers = { ...limitHeaders, ...answer.headers, 'X-Request-Id': crypto.randomUUID() };
  if (answer.body === undefined) return new Response(null, { status: answer.status, headers });
  return Response.json(answer.body, { status: answer.status, headers });
}

function record(
  { ledger, engine }: ApiDependencies,
  entry: {
    readonly route: string;
    readonly context: Context;
    readonly learned: Learned;
    readonly status: number;
  },
): void {
  const { req } = entry.context;
  const url = new URL(req.url);
  ledger.record({
    at: engine.now().toISOString(),
    method: req.method,
    route: entry.route,
    path: `${url.pathname}${url.search}`,
    status: entry.status,
    username: entry.learned.user?.username ?? null,
    kind: req.method === 'GET' || req.method === 'HEAD' ? 'read' : 'write',
    unknownParameters: entry.learned.unknownParameters,
  });
}

async function answerUnknown(dependencies: ApiDependencies, context: Context): Promise<Response> {
  const learned: Learned = { user: null, unknownParameters: [] };
  const fault = dependencies.faults.take(context.req.method, '*');
  const notFound = Response.json({ error: '404 Not Found' }, { status: 404 });
  let response: Response | null = null;
  try {
    response = await withFault(fault, () => Promise.resolve(notFound));
    return response;
  } finally {
    record(dependencies, {
      route: `${context.req.method} *`,
      context,
      learned,
      status: response?.status ?? 0,
    });
  }
}

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
import { tokenOf, userOf } from './authenticate.ts';
import type { Answer, Call, Route } from './call.ts';
import type { Values } from './parameters.ts';
import { createParameters, readValues } from './parameters.ts';

/** What answers stand on: handed to the app with every request. */
export interface ApiDependencies {
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

type ApiApp = Hono<{ Bindings: ApiDependencies }>;
type ApiContext = Context<{ Bindings: ApiDependencies }>;

/**
 * GitLab's REST API at a path, as far as routes are given. It belongs to no world, so that one app serves all: building its
 * router takes as long as twenty requests.
 *
 * @param basePath `/api/v4`, below the instance's own path
 */
export function createApiApp(basePath: string, routes: readonly Route[]): ApiApp {
  const app = new Hono<{ Bindings: ApiDependencies }>().basePath(basePath);
  for (const route of routes) {
    const handler = (context: ApiContext): Promise<Response> => answerRoute(context.env, route, context);
    app.on(route.method, route.path, handler);
    // GitLab serves its group routes for epics under `/-/` as well.
    if (route.path.startsWith('/groups/:id/epics'))
      app.on(route.method, route.path.replace('/epics', '/-/epics'), handler);
  }
  app.all('*', (context) => answerUnknown(context.env, context));
  app.onError((error) => {
    throw error;
  });
  return app;
}

async function answerRoute(
  dependencies: ApiDependencies,
  route: Route,
  context: ApiContext,
): Promise<Response> {
  const learned: Learned = { user: null, unknownParameters: [] };
  const asked = new URL(context.req.url);
  // The body is read ahead, so that nothing happens between deciding and writing.
  const values = await readOrRefuse(context.req.raw, asked);
  const fault = dependencies.faults.take(route.method, route.path);
  let response: Response | null = null;
  try {
    response = await withFault(fault, async () =>
      dated(await serve(dependencies, { route, context, asked, values, learned }), dependencies.engine.now()),
    );
    return response;
  } finally {
    record(dependencies, {
      route: `${route.method} ${route.path}`,
      method: context.req.method,
      asked,
      learned,
      status: response?.status ?? 0,
    });
  }
}

async function readOrRefuse(request: Request, asked: URL): Promise<Values | Refusal> {
  try {
    return await readValues(request, asked.searchParams);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

interface Serving {
  readonly route: Route;
  readonly context: ApiContext;
  /** Address of the request. */
  readonly asked: URL;
  readonly values: Values | Refusal;
  readonly learned: Learned;
}

async function serve(dependencies: ApiDependencies, serving: Serving): Promise<Response> {
  const { route, context, asked, values, learned } = serving;
  const { engine } = dependencies;
  let limitHeaders: Readonly<Record<string, string>> = {};
  try {
    const token = tokenOf(engine.world, context.req.raw, route);
    learned.user = userOf(engine.world, token, route, engine.now());
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
      token: token?.value ?? null,
      parameters,
      url: absoluteUrl(engine.world.baseUrl, asked),
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
function absoluteUrl(baseUrl: string, { pathname, search }: URL): URL {
  return new URL(`${pathname}${search}`, baseUrl);
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
    readonly method: string;
    readonly asked: URL;
    readonly learned: Learned;
    readonly status: number;
  },
): void {
  const { method, asked } = entry;
  ledger.record({
    at: engine.now().toISOString(),
    method,
    route: entry.route,
    path: `${asked.pathname}${asked.search}`,
    status: entry.status,
    username: entry.learned.user?.username ?? null,
    kind: method === 'GET' || method === 'HEAD' ? 'read' : 'write',
    unknownParameters: entry.learned.unknownParameters,
  });
}

async function answerUnknown(dependencies: ApiDependencies, context: ApiContext): Promise<Response> {
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
      method: context.req.method,
      asked: new URL(context.req.url),
      learned,
      status: response?.status ?? 0,
    });
  }
}

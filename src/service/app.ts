/** The routes of the service. Called by the server; does no request to GitLab and decides nothing about engagements. */
import type { IncomingMessage } from 'node:http';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Clock } from '#ports/clock.ts';
import type { Logger } from '#ports/logger.ts';
import { answer, type Reply, reply } from './answer.ts';
import { type HealthSource, readiness } from './health.ts';
import { type Incoming, incomingOf, incomingOfSocket, type ServiceEnv } from './incoming.ts';
import type { ServiceMetrics } from './metrics.ts';
import { observe } from './observe.ts';
import type { ReadBody } from './read-body.ts';
import { type Receiver, receive } from './receive.ts';
import { requestIdOf } from './request-id.ts';
import { SECRET_VARIABLES } from './require-secrets.ts';

/** Parts that the routes call. */
export interface ServiceDeps {
  /** `null`: there is no secret, so nobody is believed and the source is off. */
  readonly gitlab: Receiver | null;
  readonly crm: Receiver | null;
  readonly readBody: ReadBody;
  readonly metrics: ServiceMetrics;
  readonly health: HealthSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newRequestId: () => string;
  /** Pages for people, each at its own path. */
  readonly pages?: Hono;
}

const PATHS = { gitlab: '/webhooks/gitlab', crm: '/webhooks/crm' } as const;
const READING = ['/healthz', '/readyz', '/metrics'] as const;

/** What our paths allow. They have one handler each, which is the fastest: whatever it does not take ends up unmatched. */
const ALLOWED: ReadonlyMap<string, string> = new Map([
  ...Object.values(PATHS).map((path) => [path, 'POST'] as const),
  ...READING.map((path) => [path, 'GET, HEAD'] as const),
]);

/** Routes of the service, with the short way of deliveries beside. */
export type ServiceApp = Hono<ServiceEnv> & {
  /**
   * Answers a delivery from its socket; `null` for anything else, which goes through the routes. A `Request`, a
   * `Response` and the router for each delivery are 27 of the 400 µs that it costs.
   */
  readonly deliver: (message: IncomingMessage) => Promise<Reply> | null;
};

/** A slash at the end of a path means the same: people copy addresses with and without one. */
export function createApp(deps: ServiceDeps): ServiceApp {
  const app = new Hono<ServiceEnv>({ strict: false });
  for (const source of ['gitlab', 'crm'] as const) {
    const receiver = deps[source];
    if (receiver === null) app.all(PATHS[source], observed(deps, PATHS[source]), () => off(source));
    else
      app.post(PATHS[source], async (c) => {
        const { text, ...init } = await receiveOne(deps, receiver, incomingOf(c.req.raw, c.env));
        return new Response(text, init);
      });
  }
  app.get('/healthz', observed(deps, '/healthz'), () => answer(200, { status: 'ok' }));
  app.get('/readyz', observed(deps, '/readyz'), async () => {
    const { ready, problems, details } = await readiness(deps.health, deps.clock.now());
    return answer(ready ? 200 : 503, { ready, problems, ...details });
  });
  app.get('/metrics', observed(deps, '/metrics'), async () => {
    const { contentType, text } = await deps.metrics.expose();
    return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } });
  });
  if (deps.pages !== undefined) addPages(app, deps, deps.pages);
  app.notFound((c) => unmatched(deps, c));
  app.onError((error, c) => failed(deps, error, c));
  return Object.assign(app, { deliver: shortWay(deps) });
}

function shortWay(deps: ServiceDeps): ServiceApp['deliver'] {
  const receivers = new Map<string | undefined, Receiver | null>([
    [PATHS.gitlab, deps.gitlab],
    [PATHS.crm, deps.crm],
  ]);
  return (message) => {
    const receiver = message.method === 'POST' ? (receivers.get(message.url) ?? null) : null;
    return receiver === null ? null : deliverOne(deps, receiver, incomingOfSocket(message));
  };
}

async function deliverOne(deps: ServiceDeps, receiver: Receiver, incoming: Incoming): Promise<Reply> {
  try {
    return await receiveOne(deps, receiver, incoming);
  } catch (error) {
    const requestId = requestIdOf(incoming.header, deps.newRequestId);
    return deliveryFailed(deps, error, PATHS[receiver.source], requestId);
  }
}

function off(source: 'gitlab' | 'crm'): Response {
  const message = `This webhook is off: ${SECRET_VARIABLES[source]} is not set, so nobody could be believed.`;
  return answer(404, { error: 'source_off', message });
}

async function receiveOne(deps: ServiceDeps, receiver: Receiver, incoming: Incoming): Promise<Reply> {
  const startedAt = performance.now();
  const { source } = receiver;
  const requestId = requestIdOf(incoming.header, deps.newRequestId);
  const { outcome, bytes } = await receive(deps, receiver, incoming, requestId);
  const { status, result, body, headers, log } = outcome;
  deps.metrics.delivery(source, result);
  observe(deps, {
    message: 'delivery answered',
    route: PATHS[source],
    status,
    startedAt,
    requestId,
    data: { source, result, bytes, ...log },
  });
  return reply(status, { result, request_id: requestId, ...body }, headers);
}

/** No handler for this method and path: 405 where the path is ours, else 404. */
function unmatched(deps: ServiceDeps, c: Context<ServiceEnv>): Response {
  const startedAt = performance.now();
  // Without a slash at the end: the app is not strict about it.
  const { path } = c.req;
  const allow = ALLOWED.get(path);
  const status = allow === undefined ? 404 : 405;
  const route = allow === undefined ? 'other' : path;
  observe(deps, { message: 'request answered', route, status, startedAt, requestId: idOf(deps, c) });
  if (allow !== undefined)
    return answer(status, { error: 'method_not_allowed', message: `Use ${allow}.` }, { allow });
  const message = `There is nothing here. Webhooks go to ${PATHS.gitlab} and ${PATHS.crm}.`;
  return answer(status, { error: 'not_found', message });
}

/** A mistake of ours. */
function failed(deps: ServiceDeps, error: Error, c: Context<ServiceEnv>): Response {
  const requestId = idOf(deps, c);
  const route = routePath(c);
  // Others are observed on their way out.
  const { text, ...init } = Object.values<string>(PATHS).includes(route)
    ? deliveryFailed(deps, error, route, requestId)
    : internal(deps, error, requestId);
  return new Response(text, init);
}

function deliveryFailed(deps: ServiceDeps, error: unknown, route: string, requestId: string): Reply {
  const startedAt = performance.now();
  observe(deps, { message: 'delivery answered', route, status: 500, startedAt, requestId });
  return internal(deps, error, requestId);
}

/** Of the error the name only: a message may hold what was sent. */
function internal(deps: ServiceDeps, error: unknown, requestId: string): Reply {
  const errorName = error instanceof Error ? error.name : 'unknown';
  deps.logger.error('a request failed inside the service', { requestId, errorName });
  return reply(500, { error: 'internal', message: 'The service failed. Send it again.' });
}

function idOf(deps: ServiceDeps, c: Context<ServiceEnv>): string {
  return requestIdOf(incomingOf(c.req.raw, c.env).header, deps.newRequestId);
}

function observed(deps: ServiceDeps, route: string): MiddlewareHandler<ServiceEnv> {
  return async (c, next) => {
    const startedAt = performance.now();
    await next();
    observe(deps, {
      message: 'request answered',
      route,
      status: c.res.status,
      startedAt,
      requestId: idOf(deps, c),
    });
  };
}

/** For pages that say nothing else themselves. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

const safeHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(PAGE_HEADERS))
    if (!c.res.headers.has(name)) c.res.headers.set(name, value);
};

/** The paths are named one by one, so that webhooks do not pay for what pages need. */
function addPages(app: Hono<ServiceEnv>, deps: ServiceDeps, pages: Hono): void {
  const paths = new Set(pages.routes.map(({ path }) => path));
  // A pattern for everything is a middleware of theirs, not a page.
  for (const path of paths) if (!path.endsWith('*')) app.use(path, observed(deps, path), safeHeaders);
  app.route('/', pages);
}

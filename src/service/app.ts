/** The routes of the service. Called by the server; does no request to GitLab and decides nothing about engagements. */
import { Hono } from 'hono';
import type { Clock } from '#ports/clock.ts';
import type { Logger } from '#ports/logger.ts';
import { answer } from './answer.ts';
import { type HealthSource, readiness } from './health.ts';
import { incomingOf, type ServiceEnv } from './incoming.ts';
import type { ServiceMetrics } from './metrics.ts';
import type { ReadBody } from './read-body.ts';
import { type Receiver, receive } from './receive.ts';
import { requestIdOf } from './request-id.ts';

export interface ServiceDeps {
  readonly gitlab: Receiver;
  readonly crm: Receiver;
  readonly readBody: ReadBody;
  readonly metrics: ServiceMetrics;
  readonly health: HealthSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newRequestId: () => string;
}

const PATHS = { gitlab: '/webhooks/gitlab', crm: '/webhooks/crm' } as const;
const READING = ['/healthz', '/readyz', '/metrics'];

/** A slash at the end of a path means the same: people copy addresses with and without one. */
export function createApp(deps: ServiceDeps): Hono<ServiceEnv> {
  const app = new Hono<ServiceEnv>({ strict: false });
  for (const source of ['gitlab', 'crm'] as const)
    app.post(PATHS[source], async (c) => await receiveOne(deps, deps[source], c.req.raw, c.env));
  app.get('/healthz', () => answer(200, { status: 'ok' }));
  app.get('/readyz', async () => {
    const { ready, problems, details } = await readiness(deps.health, deps.clock.now());
    return answer(ready ? 200 : 503, { ready, problems, ...details });
  });
  app.get('/metrics', async () => {
    const { contentType, text } = await deps.metrics.expose();
    return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } });
  });
  for (const path of Object.values(PATHS)) app.all(path, () => wrongMethod('POST'));
  for (const path of READING) app.all(path, () => wrongMethod('GET, HEAD'));
  app.notFound(() =>
    answer(404, {
      error: 'not_found',
      message: `There is nothing here. Webhooks go to ${PATHS.gitlab} and ${PATHS.crm}.`,
    }),
  );
  app.onError((error) => {
    // Name only: a message may hold what was sent.
    deps.logger.error('a request failed inside the service', { errorName: error.name });
    return answer(500, { error: 'internal', message: 'The service failed. Send it again.' });
  });
  return app;
}

async function receiveOne(
  deps: ServiceDeps,
  receiver: Receiver,
  request: Request,
  bindings: ServiceEnv['Bindings'] | undefined,
): Promise<Response> {
  const started = performance.now();
  const incoming = incomingOf(request, bindings);
  const requestId = requestIdOf(incoming.header, deps.newRequestId);
  const { outcome, bytes } = await receive(deps, receiver, incoming, requestId);
  const ms = performance.now() - started;
  deps.metrics.delivery(receiver.source, outcome.result);
  deps.metrics.httpRequest(PATHS[receiver.source], outcome.status, ms / 1000);
  deps.logger.info('delivery answered', {
    requestId,
    source: receiver.source,
    result: outcome.result,
    status: outcome.status,
    ms: Math.round(ms * 10) / 10,
    bytes,
    ...outcome.log,
  });
  return answer(
    outcome.status,
    { result: outcome.result, request_id: requestId, ...outcome.body },
    outcome.headers,
  );
}

function wrongMethod(allow: string): Response {
  return answer(405, { error: 'method_not_allowed', message: `Use ${allow}.` }, { allow });
}

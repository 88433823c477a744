/** One line of log and one observation for every request. Never a body, a header, a secret or a path of a stranger. */
import type { Logger } from '#ports/logger.ts';
import type { ServiceMetrics } from './metrics.ts';

/** Log and metrics that hear of every answer. */
export interface ObserveDeps {
  readonly logger: Logger;
  readonly metrics: ServiceMetrics;
}

/** A request that has been answered. */
export interface Answered {
  /** Pattern of the path; `other` for a path that is none of ours. */
  readonly route: string;
  readonly status: number;
  /** Beginning of the request, by `performance.now()`. */
  readonly startedAt: number;
  readonly requestId: string;
  /** Fixed text, so that alerts can group by it. */
  readonly message: 'delivery answered' | 'request answered';
  /** Further data for the log. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
}

/** Machines ask these every few seconds: they are logged only when something is wrong, or for who wants every detail. */
const PROBED: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** Writes one line of log and one observation for an answered request. */
export function observe(deps: ObserveDeps, answered: Answered): void {
  const { message, route, status, startedAt, requestId, data } = answered;
  const elapsedMs = performance.now() - startedAt;
  deps.metrics.httpRequest(route, status, elapsedMs / 1000);
  const { logger } = deps;
  const line = { requestId, route, status, ms: Math.round(elapsedMs * 10) / 10, ...data };
  if (status >= 500) logger.error(message, line);
  else if (status >= 400) logger.warn(message, line);
  else if (PROBED.has(route)) logger.debug(message, line);
  else logger.info(message, line);
}

/** Headers that keep hostile text harmless, and the refusal of forms that come from other sites. */
import type { MiddlewareHandler } from 'hono';
import { SCRIPT_SOURCE } from './layout.ts';

const POLICY = [
  "default-src 'none'",
  `script-src ${SCRIPT_SOURCE}`,
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sets the headers of every page. `same-origin` referrers, because browsers send `Origin: null` with `no-referrer`. */
export const protect: MiddlewareHandler = async (context, next) => {
  await next();
  context.header('Content-Security-Policy', POLICY);
  context.header('X-Content-Type-Options', 'nosniff');
  context.header('Referrer-Policy', 'same-origin');
};

/**
 * Whether a POST comes from our own pages. Browsers name the origin of every cross-site POST;
 * programs that name none carry nobody's cookie.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return false;
  const origin = request.headers.get('origin');
  if (origin === null) return true;
  const host = request.headers.get('host') ?? new URL(request.url).host;
  return URL.canParse(origin) && new URL(origin).host === host;
}

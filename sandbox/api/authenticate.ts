import { Refusal } from '#sandbox/operations.ts';
import type { Token, User, World } from '#sandbox/world.ts';
import type { Route } from './call.ts';

/** Scope of a CI job's token, which comes in its own header. */
const JOB_SCOPE = 'ci_job';

/**
 * Finds the user whose token it is; `null` for an anonymous request.
 *
 * @throws {Refusal} 401 for an expired token, 403 for one whose scope does not suffice.
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/api/api_guard.rb
 */
export function userOf(world: World, token: Token | null, route: Route, now: Date): User | null {
  if (token === null) {
    if (route.method !== 'GET' || route.signedIn === true) throw unauthorized();
    return null;
  }
  if (token.revoked === true)
    throw new Refusal(401, {
      error: 'invalid_token',
      error_description: 'Token was revoked. You have to re-authorize from the user.',
    });
  if (token.expiresOn !== null && token.expiresOn <= now.toISOString().slice(0, 10)) {
    throw new Refusal(401, {
      error: 'invalid_token',
      error_description: 'Token is expired. You can either do re-authorization or token refresh.',
    });
  }
  const user = world.users.find((it) => it.id === token.userId);
  if (user === undefined) throw unauthorized();
  if (user.state === 'blocked')
    throw new Refusal(403, { message: '403 Forbidden - Your account has been blocked.' });
  requireScope(token, route);
  return user;
}

function unauthorized(): Refusal {
  return new Refusal(401, { message: '401 Unauthorized' });
}

/**
 * Finds the token of a request: `PRIVATE-TOKEN`, `Authorization: Bearer`, the `private_token` parameter, or a job's token on
 * the few reads that take one. `null` without one.
 *
 * @throws {Refusal} 401 for an unknown or misplaced token.
 */
export function tokenOf(world: World, request: Request, route: Route): Token | null {
  const jobToken = request.headers.get('job-token');
  if (jobToken !== null) {
    const token = world.tokens.find((it) => it.value === jobToken && it.scopes.includes(JOB_SCOPE));
    if (token === undefined || route.jobToken !== true) throw unauthorized();
    return token;
  }
  const bearer = /^Bearer\s+(?<value>\S+)$/iu.exec(request.headers.get('authorization') ?? '')?.groups?.[
    'value'
  ];
  const value = request.headers.get('private-token') ?? bearer ?? parameterOf(request);
  if (value === null) return null;
  const token = world.tokens.find((it) => it.value === value && !it.scopes.includes(JOB_SCOPE));
  if (token === undefined) throw unauthorized();
  return token;
}

function parameterOf(request: Request): string | null {
  const query = new URL(request.url).searchParams;
  return query.get('private_token') ?? query.get('access_token');
}

function requireScope(token: Token, route: Route): void {
  const { scopes } = token;
  if (route.scopes === 'any' || route.scopes?.some((scope) => scopes.includes(scope)) === true) return;
  if (scopes.includes('api') || scopes.includes(JOB_SCOPE)) return;
  if (route.method === 'GET' && scopes.includes('read_api')) return;
  if (route.path === '/user' && scopes.includes('read_user')) return;
  const scope = route.method === 'GET' ? 'api read_api' : 'api';
  throw new Refusal(403, {
    error: 'insufficient_scope',
    error_description: 'The request requires higher privileges than provided by the access token.',
    scope,
  });
}

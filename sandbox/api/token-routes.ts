import { randomUUID } from 'node:crypto';
import type { Engine } from '#sandbox/engine.ts';
import { Refusal } from '#sandbox/operations.ts';
import { isDate } from '#sandbox/spans.ts';
import type { Token, World } from '#sandbox/world.ts';
import type { Answer, Call, Route } from './call.ts';
import { actorOf, ok } from './call.ts';

const DAY_MS = 86_400_000;
const YEAR_DAYS = 365;
const WEEK_DAYS = 7;

/**
 * What a token may know about itself, and how it renews itself. A group's or project's access token is a personal
 * access token of its bot user.
 *
 * @see https://docs.gitlab.com/api/personal_access_tokens/
 */
export const TOKEN_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/personal_access_tokens/self',
    parameters: [],
    scopes: 'any',
    signedIn: true,
    answer: (call) => ok(showToken(call.engine, usedToken(call))),
  },
  rotation('/personal_access_tokens'),
  rotation('/groups/:id/access_tokens'),
  rotation('/projects/:id/access_tokens'),
];

function rotation(path: string): Route {
  const parameters = ['expires_at'];
  return { method: 'POST', path: `${path}/self/rotate`, parameters, scopes: ['self_rotate'], answer: rotate };
}

function usedToken({ engine, token }: Call): Token {
  if (token === null) throw new Refusal(401, { message: '401 Unauthorized' });
  return engine.world.tokens.find((it) => it.value === token) as Token;
}

/** The old token ends at once; the new one lasts a week unless asked otherwise, a year at most. */
function rotate(call: Call): Answer {
  const { engine, parameters } = call;
  const old = usedToken(call);
  const asked = parameters.text('expires_at');
  const latest = dateAfter(engine, YEAR_DAYS);
  if (asked !== undefined && (!isDate(asked) || asked > latest))
    throw new Refusal(400, { message: `400 Bad request - Expiration date must be before ${latest}` });
  const fresh: Token = {
    value: `glpat-sandbox-${randomUUID()}`,
    userId: actorOf(call).id,
    scopes: old.scopes,
    expiresOn: asked ?? dateAfter(engine, WEEK_DAYS),
  };
  old.revoked = true;
  engine.world.tokens.push(fresh);
  return ok({ ...showToken(engine, fresh), token: fresh.value });
}

function dateAfter({ now }: Engine, days: number): string {
  return new Date(now().getTime() + days * DAY_MS).toISOString().slice(0, 10);
}

function showToken({ world, now }: Engine, token: Token): object {
  return {
    id: idOf(world, token),
    name: `token ${idOf(world, token)}`,
    revoked: token.revoked ?? false,
    created_at: '2026-01-01T00:00:00.000Z',
    description: null,
    scopes: token.scopes,
    user_id: token.userId,
    last_used_at: now().toISOString(),
    active: token.revoked !== true,
    expires_at: token.expiresOn,
  };
}

function idOf(world: World, token: Token): number {
  return 7001 + world.tokens.indexOf(token);
}

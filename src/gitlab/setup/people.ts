/** The token, the user behind it, and the people of the settings. */
import { z } from 'zod';
import { isSameUser } from '#domain/base/username.ts';
import type { HookScope } from '#domain/setup/actual-hook.ts';
import type { ActualToken, RolePerson, TokenUser } from '#domain/setup/installation.ts';
import { Member } from '#gitlab/engagement/schema.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { orNull } from '#gitlab/http/look-before-repeat.ts';
import { Account, OwnToken, UserOfToken } from './schema.ts';
import type { SetupSession } from './session.ts';

/** User behind the token. An administrator may do everything without being a member. */
export interface Own {
  readonly user: TokenUser;
  readonly isAdmin: boolean;
}

/** Above every role. */
const ADMINISTRATOR = 60;

/** Reads the user behind the token. */
export async function readOwnUser({ users }: SetupSession): Promise<Own> {
  return parseAnswer(UserOfToken, await users.showCurrentUser(), 'GET /user');
}

/** Reads the token itself. */
export async function readToken({ tokens }: SetupSession): Promise<ActualToken> {
  const answer = await tokens.show({ tokenId: 'self' });
  return parseAnswer(OwnToken, answer, 'GET /personal_access_tokens/self');
}

/** Reads the access level of the token's user. */
export async function readOwnLevel(session: SetupSession, scope: HookScope, own: Own): Promise<number> {
  return own.isAdmin ? ADMINISTRATOR : await readLevel(session, scope, own.user.id);
}

/** Finds somebody of the settings by username. */
export async function readPerson(session: SetupSession, username: string): Promise<RolePerson> {
  const found = parseAnswer(z.array(Account), await session.users.all({ username }), 'GET /users');
  const account = found.find((user) => isSameUser(user.username, username));
  if (account === undefined) return { username, account: null };
  const level = await readLevel(session, 'project', account.id);
  return { username, account: { id: account.id, state: account.state, isMember: level > 0, level } };
}

/** Reads an access level; 0 for somebody who is no member. Inherited memberships count. */
export async function readLevel(
  { base, members }: SetupSession,
  scope: HookScope,
  userId: number,
): Promise<number> {
  const answer = await orNull(members[scope].show(base[scope], userId, { includeInherited: true }));
  const what = `GET /${scope}s/${base[scope]}/members/all/${userId}`;
  return answer === null ? 0 : parseAnswer(Member, answer, what).access_level;
}

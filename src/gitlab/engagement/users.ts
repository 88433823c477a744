/** People in GitLab, and what they may. */

import { z } from 'zod';
import { isSameUser, userKey } from '#domain/base/username.ts';
import type { ActualUser } from '#domain/engagement/state.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import type { Connection } from '#gitlab/http/connection.ts';
import { orNull } from '#gitlab/http/look-before-repeat.ts';
import { Member, User } from './schema.ts';
import { keep, type Session } from './session.ts';

/** Reads the access level of a user in the project, inherited ones included; `null` for somebody who is no member. */
export async function readAccessLevel({ connection }: Session, userId: number): Promise<number | null> {
  const { project, members } = connection;
  const what = `GET /projects/${project}/members/all/${userId}`;
  const member = await orNull(members.show(project, userId, { includeInherited: true }));
  return member === null ? null : parseAnswer(Member, member, what).access_level;
}

/** Finds a user. A user who was found is asked for once; a username that nobody has may be taken later. */
export async function findUser(session: Session, username: string): Promise<ActualUser | null> {
  const { users, connection } = session;
  const key = userKey(username);
  const kept = users.get(key) ?? keep(() => search(connection, username));
  users.set(key, kept);
  const user = await kept.get();
  if (user === null) users.delete(key);
  return user;
}

async function search(connection: Connection, username: string): Promise<ActualUser | null> {
  const found = parseAnswer(z.array(User), await connection.users.all({ username }), 'GET /users');
  return found.find((user) => isSameUser(user.username, username)) ?? null;
}

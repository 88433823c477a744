/** People in GitLab, and what they may. */

import { isSameUser, userKey } from '#domain/base/username.ts';
import type { ActualUser } from '#domain/engagement/state.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import { type Connection, readList } from '#gitlab/http/connection.ts';
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

/**
 * Finds a member of the project, inherited ones included. A member who was found is asked for once; whoever is none may
 * become one later.
 */
export async function findMember(session: Session, username: string): Promise<ActualUser | null> {
  const { members, connection } = session;
  const key = userKey(username);
  const kept = members.get(key) ?? keep(() => search(connection, username));
  members.set(key, kept);
  const user = await kept.get();
  if (user === null) members.delete(key);
  return user;
}

/** GitLab finds whose name, username or address holds the text: only the username that is equal counts. */
async function search(connection: Connection, username: string): Promise<ActualUser | null> {
  const { project, members } = connection;
  const found = await readList<ActualUser>(connection, {
    what: `GET /projects/${project}/members/all`,
    item: User,
    fetchPage: (page) => members.all(project, { includeInherited: true, query: username, ...page }),
  });
  return found.find((user) => isSameUser(user.username, username)) ?? null;
}

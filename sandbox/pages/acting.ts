/** Who the visitor acts as: a cookie names the user; there is no password, because nothing here is real. */

import { groupAccess } from '#sandbox/reading.ts';
import type { User, World } from '#sandbox/world.ts';

export const ACTOR_COOKIE = 'sandbox_user';

/** The user of the cookie; without one the first person who maintains a group, because they may do most. */
export function actingUser(
  world: World,
  username: string | undefined,
  user: (username: string) => User,
): User | null {
  const active = world.users.filter((it) => it.state === 'active');
  if (username !== undefined && active.some((it) => it.username === username)) return user(username);
  const people = active.filter((it) => !it.bot);
  const maintains = (it: User): boolean => world.groups.some((group) => groupAccess(it, group) >= 40);
  return people.find(maintains) ?? people[0] ?? active[0] ?? null;
}

/** A path of this site to return to; anything that could lead elsewhere becomes `fallback`. */
export function safeReturn(path: string, fallback: string): string {
  return /^\/(?![/\\])[^\\\s]*$/u.test(path) ? path : fallback;
}

/**
 * Usernames as GitLab compares them: whatever the case. GitLab finds `Manager1` as `manager1` and lets nobody take the
 * one while the other is there, so a name in settings, a SOW or a comment may be written either way.
 *
 * @see https://gitlab.com/gitlab-org/gitlab-foss/-/issues/38304
 */

/** Says whether two names are one user. Nobody is the same as nobody else. @example isSameUser('Mira', 'mira') // true */
export function isSameUser(one: string | null | undefined, other: string | null | undefined): boolean {
  return one != null && other != null && userKey(one) === userKey(other);
}

/** Says whether a user is among those named. */
export function isAmong(username: string, usernames: Iterable<string>): boolean {
  return [...usernames].some((name) => isSameUser(name, username));
}

/** Each user once, as named first. @example distinctUsers(['Mira', 'eli', 'mira']) // ['Mira', 'eli'] */
export function distinctUsers(usernames: Iterable<string>): readonly string[] {
  const byKey = new Map<string, string>();
  for (const name of usernames) if (!byKey.has(userKey(name))) byKey.set(userKey(name), name);
  return [...byKey.values()];
}

/**
 * Text that is the same for every way of writing a username, for maps and caches.
 *
 * @example userKey('Mira') // 'mira'
 */
export function userKey(username: string): string {
  return username.toLowerCase();
}

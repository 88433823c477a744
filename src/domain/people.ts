import type { Settings } from './settings.ts';
import type { Person, Sow } from './sow.ts';

/** Somebody who has a role in an engagement. Any part may be unknown. */
export interface RoleHolder {
  readonly name: string | null;
  readonly username: string | null;
  readonly email: string | null;
}

const NOBODY: RoleHolder = { name: null, username: null, email: null };

/**
 * Who has a role: the person the SOW names (`contacts.ours.<role>`, dashes as underscores), else the first
 * user of the role in `procession.yml`. A role nobody has is not an error: its issues stay unassigned.
 */
export function roleHolder(role: string, sow: Sow, settings: Pick<Settings, 'roles'>): RoleHolder {
  const ours: Readonly<Record<string, Person | undefined>> = sow.contacts.ours ?? {};
  const named = ours[role.replaceAll('-', '_')];
  const fallback = settings.roles[role]?.[0] ?? null;
  if (named === undefined)
    return fallback === null ? NOBODY : { name: fallback, username: fallback, email: null };
  return { name: named.name, username: named.username ?? null, email: named.email ?? null };
}

/** Every role of a process or of `procession.yml` with its holder. */
export function roleHolders(
  roles: Iterable<string>,
  sow: Sow,
  settings: Pick<Settings, 'roles'>,
): Readonly<Record<string, RoleHolder>> {
  const all = new Set([
    ...roles,
    'manager',
    'engineer',
    ...Object.keys(settings.roles),
    ...Object.keys(sow.contacts.ours ?? {}),
  ]);
  return Object.fromEntries([...all].map((role) => [role, roleHolder(role, sow, settings)]));
}

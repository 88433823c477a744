import type { Settings } from '#domain/base/settings.ts';
import { distinctUsers, isAmong, isSameUser, userKey } from '#domain/base/username.ts';
import type { Person } from '#domain/sow/sow.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { Appointment } from './rulings.ts';

/** Somebody who has a role in an engagement. Any part may be unknown. */
export interface PersonInRole {
  readonly name: string | null;
  readonly username: string | null;
  readonly email: string | null;
  /** Named by the SOW or appointed, not only the first of the role in `procession.yml`. */
  readonly chosen: boolean;
}

/** Where every chain ends: the role that finds somebody for work nobody has. */
export const MANAGER = 'manager';
const NOBODY: PersonInRole = { name: null, username: null, email: null, chosen: false };

/** Who has an issue. */
interface WithSomebody {
  readonly assignees: readonly { readonly username: string }[];
  /** User who got the issue in the place of a role that nobody had. */
  readonly fellTo: string | null;
}

/** Sources in which roles are looked up: the SOW, and who was appointed since. */
export interface RoleSources {
  readonly sow: Subject;
  readonly rulings?: { readonly appointments: readonly Appointment[] };
  /**
   * Members of the project among those whom roles name, see {@link userKey}: whoever is none is passed over. Absent:
   * nobody was asked, and every name counts.
   */
  readonly members?: ReadonlySet<string>;
}

/**
 * Finds who has a role, the first that is known of and a member of the project: who was appointed last (`/ps assign`, or
 * a step that appoints), the person the SOW names (`contacts.ours.<role>`, dashes as underscores), the first user of the
 * role in `procession.yml`. A role nobody has is not an error: its issues stay unassigned, and the manager is told.
 */
export function personInRole(
  role: string,
  sources: RoleSources,
  settings: Pick<Settings, 'roles'>,
): PersonInRole {
  const named = peopleNamed(role, sources, settings);
  const found = named.find(({ username }) => username === null || isMember(username, sources));
  if (found !== undefined) return found;
  // The name stands; nobody can be assigned or mentioned.
  return named[0] === undefined ? NOBODY : { ...named[0], username: null };
}

/** Usernames that were named for a role before whoever has it now, and are no members of the project. */
export function strangersInRole(
  role: string,
  sources: RoleSources,
  settings: Pick<Settings, 'roles'>,
): readonly string[] {
  const names = peopleNamed(role, sources, settings).map(({ username }) => username);
  const found = names.findIndex((username) => username === null || isMember(username, sources));
  const before = found < 0 ? names : names.slice(0, found);
  return distinctUsers(before.filter((username) => username !== null));
}

/** Everybody who is named for a role, the first choice first. */
export function peopleNamed(
  role: string,
  { sow, rulings }: RoleSources,
  settings: Pick<Settings, 'roles'>,
): readonly PersonInRole[] {
  const appointed = rulings?.appointments.findLast((appointment) => appointment.role === role);
  const inSow = namedBySow(role, sow);
  const same = isSameUser(inSow?.username, appointed?.username) ? inSow : undefined;
  const fallback = settings.roles[role]?.[0];
  return [
    ...(appointed === undefined
      ? []
      : [
          {
            name: same?.name ?? appointed.username,
            username: appointed.username,
            email: same?.email ?? null,
            chosen: true,
          },
        ]),
    ...(inSow === undefined
      ? []
      : [{ name: inSow.name, username: inSow.username ?? null, email: inSow.email ?? null, chosen: true }]),
    ...(fallback === undefined ? [] : [{ name: fallback, username: fallback, email: null, chosen: false }]),
  ];
}

function isMember(username: string, { members }: RoleSources): boolean {
  return members === undefined || members.has(userKey(username));
}

/**
 * Username of whom an issue goes to: who has the role, else the manager, who then finds somebody; `null` when nobody
 * is known at all.
 */
export function assigneeFor(
  role: string,
  sources: RoleSources,
  settings: Pick<Settings, 'roles'>,
): string | null {
  return personInRole(role, sources, settings).username ?? personInRole(MANAGER, sources, settings).username;
}

/** Whether an issue is with somebody, and with nobody else. */
export function isOnly(username: string, assignees: readonly { readonly username: string }[]): boolean {
  return assignees.length === 1 && isSameUser(assignees[0]?.username, username);
}

/**
 * Whether an issue is with whom its role has brought it to, by the SOW, the settings, or an earlier appointment, or with
 * whom it fell to because nobody had the role: so it goes with the role. Whom people have chosen stays.
 */
export function isAssignedByRole(
  { assignees, fellTo }: WithSomebody,
  role: string,
  sources: RoleSources & { readonly rulings: { readonly appointments: readonly Appointment[] } },
  settings: Pick<Settings, 'roles'>,
): boolean {
  const [only] = assignees;
  if (only === undefined || assignees.length > 1) return false;
  if (fellTo !== null && isOnly(fellTo, assignees)) return true;
  const { sow, rulings } = sources;
  const usual = assigneeFor(role, { sow }, settings);
  const appointed = rulings.appointments.filter((one) => one.role === role).map(({ username }) => username);
  const listed = settings.roles[role]?.slice(0, 1) ?? [];
  return isAmong(only.username, [...(usual === null ? [] : [usual]), ...appointed, ...listed]);
}

function namedBySow(role: string, sow: Subject): Person | undefined {
  const ours: Readonly<Record<string, Person | undefined>> = sow.contacts?.ours ?? {};
  return ours[role.replaceAll('-', '_')];
}

/** People in every role of a process, of the SOW or of `procession.yml`. */
export function peopleInRoles(
  roles: Iterable<string>,
  sources: RoleSources,
  settings: Pick<Settings, 'roles'>,
): Readonly<Record<string, PersonInRole>> {
  const all = new Set([
    ...roles,
    'manager',
    'engineer',
    ...Object.keys(settings.roles),
    ...Object.keys(sources.sow.contacts?.ours ?? {}),
  ]);
  return Object.fromEntries([...all].map((role) => [role, personInRole(role, sources, settings)]));
}

/** Usernames of everybody who may speak for a role, whoever has it first. */
export function holdersOf(
  role: string,
  sources: RoleSources,
  settings: Pick<Settings, 'roles'>,
): readonly string[] {
  const { username } = personInRole(role, sources, settings);
  return distinctUsers([...(username === null ? [] : [username]), ...(settings.roles[role] ?? [])]);
}

/** Roles that somebody may speak for: listed in `procession.yml`, named by the SOW, or appointed last. */
export function rolesOf(
  username: string,
  sources: RoleSources,
  settings: Pick<Settings, 'roles'>,
): ReadonlySet<string> {
  const listed = Object.entries(settings.roles)
    .filter(([, usernames]) => isAmong(username, usernames))
    .map(([role]) => role);
  const candidates = [
    ...Object.keys(sources.sow.contacts?.ours ?? {}).map((role) => role.replaceAll('_', '-')),
    ...(sources.rulings?.appointments.map(({ role }) => role) ?? []),
  ];
  const holds = candidates.filter((role) =>
    isSameUser(personInRole(role, sources, settings).username, username),
  );
  return new Set([...listed, ...holds]);
}

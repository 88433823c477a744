/** Rules about the token, GitLab itself, the clock, the group and the project: what must hold before anything can be set up. */
import { addCalendarDays, daysBetween } from '#domain/base/calendar.ts';
import { isAtLeast, neededRole, OLDEST_GITLAB, ROLE_NAMES } from '#domain/base/gitlab-version.ts';
import type { Details } from '#domain/base/sentence.ts';
import type { HookScope } from '#domain/setup/actual-hook.ts';
import type { ActualGroup, Installation, Read } from '#domain/setup/installation.ts';
import { inShort, pageOf, type Rule } from './diagnosis.ts';

const WARN_DAYS = 14;
/** Signatures of webhooks hold for 300 s: half of it is used up by then. */
const CLOCK_WARNING_SECONDS = 60;
const CLOCK_ERROR_SECONDS = 300;
const LONGEST_TOKEN_DAYS = 364;

const SCOPES: readonly HookScope[] = ['group', 'project'];

const NEW_TOKEN =
  'Make a new group access token (scope api) under Settings > Access tokens of the group, and put it into GITLAB_TOKEN.';
const CLOCK_APART = `The clock of this machine is {seconds} s {which} GitLab's; webhooks are refused as too old or too new from ${CLOCK_ERROR_SECONDS} s on.`;
const SET_CLOCK = 'Synchronise the clock: timedatectl set-ntp true.';

/** Rules about the way into GitLab. `setup` asks them before it changes anything. */
export const ACCESS_RULES: readonly Rule<Installation>[] = [
  {
    id: 'gitlab-too-old',
    area: 'gitlab',
    severity: 'error',
    applies: ({ version }) =>
      version !== '' && !isAtLeast(version, OLDEST_GITLAB.major, OLDEST_GITLAB.minor) && { version },
    says: `This GitLab is {version}; Procession needs ${OLDEST_GITLAB.major}.${OLDEST_GITLAB.minor} or newer (${OLDEST_GITLAB.why}).`,
    fix: 'Upgrade GitLab.',
  },
  {
    id: 'gitlab-url-wrong',
    area: 'gitlab',
    severity: 'error',
    applies: ({ user }) => user.kind === 'refused' && user.status === 404 && { reason: inShort(user.reason) },
    says: "Nothing at GITLAB_URL answers as GitLab's API does: {reason}",
    fix: 'Set GITLAB_URL to the address of GitLab itself, as the browser shows it on the start page: without /api/v4, and without a group or a project.',
  },
  {
    id: 'token-invalid',
    area: 'token',
    severity: 'error',
    applies: ({ user }) => isRefusedWith(401, user) && !saysExpired(user),
    says: 'GitLab does not know the token in GITLAB_TOKEN, or it was revoked: nothing works.',
    fix: NEW_TOKEN,
  },
  {
    id: 'token-expired',
    area: 'token',
    severity: 'error',
    applies: ({ user }) => isRefusedWith(401, user) && saysExpired(user),
    says: 'The token in GITLAB_TOKEN has expired: nothing works any more.',
    fix: NEW_TOKEN,
  },
  {
    id: 'token-user-blocked',
    area: 'token',
    severity: 'error',
    applies: ({ user }) =>
      user.kind === 'refused' && ![401, 404].includes(user.status) && { reason: inShort(user.reason) },
    says: 'GitLab lets the user of the token do nothing: {reason}',
    fix: 'Let an administrator of GitLab unblock the user, or use the token of another.',
  },
  {
    id: 'token-scope',
    area: 'token',
    severity: 'error',
    applies: ({ token }) =>
      token.kind === 'read' &&
      !token.value.scopes.includes('api') && { has: token.value.scopes.join(', ') || 'none' },
    says: 'The token lacks the scope api (it has: {has}), so it can change nothing.',
    fix: 'Scopes of a token cannot be changed: make a new one with the scope api and put it into GITLAB_TOKEN.',
  },
  {
    id: 'token-expires-soon',
    area: 'token',
    severity: 'warning',
    applies: tokenExpiry,
    says: 'The token expires {when} ({date}); then nothing works any more.',
    fix: 'Rotate it: curl --fail --request POST --header "PRIVATE-TOKEN: $GITLAB_TOKEN" "$GITLAB_URL/api/v4/{path}/self/rotate?expires_at={until}" answers with the new token; the old one ends at once, so put the new one into GITLAB_TOKEN wherever it is used.',
  },
  {
    id: 'token-of-a-person',
    area: 'token',
    severity: 'warning',
    applies: ({ user }) =>
      user.kind === 'read' && user.value.bot === false && { username: user.value.username },
    says: 'The token belongs to a person ({username}): what they change in GitLab would count as our own and wake nothing until the next sweep.',
    fix: 'Give the service a token of its own: a group access token, or one of a service account.',
  },
  {
    id: 'clock-skew',
    area: 'clock',
    severity: 'warning',
    applies: (installation) => clockApart(installation, CLOCK_WARNING_SECONDS, CLOCK_ERROR_SECONDS),
    says: CLOCK_APART,
    fix: SET_CLOCK,
  },
  {
    id: 'clock-skew',
    area: 'clock',
    severity: 'error',
    applies: (installation) => clockApart(installation, CLOCK_ERROR_SECONDS, Number.POSITIVE_INFINITY),
    says: CLOCK_APART,
    fix: SET_CLOCK,
  },
  ...bothPlaces((scope) => ({
    id: `${scope}-not-found`,
    area: scope,
    severity: 'error',
    applies: (installation) => {
      const place = installation[scope];
      return (
        place.kind === 'refused' && installation.user.kind === 'read' && { reason: inShort(place.reason) }
      );
    },
    says: `The ${scope} cannot be read: {reason}`,
    fix: `Correct gitlab.${scope} in procession.yml, or make the user of the token a member of the ${scope}.`,
  })),
  ...bothPlaces((scope) => ({
    id: 'role-too-low',
    area: scope,
    severity: 'error',
    applies: (installation) => roleTooLow(scope, installation),
    says: `The user of the token has the role {role} in the ${scope}; epics and issues take {needed} or above.`,
    fix: 'Raise it to {needed} under {page}.',
  })),
  ...bothPlaces((scope) => ({
    id: `${scope}-archived`,
    area: scope,
    severity: 'error',
    applies: (installation) =>
      isPlace<ActualGroup>(installation[scope], ({ archived }) => archived) && {
        page: editPage(installation, scope),
      },
    says: `The ${scope} is archived, so nothing in it can be changed.`,
    fix: 'Unarchive it under {page} (Advanced).',
  })),
  ...bothPlaces((scope) => ({
    id: `${scope}-being-deleted`,
    area: scope,
    severity: 'error',
    applies: (installation) => {
      const place = installation[scope];
      const on = place.kind === 'read' ? place.value.deletionOn : null;
      return on !== null && { on, page: editPage(installation, scope) };
    },
    says: `The ${scope} was deleted and will be gone on {on}.`,
    fix: 'Restore it under {page} (Advanced), or name another in procession.yml.',
  })),
  {
    id: 'issues-disabled',
    area: 'project',
    severity: 'error',
    applies: (installation) =>
      isPlace(installation.project, ({ issues }) => issues === 'disabled') && {
        page: editPage(installation, 'project'),
      },
    says: 'Issues are turned off in the project, so no step can be made.',
    fix: 'Turn them on under {page} (Visibility, project features, permissions).',
  },
  {
    id: 'project-outside-group',
    area: 'project',
    severity: 'error',
    applies: ({ group, project }) =>
      group.kind === 'read' &&
      project.kind === 'read' &&
      !project.value.path.toLowerCase().startsWith(`${group.value.path.toLowerCase()}/`) && {
        project: project.value.path,
        group: group.value.path,
      },
    says: "The project {project} is not in the group {group}: its issues can carry neither the group's labels nor belong to its epics.",
    fix: 'Name a project of the group in gitlab.project of procession.yml, or the group the project is in.',
  },
  ...bothPlaces((scope) => ({
    id: 'emails-disabled',
    area: scope,
    severity: 'warning',
    applies: (installation) =>
      scope === firstWithoutEmails(installation) && { page: editPage(installation, scope) },
    says: `E-mail notifications are turned off in the ${scope}: people are not told by e-mail when it is their turn.`,
    fix: 'Turn them on under {page}.',
  })),
];

/** The same rule for the group and for the project. */
function bothPlaces(make: (scope: HookScope) => Rule<Installation>): readonly Rule<Installation>[] {
  return SCOPES.map(make);
}

function isRefusedWith(status: number, read: Read<unknown>): boolean {
  return read.kind === 'refused' && read.status === status;
}

function saysExpired(read: Read<unknown>): boolean {
  return read.kind === 'refused' && /token is expired/i.test(read.reason);
}

function tokenExpiry({ token, user, now }: Installation): false | Details {
  if (token.kind !== 'read' || token.value.expiresOn === null) return false;
  const { expiresOn: date } = token.value;
  const today = now.slice(0, 10);
  const days = daysBetween(today, date);
  if (days > WARN_DAYS) return false;
  const when = days <= 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${days} days`;
  const path = ownTokenPath(user.kind === 'read' ? user.value.username : '');
  return { when, date, path, until: addCalendarDays(today, LONGEST_TOKEN_DAYS) };
}

/** Access tokens of groups and projects belong to bots with telling names, and rotate below their group or project. */
function ownTokenPath(username: string): string {
  const [, kind, id] = /^(group|project)_(\d+)_bot/.exec(username) ?? [];
  return id === undefined ? 'personal_access_tokens' : `${kind}s/${id}/access_tokens`;
}

/** @param from seconds apart from which the rule applies, up to (not including) `below` */
function clockApart({ clockAheadSeconds }: Installation, from: number, below: number): false | Details {
  const ahead = clockAheadSeconds ?? 0;
  const seconds = Math.abs(ahead);
  return seconds >= from && seconds < below && { seconds, which: ahead > 0 ? 'ahead of' : 'behind' };
}

function roleTooLow(scope: HookScope, installation: Installation): false | Details {
  const { group, version, groupLevel, projectLevel } = installation;
  const needed = neededRole(version);
  const level = scope === 'group' ? groupLevel : projectLevel;
  // Without the group's role the project's, which is inherited, tells nothing new.
  const isTold = scope === 'project' && group.kind === 'read' && groupLevel < needed.level;
  if (installation[scope].kind === 'refused' || level >= needed.level || isTold) return false;
  const page = pageOf(installation, scope, `-/${scope}_members`);
  return { role: ROLE_NAMES[level] ?? level, needed: needed.name, page };
}

function isPlace<T extends ActualGroup>(read: Read<T>, test: (place: T) => boolean): boolean {
  return read.kind === 'read' && test(read.value);
}

function firstWithoutEmails(installation: Installation): HookScope | undefined {
  return SCOPES.find((scope) => isPlace<ActualGroup>(installation[scope], (place) => !place.emailsEnabled));
}

function editPage(installation: Installation, scope: HookScope): string {
  return pageOf(installation, scope, scope === 'group' ? '-/edit' : 'edit');
}

/** Rules about the token, GitLab itself, the clock, the group and the project. One function per rule. */
import { addCalendarDays, daysBetween } from '#domain/base/calendar.ts';
import { isAtLeast, neededRole, OLDEST_GITLAB, ROLE_NAMES } from '#domain/base/gitlab-version.ts';
import type { HookScope } from '#domain/setup/hook-health.ts';
import type { Installation } from '#domain/setup/installation.ts';
import { error, inShort, type Problem, pageOf, warning } from './problem.ts';

const WARN_DAYS = 14;
/** Signatures of webhooks hold for 300 s: half of it is used up by then. */
const CLOCK_WARNING_SECONDS = 60;
const CLOCK_ERROR_SECONDS = 300;
const LONGEST_TOKEN_DAYS = 364;

/** Rules that must hold before anything can be set up. */
export const ACCESS_RULES: readonly ((installation: Installation) => readonly Problem[])[] = [
  tokenRefused,
  userBlocked,
  tokenScope,
  tokenExpiry,
  tokenOfPerson,
  gitlabVersion,
  clockSkew,
  groupMissing,
  projectMissing,
  roleTooLow,
  archived,
  markedForDeletion,
  issuesDisabled,
  projectOutsideGroup,
  emailsDisabled,
];

function tokenRefused({ user }: Installation): readonly Problem[] {
  if (user.kind !== 'refused' || user.status !== 401) return [];
  const isExpired = /token is expired/i.test(user.reason);
  return [
    error(
      'token',
      isExpired ? 'token-expired' : 'token-invalid',
      isExpired
        ? 'The token in GITLAB_TOKEN has expired: nothing works any more.'
        : 'GitLab does not know the token in GITLAB_TOKEN, or it was revoked: nothing works.',
      'Make a new group access token (scope api) under Settings > Access tokens of the group, and put it into GITLAB_TOKEN.',
    ),
  ];
}

function userBlocked({ user }: Installation): readonly Problem[] {
  if (user.kind !== 'refused' || user.status === 401) return [];
  return [
    error(
      'token',
      'token-user-blocked',
      `GitLab lets the user of the token do nothing: ${inShort(user.reason)}`,
      'Let an administrator of GitLab unblock the user, or use the token of another.',
    ),
  ];
}

function tokenScope({ token }: Installation): readonly Problem[] {
  if (token.kind !== 'read' || token.value.scopes.includes('api')) return [];
  const has = token.value.scopes.length === 0 ? 'none' : token.value.scopes.join(', ');
  return [
    error(
      'token',
      'token-scope',
      `The token lacks the scope api (it has: ${has}), so it can change nothing.`,
      'Scopes of a token cannot be changed: make a new one with the scope api and put it into GITLAB_TOKEN.',
    ),
  ];
}

function tokenExpiry({ token, user, now }: Installation): readonly Problem[] {
  if (token.kind !== 'read' || token.value.expiresOn === null) return [];
  const { expiresOn } = token.value;
  const today = now.slice(0, 10);
  const days = daysBetween(today, expiresOn);
  if (days > WARN_DAYS) return [];
  const when = days <= 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${days} days`;
  return [
    warning(
      'token',
      'token-expires-soon',
      `The token expires ${when} (${expiresOn}); then nothing works any more.`,
      `Rotate it: curl --fail --request POST --header "PRIVATE-TOKEN: $GITLAB_TOKEN" "$GITLAB_URL/api/v4/${ownTokenPath(user.kind === 'read' ? user.value.username : '')}/self/rotate?expires_at=${addCalendarDays(today, LONGEST_TOKEN_DAYS)}" answers with the new token; the old one ends at once, so put the new one into GITLAB_TOKEN wherever it is used.`,
    ),
  ];
}

/** Access tokens of groups and projects belong to bots with telling names, and rotate below their group or project. */
function ownTokenPath(username: string): string {
  const [, kind, id] = /^(group|project)_(\d+)_bot/.exec(username) ?? [];
  return id === undefined ? 'personal_access_tokens' : `${kind}s/${id}/access_tokens`;
}

function tokenOfPerson({ user }: Installation): readonly Problem[] {
  if (user.kind !== 'read' || user.value.bot !== false) return [];
  return [
    warning(
      'token',
      'token-of-a-person',
      `The token belongs to a person (${user.value.username}): what they change in GitLab would count as our own and wake nothing until the next sweep.`,
      'Give the service a token of its own: a group access token, or one of a service account.',
    ),
  ];
}

function gitlabVersion({ version }: Installation): readonly Problem[] {
  const { major, minor, why } = OLDEST_GITLAB;
  if (version === '' || isAtLeast(version, major, minor)) return [];
  return [
    error(
      'gitlab',
      'gitlab-too-old',
      `This GitLab is ${version}; Procession needs ${major}.${minor} or newer (${why}).`,
      'Upgrade GitLab.',
    ),
  ];
}

function clockSkew({ clockAheadSeconds: ahead }: Installation): readonly Problem[] {
  const seconds = Math.abs(ahead ?? 0);
  if (seconds < CLOCK_WARNING_SECONDS) return [];
  const make = seconds < CLOCK_ERROR_SECONDS ? warning : error;
  return [
    make(
      'clock',
      'clock-skew',
      `The clock of this machine is ${seconds} s ${(ahead ?? 0) > 0 ? 'ahead of' : 'behind'} GitLab's; webhooks are refused as too old or too new from ${CLOCK_ERROR_SECONDS} s on.`,
      'Synchronise the clock: timedatectl set-ntp true.',
    ),
  ];
}

function groupMissing({ group, user }: Installation): readonly Problem[] {
  if (group.kind === 'read' || user.kind === 'refused') return [];
  return [
    error(
      'group',
      'group-not-found',
      `The group cannot be read: ${inShort(group.reason)}`,
      'Correct gitlab.group in procession.yml, or make the user of the token a member of the group.',
    ),
  ];
}

function projectMissing({ project, user }: Installation): readonly Problem[] {
  if (project.kind === 'read' || user.kind === 'refused') return [];
  return [
    error(
      'project',
      'project-not-found',
      `The project cannot be read: ${inShort(project.reason)}`,
      'Correct gitlab.project in procession.yml, or make the user of the token a member of the project.',
    ),
  ];
}

function roleTooLow(installation: Installation): readonly Problem[] {
  const { group, project, version } = installation;
  const needed = neededRole(version);
  const levels = { group: installation.groupLevel, project: installation.projectLevel };
  return SCOPES.flatMap((scope): readonly Problem[] => {
    const place = scope === 'group' ? group : project;
    // Without the group's role the project's, which is inherited, tells nothing new.
    const isTold = scope === 'project' && group.kind === 'read' && levels.group < needed.level;
    if (place.kind === 'refused' || levels[scope] >= needed.level || isTold) return [];
    return [
      error(
        scope,
        'role-too-low',
        `The user of the token has the role ${ROLE_NAMES[levels[scope]] ?? levels[scope]} in the ${scope}; epics and issues take ${needed.name} or above.`,
        `Raise it to ${needed.name} under ${pageOf(installation, scope, `-/${scope}_members`)}.`,
      ),
    ];
  });
}

const SCOPES: readonly HookScope[] = ['group', 'project'];

function archived(installation: Installation): readonly Problem[] {
  return SCOPES.flatMap((scope): readonly Problem[] => {
    const place = installation[scope];
    if (place.kind === 'refused' || !place.value.archived) return [];
    const page = pageOf(installation, scope, scope === 'group' ? '-/edit' : 'edit');
    return [
      error(
        scope,
        `${scope}-archived`,
        `The ${scope} is archived, so nothing in it can be changed.`,
        `Unarchive it under ${page} (Advanced).`,
      ),
    ];
  });
}

function markedForDeletion(installation: Installation): readonly Problem[] {
  return SCOPES.flatMap((scope): readonly Problem[] => {
    const place = installation[scope];
    if (place.kind === 'refused' || place.value.deletionOn === null) return [];
    const page = pageOf(installation, scope, scope === 'group' ? '-/edit' : 'edit');
    return [
      error(
        scope,
        `${scope}-being-deleted`,
        `The ${scope} was deleted and will be gone on ${place.value.deletionOn}.`,
        `Restore it under ${page} (Advanced), or name another in procession.yml.`,
      ),
    ];
  });
}

function issuesDisabled(installation: Installation): readonly Problem[] {
  const { project } = installation;
  if (project.kind === 'refused' || project.value.issues !== 'disabled') return [];
  return [
    error(
      'project',
      'issues-disabled',
      'Issues are turned off in the project, so no step can be made.',
      `Turn them on under ${pageOf(installation, 'project', 'edit')} (Visibility, project features, permissions).`,
    ),
  ];
}

function projectOutsideGroup({ group, project }: Installation): readonly Problem[] {
  if (group.kind === 'refused' || project.kind === 'refused') return [];
  if (project.value.path.toLowerCase().startsWith(`${group.value.path.toLowerCase()}/`)) return [];
  return [
    error(
      'project',
      'project-outside-group',
      `The project ${project.value.path} is not in the group ${group.value.path}: its issues can carry neither the group's labels nor belong to its epics.`,
      'Name a project of the group in gitlab.project of procession.yml, or the group the project is in.',
    ),
  ];
}

function emailsDisabled(installation: Installation): readonly Problem[] {
  const scope = SCOPES.find((scope) => {
    const place = installation[scope];
    return place.kind === 'read' && !place.value.emailsEnabled;
  });
  if (scope === undefined) return [];
  return [
    warning(
      scope,
      'emails-disabled',
      `E-mail notifications are turned off in the ${scope}: people are not told by e-mail when it is their turn.`,
      `Turn them on under ${pageOf(installation, scope, scope === 'group' ? '-/edit' : 'edit')}.`,
    ),
  ];
}

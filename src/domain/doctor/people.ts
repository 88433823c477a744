/** Rules about the people who have a role in `procession.yml`. */

import { DEVELOPER, ROLE_NAMES } from '#domain/base/gitlab-version.ts';
import type { Details } from '#domain/base/sentence.ts';
import { distinctUsers, isAmong, isSameUser } from '#domain/base/username.ts';
import { MANAGER } from '#domain/rulings/people.ts';
import { type RolePerson, valuesOf } from '#domain/setup/installation.ts';
import { pageOf, type Rule, some } from './diagnosis.ts';
import type { DoctorFacts } from './facts.ts';

/** Rules about the people of `roles`. That a role names nobody is no error: the process goes on, its issues unassigned. */
export const PEOPLE_RULES: readonly Rule<DoctorFacts>[] = [
  {
    id: 'role-user-unknown',
    area: 'people',
    severity: 'error',
    applies: (facts) => peopleWho(({ account }) => account === null, facts),
    says: 'Nobody in GitLab is called {username} ({roles} in procession.yml).',
    fix: 'Correct the username: it is what follows the @ on the profile page.',
  },
  {
    id: 'role-user-blocked',
    area: 'people',
    severity: 'error',
    applies: (facts) => peopleWho(({ account }) => account !== null && account.state !== 'active', facts),
    says: '{username} ({roles}) is {state} in GitLab and cannot do a step.',
    fix: 'Put somebody else into procession.yml, or let an administrator unblock the account.',
  },
  {
    id: 'role-user-not-member',
    area: 'people',
    severity: 'error',
    applies: (facts) =>
      peopleWho(({ account }) => account !== null && account.state === 'active' && !account.isMember, facts),
    says: '{username} ({roles}) is no member of the project, so GitLab assigns nothing to them.',
    fix: 'Invite them under {members} as Planner or above.',
  },
  {
    id: 'role-empty',
    area: 'people',
    severity: 'warning',
    applies: ({ roles }) => (roles[MANAGER] ?? []).length === 0,
    says: 'Nobody has the role manager: unless the SOW names somebody, steps of the manager, and of roles that nobody has, are assigned to nobody.',
    fix: 'Name somebody in procession.yml: roles: { manager: [username] }.',
  },
  {
    id: 'role-empty',
    area: 'people',
    severity: 'warning',
    applies: ({ roles, processRoles }) => rolesWhere((role) => roles[role] === undefined, processRoles),
    says: 'Nobody has the {what} {roles}: unless the SOW names somebody, those steps go to the manager.',
    fix: 'Name somebody in procession.yml: roles: { {first}: [username] }, or nobody on purpose: [].',
  },
  {
    id: 'role-empty',
    area: 'people',
    severity: 'warning',
    applies: ({ roles, approvingRoles }) =>
      rolesWhere((role) => (roles[role] ?? []).length === 0, approvingRoles),
    says: 'Nobody has the {what} {roles}, whose approval is asked for: no other role stands in, so unless the SOW names somebody, a manager has to waive each.',
    fix: 'Name somebody in procession.yml: roles: { {first}: [username] }.',
  },
  {
    id: 'approval-alone',
    area: 'people',
    severity: 'warning',
    applies: onlyOne,
    says: '{username} alone does "{work}" ({doer}) and alone approves it ({approver}), which nobody may who did it.',
    fix: 'Give one of the two roles to somebody else in procession.yml; else a manager has to waive each such approval.',
  },
  {
    id: 'reviewer-is-engine',
    area: 'people',
    severity: 'error',
    applies: reviewerIsEngine,
    says: 'gitlab.reviewer in procession.yml is {reviewer}, the user of this very token: whoever can push a branch can read the token of the reviewer and act as Procession.',
    fix: 'Make a user of its own with the role Reporter for PROCESSION_MERGE_REQUEST_TOKEN, and name that one.',
  },
  {
    id: 'reviewer-role-too-high',
    area: 'people',
    severity: 'error',
    applies: reviewerIsMighty,
    says: '{reviewer} (gitlab.reviewer) has the role {role} in the project: whoever can push a branch can read its token, and with it get at what is protected.',
    fix: 'Lower it to Reporter under {members}.',
  },
];

/** Roles that nobody has, in one sentence; the manager's is told by itself. */
function rolesWhere(isEmpty: (role: string) => boolean, roles: readonly string[]): false | Details {
  const empty = roles.filter((role) => role !== MANAGER && isEmpty(role));
  const [first] = empty;
  return first !== undefined && { what: empty.length === 1 ? 'role' : 'roles', roles: some(empty), first };
}

/** Work that the same person does and approves, and nobody else could do the one or the other. */
function onlyOne({ roles, approvedWork }: DoctorFacts): readonly Details[] {
  return approvedWork.flatMap(({ approver, doer, work }) => {
    const approvers = roles[approver] ?? [];
    const doers = roles[doer] ?? roles[MANAGER] ?? [];
    const [username] = approvers;
    if (username === undefined || distinctUsers([...approvers, ...doers]).length !== 1 || doers.length === 0)
      return [];
    return [{ username, work, doer: `role ${doer}`, approver: `role ${approver}` }];
  });
}

function peopleWho(test: (person: RolePerson) => boolean, facts: DoctorFacts): readonly Details[] {
  const { people } = facts.installation;
  return valuesOf(people)
    .filter(test)
    .map(({ username, account }) => ({
      username,
      roles: rolesOf(username, facts),
      state: account?.state ?? '',
      members: pageOf(facts.installation, 'project', '-/project_members'),
    }));
}

/** `roles.manager, roles.engineer` */
function rolesOf(username: string, { roles, reviewer }: DoctorFacts): string {
  const named = Object.entries(roles).filter(([, names]) => isAmong(username, names));
  const isReviewer = reviewer !== null && isSameUser(username, reviewer);
  return [...named.map(([role]) => `roles.${role}`), ...(isReviewer ? ['gitlab.reviewer'] : [])].join(', ');
}

function reviewerIsEngine({ installation: { user }, reviewer }: DoctorFacts): false | Details {
  const isEngine = reviewer !== null && user.kind === 'read' && isSameUser(user.value.username, reviewer);
  return isEngine && { reviewer };
}

function reviewerIsMighty({ installation, reviewer }: DoctorFacts): false | Details {
  if (reviewer === null) return false;
  const person = valuesOf(installation.people).find(({ username }) => isSameUser(username, reviewer));
  const level = person?.account?.level ?? 0;
  if (level < DEVELOPER) return false;
  const members = pageOf(installation, 'project', '-/project_members');
  return { reviewer, role: ROLE_NAMES[level] ?? level, members };
}

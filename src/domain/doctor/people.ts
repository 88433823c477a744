/** Rules about the people who have a role in `procession.yml`. */

import type { Details } from '#domain/base/sentence.ts';
import { isAmong } from '#domain/base/username.ts';
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
    applies: ({ roles, processRoles }) => {
      const empty = processRoles.filter((role) => (roles[role] ?? []).length === 0);
      const [first] = empty;
      return (
        first !== undefined && { what: empty.length === 1 ? 'role' : 'roles', roles: some(empty), first }
      );
    },
    says: 'Nobody has the {what} {roles}: unless the SOW names somebody, those steps are assigned to nobody.',
    fix: 'Name somebody in procession.yml: roles: { {first}: [username] }.',
  },
];

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
function rolesOf(username: string, { roles }: DoctorFacts): string {
  const named = Object.entries(roles).filter(([, names]) => isAmong(username, names));
  return named.map(([role]) => `roles.${role}`).join(', ');
}

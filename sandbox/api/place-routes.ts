/** The instance, its users, groups and projects. */
import { canSeeProject } from '#sandbox/reading.ts';
import type { AccessLevel, Group, Project, User } from '#sandbox/world.ts';
import type { Answer, Call, Route } from './call.ts';
import { actorOf, groupOf, numberPart, ok, PAGING, projectOf, recordNotFound } from './call.ts';

import { paged } from './paging.ts';
import { showCurrentUser, showGroup, showMember, showProject, showUser } from './show.ts';

const REVISION = '5a4d60b0e1c';

const MEMBER_FILTERS = [
  'query',
  'user_ids',
  'skip_users',
  'show_seat_info',
  'with_saml_identity',
  'state',
  ...PAGING,
];
const PROJECT_FILTERS =
  'archived visibility search order_by sort simple owned starred with_issues_enabled with_merge_requests_enabled with_shared include_subgroups include_ancestor_groups min_access_level with_custom_attributes with_security_reports topic'.split(
    ' ',
  );

export const PLACE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/version',
    parameters: [],
    signedIn: true,
    answer: (call) => ok(metadata(call)),
  },
  {
    method: 'GET',
    path: '/metadata',
    parameters: [],
    signedIn: true,
    answer: (call) => ok(metadata(call)),
  },
  {
    method: 'GET',
    path: '/user',
    parameters: [],
    signedIn: true,
    answer: (call) => ok(showCurrentUser(call.engine.world, actorOf(call))),
  },
  {
    method: 'GET',
    path: '/users',
    parameters: [
      'username',
      'search',
      'active',
      'blocked',
      'external',
      'humans',
      'created_after',
      'created_before',
      'exclude_internal',
      'order_by',
      'sort',
      ...PAGING,
    ],
    signedIn: true,
    answer: listUsers,
  },
  {
    method: 'GET',
    path: '/groups/:id',
    parameters: ['with_custom_attributes', 'custom_attributes', 'with_projects'],
    answer(call) {
      const group = groupOf(call);
      const withProjects = call.parameters.boolean('with_projects') ?? true;
      const projects = withProjects
        ? { projects: projectsIn(call, group).map((it) => showProject(call.engine.world, it)) }
        : {};
      return ok({ ...showGroup(call.engine.world, group), ...projects, shared_with_groups: [] });
    },
  },
  {
    method: 'GET',
    path: '/groups/:id/projects',
    parameters: [...PROJECT_FILTERS, ...PAGING],
    answer(call) {
      const search = call.parameters.text('search')?.toLowerCase() ?? '';
      const projects = projectsIn(call, groupOf(call)).filter((it) => it.path.toLowerCase().includes(search));
      return paged(call, projects, (project) => showProject(call.engine.world, project));
    },
  },
  {
    method: 'GET',
    path: '/projects/:id',
    parameters: ['statistics', 'with_custom_attributes', 'custom_attributes', 'license'],
    answer: (call) => ok(showProject(call.engine.world, projectOf(call))),
  },
  ...memberRoutes(
    '/groups/:id/members',
    (call) => [...groupOf(call).members],
    (call) => [...groupOf(call).members],
  ),
  ...memberRoutes('/projects/:id/members', (call) => [...projectOf(call).members], allProjectMembers),
];

function metadata({ engine }: Call): object {
  return {
    version: engine.world.version,
    revision: REVISION,
    kas: { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null },
    // A Free licence runs on the enterprise edition too, as on GitLab.com.
    enterprise: true,
  };
}

function listUsers(call: Call): Answer {
  const { world } = call.engine;
  const username = call.parameters.text('username')?.toLowerCase();
  const search = call.parameters.text('search')?.toLowerCase();
  const users = world.users.filter((user) => {
    if (username !== undefined && user.username.toLowerCase() !== username) return false;
    return search === undefined || `${user.username} ${user.name}`.toLowerCase().includes(search);
  });
  return paged(call, users.toReversed(), (user) => showUser(world, user));
}

function projectsIn(call: Call, group: Group): Project[] {
  const { world } = call.engine;
  return world.projects.filter((it) => it.groupId === group.id && canSeeProject(world, call.user, it));
}

type Membership = readonly [userId: number, level: AccessLevel];

/** Direct members, and with `/all` those inherited from the group; the higher level counts. */
function memberRoutes(
  path: string,
  direct: (call: Call) => Membership[],
  all: (call: Call) => Membership[],
): Route[] {
  return [
    { method: 'GET', path, parameters: MEMBER_FILTERS, answer: (call) => listMembers(call, direct(call)) },
    {
      method: 'GET',
      path: `${path}/all`,
      parameters: MEMBER_FILTERS,
      answer: (call) => listMembers(call, all(call)),
    },
    {
      method: 'GET',
      path: `${path}/all/:user_id`,
      parameters: [],
      answer: (call) => getMember(call, all(call)),
    },
    {
      method: 'GET',
      path: `${path}/:user_id`,
      parameters: [],
      answer: (call) => getMember(call, direct(call)),
    },
  ];
}

function allProjectMembers(call: Call): Membership[] {
  const project = projectOf(call);
  const group = call.engine.world.groups.find((it) => it.id === project.groupId);
  const levels = new Map(group?.members ?? []);
  for (const [id, level] of project.members) if (level > (levels.get(id) ?? 0)) levels.set(id, level);
  return [...levels];
}

function listMembers(call: Call, members: readonly Membership[]): Answer {
  const { world } = call.engine;
  const query = call.parameters.text('query')?.toLowerCase() ?? '';
  const ids = call.parameters.integers('user_ids');
  const shown = members
    .flatMap(([id, level]) => {
      const user = world.users.find((it) => it.id === id);
      return user === undefined ? [] : [{ user, level }];
    })
    .filter(
      ({ user }) =>
        `${user.username} ${user.name}`.toLowerCase().includes(query) && (ids?.includes(user.id) ?? true),
    )
    .toSorted((one, other) => one.user.id - other.user.id);
  return paged(call, shown, ({ user, level }: { user: User; level: AccessLevel }) =>
    showMember(world, user, level),
  );
}

function getMember(call: Call, members: readonly Membership[]): Answer {
  const id = numberPart(call, 'user_id');
  const level = members.find(([userId]) => userId === id)?.[1];
  const user = call.engine.world.users.find((it) => it.id === id);
  if (level === undefined || user === undefined) throw recordNotFound();
  return ok(showMember(call.engine.world, user, level));
}

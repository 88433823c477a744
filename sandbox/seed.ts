import type { Sandbox } from './create-sandbox.ts';
import { takeId } from './new-world.ts';
import type { AccessLevel, Group, Project, User } from './world.ts';

export interface Person {
  readonly user: User;
  readonly token: string;
}

/** What {@link seed} has put into a sandbox. */
export interface Seed {
  readonly group: Group;
  readonly project: Project;
  /** The user of a group access token, Maintainer. */
  readonly bot: Person;
  /** The group's Owner: only an Owner sets up group webhooks. */
  readonly ada: Person;
  /** Manager, Maintainer. */
  readonly mira: Person;
  /** Engineers, Developers. */
  readonly eli: Person;
  readonly noor: Person;
  /** A customer's contact, Reporter. */
  readonly casey: Person;
  readonly gus: Person;
  /** No member of anything. */
  readonly otto: Person;
}

/** Puts fictional people, the group `services` and its project `services/engagements` into an empty sandbox. */
export function seed(sandbox: Sandbox): Seed {
  const { world } = sandbox;
  const group: Group = {
    id: takeId(world, 'group'),
    path: 'services',
    name: 'Services',
    visibility: 'private',
    members: new Map(),
  };
  world.groups.push(group);
  const project: Project = {
    id: takeId(world, 'project'),
    groupId: group.id,
    path: 'engagements',
    name: 'Engagements',
    members: new Map(),
    nextIid: 1,
  };
  world.projects.push(project);
  world.boards.push({ id: takeId(world, 'board'), groupId: group.id, name: 'Development', lists: [] });
  const person = (username: string, name: string, level: AccessLevel | null): Person => {
    const added = addPerson(sandbox, username, name);
    if (level !== null) group.members.set(added.user.id, level);
    return added;
  };
  return {
    group,
    project,
    bot: addBot(sandbox, group),
    mira: person('mira', 'Mira Castellan', 40),
    eli: person('eli', 'Eli Brandt', 30),
    noor: person('noor', 'Noor Halabi', 30),
    ada: person('ada', 'Ada Owens', 50),
    casey: person('casey', 'Casey Vale', 20),
    gus: person('gus', 'Gus Pell', 10),
    otto: person('otto', 'Otto Fern', null),
  };
}

/** Adds a group with one project, which nobody sees but these of its users and the bot. @example `addPlace(sandbox, 'sales', { project: 'deals', people: { mira: 40 } })` */
export function addPlace(
  sandbox: Sandbox,
  path: string,
  { project, people }: { readonly project: string; readonly people: Readonly<Record<string, AccessLevel>> },
): Pick<Seed, 'group' | 'project'> {
  const { world } = sandbox;
  const members = Object.entries({ 'procession-bot': 40 as const, ...people });
  const group: Group = {
    id: takeId(world, 'group'),
    path,
    name: path,
    visibility: 'private',
    members: new Map(members.map(([username, level]) => [sandbox.user(username).id, level])),
  };
  const inside: Project = {
    id: takeId(world, 'project'),
    groupId: group.id,
    path: project,
    name: project,
    members: new Map(),
    nextIid: 1,
  };
  world.groups.push(group);
  world.projects.push(inside);
  world.boards.push({ id: takeId(world, 'board'), groupId: group.id, name: 'Development', lists: [] });
  return { group, project: inside };
}

/** Adds a user with an `api` token `glpat-sandbox-<username>` and no membership. */
function addPerson(sandbox: Sandbox, username: string, name: string): Person {
  const user: User = { id: takeId(sandbox.world, 'user'), username, name, bot: false, state: 'active' };
  return withToken(sandbox, user, `glpat-sandbox-${username}`);
}

function addBot(sandbox: Sandbox, group: Group): Person {
  const { world } = sandbox;
  const user: User = {
    id: takeId(world, 'user'),
    username: 'procession-bot',
    name: 'Procession',
    bot: true,
    state: 'active',
  };
  group.members.set(user.id, 40);
  return withToken(sandbox, user, 'glpat-sandbox-bot');
}

function withToken({ world }: Sandbox, user: User, token: string): Person {
  world.users.push(user);
  world.tokens.push({ value: token, userId: user.id, scopes: ['api'], expiresOn: null });
  return { user, token };
}

/** Finds records of the world, and says who may see them. */
import { Refusal } from './operations.ts';
import { findLabelById, findUserById } from './records.ts';
import type { AccessLevel, Epic, Group, Issue, Label, Project, User, World } from './world.ts';

export type Item = Issue | Epic;

/** `404 <what> Not Found`, GitLab's `not_found!`. */
export function notFound(what: string): Refusal {
  return new Refusal(404, { message: `404 ${what} Not Found` });
}

/** `403 Forbidden`, GitLab's `forbidden!`. */
export function forbidden(reason?: string): Refusal {
  return new Refusal(403, { message: reason === undefined ? '403 Forbidden' : `403 Forbidden - ${reason}` });
}

export function groupById(world: World, id: number): Group {
  const group = world.groups.find((it) => it.id === id);
  if (group === undefined) throw notFound('Group');
  return group;
}

export function projectById(world: World, id: number): Project {
  const project = world.projects.find((it) => it.id === id);
  if (project === undefined) throw notFound('Project');
  return project;
}

export function userById(world: World, id: number): User {
  const user = findUserById(world, id);
  if (user === undefined) throw notFound('User');
  return user;
}

export function fullPathOf(world: World, project: Project): string {
  return `${groupById(world, project.groupId).path}/${project.path}`;
}

export function groupIdOf(world: World, item: Item): number {
  return item.kind === 'epic' ? item.groupId : projectById(world, item.projectId).groupId;
}

/** The higher of the group's and the project's own access; 0 when the user is no member. */
export function projectAccess(world: World, user: User | null, project: Project): AccessLevel | 0 {
  if (user === null) return 0;
  const inherited = groupById(world, project.groupId).members.get(user.id) ?? 0;
  const direct = project.members.get(user.id) ?? 0;
  return inherited > direct ? inherited : direct;
}

export function groupAccess(user: User | null, group: Group): AccessLevel | 0 {
  return user === null ? 0 : (group.members.get(user.id) ?? 0);
}

/** The user's access where the item lives. */
export function itemAccess(world: World, user: User | null, item: Item): AccessLevel | 0 {
  return item.kind === 'epic'
    ? groupAccess(user, groupById(world, item.groupId))
    : projectAccess(world, user, projectById(world, item.projectId));
}

export function canSeeProject(world: World, user: User | null, project: Project): boolean {
  return groupById(world, project.groupId).visibility === 'public' || projectAccess(world, user, project) > 0;
}

/** Members of a group's project see the group too: GitLab shows ancestors of what one may see. */
export function canSeeGroup(world: World, user: User | null, group: Group): boolean {
  if (group.visibility === 'public' || groupAccess(user, group) > 0) return true;
  return world.projects.some((it) => it.groupId === group.id && projectAccess(world, user, it) > 0);
}

/** Confidential items are for Planners and up, the author and the assignees. */
export function canSee(world: World, user: User | null, item: Item): boolean {
  const visible =
    item.kind === 'epic'
      ? canSeeGroup(world, user, groupById(world, item.groupId))
      : canSeeProject(world, user, projectById(world, item.projectId));
  if (!visible || !item.confidential) return visible;
  if (user === null) return false;
  const involved = item.authorId === user.id || (item.kind === 'issue' && item.assigneeIds.includes(user.id));
  return involved || itemAccess(world, user, item) >= 15;
}

/** `update_issue` / `update_epic`: Planners and up; of an issue also its author and assignees. */
export function canUpdate(world: World, user: User | null, item: Item): boolean {
  if (user === null || !canSee(world, user, item)) return false;
  if (itemAccess(world, user, item) >= 15) return true;
  return item.kind === 'issue' && (item.authorId === user.id || item.assigneeIds.includes(user.id));
}

/** `admin_issue` / `admin_epic`: labels, assignees, dates, weight. Planner and up. */
export function canAdminister(world: World, user: User | null, item: Item): boolean {
  return canSee(world, user, item) && itemAccess(world, user, item) >= 15;
}

/** Labels that can be put on an item: a project sees its own and its group's. */
export function availableLabels(
  world: World,
  owner: { readonly groupId: number; readonly projectId: number | null },
): Label[] {
  return world.labels.filter(
    (label) =>
      label.groupId === owner.groupId || (owner.projectId !== null && label.projectId === owner.projectId),
  );
}

export function labelOwner(
  world: World,
  item: Item,
): { readonly groupId: number; readonly projectId: number | null } {
  return item.kind === 'epic'
    ? { groupId: item.groupId, projectId: null }
    : { groupId: groupIdOf(world, item), projectId: item.projectId };
}

/** The item's labels ordered by title, as GitLab's API shows them. */
export function labelsOf(world: World, item: Item): Label[] {
  return item.labelIds
    .flatMap((id) => findLabelById(world, id) ?? [])
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** `#7`, or `group/project#7` when seen from elsewhere; `&7`, `group&7`. */
export function referenceTo(world: World, item: Item, from?: Item): string {
  if (item.kind === 'epic') {
    const near = from !== undefined && groupIdOf(world, from) === item.groupId;
    return `${near ? '' : groupById(world, item.groupId).path}&${item.iid}`;
  }
  const near = from?.kind === 'issue' && from.projectId === item.projectId;
  return `${near ? '' : fullPathOf(world, projectById(world, item.projectId))}#${item.iid}`;
}

export function hasPremium(world: World): boolean {
  return world.tier !== 'free';
}

/** Reads of the world that more than one page needs. */
import type { AccessLevel, Epic, Group, Issue, IssueLink, Label, Note, Project, User, World } from '../world.ts';

export type Item = Issue | Epic;

/** One linked issue, seen from the other end of the link. */
export interface Linked {
  readonly link: IssueLink;
  readonly issue: Issue;
}

export interface LinkedIssues {
  readonly blocks: readonly Linked[];
  readonly blockedBy: readonly Linked[];
  readonly relatesTo: readonly Linked[];
}

export function groupOf(world: World, item: Item | Project): Group | undefined {
  if ('projectId' in item) {
    const project = projectOf(world, item);
    return project === undefined ? undefined : groupOf(world, project);
  }
  return world.groups.find((group) => group.id === item.groupId);
}

export function projectOf(world: World, issue: Issue): Project | undefined {
  return world.projects.find((project) => project.id === issue.projectId);
}

/** `group/project`, as people write it. */
export function fullPath(world: World, project: Project): string {
  return `${groupOf(world, project)?.path ?? '?'}/${project.path}`;
}

export function projectAt(world: World, path: string): Project | undefined {
  return world.projects.find((project) => fullPath(world, project) === path);
}

export function userOf(world: World, id: number): User | undefined {
  return world.users.find((user) => user.id === id);
}

export function labelsOf(world: World, item: Item): Label[] {
  return item.labelIds
    .flatMap((id) => world.labels.find((label) => label.id === id) ?? [])
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

/** Labels that can be put on items of a group, or of one project in it; by name. */
export function labelsFor(world: World, group: Group, project: Project | null): Label[] {
  const projects = new Set(
    project === null ? world.projects.filter((it) => it.groupId === group.id).map((it) => it.id) : [project.id],
  );
  return world.labels
    .filter((label) => label.groupId === group.id || (label.projectId !== null && projects.has(label.projectId)))
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

/** Value of the item's label in a scope: `ready` for `workflow::ready`; `null` when it has none. */
export function scopedValue(world: World, item: Item, scope: string): string | null {
  const label = labelsOf(world, item).find((it) => it.name.startsWith(`${scope}::`));
  return label === undefined ? null : label.name.slice(scope.length + 2);
}

/** Issues of an epic in iid order. */
export function childrenOf(world: World, epic: Epic): Issue[] {
  return world.issues.filter((issue) => issue.epicId === epic.id).toSorted((one, other) => one.iid - other.iid);
}

/** The issue's links grouped as GitLab shows them, each group by iid. */
export function linkedIssues(world: World, issue: Issue): LinkedIssues {
  const pick = (wanted: (link: IssueLink) => boolean): Linked[] =>
    world.links
      .filter(wanted)
      .flatMap((link) => {
        const otherId = link.sourceId === issue.id ? link.targetId : link.sourceId;
        const other = world.issues.find((it) => it.id === otherId);
        return other === undefined ? [] : [{ link, issue: other }];
      })
      .toSorted((one, other) => one.issue.iid - other.issue.iid);
  return {
    blocks: pick((link) => link.type === 'blocks' && link.sourceId === issue.id),
    blockedBy: pick((link) => link.type === 'blocks' && link.targetId === issue.id),
    relatesTo: pick((link) => link.type === 'relates_to' && (link.sourceId === issue.id || link.targetId === issue.id)),
  };
}

export function notesOf(world: World, item: Item): Note[] {
  return world.notes.filter((note) => note.target.kind === item.kind && note.target.id === item.id);
}

/** The user's access to a group, or to one project of it; `null` when they are no member. */
export function accessOf(user: User, group: Group, project: Project | null): AccessLevel | null {
  const levels = [group.members.get(user.id), project?.members.get(user.id)].filter((level) => level !== undefined);
  return levels.length === 0 ? null : levels.reduce((one, other) => (other > one ? other : one));
}

/** Whether GitLab would show the group at all: private ones are hidden from people without access. */
export function canSeeGroup(world: World, user: User, group: Group): boolean {
  if (group.visibility === 'public') return true;
  const projects = world.projects.filter((project) => project.groupId === group.id);
  return accessOf(user, group, null) !== null || projects.some((project) => project.members.has(user.id));
}

/** Whether GitLab would show the item: confidential ones need the Planner role, authorship or an assignment. */
export function canSee(world: World, user: User, item: Item): boolean {
  const group = groupOf(world, item);
  if (group === undefined || !canSeeGroup(world, user, group)) return false;
  if (!item.confidential || item.authorId === user.id) return true;
  if (item.kind === 'issue' && item.assigneeIds.includes(user.id)) return true;
  const project = item.kind === 'issue' ? (projectOf(world, item) ?? null) : null;
  return (accessOf(user, group, project) ?? 0) >= 15;
}

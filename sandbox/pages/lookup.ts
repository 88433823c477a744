/** Reads of the world that more than one page needs. */

import type { Item } from '#sandbox/reading.ts';
import { fullPathOf, labelsOf } from '#sandbox/reading.ts';
import { findIssueById, findUserById, linksOf } from '#sandbox/records.ts';
import type { Group, Issue, IssueLink, Label, Project, User, World } from '#sandbox/world.ts';

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

function projectOf(world: World, issue: Issue): Project | undefined {
  return world.projects.find((project) => project.id === issue.projectId);
}

export function projectAt(world: World, path: string): Project | undefined {
  return world.projects.find((project) => fullPathOf(world, project) === path);
}

export function userOf(world: World, id: number): User | undefined {
  return findUserById(world, id);
}

/** Labels that can be put on items of a group, or of one project in it; by name. */
export function labelsFor(world: World, group: Group, project: Project | null): Label[] {
  const projects = new Set(
    project === null
      ? world.projects.filter((it) => it.groupId === group.id).map((it) => it.id)
      : [project.id],
  );
  return world.labels
    .filter(
      (label) => label.groupId === group.id || (label.projectId !== null && projects.has(label.projectId)),
    )
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

/** Value of the item's label in a scope: `ready` for `workflow::ready`; `null` when it has none. */
export function scopedValue(world: World, item: Item, scope: string): string | null {
  const label = labelsOf(world, item).find((it) => it.name.startsWith(`${scope}::`));
  return label === undefined ? null : label.name.slice(scope.length + 2);
}

/** The issue's links grouped as GitLab shows them, each group by iid. */
export function linkedIssues(world: World, issue: Issue): LinkedIssues {
  const pick = (wanted: (link: IssueLink) => boolean): Linked[] =>
    linksOf(world, issue)
      .filter(wanted)
      .flatMap((link) => {
        const otherId = link.sourceId === issue.id ? link.targetId : link.sourceId;
        const other = findIssueById(world, otherId);
        return other === undefined ? [] : [{ link, issue: other }];
      })
      .toSorted((one, other) => one.issue.iid - other.issue.iid);
  return {
    blocks: pick((link) => link.type === 'blocks' && link.sourceId === issue.id),
    blockedBy: pick((link) => link.type === 'blocks' && link.targetId === issue.id),
    relatesTo: pick(
      (link) => link.type === 'relates_to' && (link.sourceId === issue.id || link.targetId === issue.id),
    ),
  };
}

/** Where an item lives: the group, and the project of an issue. */
export interface Place {
  readonly group: Group;
  readonly project: Project | null;
}

export function placeOf(world: World, item: Item): Place | null {
  const group = groupOf(world, item);
  if (group === undefined) return null;
  return { group, project: item.kind === 'issue' ? (projectOf(world, item) ?? null) : null };
}

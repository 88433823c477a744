/** The order of issues on boards and of the children of an epic. */
import type { Engine } from './engine.ts';
import { snapshot } from './hook-payload.ts';
import { fireItem } from './item-writes.ts';
import type { NeighbourIds } from './operations.ts';
import { groupIdOf } from './reading.ts';
import type { Positions } from './relative-position.ts';
import { moveBetween, positionAtEnd } from './relative-position.ts';
import type { Epic, Issue, User, World } from './world.ts';

const ON_BOARDS: Positions<Issue> = {
  of: (issue) => issue.relativePosition ?? Number.MAX_SAFE_INTEGER,
  set: (issue, position) => {
    issue.relativePosition = position;
  },
};

const IN_EPIC: Positions<Issue> = {
  of: (issue) => issue.epicPosition ?? 0,
  set: (issue, position) => {
    issue.epicPosition = position;
  },
};

/** Issues of an epic, as they stand in it. */
export function childrenOf(world: World, epic: Epic): Issue[] {
  return world.issues
    .filter((issue) => issue.epicId === epic.id)
    .toSorted((one, other) => IN_EPIC.of(one) - IN_EPIC.of(other) || one.id - other.id);
}

/**
 * Order of a board's lists: by position; issues without one last, newest first.
 * @see app/services/boards/issues/list_service.rb `order_by_position_and_priority`
 */
export function byBoardPosition(one: Issue, other: Issue): number {
  return ON_BOARDS.of(one) - ON_BOARDS.of(other) || other.id - one.id;
}

/** Gives a new issue its place on boards: below all others of its group. @see app/workers/issues/placement_worker.rb */
export function placeAtEnd(world: World, issue: Issue): void {
  const taken = siblingsOf(world, issue).flatMap((it) => (it === issue ? [] : (it.relativePosition ?? [])));
  issue.relativePosition = positionAtEnd(taken);
}

/** Issues of one top-level group share an order. @see app/models/issue.rb `relative_positioning_query_base` */
function siblingsOf(world: World, issue: Issue): Issue[] {
  const groupId = groupIdOf(world, issue);
  const projectIds = new Set(world.projects.filter((it) => it.groupId === groupId).map(({ id }) => id));
  return world.issues.filter(({ projectId }) => projectIds.has(projectId));
}

/**
 * Moves an issue on boards. It is told to webhooks; `updated_at` stays, as for every change of nothing but the place.
 *
 * @returns `false` when a neighbour that was named does not exist
 * @see app/services/issues/reorder_service.rb, app/services/issuable_base_service.rb `handle_move_between_ids` and `update_timestamp?`
 */
export function reorderIssue(
  engine: Engine,
  actor: User,
  issue: Issue,
  { moveBeforeId, moveAfterId }: NeighbourIds,
): boolean {
  const siblings = siblingsOf(engine.world, issue);
  const before = siblings.find(({ id }) => id === moveBeforeId) ?? null;
  const after = siblings.find(({ id }) => id === moveAfterId) ?? null;
  const isUnknown =
    (moveBeforeId !== undefined && before === null) || (moveAfterId !== undefined && after === null);
  if (isUnknown || (before === null && after === null)) return false;
  const was = snapshot(engine.world, issue);
  moveBetween(siblings, issue, { before, after }, ON_BOARDS);
  fireItem(engine, actor, issue, 'update', was);
  engine.announce({ kind: 'issue', id: issue.id, actor, groupId: groupIdOf(engine.world, issue) });
  return true;
}

/**
 * Moves a child within its epic; ids are those of the assignments. It changes the epic's order alone: no issue, no
 * webhook.
 *
 * @returns `false` when a neighbour that was named is not in the epic
 * @see ee/app/services/epic_issues/update_service.rb: `move_before_id` becomes the left neighbour
 */
export function reorderChild(
  { world }: Engine,
  epic: Epic,
  child: Issue,
  { moveBeforeId, moveAfterId }: NeighbourIds,
): boolean {
  const children = childrenOf(world, epic);
  const before = children.find(({ epicIssueId }) => epicIssueId === moveBeforeId) ?? null;
  const after = children.find(({ epicIssueId }) => epicIssueId === moveAfterId) ?? null;
  if (moveBeforeId === undefined && moveAfterId === undefined) return true;
  const isUnknown =
    (moveBeforeId !== undefined && before === null) || (moveAfterId !== undefined && after === null);
  if (isUnknown) return false;
  moveBetween(children, child, { before, after }, IN_EPIC);
  return true;
}

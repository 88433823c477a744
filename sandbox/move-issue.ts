import type { Engine } from './engine.ts';
import { timestamp } from './engine.ts';
import { fireItem } from './item-writes.ts';
import { findOrCreateLabels } from './labels.ts';
import { takeId } from './new-world.ts';
import { Refusal } from './operations.ts';
import { groupIdOf, itemAccess, labelsOf, projectAccess, projectById, referenceTo } from './reading.ts';
import { addEvent, addSystemNote } from './traces.ts';
import type { Issue, Project, User } from './world.ts';

/**
 * Moves an issue into another project: a new issue by the same author takes over its texts, labels (those the target
 * knows), people, notes, links and, within the group, its epic; the old one is closed and names the new one.
 *
 * @throws {Refusal} 400 without Planner in both projects, for the project it is in, and for one already moved.
 * @see https://docs.gitlab.com/api/issues/#move-an-issue
 * @see app/services/issues/move_service.rb, ee/app/services/ee/issues/move_service.rb `rewrite_epic_issue`
 */
export function moveIssue(engine: Engine, actor: User, old: Issue, to: Project): Issue {
  const { world } = engine;
  const refuse = (message: string): Refusal => new Refusal(400, { message });
  if (
    itemAccess(world, actor, old) < 15 ||
    projectAccess(world, actor, to) < 15 ||
    typeof old.movedToId === 'number'
  )
    throw refuse('Cannot move issue due to insufficient permissions!');
  if (old.projectId === to.id) throw refuse('Cannot move issue to project it originates from!');
  const at = timestamp(engine);
  const names = labelsOf(world, old).map(({ name }) => name);
  const owner = { groupId: to.groupId, projectId: to.id };
  const moved: Issue = {
    ...old,
    id: takeId(world, 'workItem'),
    iid: to.nextIid,
    projectId: to.id,
    labelIds: findOrCreateLabels(engine, owner, names, false),
    assigneeIds: [...old.assigneeIds],
    epicId: null,
    epicIssueId: null,
    updatedAt: at,
  };
  to.nextIid += 1;
  world.issues.push(moved);
  if (projectById(world, old.projectId).groupId === to.groupId) takeOverEpic(old, moved);
  takeOverNotes(engine, old, moved);
  takeOverLinks(engine, old, moved);
  old.movedToId = moved.id;
  old.state = 'closed';
  old.closedAt = at;
  old.closedById = actor.id;
  old.updatedAt = at;
  addEvent(engine, actor, old, { kind: 'state', state: 'closed' });
  addSystemNote(engine, actor, moved, `moved from ${referenceTo(world, old, moved)}`);
  addSystemNote(engine, actor, old, `moved to ${referenceTo(world, moved, old)}`);
  fireItem(engine, actor, moved, 'open', null);
  fireItem(engine, actor, old, 'close', null);
  for (const issue of [old, moved])
    engine.announce({ kind: 'issue', id: issue.id, actor, groupId: groupIdOf(world, issue) });
  return moved;
}

function takeOverEpic(old: Issue, moved: Issue): void {
  moved.epicId = old.epicId;
  moved.epicIssueId = old.epicIssueId;
  old.epicId = null;
  old.epicIssueId = null;
  delete old.epicPosition;
}

/** Notes are copied, with their authors. */
function takeOverNotes({ world }: Engine, old: Issue, moved: Issue): void {
  const own = world.notes.filter(({ target }) => target.kind === 'issue' && target.id === old.id);
  for (const note of own)
    world.notes.push({ ...note, id: takeId(world, 'note'), target: { kind: 'issue', id: moved.id } });
}

function takeOverLinks({ world }: Engine, old: Issue, moved: Issue): void {
  for (const [index, link] of world.links.entries()) {
    if (link.sourceId === old.id) world.links[index] = { ...link, sourceId: moved.id };
    if (link.targetId === old.id) world.links[index] = { ...link, targetId: moved.id };
  }
}

import type { Engine } from './engine.ts';
import { timestamp } from './engine.ts';
import { fireItem } from './item-writes.ts';
import { findOrCreateLabels } from './labels.ts';
import { takeId } from './new-world.ts';
import { Refusal } from './operations.ts';
import { placeAtEnd } from './ordering.ts';
import {
  fullPathOf,
  groupIdOf,
  itemAccess,
  labelsOf,
  projectAccess,
  projectById,
  referenceTo,
} from './reading.ts';
import { awardsTo, eventsOn, findIssueByIid, linksOf, notesOn } from './records.ts';
import { addEvent, addSystemNote, newDiscussionId } from './traces.ts';
import type { Issue, Project, User, World } from './world.ts';

const PLANNER = 15;

/**
 * Moves an issue into another project: a new issue by the same author takes over its texts, labels (those the target
 * knows), people, links and, within the group, its epic and its places; notes, reactions and label and state events
 * are copied. The old one is closed, names the new one and keeps its own notes.
 *
 * @throws {Refusal} 400 without Planner in both projects, for the project it is in, and for one already moved.
 * @see https://docs.gitlab.com/api/issues/#move-an-issue
 * @see app/services/issues/move_service.rb, app/services/work_items/data_sync/move_service.rb, ee/app/services/ee/issues/move_service.rb `rewrite_epic_issue`
 */
export function moveIssue(engine: Engine, actor: User, old: Issue, to: Project): Issue {
  checkMayMove(engine, actor, old, to);
  const { world } = engine;
  const staysInGroup = projectById(world, old.projectId).groupId === to.groupId;
  const moved = newIssue(engine, old, to);
  if (staysInGroup) takeOverEpic(old, moved);
  else placeAtEnd(world, moved);
  copyNotes(engine, old, moved);
  copyEvents(engine, old, moved);
  takeOverLinks(engine, old, moved);
  closeOld(engine, actor, old, moved);
  addSystemNote(engine, actor, moved, `moved from ${referenceTo(world, old, moved)}`);
  addSystemNote(engine, actor, old, `moved to ${referenceTo(world, moved, old)}`);
  fireItem(engine, actor, moved, 'open', null);
  fireItem(engine, actor, old, 'close', null);
  for (const issue of [old, moved])
    engine.announce({ kind: 'issue', id: issue.id, actor, groupId: groupIdOf(world, issue) });
  return moved;
}

function checkMayMove({ world }: Engine, actor: User, old: Issue, to: Project): void {
  const refuse = (message: string): Refusal => new Refusal(400, { message });
  if (
    itemAccess(world, actor, old) < PLANNER ||
    projectAccess(world, actor, to) < PLANNER ||
    typeof old.movedToId === 'number'
  )
    throw refuse('Cannot move issue due to insufficient permissions!');
  if (old.projectId === to.id) throw refuse('Cannot move issue to project it originates from!');
}

function newIssue(engine: Engine, old: Issue, to: Project): Issue {
  const { world } = engine;
  const names = labelsOf(world, old).map(({ name }) => name);
  const owner = { groupId: to.groupId, projectId: to.id };
  const moved: Issue = {
    ...old,
    id: takeId(world, 'workItem'),
    iid: to.nextIid,
    projectId: to.id,
    description: rewriteReferences(world, old.description, old, to),
    labelIds: findOrCreateLabels(engine, owner, names, false),
    assigneeIds: [...old.assigneeIds],
    epicId: null,
    epicIssueId: null,
    updatedAt: timestamp(engine),
  };
  delete moved.epicPosition;
  to.nextIid += 1;
  world.issues.push(moved);
  return moved;
}

function closeOld(engine: Engine, actor: User, old: Issue, moved: Issue): void {
  old.movedToId = moved.id;
  old.state = 'closed';
  old.closedAt = moved.updatedAt;
  old.closedById = actor.id;
  old.updatedAt = moved.updatedAt;
  addEvent(engine, actor, old, { kind: 'state', state: 'closed' });
}

function takeOverEpic(old: Issue, moved: Issue): void {
  if (old.epicPosition !== undefined) moved.epicPosition = old.epicPosition;
  moved.epicId = old.epicId;
  moved.epicIssueId = old.epicIssueId;
  old.epicId = null;
  old.epicIssueId = null;
  delete old.epicPosition;
}

/**
 * Copies have new ids and are in new threads; author, times and reactions stay. References in a text are rewritten so
 * that they still mean the same issue: **a copied comment need not have the same text**.
 *
 * @see app/services/work_items/data_sync/handlers/notes/copy_service.rb
 */
function copyNotes({ world }: Engine, old: Issue, moved: Issue): void {
  const to = projectById(world, moved.projectId);
  const threads = new Map<string, string>();
  for (const note of notesOn(world, old)) {
    const id = takeId(world, 'note');
    const discussionId = threads.get(note.discussionId) ?? newDiscussionId(moved, id);
    threads.set(note.discussionId, discussionId);
    const body = rewriteReferences(world, note.body, old, to);
    world.notes.push({ ...note, id, discussionId, body, target: { kind: 'issue', id: moved.id } });
    for (const award of awardsTo(world, note))
      world.awards.push({ ...award, id: takeId(world, 'awards'), noteId: id });
  }
}

/** @see lib/gitlab/issuable/clone/copy_resource_events_service.rb */
function copyEvents({ world }: Engine, old: Issue, moved: Issue): void {
  for (const event of eventsOn(world, old))
    world.events.push({ ...event, id: takeId(world, 'event'), target: { kind: 'issue', id: moved.id } });
}

/** Code, comments and, to be rewritten, `#7`. */
const SHORT_REFERENCE = /(?:```[^]*?```|`[^`\n]*`|<!--[^]*?-->)|(?<![\w/#&])#(?<iid>\d+)\b/gu;

/**
 * `#7` as it has to be written in another project: `engagements#7`, or `services/engagements#7` from another group.
 * @see lib/gitlab/gfm/reference_rewriter.rb
 */
function rewriteReferences(world: World, text: string, from: Issue, to: Project): string {
  const project = projectById(world, from.projectId);
  const path = project.groupId === to.groupId ? project.path : fullPathOf(world, project);
  return text.replaceAll(SHORT_REFERENCE, (match, ...rest) => {
    const { iid } = rest.at(-1) as { readonly iid?: string };
    const isKnown = iid !== undefined && findIssueByIid(world, project.id, Number(iid)) !== undefined;
    return isKnown ? `${path}#${iid}` : match;
  });
}

function takeOverLinks({ world }: Engine, old: Issue, moved: Issue): void {
  const follow = (id: number): number => (id === old.id ? moved.id : id);
  for (const link of linksOf(world, old)) {
    world.links.splice(world.links.indexOf(link), 1);
    world.links.push({ ...link, sourceId: follow(link.sourceId), targetId: follow(link.targetId) });
  }
}

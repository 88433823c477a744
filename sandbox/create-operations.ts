import type { Engine } from './engine.ts';
import { timestamp } from './engine.ts';
import { checkTexts, epicToJoin } from './item-checks.ts';
import { fillNewItem, replaceDescription, updateItem } from './item-writes.ts';
import { linkIssues, unlinkIssues } from './link-writes.ts';
import { moveIssue } from './move-issue.ts';
import { takeId } from './new-world.ts';
import { removeNote, rewriteNote, writeNote } from './note-writes.ts';
import type { EpicChanges, IssueChanges, Operations } from './operations.ts';
import { Refusal } from './operations.ts';
import { placeAtEnd, reorderIssue } from './ordering.ts';
import { createPipeline, setPipeline } from './pipeline-writes.ts';
import type { Item } from './reading.ts';
import {
  canSeeGroup,
  canSeeProject,
  canUpdate,
  forbidden,
  groupAccess,
  groupById,
  groupIdOf,
  hasPremium,
  itemAccess,
  notFound,
  projectAccess,
  projectById,
} from './reading.ts';
import { withTask } from './task-list.ts';
import { writeInThread } from './threads.ts';
import type { Epic, Issue, IssueLink, Note, Project, User, Workable } from './world.ts';

/** Every write of the stand-in, on one world. The API and the pages share it. */
export function createOperations(engine: Engine): Operations {
  const { world } = engine;
  return {
    createIssue: (actor, projectId, fields) => createIssue(engine, actor, projectId, fields),
    updateIssue(actor, issue, changes) {
      updateItem(engine, actor, issue, changes);
      return issue;
    },
    createEpic: (actor, groupId, fields) => createEpic(engine, actor, groupId, fields),
    updateEpic(actor, epic, changes) {
      updateItem(engine, actor, epic, changes);
      return epic;
    },
    createNote: (actor, target, body, { internal = false } = {}) =>
      writeNote(engine, actor, target, { body, internal }).note,
    replyTo: (actor, target, comment, body) =>
      writeInThread(engine, actor, target, { body, inReplyTo: comment }),
    updateNote: (actor, note, body) => rewriteNote(engine, actor, note, body).note,
    deleteNote: (actor, note) => removeNote(engine, actor, note),
    linkIssues(actor, source, target, type) {
      const link = linkIssues(engine, actor, { source, target, type });
      if (link === null) throw notFound('Issue Link');
      return link;
    },
    unlinkIssues: (actor, link) => unlinkIssues(engine, actor, link),
    reorderIssue: (actor, issue, neighbours) => reorderIssue(engine, actor, issue, neighbours),
    moveIssue: (actor, issue, to) => moveIssue(engine, actor, issue, to),
    deleteIssue: (actor, issue) => deleteItem(engine, actor, issue),
    deleteEpic: (actor, epic) => deleteItem(engine, actor, epic),
    toggleTask(actor, target, index, done) {
      if (!canUpdate(world, actor, target)) throw forbidden();
      const ticked = withTask(target.description, index, done);
      if (ticked === null) throw new Refusal(422, { message: 'The task could not be found' });
      if (ticked.text === target.description) return;
      const note = `marked the checklist item **${ticked.words}** as ${done ? 'completed' : 'incomplete'}`;
      replaceDescription(engine, actor, target, ticked.text, note);
    },
    createPipeline: (actor, project, fields) => createPipeline(engine, actor, project, fields),
    setPipeline: (actor, pipeline, status) => setPipeline(engine, actor, pipeline, status),
    setState(actor, target, state) {
      updateItem(engine, actor, target, { stateEvent: state === 'closed' ? 'close' : 'reopen' });
    },
  };
}

/** Guests and up may create issues, and may set an issue's metadata while creating it. */
function createIssue(
  engine: Engine,
  actor: User,
  projectId: number,
  fields: IssueChanges & { readonly title: string },
): Issue {
  const { world } = engine;
  const project = projectById(world, projectId);
  if (!canSeeProject(world, actor, project)) throw notFound('Project');
  if (projectAccess(world, actor, project) < 10) throw forbidden();
  engine.limits.count('issueCreation', actor.id);
  checkTexts(fields);
  const isConfidential =
    (fields.confidential ?? false) || joinsConfidentialEpic(engine, actor, project, fields);
  const issue: Issue = {
    kind: 'issue',
    id: takeId(world, 'workItem'),
    iid: project.nextIid,
    projectId,
    ...newItem(engine, actor, fields.title),
    confidential: isConfidential,
    assigneeIds: [],
    dueDate: null,
    weight: null,
    epicId: null,
    epicIssueId: null,
  };
  project.nextIid += 1;
  world.issues.push(issue);
  fillNewItem(engine, actor, issue, { ...fields, confidential: isConfidential });
  placeAtEnd(world, issue);
  return issue;
}

/** Naming an epic takes a Planner even while creating; a confidential epic makes the new issue confidential. */
function joinsConfidentialEpic(engine: Engine, actor: User, project: Project, fields: IssueChanges): boolean {
  const { epicId = null } = fields;
  if (epicId === null || epicId === 0) return false;
  if (projectAccess(engine.world, actor, project) < 15) throw forbidden();
  return epicToJoin(engine, actor, epicId, null).confidential;
}

/** Epics take Premium and the Planner role. */
function createEpic(
  engine: Engine,
  actor: User,
  groupId: number,
  fields: EpicChanges & { readonly title: string },
): Epic {
  const { world } = engine;
  const group = groupById(world, groupId);
  if (!canSeeGroup(world, actor, group)) throw notFound('Group');
  if (!hasPremium(world) || groupAccess(actor, group) < 15) throw forbidden();
  engine.limits.count('issueCreation', actor.id);
  checkTexts(fields);
  const iid = world.nextEpicIid.get(groupId) ?? 1;
  const epic: Epic = {
    kind: 'epic',
    id: takeId(world, 'epic'),
    iid,
    groupId,
    workItemId: takeId(world, 'workItem'),
    ...newItem(engine, actor, fields.title),
    confidential: fields.confidential ?? false,
    startDate: null,
    dueDate: null,
  };
  world.nextEpicIid.set(groupId, iid + 1);
  world.epics.push(epic);
  fillNewItem(engine, actor, epic, fields);
  return epic;
}

function newItem(engine: Engine, actor: User, title: string): Omit<Workable, 'id' | 'iid' | 'confidential'> {
  const at = timestamp(engine);
  return {
    authorId: actor.id,
    createdAt: at,
    updatedAt: at,
    title,
    description: '',
    state: 'opened',
    labelIds: [],
    closedAt: null,
    closedById: null,
  };
}

/** Planners (15) and Owners (50) delete; the roles between do not. An epic's issues are released, not deleted. */
function deleteItem(engine: Engine, actor: User, item: Item): void {
  const { world } = engine;
  const level = itemAccess(world, actor, item);
  if (level !== 15 && level !== 50) throw forbidden();
  const groupId = groupIdOf(world, item);
  const isHere = (it: { readonly target: Note['target'] }): boolean =>
    it.target.kind === item.kind && it.target.id === item.id;
  if (item.kind === 'epic') {
    for (const issue of world.issues.filter((it) => it.epicId === item.id)) {
      issue.epicId = null;
      issue.epicIssueId = null;
    }
    remove(world.epics, (it) => it === item);
  } else {
    remove(world.links, (link: IssueLink) => link.sourceId === item.id || link.targetId === item.id);
    remove(world.issues, (it) => it === item);
  }
  for (const list of [world.notes, world.events, world.todos])
    remove(list as { readonly target: Note['target'] }[], isHere);
  engine.announce({ kind: item.kind, id: item.id, actor, groupId });
}

function remove<T>(list: T[], isGone: (it: T) => boolean): void {
  for (let at = list.length - 1; at >= 0; at -= 1) {
    const it = list[at];
    if (it !== undefined && isGone(it)) list.splice(at, 1);
  }
}

/** Notes: comments on issues and epics. @see https://docs.gitlab.com/api/notes/ */
import { characterCount } from './characters.ts';
import type { Engine } from './engine.ts';
import { timestamp } from './engine.ts';
import { notePayload } from './hook-payload.ts';
import { applyUpdate, runLater } from './item-writes.ts';
import { Refusal } from './operations.ts';
import { extractQuickActions } from './quick-actions.ts';
import type { Item } from './reading.ts';
import { canSee, forbidden, groupIdOf, itemAccess, notFound, projectById } from './reading.ts';
import type { Draft } from './run-quick-actions.ts';
import { runQuickActions } from './run-quick-actions.ts';
import { addNote, noteReferences } from './traces.ts';
import type { Note, User } from './world.ts';

const LONGEST_NOTE = 1_000_000;
const MAINTAINER = 40;

export interface WrittenNote {
  /** `null` when the text held quick actions only. */
  readonly note: Note | null;
  /** What the quick actions changed, by attribute. */
  readonly commandsChanges: Readonly<Record<string, unknown>>;
  readonly summary: readonly string[];
}

/** The item a note is on. */
export function targetOf(engine: Pick<Engine, 'world'>, note: Note): Item {
  const items: readonly Item[] = note.target.kind === 'issue' ? engine.world.issues : engine.world.epics;
  const item = items.find((it) => it.id === note.target.id);
  if (item === undefined) throw notFound('Note');
  return item;
}

/**
 * Writes a note. Quick actions run first and are cut out; when nothing is left there is no note.
 * @throws {Refusal} 400 when it is blank, too long, or holds only quick actions none of which can be carried out.
 */
export function writeNote(
  engine: Engine,
  actor: User,
  target: Item,
  fields: { readonly body: string; readonly internal: boolean },
): WrittenNote {
  checkMayComment(engine, actor, target);
  engine.limits.count('noteCreation', actor.id);
  checkNoteBody(fields.body);
  const { text, commands } = extractQuickActions(fields.body);
  const ran = runQuickActions(engine, actor, { item: target, persisted: true }, commands);
  if (text.trim() === '' && ran.applied.length === 0) {
    throw new Refusal(400, {
      message: `400 Bad request - Could not apply ${ran.refused.join(', ')} command.`,
    });
  }
  const note =
    text.trim() === ''
      ? null
      : addNote(engine, actor, target, { body: text, system: false, internal: fields.internal });
  if (note !== null) {
    noteReferences(engine, actor, target, { before: '', after: note.body });
    fireNote(engine, actor, note, 'create');
  }
  if (Object.keys(ran.changes).length > 0) applyUpdate(engine, actor, target, ran.changes);
  runLater(engine, actor, ran);
  const groupId = groupIdOf(engine.world, target);
  if (note !== null) engine.announce({ kind: 'note', id: note.id, actor, groupId });
  if (commands.length > 0) engine.announce({ kind: target.kind, id: target.id, actor, groupId });
  return {
    note,
    commandsChanges: toCommandsChanges(ran.changes),
    summary: ran.applied.map((name) => `Applied ${name} command.`),
  };
}

function checkMayComment(engine: Engine, actor: User, target: Item): void {
  if (!canSee(engine.world, actor, target)) throw notFound(target.kind === 'issue' ? 'Issue' : 'Epic');
  const isLocked = target.kind === 'issue' && target.discussionLocked === true;
  if (isLocked && itemAccess(engine.world, actor, target) < 10) throw forbidden();
}

/** @throws {Refusal} 400 when it is blank or too long. */
export function checkNoteBody(body: string): void {
  if (body.trim() === '')
    throw new Refusal(400, { message: `400 Bad request - Note {:note=>["can't be blank"]}` });
  if (characterCount(body) > LONGEST_NOTE) {
    const problem = `{:note=>["is too long (maximum is ${LONGEST_NOTE} characters)"]}`;
    throw new Refusal(400, { message: `400 Bad request - Note ${problem}` });
  }
}

const CHANGE_NAMES: Readonly<Record<string, string>> = {
  stateEvent: 'state_event',
  addLabels: 'add_label_ids',
  removeLabels: 'remove_label_ids',
  labels: 'label_ids',
  assigneeIds: 'assignee_ids',
  dueDate: 'due_date',
  epicId: 'epic',
  discussionLocked: 'discussion_locked',
};

function toCommandsChanges(changes: Draft): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changes).map(([key, value]) => [CHANGE_NAMES[key] ?? key, value]));
}

/** Edits a note: its author or a Maintainer. Only people newly mentioned get a to-do. */
export function rewriteNote(engine: Engine, actor: User, note: Note, body: string): Note {
  const target = targetOf(engine, note);
  checkMayEdit(engine, actor, note);
  checkNoteBody(body);
  const { text, commands } = extractQuickActions(body);
  const ran = runQuickActions(engine, actor, { item: target, persisted: true }, commands);
  const before = note.body;
  note.body = text;
  note.updatedAt = timestamp(engine);
  target.updatedAt = note.updatedAt;
  noteReferences(engine, actor, target, { before, after: note.body });
  if (Object.keys(ran.changes).length > 0) applyUpdate(engine, actor, target, ran.changes);
  runLater(engine, actor, ran);
  fireNote(engine, actor, note, 'update');
  engine.announce({ kind: 'note', id: note.id, actor, groupId: groupIdOf(engine.world, target) });
  return note;
}

export function removeNote(engine: Engine, actor: User, note: Note): void {
  checkMayEdit(engine, actor, note);
  const target = targetOf(engine, note);
  engine.world.notes.splice(engine.world.notes.indexOf(note), 1);
  engine.announce({ kind: 'note', id: note.id, actor, groupId: groupIdOf(engine.world, target) });
}

function checkMayEdit(engine: Engine, actor: User, note: Note): void {
  const level = itemAccess(engine.world, actor, targetOf(engine, note));
  if (note.system || (note.authorId !== actor.id && level < MAINTAINER)) throw forbidden();
}

/** Whether the user sees a note: internal ones are for Planners and up. */
export function canSeeNote(engine: Pick<Engine, 'world'>, user: User | null, note: Note): boolean {
  const target = targetOf(engine, note);
  if (!canSee(engine.world, user, target)) return false;
  return note.internal !== true || itemAccess(engine.world, user, target) >= 15;
}

function fireNote(engine: Engine, actor: User, note: Note, action: 'create' | 'update'): void {
  const issue = targetOf(engine, note);
  if (issue.kind !== 'issue') return;
  engine.hooks.fire({
    event: issue.confidential || note.internal === true ? 'confidential_note' : 'note',
    groupId: projectById(engine.world, issue.projectId).groupId,
    projectId: issue.projectId,
    payload: notePayload(engine.world, { note, issue, actor, action }),
  });
}

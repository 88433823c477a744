/** Notes: comments on issues and epics. @see https://docs.gitlab.com/api/notes/ */
import { characterCount } from './characters.ts';
import type { Engine } from './engine.ts';
import { timestamp } from './engine.ts';
import { notePayload } from './hook-payload.ts';
import { applyUpdate, runLater } from './item-writes.ts';
import { checkMayEdit, isLockedFor, targetOf } from './note-access.ts';
import { Refusal } from './operations.ts';
import { extractQuickActions } from './quick-actions.ts';
import type { Item } from './reading.ts';
import { canSee, forbidden, groupIdOf, notFound, projectById, userById } from './reading.ts';
import type { Draft, Ran } from './run-quick-actions.ts';
import { runQuickActions } from './run-quick-actions.ts';
import { addNote, noteReferences } from './traces.ts';
import type { Note, User } from './world.ts';

const LONGEST_NOTE = 1_000_000;

export interface WrittenNote {
  /** `null` when the text held quick actions only. */
  readonly note: Note | null;
  /** What the quick actions changed, by attribute. */
  readonly commandsChanges: Readonly<Record<string, unknown>>;
  readonly summary: readonly string[];
}

export interface NewNote {
  readonly body: string;
  readonly internal: boolean;
  /** Opens a thread of its own: `DiscussionNote`. */
  readonly threaded?: boolean;
  /** First note of the thread that is replied to. */
  readonly inReplyTo?: Note;
}

/**
 * Writes a note. Quick actions run first and are cut out; when nothing is left there is no note.
 * @throws {Refusal} 400 when it is blank, too long, or holds only quick actions none of which can be carried out.
 */
export function writeNote(engine: Engine, actor: User, target: Item, fields: NewNote): WrittenNote {
  checkMayComment(engine, actor, target);
  engine.limits.count('noteCreation', actor.id);
  checkNoteBody(fields.body);
  const { text, commands } = extractQuickActions(fields.body);
  const ran = runQuickActions(engine, actor, { item: target, persisted: true }, commands);
  const isCommandsOnly = text.trim() === '';
  if (isCommandsOnly && ran.applied.length === 0) throw notApplied(ran);
  const note = isCommandsOnly ? null : keepNote(engine, actor, target, { ...fields, body: text });
  carryOut(engine, actor, target, ran);
  const groupId = groupIdOf(engine.world, target);
  if (note !== null) engine.announce({ kind: 'note', id: note.id, actor, groupId });
  if (commands.length > 0) engine.announce({ kind: target.kind, id: target.id, actor, groupId });
  return written(note, ran);
}

function notApplied({ refused }: Ran): Refusal {
  return new Refusal(400, { message: `400 Bad request - Could not apply ${refused.join(', ')} command.` });
}

function written(note: Note | null, { changes, applied }: Ran): WrittenNote {
  const summary = applied.map((name) => `Applied ${name} command.`);
  return { note, commandsChanges: toCommandsChanges(changes), summary };
}

function carryOut(engine: Engine, actor: User, target: Item, ran: Ran): void {
  if (Object.keys(ran.changes).length > 0) applyUpdate(engine, actor, target, ran.changes);
  runLater(engine, actor, ran);
}

/**
 * Saves a note. A reply joins the thread, is internal when the thread is, and stays resolved in a resolved one. The
 * first reply to a single comment turns that comment into the start of a thread, which saves it: its `updated_at`
 * moves, although nobody edited it.
 *
 * @see app/services/notes/create_service.rb `update_discussions`, app/models/individual_note_discussion.rb `convert_to_discussion!`
 * @see app/services/notes/build_service.rb
 */
function keepNote(engine: Engine, actor: User, target: Item, fields: NewNote): Note {
  const { inReplyTo: first } = fields;
  const note = addNote(engine, actor, target, {
    body: fields.body,
    system: false,
    internal: first?.internal ?? fields.internal,
    threaded: first !== undefined || fields.threaded === true,
    ...(first === undefined ? {} : { discussionId: first.discussionId }),
  });
  if (first?.threaded === false) {
    first.threaded = true;
    first.updatedAt = note.createdAt;
  }
  if (first?.resolvedAt !== undefined) {
    note.resolvedAt = note.createdAt;
    note.resolvedById = actor.id;
  }
  noteReferences(engine, actor, target, { before: '', after: note.body });
  fireNote(engine, note, 'create');
  return note;
}

function checkMayComment(engine: Engine, actor: User, target: Item): void {
  if (!canSee(engine.world, actor, target)) throw notFound(target.kind === 'issue' ? 'Issue' : 'Epic');
  if (isLockedFor(engine, actor, target)) throw forbidden();
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
  timeEstimate: 'time_estimate',
  timeSpent: 'spend_time',
};

function toCommandsChanges(changes: Draft): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changes).map(([key, value]) => [CHANGE_NAMES[key] ?? key, value]));
}

/**
 * Edits a note. Only a changed text moves its `updated_at`, names an editor and is told to webhooks; people newly
 * mentioned get a to-do. An edit that leaves nothing but quick actions deletes the note once they are carried out.
 *
 * @throws {Refusal} 400, or 403 for who is neither author nor Maintainer
 * @see app/services/notes/update_service.rb
 */
export function rewriteNote(engine: Engine, actor: User, note: Note, body: string): WrittenNote {
  const target = targetOf(engine, note);
  checkMayEdit(engine, actor, note);
  checkNoteBody(body);
  const { text, commands } = extractQuickActions(body);
  const ran = runQuickActions(engine, actor, { item: target, persisted: true }, commands);
  const isCommandsOnly = text.trim() === '';
  if (isCommandsOnly && ran.applied.length === 0) throw notApplied(ran);
  if (!isCommandsOnly) changeText(engine, actor, note, text);
  carryOut(engine, actor, target, ran);
  if (isCommandsOnly) dropNote(engine, note);
  engine.announce({ kind: 'note', id: note.id, actor, groupId: groupIdOf(engine.world, target) });
  return written(isCommandsOnly ? null : note, ran);
}

function changeText(engine: Engine, actor: User, note: Note, text: string): void {
  const target = targetOf(engine, note);
  const at = timestamp(engine);
  // `touch_noteable` comes after every save, `updated_at` of the note only with a change.
  target.updatedAt = at;
  if (text === note.body) return;
  const before = note.body;
  note.body = text;
  note.updatedAt = at;
  note.lastEdited = { byId: actor.id, at };
  noteReferences(engine, actor, target, { before, after: text });
  fireNote(engine, note, 'update');
}

/** Deletes a note with its reactions. @throws {Refusal} 403 for who is neither author nor Maintainer */
export function removeNote(engine: Engine, actor: User, note: Note): void {
  checkMayEdit(engine, actor, note);
  const target = targetOf(engine, note);
  dropNote(engine, note);
  engine.announce({ kind: 'note', id: note.id, actor, groupId: groupIdOf(engine.world, target) });
}

function dropNote({ world }: Engine, note: Note): void {
  world.notes.splice(world.notes.indexOf(note), 1);
  for (let at = world.awards.length - 1; at >= 0; at -= 1)
    if (world.awards[at]?.noteId === note.id) world.awards.splice(at, 1);
}

/**
 * Tells webhooks of a note on an issue; GitLab has no such event for epics. The `user` of the event is the note's
 * **author**, also when somebody else edited it: who did is in `updated_by_id`.
 *
 * @see app/services/notes/update_service.rb `DataBuilder::Note.build(note, note.author, :update)`
 * @see app/services/notes/post_process_service.rb
 */
function fireNote(engine: Engine, note: Note, action: 'create' | 'update'): void {
  const issue = targetOf(engine, note);
  if (issue.kind !== 'issue') return;
  engine.hooks.fire({
    event: issue.confidential || note.internal === true ? 'confidential_note' : 'note',
    groupId: projectById(engine.world, issue.projectId).groupId,
    projectId: issue.projectId,
    payload: () =>
      notePayload(engine.world, { note, issue, author: userById(engine.world, note.authorId), action }),
  });
}

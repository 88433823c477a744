/** What a write leaves behind besides the change itself: system notes, resource events, to-dos, cross references. */
import { createHash } from 'node:crypto';
import type { Engine } from './engine.ts';
import { timestamp } from './engine.ts';
import { takeId } from './new-world.ts';
import type { Item } from './reading.ts';
import { canSee, groupById, groupIdOf, projectById, referenceTo } from './reading.ts';
import { findUserById, notesOn } from './records.ts';
import { findReferences } from './references.ts';
import { findItem } from './resolving.ts';
import type { Note, ResourceEvent, Todo, User } from './world.ts';

/**
 * Adds a system note. Like any note it touches `updated_at` of its item.
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/models/note.rb `after_save :touch_noteable`
 */
export function addSystemNote(engine: Engine, actor: User, target: Item, body: string): Note {
  return addNote(engine, actor, target, { body, system: true, internal: false });
}

export function addNote(
  engine: Engine,
  actor: User,
  target: Item,
  fields: {
    readonly body: string;
    readonly system: boolean;
    readonly internal: boolean;
    /** Given for a note in a thread; a single comment takes a new one. */
    readonly discussionId?: string;
    readonly threaded?: boolean;
  },
): Note {
  const at = timestamp(engine);
  const id = takeId(engine.world, 'note');
  const note: Note = {
    id,
    target: { kind: target.kind, id: target.id },
    authorId: actor.id,
    system: fields.system,
    internal: fields.internal,
    createdAt: at,
    discussionId: fields.discussionId ?? newDiscussionId(target, id),
    threaded: fields.threaded ?? false,
    body: fields.body,
    updatedAt: at,
  };
  engine.world.notes.push(note);
  target.updatedAt = at;
  return note;
}

/**
 * Id of the thread that a note opens: 40 hexadecimal digits.
 *
 * @param noteId of the note: GitLab folds a random number in, this one is the same in every run
 * @see app/models/discussion.rb `discussion_id`
 */
export function newDiscussionId(
  target: { readonly kind: string; readonly id: number },
  noteId: number,
): string {
  return createHash('sha1').update(`discussion-${target.kind}-${target.id}-${noteId}`).digest('hex');
}

/** Records a state or label change. GitLab keeps these as resource events, not as notes. */
export function addEvent(engine: Engine, actor: User, target: Item, change: ResourceEvent['change']): void {
  engine.world.events.push({
    id: takeId(engine.world, 'event'),
    userId: actor.id,
    target: { kind: target.kind, id: target.id },
    createdAt: timestamp(engine),
    change,
  });
}

/** Nobody gets a to-do from themselves, nor for something they cannot see. */
export function addTodo(
  engine: Engine,
  actor: User,
  target: Item,
  todo: Pick<Todo, 'userId' | 'action'>,
): void {
  const user = findUserById(engine.world, todo.userId);
  if (user === undefined || user.id === actor.id || user.bot || !canSee(engine.world, user, target)) return;
  engine.world.todos.push({
    id: takeId(engine.world, 'todo'),
    userId: user.id,
    authorId: actor.id,
    action: todo.action,
    target: { kind: target.kind, id: target.id },
    createdAt: timestamp(engine),
  });
}

/**
 * Acts on references in a text that were not in the text before it: to-dos for mentioned people (`@all` and a
 * group's path mean every member), and a note on each issue or epic referred to.
 */
export function noteReferences(
  engine: Engine,
  actor: User,
  item: Item,
  text: { before: string; after: string },
): void {
  const before = findReferences(text.before);
  const after = findReferences(text.after);
  const known = mentionedUsers(engine, item, before);
  for (const userId of mentionedUsers(engine, item, after)) {
    if (!known.has(userId)) addTodo(engine, actor, item, { userId, action: 'mentioned' });
  }
  const seen = new Set([...before.issues, ...before.epics]);
  for (const reference of [...after.issues, ...after.epics]) {
    if (!seen.has(reference)) noteCrossReference(engine, actor, item, reference);
  }
}

function mentionedUsers(
  engine: Engine,
  item: Item,
  references: ReturnType<typeof findReferences>,
): Set<number> {
  const { world } = engine;
  const names = references.users.map((name) => name.toLowerCase());
  const ids = new Set<number>();
  for (const user of world.users) if (names.includes(user.username.toLowerCase())) ids.add(user.id);
  const own = groupById(world, groupIdOf(world, item));
  for (const group of world.groups) {
    const isMeant = names.includes(group.path.toLowerCase()) || (references.all && group.id === own.id);
    if (isMeant) for (const id of group.members.keys()) ids.add(id);
  }
  if (references.all && item.kind === 'issue') {
    for (const id of projectById(world, item.projectId).members.keys()) ids.add(id);
  }
  return ids;
}

function noteCrossReference(engine: Engine, actor: User, item: Item, reference: string): void {
  const target = findItem(engine.world, reference, item);
  if (target === null || target === item || !canSee(engine.world, actor, target)) return;
  const body = `mentioned in ${item.kind} ${referenceTo(engine.world, item, target)}`;
  const isKnown = notesOn(engine.world, target).some((note) => note.system && note.body === body);
  if (!isKnown) addSystemNote(engine, actor, target, body);
}

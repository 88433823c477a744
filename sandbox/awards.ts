/** Emoji reactions to notes. @see https://docs.gitlab.com/api/emoji_reactions/ */
import type { Engine } from './engine.ts';
import { timestamp } from './engine.ts';
import { takeId } from './new-world.ts';
import { canSeeNote, isLockedFor, targetOf } from './note-access.ts';
import { Refusal } from './operations.ts';
import { notFound } from './reading.ts';
import { awardsTo, findNoteById } from './records.ts';
import type { Award, Note, User } from './world.ts';

/**
 * Gives a reaction, which moves the note's `updated_at`, but not its issue's: the column is written without callbacks.
 *
 * @throws {Refusal} 404 for system notes, for an equal one by the same user and for a name that is none
 * @see app/models/award_emoji.rb `after_save :expire_cache`, app/models/note.rb `bump_updated_at`
 * @see lib/api/award_emoji.rb `not_found!("Award Emoji #{service[:message]}")`
 */
export function giveAward(engine: Engine, actor: User, note: Note, name: string): Award {
  const { world } = engine;
  if (note.system || isLockedFor(engine, actor, targetOf(engine, note))) throw notFound('Award Emoji');
  const isGiven = awardsTo(world, note).some((award) => award.userId === actor.id && award.name === name);
  if (isGiven) throw notFound('Award Emoji {:name=>["has already been taken"]}');
  if (!/^[a-z0-9_+-]+$/u.test(name)) throw notFound('Award Emoji {:name=>["is not a valid emoji name"]}');
  const at = timestamp(engine);
  const award = { id: takeId(world, 'awards'), noteId: note.id, userId: actor.id, name, createdAt: at };
  world.awards.push(award);
  note.updatedAt = at;
  return award;
}

/**
 * Takes a reaction back: only whoever gave it. It moves the note's `updated_at` as well (`after_destroy`).
 * @throws {Refusal} 401 for somebody else's
 */
export function takeBackAward(engine: Engine, actor: User, award: Award): void {
  const { world } = engine;
  const note = findNoteById(world, award.noteId);
  if (note === undefined || !canSeeNote(engine, actor, note)) throw notFound('Award Emoji');
  if (award.userId !== actor.id) throw new Refusal(401, { message: '401 Unauthorized' });
  world.awards.splice(world.awards.indexOf(award), 1);
  note.updatedAt = timestamp(engine);
}

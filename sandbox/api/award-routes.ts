import { timestamp } from '#sandbox/engine.ts';
import { takeId } from '#sandbox/new-world.ts';
import { canSeeNote } from '#sandbox/note-writes.ts';
import { notFound } from '#sandbox/reading.ts';
import type { Award, Note } from '#sandbox/world.ts';
import type { Call, Route } from './call.ts';
import { actorOf, created, issueOf, numberPart, PAGING } from './call.ts';
import { paged } from './paging.ts';
import { requireAll } from './parameters.ts';
import { showUserById } from './show.ts';

const PATH = '/projects/:id/issues/:iid/notes/:note_id/award_emoji';

/**
 * Emoji reactions to comments on issues. A second equal one by the same user is **404** with the validation message in
 * it (`lib/api/award_emoji.rb`: `not_found!("Award Emoji #{award.errors.messages}")`).
 * @see https://docs.gitlab.com/api/emoji_reactions/
 */
export const AWARD_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: PATH,
    parameters: PAGING,
    answer(call) {
      const note = noteOf(call);
      const awards = call.engine.world.awards.filter(({ noteId }) => noteId === note.id);
      return paged(call, awards, (award) => showAward(call, award));
    },
  },
  {
    method: 'POST',
    path: PATH,
    parameters: ['name'],
    answer(call) {
      const actor = actorOf(call);
      const note = noteOf(call);
      requireAll(call.parameters, ['name']);
      const name = call.parameters.required('name');
      const { world } = call.engine;
      const isGiven = world.awards.some(
        (award) => award.noteId === note.id && award.userId === actor.id && award.name === name,
      );
      if (isGiven) throw notFound('Award Emoji {:name=>["has already been taken"]}');
      if (!/^[a-z0-9_+-]+$/u.test(name)) throw notFound('Award Emoji {:name=>["is not a valid emoji name"]}');
      const award: Award = {
        id: takeId(world, 'awards'),
        noteId: note.id,
        userId: actor.id,
        name,
        createdAt: timestamp(call.engine),
      };
      world.awards.push(award);
      return created(showAward(call, award));
    },
  },
];

function noteOf(call: Call): Note {
  const issue = issueOf(call);
  const id = numberPart(call, 'note_id');
  const note = call.engine.world.notes.find(
    (it) => it.id === id && it.target.kind === 'issue' && it.target.id === issue.id,
  );
  if (note === undefined || !canSeeNote(call.engine, call.user, note)) throw notFound('Note');
  return note;
}

function showAward(call: Call, award: Award): object {
  return {
    id: award.id,
    name: award.name,
    user: showUserById(call.engine.world, award.userId),
    created_at: award.createdAt,
    updated_at: award.createdAt,
    awardable_id: award.noteId,
    awardable_type: 'Note',
    url: null,
  };
}

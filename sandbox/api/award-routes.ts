import { giveAward, takeBackAward } from '#sandbox/awards.ts';
import type { Item } from '#sandbox/reading.ts';
import { awardsTo } from '#sandbox/records.ts';
import type { Award } from '#sandbox/world.ts';
import type { Call, Route } from './call.ts';
import {
  actorOf,
  created,
  epicOf,
  issueOf,
  noContent,
  numberPart,
  ok,
  PAGING,
  recordNotFound,
} from './call.ts';
import { readableNote } from './note-routes.ts';
import { paged } from './paging.ts';
import { requireAll } from './parameters.ts';
import { showUserById } from './show.ts';

/**
 * Emoji reactions to comments on issues and epics. Here both go by iid, although an epic's notes go by its global id.
 * @see https://docs.gitlab.com/api/emoji_reactions/ and lib/api/award_emoji.rb
 */
export const AWARD_ROUTES: readonly Route[] = [
  ...awardRoutes('/projects/:id/issues/:iid/notes/:note_id/award_emoji', (call) => issueOf(call)),
  ...awardRoutes('/groups/:id/epics/:iid/notes/:note_id/award_emoji', epicOf),
];

function awardRoutes(path: string, itemOf: (call: Call) => Item): Route[] {
  return [
    {
      method: 'GET',
      path,
      parameters: PAGING,
      signedIn: true,
      answer: (call) => paged(call, awardsOf(call, itemOf(call)), (award) => showAward(call, award)),
    },
    {
      method: 'POST',
      path,
      parameters: ['name'],
      answer(call) {
        requireAll(call.parameters, ['name']);
        const note = readableNote(call, itemOf(call));
        const name = call.parameters.required('name');
        return created(showAward(call, giveAward(call.engine, actorOf(call), note, name)));
      },
    },
    {
      method: 'GET',
      path: `${path}/:award_id`,
      parameters: [],
      signedIn: true,
      answer: (call) => ok(showAward(call, awardOf(call, itemOf(call)))),
    },
    {
      method: 'DELETE',
      path: `${path}/:award_id`,
      parameters: [],
      answer(call) {
        takeBackAward(call.engine, actorOf(call), awardOf(call, itemOf(call)));
        return noContent;
      },
    },
  ];
}

function awardsOf(call: Call, item: Item): readonly Award[] {
  return awardsTo(call.engine.world, readableNote(call, item));
}

function awardOf(call: Call, item: Item): Award {
  const id = numberPart(call, 'award_id');
  const award = awardsOf(call, item).find((it) => it.id === id);
  if (award === undefined) throw recordNotFound();
  return award;
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

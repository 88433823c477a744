/** Facts about comments, threads and reactions. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Item, made, Note } from './ask.ts';
import { type Fact, saw } from './fact.ts';

const Thread = z.object({ id: z.string(), individual_note: z.boolean(), notes: z.array(Note) });
/** Longer than the finest step of GitLab's times. */
const A_MOMENT_MS = 20;

export const NOTE_FACTS: readonly Fact[] = [
  {
    id: 'reaction-moves-note',
    fact: "A reaction moves a note's `updated_at`, though its text stays.",
    source: 'app/models/award_emoji.rb (`expire_cache`), app/models/note.rb (`bump_updated_at`)',
    dependent: '`updated_at` is never taken for an edit: a thumbs-up voids no approval',
    tier: 'any',
    async prove(scratch) {
      const issue = await scratch.issue();
      const path = `${scratch.project}/issues/${issue.iid}/notes`;
      const note = await scratch.note(issue, 'said');
      await delay(A_MOMENT_MS);
      await scratch.ask('POST', `${path}/${note.id}/award_emoji`, { name: 'thumbsup' });
      const after = made(Note, await scratch.ask('GET', `${path}/${note.id}`), 'a note');
      const moved = after.updated_at !== note.updated_at;
      return saw(moved && after.body === note.body, moved ? 'moved' : 'stayed');
    },
  },
  {
    id: 'commands-only-note',
    fact: 'A note of quick actions alone is carried out and not kept: 202.',
    source: 'lib/api/helpers/notes_helpers.rb',
    dependent: 'no text of ours may begin a line with a slash, or it is carried out instead of read',
    tier: 'any',
    async prove(scratch) {
      const issue = await scratch.issue();
      const path = `${scratch.project}/issues/${issue.iid}`;
      const { status } = await scratch.ask('POST', `${path}/notes`, { body: '/close' });
      const { state } = made(Item, await scratch.ask('GET', path), 'an issue');
      return saw(status === 202 && state === 'closed', `${status}, issue ${state}`);
    },
  },
  {
    id: 'internal-notes',
    fact: 'A note can be internal, and says so.',
    source: 'docs.gitlab.com/api/notes, app/models/note.rb',
    dependent: 'answers to internal notes stay internal',
    tier: 'any',
    async prove(scratch) {
      const { iid } = await scratch.issue();
      const path = `${scratch.project}/issues/${iid}/notes`;
      const { body } = await scratch.ask('POST', path, { body: 'inside', internal: true });
      const isInternal = Note.safeParse(body).data?.internal === true;
      return saw(isInternal, isInternal ? 'internal' : 'open to everybody');
    },
  },
  {
    id: 'threads',
    fact: 'A discussion keeps replies in their order, and its first note can be edited.',
    source: 'docs.gitlab.com/api/discussions, lib/api/discussions.rb',
    dependent: 'one thread per call, minutes as replies, the nudge as an edit of the first note',
    tier: 'any',
    async prove(scratch) {
      const { iid } = await scratch.issue();
      const path = `${scratch.project}/issues/${iid}/discussions`;
      const thread = made(Thread, await scratch.ask('POST', path, { body: 'first' }), 'a thread');
      await scratch.ask('POST', `${path}/${thread.id}/notes`, { body: 'reply' });
      const first = `${path}/${thread.id}/notes/${thread.notes[0]?.id ?? 0}`;
      await scratch.ask('PUT', first, { body: 'first, edited' });
      const after = made(Thread, await scratch.ask('GET', `${path}/${thread.id}`), 'a thread');
      const bodies = after.notes.map(({ body }) => body).join(' / ');
      return saw(!after.individual_note && bodies === 'first, edited / reply', bodies);
    },
  },
];

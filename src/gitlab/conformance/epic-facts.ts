/** Facts about epics, their children and their comments. */
import { z } from 'zod';
import { Item, made, Note } from './ask.ts';
import { type Fact, saw } from './fact.ts';
import type { Scratch } from './scratch.ts';

const Child = z.object({ id: z.int(), epic_issue_id: z.int() });

/** An epic with two children, the younger on top, and a way to see their order as words. */
async function twoChildren(scratch: Scratch) {
  const epic = await scratch.epic();
  const older = await scratch.issue({ epic_id: epic.id });
  const younger = await scratch.issue({ epic_id: epic.id });
  const path = `${scratch.group}/epics/${epic.iid}/issues`;
  const list = async (): Promise<readonly z.infer<typeof Child>[]> =>
    made(z.array(Child), await scratch.ask('GET', path), 'the children of an epic');
  const order = async (): Promise<string> =>
    (await list())
      .map(({ id }) => (id === older.id ? 'older' : id === younger.id ? 'younger' : 'other'))
      .join(', ');
  return { older, younger, path, list, order };
}

export const EPIC_FACTS: readonly Fact[] = [
  {
    id: 'new-child-on-top',
    fact: 'A new child comes on top of its epic.',
    source: 'app/services/work_items/parent_links/create_service.rb (`move_to_start`)',
    dependent: 'steps are created last to first, so that the epic shows them in the order of the process',
    tier: 'premium',
    async prove(scratch) {
      const order = await (await twoChildren(scratch)).order();
      return saw(order === 'younger, older', `children: ${order}`);
    },
  },
  {
    id: 'move-before-id',
    fact: '`move_before_id` names the child that comes before the moved one.',
    source: 'docs.gitlab.com/api/epic_issues, ee/app/services/ee/epic_issues/update_service.rb',
    dependent: 'a step that comes later is put behind the one before it',
    tier: 'premium',
    async prove(scratch) {
      const { older, younger, path, list, order } = await twoChildren(scratch);
      const ids = new Map((await list()).map((child) => [child.id, child.epic_issue_id]));
      const move = { move_before_id: ids.get(older.id) };
      await scratch.ask('PUT', `${path}/${ids.get(younger.id)}`, move);
      const after = await order();
      return saw(after === 'older, younger', `after the move: ${after}`);
    },
  },
  {
    id: 'epic-notes-by-id',
    fact: 'Notes of an epic are addressed by its id, everything else of it by its iid.',
    source: 'docs.gitlab.com/api/notes, lib/api/helpers/notes_helpers.rb',
    dependent: 'every comment on an epic, and the protected copy of the record',
    tier: 'premium',
    async prove(scratch) {
      const epic = await scratch.epic();
      const path = `${scratch.group}/epics/${epic.id}/notes`;
      const { status } = await scratch.ask('POST', path, { body: 'kept' });
      const { body } = await scratch.ask('GET', path);
      const notes = z.array(Note).safeParse(body).data ?? [];
      const isThere = notes.some((note) => note.body === 'kept');
      return saw(status === 201 && isThere, `POST by id: ${status}; in the list: ${isThere ? 'yes' : 'no'}`);
    },
  },
  {
    id: 'epic-note-edited-by-author',
    fact: 'The author edits a note on an epic; a Guest does not edit that of somebody else.',
    source: 'ee/app/policies/epic_policy.rb (`admin_note`), app/policies/note_policy.rb',
    dependent: 'the protected copy of the record: who may not edit it cannot change what is decided',
    tier: 'premium',
    async prove(scratch) {
      const epic = await scratch.epic();
      const path = `${scratch.group}/epics/${epic.id}/notes`;
      const { id } = made(Note, await scratch.ask('POST', path, { body: 'first' }), 'a note on an epic');
      const own = await scratch.ask('PUT', `${path}/${id}`, { body: 'second' });
      if (scratch.guest === null)
        return saw(own.status === 200, `own edit: ${own.status}; a Guest's was not tried`);
      const other = await scratch.guest('PUT', `${path}/${id}`, { body: 'third' });
      return saw(
        own.status === 200 && other.status >= 400,
        `own edit: ${own.status}; a Guest's: ${other.status < 400 ? 'let through' : 'refused'}`,
      );
    },
  },
  {
    id: 'epic-dates',
    fact: 'Dates of an epic hold when they are given together with `…_is_fixed`.',
    source: 'docs.gitlab.com/api/epics, ee/lib/api/epics.rb',
    dependent: 'start and due date of the epic',
    tier: 'premium',
    async prove(scratch) {
      const epic = await scratch.epic();
      const dates = { due_date_fixed: '2030-05-06', due_date_is_fixed: true };
      const reply = await scratch.ask('PUT', `${scratch.group}/epics/${epic.iid}`, dates);
      const due = Item.safeParse(reply.body).data?.due_date ?? 'none';
      return saw(due === '2030-05-06', `due date: ${due}`);
    },
  },
];

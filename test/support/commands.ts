/** A process that uses every kind of ruling, and how people speak in it. */
import { expect } from 'vitest';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import type { Epic, Issue, Note } from '#sandbox/world.ts';
import { aDoneWhen, aProcess, aStep } from './builders.ts';
import type { EngagementWorld } from './engagement.ts';

/** first (appoints the engineer) → second (approval by a manager) → last, which waits for change orders too. */
export const COMMANDED = aProcess({
  steps: [
    aStep('first', { owner: 'manager', appoints: 'engineer' }),
    aStep('second', {
      after: [{ step: 'first', until: 'done' }],
      done_when: aDoneWhen({
        evidence: [{ field: 'Held on', kind: 'date', required: true }],
        approval: { role: 'manager', count: 1, self: false },
      }),
      body: '- [ ] Hold it\n\n{{> evidence}}\n',
    }),
    aStep('change-order', {
      kind: 'on-demand',
      created: 'command',
      after: [{ step: 'first', until: 'done' }],
      body: '- [ ] Agree on it\n',
    }),
    aStep('last', {
      after: [
        { step: 'second', until: 'done' },
        { step: 'change-order', until: 'done' },
      ],
    }),
  ],
});

export function sayIn(
  world: EngagementWorld,
  username: string,
  item: Issue | Epic,
  body: string,
  options: { readonly internal?: boolean } = {},
): Note {
  const note = world.sandbox.operations.createNote(world.sandbox.user(username), item, body, options);
  if (note === null) throw new Error(`GitLab took all of ${body} as quick actions`);
  return note;
}

/** The names of reactions to a comment, in the order they were given. */
export function reactionsTo(world: EngagementWorld, note: Note): readonly string[] {
  return world.sandbox.world.awards.filter(({ noteId }) => noteId === note.id).map(({ name }) => name);
}

/** What was said to a comment; more than one answer would show. */
export function answerTo(world: EngagementWorld, item: Issue | Epic, note: Note): string {
  return world
    .notesOf(item, `answer:${note.id}`)
    .map(({ body }) => body)
    .join('\n===\n');
}

export async function lookIn(world: EngagementWorld): Promise<void> {
  await world.reconcile({ comments: LOOK_EVERYWHERE });
}

/** Runs twice, and fails when the second run writes anything. */
export async function settleIn(world: EngagementWorld): Promise<void> {
  await lookIn(world);
  world.sandbox.ledger.clear();
  await lookIn(world);
  expect(world.sandbox.ledger.writes()).toEqual([]);
}

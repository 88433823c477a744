/** Threads of recurring steps: opened, told of what is missing, and put right where two writers have opened the same. */

import { openly } from '#domain/assess/audience.ts';
import type { StepStatus } from '#domain/assess/step-status.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { itemName } from '#domain/comments/follow-comments.ts';
import type { Settled, ThreadEdit } from '#domain/recurring/settle.ts';
import { withNotice } from '#domain/recurring/thread.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import { renderTemplate } from '#domain/template/render.ts';
import { misplacedNote, noticeText, occurrenceNote } from '#domain/texts/occurrence-note.ts';
import type { Action } from './action.ts';
import type { Draft, PlanFacts } from './input.ts';
import { viewOf } from './view.ts';

type ThreadDraft = Pick<Draft, 'facts' | 'context'>;

/** Opens, changes and takes away what {@link Settled} says, tracker by tracker. */
export function planThreads({ facts, context }: ThreadDraft): readonly Action[] {
  return context.assessment.steps.flatMap((status) => {
    const settled = facts.threads?.get(status.key);
    return settled === undefined || status.issue === null
      ? []
      : [...opening(status, settled, context), ...changing(status, settled, context)];
  });
}

function opening(
  status: StepStatus,
  { open, actions }: Settled,
  context: Draft['context'],
): readonly Action[] {
  const parts = partialsOf(status, context);
  // Whoever reads the thread of an open issue need not see confidential ones.
  const seen = status.issue?.confidential === true ? context.assessment : openly(context.assessment);
  return open.map((thread): Action => {
    const body = occurrenceNote(status, { thread, actions, ...parts }, { ...context, assessment: seen });
    return { kind: 'open-thread', step: status.key, occurrence: thread.occurrence.id, body };
  });
}

function changing(
  status: StepStatus,
  { edits, doubles, isMisplaced }: Settled,
  context: Draft['context'],
): readonly Action[] {
  const step = status.key;
  return [
    ...edits.map((edit): Action => {
      const { noteId, occurrence, why } = edit;
      return {
        kind: 'edit-thread',
        step,
        noteId,
        occurrence: occurrence.id,
        why,
        body: edited(edit, status, context),
      };
    }),
    ...doubles.map(
      ({ noteId, occurrence }): Action => ({
        kind: 'delete-thread',
        step,
        noteId,
        occurrence: occurrence.id,
      }),
    ),
    ...(isMisplaced
      ? [
          {
            kind: 'write-note',
            target: { kind: 'step', step },
            rule: 'minutes-place',
            body: misplacedNote(status),
          } as const,
        ]
      : []),
  ];
}

function edited(
  { body, why, occurrence }: ThreadEdit,
  status: StepStatus,
  context: Draft['context'],
): string {
  return withNotice(body, why, noticeText(why, occurrence, status, context));
}

function partialsOf(
  status: StepStatus,
  context: Draft['context'],
): { readonly agenda: string; readonly form: string } {
  const { process } = context.assessment;
  const { recurs, file } = status.step;
  const view = viewOf(context, status);
  const render = (name: string | undefined): string => {
    const text = name === undefined ? undefined : process.partials[name];
    return text === undefined ? '' : renderTemplate(text, view, { partials: process.partials, file }).trim();
  };
  return { agenda: render(recurs?.agenda ?? 'agenda'), form: render(recurs?.form) };
}

/** How far comments will have been read: threads that this run opens and takes away are counted already. */
export function readingsWithThreads(rulings: Rulings, { threads, found }: PlanFacts): Rulings['readings'] {
  const changes = new Map<string, number>();
  const known = new Set(rulings.readings.map(({ item }) => item));
  const unread: string[] = [];
  for (const [step, { open, doubles }] of threads ?? new Map<StepKey, Settled>()) {
    const issue = found.issues.get(step);
    if (issue === undefined) continue;
    const item = itemName(issue);
    changes.set(item, open.length - doubles.length);
    // Nobody has ever said anything there, so nothing was read: the first thread is no news to the next run.
    if (issue.notesCount === 0 && open.length > 0 && !known.has(item)) unread.push(item);
  }
  const readings = [...rulings.readings, ...unread.map((item) => ({ item, count: 0, upTo: 0 }))];
  return readings.map((reading) => {
    const change = changes.get(reading.item) ?? 0;
    return change === 0 || reading.count === null ? reading : { ...reading, count: reading.count + change };
  });
}

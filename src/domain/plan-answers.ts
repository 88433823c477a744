/** What is said to those whose comments were followed or refused. */
import type { BlockContext } from './blocks.ts';
import { replyText } from './command-replies.ts';
import { encodeNoteMarker } from './marker.ts';
import type { Action, PlanInput } from './plan.ts';

/** The rule of the note that answers one comment: found again by it, so that a second run does not repeat it. */
export function answerRule(noteId: number): string {
  return `answer:${noteId}`;
}

export function planAnswers({ followed, found }: PlanInput, context: BlockContext): Action[] {
  return (followed?.answers ?? []).map(({ target, noteId, outcome, replies }): Action => {
    const texts = replies.map((reply) => replyText(reply, context, found));
    const body = texts.length === 0 ? null : [...texts, encodeNoteMarker(answerRule(noteId))].join('\n\n');
    return { kind: 'answer', target, noteId, outcome, body };
  });
}

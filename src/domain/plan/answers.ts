/** What is said to those whose comments were followed or refused. */

import { replyText } from '#domain/comments/replies.ts';
import { encodeNoteMarker } from '#domain/text/marker.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import type { Action } from './action.ts';
import type { PlanInput } from './input.ts';

/** The rule of the note that answers one comment: found again by it, so that a second run does not repeat it. */
export function answerRule(noteId: number): string {
  return `answer:${noteId}`;
}

/** @param stopped what was said changes nothing yet, and people are told so */
export function planAnswers(
  { followed, found }: Pick<PlanInput, 'followed' | 'found'>,
  context: BlockContext,
  stopped = false,
): Action[] {
  return followed.answers.map(({ target, noteId, outcome, replies, changes }): Action => {
    const later = `${context.assessment.engagement} is stopped: this is done when somebody comments \`/ps resume\`.`;
    const texts = [
      ...replies.map((reply) => replyText(reply, context, found)),
      ...(stopped && changes ? [later] : []),
    ];
    const body = texts.length === 0 ? null : [...texts, encodeNoteMarker(answerRule(noteId))].join('\n\n');
    return { kind: 'answer', target, noteId, outcome, body };
  });
}

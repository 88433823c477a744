/** What is said to those whose comments were followed or refused. */

import { replyText } from '#domain/comments/replies.ts';
import { encodeNoteMarker } from '#domain/text/marker.ts';
import type { Action } from './action.ts';
import type { Draft } from './input.ts';

/** Rule of the note that answers one comment; a second run finds the note by this rule and does not repeat it. */
export function answerRule(noteId: number): string {
  return `answer:${noteId}`;
}

/**
 * Answers the comments that were followed or refused.
 *
 * @param stopped what was said changes nothing yet, and people are told so
 */
export function planAnswers(
  { said, facts, context }: Pick<Draft, 'said' | 'facts' | 'context'>,
  stopped = false,
): readonly Action[] {
  const later = `${facts.assessment.engagement} is stopped: this is done when somebody comments \`/ps resume\`.`;
  return said.followed.answers.map(({ target, noteId, outcome, replies, changes, internal }): Action => {
    const texts = [
      ...replies.map((reply) => replyText(reply, context, facts.found)),
      ...(stopped && changes ? [later] : []),
    ];
    const body = texts.length === 0 ? null : [...texts, encodeNoteMarker(answerRule(noteId))].join('\n\n');
    return { kind: 'answer', target, noteId, outcome, body, internal };
  });
}

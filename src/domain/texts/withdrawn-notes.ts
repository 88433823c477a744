/** What the epic says when an engagement is given up, and when it is taken up again. */
import { counted, ended } from '#domain/base/sentence.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { type BlockContext, whereToComment } from './block-context.ts';
import { noteBody } from './notes.ts';

/** Says that everything open was closed, by whom and why. @param closed number of issues */
export function withdrawnNote({ assessment, holder }: BlockContext, closed: number): string {
  const { hold } = assessment.rulings;
  const why = hold === null ? '' : ` by \`${hold.by}\`: ${ended(inlineText(hold.reason))}`;
  const what = counted(closed, 'open issue is', 'open issues are');
  return noteBody(
    'withdrawn',
    [
      `**${assessment.engagement} is withdrawn**${why}`,
      '',
      `${what} closed with the label \`workflow::withdrawn\`, and so is this ${holder}. What was done stays done. Nobody is reminded of anything here any more.`,
      '',
      `To take it up again as it was: comment \`/ps resume\` ${whereToComment(holder)}.`,
    ].join('\n'),
  );
}

/** Says that the issues that the withdrawal had closed are open again. */
export function takenUpNote({ assessment }: BlockContext): string {
  return noteBody(
    'withdrawn',
    `**${assessment.engagement} is taken up again** as it was when it was withdrawn: what was open is open, what was done stays done.`,
  );
}

/** The lines of the epic's block about an engagement that was given up; none for any other. */
export function withdrawnLines({ assessment, holder }: BlockContext): readonly string[] {
  const { hold } = assessment.rulings;
  if (!assessment.withdrawn || hold === null) return [];
  return [
    `**Withdrawn** on ${hold.on}, by \`${hold.by}\`: ${ended(inlineText(hold.reason))} What was done stays done. \`/ps resume\` ${whereToComment(holder)} takes it up again as it was.`,
    '',
  ];
}

import { callManager } from '#domain/assess/outlook.ts';
import type { InputProblem } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { pathInDeal } from '#domain/sow/deal.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import type { BlockContext } from './block-context.ts';
import { noteBody, SETTLED } from './notes.ts';

/** Says what keeps a deal that is won and signed from becoming a delivery: every problem at once. */
export function handOverNote(problems: readonly InputProblem[], context: BlockContext): string {
  const { engagement } = context.assessment;
  return noteBody(
    'hand-over',
    [
      `${callManager(context)}The deal is won and signed, but what is known of its SOW is not enough to launch the delivery. Nothing was launched. What is missing:`,
      '',
      ...problems.map(
        ({ path, message, fix }) =>
          `- **${inlineText(pathInDeal(path))}**: ${inlineText(message)}${fix === '' ? '' : `. ${inlineText(fix)}`}`,
      ),
      '',
      `Complete it in the CRM, in \`deals/${engagement}.yml\` (under these names), or in the evidence of the steps before. The delivery is launched with the next run. A SOW of its own does as well: \`procession apply sows/SOW-….yml\`.`,
    ].join('\n'),
  );
}

/** {@link handOverNote} when the delivery is there. */
export function handedOverNote(sow: EngagementKey): string {
  return noteBody('hand-over', `${SETTLED} Nothing is missing any more; the delivery ${sow} is launched.`);
}

/** {@link handOverNote} when nothing is to be handed over for now. */
export function notAskedNote(): string {
  return noteBody('hand-over', `${SETTLED} Nothing is to be handed over for now.`);
}

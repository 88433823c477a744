/** Comments about a SOW that came in while its engagement runs: other than it was, or another one. */

import { callManager, titlesOf } from '#domain/assess/outlook.ts';
import { type Taken, takenFix, takenText } from '#domain/assess/taken.ts';
import { type StepKey, subjectOf } from '#domain/base/keys.ts';
import { changeText, type SowChange } from '#domain/sow/changes.ts';
import { fileNamed } from '#domain/sow/sow-file.ts';
import { LAUNCH_STAGE } from '#domain/sow/stage.ts';
import { isDeal } from '#domain/sow/subject.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import type { BlockContext } from './block-context.ts';
import { type NoteRule, noteBody } from './notes.ts';

/** Says that a SOW with this number, or a deal with this key, is another one, and was left alone. */
export function otherSowNote(engagement: string, changes: readonly SowChange[]): string {
  const [what, name] = subjectOf(engagement) === 'deal' ? ['deal', 'key'] : ['SOW', 'number'];
  return noteBody(
    'other-sow',
    [
      `A ${what} with the ${name} of ${engagement} came in that looks like another one. Nothing was taken from it:`,
      '',
      ...changes.map((change) => `- ${inlineText(changeText(change))}`),
      '',
      `If it has this ${name} by mistake, give it its own. If this engagement is to be corrected: \`procession apply ${fileNamed(engagement)} --same-engagement\`.`,
    ].join('\n'),
  );
}

/** Says that a deal named SOWs which are not of that deal, and that nothing was taken from what came in. */
export function sowTakenNote(deal: string, taken: readonly Taken[]): string {
  return noteBody(
    'other-sow',
    [
      `The source of ${deal} names a SOW that is not of this deal. Nothing was taken from what came in:`,
      '',
      ...taken.map((one) => `- ${takenText(one)}.`),
      '',
      ...new Set(
        taken.map((one) =>
          takenFix(
            one,
            `A SOW comes of one deal. Correct \`sow\` where ${deal} is kept; what it says then counts.`,
          ),
        ),
      ),
    ].join('\n'),
  );
}

/**
 * Says what is other in the SOW than it was, and where the old still stands.
 *
 * @param rule see {@link NoteRule}
 * @param old.behind open steps whose issues were written from the SOW as it was
 * @param old.done steps that were done by dates which are others now
 */
export function sowChangedNote(
  rule: NoteRule,
  changes: readonly SowChange[],
  { behind, done }: { readonly behind: readonly StepKey[]; readonly done: readonly StepKey[] },
  context: BlockContext,
): string {
  const { assessment } = context;
  const says = behind.length === 1 ? 'says' : 'say';
  return noteBody(
    rule,
    [
      `The ${isDeal(assessment.sow) ? 'deal' : 'SOW of'} ${assessment.engagement} has changed:`,
      '',
      ...changes.map((change) => `- ${inlineText(changeText(change))}`),
      ...(behind.length === 0
        ? []
        : [
            '',
            `Texts of people are not rewritten: ${behind.map(stepReference).join(', ')} still ${says} what held before. Correct by hand what matters.`,
          ]),
      ...(done.length === 0 ? [] : ['', toldBefore(done, context)]),
      ...(isDeal(assessment.sow) || assessment.sow.stage === LAUNCH_STAGE
        ? []
        : ['', notWonAnyMore(context)]),
    ].join('\n'),
  );
}

/** Calls the manager: nothing else says to people outside that a date has moved. */
function toldBefore(done: readonly StepKey[], context: BlockContext): string {
  const titles = titlesOf(context.assessment);
  const steps = done.map((step) => `${stepReference(step)} ${titles.get(step) ?? ''}`.trimEnd()).join(', ');
  return `${callManager(context)}Done by the dates that held before: ${steps}. Whoever was told those dates has to be told the new ones.`;
}

/** Asks the manager what is to become of an engagement whose deal is not won any more. */
function notWonAnyMore(context: BlockContext): string {
  const stage = inlineText(context.assessment.sow.stage ?? '');
  return `${callManager(context)}The deal is not won any more (stage: ${stage}), and its engagement runs. Nothing is closed by itself: \`/ps hold <reason>\` on one of its issues stops the work until this is settled.`;
}

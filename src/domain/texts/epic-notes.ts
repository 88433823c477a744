/** Comments about an engagement as a whole: its end, its record, and what has stopped it. */

import { openly } from '#domain/assess/audience.ts';
import { referenceOf } from '#domain/assess/outlook.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { ended } from '#domain/base/sentence.ts';
import type { HolderKind } from '#domain/engagement/state.ts';
import { fileNamed } from '#domain/sow/sow-file.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { type BlockContext, whereToComment } from './block-context.ts';
import { evidenceText, noteBody, SETTLED, waitList } from './notes.ts';

/** Ends the note that said why an epic was open again. */
export function epicSettledNote({ holder }: BlockContext): string {
  return noteBody(
    'epic-closed-early',
    `${SETTLED} The closing steps are done, and this ${holder} is closed.`,
  );
}

/** Explains why an epic that somebody closed is open again. */
export function epicClosedEarlyNote(context: BlockContext): string {
  const { assessment } = context;
  return noteBody(
    'epic-closed-early',
    [
      `This ${context.holder} was closed, or one of its closing steps was opened again, so it is open.`,
      '',
      '**Still to be done**',
      '',
      waitList(assessment.openClosingSteps, context),
      '',
      'It closes by itself when these are done.',
    ].join('\n'),
  );
}

/** Says that what comes after the close is done, too. */
export function moneyCompletedNote(context: BlockContext): string {
  const assessment = openly(context.assessment);
  const after = assessment.steps.filter(({ step }) => step.after_close === true);
  return noteBody(
    'money-completed',
    [
      `${assessment.engagement} is **completed**: closed before, and by now billed and paid, or written off. Nothing is waited for any more.`,
      '',
      ...after.flatMap(closingEvidence),
    ].join('\n'),
  );
}

/** Sums up the end: for each closing step who closed it, when, and what was recorded. */
export function epicCompletedNote(context: BlockContext): string {
  const assessment = openly(context.assessment);
  const closing = assessment.steps.filter(({ key }) => assessment.process.closeWhen.includes(key));
  const isLeft = ({ done, step }: StepStatus): boolean => !done && step.until === undefined;
  const left = assessment.steps.filter((status) => isLeft(status) && status.step.after_close !== true);
  const after = assessment.steps.filter((status) => isLeft(status) && status.step.after_close === true);
  return noteBody(
    'epic-completed',
    [
      `${assessment.engagement} is **closed**: the work of ${assessment.process.name} is finished and accepted, and this ${context.holder} is closed.`,
      '',
      ...closing.flatMap(closingEvidence),
      ...(left.length > 0
        ? [
            '',
            '**Left open**',
            '',
            waitList(
              left.map(({ key }) => key),
              context,
            ),
          ]
        : []),
      ...(after.length > 0
        ? [
            '',
            '**Completed when this is done**',
            '',
            waitList(
              after.map(({ key }) => key),
              context,
            ),
          ]
        : []),
    ].join('\n'),
  );
}

function closingEvidence(status: StepStatus): string[] {
  const { elsewhere, issue, settled } = status;
  const by = elsewhere === null ? issue?.closedBy?.username : (settled?.by ?? undefined);
  const on = elsewhere === null ? issue?.closedAt?.slice(0, 10) : settled?.on;
  const who = `${by === undefined ? '' : ` by \`${by}\``}${on === undefined ? '' : ` on ${on}`}`;
  const recorded = status.evidence.filter(({ value }) => value !== null);
  return [
    `- ${referenceOf(status)} **${status.step.title}** closed${who}`,
    ...recorded.map((reading) => `  - ${evidenceText(reading)}`),
  ];
}

/** Says that the record was changed by hand, and how to restore it. */
export function recordDamagedNote(engagement: string): string {
  return noteBody(
    'record-damaged',
    `The SOW record that Procession keeps here was changed by hand, so it no longer knows what was sold. Until it is restored, nothing in ${engagement} is checked or changed. Restore it by applying the SOW again: \`procession apply ${fileNamed(engagement)}\`. To change an engagement, change its SOW there; notes of your own belong below the kept lines.`,
  );
}

/**
 * Says once that the record was put back, and how to change what a record holds.
 *
 * @param how see `Identified.restored`
 */
export function restoredNote(how: 'lost' | 'altered', engagement: string): string {
  const what =
    how === 'lost'
      ? 'An invisible line in which Procession keeps its record of this engagement got lost from the description; editors do that at times.'
      : 'The line in which Procession keeps its record of this engagement was altered in the description. What it said then was not believed and has decided nothing.';
  return noteBody(
    'record-restored',
    `${what} It has been restored from the protected copy below. To change what holds for ${engagement}, comment \`/ps help\` on one of its issues, or change its SOW; notes of your own belong below the kept lines.`,
  );
}

/** Says why a plan that changes too much at once was not begun. */
export function brakeNote(assessment: Assessment, why: string): string {
  return noteBody(
    'brake',
    `Procession has stopped before changing many things at once in ${assessment.engagement}: ${ended(why)} Nothing was changed. Look at \`procession plan ${assessment.engagement}\`; when it is right, run \`procession apply ${assessment.engagement} --allow-mass-change\`.`,
  );
}

/**
 * Says that Procession paused, because the same change kept being undone.
 *
 * @param change text of the change that kept coming back
 */
export function fuseNote(engagement: string, change: string, holder: HolderKind): string {
  return noteBody(
    'fuse',
    `Procession has paused itself in ${engagement}: another machine undoes what it does. Three times in a row the same change was taken back within ten seconds, faster than people are. The change: ${ended(inlineText(change))} Nothing is changed here until the cause is found. Look at \`procession explain ${engagement}\`; when it is settled, comment \`/ps resume\` ${whereToComment(holder)}, or run \`procession apply ${engagement} --resume\`.`,
  );
}

/**
 * Says in a tracking issue that the engagement goes on in an epic.
 *
 * @param epic reference of that epic
 */
export function movedNote(engagement: string, epic: string): string {
  return noteBody(
    'moved',
    `${engagement} goes on in ${epic}: this GitLab has epics now. Every step has been moved there; this tracking issue is closed and its comments stay here.`,
  );
}

/** Says in a double which item counts. */
export function twinNote(original: string): string {
  return noteBody(
    'twin',
    `This is a duplicate of ${original}, made when two writers worked at the same moment. It is closed; go on in the original.`,
  );
}

/** Says that the kept lines do not fit into a description any more. */
export function descriptionFullNote(): string {
  return noteBody(
    'description-full',
    'The description is as long as GitLab allows (1,048,576 characters), so the lines that Procession keeps in it cannot be brought up to date. Labels, order and comments go on as always. Please move a long part, such as a log, into a file or a comment; the lines follow by themselves then.',
  );
}

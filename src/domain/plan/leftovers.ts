/** Issues of steps that the SOW asked for once and, since it was changed, no longer does: people decide what becomes of them. */

import type { Assessment } from '#domain/assess/step-status.ts';
import { labelName, retiredLabelDefinition } from '#domain/base/labels.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Step } from '#domain/process/process.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { noteBody } from '#domain/texts/notes.ts';
import type { Action } from './action.ts';
import { blockChange, labelChanges, unchanged } from './changes.ts';
import { stepMarker } from './creation.ts';
import type { Draft, PlanFacts } from './input.ts';

interface Leftover {
  readonly step: Step;
  /** Holds SOW text: foreign. */
  readonly why: string;
  readonly issue: ActualIssue;
}

function leftovers({ assessment, found }: PlanFacts): readonly Leftover[] {
  return assessment.excluded.flatMap(({ step, why }) => {
    const issue = found.issues.get(step.id);
    return issue === undefined ? [] : [{ step, why, issue }];
  });
}

/** Steps that the SOW no longer asks for and that have an issue, for the epic's table and memory. */
export function leftoversOf(facts: PlanFacts): Pick<BlockContext, 'leftovers'> {
  return { leftovers: leftovers(facts).map(({ step }) => ({ key: step.id, title: step.title })) };
}

/**
 * Asks once on each open issue nobody asks for any longer what is to become of it: its block says so from then on, and
 * nothing else is touched. What is open still when the engagement closes is closed with it, so that it leaves the boards.
 */
export function planLeftovers({
  facts,
  settings,
  coming,
}: Pick<Draft, 'facts' | 'settings' | 'coming'>): readonly Action[] {
  const { assessment, found } = facts;
  return leftovers(facts)
    .filter(({ issue }) => issue.state === 'opened')
    .flatMap(({ step, why, issue }): Action[] => {
      const marker = stepMarker(assessment, step.id);
      const block = blockChange(issue, marker, leftoverBlock(assessment), { issues: found.issues, coming });
      const isItem = step.each !== undefined;
      const label = isItem
        ? retiredLabelDefinition(settings.labels).name
        : labelName('workflow', 'waived', settings.labels);
      // Once: whoever opens it again afterwards wants it open.
      const ends = isItem
        ? !issue.labels.includes(label)
        : assessment.closed && found.epic?.state === 'opened';
      if (block === null && !ends) return [];
      const labels = labelChanges(issue.labels, [label], [labelName('workflow', '', settings.labels)]);
      const update: Action = {
        ...unchanged(step.id),
        ...labels,
        state: ends ? 'closed' : null,
        block,
        why: [ends ? 'close: nobody asks for it any longer' : 'the SOW no longer asks for it'],
      };
      const body = noteBody('not-asked-for', leftoverText(why, assessment, { ends, isItem }));
      return [
        { kind: 'write-note', target: { kind: 'step', step: step.id }, rule: 'not-asked-for', body },
        update,
      ];
    });
}

function leftoverBlock({ engagement, process }: Assessment): string {
  return [
    '**No longer asked for.** The SOW has changed and does not need this step; it holds nothing up.',
    '',
    `_${engagement} · ${process.name}. Procession keeps these lines; everything below them is yours._`,
  ].join('\n');
}

function leftoverText(
  why: string,
  { engagement }: Assessment,
  { ends, isItem }: { readonly ends: boolean; readonly isItem: boolean },
): string {
  const said = `${engagement} has changed and no longer asks for this step (${inlineText(why)}).`;
  if (isItem)
    return `${said} So this issue is closed as retired. If the item comes back into the SOW, it is opened again as it is.`;
  if (ends) return `${said} The engagement is closed by now, and this issue with it.`;
  return [
    said,
    '',
    'Close this issue if nobody needs it; until then GitLab still shows what it blocks. If the work goes on, keep it open: Procession no longer waits for it and changes nothing here.',
  ].join('\n');
}

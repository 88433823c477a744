/** Issues of steps that the SOW asked for once and, since it was changed, no longer does: people decide what becomes of them. */

import { labelName } from '#domain/base/labels.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Step } from '#domain/process/process.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { encodeMarker } from '#domain/text/marker.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { noteBody } from '#domain/texts/notes.ts';
import type { Action } from './action.ts';
import { stepMarker } from './creation.ts';
import type { PlanInput } from './input.ts';
import { blockChange, labelChanges } from './steps.ts';

interface Leftover {
  readonly step: Step;
  /** Holds SOW text: foreign. */
  readonly why: string;
  readonly issue: ActualIssue;
}

function leftovers({ assessment, found }: PlanInput): readonly Leftover[] {
  return assessment.excluded.flatMap(({ step, why }) => {
    const issue = found.issues.get(step.id);
    return issue === undefined ? [] : [{ step, why, issue }];
  });
}

/** For the epic's table and memory. */
export function leftoversOf(input: PlanInput): Pick<BlockContext, 'leftovers'> {
  return { leftovers: leftovers(input).map(({ step }) => ({ key: step.id, title: step.title })) };
}

/** Asks on each open one what is to become of it, once: its block says so from then on, and nothing else is touched. */
export function planLeftovers(input: PlanInput): Action[] {
  const { assessment, found, settings } = input;
  return leftovers(input)
    .filter(({ issue }) => issue.state === 'opened')
    .flatMap(({ step, why, issue }): Action[] => {
      const marker = encodeMarker(stepMarker(assessment, step.id));
      const block = blockChange(issue.description, marker, leftoverBlock(input), found.issues, 'issue');
      if (block === null) return [];
      const labels = labelChanges(
        issue.labels,
        [labelName('workflow', 'waived', settings.labels)],
        [labelName('workflow', '', settings.labels)],
      );
      const update: Action = {
        kind: 'update-issue',
        step: step.id,
        ...labels,
        state: null,
        block,
        assignee: null,
        dueDate: null,
        joinEpic: false,
        evidence: null,
        why: ['the SOW no longer asks for it'],
      };
      const body = noteBody('not-asked-for', leftoverText(why, input));
      return [
        { kind: 'write-note', target: { kind: 'step', step: step.id }, rule: 'not-asked-for', body },
        update,
      ];
    });
}

function leftoverBlock({ assessment }: PlanInput): string {
  return [
    '**No longer asked for.** The SOW has changed and does not need this step; it holds nothing up.',
    '',
    `_${assessment.engagement} · ${assessment.process.name}. Procession keeps these lines; everything below them is yours._`,
  ].join('\n');
}

function leftoverText(why: string, { assessment }: PlanInput): string {
  return [
    `${assessment.engagement} has changed and no longer asks for this step (${inlineText(why)}).`,
    '',
    'Close this issue if nobody needs it; until then GitLab still shows what it blocks. If the work goes on, keep it open: Procession no longer waits for it and changes nothing here.',
  ].join('\n');
}

/** Sections of texts that follow the facts: which are to be rewritten, and which people have written in. */

import type { StepStatus } from '#domain/assess/step-status.ts';
import type { ActualEpic } from '#domain/engagement/state.ts';
import { renderKept } from '#domain/template/render-kept.ts';
import {
  type KeptDifference,
  type KeptText,
  keptDifference,
  mayHaveKept,
} from '#domain/text/kept-sections.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { fileOf, viewOf } from './view.ts';

/** Kept sections of one item: those that are to be written, and those that say something else because people have written in them. */
export type Kept = KeptDifference;

const NOTHING: Kept = { changes: [], byHand: [] };

/** Kept sections of a step's issue. What is done says for ever what was so then. */
export function keptInIssue(status: StepStatus, context: BlockContext): Kept {
  const { issue, done } = status;
  if (issue === null || done || !mayHaveKept(issue.description)) return NOTHING;
  return keptDifference(issue.description, keptTextsOfIssue(status, context));
}

/** Kept sections of a step's template, as the facts are. */
export function keptTextsOfIssue(status: StepStatus, context: BlockContext): readonly KeptText[] {
  const { partials } = context.assessment.process;
  const { body, file } = status.step;
  return renderKept(body, viewOf(context, status), { partials, file });
}

/** Kept sections of the epic, or of the tracking issue that stands for one. */
export function keptInEpic(epic: ActualEpic | null, context: BlockContext): Kept {
  if (epic === null || context.assessment.closed || !mayHaveKept(epic.description)) return NOTHING;
  return keptDifference(epic.description, keptTextsOfEpic(context));
}

/** Kept sections of the epic's template, as the facts are. */
export function keptTextsOfEpic(context: BlockContext): readonly KeptText[] {
  const { process } = context.assessment;
  const options = { partials: process.partials, file: fileOf(process, 'epic.md') };
  return renderKept(process.epicBody, viewOf(context, null), options);
}

/** Share of an action: nothing where nothing is to be written. */
export function keptToWrite({ changes }: Kept): { readonly kept?: readonly KeptText[] } {
  return changes.length === 0 ? {} : { kept: changes };
}

/** Says in a plan which facts are put into the text. */
export function keptWhy({ changes }: Kept): readonly string[] {
  return changes.length === 0 ? [] : [`facts in its text: ${changes.map(({ name }) => name).join(', ')}`];
}

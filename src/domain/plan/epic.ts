/** What changes on the epic: its labels, its summary, and whether it is open. */

import { labelName, labelValues } from '#domain/base/labels.ts';
import type { Drift } from '#domain/drift/drift.ts';
import type { ActualEpic } from '#domain/engagement/state.ts';
import { encodeMarker } from '#domain/text/marker.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { epicBlock } from '#domain/texts/epic-block.ts';
import { epicClosedEarlyNote, epicCompletedNote, fuseNote } from '#domain/texts/notes.ts';
import type { Action } from './action.ts';
import { planAnswers } from './answers.ts';
import { epicMarker } from './creation.ts';
import { movesToEpic } from './holder.ts';
import type { PlanInput } from './input.ts';
import { type LabelChanges, leftLabels } from './leave-drift.ts';
import { desiredLinks } from './links.ts';
import { newlyWanted } from './pipelines.ts';
import { blockChange, labelChanges } from './steps.ts';

/**
 * @param earlier actions planned before: they decide whether the summary must be written anew
 * @param left what people took away twice
 */
export function planEpic(
  input: PlanInput,
  context: BlockContext,
  earlier: readonly Action[],
  left: readonly Drift[],
): Action[] {
  const { found, settings } = input;
  const state = stateChange(input);
  const block = epicBlock(context, desiredLinks(input));
  const mustRecord = input.followed.answers.length > 0;
  const created = earlier.some(({ kind }) => kind === 'create-issue' || kind === 'create-epic');
  // A new epic has the labels it was made with, whatever its tracking issue had.
  const existing = movesToEpic(input) ? null : found.epic;
  const changed =
    existing === null || created || mustRecord || differs(existing, input, context) ? block : null;
  const { addLabels, removeLabels } = leftLabels(epicLabels(existing, input, context), null, left);
  const notes = state === null ? [] : [noteFor(state, context)];
  const why = [
    ...(state === 'closed' ? ['close: the engagement is complete'] : []),
    ...(state === 'opened' ? ['reopen: closing steps are open'] : []),
    ...(changed === null ? [] : ['update progress']),
    ...newlyWanted(input).map((step) => `start the pipeline of ${step}`),
    ...(addLabels.length + removeLabels.length > 0
      ? [
          `labels: ${[...addLabels.map((label) => `+${label}`), ...removeLabels.map((label) => `−${label}`)].join(' ')}`,
        ]
      : []),
  ];
  if (why.length === 0) return [];
  const update: Action = {
    kind: 'update-epic',
    addLabels,
    removeLabels,
    state,
    block: changed,
    why,
  };
  return settings.policy.mode === 'warn' && state === 'opened'
    ? [...notes, { ...update, state: null }]
    : [...notes, update];
}

function stateChange({ assessment, found }: PlanInput): 'opened' | 'closed' | null {
  const state = found.epic?.state ?? 'opened';
  if (assessment.complete) return state === 'opened' ? 'closed' : null;
  return assessment.epicClosedEarly ? 'opened' : null;
}

/** Whether the epic's block says something else than it should. How far comments were read is no reason to write. */
function differs(epic: ActualEpic, input: PlanInput, context: BlockContext): boolean {
  const rulings = { ...context.assessment.rulings, readings: input.recorded.readings };
  const before = { ...context, assessment: { ...context.assessment, rulings } };
  const marker = encodeMarker(epicMarker(context.assessment));
  const block = epicBlock(before, desiredLinks(input));
  return blockChange(epic.description, marker, block, input.found.issues, 'epic') !== null;
}

/** Whether nothing is to be changed: somebody put it on hold, or the loop fuse paused it and nobody has resumed it. */
export function isStopped({ assessment, found, resume }: PlanInput): boolean {
  return found.epic !== null && (assessment.rulings.hold !== null || (found.memory.paused && !resume));
}

/** While stopped, only what people have just said is answered and recorded; what it asks for is owed. */
export function stoppedPlan(input: PlanInput, context: BlockContext): Action[] {
  const answers = planAnswers(input, context, true);
  if (answers.length === 0) return [];
  const { memory } = input.found;
  const block = epicBlock(context, memory.links, memory.paused && !input.resume);
  const why = [input.assessment.rulings.hold === null ? 'record what was said' : 'on hold'];
  return [...answers, { kind: 'update-epic', addLabels: [], removeLabels: [], state: null, block, why }];
}

/** Pausing: the reason as a note, and the mark that every later run sees. What was just said is answered too. */
export function pausePlan(input: PlanInput, context: BlockContext, change: string): Action[] {
  const { engagement } = input.assessment;
  const block = epicBlock(context, desiredLinks(input), true);
  return [
    { kind: 'write-note', target: { kind: 'epic' }, rule: 'fuse', body: fuseNote(engagement, change) },
    ...planAnswers(input, context, true),
    {
      kind: 'update-epic',
      addLabels: [],
      removeLabels: [],
      state: null,
      block,
      why: ['pause: the same change keeps being undone'],
    },
  ];
}

function noteFor(state: 'opened' | 'closed', context: BlockContext): Action {
  const rule = state === 'closed' ? 'epic-completed' : 'epic-closed-early';
  const body = state === 'closed' ? epicCompletedNote(context) : epicClosedEarlyNote(context);
  return { kind: 'write-note', target: { kind: 'epic' }, rule, body };
}

function epicLabels(
  epic: ActualEpic | null,
  { assessment, settings }: PlanInput,
  { health }: BlockContext,
): LabelChanges {
  if (epic === null) return { addLabels: [], removeLabels: [] };
  const values = labelValues(epic.labels, 'health', settings.labels);
  const theirs = health?.by === 'hand' ? values.filter((value) => value !== health.ours) : [];
  const wanted = theirs.length > 0 ? theirs : [health?.label ?? 'on track'];
  const desired = [
    assessment.engagement,
    labelName('process', assessment.process.id, settings.labels),
    ...wanted.map((value) => labelName('health', value, settings.labels)),
  ];
  const scopes = [labelName('process', '', settings.labels), labelName('health', '', settings.labels)];
  return labelChanges(epic.labels, desired, scopes);
}

/**
 * The difference between what should be and what is, as an ordered list of actions. Actions name steps, so a plan
 * can be shown before any issue exists. Empty when there is nothing to do.
 *
 * | order | action | because |
 * |---|---|---|
 * | 1 | create-label | an unknown label on an issue would silently become a project label |
 * | 2 | create-epic | issues are created inside it |
 * | 3 | create-issue | predecessors first, so that texts can refer to them |
 * | 4 | add-link | both ends exist |
 * | 5 | close-twin | the survivors are complete |
 * | 6 | write-note (reminders), then write-note, update-issue | the explanation before the change: a crash in between repeats neither |
 * | 7 | start-pipeline | the issue says already that it is the step's turn |
 * | 8 | answer | what a comment asked for is done |
 * | 9 | write-note, update-epic | it sums up the rest; its record of links and rulings is written only after they are carried out |
 * | 10 | retire-tracking | the epic has everything; until then a crash leaves something to be found |
 */

import { currentLabel } from '#domain/assess/assess.ts';
import { healthOf, waitingSince } from '#domain/assess/health.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import { type LabelScope, labelName, labelValues } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import { driftMemoryOf, settleDrift } from '#domain/drift/drift.ts';
import type { DriftMemory } from '#domain/engagement/drift-memory.ts';
import type { Identified } from '#domain/engagement/identify.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import { reminderNote, reminderRule } from '#domain/reminders/notes.ts';
import { type DueReminder, planReminders } from '#domain/reminders/reminders.ts';
import { recordEffects } from '#domain/rulings/one-time-effects.ts';
import { type BlockContext, blockContext } from '#domain/texts/block-context.ts';
import type { Action, Plan } from './action.ts';
import { planAnswers } from './answers.ts';
import { planCreation } from './creation.ts';
import { isStopped, pausePlan, planEpic, stoppedPlan } from './epic.ts';
import { holderAfter, movesToEpic, planRetirement } from './holder.ts';
import type { PlanInput } from './input.ts';
import { leaveDrift } from './leave-drift.ts';
import { leftoversOf, planLeftovers } from './leftovers.ts';
import { missingLinks } from './links.ts';
import { planPipelines, planRunNotes, withRuns } from './pipelines.ts';
import { pendingChanges, planSteps, planTwins } from './steps.ts';

/** Whether an epic or issue is to be created: then planning needs to know the group's labels. */
export function createsItems({ steps }: Assessment, { epic }: Identified, migrate: boolean): boolean {
  return migrate || epic === null || steps.some(({ issue }) => issue === null);
}

export function plan(given: PlanInput): Plan {
  const stopped = isStopped(given);
  const input = recording(given, stopped);
  const { assessment } = input;
  if (stopped) {
    const context = wholeContext(input, driftMemoryOf({ ...input, resume: false }));
    return { engagement: assessment.engagement, actions: stoppedPlan(input, context) };
  }
  const pending = pendingChanges(input);
  const settlement = settleDrift(input);
  const { context, due } = withTime(input, { ...wholeContext(input, settlement.memory), pending });
  const creation = leaveDrift(planCreation(input, context), { ...settlement, askOn: [] }, input);
  const wanted: Action[] = [
    ...creation,
    ...missingLinks(input).map((edge): Action => ({ kind: 'add-link', ...edge })),
    ...planTwins(input),
    ...planReminderNotes(due, context),
    ...planRunNotes(input, context),
    ...planSteps(withComing(input, creation), context, settlement.left),
    ...planPipelines(input),
    ...planLeftovers(input),
    ...planAnswers(input, context),
  ];
  const actions = leaveDrift(wanted, settlement, input);
  const summary = planEpic(input, context, actions, settlement.left);
  return {
    engagement: assessment.engagement,
    actions: [...actions, ...summary, ...planRetirement(input)],
  };
}

/** With the rulings as this run records them. */
function recording(input: PlanInput, stopped: boolean): PlanInput {
  const { assessment, followed } = input;
  const done = assessment.steps.filter((status) => status.done).map(({ key }) => key);
  const rulings = recordEffects(assessment.rulings, followed.effects, stopped ? null : new Set(done));
  const ruled = { ...assessment, rulings };
  return { ...input, assessment: stopped ? ruled : withRuns(ruled, input.now) };
}

/** What the passing of time adds: who is to be reminded, and the health; with the records of both. */
function withTime(
  input: PlanInput,
  context: BlockContext,
): { readonly context: BlockContext; readonly due: readonly DueReminder[] } {
  const { assessment } = context;
  const { due, records: reminders } = planReminders(context, input.now);
  const rulings = { ...assessment.rulings, reminders, waiting: waitingSince(assessment) };
  const timed = { ...context, assessment: { ...assessment, rulings } };
  const epic = movesToEpic(input) ? null : input.found.epic;
  const health = healthOf(timed, epic, input.followed.effects.autoHealth);
  const remembered = { ...rulings, healthSet: health.ours };
  return { due, context: { ...timed, health, assessment: { ...assessment, rulings: remembered } } };
}

function planReminderNotes(due: readonly DueReminder[], context: BlockContext): Action[] {
  return due.flatMap((reminder): Action[] => {
    const status = context.assessment.steps.find(({ key }) => key === reminder.step);
    if (status === undefined) return [];
    const body = reminderNote(reminder, status, context);
    const target = { kind: 'step', step: reminder.step } as const;
    return [{ kind: 'write-note', target, rule: reminderRule(reminder), body }];
  });
}

/** Whether labels of ours are missing altogether: people took them off, or the group has them no longer. */
export function lacksLabels(
  { engagement, steps }: Assessment,
  found: Identified,
  settings: Settings,
): boolean {
  const has = (labels: readonly string[], scope: LabelScope): boolean =>
    labelValues(labels, scope, settings.labels).length > 0;
  const { epic } = found;
  if (epic !== null && !(epic.labels.includes(engagement) && has(epic.labels, 'process'))) return true;
  return steps.some(({ issue, key, step }) => {
    if (issue === null) return false;
    const { labels } = issue;
    const own = [
      labelName('step', stepIdOf(key), settings.labels),
      labelName('role', step.owner, settings.labels),
    ];
    return (
      ![engagement, ...own].every((label) => labels.includes(label)) || currentLabel(issue, settings) === null
    );
  });
}

/** What pausing an engagement takes. @param change see `trippedBy`. */
export function planPause(given: PlanInput, change: string): Plan {
  const input = recording(given, true);
  const context = wholeContext(input, driftMemoryOf({ ...input, resume: false }));
  return { engagement: input.assessment.engagement, actions: pausePlan(input, context, change) };
}

/** Numbers nobody has yet for issues that are about to be made: texts that mention them are written anew. */
function withComing(input: PlanInput, creation: readonly Action[]): PlanInput {
  const [known] = input.found.issues.values();
  if (known === undefined) return input;
  const coming = creation.flatMap((action): [StepKey, ActualIssue][] =>
    action.kind === 'create-issue' ? [[action.step, { ...known, id: 0, iid: 0, reference: '#0' }]] : [],
  );
  if (coming.length === 0) return input;
  return { ...input, found: { ...input.found, issues: new Map([...input.found.issues, ...coming]) } };
}

function wholeContext(input: PlanInput, drift: DriftMemory): BlockContext {
  const context = blockContext(input.assessment, input.settings, holderAfter(input));
  return { ...context, ...leftoversOf(input), drift };
}

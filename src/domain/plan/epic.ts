/** What changes on the epic: its labels, its summary, and whether it is open. */

import { sowEffects } from '#domain/assess/sow-effects.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { labelName, labelValues, type MoneyState } from '#domain/base/labels.ts';
import { canonicalJson } from '#domain/base/record-line.ts';
import type { Edge } from '#domain/engagement/memory.ts';
import type { ActualEpic } from '#domain/engagement/state.ts';
import { withoutRecordLine } from '#domain/record/line.ts';
import { changeText, type SowChange, schemaPath, sowChanges } from '#domain/sow/changes.ts';
import { NO_HISTORY } from '#domain/sow/history.ts';
import { isDeal } from '#domain/sow/subject.ts';
import { fieldsShownOnce } from '#domain/template/shown-once.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { epicBlock } from '#domain/texts/epic-block.ts';
import {
  epicClosedEarlyNote,
  epicCompletedNote,
  epicSettledNote,
  fuseNote,
  moneyCompletedNote,
  restoredNote,
} from '#domain/texts/epic-notes.ts';
import { hoursNote } from '#domain/texts/hours-notes.ts';
import { sowChangedNote } from '#domain/texts/sow-notes.ts';
import type { Action } from './action.ts';
import { planAnswers } from './answers.ts';
import { blockChange, type LabelChanges, labelChanges } from './changes.ts';
import { epicMarker, planCopy } from './creation.ts';
import { movesToEpic } from './holder.ts';
import type { Draft, PlanFacts, PlanInput, StoppedDraft } from './input.ts';
import { type Kept, keptInEpic, keptToWrite, keptWhy } from './kept.ts';
import { leftLabels } from './left.ts';
import { desiredLinks } from './links.ts';
import { newlyWanted } from './pipelines.ts';
import { planProposals } from './proposals.ts';
import { isNews, nextRecord, recordedSteps, toWrite } from './record.ts';
import { planTakingUp, planWithdrawal } from './withdrawal.ts';

type EpicDraft = Pick<
  Draft,
  'facts' | 'said' | 'wishes' | 'settings' | 'context' | 'links' | 'left' | 'coming' | 'touches' | 'proposals'
>;

/** Changes the epic: labels, summary, and whether it is open; the last two after an explanation. */
export function planEpic(draft: EpicDraft): readonly Action[] {
  const { facts, said, context } = draft;
  const { rulings } = context.assessment;
  const due = stateChange(facts);
  // A new epic has the labels it was made with, whatever its tracking issue had.
  const existing = movesToEpic(draft) ? null : facts.found.epic;
  const kept = keptInEpic(existing, context);
  const written = blockToWrite(existing, draft, kept);
  const { block } = written;
  const { state, addLabels, removeLabels } = epicChange(existing, draft);
  const changes = changesOf(facts);
  const notes = [
    ...restoredNotes(facts),
    ...sowNotes(changes, draft),
    ...hoursNotes(context),
    ...(due === null ? [] : notesFor(due, context)),
    ...completedNotes(existing, context),
  ];
  const why = [
    ...(due === 'closed' ? ['close: its closing steps are done'] : []),
    ...(due === 'opened' ? ['reopen: closing steps are open'] : []),
    ...changes.map((change) => `the ${isDeal(facts.assessment.sow) ? 'deal' : 'SOW'}: ${changeText(change)}`),
    ...keptWhy(kept),
    ...(block === null ? [] : ['update progress']),
    ...newlyWanted(rulings, said.recorded).map((step) => `start the pipeline of ${step}`),
    ...(addLabels.length + removeLabels.length > 0
      ? [
          `labels: ${[...addLabels.map((label) => `+${label}`), ...removeLabels.map((label) => `−${label}`)].join(' ')}`,
        ]
      : []),
  ];
  if (why.length === 0) return [];
  return [
    ...notes,
    {
      kind: 'update-epic',
      addLabels,
      removeLabels,
      state,
      ...written,
      ...keptToWrite(kept),
      ...datesToWrite(facts),
      why,
    },
  ];
}

/** Start and end of the SOW, where it has others than the record. */
function datesToWrite({ found, assessment }: PlanFacts): Pick<UpdateEpic, 'startDate' | 'dueDate'> {
  const [before, now] = [(found.record?.sow ?? assessment.sow).dates, assessment.sow.dates];
  return {
    ...(now?.start === undefined || now.start === before?.start ? {} : { startDate: now.start }),
    ...(now?.end === undefined || now.end === before?.end ? {} : { dueDate: now.end }),
  };
}

/** What is other in the SOW than in the record; nothing while there is no record. */
function changesOf({ found, assessment }: PlanFacts): readonly SowChange[] {
  return found.record === null ? [] : sowChanges(found.record.sow, assessment.sow);
}

/** One note for the highest threshold that was reached and not told for the hours sold now. */
function hoursNotes(context: BlockContext): readonly Action[] {
  const { due, reading } = context.assessment.hours;
  const level = due.at(-1);
  if (level === undefined || reading === null || reading.scoped === null) return [];
  const rule = `hours:${level}:${reading.scoped}` as const;
  const body = hoursNote(rule, { level, reading }, context);
  return [{ kind: 'write-note', target: { kind: 'epic' }, rule, body }];
}

/** Whether hours were imported that the record does not have yet. */
function hasNewHours({ found, assessment }: PlanFacts): boolean {
  const before = found.record?.hours.statements ?? {};
  return canonicalJson(before) !== canonicalJson(assessment.hours.memory.statements);
}

/**
 * One note for each change of the SOW: the record, written next, has the new one. The stage of a deal goes on, and back,
 * many times: the block of the epic says what follows from that.
 */
function sowNotes(
  all: readonly SowChange[],
  { facts, context }: Pick<EpicDraft, 'facts' | 'context'>,
): readonly Action[] {
  const changes = isDeal(facts.assessment.sow) ? all.filter(({ field }) => field !== 'deal.stage') : all;
  if (changes.length === 0) return [];
  // The same change may come twice; a run that is repeated after a crash finds its own note.
  const rule = `sow-changed:${facts.found.record?.revision ?? 0}` as const;
  const old = { behind: stepsBehind(facts, changes), done: doneByOldDates(facts, context) };
  const body = sowChangedNote(rule, changes, old, context);
  return [{ kind: 'write-note', target: { kind: 'epic' }, rule, body }];
}

/** Open steps whose issues show what was changed, and do not follow. */
function stepsBehind({ assessment }: PlanFacts, changes: readonly SowChange[]): readonly StepKey[] {
  const changed = changes.map(({ field }) => schemaPath(field));
  const isChanged = (path: string): boolean =>
    changed.some((field) => field === path || field.startsWith(`${path}.`) || path.startsWith(`${field}.`));
  return assessment.steps.flatMap(({ key, step, issue, done }) =>
    issue !== null && !done && fieldsShownOnce(step.body, assessment.process).some(isChanged) ? [key] : [],
  );
}

/**
 * Steps that were done by dates which are others now: people outside may have been told what held before. Not of a deal,
 * whose expected close moves many times, and which nobody outside is told.
 */
function doneByOldDates({ found, assessment }: PlanFacts, { settings }: BlockContext): readonly StepKey[] {
  const { sow: to, steps } = assessment;
  if (found.record === null || isDeal(to)) return [];
  const { dates } = sowEffects(assessment, { from: found.record.sow, to, calendar: settings.calendar });
  return steps.flatMap(({ key, done, issue, waiver }) =>
    done && issue !== null && waiver === null && dates.some(({ step }) => step === key) ? [key] : [],
  );
}

/** State and labels that this run gives the epic. @param existing `null`: it is made in this run */
export function epicChange(
  existing: ActualEpic | null,
  { facts, settings, context, left }: Pick<Draft, 'facts' | 'settings' | 'context' | 'left'>,
): LabelChanges & { readonly state: 'opened' | 'closed' | null } {
  const state = stateChange(facts);
  const isWarned = settings.policy.mode === 'warn' && state === 'opened';
  return {
    state: isWarned ? null : state,
    ...leftLabels(epicLabels(existing, context), null, left),
  };
}

function restoredNotes({ found, assessment }: PlanFacts): readonly Action[] {
  if (found.restored === null || found.restored === 'taken over') return [];
  const body = restoredNote(found.restored, assessment.engagement);
  return [{ kind: 'write-note', target: { kind: 'epic' }, rule: 'record-restored', body }];
}

function stateChange({ assessment, found }: PlanFacts): 'opened' | 'closed' | null {
  const state = found.epic?.state ?? 'opened';
  if (assessment.closed) return state === 'opened' ? 'closed' : null;
  return assessment.epicClosedEarly ? 'opened' : null;
}

/**
 * The epic's block where it must be written: nothing stands there yet, issues come into its table, somebody is answered,
 * or it says something else than it should. How far comments were read is no reason to write.
 */
function blockToWrite(existing: ActualEpic | null, draft: EpicDraft, kept: Kept): Written {
  const { facts, said, wishes, context, links, coming } = draft;
  const block = epicBlock(context, { byHand: kept.byHand });
  const record = nextRecord(draft, links, false);
  const isStill = kept.changes.length === 0;
  if (
    existing !== null &&
    !wishes.reseal &&
    isStill &&
    coming.size === 0 &&
    said.followed.answers.length === 0
  ) {
    const steps = { issues: facts.found.issues, coming };
    const current = { kind: existing.kind, description: withoutRecordLine(existing.description) };
    if (blockChange(current, epicMarker(context.assessment), block, steps) === null && !isNews(draft, record))
      return { block: null, record: null };
  }
  return { block, record: toWrite(record, recordedSteps(context)) };
}

type UpdateEpic = Extract<Action, { kind: 'update-epic' }>;
type Written = Pick<UpdateEpic, 'block' | 'record'>;

/** Whether an engagement is stopped: somebody put it on hold, or the loop fuse paused it and nobody has resumed it. */
export function isStopped({ facts, wishes }: Pick<PlanInput, 'facts' | 'wishes'>): boolean {
  const { assessment, found } = facts;
  return found.epic !== null && (assessment.rulings.hold !== null || (found.memory.paused && !wishes.resume));
}

/**
 * Answers and records what people have just said while the engagement is stopped; what the comments ask for is owed.
 */
export function planStopped(draft: StoppedDraft): readonly Action[] {
  const answers = planAnswers(draft, true);
  const notes = [...sowNotes(changesOf(draft.facts), draft), ...planProposals(draft)];
  const { assessment, found } = draft.facts;
  const isPaused = found.memory.paused && !draft.wishes.resume;
  const isQuiet = !hasNewHours(draft.facts) && !isOtherHistory(draft.facts);
  if (answers.length + notes.length === 0 && isQuiet) return [];
  const why =
    assessment.rulings.hold === null
      ? 'record what was said'
      : assessment.withdrawn
        ? 'withdrawn'
        : 'on hold';
  return [...notes, ...answers, record(draft, { links: found.memory.links, paused: isPaused, why })];
}

/** A source was heard and said nothing to be told: how new it is must be known all the same. */
function isOtherHistory({ asking, found }: PlanFacts): boolean {
  const before = found.record?.history ?? NO_HISTORY;
  return asking !== undefined && canonicalJson(asking.history) !== canonicalJson(before);
}

/** Ends an engagement that is given up, or takes it up again: what is done on issues, then answers, the epic and its record last. */
export function planTurn(
  draft: StoppedDraft & Pick<PlanInput, 'groupLabels' | 'sealing'>,
  turn: 'withdraw' | 'take-up',
): readonly Action[] {
  const { links } = draft.facts.found.memory;
  const isEnd = turn === 'withdraw';
  return [
    ...planCopy({ ...draft, links }),
    ...(isEnd ? planWithdrawal(draft) : planTakingUp(draft)),
    ...planProposals(draft),
    ...planAnswers(draft),
    record(draft, {
      links,
      paused: false,
      state: isEnd ? 'closed' : 'opened',
      why: isEnd ? 'close: the engagement is withdrawn' : 'reopen: the engagement is taken up again',
    }),
  ];
}

/**
 * Pauses an engagement: the reason as a note, and the mark that every later run sees. What was just said is answered
 * too.
 *
 * @param change see `fightIn`
 */
export function planPausing(draft: StoppedDraft, change: string): readonly Action[] {
  const { facts } = draft;
  const body = fuseNote(facts.assessment.engagement, change, draft.context.holder);
  return [
    { kind: 'write-note', target: { kind: 'epic' }, rule: 'fuse', body },
    ...planAnswers(draft, true),
    record(draft, {
      links: desiredLinks(facts),
      paused: true,
      why: 'pause: the same change keeps being undone',
    }),
  ];
}

function record(
  draft: StoppedDraft,
  {
    links,
    paused,
    why,
    state = null,
  }: {
    readonly links: readonly Edge[];
    readonly paused: boolean;
    readonly why: string;
    readonly state?: 'opened' | 'closed' | null;
  },
): Action {
  const { context } = draft;
  return {
    kind: 'update-epic',
    ...(state === null ? { addLabels: [], removeLabels: [] } : healthAtTurn(draft, state)),
    state,
    block: epicBlock(context, { paused, byHand: keptInEpic(draft.facts.found.epic, context).byHand }),
    record: toWrite(nextRecord(draft, links, paused), recordedSteps(context)),
    ...datesToWrite(draft.facts),
    why: [why],
  };
}

/** Health is that of what goes on: an engagement that is given up has none, and one that is taken up again has its last. */
function healthAtTurn(
  { facts: { found, assessment }, settings: { labels } }: StoppedDraft,
  state: 'opened' | 'closed',
): LabelChanges {
  const ours = labelName('health', assessment.rulings.healthSet, labels);
  return labelChanges(found.epic?.labels ?? [], state === 'opened' ? [ours] : [], [
    labelName('health', '', labels),
  ]);
}

function notesFor(state: 'opened' | 'closed', context: BlockContext): readonly Action[] {
  const target = { kind: 'epic' } as const;
  if (state === 'opened')
    return [{ kind: 'write-note', target, rule: 'epic-closed-early', body: epicClosedEarlyNote(context) }];
  return [
    { kind: 'write-note', target, rule: 'epic-closed-early', body: epicSettledNote(context), ends: true },
    { kind: 'write-note', target, rule: 'epic-completed', body: epicCompletedNote(context) },
  ];
}

/** One note when the last that comes after the close is done. */
function completedNotes(epic: ActualEpic | null, context: BlockContext): readonly Action[] {
  const money = moneyOf(context.assessment);
  const label = labelName('money', 'completed', context.settings.labels);
  if (money !== 'completed' || epic === null || epic.labels.includes(label)) return [];
  const body = moneyCompletedNote(context);
  return [{ kind: 'write-note', target: { kind: 'epic' }, rule: 'money-completed', body }];
}

function moneyOf({ closed, completed }: Assessment): MoneyState | null {
  if (!closed || completed === null) return null;
  return completed ? 'completed' : 'open';
}

function epicLabels(epic: ActualEpic | null, { assessment, settings, health }: BlockContext): LabelChanges {
  if (epic === null) return { addLabels: [], removeLabels: [] };
  const values = labelValues(epic.labels, 'health', settings.labels);
  const theirs = health?.by === 'hand' ? values.filter((value) => value !== health.ours) : [];
  const wanted = theirs.length > 0 ? theirs : [health?.label ?? 'on track'];
  const money = moneyOf(assessment);
  const desired = [
    assessment.engagement,
    labelName('process', assessment.process.id, settings.labels),
    ...wanted.map((value) => labelName('health', value, settings.labels)),
    ...(money === null ? [] : [labelName('money', money, settings.labels)]),
  ];
  const scopes = (['process', 'health', 'money'] as const).map((scope) =>
    labelName(scope, '', settings.labels),
  );
  return labelChanges(epic.labels, desired, scopes);
}

/**
 * Due dates that move in a run, and what is proposed of them.
 *
 * What is to move is recorded before it moves: a proposal is shown, one that needs no answer is written down first. So
 * after a crash between two issues the next run finds the dates that are ours to be ours, and goes on.
 */

import { dueOf } from '#domain/assess/outlook.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { datedSteps, forecastOn, planDate } from '#domain/dates/dated-steps.ts';
import { movesByCause } from '#domain/dates/moves.ts';
import { isUnanswered } from '#domain/reminders/unanswered.ts';
import {
  type DateMove,
  isOpenReplan,
  type Moved,
  ON_REQUEST,
  type Replan,
  type Rulings,
} from '#domain/rulings/rulings.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import {
  appliedNote,
  droppedNote,
  proposalNote,
  proposalRule,
  unansweredNote,
  unansweredRule,
  uselessNote,
} from '#domain/texts/dates-notes.ts';
import type { NoteRule } from '#domain/texts/notes.ts';
import type { Action } from './action.ts';
import type { Draft, PlanInput } from './input.ts';

type Asked = Pick<PlanInput, 'facts' | 'said'>;

/** Due dates that this run writes: those that people have just named, and those of proposals that are accepted. */
export function dueDatesNow({ facts, said }: Asked, context: BlockContext): ReadonlyMap<StepKey, string> {
  const { effects } = said.followed;
  const named = effects.dueDates.map(({ step, date }) => [step, date] as const);
  const planned = facts.assessment.steps.flatMap((status) => {
    const date = effects.autoDue.includes(status.key) ? planDate(status, context) : null;
    return date === null ? [] : [[status.key, date] as const];
  });
  const moved = appliedReplans(facts).flatMap(({ moves }) => moves.filter((move) => mayMove(move, facts)));
  return new Map([...moved.map(({ step, to }) => [step, to] as const), ...planned, ...named]);
}

/** Proposals that this run carries out: accepted, and recorded as they are. */
export function appliedReplans({ assessment, found }: PlanInput['facts']): readonly Replan[] {
  const recorded = found.record?.rulings.replans ?? [];
  return assessment.rulings.replans.filter(
    (replan) => replan.accepted !== null && recorded.some((other) => sameMoves(other, replan)),
  );
}

/** What is done stays, and so does a date that a person has set since. */
function mayMove({ step, from }: DateMove, { assessment }: PlanInput['facts']): boolean {
  const status = assessment.steps.find(({ key }) => key === step);
  const isPinned = assessment.rulings.pinned.some((pin) => pin.step === step);
  return status !== undefined && !status.done && !isPinned && status.issue?.dueDate === from;
}

function sameMoves(one: Replan, other: Replan): boolean {
  return (
    one.cause === other.cause &&
    one.moves.length === other.moves.length &&
    one.moves.every(
      ({ step, to }, index) => other.moves[index]?.step === step && other.moves[index]?.to === to,
    )
  );
}

/**
 * The rulings about dates as a run leaves them: which dates people have set, which have moved, and what is proposed
 * now.
 *
 * @param context with the due dates that this run writes
 * @param now ISO 8601, on the day of the assessment
 */
export function datesAfter(facts: PlanInput['facts'], context: BlockContext, now: string): Rulings {
  const { assessment } = context;
  const { rulings } = assessment;
  const done = appliedReplans(facts);
  const pinned = datedSteps(context).filter((step) => step.pinned && step.doneOn === null);
  const known = rulings.pinned.map(({ step }) => step);
  const moved = movedAfter(facts, context);
  const next: Rulings = {
    ...rulings,
    pinned: [...new Set([...known, ...pinned.map(({ key }) => key)])].map((step) => ({ step })),
    moved,
    replans: rulings.replans.filter((replan) => !done.includes(replan)),
  };
  const settled = { ...context, assessment: { ...assessment, rulings: next } };
  return { ...next, replans: replansAfter(settled, now) };
}

/** Dates that have moved. One that a person has set to what is proposed has, too. */
function movedAfter({ found }: PlanInput['facts'], context: BlockContext): Moved[] {
  const { steps, rulings, today } = context.assessment;
  const proposed = [...rulings.replans, ...(found.record?.rulings.replans ?? [])].flatMap(
    ({ moves }) => moves,
  );
  const now = steps.flatMap((status): Moved[] => {
    const { key, done } = status;
    const due = dueOf(status, context);
    const isProposed = proposed.some(({ step, to }) => step === key && to === due);
    const isPinned = rulings.pinned.some(({ step }) => step === key);
    const isPlan = due === planDate(status, context);
    return due === null || done || isPinned || isPlan || !isProposed
      ? []
      : [{ step: key, to: due, on: today }];
  });
  return [...rulings.moved.filter(({ step }) => !now.some((one) => one.step === step)), ...now];
}

function replansAfter(context: BlockContext, now: string): Replan[] {
  const { assessment, settings } = context;
  if (settings.moveDates === 'never' || assessment.closed) return [];
  const { rulings } = assessment;
  const steps = datedSteps(context);
  const requested = rulings.replans.filter(({ cause }) => cause === ON_REQUEST);
  const caused = movesByCause(steps, forecastOn(null, steps, context)).map(({ cause, moves }): Replan => {
    const made = newReplan(cause, moves, context);
    const before = rulings.replans.find((replan) => replan.cause === cause);
    if (before === undefined) return made;
    if (sameMoves(before, made))
      return { ...before, accepted: before.dropped === null ? made.accepted : null };
    // What was answered is over: other moves are another question.
    return isOpenReplan(before) ? { ...made, since: before.since } : made;
  });
  return [...requested, ...caused].map((replan) =>
    isUnanswered(replan, context, now) ? { ...replan, reminded: true } : replan,
  );
}

function newReplan(
  cause: string,
  moves: readonly DateMove[],
  { assessment: { today }, settings }: BlockContext,
): Replan {
  return {
    cause,
    moves: [...moves],
    since: today,
    on: today,
    reminded: false,
    accepted: acceptedBy(settings),
    dropped: null,
  };
}

function acceptedBy({ moveDates }: Settings): Replan['accepted'] {
  return moveDates === 'auto' ? { by: null } : null;
}

/** Whether there are dates that are written down to be moved, and move in the next run. */
export function movesNext({ replans }: Rulings): boolean {
  return replans.some(({ accepted }) => accepted !== null);
}

type NotesDraft = Pick<Draft, 'facts' | 'context' | 'applied'>;

/** One comment for each cause: what is proposed, and at last what became of it. */
export function planDateNotes({ facts, context, applied }: NotesDraft): readonly Action[] {
  const before = facts.found.record?.rulings.replans ?? [];
  const { replans } = context.assessment.rulings;
  const isIn = (list: readonly Replan[], replan: Replan): boolean =>
    list.some((one) => proposalRule(one) === proposalRule(replan));
  const over = before.filter(
    (replan) => replan.dropped === null && !isIn(replans, replan) && !isIn(applied, replan),
  );
  const news = replans.filter((replan) => !before.some((one) => saysTheSame(one, replan)));
  const unanswered = replans.filter(({ reminded, cause, on }) => {
    return reminded && !before.some((one) => one.cause === cause && one.on === on && one.reminded);
  });
  return [
    ...over.map((replan) => ({ ...onEpic(proposalRule(replan), uselessNote(replan)), ends: true as const })),
    ...applied.map((replan) => onEpic(proposalRule(replan), appliedNote(replan, context))),
    ...news
      .filter(({ accepted }) => accepted === null)
      .map((replan) => {
        const body = replan.dropped === null ? proposalNote(replan, context) : droppedNote(replan, context);
        return onEpic(proposalRule(replan), body);
      }),
    ...unanswered.map((replan) => onEpic(unansweredRule(replan), unansweredNote(replan, context))),
  ];
}

function onEpic(rule: NoteRule, body: string): Extract<Action, { kind: 'write-note' }> {
  return { kind: 'write-note', target: { kind: 'epic' }, rule, body };
}

function saysTheSame(one: Replan, other: Replan): boolean {
  return (
    sameMoves(one, other) &&
    one.since === other.since &&
    (one.dropped === null) === (other.dropped === null) &&
    (one.accepted === null) === (other.accepted === null)
  );
}

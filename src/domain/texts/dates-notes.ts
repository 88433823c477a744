/** Comments about dates that are proposed: one for each cause, edited while it is open. */

import { openly } from '#domain/assess/audience.ts';
import { assigneesOf, callManager, dueOf, mention, titlesOf } from '#domain/assess/outlook.ts';
import type { StepStatus } from '#domain/assess/step-status.ts';
import { workingDaysBetween } from '#domain/base/calendar.ts';
import { ended } from '#domain/base/sentence.ts';
import { datedSteps, forecastOn } from '#domain/dates/dated-steps.ts';
import { afterMoves } from '#domain/dates/moves.ts';
import { cannotBeHeldText, reasonText, workingDays } from '#domain/dates/reasons.ts';
import type { DateMove, Replan } from '#domain/rulings/rulings.ts';
import { ON_HOLD, ON_REQUEST } from '#domain/rulings/rulings.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import { type BlockContext, whereToComment } from './block-context.ts';
import { type NoteRule, noteBody, SETTLED } from './notes.ts';

/** Rule of the comment about a proposal. */
export function proposalRule({ cause, since }: Pick<Replan, 'cause' | 'since'>): NoteRule {
  return `dates:${ruleWord(cause)}:${since}`;
}

/** Rule of the comment that reminds the manager of a proposal. */
export function unansweredRule({ cause, on }: Pick<Replan, 'cause' | 'on'>): NoteRule {
  return `dates-unanswered:${ruleWord(cause)}:${on}`;
}

function ruleWord(cause: string): string {
  return cause.replaceAll(' ', '-');
}

/** What is proposed, why, and how to answer. */
export function proposalNote(replan: Replan, everything: BlockContext): string {
  const context = { ...everything, assessment: openly(everything.assessment) };
  const { holder } = context;
  const word = replan.cause === ON_HOLD ? 'hold' : replan.cause;
  const asks = `${whomToAsk(replan, context)}\`/ps replan ${word}\` moves them, \`/ps replan ${word} no <reason>\` leaves them where they are: ${whereToComment(holder)}. ${whoMay(replan, context)} Until then nothing moves.`;
  return noteBody(
    proposalRule(replan),
    [
      `**These dates should move.** ${causeText(replan, context)}`,
      '',
      ...moveTable(replan.moves, context),
      '',
      ...outlookLines(replan, context),
      '',
      asks,
    ].join('\n'),
  );
}

/** Says that dates have moved, and why. */
export function appliedNote(replan: Replan, everything: BlockContext): string {
  const context = { ...everything, assessment: openly(everything.assessment) };
  const { accepted } = replan;
  const by =
    accepted?.by == null
      ? 'These dates move, as the settings say'
      : `These dates move, as \`${accepted.by}\` has said`;
  return noteBody(
    proposalRule(replan),
    [
      `${SETTLED} ${by}. ${causeText(replan, context)}`,
      '',
      ...moveTable(replan.moves, context),
      '',
      ...outlookLines(replan, context),
      '',
      'A due date that a person sets from now on stays; `/ps due auto` gives it back to the plan.',
    ].join('\n'),
  );
}

/** Says that dates stay although they were to move. */
export function droppedNote(replan: Replan, context: BlockContext): string {
  const { dropped } = replan;
  const said =
    dropped === null
      ? 'These dates stay.'
      : `\`${dropped.by}\` leaves these dates where they are: ${ended(inlineText(dropped.reason))}`;
  return noteBody(
    proposalRule(replan),
    [`${SETTLED} ${said}`, '', ...moveTable(replan.moves, context)].join('\n'),
  );
}

/** Ends a proposal for which there is no reason any more. */
export function uselessNote(replan: Replan): string {
  return noteBody(proposalRule(replan), `${SETTLED} These dates need not move any more.`);
}

/** Reminds the manager of a proposal that nobody has answered. */
export function unansweredNote(replan: Replan, context: BlockContext): string {
  const titles = titlesOf(context.assessment);
  const names = replan.moves.map(({ step }) => `${stepReference(step)} ${titles.get(step) ?? step}`);
  const word = replan.cause === ON_HOLD ? 'hold' : replan.cause;
  return noteBody(
    unansweredRule(replan),
    `${callManager(context)}Nobody has answered since ${replan.on} whether these dates move: ${names.join(', ')}. \`/ps replan ${word}\` or \`/ps replan ${word} no <reason>\`, ${whereToComment(context.holder)}.`,
  );
}

/** What made the dates move. */
function causeText({ cause }: Replan, context: BlockContext): string {
  const { assessment, settings } = context;
  if (cause === ON_HOLD) {
    const held = Math.max(0, ...datedSteps(context).map((step) => step.held));
    return `${assessment.engagement} was on hold for ${workingDays(held)}.`;
  }
  if (cause === ON_REQUEST) return 'Somebody asked for earlier dates.';
  const status = assessment.steps.find(({ key }) => key === cause);
  const dated = datedSteps(context).find(({ key }) => key === cause);
  if (status === undefined || dated === undefined) return '';
  const name = `${stepReference(cause)} ${status.step.title}`;
  const due = dueOf(status, context);
  if (dated.doneOn === null)
    return dated.pinned && due !== null
      ? `A person has set ${name} to ${due}.`
      : `${name} was started later than planned.`;
  const late = due === null ? 0 : workingDaysBetween(due, dated.doneOn, settings.calendar);
  const by = due !== null && late > 0 ? `, ${workingDays(late)} after its date (${due})` : '';
  return `${name} was done on ${dated.doneOn}${by}.`;
}

function moveTable(moves: readonly DateMove[], context: BlockContext): readonly string[] {
  const { assessment } = context;
  const titles = titlesOf(assessment);
  const steps = datedSteps(context);
  const { steps: seen } = forecastOn(null, steps, context);
  const rows = moves.map(({ step, from, to }) => {
    const because = seen.get(step)?.because ?? null;
    const why = because === null ? '' : reasonText(because, titles);
    return `| ${stepReference(step)} ${titles.get(step) ?? step} | ${from} | ${to} | ${why} |`;
  });
  return ['| Step | From | To | Why |', '|---|---|---|---|', ...rows];
}

/** The end as it will be, and the dates that stay and cannot be held. */
function outlookLines({ moves }: Replan, context: BlockContext): readonly string[] {
  const { assessment, settings, holder } = context;
  const steps = datedSteps(context);
  const { end, steps: seen } = forecastOn(null, afterMoves(steps, moves), context);
  const titles = titlesOf(assessment);
  const held = [...seen].flatMap(([key, forecast]) => {
    const text = cannotBeHeldText(forecast, assessment.sow, settings.calendar, assessment.plain);
    return text === null
      ? []
      : [`- ${stepReference(key)} ${titles.get(key) ?? key} stays on ${forecast.due}, which ${text}.`];
  });
  return [
    ...(end === null ? [] : [`Forecast: the ${holder} closes on ${end}.`]),
    ...(held.length === 0 ? [] : ['', ...held]),
  ];
}

/** Calls who may answer: whoever does the step that moved the others, else the manager. */
function whomToAsk({ cause }: Replan, context: BlockContext): string {
  const status = causing(cause, context);
  const people = status === null ? [] : assigneesOf(status, context);
  if (people.length === 0) return callManager(context);
  return people.map((user) => `${mention(user, context)} `).join('');
}

function whoMay({ cause }: Replan, context: BlockContext): string {
  const status = causing(cause, context);
  return status === null
    ? 'The manager decides.'
    : `The manager decides, or whoever does ${status.step.title}.`;
}

function causing(cause: string, { assessment }: BlockContext): StepStatus | null {
  return assessment.steps.find(({ key }) => key === cause) ?? null;
}

/**
 * The managed blocks: what Procession keeps up to date at the top of every issue and epic of its own.
 * Deterministic text, so that nothing is written when nothing changed. How late a step is stands there in rough steps,
 * see `latenessText`.
 */

import { openly } from '#domain/assess/audience.ts';
import { type DealNews, dealNews, endingNews } from '#domain/assess/hand-over-news.ts';
import { accompanies, latenessOf, latenessText } from '#domain/assess/lateness.ts';
import {
  dueOf,
  managerOf,
  openTurns,
  ownersAsText,
  waitedAsText,
  withReference,
} from '#domain/assess/outlook.ts';
import { type Assessment, isAutomatic, type StepStatus } from '#domain/assess/step-status.ts';
import { compareText } from '#domain/base/compare-text.ts';
import { type StepKey, subjectOf } from '#domain/base/keys.ts';
import { ended } from '#domain/base/sentence.ts';
import { hoursText } from '#domain/hours/words.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import { type BlockContext, whereToComment } from './block-context.ts';
import { changesTable } from './change-notes.ts';
import { forecastLines } from './forecast-lines.ts';
import { byHandLines } from './kept-text.ts';
import { trackersList } from './tracker-lines.ts';
import { withdrawnLines } from './withdrawn-notes.ts';

const STATE_SIGNS = {
  blocked: '⛔',
  ready: '▶',
  'in progress': '🔧',
  waiting: '⏳',
  done: '✅',
  waived: '➖',
  withdrawn: '✖',
} as const;

/** Reasons shown for the health. */
const MOST_FACTS = 3;

/**
 * Writes the epic's block: who is waited for first, then every step; the record follows, invisible. In a tracking
 * issue the steps are a task list, so that lists of issues in GitLab show how many are done.
 *
 * @param byHand see {@link byHandLines}
 */
export function epicBlock(
  everything: BlockContext,
  { paused = false, byHand = [] }: { readonly paused?: boolean; readonly byHand?: readonly string[] } = {},
): string {
  const context = { ...everything, assessment: openly(everything.assessment) };
  const { assessment, leftovers = [] } = context;
  return [
    ...(paused
      ? [
          '**Paused.** Procession changes nothing here until somebody resumes it; the comment below says why.',
          '',
        ]
      : []),
    ...withdrawnLines(context),
    ...holdLines(context),
    ...endingLines(context),
    waitingLine(context),
    '',
    ...newsLines(context),
    ...healthLines(context),
    ...hoursLines(context),
    ...(context.holder === 'epic' ? stepTable(context) : stepTasks(context)),
    ...leftovers.map(({ key, title }) => leftoverRow(key, title, context)),
    '',
    `${countDone(assessment)} of ${assessment.steps.length} steps done.${closingText(context)}`,
    '',
    ...chainLines(context),
    ...forecastLines(context),
    ...afterEndLines(context),
    ...changesTable(context),
    ...trackersList(context),
    ...waiverLines(assessment),
    ...byHandLines(byHand),
    `_Procession keeps these lines; change the SOW in its source, and steps in their issues. Commands: comment \`/ps help\` ${whereToComment(context.holder)}._`,
  ].join('\n');
}

function holdLines({ assessment: { rulings, withdrawn }, holder }: BlockContext): readonly string[] {
  const { hold } = rulings;
  if (hold === null || withdrawn) return [];
  return [
    `**On hold** since ${hold.on}, by \`${hold.by}\`: ${ended(inlineText(hold.reason))} Nothing is changed here until somebody comments \`/ps resume\` ${whereToComment(holder)}.`,
    '',
  ];
}

/** What is to be told of a deal beside its steps; nothing while all is in order. */
function newsLines({ assessment }: BlockContext): readonly string[] {
  const nameOf = (status: StepStatus): string => withReference(status, status.step.title);
  return dealNews(assessment, nameOf).flatMap(newsLine);
}

/** The question whether the engagement is given up: it comes before what people would otherwise go on with. */
function endingLines(context: BlockContext): readonly string[] {
  const [manager] = managerOf(context);
  const who = manager === undefined ? undefined : `\`${manager}\``;
  return endingNews(context.assessment, who).flatMap(newsLine);
}

function newsLine({ head, text, fix }: DealNews): readonly string[] {
  return [`**${head}:** ${ended(text)}${fix === null ? '' : ` ${fix}; this line goes by itself.`}`, ''];
}

/** Why the health is what it is; nothing while all is well. */
function healthLines({ assessment, health }: BlockContext): readonly string[] {
  if (health === undefined || assessment.closed || assessment.withdrawn) return [];
  const { by, byFacts, label, facts } = health;
  const ordered = assessment.rulings.health;
  const texts = facts.slice(0, MOST_FACTS).map(({ text }) => inlineText(text));
  const left = facts.length - texts.length;
  const why = [...texts, ...(left > 0 ? [`and ${left} more`] : [])].join('; ');
  const seen =
    byFacts === 'on track'
      ? ''
      : ` By the facts it ${byFacts === 'at risk' ? 'is at risk' : 'needs attention'}: ${ended(why)}`;
  if (by === 'command' && ordered !== null)
    return [
      `**Health: ${ordered.value}**, set by \`${ordered.by}\` until ${ordered.until}: ${ended(inlineText(ordered.reason))}${seen}`,
      '',
    ];
  if (byFacts === 'on track' || (by === 'hand' && label === byFacts)) return [];
  return by === 'hand'
    ? [`**Health** was set by hand and stays.${seen}`, '']
    : [`**${byFacts === 'at risk' ? 'At risk' : 'Needs attention'}:** ${ended(why)}`, ''];
}

/** How many hours are used; nothing where none are sold or recorded. */
function hoursLines({ assessment: { hours } }: BlockContext): readonly string[] {
  const { reading } = hours;
  if (reading === null || reading.source === null) return [];
  const pace =
    reading.exhaustedOn === null
      ? ''
      : ` At the pace of the last 20 working days they are used up on ${reading.exhaustedOn}.`;
  return [`**Hours:** ${hoursText(reading, inlineText)}.${pace}`, ''];
}

/** Exceptions, each with who, when and why. */
function waiverLines(assessment: Assessment): readonly string[] {
  const waived = assessment.steps.flatMap(({ key, step, waiver }) =>
    waiver === null
      ? []
      : [
          `- ${stepReference(key)} ${step.title}: ${waiver.skip ? 'skipped' : 'waived'} by \`${waiver.by}\` on ${waiver.on}: ${inlineText(waiver.reason)}`,
        ],
  );
  return waived.length === 0 ? [] : ['**Exceptions**', '', ...waived, ''];
}

/** Says who is waited for, with due dates: the first lines of the epic. */
export function waitingLine(context: BlockContext): string {
  const { assessment } = context;
  if (assessment.closed && assessment.completed !== false) return closedLine(assessment);
  if (assessment.withdrawn) return 'Nothing is waited for.';
  const alongside = ({ step }: StepStatus): boolean => step.until !== undefined;
  const turns = openTurns(assessment).toSorted((a, b) => Number(alongside(a)) - Number(alongside(b)));
  const main = turns.filter((status) => !alongside(status));
  const shown = assessment.closed
    ? turns.filter(({ step }) => step.after_close === true)
    : main.length > 0
      ? main
      : turns;
  const items = shown.map((status) => {
    const due = dueOf(status, context);
    const who = isAutomatic(status) ? 'its pipeline' : waitedAsText(status, context);
    const when = due === null || accompanies(status.step) ? '' : `, due ${dueText(due, status, context)}`;
    return `- ${withReference(status, `**${status.step.title}**`)}: ${who}${when}`;
  });
  const head = assessment.closed ? closedLine(assessment) : '**Waiting for**';
  return [head, '', ...items].join('\n');
}

/** The two ends: finished and accepted, then billed and paid. */
function closedLine({ completed }: Assessment): string {
  if (completed === null) return '**Closed.** The work is finished and accepted; nothing is waited for.';
  return completed
    ? '**Completed.** The work is finished and accepted, billed and paid, or written off; nothing is waited for.'
    : '**Closed.** The work is finished and accepted. **Completed** when this is done:';
}

function stepTable(context: BlockContext): string[] {
  return [
    '| | Step | State | Owner | Due |',
    '|---|---|---|---|---|',
    ...context.assessment.steps.map((status) => stepRow(status, context)),
  ];
}

function stepTasks(context: BlockContext): string[] {
  return context.assessment.steps.map((status) => {
    const due = dueOf(status, context);
    const task = `- [${status.done ? 'x' : ' '}] ${withReference(status, status.step.title)}`;
    const when = due === null ? '' : ` · due ${dueText(due, status, context)}`;
    return `${task} · ${status.state} · ${ownersAsText(status, context)}${when}`;
  });
}

function stepRow(status: StepStatus, context: BlockContext): string {
  const cells = [
    STATE_SIGNS[status.state],
    withReference(status, status.step.title),
    status.state,
    ownersAsText(status, context),
    dueText(dueOf(status, context) ?? '–', status, context),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** A due date, and how late the step is. @example `2026-11-25, 7+ days late` */
function dueText(due: string, status: StepStatus, context: BlockContext): string {
  const lateness = latenessOf(status, context);
  return lateness === null ? due : `${due}, **${latenessText(lateness)}**`;
}

/** The due date of the epic is that of the SOW; what is due later would look forgotten. */
function afterEndLines(context: BlockContext): readonly string[] {
  const { assessment, holder } = context;
  const end = assessment.sow.dates?.end ?? null;
  const later = assessment.steps.flatMap((status) => {
    const due = dueOf(status, context);
    return end !== null && due !== null && due > end && !accompanies(status.step) ? [{ status, due }] : [];
  });
  const last = later
    .map(({ due }) => due)
    .toSorted(compareText)
    .at(-1);
  if (last === undefined || assessment.closed || assessment.withdrawn) return [];
  const titles = later.map(({ status }) => status.step.title).join(', ');
  return [
    `This ${holder} is due at the end of the SOW, ${end}. These steps come after it: ${titles}; the last is due ${last}.`,
    '',
  ];
}

/** Number of steps that are done. */
export function countDone(assessment: Assessment): number {
  return assessment.steps.filter(({ done }) => done).length;
}

/** The other epics of the chain: the deal of a delivery, the deliveries of a deal. */
function chainLines({ assessment: { chain, taken } }: BlockContext): readonly string[] {
  const others = chain.map(({ key, process, title, url }) =>
    subjectOf(key) === 'deal'
      ? `- Deal [${key}](${url})`
      : `- ${nameOfProcess(process)} ${key}: [${inlineText(title)}](${url})`,
  );
  const foreign = taken.map(
    ({ key, deal }) =>
      `- ${deal === null ? `**${key} is of another customer**` : `**${key} came of ${deal} already**, and belongs to that deal`}. Nothing of it is shown here.`,
  );
  const lines = [...others, ...foreign];
  return lines.length === 0 ? [] : [...lines, ''];
}

/** The id of a process in words. @example nameOfProcess('training') // 'Training' */
function nameOfProcess(id: string): string {
  return `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll('-', ' ')}`;
}

/** A step the SOW no longer asks for, as a row of the table or under the list. */
function leftoverRow(key: StepKey, title: string, { holder }: BlockContext): string {
  return holder === 'epic'
    ? `| ➖ | ${stepReference(key)} ${title} | no longer asked for | – | – |`
    : `- ➖ ${stepReference(key)} ${title}: no longer asked for`;
}

/** `Financial wrap-up and Blameless post-mortem are done`. */
/** What the end waits for; nothing after it. */
function closingText({ assessment, holder }: BlockContext): string {
  if (assessment.closed || assessment.withdrawn) return '';
  return ` The ${holder} closes when ${closingStepNames(assessment)}.`;
}

function closingStepNames(assessment: Assessment): string {
  const titles = new Map(assessment.steps.map(({ key, step }) => [key, step.title]));
  const names = assessment.process.closeWhen.map((step) => titles.get(step) ?? step);
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} done`;
}

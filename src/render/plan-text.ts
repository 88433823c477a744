/** A plan as people read it: `+` create, `~` change, `-` close, `⇒` link, `✎` note; the epic first, then the steps in reading order. */

import { contradictingDates, shortNoticesNow } from '#domain/assess/date-order.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { counted } from '#domain/base/sentence.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { NoteTarget } from '#domain/engagement/state.ts';
import { explainDue } from '#domain/explain/due.ts';
import type { Action, Plan } from '#domain/plan/action.ts';
import { describeCondition } from '#domain/process/condition.ts';
import { elsewhereOf } from '#domain/process/process.ts';
import { shortNoticeText } from '#domain/process/short-notice.ts';
import type { Identified } from '#domain/record/identify.ts';
import { resolveReferences } from '#domain/text/references.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import { type Paint, type Tone, visible } from './paint.ts';
import { countOf, summaryLine, summaryOf } from './plan-summary.ts';

/** Facts that a plan was made from. */
export interface PlanContext {
  readonly plan: Plan;
  readonly assessment: Assessment;
  readonly found: Identified;
  readonly settings: Settings;
}

/** One thing a plan does: a headline and its details. */
interface Entry {
  readonly sign: '+' | '~' | '-' | '⇒' | '✎';
  readonly text: string;
  readonly details: readonly (readonly [name: string, value: string])[];
}

const TONES = { '+': 'good', '~': 'change', '-': 'bad', '⇒': 'link', '✎': 'dim' } as const satisfies Record<
  Entry['sign'],
  Tone
>;

/** Writes a plan for people, one line per change. */
export function planText(context: PlanContext, paint: Paint): string {
  const { plan, assessment } = context;
  const lines = [
    ...labelLines(plan, paint),
    ...epicEntries(context).flatMap((entry) => entryLines(entry, paint, '')),
    ...assessment.steps.flatMap((status) => stepLines(status, context, paint)),
    ...elsewhereLines(context, paint),
    ...excludedLines(context, paint),
    ...dateLines(context, paint),
  ];
  const end = plan.actions.length === 0 ? 'Nothing to do.' : summaryLine(summaryOf(plan));
  return [...lines, ...(lines.length > 0 ? [''] : []), paint('heading', end)].join('\n');
}

/** One line per action, for the difference between two plans and for progress. */
export function actionLine(action: Action, titleOf: (step: string) => string): string {
  switch (action.kind) {
    case 'create-label':
      return visible(`create label: ${action.label.name}`);
    case 'create-epic':
      return `create ${action.holder}: ${visible(action.title)}`;
    case 'create-issue':
      return `create issue: ${titleOf(action.step)}`;
    case 'add-link':
      return `link: ${titleOf(action.from)} blocks ${titleOf(action.to)}`;
    case 'remove-link':
      return `unlink: ${titleOf(action.from)} no longer blocks ${titleOf(action.to)}`;
    case 'relate':
      return `relate to the epic of ${action.engagement}, where this GitLab relates epics`;
    case 'place-issues':
      return `order in the epic: ${action.places.map(({ step, after }) => `${titleOf(step)} after ${titleOf(after)}`).join(', ')}`;
    case 'start-pipeline':
      return `start pipeline: ${titleOf(action.step)} (${visible(action.project)})`;
    case 'open-thread':
      return `open thread: ${titleOf(action.step)}, ${action.occurrence}`;
    case 'edit-thread':
      return `change thread: ${titleOf(action.step)}, ${action.occurrence} (${action.why})`;
    case 'delete-thread':
      return `delete duplicate thread: ${titleOf(action.step)}, ${action.occurrence}`;
    case 'close-twin':
      return `close duplicate ${action.item}: ${action.reference}`;
    case 'write-copy':
      return 'write the protected copy of the record';
    case 'retire-tracking':
      return `close tracking issue ${action.reference}: it is an epic now`;
    case 'write-note':
      return `note on ${targetName(action.target, titleOf)}: ${action.rule}`;
    case 'answer':
      return `answer to a comment on ${targetName(action.target, titleOf)}: ${action.outcome}`;
    case 'update-issue':
      return visible(`change issue: ${titleOf(action.step)} (${action.why.join(', ')})`);
    case 'update-epic':
      return visible(`change epic (${action.why.join(', ')})`);
  }
}

function targetName(target: NoteTarget, titleOf: (step: string) => string): string {
  return target.kind === 'epic' ? 'the epic' : titleOf(target.step);
}

/** Finds titles of steps by key; the key itself where a title is missing. */
export function titlesIn(assessment: Assessment): (step: string) => string {
  const titles = new Map(assessment.steps.map(({ key, step }) => [key, step.title]));
  return (step) => titles.get(step) ?? step;
}

function labelLines(plan: Plan, paint: Paint): readonly string[] {
  const names = plan.actions.flatMap((action) => (action.kind === 'create-label' ? [action.label.name] : []));
  if (names.length === 0) return [];
  const scopes = Map.groupBy(names, (name) => name.split('::', 1)[0] ?? name);
  const list = [...scopes].map(([scope, members]) =>
    members.length === 1 ? members[0] : `${scope}:: (${members.length})`,
  );
  return [`${paint('good', '+')} ${counted(names.length, 'label')}: ${list.join(', ')}`];
}

function epicEntries(context: PlanContext): readonly Entry[] {
  return context.plan.actions.flatMap((action): Entry[] => {
    if (action.kind === 'create-epic') return [createEpicEntry(action)];
    if (action.kind === 'update-epic' && countOf(action, context.plan) !== null)
      return [updateEntry(action, epicName(context))];
    if (action.kind === 'retire-tracking')
      return [{ sign: '-', text: `tracking issue ${action.reference}: it is an epic now`, details: [] }];
    if (action.kind === 'close-twin' && action.original.kind === 'epic') return [twinEntry(action)];
    if (action.kind === 'answer' && action.target.kind === 'epic') return [answerEntry(action)];
    return action.kind === 'write-note' && action.target.kind === 'epic' ? [noteEntry(action, context)] : [];
  });
}

function epicName({ found: { epic } }: PlanContext): string {
  const what = epic !== null && epic.tracking !== null ? 'tracking issue' : 'epic';
  return `${what} ${epic?.reference ?? ''}`.trim();
}

function createEpicEntry(action: Extract<Action, { kind: 'create-epic' }>): Entry {
  const dates = [action.startDate, action.dueDate].map((date) => date ?? '…');
  const known = action.startDate !== null || action.dueDate !== null;
  return {
    sign: '+',
    text: `${action.holder}: ${visible(action.title)}`,
    details: [
      ['labels', action.labels.join('  ')],
      ...(known ? [['dates', dates.join(' to ')] as const] : []),
      ...(action.confidential ? [['confidential', 'yes, with everything in it'] as const] : []),
    ],
  };
}

function stepLines(status: StepStatus, context: PlanContext, paint: Paint): readonly string[] {
  const entries = context.plan.actions.flatMap((action) => stepEntry(action, status, context));
  if (entries.length === 0) return [];
  const [first, ...rest] = entries;
  if (first === undefined) return [];
  // Where the step itself is created or changed, links and notes stand below it.
  const own = first.sign === '+' ? rest : entries;
  const head =
    first.sign === '+' ? entryLines(first, paint, '  ') : [`    ${paint('heading', stepHeading(status))}`];
  return [...head, ...own.flatMap((entry) => entryLines(entry, paint, '      '))];
}

function stepHeading({ step, issue }: StepStatus): string {
  return issue === null ? step.title : `${step.title} ${issue.reference}`;
}

function stepEntry(action: Action, status: StepStatus, context: PlanContext): readonly Entry[] {
  switch (action.kind) {
    case 'create-issue':
      return action.step === status.key ? [createIssueEntry(action, status, context)] : [];
    case 'add-link':
      return action.to === status.key
        ? [{ sign: '⇒', text: `blocked by ${titlesIn(context.assessment)(action.from)}`, details: [] }]
        : [];
    case 'remove-link':
      return action.to === status.key
        ? [{ sign: '-', text: `blocked by ${titlesIn(context.assessment)(action.from)}`, details: [] }]
        : [];
    case 'close-twin':
      return action.original.kind === 'step' && action.original.step === status.key
        ? [twinEntry(action)]
        : [];
    case 'write-note':
      return action.target.kind === 'step' && action.target.step === status.key
        ? [noteEntry(action, context)]
        : [];
    case 'answer':
      return action.target.kind === 'step' && action.target.step === status.key ? [answerEntry(action)] : [];
    case 'update-issue':
      return action.step === status.key ? [updateEntry(action, 'issue')] : [];
    case 'place-issues':
      return action.places
        .filter(({ step }) => step === status.key)
        .map(({ after }) => ({
          sign: '~',
          text: `place in the epic: after ${titlesIn(context.assessment)(after)}`,
          details: [],
        }));
    case 'start-pipeline':
      return action.step === status.key ? [pipelineEntry(action)] : [];
    case 'open-thread':
    case 'edit-thread':
    case 'delete-thread':
      return action.step === status.key ? [threadEntry(action)] : [];
    case 'create-label':
    case 'create-epic':
    case 'write-copy':
    case 'relate':
    case 'update-epic':
    case 'retire-tracking':
      return [];
  }
}

function createIssueEntry(
  action: Extract<Action, { kind: 'create-issue' }>,
  status: StepStatus,
  context: PlanContext,
): Entry {
  const due = explainDue(status, blockContext(context.assessment, context.settings));
  const { when, owner } = status.step;
  const titleOf = titlesIn(context.assessment);
  const hints = status.after.filter(({ until }) => until === 'started').map(({ step }) => titleOf(step));
  return {
    sign: '+',
    text: status.step.title,
    details: [
      ['title', visible(action.title)],
      ['labels', action.labels.join('  ')],
      ['due', `${action.dueDate ?? 'none'} (${due.why})`],
      [
        'assignee',
        action.assignee === null ? `nobody yet (role ${owner})` : `${action.assignee} (role ${owner})`,
      ],
      ...(hints.length > 0 ? [['waits for', `${hints.join(', ')} to be started (no link)`] as const] : []),
      ...(action.confidential ? [['confidential', 'yes'] as const] : []),
      ...(when === undefined ? [] : [['because', visible(describeCondition(when))] as const]),
    ],
  };
}

function updateEntry(action: Extract<Action, { kind: 'update-issue' | 'update-epic' }>, what: string): Entry {
  return {
    sign: action.state === 'closed' ? '-' : '~',
    text: visible(`${what}: ${action.why.join(', ')}`),
    details: [],
  };
}

const THREAD_SIGNS = { 'open-thread': '+', 'edit-thread': '~', 'delete-thread': '-' } as const;

function threadEntry(
  action: Extract<Action, { kind: 'open-thread' | 'edit-thread' | 'delete-thread' }>,
): Entry {
  const why = action.kind === 'edit-thread' ? `: ${action.why}` : '';
  const twice = action.kind === 'delete-thread' ? ', opened twice' : '';
  return {
    sign: THREAD_SIGNS[action.kind],
    text: `thread of ${action.occurrence}${why}${twice}`,
    details: [],
  };
}

function pipelineEntry(action: Extract<Action, { kind: 'start-pipeline' }>): Entry {
  const { project, ref, attempt, variables } = action;
  return {
    sign: '+',
    text: visible(`pipeline of ${project} (${ref})${attempt === 1 ? '' : `, attempt ${attempt}`}`),
    details: variables.map(({ key, value }) => [key, visible(value)] as const),
  };
}

function twinEntry({ item, reference }: Extract<Action, { kind: 'close-twin' }>): Entry {
  return {
    sign: '-',
    text: `duplicate ${item} ${reference}: two writers made it at the same moment`,
    details: [],
  };
}

function noteEntry({ rule, body }: Extract<Action, { kind: 'write-note' }>, { found }: PlanContext): Entry {
  const [first = ''] = resolveReferences(body, found.issues, 'epic').split('\n', 1);
  return { sign: '✎', text: `note ${rule}: ${visible(first.replaceAll('**', ''))}`, details: [] };
}

function answerEntry({ noteId, outcome }: Extract<Action, { kind: 'answer' }>): Entry {
  return { sign: '✎', text: `answer to comment ${noteId}: ${outcome}`, details: [] };
}

function excludedLines({ assessment, found }: PlanContext, paint: Paint): readonly string[] {
  if (assessment.excluded.length === 0 || found.epic !== null) return [];
  const items = assessment.excluded.map(({ step, why }) =>
    paint('dim', `    ${step.title}: ${visible(why)}`),
  );
  return ['', paint('dim', '  Not in this engagement'), ...items];
}

/** Steps that a launch makes no issue for, because another engagement has it. */
function elsewhereLines({ assessment, found }: PlanContext, paint: Paint): readonly string[] {
  const steps = assessment.steps.filter(({ elsewhere }) => elsewhere !== null);
  if (steps.length === 0 || found.epic !== null) return [];
  const items = steps.map(({ step, elsewhere }) => {
    const places = (elsewhere ?? []).map(({ engagement }) => engagement);
    const known = elsewhereOf(step).map(({ process, step: id }) => `${process}: ${id}`);
    const where =
      places.length > 0 ? places.join(', ') : `the delivery that comes of it (${known.join(', ')})`;
    return paint('dim', `    ${step.title}: ${visible(where)}`);
  });
  return ['', paint('dim', '  With an issue in another engagement'), ...items];
}

/** Short notice, and dates that contradict the order: shown with every plan, whatever it does. */
function dateLines({ assessment, settings }: PlanContext, paint: Paint): readonly string[] {
  const titleOf = titlesIn(assessment);
  const context = blockContext(assessment, settings);
  const short = shortNoticesNow(context).map((notice) =>
    paint('change', `warning: ${shortNoticeText(notice, (step) => visible(titleOf(step)))}`),
  );
  const contradicting = contradictingDates(context).map(({ step, due, before, beforeDue }) =>
    paint(
      'change',
      `warning: ${visible(titleOf(step))} is due on ${due}, before ${visible(titleOf(before))}, which it waits for, on ${beforeDue}`,
    ),
  );
  return [...short, ...contradicting];
}

function entryLines({ sign, text, details }: Entry, paint: Paint, indent: string): readonly string[] {
  const width = Math.max(0, ...details.map(([name]) => name.length));
  const rows = details.map(([name, value]) => `${indent}    ${paint('dim', name.padEnd(width))}  ${value}`);
  return [`${indent}${paint(TONES[sign], sign)} ${sign === '+' ? paint('heading', text) : text}`, ...rows];
}

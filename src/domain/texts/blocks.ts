/**
 * The managed blocks: what Procession keeps up to date at the top of every issue and epic of its own.
 * Deterministic text, so that nothing is written when nothing changed. No clock: dates, never "overdue".
 */
import type { Assessment, StepStatus } from '#domain/assess/assess.ts';
import { gateNames } from '#domain/assess/gate-names.ts';
import type { Health } from '#domain/assess/health.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { type DriftMemory, encodeDriftMemory, NO_DRIFT } from '#domain/engagement/drift-memory.ts';
import { type Edge, memoryText } from '#domain/engagement/memory.ts';
import type { HolderKind } from '#domain/engagement/state.ts';
import { type RoleHolder, roleHolder } from '#domain/rulings/people.ts';
import { isAutomatic } from '#domain/rulings/pipeline-run.ts';
import { runSentences } from '#domain/rulings/pipeline-text.ts';
import { encodeRulings } from '#domain/rulings/rulings.ts';
import { encodeSowRecord } from '#domain/sow/record.ts';
import { type Sow, withoutAmounts } from '#domain/sow/sow.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import { leftoverRow } from './leftover-row.ts';
import type { PendingChange } from './pending-change.ts';

/** What a block needs beside the assessment: planned due dates for issues that do not exist yet. */
export interface BlockContext {
  readonly assessment: Assessment;
  readonly settings: Settings;
  readonly holder: HolderKind;
  readonly plannedDue: ReadonlyMap<StepKey, string | null>;
  /** What was put back or left; only the epic's block needs it. */
  readonly drift?: DriftMemory;
  /** Steps that have an issue and that the SOW no longer asks for; only the epic's block needs it. */
  readonly leftovers?: readonly { readonly key: StepKey; readonly title: string }[];
  /** What this run changes on issues, so that texts say it already; absent where nothing is planned. */
  readonly pending?: ReadonlyMap<StepKey, PendingChange>;
  /** Absent where the epic is not written. */
  readonly health?: Health;
}

/** Who is (or will be) on a step: the issue's assignees, else the holder of the step's role. Usernames. */
export function assigneesOf(status: StepStatus, context: BlockContext): readonly string[] {
  const pending = context.pending?.get(status.key)?.assignee ?? null;
  if (pending !== null) return [pending];
  const assigned = status.issue?.assignees.map(({ username }) => username) ?? [];
  if (assigned.length > 0) return assigned;
  const { username } = holder(status, context);
  return username === null ? [] : [username];
}

function holder(status: StepStatus, { assessment, settings }: BlockContext): RoleHolder {
  return roleHolder(status.step.owner, assessment, settings);
}

/** Owners as text that notifies nobody: `eli`, or the role when nobody is known. */
export function ownersAsText(status: StepStatus, context: BlockContext): string {
  const users = assigneesOf(status, context);
  if (users.length > 0) return users.map((user) => `\`${user}\``).join(', ');
  const { name } = holder(status, context);
  return name === null ? `role ${status.step.owner}, nobody named yet` : inlineText(name);
}

export function dueOf(status: StepStatus, context: BlockContext): string | null {
  if (status.issue === null) return context.plannedDue.get(status.key) ?? null;
  return context.pending?.get(status.key)?.dueDate ?? status.issue.dueDate;
}

/**
 * The block of one step. The mention in it is what tells the assignee that it is their turn: GitLab notifies users
 * newly mentioned in a description, once, so no note is needed and a repeated run says nothing twice.
 */
export function stepBlock(status: StepStatus, context: BlockContext): string {
  const { assessment } = context;
  const position = assessment.steps.findIndex(({ key }) => key === status.key) + 1;
  const place = `${assessment.engagement} · ${assessment.process.name} · step ${position} of ${assessment.steps.length}`;
  return [
    headline(status, context),
    ...ruledLines(status).flatMap((line) => ['', line]),
    '',
    `_${place}. Procession keeps these lines; everything below them is yours._`,
  ].join('\n');
}

function headline(status: StepStatus, context: BlockContext): string {
  switch (status.state) {
    case 'done':
      return '**Done.**';
    case 'waived':
      return status.waiver?.skip === true ? '**Not to be done here.**' : '**Waived.**';
    case 'blocked':
      return `**Blocked.** ${waitsForText(status, context)}`;
    case 'ready':
    case 'in progress':
    case 'waiting': {
      if (isAutomatic(status)) return '**Its pipeline does this step.** Nobody has to do anything.';
      const users = assigneesOf(status, context).map((user) => `@${user}`);
      const who =
        users.length > 0
          ? `${users.join(' ')}, nothing is in the way of this step.`
          : `Nothing is in the way of this step. Nobody is assigned yet (role ${status.step.owner}).`;
      return `**Your turn.** ${who}`;
    }
  }
}

/** What people have ruled about the step, with who, when and why; names in code marks notify nobody. */
function ruledLines(status: StepStatus): readonly string[] {
  const { waiver, acceptance, done } = status;
  const approved = status.gates
    .filter(({ gate, problem }) => gate === 'approval' && problem === null)
    .map(({ seen }) => `${seen.charAt(0).toUpperCase()}${seen.slice(1)}.`);
  const waived =
    waiver === null
      ? []
      : [
          `${waiver.skip ? 'Skipped' : 'Waived'} by \`${waiver.by}\` on ${waiver.on}: ${inlineText(waiver.reason)}${waiver.skip || done ? '' : '. It may be closed although something is missing.'}`,
        ];
  const silence =
    acceptance === null || waiver !== null
      ? []
      : acceptance.reached
        ? [
            `Accepted by silence: sent on ${acceptance.sentOn}, ${acceptance.workingDays} working days without an objection, over on ${acceptance.lastDay}.`,
          ]
        : [`Counts as accepted after ${acceptance.lastDay} unless there is an objection by then.`];
  return [...waived, ...approved, ...silence, ...runSentences(status.run)];
}

/** `Waits for #3 Kick-off to be done.` */
export function waitsForText(status: StepStatus, context: BlockContext): string {
  const titles = titlesOf(context.assessment);
  const part = (until: 'done' | 'started'): string => {
    const steps = status.waitsFor.filter((predecessor) => predecessor.until === until);
    return steps.map(({ step }) => `${stepReference(step)} ${titles.get(step) ?? step}`).join(', ');
  };
  const [done, started] = [part('done'), part('started')];
  const parts = [
    ...(done === '' ? [] : [`${done} to be done`]),
    ...(started === '' ? [] : [`${started} to be started`]),
  ];
  return `Waits for ${parts.join(' and for ')}.`;
}

export function titlesOf(assessment: Assessment): ReadonlyMap<StepKey, string> {
  return new Map(assessment.steps.map(({ key, step }) => [key, step.title]));
}

const STATE_SIGNS = {
  blocked: '⛔',
  ready: '▶',
  'in progress': '🔧',
  waiting: '⏳',
  done: '✅',
  waived: '➖',
} as const;

/** Reasons shown for the health. */
const MOST_FACTS = 3;

/** Steps somebody can act on now. */
export function openTurns(assessment: Assessment): readonly StepStatus[] {
  return assessment.steps.filter(
    ({ state }) => state === 'ready' || state === 'in progress' || state === 'waiting',
  );
}

/**
 * The epic's block: who is waited for first, then every step, then the engine's records (hidden). In a tracking issue
 * the steps are a task list, so that GitLab shows how many are done wherever it lists the issue.
 */
export function epicBlock(context: BlockContext, links: readonly Edge[], paused = false): string {
  const { assessment, leftovers = [] } = context;
  const rulings = encodeRulings(assessment.rulings);
  const drift = encodeDriftMemory(context.drift ?? NO_DRIFT);
  return [
    ...(paused
      ? [
          '**Paused.** Procession changes nothing here until somebody resumes it; the comment below says why.',
          '',
        ]
      : []),
    ...holdLines(assessment),
    waitingLine(context),
    '',
    ...healthLines(context),
    ...(context.holder === 'epic' ? stepTable(context) : stepTasks(context)),
    ...leftovers.map(({ key, title }) => leftoverRow(key, title, context)),
    '',
    `${countDone(assessment)} of ${assessment.steps.length} steps done. The ${context.holder} closes when ${gateNames(assessment)}.`,
    '',
    ...waiverLines(assessment),
    `_Procession keeps these lines; change the SOW in its source, and steps in their issues._`,
    encodeSowRecord(recordOf(assessment.sow, context.settings)),
    ...(rulings === null ? [] : [rulings]),
    ...(drift === null ? [] : [drift]),
    memoryText(
      [...assessment.steps, ...leftovers].map(({ key }) => key),
      links,
      paused,
    ),
  ].join('\n');
}

function holdLines({ rulings: { hold } }: Assessment): readonly string[] {
  if (hold === null) return [];
  return [
    `**On hold** since ${hold.on}, by \`${hold.by}\`: ${inlineText(hold.reason)}. Nothing is changed here until somebody comments \`/ps resume\`.`,
    '',
  ];
}

/** Why the health is what it is; nothing while all is well. */
function healthLines({ assessment, health }: BlockContext): readonly string[] {
  if (health === undefined || assessment.complete) return [];
  const { by, byFacts, label, facts } = health;
  const ordered = assessment.rulings.health;
  const texts = facts.slice(0, MOST_FACTS).map(({ text }) => inlineText(text));
  const left = facts.length - texts.length;
  const why = [...texts, ...(left > 0 ? [`and ${left} more`] : [])].join('; ');
  const seen =
    byFacts === 'on track'
      ? ''
      : ` By the facts it ${byFacts === 'at risk' ? 'is at risk' : 'needs attention'}: ${why}.`;
  if (by === 'command' && ordered !== null)
    return [
      `**Health: ${ordered.value}**, set by \`${ordered.by}\` until ${ordered.until}: ${inlineText(ordered.reason)}.${seen}`,
      '',
    ];
  if (byFacts === 'on track' || (by === 'hand' && label === byFacts)) return [];
  return by === 'hand'
    ? [`**Health** was set by hand and stays.${seen}`, '']
    : [`**${byFacts === 'at risk' ? 'At risk' : 'Needs attention'}:** ${why}.`, ''];
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

/** The SOW as it may stand in GitLab. */
export function recordOf(sow: Sow, settings: Pick<Settings, 'showAmounts'>): Sow {
  return settings.showAmounts ? sow : withoutAmounts(sow);
}

/** Who is waited for, with due dates: the first lines of the epic. */
export function waitingLine(context: BlockContext): string {
  const { assessment } = context;
  if (assessment.complete) return '**Complete.** Nothing is waited for.';
  const alongside = ({ step }: StepStatus): boolean => step.until !== undefined;
  const turns = openTurns(assessment).toSorted((a, b) => Number(alongside(a)) - Number(alongside(b)));
  const main = turns.filter((status) => !alongside(status));
  const shown = main.length > 0 ? main : turns;
  const items = shown.map((status) => {
    const due = dueOf(status, context);
    const who = isAutomatic(status) ? 'its pipeline' : ownersAsText(status, context);
    return `- ${stepReference(status.key)} **${status.step.title}**: ${who}${due === null ? '' : `, due ${due}`}`;
  });
  return ['**Waiting for**', '', ...items].join('\n');
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
    const task = `- [${status.done ? 'x' : ' '}] ${stepReference(status.key)} ${status.step.title}`;
    return `${task} · ${status.state} · ${ownersAsText(status, context)}${due === null ? '' : ` · due ${due}`}`;
  });
}

function stepRow(status: StepStatus, context: BlockContext): string {
  const cells = [
    STATE_SIGNS[status.state],
    `${stepReference(status.key)} ${status.step.title}`,
    status.state,
    ownersAsText(status, context),
    dueOf(status, context) ?? '–',
  ];
  return `| ${cells.join(' | ')} |`;
}

export function countDone(assessment: Assessment): number {
  return assessment.steps.filter(({ done }) => done).length;
}

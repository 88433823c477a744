/** What one permitted command does to the rulings. Pure; the same comment always has the same effect. */

import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { addCalendarDays, addWorkingDays, localDate } from '#domain/base/calendar.ts';
import { stepIdOf } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualNote, ActualUser, NoteTarget } from '#domain/engagement/state.ts';
import { isMadeByCommand } from '#domain/process/process.ts';
import { nextInstance } from '#domain/rulings/instances.ts';
import type { OneTimeEffects } from '#domain/rulings/one-time-effects.ts';
import { newRun, withRun } from '#domain/rulings/pipeline-run.ts';
import type { Rulings } from '#domain/rulings/rulings.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import type { Reply } from './followed.ts';
import type { Command } from './parse-command.ts';

export interface CommandContext {
  /** The step it is about. */
  readonly status: StepStatus | null;
  readonly said: { readonly by: ActualUser; readonly note: ActualNote; readonly target: NoteTarget };
  /** With the rulings so far. */
  readonly assessment: Assessment;
  readonly effects: OneTimeEffects;
  readonly settings: Settings;
  /** Members of the project that `/ps assign` names, by the name as it was written. */
  readonly named: ReadonlyMap<string, ActualUser>;
}

export type CommandResult =
  | {
      readonly kind: 'done';
      readonly rulings: Rulings;
      readonly effects: OneTimeEffects;
      readonly reply: Reply | null;
    }
  | { readonly kind: 'refused'; readonly why: string };

/** Issues of one on-demand step: more are a mistake. */
const MOST_INSTANCES = 50;

export function carryOutCommand(command: Command, context: CommandContext): CommandResult {
  switch (command.name) {
    case 'help':
    case 'status':
      return done(context, { reply: { kind: command.name } });
    case 'explain':
      return done(context, { reply: { kind: 'explain', step: context.status?.key ?? null } });
    case 'reconcile':
      return done(context, { reply: onEpic(context, 'Everything has been looked at again.') });
    case 'hold':
      return hold(command.reason, context);
    case 'resume':
      return resume(context);
    case 'assign':
      return assign(command, context);
    case 'waive':
      return waive(command.reason, false, context);
    case 'skip':
      return waive(command.reason, true, context);
    case 'approve':
      return approve(context);
    case 'retry':
      return retry(context);
    case 'add':
      return add(command, context);
    case 'snooze':
      return snooze(command.workingDays, context);
    case 'due':
      return moveDue(command, context);
    case 'health':
      return health(command, context);
  }
}

function done(
  { assessment, effects }: CommandContext,
  changes: {
    readonly rulings?: Partial<Rulings>;
    readonly effects?: Partial<OneTimeEffects>;
    readonly reply?: Reply | null;
  },
): CommandResult {
  return {
    kind: 'done',
    rulings: { ...assessment.rulings, ...changes.rulings },
    effects: { ...effects, ...changes.effects },
    reply: changes.reply ?? null,
  };
}

function refused(why: string): CommandResult {
  return { kind: 'refused', why };
}

/** Who, on which date, in which comment. */
function given({ said, settings }: CommandContext): { by: string; byId: number; on: string; note: number } {
  const on = localDate(said.note.createdAt, settings.calendar);
  return { by: said.by.username, byId: said.by.id, on, note: said.note.id };
}

function text(words: string): Reply {
  return { kind: 'text', text: words };
}

/** On the epic there is no sign at the comment, so the answer is in words. */
function onEpic({ said }: CommandContext, words: string): Reply | null {
  return said.target.kind === 'epic' ? text(words) : null;
}

function hold(reason: string, context: CommandContext): CommandResult {
  return done(context, {
    rulings: { hold: { reason, ...given(context) } },
    reply: text(
      `${context.assessment.engagement} is on hold. Nothing is changed and nobody is reminded until somebody writes \`/ps resume\`.`,
    ),
  });
}

function resume(context: CommandContext): CommandResult {
  return done(context, {
    rulings: { hold: null },
    effects: { unpause: true },
    reply: text(`${context.assessment.engagement} goes on.`),
  });
}

function assign(command: Extract<Command, { name: 'assign' }>, context: CommandContext): CommandResult {
  const { assessment, effects, settings } = context;
  const { role } = command;
  const roles = new Set([
    ...assessment.process.steps.map(({ owner }) => owner),
    ...Object.keys(settings.roles),
  ]);
  if (!roles.has(role))
    return refused(`there is no role \`${role}\`; the roles are: ${[...roles].join(', ')}`);
  // GitLab assigns members only, and without a word leaves others out.
  const username = context.named.get(command.username)?.username;
  if (username === undefined)
    return refused(`\`${command.username}\` is no member of the project; add them there first`);
  const { appointments } = assessment.rulings;
  return done(context, {
    rulings: { appointments: [...appointments, { role, username, ...given(context) }] },
    effects: { roles: [...effects.roles.filter((other) => other !== role), role] },
    reply: onEpic(context, `\`${username}\` is now ${role} of ${assessment.engagement}.`),
  });
}

function waive(reason: string, skip: boolean, context: CommandContext): CommandResult {
  const { assessment, status } = context;
  if (status?.issue == null) return refused('there is no issue of that step in this engagement');
  if (status.done && status.waiver === null) return refused(`${status.step.title} is done already`);
  if (skip && assessment.process.closeWhen.includes(status.key) && assessment.complete)
    return refused('the engagement is complete already');
  const waiver = {
    step: status.key,
    reason,
    skip,
    used: status.issue.state === 'closed',
    ...given(context),
  };
  const others = assessment.rulings.waivers.filter(({ step }) => step !== status.key);
  const words = skip
    ? `${status.step.title} is not to be done here: its issue is closed.`
    : `${status.step.title} may be closed although something is missing.`;
  return done(context, {
    rulings: { waivers: [...others, waiver] },
    reply: onEpic(context, words),
  });
}

function approve(context: CommandContext): CommandResult {
  const { assessment, status, said } = context;
  const rule = status?.step.done_when.approval;
  if (status?.issue == null || rule === undefined)
    return refused(status === null ? 'it is not about a step' : `${status.step.title} needs no approval`);
  const isOwn = status.issue.assignees.some(({ id }) => id === said.by.id);
  if (isOwn && !rule.self) return refused('nobody approves their own work: you are assigned to this step');
  const others = assessment.rulings.approvals.filter(
    ({ step, byId }) => step !== status.key || byId !== said.by.id,
  );
  return done(context, {
    rulings: { approvals: [...others, { step: status.key, ...given(context) }] },
    reply: onEpic(context, `${status.step.title} is approved by \`${said.by.username}\`.`),
  });
}

function retry(context: CommandContext): CommandResult {
  const { assessment, status, said } = context;
  if (status?.issue == null || status.step.pipeline === undefined)
    return refused(
      status === null ? 'it is not about a step' : `${status.step.title} is not done by a pipeline`,
    );
  const { key, run, step } = status;
  if (status.done) return refused(`${step.title} is done already`);
  if (run === null || run.state === 'wanted')
    return refused('its pipeline has not been started yet; it starts by itself when the step is ready');
  if (run.state === 'running' || run.state === 'manual')
    return refused(`its pipeline ${run.url ?? ''} is not over yet`);
  const next = newRun(key, run.attempt + 1, said.note.createdAt);
  return done(context, {
    rulings: { runs: withRun(assessment.rulings.runs, next) },
    reply: onEpic(context, `The pipeline of ${step.title} is started anew.`),
  });
}

function add(command: Extract<Command, { name: 'add' }>, context: CommandContext): CommandResult {
  const { assessment } = context;
  const { instances } = assessment.rulings;
  const possible = [
    ...new Set(assessment.process.steps.filter(isMadeByCommand).map(({ id }) => stepIdOf(id))),
  ];
  if (!possible.includes(command.step))
    return refused(
      possible.length === 0
        ? `${assessment.process.name} has no step that is made on demand`
        : `only these are made on demand: ${possible.join(', ')}`,
    );
  if (assessment.complete) return refused('the engagement is complete');
  if (instances.filter(({ step }) => stepIdOf(step) === command.step).length >= MOST_INSTANCES)
    return refused(`there are ${MOST_INSTANCES} already`);
  const step = nextInstance(command.step, instances);
  return done(context, {
    rulings: { instances: [...instances, { step, title: command.title, ...given(context) }] },
    reply: onEpic(context, `Added ${command.title ?? step}.`),
  });
}

function snooze(workingDays: number, context: CommandContext): CommandResult {
  const { assessment, status, settings } = context;
  if (status === null) return refused('it is not about a step');
  const about = given(context);
  const until = addWorkingDays(about.on, workingDays, settings.calendar);
  const others = assessment.rulings.snoozes.filter(({ step }) => step !== status.key);
  return done(context, {
    rulings: { snoozes: [...others, { step: status.key, until, ...about }] },
    reply: onEpic(context, `No reminders about ${status.step.title} until ${until}.`),
  });
}

function moveDue(command: Extract<Command, { name: 'due' }>, context: CommandContext): CommandResult {
  const { effects, status } = context;
  if (status?.issue == null) return refused('there is no issue of that step in this engagement');
  if (status.done) return refused(`${status.step.title} is done already`);
  const others = effects.dueDates.filter(({ step }) => step !== status.key);
  const dueDates = [...others, { step: status.key, date: command.date }];
  return done(context, {
    effects: { dueDates },
    reply: text(
      `${status.step.title} is due ${command.date}, said \`${context.said.by.username}\`: ${inlineText(command.reason)}`,
    ),
  });
}

function health(command: Extract<Command, { name: 'health' }>, context: CommandContext): CommandResult {
  if (command.value === 'auto')
    return done(context, {
      rulings: { health: null },
      effects: { autoHealth: true },
      reply: text('The health follows the facts again.'),
    });
  const about = given(context);
  const until = addCalendarDays(about.on, command.days);
  return done(context, {
    rulings: { health: { value: command.value, until, reason: command.reason, ...about } },
    effects: { autoHealth: true },
    reply: text(`The health is **${command.value}** until ${until}: ${inlineText(command.reason)}`),
  });
}

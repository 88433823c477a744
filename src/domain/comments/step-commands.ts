/** The commands about one step. */
import { addWorkingDays } from '#domain/base/calendar.ts';
import { newRun, withRun } from '#domain/rulings/pipeline-run.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import {
  done,
  type Effect,
  type EffectContext,
  type EffectsOf,
  given,
  linked,
  onEpic,
  refused,
  text,
} from './effect.ts';
import type { Command } from './read-arguments.ts';

/** Effects of the commands about one step. */
export const STEP_COMMANDS: EffectsOf<'waive' | 'unwaive' | 'skip' | 'approve' | 'retry' | 'snooze' | 'due'> =
  {
    waive: ({ reason }, context) => waive(reason, false, context),
    unwaive: (_, context) => unwaive(context),
    skip: ({ reason }, context) => waive(reason, true, context),
    approve: (_, context) => approve(context),
    retry: (_, context) => retry(context),
    snooze: ({ workingDays }, context) => snooze(workingDays, context),
    due: moveDue,
  };

function waive(reason: string, skip: boolean, context: EffectContext): Effect {
  const { assessment, status } = context;
  if (status?.issue == null) return refused('there is no issue of that step in this engagement');
  // One that was closed under the policy `warn` lacks something still.
  const isSettled = status.done && status.violations.length === 0;
  if (isSettled && status.waiver === null) return refused(`${status.step.title} is done already`);
  if (skip && assessment.process.closeWhen.includes(status.key) && assessment.closed)
    return refused('the engagement is closed already');
  const waiver = {
    step: status.key,
    reason,
    skip,
    used: status.issue.state === 'closed',
    ...given(context),
  };
  const others = assessment.rulings.waivers.filter(({ step }) => step !== status.key);
  const words = skip
    ? `${linked(status)} is not to be done here: its issue is closed.`
    : `${linked(status)} may be closed although something is missing.`;
  return done(context, {
    rulings: { waivers: [...others, waiver] },
    reply: onEpic(context, words),
  });
}

function unwaive(context: EffectContext): Effect {
  const { assessment, status } = context;
  if (status === null) return refused('it is not about a step');
  const { key, step, issue } = status;
  const waivers = assessment.rulings.waivers.filter((waiver) => waiver.step !== key);
  if (waivers.length === assessment.rulings.waivers.length)
    return refused(`${step.title} has no waiver that could be taken back`);
  if (status.done && issue?.state === 'closed')
    return refused(
      `${step.title} is done under its waiver already; open its issue again, which ends the waiver`,
    );
  return done(context, {
    rulings: { waivers },
    reply: onEpic(
      context,
      `The waiver of ${linked(status)} is taken back: what is missing is asked for again.`,
    ),
  });
}

function approve(context: EffectContext): Effect {
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
    reply: onEpic(context, `${linked(status)} is approved by \`${said.by.username}\`.`),
  });
}

function retry(context: EffectContext): Effect {
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
    reply: onEpic(context, `The pipeline of ${linked(status)} is started anew.`),
  });
}

function snooze(workingDays: number, context: EffectContext): Effect {
  const { assessment, status, settings } = context;
  if (status === null) return refused('it is not about a step');
  const about = given(context);
  const until = addWorkingDays(about.on, workingDays, settings.calendar);
  const others = assessment.rulings.snoozes.filter(({ step }) => step !== status.key);
  return done(context, {
    rulings: { snoozes: [...others, { step: status.key, until, ...about }] },
    reply: onEpic(context, `No reminders about ${linked(status)} until ${until}.`),
  });
}

function moveDue(command: Extract<Command, { name: 'due' }>, context: EffectContext): Effect {
  const { effects, status } = context;
  if (status?.issue == null) return refused('there is no issue of that step in this engagement');
  if (status.done) return refused(`${status.step.title} is done already`);
  const { key } = status;
  const { rulings } = context.assessment;
  const dueDates = effects.dueDates.filter(({ step }) => step !== key);
  const autoDue = effects.autoDue.filter((step) => step !== key);
  const pinned = rulings.pinned.filter(({ step }) => step !== key);
  if (command.date === null)
    return done(context, {
      rulings: { pinned },
      effects: { dueDates, autoDue: [...autoDue, key] },
      reply: text(`${linked(status)} has the date of the plan again, and moves with it.`),
    });
  return done(context, {
    rulings: { pinned: [...pinned, { step: key }] },
    effects: { dueDates: [...dueDates, { step: key, date: command.date }], autoDue },
    reply: text(
      `${linked(status)} is due ${command.date}, said \`${context.said.by.username}\`: ${inlineText(command.reason)}`,
    ),
  });
}

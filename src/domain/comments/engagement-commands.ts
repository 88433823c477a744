/** The commands about the whole engagement. */
import { addCalendarDays } from '#domain/base/calendar.ts';
import { stepIdOf } from '#domain/base/keys.ts';
import { isSameUser } from '#domain/base/username.ts';
import { approvalRules } from '#domain/process/approvals.ts';
import { isMadeByCommand } from '#domain/process/process.ts';
import { nextInstance } from '#domain/rulings/instances.ts';
import { isAssignedByRole } from '#domain/rulings/people.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import {
  done,
  type Effect,
  type EffectContext,
  type EffectsOf,
  given,
  onEpic,
  refused,
  text,
} from './effect.ts';
import type { Command } from './read-arguments.ts';

/** Issues of one on-demand step: more are a mistake. */
const MOST_INSTANCES = 50;

/** Effects of the commands about the whole engagement. */
export const ENGAGEMENT_COMMANDS: EffectsOf<'hold' | 'resume' | 'withdraw' | 'assign' | 'add' | 'health'> = {
  hold: ({ reason }, context) => hold(reason, context),
  resume: (_, context) => resume(context),
  withdraw: ({ reason }, context) => withdraw(reason, context),
  assign,
  add,
  health,
};

function hold(reason: string, context: EffectContext): Effect {
  if (context.assessment.withdrawn)
    return refused('the engagement is withdrawn; `/ps resume` takes it up again');
  return done(context, {
    rulings: { hold: { reason, ...given(context) } },
    reply: text(
      `${context.assessment.engagement} is on hold. Nothing is changed and nobody is reminded until somebody writes \`/ps resume\`.`,
    ),
  });
}

function resume(context: EffectContext): Effect {
  const { hold, holds } = context.assessment.rulings;
  const over = hold === null ? [] : [{ from: hold.on, to: given(context).on }];
  return done(context, {
    rulings: { hold: null, holds: [...holds, ...over] },
    effects: { unpause: true },
    reply: text(
      context.assessment.withdrawn
        ? `${context.assessment.engagement} is taken up again as it was.`
        : `${context.assessment.engagement} goes on.`,
    ),
  });
}

/** Only asks: what it would close is shown first. */
function withdraw(reason: string, context: EffectContext): Effect {
  const { closed, withdrawn, engagement } = context.assessment;
  if (closed) return refused('the engagement is closed');
  if (withdrawn) return refused('the engagement is withdrawn already');
  return done(context, {
    rulings: { withdrawal: { reason, ...given(context) } },
    reply: text(
      `A comment on the epic says what withdrawing ${engagement} would close, and how to go on. Nothing is closed yet.`,
    ),
  });
}

function assign(command: Extract<Command, { name: 'assign' }>, context: EffectContext): Effect {
  const { assessment, effects, settings } = context;
  const { role } = command;
  const roles = new Set([
    ...assessment.process.steps.flatMap(({ owner, done_when }) => [
      owner,
      ...approvalRules(done_when).map((rule) => rule.role),
    ]),
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
    reply: onEpic(
      context,
      `\`${username}\` is now ${role} of ${assessment.engagement}.${stayingText(role, username, context)}`,
    ),
  });
}

/** The open issues of a role that stay with whom people have assigned them to. */
function stayingText(role: string, username: string, { assessment, settings }: EffectContext): string {
  const staying = assessment.steps.filter(({ step, issue, done, fellTo }) => {
    const assignees = issue?.assignees ?? [];
    if (step.owner !== role || done || assignees.length === 0) return false;
    if (assignees.some((one) => isSameUser(one.username, username))) return false;
    return !isAssignedByRole({ assignees, fellTo }, role, assessment, settings);
  });
  if (staying.length === 0) return '';
  const names = staying.map(({ key, issue }) => {
    const people = (issue?.assignees ?? []).map((one) => `\`${one.username}\``);
    return `${stepReference(key)} with ${people.join(' and ')}`;
  });
  return ` What somebody is assigned to already stays there; assign it by hand: ${names.join(', ')}.`;
}

function add(command: Extract<Command, { name: 'add' }>, context: EffectContext): Effect {
  const { assessment } = context;
  const { instances } = assessment.rulings;
  const id = withoutAlias(command.step, assessment.process);
  const possible = [
    ...new Set(assessment.process.steps.filter(isMadeByCommand).map(({ id }) => stepIdOf(id))),
  ];
  if (!possible.includes(id))
    return refused(
      possible.length === 0
        ? `${assessment.process.name} has no step that is made on demand`
        : `only these are made on demand: ${possible.join(', ')}`,
    );
  if (assessment.closed) return refused('the engagement is closed');
  if (instances.filter(({ step }) => stepIdOf(step) === id).length >= MOST_INSTANCES)
    return refused(`there are ${MOST_INSTANCES} already`);
  const step = nextInstance(id, instances);
  return done(context, {
    rulings: { instances: [...instances, { step, title: command.title, ...given(context) }] },
    reply: text(`Added ${stepReference(step)} ${command.title ?? step}.`),
  });
}

/** The step that is called so now. @example `change-order` → `change-request` */
function withoutAlias(name: string, { steps }: EffectContext['assessment']['process']): string {
  const known = steps.find(({ aliases }) => aliases?.includes(name) === true);
  return known === undefined ? name : stepIdOf(known.id);
}

function health(command: Extract<Command, { name: 'health' }>, context: EffectContext): Effect {
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

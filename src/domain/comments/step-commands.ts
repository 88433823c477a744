/** The commands about one step. */
import { type ApprovalReading, isBarredFrom } from '#domain/assess/approvals.ts';
import { effectsNameOf, isSettled } from '#domain/assess/changes.ts';
import type { StepStatus } from '#domain/assess/step-status.ts';
import { addWorkingDays } from '#domain/base/calendar.ts';
import { rolesOf } from '#domain/rulings/people.ts';
import { newRun, withRun } from '#domain/rulings/pipeline-run.ts';
import type { Approval, Rulings } from '#domain/rulings/rulings.ts';
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
    waive: ({ reason, role }, context) =>
      role === undefined ? waive(reason, false, context) : waiveApproval(role, reason, context),
    unwaive: (_, context) => unwaive(context),
    skip: ({ reason }, context) => waive(reason, true, context),
    approve: (_, context) => approve(context),
    retry: (_, context) => retry(context),
    snooze: ({ workingDays }, context) => snooze(workingDays, context),
    due: moveDue,
  };

function waive(reason: string, skip: boolean, context: EffectContext): Effect {
  const { assessment, status } = context;
  if (status === null || (status.issue === null && status.elsewhere === null))
    return refused('there is no issue of that step in this engagement');
  if (status.elsewhere !== null && !skip)
    return refused(
      `${status.step.title} is done in another engagement: it is waived there, or done without here, by \`/ps skip ${status.key} <reason>\``,
    );
  // One that was closed under the policy `warn` lacks something still.
  const isSettled = status.done && status.violations.length === 0;
  if (isSettled && status.waiver === null) return refused(`${status.step.title} is done already`);
  if (skip && assessment.process.closeWhen.includes(status.key) && assessment.closed)
    return refused('the engagement is closed already');
  const waiver = {
    step: status.key,
    reason,
    skip,
    used: status.issue?.state === 'closed',
    ...given(context),
  };
  const others = assessment.rulings.waivers.filter(({ step }) => step !== status.key);
  const words = skip
    ? status.elsewhere !== null
      ? `${status.step.title} is not waited for here.`
      : `${linked(status)} is not to be done here: its issue is closed.`
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
  const { rulings } = assessment;
  const waivers = rulings.waivers.filter((waiver) => waiver.step !== key);
  const approvals = rulings.approvals.filter(
    ({ step: about, waived }) => about !== key || waived === undefined,
  );
  if (waivers.length === rulings.waivers.length && approvals.length === rulings.approvals.length)
    return refused(`${step.title} has no waiver that could be taken back`);
  if (status.done && issue?.state === 'closed')
    return refused(
      `${step.title} is done under its waiver already; open its issue again, which ends the waiver`,
    );
  return done(context, {
    rulings: { waivers, approvals },
    reply: onEpic(
      context,
      `The waiver of ${linked(status)} is taken back: what is missing is asked for again.`,
    ),
  });
}

/** Counts for every role of who approves, see {@link readApprovals}. */
function approve(context: EffectContext): Effect {
  const { assessment, status, said, settings } = context;
  const asked = status?.approvals ?? [];
  if (status?.issue == null || asked.length === 0)
    return refused(status === null ? 'it is not about a step' : `${status.step.title} needs no approval`);
  const own = rolesOf(said.by.username, assessment, settings);
  const theirs = asked.filter(({ rule }) => own.has(rule.role));
  const roles = theirs.filter((one) => !isBarredFrom(one, said.by)).map(({ rule }) => rule.role);
  if (roles.length === 0) {
    return refused(`nobody approves their own work: ${ownWork(theirs, context)}`);
  }
  const others = assessment.rulings.approvals.filter(
    ({ step, byId, waived }) => step !== status.key || byId !== said.by.id || waived !== undefined,
  );
  if (!isShown(status, assessment.rulings)) return refused(UNSEEN);
  const as = asked.length === 1 ? '' : ` (${roles.join(', ')})`;
  return done(context, {
    rulings: {
      approvals: withApproval(others, {
        step: status.key,
        roles,
        ...approvedText(status),
        ...given(context),
      }),
    },
    reply: onEpic(context, `${linked(status)} is approved by \`${said.by.username}\`${as}.`),
  });
}

/** What makes the work that is to be approved that of whoever wants to approve, and what would change that. */
function ownWork(
  theirs: readonly ApprovalReading[],
  { assessment, status, said: { by } }: EffectContext,
): string {
  const isAssigned = (one: StepStatus | null | undefined): boolean =>
    one?.issue?.assignees.some(({ id }) => id === by.id) === true;
  if (isAssigned(status) && !theirs.every(({ rule }) => rule.self)) return 'you are assigned to this step';
  const before = theirs.flatMap(({ rule }) => rule.not_by ?? []);
  const [given] = assessment.steps.filter(
    (one) => before.includes(one.key) && isAssigned(one) && one.issue?.closedBy?.id !== by.id,
  );
  return given === undefined
    ? 'you did what is to be approved'
    : `you are assigned to ${linked(given)}, which is to be approved. If somebody else did it, make them its assignee in your place, and approve then`;
}

/** Approvals as every run reads them: those by label come last. */
function withApproval(others: readonly Approval[], approval: Approval): Approval[] {
  const byLabel = others.filter(({ note }) => note === null);
  return [...others.filter(({ note }) => note !== null), approval, ...byLabel];
}

const UNSEEN =
  'its effects were written anew, and the lines at the top of its issue did not show them yet. They do now: look at them, then write the same again';

/** Whether the issue of a change request showed the effects that stand in it now: somebody may have just changed them. */
function isShown({ key, change }: StepStatus, { shownEffects }: Rulings): boolean {
  if (change === null || isSettled(change)) return true;
  const shown = shownEffects.find(({ step }) => step === key)?.text ?? '';
  return shown === effectsNameOf(change);
}

/** What of a change request is approved: what stands there now. */
function approvedText({ change }: StepStatus): { readonly effects?: string } {
  return change === null ? {} : { effects: effectsNameOf(change) };
}

/** Does without the approval of one role; the others, and everything else, are asked for still. */
function waiveApproval(role: string, reason: string, context: EffectContext): Effect {
  const { assessment, status } = context;
  if (status?.issue == null) return refused('there is no issue of that step in this engagement');
  if (!status.approvals.some(({ rule }) => rule.role === role)) {
    const asked = status.approvals.map(({ rule }) => rule.role).join(', ');
    return refused(
      `${status.step.title} ${asked === '' ? 'needs no approval' : `needs no approval by the role ${role}, only by: ${asked}`}`,
    );
  }
  if (status.done) return refused(`${status.step.title} is done already`);
  if (!isShown(status, assessment.rulings)) return refused(UNSEEN);
  const { approvals } = assessment.rulings;
  const others = approvals.filter(
    ({ step, roles, waived }) =>
      step !== status.key || waived === undefined || roles?.includes(role) !== true,
  );
  return done(context, {
    rulings: {
      approvals: withApproval(others, {
        step: status.key,
        roles: [role],
        waived: reason,
        ...approvedText(status),
        ...given(context),
      }),
    },
    reply: onEpic(context, `${linked(status)} needs no approval by the role ${role}.`),
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

import type { Acceptance } from '#domain/assess/acceptance.ts';
import { type ApprovalReading, isApproved, nobodyText } from '#domain/assess/approvals.ts';
import { assigneesOf, mention, titlesOf } from '#domain/assess/outlook.ts';
import { isAutomatic, type StepStatus } from '#domain/assess/step-status.ts';
import { ended } from '#domain/base/sentence.ts';
import { awaitedStage } from '#domain/process/ready-when.ts';
import { strangersInRole } from '#domain/rulings/people.ts';
import { runSentences } from '#domain/rulings/pipeline-text.ts';
import type { Approval } from '#domain/rulings/rulings.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import type { BlockContext } from './block-context.ts';
import { changeLines } from './change-notes.ts';
import { estimateLines } from './estimate.ts';
import { byHandLines } from './kept-text.ts';
import { isRunningTracker, trackerLine } from './tracker-lines.ts';

/**
 * Writes the block of one step. A mention in the block tells assignees of their turn: GitLab notifies users newly
 * mentioned in a description, once, so no note is needed and a repeated run says nothing twice.
 *
 * @param byHand see {@link byHandLines}
 */
export function stepBlock(status: StepStatus, context: BlockContext, byHand: readonly string[] = []): string {
  const { assessment } = context;
  const position = assessment.steps.findIndex(({ key }) => key === status.key) + 1;
  const place = `${assessment.engagement} · ${assessment.process.name} · step ${position} of ${assessment.steps.length}`;
  return [
    headline(status, context),
    ...changeLines(status, context).flatMap((line) => ['', line]),
    ...ruledLines(status, context.assessment.today).flatMap((line) => ['', line]),
    ...trackerLine(status.key, context).flatMap((line) => ['', line]),
    ...estimateLines(status, context),
    '',
    ...byHandLines(byHand),
    `_${place}. Procession keeps these lines; everything below them is yours. Commands: comment \`/ps help\`._`,
  ].join('\n');
}

function headline(status: StepStatus, context: BlockContext): string {
  switch (status.state) {
    case 'done':
      return '**Done.**';
    case 'waived':
      return status.waiver?.skip === true ? '**Not to be done here.**' : '**Waived.**';
    case 'withdrawn':
      return '**Withdrawn.** Nobody is asked for this step any more; the epic says why.';
    case 'blocked':
      return `**Blocked.** ${waitsForText(status, context)}`;
    case 'ready':
    case 'in progress':
    case 'waiting': {
      if (isAutomatic(status)) return '**Its pipeline does this step.** Nobody has to do anything.';
      if (isRunningTracker(status, context)) return underWay(status, context);
      const users = assigneesOf(status, context).map((user) => mention(user, context));
      const who =
        users.length > 0
          ? `${users.join(' ')}, nothing is in the way of this step.`
          : `Nothing is in the way of this step. Nobody is assigned yet (${roleText(status.step.owner, context)}).`;
      return `**Your turn.** ${who}`;
    }
  }
}

/** Its threads call for people when there is something to do: nobody is mentioned before the last one. */
function underWay(status: StepStatus, context: BlockContext): string {
  const users = assigneesOf(status, context).map((user) => `\`${user}\``);
  const who = users.length > 0 ? users.join(', ') : roleText(status.step.owner, context);
  const name = (status.step.recurs?.name ?? '').toLowerCase();
  return `**Under way** (${who}). A thread opens by itself for each ${name}; what was said is a reply in it.`;
}

/** `role engineer; \`casey\` is named for it, and is no member of the project` */
function roleText(role: string, { assessment, settings }: BlockContext): string {
  const strangers = strangersInRole(role, assessment, settings).map((username) => `\`${username}\``);
  if (strangers.length === 0) return `role ${role}`;
  const are =
    strangers.length === 1 ? 'is named for it, and is no member' : 'are named for it, and are no members';
  return `role ${role}; ${strangers.join(' and ')} ${are} of the project`;
}

/** What people have ruled about the step, with who, when and why; names in code marks notify nobody. */
function ruledLines(status: StepStatus, today: string): readonly string[] {
  const { waiver, acceptance, done } = status;
  const waived =
    waiver === null
      ? []
      : [
          `${waiver.skip ? 'Skipped' : 'Waived'} by \`${waiver.by}\` on ${waiver.on}: ${waiver.skip || done ? inlineText(waiver.reason) : `${ended(inlineText(waiver.reason))} It may be closed although something is missing.`}`,
        ];
  const silence =
    acceptance === null || waiver !== null
      ? []
      : [silenceText(acceptance, status.step.done_when.acceptance?.sent ?? '', today)];
  return [...waived, ...approvalLines(status), ...silence, ...runSentences(status.run)];
}

/** One approval as a sentence, several as a list: who of each role, and when. */
function approvalLines({ approvals, done }: StepStatus): readonly string[] {
  const [only, ...others] = approvals;
  if (only === undefined) return [];
  if (others.length > 0) return [['Approvals:', '', ...approvals.map(approvalItem)].join('\n')];
  if (only.waiver !== null) return [`Approval ${waiverText(only.waiver)}`];
  if (isApproved(only)) return [`Approved by ${givenText(only)}.`];
  const nobody = done ? null : nobodyText(only);
  return nobody === null ? [] : [`Approval is missing. ${ended(inlineText(nobody))}`];
}

/** `- [x] finance: ada on 2026-11-25` */
function approvalItem(reading: ApprovalReading): string {
  const { rule, waiver, given, people } = reading;
  if (waiver !== null) return `- ${rule.role}: ${waiverText(waiver)}`;
  if (isApproved(reading)) return `- ${rule.role}: approved by ${givenText(reading)}`;
  const so = given.length === 0 ? '' : `approved by ${givenText(reading)}, `;
  const nobody = nobodyText(reading);
  const who = nobody === null ? `by ${people.map((name) => `\`${name}\``).join(' or ')}` : inlineText(nobody);
  const more = rule.count - given.length;
  const missing = rule.count === 1 ? 'is missing' : `${more} ${more === 1 ? 'is' : 'are'} missing`;
  return `- ${rule.role}: ${so}${missing}${nobody === null ? ', ' : '. '}${who}`;
}

function givenText({ given }: ApprovalReading): string {
  return given.map(({ by, on }) => `${by} on ${on}`).join(', ');
}

/** ``waived by `mira` on 2026-11-25: they are away`` */
function waiverText({ by, on, waived }: Approval): string {
  return `waived by \`${by}\` on ${on}: ${ended(inlineText(waived ?? ''))}`;
}

function silenceText(acceptance: Acceptance, field: string, today: string): string {
  const { sentOn, workingDays, lastDay, odd, reached } = acceptance;
  if (reached)
    return `Accepted by silence: sent on ${sentOn}, ${workingDays} working days without an objection, over on ${lastDay}.`;
  if (odd !== null)
    return `Silence does not count: "${field}" says ${sentOn}, but ${odd}. Correct the day in the table below. If it is right all the same, get the acceptance in writing and fill in the rest of the table, or let the manager decide: \`/ps waive <reason>\`.`;
  return today > lastDay
    ? `The last day for an objection was ${lastDay}. Counts as accepted on the day after the warning about it, unless there is an objection by then.`
    : `Counts as accepted after ${lastDay} unless there is an objection by then.`;
}

/** `Waits for #3 Kick-off to be done.` */
function waitsForText(status: StepStatus, context: BlockContext): string {
  const titles = titlesOf(context.assessment);
  const part = (until: 'done' | 'started'): string => {
    const steps = status.waitsFor.filter((predecessor) => predecessor.until === until);
    return steps.map(({ step }) => `${stepReference(step)} ${titles.get(step) ?? step}`).join(', ');
  };
  const [done, started] = [part('done'), part('started')];
  const stage = awaitedStage(status.step, context.assessment);
  const parts = [
    ...(done === '' ? [] : [`${done} to be done`]),
    ...(started === '' ? [] : [`${started} to be started`]),
    ...(stage === null ? [] : [`the deal to be in the stage \`${stage}\``]),
  ];
  return `Waits for ${parts.join(' and for ')}.`;
}

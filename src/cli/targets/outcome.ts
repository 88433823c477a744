/** What came of reconciling one engagement, in words, as data and as exit code. */

import { EXIT, mostSevere } from '#cli/terminal/exit-code.ts';
import type { Output } from '#cli/terminal/output.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { noticesOf } from '#domain/explain/check.ts';
import { LAUNCH_STAGE } from '#domain/sow/stage.ts';
import type { HandedOver } from '#reconciler/loop/follow-chain.ts';
import type { Outcome } from '#reconciler/loop/reconcile.ts';
import { whyNothing } from '#reconciler/loop/why-nothing.ts';
import { visible } from '#render/paint.ts';
import { countOf, doneText, summaryLine, summaryOf } from '#render/plan-summary.ts';
import { actionLine, titlesIn } from '#render/plan-text.ts';
import { notWonText } from './undecided.ts';

/** Kinds of outcomes with which nothing can be said about the engagement. */
const UNSETTLED = [
  'absent',
  'record-damaged',
  'unknown-process',
  'out-of-reach',
  'other-process',
  'no-process',
  'other-engagement',
  'sow-refused',
  'sow-taken',
] as const;
type UnsettledOutcome = Extract<Outcome, { kind: (typeof UNSETTLED)[number] }>;

/** Outcome with which something can be said about the engagement. */
export type SettledOutcome = Exclude<Outcome, UnsettledOutcome>;

/** Whether nothing can be said about the engagement but why. */
export function isUnsettled(outcome: Outcome): outcome is UnsettledOutcome {
  return UNSETTLED.some((kind) => kind === outcome.kind);
}

/** Exit code of a settled outcome. */
export function outcomeExit(outcome: SettledOutcome): number {
  if (outcome.kind === 'braked' || outcome.kind === 'paused') return EXIT.refused;
  const handedOver = handedOverIn(outcome);
  return mostSevere(
    handedOver.map((one) => (isUnsettled(one.outcome) ? EXIT.input : outcomeExit(one.outcome))),
  );
}

function handedOverIn(outcome: SettledOutcome): readonly HandedOver<Outcome>[] {
  return 'handedOver' in outcome ? (outcome.handedOver ?? []) : [];
}

/** Says what was done, or why nothing was; of a deal also what became of the delivery that it has handed over. */
export function tellOutcome(output: Output, engagement: EngagementKey, outcome: SettledOutcome): void {
  tellOne(output, engagement, outcome);
  for (const one of handedOverIn(outcome))
    if (isUnsettled(one.outcome))
      output.warning(`${one.engagement} was not launched: ${visible(whyNothing(one.outcome) ?? '')}.`);
    else tellOutcome(output, one.engagement, one.outcome);
}

function tellOne(output: Output, engagement: EngagementKey, outcome: SettledOutcome): void {
  switch (outcome.kind) {
    case 'not-won':
      if (outcome.stage === LAUNCH_STAGE) output.warning(notWonText(engagement, outcome));
      else output.result(notWonText(engagement, outcome));
      return;
    case 'unchanged':
      tellNotices(output, engagement, outcome);
      output.result(`${engagement}: nothing to do.${outcome.epicUrl === null ? '' : ` ${outcome.epicUrl}`}`);
      return;
    case 'applied':
      tellApplied(output, engagement, outcome);
      return;
    case 'shadow':
      for (const line of actionLines(outcome)) output.result(`  would ${line}`);
      output.result(
        `${engagement}: nothing was written, because the policy is "shadow". ${summaryLine(summaryOf(outcome.plan))}`,
      );
      return;
    case 'braked':
      output.warning(
        `${engagement}: a brake has stopped this, and nothing was changed: ${outcome.why}.\nLook at it: procession plan ${engagement}\nWhen it is right, apply it again with --allow-mass-change. The limits are "policy.brakes" in procession.yml.`,
      );
      return;
    case 'paused':
      output.warning(
        `${engagement}: ${pausedText(outcome.change)}. A comment on the epic says more.\nWhen it is settled, apply it again with --resume.`,
      );
  }
}

/** @param change the change that tripped the fuse just now; `null` when it tripped earlier */
export function pausedText(change: string | null): string {
  return change === null
    ? 'paused, because another machine kept undoing the same change'
    : `paused: "${visible(change)}" was undone three times in a row, each time within ten seconds`;
}

function tellNotices(
  output: Output,
  engagement: EngagementKey,
  { assessment }: Extract<SettledOutcome, { kind: 'unchanged' | 'applied' }>,
): void {
  for (const notice of noticesOf(assessment)) output.warning(`${engagement}: ${visible(notice)}.`);
}

function tellApplied(
  output: Output,
  engagement: EngagementKey,
  outcome: Extract<SettledOutcome, { kind: 'unchanged' | 'applied' }>,
): void {
  const { label } = summaryOf(outcome.plan);
  if (label > 0) output.result(`  create ${label} labels`);
  for (const line of actionLines(outcome)) output.result(`  ${line}`);
  tellNotices(output, engagement, outcome);
  for (const warning of outcome.warnings) output.warning(`warning: ${visible(warning)}`);
  output.result(output.paint('heading', `${engagement}: ${doneText(summaryOf(outcome.plan))}.`));
  if (outcome.epicUrl !== null) output.result(`Epic: ${outcome.epicUrl}`);
}

/** One line per action. Labels are left out: there are many, and they say nothing about the engagement. */
function actionLines({
  plan,
  assessment,
}: Extract<SettledOutcome, { kind: 'applied' | 'unchanged' | 'shadow' | 'braked' }>): readonly string[] {
  const titleOf = titlesIn(assessment);
  return plan.actions
    .filter((action) => !['label', null].includes(countOf(action, plan)))
    .map((action) => actionLine(action, titleOf));
}

/** The fields of one engagement in `apply --json`, see `docs/cli.md`. */
export function outcomeData(
  engagement: EngagementKey,
  outcome: SettledOutcome,
): Readonly<Record<string, unknown>> {
  const common = { engagement, outcome: outcome.kind };
  switch (outcome.kind) {
    case 'not-won':
      return { ...common, stage: outcome.stage };
    case 'unchanged':
    case 'applied':
      return {
        ...common,
        epicUrl: outcome.epicUrl,
        summary: summaryOf(outcome.plan),
        warnings: outcome.warnings,
        actions: outcome.plan.actions,
        ...handedOverData(outcome),
      };
    case 'shadow':
      return { ...common, summary: summaryOf(outcome.plan), actions: outcome.plan.actions };
    case 'paused':
      return { ...common, change: outcome.change };
    case 'braked':
      return { ...common, why: outcome.why, summary: summaryOf(outcome.plan), actions: outcome.plan.actions };
  }
}

function handedOverData(outcome: SettledOutcome): object {
  const launched = handedOverIn(outcome).map((one) => ({
    engagement: one.engagement,
    outcome: one.outcome.kind,
  }));
  return launched.length === 0 ? {} : { handedOver: launched };
}

/** Applies one target: an engagement, a SOW file, or a plan file that still fits. */

import type { CommandContext } from '#cli/terminal/command.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { InvalidInputError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { type PlanFile, planDifference } from '#domain/policy/plan-file.ts';
import { fileNamed } from '#domain/sow/sow-file.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { decide } from '#reconciler/loop/decide.ts';
import type { ReconcileDeps, ReconcileOptions } from '#reconciler/loop/deps.ts';
import { carryOut, type Outcome, reconcile, reconcileState } from '#reconciler/loop/reconcile.ts';
import { actionLine } from '#render/plan-text.ts';
import { existingOf, type LiveTarget, launchOf, originOf, sowOf, verifyLaunch } from './decide-target.ts';
import { isUnsettled, type SettledOutcome } from './outcome.ts';
import { checkReview, type Review } from './review.ts';
import { stepTitles } from './step-titles.ts';
import type { Target } from './target.ts';
import { undecidedError } from './undecided.ts';

/** Options of `apply` beside its targets. */
export interface ApplyChoices {
  readonly review: Review | null;
  readonly allowMassChange: boolean;
  /** Whether a changed SOW is asked about first. Default: somebody has looked at it. */
  readonly amend?: ReconcileOptions['amend'];
  /** Take up an engagement that paused itself. */
  readonly resume: boolean;
}

/** @throws AppError for what a person must act on first, a stale plan among it */
export async function applyTarget(
  context: CommandContext,
  target: Target,
  choices: ApplyChoices,
): Promise<SettledOutcome> {
  return target.kind === 'plan-file'
    ? await applyPlanFile(context, target, choices)
    : await applyLive(context, target, choices);
}

async function applyLive(
  context: CommandContext,
  target: LiveTarget,
  choices: ApplyChoices,
): Promise<SettledOutcome> {
  const { review } = choices;
  const launch = launchOf(context, sowOf(target));
  verifyLaunch(context, target.engagement, { launch, processes: await context.wire.processes() });
  const options = {
    ...(await commonOptions(context, choices)),
    ...launch,
    ...existingOf(context),
    ...(target.kind === 'sow' ? { sow: target.sow, origin: await originOf(context, target) } : {}),
    ...(choices.amend === undefined ? {} : { amend: choices.amend }),
    again: true,
  };
  const deps = await context.wire.deps();
  const outcome =
    target.kind !== 'sow'
      ? await reconcile(deps, target.engagement, options)
      : await reconcileReviewed(deps, target.engagement, review, options);
  const asked = context.text('process') ?? context.text('profile');
  if ('assessment' in outcome && asked !== undefined) noteOtherProcess(context, outcome.assessment.process);
  return await settled(context, target.engagement, outcome);
}

/**
 * Carries a SOW out, if its plan is the one that was reviewed.
 *
 * @param review `null`: nothing to compare with
 * @throws InvalidInputError when it is another
 */
export async function reconcileReviewed(
  deps: ReconcileDeps,
  engagement: EngagementKey,
  review: Review | null,
  options: ReconcileOptions,
): Promise<Outcome> {
  if (review === null) return await reconcile(deps, engagement, options);
  const actual = await deps.gitlab.readEngagement(engagement, { always: true });
  const decision = await decide(deps, actual, options);
  checkReview(review, engagement, decision.kind === 'decided' ? decision : null);
  // What was compared is what is carried out.
  return decision.kind === 'decided'
    ? await carryOut(deps, decision, options)
    : await reconcileState(deps, actual, options);
}

async function settled(
  { wire }: CommandContext,
  engagement: string,
  outcome: Outcome,
): Promise<SettledOutcome> {
  if (isUnsettled(outcome)) throw undecidedError(engagement, outcome, (await wire.processes()).ids);
  return outcome;
}

function noteOtherProcess(
  context: CommandContext,
  { id, profile }: { readonly id: string; readonly profile: string | null },
): void {
  const differs = (context.text('process') ?? id) !== id || (context.text('profile') ?? profile) !== profile;
  if (differs)
    context.output.warning(
      `The engagement exists and keeps its process: ${id}${profile === null ? '' : `, profile ${profile}`}.`,
    );
}

async function applyPlanFile(
  context: CommandContext,
  target: Extract<Target, { kind: 'plan-file' }>,
  choices: ApplyChoices,
): Promise<SettledOutcome> {
  if (context.text('process') !== undefined || context.text('profile') !== undefined)
    throw new UsageError(
      'A plan file says itself which process and profile it is for: leave --process and --profile out.',
      'procession apply --help',
    );
  const { planFile, engagement, file } = target;
  const deps = await context.wire.deps();
  const options: ReconcileOptions = {
    ...(await commonOptions(context, choices)),
    process: planFile.process,
    profile: planFile.profile,
    ...(planFile.sow === null ? {} : { sow: planFile.sow }),
  };
  const actual = await deps.gitlab.readEngagement(engagement, { always: true });
  const decision = await decide(deps, actual, options);
  if (decision.kind !== 'decided') return await settled(context, engagement, decision);
  const difference = planDifference(planFile, decision.plan);
  if (difference.length > 0) throw stale(file, planFile, difference);
  // What was compared is what is carried out.
  return await settled(context, engagement, await carryOut(deps, decision, options));
}

/** Enough to see what has happened. */
const MOST_DIFFERENCES = 15;

function stale(
  file: string,
  { engagement, sow }: PlanFile,
  difference: readonly string[],
): InvalidInputError {
  const fix = `Make the plan again and look at it: procession plan ${sow === null ? engagement : fileNamed(engagement)} --out ${file}`;
  const left = difference.length - MOST_DIFFERENCES;
  const shownLines = [...difference.slice(0, MOST_DIFFERENCES), ...(left > 0 ? [`and ${left} more`] : [])];
  const problems = shownLines.map((line) => problem({ file }, line));
  return new InvalidInputError(
    problems,
    `The plan is stale: GitLab, the process or the settings have changed since it was made. Nothing was written.\n${fix}\nWhat differs:`,
  );
}

async function commonOptions(
  context: CommandContext,
  { allowMassChange, resume }: ApplyChoices,
): Promise<ReconcileOptions> {
  const titleOf = stepTitles(await context.wire.processes());
  return {
    comments: LOOK_EVERYWHERE,
    allowMassChange,
    resume,
    onProgress: ({ done, total, action }) =>
      context.output.progress(done + 1, total, actionLine(action, titleOf)),
  };
}

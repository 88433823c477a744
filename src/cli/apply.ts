import { InvalidInputError } from '#domain/errors.ts';
import type { PlanFile } from '#domain/plan-file.ts';
import { planDifference } from '#domain/plan-file.ts';
import {
  decide,
  type Outcome,
  type ReconcileOptions,
  reconcile,
  reconcileState,
} from '#reconciler/reconcile.ts';
import { actionLine } from '#report/plan-text.ts';
import type { Command, CommandContext } from './command.ts';
import { LAUNCH_OPTIONS, type LiveTarget, launchOf, verifyLaunch } from './decide-target.ts';
import { outcomeData, outcomeExit, tellOutcome } from './outcome.ts';
import { stepTitles } from './step-titles.ts';
import { readTarget, type Target } from './target.ts';
import { undecidedError } from './undecided.ts';
import { UsageError } from './usage-error.ts';

export const command: Command = {
  name: 'apply',
  summary: 'launch or repair one engagement',
  usage: '<sow.yml|SOW-n|plan.json> [options]',
  positionals: { min: 1, max: 1 },
  options: {
    ...LAUNCH_OPTIONS,
    'allow-mass-change': {
      type: 'boolean',
      help: 'Go on where a brake stops more changes than usual; look at the plan first',
    },
    resume: {
      type: 'boolean',
      help: 'Take an engagement up again that paused itself because the same change kept being undone',
    },
    json: { type: 'boolean', help: 'Print what was done as JSON' },
  },
  details: [
    'Brings one engagement to what its process and SOW ask for. Applying twice changes nothing the second time, and after a crash or Ctrl-C the same command finishes the work.',
    'A SOW file launches its engagement once its stage is closed_won, or carries a changed SOW into it. A SOW number repairs a running engagement from the record in its epic. A plan file is carried out only while it still fits: GitLab is read and planned again, and a plan that has become stale is refused with the difference.',
    'Exit codes: 0 done (also when there was nothing to do, the SOW is not won yet, or the policy is "shadow"), 2 settings, 3 SOW, plan file or engagement, 4 GitLab refused, or a brake or the loop fuse stopped it, 75 try again.',
  ].join('\n\n'),
  examples: [
    'procession apply sows/SOW-1042.yml',
    'procession apply SOW-1042',
    'procession plan SOW-1042 --out plan.json && procession apply plan.json',
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const target = await readTarget(context.positionals[0] ?? '', context);
  const outcome =
    target.kind === 'plan-file' ? await applyPlanFile(context, target) : await applyLive(context, target);
  context.output.clearProgress();
  if (context.flag('json')) context.output.json({ version: 1, ...outcomeData(target.engagement, outcome) });
  else tellOutcome(context.output, target.engagement, outcome);
  return outcomeExit(outcome);
}

async function applyLive(context: CommandContext, target: LiveTarget): Promise<SettledOutcome> {
  const launch = launchOf(context);
  verifyLaunch(context, target.engagement, { launch, processes: await context.wire.processes() });
  const options = {
    ...(await commonOptions(context)),
    ...launch,
    ...(target.kind === 'sow' ? { sow: target.sow } : {}),
  };
  const outcome = await reconcile(await context.wire.deps(), target.engagement, options);
  const asked = context.text('process') ?? context.text('profile');
  if ('assessment' in outcome && asked !== undefined) noteOtherProcess(context, outcome.assessment.process);
  return await settled(context, target.engagement, outcome);
}

/** An outcome with which something can be said about the engagement. */
type SettledOutcome = Exclude<Outcome, { kind: 'absent' | 'record-damaged' | 'unknown-process' }>;

/** @throws AppError for the outcomes that a person must act on first */
async function settled(
  { wire }: CommandContext,
  engagement: string,
  outcome: Outcome,
): Promise<SettledOutcome> {
  if (outcome.kind === 'absent' || outcome.kind === 'record-damaged' || outcome.kind === 'unknown-process')
    throw undecidedError(engagement, outcome, (await wire.processes()).ids);
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
): Promise<SettledOutcome> {
  if (context.text('process') !== undefined || context.text('profile') !== undefined)
    throw new UsageError(
      'A plan file says itself which process and profile it is for: leave --process and --profile out.',
      'procession apply --help',
    );
  const { planFile, engagement, file } = target;
  const deps = await context.wire.deps();
  const options: ReconcileOptions = {
    ...(await commonOptions(context)),
    process: planFile.process,
    profile: planFile.profile,
    ...(planFile.sow === null ? {} : { sow: planFile.sow }),
  };
  const actual = await deps.gitlab.readEngagement(engagement);
  const decision = await decide(deps, actual, options);
  if (decision.kind !== 'decided') return await settled(context, engagement, decision);
  const difference = planDifference(planFile, decision.plan);
  if (difference.length > 0) throw stale(file, planFile, difference);
  // The same state again, so that what is carried out is what was compared.
  return await settled(context, engagement, await reconcileState(deps, actual, options));
}

/** Enough to see what has happened. */
const MOST_DIFFERENCES = 15;

function stale(
  file: string,
  { engagement, sow }: PlanFile,
  difference: readonly string[],
): InvalidInputError {
  const fix = `Make the plan again and look at it: procession plan ${sow === null ? engagement : `sows/${engagement}.yml`} --out ${file}`;
  const left = difference.length - MOST_DIFFERENCES;
  const shownLines = [...difference.slice(0, MOST_DIFFERENCES), ...(left > 0 ? [`and ${left} more`] : [])];
  const problems = shownLines.map((line) => ({
    file,
    line: null,
    path: '',
    message: line,
    fix: '',
    severity: 'error' as const,
  }));
  return new InvalidInputError(
    problems,
    `The plan is stale: GitLab, the process or the settings have changed since it was made. Nothing was written.\n${fix}\nWhat differs:`,
  );
}

async function commonOptions(context: CommandContext): Promise<ReconcileOptions> {
  const titleOf = stepTitles(await context.wire.processes());
  return {
    allowMassChange: context.flag('allow-mass-change'),
    resume: context.flag('resume'),
    onProgress: ({ done, total, action }) =>
      context.output.progress(done + 1, total, actionLine(action, titleOf)),
  };
}

import { type ApplyChoices, applyTarget } from '#cli/targets/apply-target.ts';
import {
  CHANGED_SINCE,
  type Chosen,
  type ChosenTargets,
  chooseTargets,
} from '#cli/targets/chosen-targets.ts';
import { LAUNCH_OPTIONS } from '#cli/targets/decide-target.ts';
import { outcomeData, outcomeExit, tellOutcome } from '#cli/targets/outcome.ts';
import { REVIEW_OPTION, readReview } from '#cli/targets/review.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT, exitCodeOf, mostSevere } from '#cli/terminal/exit-code.ts';
import { AppError } from '#domain/base/errors.ts';
import { visible } from '#render/paint.ts';

export const command: Command = {
  name: 'apply',
  summary: 'launch or repair one engagement',
  usage: '[sow.yml|SOW-n|plan.json…] [options]',
  positionals: { min: 0, max: 1000 },
  options: {
    ...LAUNCH_OPTIONS,
    'changed-since': CHANGED_SINCE,
    review: REVIEW_OPTION,
    'allow-mass-change': {
      type: 'boolean',
      help: 'Go on where a brake stops more changes than usual; look at the plan first',
    },
    resume: {
      type: 'boolean',
      help: 'Take an engagement up again that paused itself because the same change kept being undone, and put back what people had taken away twice',
    },
    json: { type: 'boolean', help: 'Print what was done as JSON' },
  },
  details: [
    'Brings one engagement to what its process and SOW ask for. Applying twice changes nothing the second time, and after a crash or Ctrl-C the same command finishes the work.',
    'A SOW file launches its engagement once its stage is closed_won, or carries a changed SOW into it. A SOW number repairs a running engagement from the record in its epic. A plan file is carried out only while it still fits: GitLab is read and planned again, and a plan that has become stale is refused with the difference.',
    'With --changed-since, every SOW file that changed since a commit is applied. In a pipeline, --review check refuses a SOW whose plan is no longer the one that procession plan --note wrote on the merge request.',
    'Exit codes: 0 done (also when there was nothing to do, the SOW is not won yet, or the policy is "shadow"), 2 settings, 3 SOW, plan file or engagement, 4 GitLab refused, or a brake or the loop fuse stopped it, 75 try again. Of several, one that fails does not stop the others, and the code is that of the worst.',
  ].join('\n\n'),
  examples: [
    'procession apply sows/SOW-1042.yml',
    'procession apply SOW-1042',
    'procession plan SOW-1042 --out plan.json && procession apply plan.json',
    'procession apply --changed-since "$CI_COMMIT_BEFORE_SHA" --review check',
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const targets = await chooseTargets(context, 'apply');
  const choices: ApplyChoices = {
    review: targets.chosen.length === 0 ? null : await readReview(context),
    allowMassChange: context.flag('allow-mass-change'),
    resume: context.flag('resume'),
  };
  return targets.many ? await runMany(context, targets, choices) : await runOne(context, targets, choices);
}

async function runOne(
  context: CommandContext,
  { chosen }: ChosenTargets,
  choices: ApplyChoices,
): Promise<number> {
  const [only] = chosen;
  if (only?.kind !== 'target') return EXIT.done;
  const { target } = only;
  const outcome = await applyTarget(context, target, choices);
  context.output.clearProgress();
  if (context.flag('json')) context.output.json({ version: 1, ...outcomeData(target.engagement, outcome) });
  else tellOutcome(context.output, target.engagement, outcome);
  return outcomeExit(outcome);
}

/** What came of one of several, told as it happens. */
interface TargetResult {
  readonly data: Readonly<Record<string, unknown>>;
  readonly exit: number;
}

async function runMany(
  context: CommandContext,
  { chosen }: ChosenTargets,
  choices: ApplyChoices,
): Promise<number> {
  const results: TargetResult[] = [];
  for (const it of chosen) results.push(await applyOne(context, it, choices));
  if (context.flag('json'))
    context.output.json({
      version: 1,
      engagements: results.map(({ data, exit }) => ({ ...data, exitCode: exit })),
    });
  else if (results.length === 0) context.output.result('No SOW file has changed: nothing to apply.');
  return mostSevere(results.map(({ exit }) => exit));
}

/** One that fails does not stop the others; an error that is not ours ends the run. */
async function applyOne(context: CommandContext, it: Chosen, choices: ApplyChoices): Promise<TargetResult> {
  try {
    if (it.kind === 'failed') throw it.error;
    const outcome = await applyTarget(context, it.target, choices);
    context.output.clearProgress();
    if (!context.flag('json')) tellOutcome(context.output, it.target.engagement, outcome);
    return { data: outcomeData(it.target.engagement, outcome), exit: outcomeExit(outcome) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const exit = exitCodeOf(error);
    context.output.warning(context.output.paint('bad', `${visible(it.word)}: ${error.message}`));
    return { data: { target: it.word, outcome: 'failed', message: error.message }, exit };
  }
}

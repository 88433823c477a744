import { decideTarget, LAUNCH_OPTIONS, offlineReason, sowOf } from '#cli/targets/decide-target.ts';
import { readTarget } from '#cli/targets/target.ts';
import { notWonText } from '#cli/targets/undecided.ts';
import { whyProcess } from '#cli/targets/why-process.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { didYouMean } from '#domain/base/closest.ts';
import { InvalidInputError } from '#domain/base/errors.ts';
import { problem, shown } from '#domain/base/input-problem.ts';
import { type Explanation, explain } from '#domain/explain/explain.ts';
import { explainText } from '#render/explain-text.ts';

export const command: Command = {
  name: 'explain',
  summary: 'say why each step stands where it stands',
  usage: '<SOW-n|sow.yml> [step] [options]',
  positionals: { min: 1, max: 2 },
  options: { ...LAUNCH_OPTIONS, json: { type: 'boolean', help: 'Print the explanation as JSON' } },
  details: [
    'For every step, or the one named: whether it belongs to the engagement and the SOW values that decide it, each step before it, checklist and evidence with the values seen, the label as it is and as the facts ask, the due date and the rule that gave it, the verdict, and what would change it. Then what the epic still waits for. Reads only.',
    'A SOW file is explained against GitLab, or against an empty one when GITLAB_TOKEN is not set.',
    'Exit codes: 0 explained, 2 settings, 3 SOW, engagement or step, 4 GitLab refused, 75 try again.',
  ].join('\n\n'),
  examples: [
    'procession explain SOW-1042',
    'procession explain SOW-1042 kick-off',
    'procession explain sows/SOW-1042.yml intake-aws',
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const [word = '', step] = context.positionals;
  const target = await readTarget(word, context);
  if (target.kind === 'plan-file')
    throw new UsageError(
      `${target.file} is a plan; explain takes a SOW number or a SOW file. Try: procession explain ${target.engagement}`,
      'procession explain --help',
    );
  const offline = offlineReason(context, target, false);
  const decision = await decideTarget(context, {
    engagement: target.engagement,
    sow: sowOf(target),
    offline: offline !== null,
  });
  if (decision.kind === 'not-won') {
    if (context.flag('json'))
      context.output.json({
        version: 1,
        engagement: target.engagement,
        outcome: 'not-won',
        stage: decision.stage,
      });
    else context.output.result(notWonText(target.engagement, decision));
    return EXIT.done;
  }
  const whole = explain({ ...decision.facts, settings: context.wire.settings() });
  const explanation = step === undefined ? whole : onlyStep(whole, step);
  if (context.flag('json')) context.output.json({ version: 1, offline: offline !== null, ...explanation });
  else {
    if (offline !== null)
      context.output.result(context.output.paint('change', `Against an empty GitLab (${offline}).`));
    if (decision.facts.found.epic === null)
      for (const line of whyProcess(context, decision.facts.assessment.sow))
        context.output.result(context.output.paint('dim', line));
    context.output.result(explainText(whole, context.output.paint, step));
  }
  return EXIT.done;
}

/** @throws InvalidInputError when the process has no such step, with the nearest name */
function onlyStep(explanation: Explanation, name: string): Explanation {
  const steps = explanation.steps.filter(({ step }) => step === name);
  if (steps.length > 0) return { ...explanation, steps };
  const known = explanation.steps.map(({ step }) => step);
  const fix = didYouMean(name, known, `Steps: ${known.join(', ')}.`);
  throw new InvalidInputError(
    [
      problem(
        { at: explanation.engagement },
        `there is no step ${shown(name)} in the process ${explanation.process.id}`,
        fix,
      ),
    ],
    'There is nothing to explain:',
  );
}

import { resolve } from 'node:path';
import { type ApplyChoices, applyTarget } from '#cli/targets/apply-target.ts';
import { LAUNCH_OPTIONS } from '#cli/targets/decide-target.ts';
import { isUnsettled, outcomeData, outcomeExit, tellOutcome } from '#cli/targets/outcome.ts';
import { undecidedError } from '#cli/targets/undecided.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT, exitCodeOf, mostSevere } from '#cli/terminal/exit-code.ts';
import { readText } from '#cli/terminal/files.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { AppError, InvalidInputError } from '#domain/base/errors.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import { withoutAmount } from '#domain/sow/amount-problem.ts';
import { keyOf } from '#domain/sow/subject.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';

export const command: Command = {
  name: 'intake',
  summary: 'take in what a pipeline was triggered with: a signed SOW, or an event of GitLab',
  usage: '[file] [options]',
  positionals: { min: 0, max: 1 },
  options: {
    ...LAUNCH_OPTIONS,
    'allow-mass-change': {
      type: 'boolean',
      help: 'Go on where a brake stops more changes than usual; look at the plan first',
    },
    json: { type: 'boolean', help: 'Print what was done as JSON' },
  },
  details: [
    'For pipelines: a CRM starts a process without a server of ours. Reads PROCESSION_DELIVERY, or the file that TRIGGER_PAYLOAD names, or the given file. A SOW must be signed with a secret of CRM_WEBHOOK_SECRETS, exactly as for the webhook service; then it is applied like a SOW file. An event of GitLab needs no signature: it only says which engagements to look at.',
    'What is not proven or not right is refused before GitLab is asked anything. How a trigger carries a signature: docs/ci.md.',
    'Exit codes: 0 done (also when there was nothing to do, or the SOW is not won yet), 2 settings or secrets are missing, 3 the delivery is malformed, forged, too old, or its SOW is wrong, 4 GitLab refused or a brake stopped it, 75 try again.',
  ].join('\n\n'),
  examples: ['procession intake', 'procession intake delivery.json'],
  run,
};

/** What was sent longer ago may have been overtaken by what was sent since. */
const OLDEST_MS = 86_400_000;

async function run(context: CommandContext): Promise<number> {
  const { text, from, beside } = await given(context);
  const delivery = await context.wire.ciDelivery(text, { at: madeAt(context), beside });
  switch (delivery.kind) {
    case 'refused':
      throw refusal(from, [problem({}, delivery.why, delivery.fix)]);
    case 'invalid':
      throw refusal(
        from,
        delivery.problems.map((problem) => withoutAmount(problem, context.wire.settings())),
      );
    case 'ignored':
      context.output.result(`Nothing to do: ${delivery.why}.`);
      return EXIT.done;
    case 'wake':
      return await wake(context, delivery.engagements, delivery.userId);
    case 'sow': {
      for (const warning of delivery.warnings)
        context.output.note(`${warning.path}: ${warning.message}. ${warning.fix}`);
      const engagement = keyOf(delivery.sow);
      const at = delivery.sow.deal?.changed_at ?? delivery.at;
      const origin = { kind: 'crm', name: null, commit: null, at } as const;
      const target = { kind: 'sow' as const, engagement, sow: delivery.sow, file: from, origin };
      const outcome = await applyTarget(context, target, choicesOf(context));
      context.output.clearProgress();
      if (context.flag('json')) context.output.json({ version: 1, ...outcomeData(engagement, outcome) });
      else tellOutcome(context.output, engagement, outcome);
      return outcomeExit(outcome);
    }
  }
}

interface Given {
  readonly text: string;
  readonly from: string;
  /** A signed SOW that came beside it. */
  readonly beside: string | null;
}

/**
 * What a trigger sent comes first, also when the SOW is in a variable: only there it shows which other variables the
 * trigger has set.
 *
 * @throws UsageError when there is nothing to take in
 */
async function given({ positionals, cwd, wire }: CommandContext): Promise<Given> {
  const { delivery, triggerPayload } = wire.ci();
  const [file] = positionals;
  if (file !== undefined) return { text: await readText(resolve(cwd, file), file), from: file, beside: null };
  if (triggerPayload !== null) {
    const text = await readText(resolve(cwd, triggerPayload), 'TRIGGER_PAYLOAD');
    return { text, from: 'TRIGGER_PAYLOAD', beside: delivery };
  }
  if (delivery !== null) return { text: delivery, from: 'PROCESSION_DELIVERY', beside: null };
  throw new UsageError(
    'There is nothing to take in: neither TRIGGER_PAYLOAD nor PROCESSION_DELIVERY is set, and no file was given. A pipeline started by a trigger token has TRIGGER_PAYLOAD.',
    'procession intake --help',
  );
}

/** When it was sent, as far as a job can know: its own start may be much later. */
function madeAt({ wire }: CommandContext): string {
  const now = wire.clock.now();
  const createdAt = wire.ci().pipelineCreatedAt;
  if (createdAt === null) return now;
  if (Date.parse(now) - Date.parse(createdAt) <= OLDEST_MS) return createdAt;
  throw refusal('CI_PIPELINE_CREATED_AT', [
    problem(
      {},
      `this pipeline was made more than a day ago, at ${createdAt}, and what it was given may have been overtaken`,
      'Send the SOW again instead of running an old job.',
    ),
  ]);
}

async function wake(
  context: CommandContext,
  engagements: readonly EngagementKey[],
  userId: number | null,
): Promise<number> {
  const deps = await context.wire.deps();
  if (userId !== null && (await deps.gitlab.whoAmI()).id === userId) {
    context.output.result('Nothing to do: our own change.');
    return EXIT.done;
  }
  const codes: number[] = [];
  const data: unknown[] = [];
  for (const engagement of engagements) {
    try {
      const outcome = await reconcile(deps, engagement);
      if (outcome.kind === 'absent') {
        context.output.note(`${engagement}: there is no such engagement; left alone.`);
        continue;
      }
      if (isUnsettled(outcome)) throw undecidedError(engagement, outcome, deps.processes.ids);
      data.push(outcomeData(engagement, outcome));
      if (!context.flag('json')) tellOutcome(context.output, engagement, outcome);
      codes.push(outcomeExit(outcome));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      context.output.warning(`${engagement}: ${error.message}`);
      codes.push(exitCodeOf(error));
    }
  }
  if (context.flag('json')) context.output.json({ version: 1, engagements: data });
  return mostSevere(codes);
}

function choicesOf(context: CommandContext): ApplyChoices {
  const amend = context.wire.settings().amendments === 'auto' ? 'apply' : 'ask';
  return { review: null, amend, allowMassChange: context.flag('allow-mass-change'), resume: false };
}

function refusal(file: string, told: readonly InputProblem[]): InvalidInputError {
  return new InvalidInputError(
    told.map((found) => ({ ...found, file })),
    'The delivery is refused; nothing was written:',
  );
}

import { resolve } from 'node:path';
import { recordOf } from '#domain/blocks.ts';
import { planDigest } from '#domain/plan-file.ts';
import { judge } from '#domain/policy.ts';
import type { Decision } from '#reconciler/reconcile.ts';
import { summaryOf } from '#report/plan-summary.ts';
import { planText } from '#report/plan-text.ts';
import type { Command, CommandContext } from './command.ts';
import {
  decideTarget,
  LAUNCH_OPTIONS,
  type Launch,
  type LiveTarget,
  launchOf,
  type OfflineReason,
  offlineReason,
  sowOf,
} from './decide-target.ts';
import { EXIT } from './exit-code.ts';
import { writeText } from './files.ts';
import { toJson } from './output.ts';
import { readTarget } from './target.ts';
import { notWonText } from './undecided.ts';
import { UsageError } from './usage-error.ts';

export const command: Command = {
  name: 'plan',
  summary: 'show what would change in GitLab, and why',
  usage: '<sow.yml|SOW-n> [options]',
  positionals: { min: 1, max: 1 },
  options: {
    ...LAUNCH_OPTIONS,
    offline: {
      type: 'boolean',
      help: 'Plan a SOW file against an empty GitLab; also done when GITLAB_TOKEN is not set',
    },
    json: { type: 'boolean', help: 'Print the plan as JSON' },
    out: { type: 'string', placeholder: 'file', help: 'Write the plan as JSON, for procession apply <file>' },
    'detailed-exit-code': { type: 'boolean', help: 'Exit with 5 when there is something to do' },
  },
  details: [
    'Reads GitLab, decides, and shows the difference; writes nothing to GitLab. A SOW file shows what applying it would do; a SOW number shows what the next sweep would do to a running engagement.',
    'Signs: + create, ~ change, - close, ⇒ link, ✎ note. The epic comes first, then the steps in the order people read them.',
    'Exit codes: 0 planned (also when there is nothing to do, or the SOW is not won yet), 5 something to do (with --detailed-exit-code), 2 settings, 3 SOW or engagement, 4 GitLab refused, 75 try again.',
  ].join('\n\n'),
  examples: [
    'procession plan sows/SOW-1042.yml',
    'procession plan sows/SOW-1042.yml --process delivery --profile strict --offline',
    'procession plan SOW-1042 --detailed-exit-code',
    'procession plan sows/SOW-1042.yml --out plan.json   # look at it, then: procession apply plan.json',
  ],
  run,
};

async function run(context: CommandContext): Promise<number> {
  const target = await readTarget(context.positionals[0] ?? '', context);
  if (target.kind === 'plan-file')
    throw new UsageError(
      `${target.file} is a plan already. To carry it out: procession apply ${target.file}`,
      'procession plan --help',
    );
  const offline = offlineReason(context, target, context.flag('offline'));
  const launch = launchOf(context);
  const decision = await decideTarget(context, {
    engagement: target.engagement,
    sow: sowOf(target),
    launch,
    offline: offline !== null,
  });
  if (decision.kind === 'not-won') return tellNotWon(context, target, decision.stage);
  const data = planData({ target, decision, launch, offline, context });
  const out = context.text('out');
  if (out !== undefined) await writeText(resolve(context.cwd, out), out, `${toJson(data)}\n`);
  if (context.flag('json')) context.output.json(data);
  else tell(context, decision, offline);
  if (out !== undefined)
    context.output.note(`Plan written to ${out}. To carry it out: procession apply ${out}`);
  return context.flag('detailed-exit-code') && decision.plan.actions.length > 0
    ? EXIT.planNotEmpty
    : EXIT.done;
}

function tellNotWon(context: CommandContext, { engagement }: LiveTarget, stage: string): number {
  if (context.flag('json')) context.output.json({ version: 1, engagement, outcome: 'not-won', stage });
  else context.output.result(notWonText(engagement, stage));
  return EXIT.done;
}

function tell({ output, wire }: CommandContext, decision: Decision, offline: OfflineReason): void {
  const { assessment, found, plan } = decision;
  const { paint } = output;
  const profile = assessment.process.profile === null ? '' : `, profile ${assessment.process.profile}`;
  output.result(paint('heading', `${assessment.engagement} · ${assessment.process.name}${profile}`));
  if (offline !== null)
    output.result(
      paint('change', `Against an empty GitLab (${offline}): what exists there already is not seen.`),
    );
  if (found.epic !== null) output.result(paint('dim', found.epic.url));
  output.result('');
  output.result(planText({ plan, assessment, found, settings: wire.settings() }, paint));
  const verdict = judge(plan, wire.settings().policy);
  if (plan.actions.length > 0 && verdict.kind === 'shadow')
    output.result('The policy is "shadow": applying this writes nothing.');
  if (verdict.kind === 'braked')
    output.result(
      paint(
        'change',
        `A brake stops this: ${verdict.why}. When it is right: procession apply ${assessment.engagement} --allow-mass-change`,
      ),
    );
}

interface PlanDataInput {
  readonly target: LiveTarget;
  readonly decision: Decision;
  readonly launch: Launch;
  readonly offline: OfflineReason;
  readonly context: CommandContext;
}

/** The JSON of a plan, see `docs/cli.md`; `#domain/plan-file.ts` reads it back. */
function planData({
  target,
  decision,
  launch,
  offline,
  context,
}: PlanDataInput): Readonly<Record<string, unknown>> {
  const { assessment, plan, found } = decision;
  const sow = sowOf(target);
  return {
    version: 1,
    engagement: assessment.engagement,
    sow: sow === null ? null : recordOf(sow, context.wire.settings()),
    process: launch.process,
    profile: launch.profile,
    offline: offline !== null,
    epicUrl: found.epic?.url ?? null,
    summary: summaryOf(plan),
    excluded: assessment.excluded.map(({ step, why }) => ({ step: step.id, why })),
    digest: planDigest(plan.actions),
    actions: plan.actions,
  };
}

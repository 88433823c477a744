/** A plan of one target: made, told, and as JSON. */

import type { CommandContext } from '#cli/terminal/command.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { planDigest } from '#domain/policy/plan-file.ts';
import { judge } from '#domain/policy/policy.ts';
import { oneIssueWarnings } from '#domain/process/items.ts';
import { recordOf } from '#domain/sow/record.ts';
import { draftWarnings } from '#domain/versions/versions.ts';
import type { Decision } from '#reconciler/loop/decide.ts';
import { strangerWarnings } from '#reconciler/loop/read-members.ts';
import { type Paint, plain } from '#render/paint.ts';
import { summaryOf } from '#render/plan-summary.ts';
import { planText } from '#render/plan-text.ts';
import {
  decideTarget,
  type LiveTarget,
  type OfflineReason,
  offlineReason,
  originOf,
  sowOf,
} from './decide-target.ts';
import { notWonText } from './undecided.ts';
import { whyProcess } from './why-process.ts';

/** Plan of one target, with the decision behind the plan. */
export type Planned =
  | {
      readonly kind: 'planned';
      readonly target: LiveTarget;
      readonly decision: Decision;
      readonly offline: OfflineReason;
    }
  | {
      readonly kind: 'not-won';
      readonly target: LiveTarget;
      readonly stage: string;
      readonly starts: readonly string[];
    };

/** Reads and decides, writes nothing. @throws AppError when nothing can be decided */
export async function planTarget(context: CommandContext, target: LiveTarget): Promise<Planned> {
  const offline = offlineReason(context, target, context.flag('offline'));
  const decision = await decideTarget(context, {
    engagement: target.engagement,
    sow: sowOf(target),
    origin: target.kind === 'sow' && offline === null ? await originOf(context, target) : undefined,
    offline: offline !== null,
  });
  if (decision.kind === 'not-won') return { ...decision, target };
  return { kind: 'planned', target, decision, offline };
}

/** Tells whether a plan changes nothing. */
export function isEmpty(planned: Planned): boolean {
  return planned.kind === 'not-won' || planned.decision.plan.actions.length === 0;
}

/** The digest by which a reviewed plan is known again. */
export function digestOf({ decision }: Extract<Planned, { kind: 'planned' }>): string {
  return planDigest(decision.plan.actions);
}

/** A plan for people. @param paint colours; none for files */
export function plannedText(context: CommandContext, planned: Planned, paint: Paint = plain): string {
  const { wire } = context;
  if (planned.kind === 'not-won') return notWonText(planned.target.engagement, planned);
  const { facts, plan } = planned.decision;
  const { assessment, found } = facts;
  const settings = wire.settings();
  const profile = assessment.process.profile === null ? '' : `, profile ${assessment.process.profile}`;
  const verdict = judge(plan, settings.policy);
  return [
    paint('heading', `${assessment.engagement} · ${assessment.process.name}${profile}`),
    ...(planned.offline === null
      ? []
      : [
          paint(
            'change',
            `Against an empty GitLab (${planned.offline}): what exists there already is not seen.`,
          ),
        ]),
    ...(found.epic === null ? whyProcess(context, assessment.sow) : [found.epic.url]).map((line) =>
      paint('dim', line),
    ),
    '',
    planText({ plan, assessment, found, settings }, paint),
    ...(found.epic === null
      ? [...draftWarnings(assessment.process), ...oneIssueWarnings(assessment.process, assessment.sow)].map(
          (warning) => paint('change', `warning: ${warning}`),
        )
      : []),
    ...warningsOf(planned, settings).map((warning) => paint('change', `warning: ${warning}`)),
    ...(plan.actions.length > 0 && verdict.kind === 'shadow'
      ? ['The policy is "shadow": applying this writes nothing.']
      : []),
    ...(verdict.kind === 'braked' ? [paint('change', brakeText(assessment.engagement, verdict.why))] : []),
  ].join('\n');
}

/** Who is named for a role and is nobody that GitLab can assign an issue to; an empty GitLab knows nobody at all. */
function warningsOf(
  { decision, offline }: Extract<Planned, { kind: 'planned' }>,
  settings: Settings,
): readonly string[] {
  return offline === null ? strangerWarnings(decision.facts.assessment, settings) : [];
}

function brakeText(engagement: EngagementKey, why: string): string {
  return `A brake stops this: ${why}. When it is right: procession apply ${engagement} --allow-mass-change`;
}

/** JSON of a plan, see `docs/cli.md`; `#domain/policy/plan-file.ts` reads the same form. */
export function plannedData(context: CommandContext, planned: Planned): Readonly<Record<string, unknown>> {
  const { engagement } = planned.target;
  if (planned.kind === 'not-won') return { version: 1, engagement, outcome: 'not-won', stage: planned.stage };
  const { target, decision, offline } = planned;
  const { facts, plan } = decision;
  const { assessment, found } = facts;
  const sow = sowOf(target);
  return {
    version: 1,
    engagement: assessment.engagement,
    sow: sow === null ? null : recordOf(sow, context.wire.settings()),
    process: assessment.process.id,
    profile: assessment.process.profile,
    offline: offline !== null,
    epicUrl: found.epic?.url ?? null,
    summary: summaryOf(plan),
    excluded: assessment.excluded.map(({ step, why }) => ({ step: step.id, why })),
    digest: planDigest(plan.actions),
    warnings: warningsOf(planned, context.wire.settings()),
    actions: plan.actions,
  };
}

import type { Brakes, Policy } from '#domain/base/settings.ts';
import type { Action } from '#domain/plan/action.ts';
import type { RulingPlan } from '#domain/plan/plan.ts';

/** Verdict on a plan: how much of it may be done. */
export type Verdict =
  | { readonly kind: 'go' }
  /** Shadow mode: compute and report only. */
  | { readonly kind: 'shadow' }
  /** Too many changes of one kind at once: nothing is done until somebody has looked. */
  | { readonly kind: 'braked'; readonly why: string };

/**
 * Decides whether a plan may be carried out. A plan is carried out whole or not at all: half of a mass change
 * would leave an engagement that nobody intended. No brake stops what a manager has agreed to: giving an engagement up,
 * and taking it up again.
 */
export function judge(
  plan: Pick<RulingPlan, 'actions' | 'turn'>,
  policy: Policy,
  allowMassChange = false,
): Verdict {
  if (policy.mode === 'shadow') return { kind: 'shadow' };
  if (allowMassChange || plan.turn !== null) return { kind: 'go' };
  const over = (['reopen', 'close', 'create'] as const).filter(
    (kind) => count(plan, kind) > policy.brakes[kind],
  );
  if (over.length === 0) return { kind: 'go' };
  return {
    kind: 'braked',
    why: over
      .map((kind) => `it would ${kind} ${count(plan, kind)} issues (limit ${policy.brakes[kind]})`)
      .join(', '),
  };
}

/** Kinds of changes of one plan that have a limit. */
type Kind = Exclude<keyof Brakes, 'engagements'>;

function count(plan: Pick<RulingPlan, 'actions'>, kind: Kind): number {
  return plan.actions.filter((action) => kindOf(action) === kind).length;
}

/** Doubles count for nothing: two writers at once make as many as there are steps, and only closing them ends it. */
function kindOf(action: Action): Kind | null {
  if (action.kind === 'create-issue') return 'create';
  if (action.kind === 'update-issue' && action.state === 'opened') return 'reopen';
  return action.kind === 'update-issue' && action.state === 'closed' ? 'close' : null;
}

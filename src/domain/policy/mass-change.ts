/**
 * The brake across engagements: one cause that would do the same to many engagements at once. What time, a person or a SOW
 * asks for counts for nothing.
 */
import { type EngagementKey, stepIdOf } from '#domain/base/keys.ts';
import type { Policy } from '#domain/base/settings.ts';
import type { Action, Plan } from '#domain/plan/action.ts';
import type { PlanInput } from '#domain/plan/input.ts';

/** Decided plan with the facts behind it. */
interface DecidedPlan {
  readonly plan: Plan;
  readonly facts: PlanInput['facts'];
}

/** What is to be changed in an engagement, as far as {@link massChanges} counts it. */
export interface CountedChanges {
  readonly engagement: EngagementKey;
  readonly changes: readonly string[];
}

/** Change of definition, settings or labels: the one cause that engagements share without a trace of their own. */
const DEFINITION = 'because the process, the settings or labels are others';

/**
 * Finds the engagements in which the same kind of change, from one cause, would be made in more of them than
 * `brakes.engagements` allows: of those nothing is to be done until somebody has looked.
 *
 * @returns why, in words, by engagement
 */
export function massChanges(
  counted: readonly CountedChanges[],
  { mode, brakes }: Policy,
): ReadonlyMap<EngagementKey, string> {
  if (mode === 'shadow') return new Map();
  const changes = counted.flatMap(({ engagement, changes }) =>
    changes.map((change) => ({ change, engagement })),
  );
  const over = [...Map.groupBy(changes, ({ change }) => change)].filter(
    ([, those]) => those.length > brakes.engagements,
  );
  return new Map(
    over.flatMap(([change, those]) =>
      those.map(({ engagement }) => [
        engagement,
        `a sweep would ${change}, in ${those.length} engagements at once (limit ${brakes.engagements})`,
      ]),
    ),
  );
}

/** Changes of a plan that {@link massChanges} counts, each in words that are the same in every engagement. */
export function changesThatCount({ plan, facts }: DecidedPlan): readonly string[] {
  const { epic, opened } = facts.found;
  const isLaunch = epic === null || (opened.kind === 'ok' && opened.as === 'newborn');
  return isLaunch ? [] : [...new Set(plan.actions.flatMap((action) => changeOf(action, facts) ?? []))];
}

function changeOf(action: Action, facts: PlanInput['facts']): string | null {
  if (action.kind === 'create-issue') return creation(action.step, facts);
  if (action.kind === 'write-note')
    return action.rule === 'not-asked-for' ? `retire issues ${DEFINITION}` : null;
  const isState = action.kind === 'update-issue' || action.kind === 'update-epic';
  if (!isState || action.state === null || !isJudgedAnew(facts)) return null;
  return `${action.state === 'opened' ? 'reopen' : 'close'} what was settled ${DEFINITION}`;
}

/** An issue of an on-demand step is one that a person has asked for. */
function creation(step: string, { found }: PlanInput['facts']): string | null {
  if (stepIdOf(step) !== step) return null;
  return found.memory.issues.has(step)
    ? `make the issues of ${step} again, which are gone`
    : `create issues ${DEFINITION}`;
}

/** Done stays done: closed issues are judged anew only where no definition, or another one, is on record. */
function isJudgedAnew({ found, rules }: PlanInput['facts']): boolean {
  return found.record === null || found.record.rules !== rules.hash;
}

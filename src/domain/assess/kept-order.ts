/**
 * What goes on without a definition: while the version of an engagement is not at hand, its record says which step blocks
 * which and what is done, and nothing else is known.
 */
import type { StepKey } from '#domain/base/keys.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { EngagementRecord } from '#domain/record/record.ts';

/** Step that was closed before the steps that its record says come first. */
export interface ClosedBefore {
  readonly step: StepKey;
  readonly waitsFor: readonly StepKey[];
}

/**
 * Finds the steps that are closed before their turn. A step that is recorded as done stays done; one that people have
 * waived or whose predecessor has no issue any more is left alone; of an engagement that is paused or on hold nothing is
 * asked.
 */
export function closedBefore({
  issues,
  record,
}: Pick<Identified, 'issues' | 'record'>): readonly ClosedBefore[] {
  if (record === null || record.memory.paused || record.rulings.hold !== null) return [];
  return [...issues].flatMap(([step, issue]) => {
    const isOpen = issue.state === 'opened' || isLeftAlone(step, record);
    const waitsFor = isOpen ? [] : missingBefore(step, { issues, record }, new Set());
    return waitsFor.length === 0 ? [] : [{ step, waitsFor }];
  });
}

function isLeftAlone(step: StepKey, { done, rulings }: EngagementRecord): boolean {
  return done.has(step) || rulings.waivers.some((waiver) => waiver.step === step);
}

function missingBefore(
  step: StepKey,
  found: { readonly issues: Identified['issues']; readonly record: EngagementRecord },
  seen: ReadonlySet<StepKey>,
): readonly StepKey[] {
  const before = found.record.memory.links.filter(({ to }) => to === step).map(({ from }) => from);
  return before.filter((from) => !seen.has(from) && !isFinished(from, found, new Set([...seen, step])));
}

function isFinished(
  step: StepKey,
  found: { readonly issues: Identified['issues']; readonly record: EngagementRecord },
  seen: ReadonlySet<StepKey>,
): boolean {
  const issue = found.issues.get(step);
  if (issue === undefined) return true;
  if (issue.state === 'opened') return false;
  return isLeftAlone(step, found.record) || missingBefore(step, found, seen).length === 0;
}

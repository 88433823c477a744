/** Steps that came with a version: asked for, or too late for an engagement that has got beyond them. */
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import { isElsewhere, isMadeByCommand, type ProcessDefinition } from '#domain/process/process.ts';
import { type IncludedStep, stepsFor, successorsOf } from '#domain/process/step-order.ts';
import { asMigrated } from '#domain/record/as-migrated.ts';
import { withInstances } from '#domain/rulings/instances.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { Move } from './move.ts';
import type { Translated } from './translate.ts';

/** A step that is not asked for, because another one is done already. */
export interface TooLate {
  readonly step: string;
  readonly because: string;
}

/** New steps that the engagement is asked for, and those that come too late for it. */
export interface NewSteps {
  readonly asked: readonly string[];
  readonly tooLate: readonly TooLate[];
}

/** Sorts the new steps that the SOW asks for. Of those made by command nobody is asked before somebody wants one. */
export function newSteps(move: Move, { record, restored, seen }: Translated, sow: Subject): NewSteps {
  const included = includedIn(move.process, { record, sow });
  const elsewhere = move.process.steps.filter(isElsewhere).map(({ id }) => id);
  const done = new Set([
    ...doneIds(seen.issues, record.done),
    ...elsewhere.filter((id) => record.done.has(id)),
  ]);
  const fresh = included.filter(
    ({ step }) => move.changes.added.has(step.id) && !isMadeByCommand(step) && !restored.has(step.id),
  );
  const verdicts = fresh.map(({ step }) => {
    const until =
      move.way === 'back'
        ? null
        : (move.changes.unlessDone.get(step.id) ?? nextKnown(step.id, included, move));
    return { step: step.id, because: until !== null && done.has(until) ? until : null };
  });
  return {
    asked: verdicts.flatMap(({ step, because }) => (because === null ? [step] : [])),
    tooLate: verdicts.flatMap(({ step, because }) => (because === null ? [] : [{ step, because }])),
  };
}

function includedIn(
  process: ProcessDefinition,
  { record, sow }: { readonly record: Translated['record']; readonly sow: Subject },
): readonly IncludedStep[] {
  const own = asMigrated(process, record.migrated);
  return stepsFor(withInstances(own, record.rulings.instances), sow).included;
}

/** Ids of steps that are done: closed, and recorded as done; of several issues all. */
function doneIds(
  issues: Translated['seen']['issues'],
  ends: Translated['record']['done'],
): ReadonlySet<string> {
  const isDone = (key: StepKey): boolean => ends.has(key) && issues.get(key)?.state === 'closed';
  const byId = Map.groupBy(issues.keys(), stepIdOf);
  return new Set([...byId].flatMap(([id, keys]) => (keys.every(isDone) ? [id] : [])));
}

/** The step that comes next, in reading order, among those that the old version had; new ones are passed over. */
function nextKnown(stepId: string, included: readonly IncludedStep[], { changes }: Move): string | null {
  const visited = new Set<string>();
  let frontier = [stepId];
  while (frontier.length > 0) {
    const next = frontier.flatMap((id) => successorsOf(included, id).map(({ step }) => step.id));
    const open = included.map(({ step }) => step.id).filter((id) => next.includes(id) && !visited.has(id));
    const known = open.find((id) => !changes.added.has(stepIdOf(id)));
    if (known !== undefined) return stepIdOf(known);
    for (const id of open) visited.add(id);
    frontier = open;
  }
  return null;
}

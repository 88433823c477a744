import { InvariantError } from '#domain/base/errors.ts';
import { stepIdOf } from '#domain/base/keys.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { describeCondition, evaluateCondition } from './condition.ts';
import { isMadeByCommand, type Predecessor, type ProcessDefinition, type Step } from './process.ts';

/** A step of one engagement, with what really stands before it there. */
export interface IncludedStep {
  readonly step: Step;
  /** In the order of `process.yml`, each step once; without hard ones that others already imply. */
  readonly after: readonly Predecessor[];
}

export interface ExcludedStep {
  readonly step: Step;
  /** `only when deployment is aws; the SOW has deployment on-prem`. Holds SOW text: foreign. */
  readonly why: string;
}

export interface StepSelection {
  /** In an order in which they can be done; otherwise as in `process.yml`. */
  readonly included: readonly IncludedStep[];
  /** In the order of `process.yml`. */
  readonly excluded: readonly ExcludedStep[];
}

/**
 * The steps of a process that a SOW asks for, and their order.
 *
 * | in the process | here |
 * |---|---|
 * | came too late, see `asMigrated` | excluded |
 * | `when` does not hold | excluded |
 * | after an excluded step | after whatever that one comes after; `started` on any hop stays `started` |
 * | after A (done) and B (done), B itself after A (done) | after B: its blocking link implies the other |
 * | as above, but B is recurring or on demand | after both: B may never have an issue that holds the order |
 * | after A both `started` and `done` | `done` |
 *
 * @throws InvariantError when the process has a cycle, which `processProblems` refuses earlier
 */
export function stepsFor(process: ProcessDefinition, sow: Subject): StepSelection {
  const excluded = process.steps.flatMap((step) => {
    const why = reasonToExclude(step, sow);
    return why === null ? [] : [{ step, why }];
  });
  const out = new Set(excluded.map(({ step }) => step.id));
  const included = process.steps
    .filter((step) => !out.has(step.id))
    .map((step) => ({ step, after: bridged(step, process, out) }));
  return { included: withoutImplied(inOrder(included)), excluded };
}

/** Steps that come directly after one, and whether they wait for its end or only its start. */
export function successorsOf(
  included: readonly IncludedStep[],
  stepId: string,
): readonly { readonly step: Step; readonly until: Predecessor['until'] }[] {
  return included.flatMap(({ step, after }) =>
    after.filter((predecessor) => predecessor.step === stepId).map(({ until }) => ({ step, until })),
  );
}

function reasonToExclude(step: Step, sow: Subject): string | null {
  if (step.notAsked !== undefined) return step.notAsked;
  if (isMadeByCommand(step) && stepIdOf(step.id) === step.id)
    return `only when somebody asks for it: /ps add ${step.id}`;
  if (step.when === undefined) return null;
  const { holds, checks } = evaluateCondition(step.when, sow);
  if (holds) return null;
  const seen = new Map(checks.map((check) => [check.path, check.seen]));
  const values = [...seen].map(([path, value]) => `${path} ${value}`);
  return `only when ${describeCondition(step.when)}; the SOW has ${values.join(', ')}`;
}

/** Predecessors with excluded ones replaced by their own, in reading order. */
function bridged(step: Step, process: ProcessDefinition, out: ReadonlySet<string>): readonly Predecessor[] {
  const steps = new Map(process.steps.map((candidate) => [candidate.id, candidate]));
  const found = new Map<string, Predecessor['until']>();
  const visited = new Set<string>();
  const visit = ({ step: id, until }: Predecessor): void => {
    if (visited.has(`${id} ${until}`)) return;
    visited.add(`${id} ${until}`);
    if (!out.has(id)) {
      if (steps.has(id) && id !== step.id && found.get(id) !== 'done') found.set(id, until);
      return;
    }
    for (const before of steps.get(id)?.after ?? [])
      visit({ step: before.step, until: until === 'started' ? 'started' : before.until });
  };
  for (const predecessor of step.after) visit(predecessor);
  return process.steps.flatMap(({ id }) => {
    const until = found.get(id);
    return until === undefined ? [] : [{ step: id, until }];
  });
}

/** Transitive reduction of the hard edges. Only steps that exist exactly once can vouch for what is before them. */
function withoutImplied(ordered: readonly IncludedStep[]): readonly IncludedStep[] {
  const vouchedBy = new Map<string, readonly string[]>();
  for (const entry of ordered) {
    const before = hard(entry).flatMap((id) => [id, ...(vouchedBy.get(id) ?? [])]);
    vouchedBy.set(entry.step.id, entry.step.kind === 'once' ? [...new Set(before)] : []);
  }
  return ordered.map((entry) => {
    const implied = new Set(hard(entry).flatMap((id) => vouchedBy.get(id) ?? []));
    return {
      ...entry,
      after: entry.after.filter(({ step, until }) => until !== 'done' || !implied.has(step)),
    };
  });
}

function hard(entry: IncludedStep): readonly string[] {
  return entry.after.filter(({ until }) => until === 'done').map(({ step }) => step);
}

function inOrder(included: readonly IncludedStep[]): readonly IncludedStep[] {
  const placed = new Set<string>();
  const ordered: IncludedStep[] = [];
  while (ordered.length < included.length) {
    const next = included.find(
      ({ step, after }) => !placed.has(step.id) && after.every((predecessor) => placed.has(predecessor.step)),
    );
    if (!next) throw new InvariantError('the steps of the process go round in a circle');
    placed.add(next.step.id);
    ordered.push(next);
  }
  return ordered;
}

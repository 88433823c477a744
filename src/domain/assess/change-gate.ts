/** Change requests as a gate: they are over when they are applied, or when nothing is to change, and a reason says why. */
import { formatProblem } from '#domain/base/input-problem.ts';
import { type Change, isEnough, isReady, isSettled } from './changes.ts';
import type { GateReading } from './gates.ts';

const WANTED = 'the change is applied, rejected or withdrawn';

/** Reads the gate of a change request; none of other steps. */
export function changeGate(change: Change | null): readonly GateReading[] {
  if (change === null) return [];
  const { kind, state } = change;
  const seen = kind === null ? state : `${kind}, ${state}`;
  if (isSettled(change)) return [{ gate: 'change', wanted: WANTED, seen, problem: null, todo: '' }];
  return [{ gate: 'change', wanted: WANTED, seen, ...lackOf(change) }];
}

function lackOf(change: Change): Pick<GateReading, 'problem' | 'todo'> {
  const { wanted, kind, result, paper, state } = change;
  if (wanted.kind === 'wrong' && kind !== 'other work')
    return {
      problem: `its effects cannot be carried out: ${wanted.problems.map(effectsProblem).join('; ')}`,
      todo: 'Correct the block of effects in the description',
    };
  if (kind === null)
    return {
      problem: 'what is to change is not written yet',
      todo: 'Write the effects into the block in the description; if nothing is to change, fill in Result and the reason',
    };
  if (isReady(change))
    return { problem: 'it is agreed on, and not applied yet', todo: 'Ask a manager to comment /ps apply' };
  if (result !== null && paper !== null && !isEnough(change))
    return {
      problem: `a change of the kind ${kind} needs a ${paper}, and its Result says: ${result}`,
      todo: `Get the ${paper}, or change the effects`,
    };
  return {
    problem: `it is ${state}, and not applied yet`,
    todo: `It can be applied when its approvals and the ${paper} are there`,
  };
}

/** One problem of a block of effects. @example `line 2, end: expected a date that exists. Fix: Write it like 2027-03-05.` */
export function effectsProblem(found: Parameters<typeof formatProblem>[0]): string {
  const line = found.line === null ? '' : `line ${found.line}${found.path === '' ? ': ' : ', '}`;
  return `${line}${formatProblem({ ...found, file: null, line: null })}`;
}

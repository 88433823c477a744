/** A process of 12 steps and 14 links: what the figures of a launch are measured on, whatever the shipped one grows to. */
import type { ProcessDefinition } from '#domain/process/process.ts';
import { aProcess, aStep } from './builders.ts';

/** Blocker and blocked, by number; none follows from others, or GitLab would not get it. */
const LINKS: readonly (readonly [number, number])[] = [
  [1, 2],
  [1, 3],
  [1, 4],
  [2, 5],
  [3, 5],
  [4, 5],
  [5, 6],
  [5, 7],
  [6, 8],
  [7, 8],
  [8, 9],
  [9, 10],
  [10, 11],
  [11, 12],
];

/** Step `s1` belongs to the manager, the others to the engineer; the last one closes the epic. */
export function launchFixture(): ProcessDefinition {
  const steps = Array.from({ length: 12 }, (_, index) => {
    const number = index + 1;
    const after = LINKS.flatMap(([from, to]) =>
      to === number ? [{ step: `s${from}`, until: 'done' as const }] : [],
    );
    return aStep(`s${number}`, { after, owner: number === 1 ? 'manager' : 'engineer' });
  });
  return aProcess({ id: 'fixture', steps, closeWhen: ['s12'] });
}

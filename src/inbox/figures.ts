import type { InboxFigures } from '#ports/inbox.ts';
import { toInstant } from './instant.ts';

/** Count of open deliveries in a state, and the arrival (milliseconds since 1970) of the oldest. */
export interface StateCount {
  readonly state: string;
  readonly count: number;
  readonly oldest: number;
}

/** Sums the counts up to the figures of an inbox. */
export function toFigures(counts: readonly StateCount[]): InboxFigures {
  const countOf = (state: string): number => counts.find((row) => row.state === state)?.count ?? 0;
  const oldest = Math.min(...counts.filter(({ state }) => state !== 'dead').map((row) => row.oldest));
  return {
    waiting: countOf('waiting'),
    working: countOf('working'),
    dead: countOf('dead'),
    oldest: oldest === Infinity ? null : toInstant(oldest),
  };
}

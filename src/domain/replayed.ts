/** What came of making recorded decisions again: a difference that lasts is told once, from when to when. */
import { compareDecisions, type DecisionDifference } from './compare-decisions.ts';
import type { Decided, DecisionRecord } from './decision-record.ts';
import type { EngagementKey } from './keys.ts';
import { canonicalJson } from './record-line.ts';

/** Decisions about one engagement, one after the other, that differ in the same way. */
export interface Period {
  readonly engagement: EngagementKey;
  readonly process: string;
  readonly profile: string | null;
  /** Instants of the first and the last. */
  readonly from: string;
  readonly to: string;
  readonly decisions: number;
  /** Made by the very process of now, file by file. */
  readonly sameProcess: boolean;
  /** `null` when nothing can be decided now. */
  readonly difference: DecisionDifference | null;
  /** Why nothing can be decided now. */
  readonly undecided: string | null;
}

export interface Replayed {
  readonly decisions: number;
  readonly engagements: number;
  /** Decisions that are other now. */
  readonly different: number;
  /** By engagement, each in the order of the file. */
  readonly periods: readonly Period[];
}

export interface ReplayCount {
  add(record: DecisionRecord, now: Decided | { readonly undecided: string }, sameProcess: boolean): void;
  result(): Replayed;
}

export function countReplay(): ReplayCount {
  const periods = new Map<EngagementKey, Period[]>();
  /** The period that the last decision of an engagement belongs to, and what makes it one. */
  const last = new Map<EngagementKey, string | null>();
  let decisions = 0;
  let different = 0;
  return {
    add: (record, now, sameProcess) => {
      decisions += 1;
      const difference = 'undecided' in now ? null : compareDecisions(record.decided, now);
      const undecided = 'undecided' in now ? now.undecided : null;
      const { engagement, at } = record;
      const list = periods.get(engagement) ?? [];
      periods.set(engagement, list);
      if (difference === null && undecided === null) {
        last.set(engagement, null);
        return;
      }
      different += 1;
      const { id: process, profile } = record.process;
      const facts = { engagement, process, profile, sameProcess, difference, undecided };
      const signature = canonicalJson({
        ...facts,
        difference: difference === null ? null : bare(difference),
      });
      const before = list.at(-1);
      if (before !== undefined && last.get(engagement) === signature)
        list[list.length - 1] = { ...before, to: at, decisions: before.decisions + 1 };
      else list.push({ ...facts, from: at, to: at, decisions: 1 });
      last.set(engagement, signature);
    },
    result: () => ({
      decisions,
      different,
      engagements: periods.size,
      periods: [...periods].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, list]) => list),
    }),
  };
}

/** Without reasons: they count days. */
function bare({ steps, ...rest }: DecisionDifference): unknown {
  const standing = ({ state, broken }: DecisionDifference['steps'][number]['now']): unknown => ({
    state,
    broken,
  });
  return {
    ...rest,
    steps: steps.map(({ step, was, now }) => ({ step, was: standing(was), now: standing(now) })),
  };
}

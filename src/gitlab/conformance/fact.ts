import type { Scratch } from './scratch.ts';

/** One thing that Procession takes for granted about GitLab, and how it is proven. */
export interface Fact {
  /** @example `reaction-moves-note` */
  readonly id: string;
  /** What GitLab does, as one sentence. */
  readonly fact: string;
  /** Where GitLab says so. */
  readonly source: string;
  /** What of Procession would be wrong if it were otherwise. */
  readonly dependent: string;
  /** Where GitLab has it: epics, blocking links and scoped labels come with a licence. */
  readonly tier: 'any' | 'premium';
  /** Proves it with throwaway items. @throws NotTried when something that it needs could not be made */
  readonly prove: (scratch: Scratch) => Promise<Seen>;
}

/** What a proof saw. */
export interface Seen {
  readonly holds: boolean;
  /** A few words, the same whenever the same is seen. */
  readonly seen: string;
}

/** @param seen says what was seen, as it is and as it should be */
export function saw(holds: boolean, seen: string): Seen {
  return { holds, seen };
}

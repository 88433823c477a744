/** What was found when facts about GitLab were proven on an instance. */

/** Where facts are to be proven. */
export interface ConformanceWish {
  /** Full path of a group in which everything may be made and removed. */
  readonly group: string;
  /** Full path of a project of the group; `null`: the only one it has. */
  readonly project: string | null;
  /** Sets the items of this run apart from those of another: `m1x2`. */
  readonly mark: string;
  /** Called before each proof. */
  readonly onFact: (done: number, total: number, id: string) => void;
}

/** One fact about GitLab, and whether the instance agrees. */
export interface ProvenFact {
  /** @example `reaction-moves-note` */
  readonly id: string;
  /** What GitLab is held to do, as one sentence. */
  readonly fact: string;
  /** Where GitLab says so. */
  readonly source: string;
  /** What of Procession would be wrong if it were otherwise. */
  readonly dependent: string;
  readonly tier: 'any' | 'premium';
  readonly outcome: 'holds' | 'differs' | 'not-tried';
  /** What was seen, or why nothing was tried. */
  readonly seen: string;
}

/** All facts proven on one instance. */
export interface Conformance {
  /** @example `18.9.0-ee` */
  readonly gitlab: string;
  /** Free: without epics. */
  readonly tier: 'free' | 'premium';
  readonly facts: readonly ProvenFact[];
  /** Addresses of throwaway items that GitLab did not let go. */
  readonly left: readonly string[];
}

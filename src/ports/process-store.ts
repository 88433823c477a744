import type { ProcessDefinition } from '#domain/process/process.ts';

/** The process definitions at hand, loaded and checked before anything runs. */
export interface ProcessStore {
  /** `null` when there is no such process or profile. */
  find(id: string, profile: string | null): ProcessDefinition | null;
  /** Ids, sorted. */
  readonly ids: readonly string[];
  /** Another one whenever any process or profile is another. */
  readonly fingerprint: string;
}

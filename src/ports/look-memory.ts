import type { EngagementKey } from '#domain/base/keys.ts';

/** What sweeps have looked at, kept over restarts: `updated_at` of the epic of each engagement when its comments were read. */
export interface LookMemory {
  /** @param fingerprint of processes and settings: what was looked at under others does not count */
  read(fingerprint: string): Promise<ReadonlyMap<EngagementKey, string>>;
  /**
   * Adds what a sweep has looked at, or puts it in the place of everything known; resolves when it is on disk.
   *
   * @param kind `all`: the sweep was a full one, and an engagement that it does not name is forgotten
   */
  write(fingerprint: string, looks: ReadonlyMap<EngagementKey, string>, kind: 'all' | 'some'): Promise<void>;
}

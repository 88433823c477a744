/** One API request the stand-in has answered. */
export interface LedgerEntry {
  /** ISO 8601, by the sandbox's clock. */
  readonly at: string;
  readonly method: string;
  /** With the method: `PUT /projects/:id/issues/:iid`; `GET *` for an unknown path. */
  readonly route: string;
  /** Path and query as requested. */
  readonly path: string;
  readonly status: number;
  /** `null` without a valid token. */
  readonly username: string | null;
  readonly kind: 'read' | 'write';
  /** Parameters GitLab does not know for this route: it ignores them without a word. */
  readonly unknownParameters: readonly string[];
}

/** What was asked of the API, in order of the answers. A lost answer is on it with status 0. */
export interface Ledger {
  entries(): readonly LedgerEntry[];
  reads(): readonly LedgerEntry[];
  writes(): readonly LedgerEntry[];
  /** Number of requests by route. */
  byRoute(): Readonly<Record<string, number>>;
  clear(): void;
  record(entry: LedgerEntry): void;
}

export function createLedger(): Ledger {
  let entries: LedgerEntry[] = [];
  return {
    entries: () => [...entries],
    reads: () => entries.filter((entry) => entry.kind === 'read'),
    writes: () => entries.filter((entry) => entry.kind === 'write'),
    byRoute() {
      const counts: Record<string, number> = {};
      for (const { route } of entries) counts[route] = (counts[route] ?? 0) + 1;
      return counts;
    },
    clear() {
      entries = [];
    },
    record(entry) {
      entries.push(entry);
    },
  };
}

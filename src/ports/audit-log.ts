import type { EngagementKey } from '#domain/base/keys.ts';

/** One line of the audit log: what came in, what was decided by which rule, what was done, what came of it. */
export interface AuditEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly engagement: EngagementKey | null;
  /** What woke the engine: `gitlab issue update 12`, `sweep`, `cli apply`. */
  readonly event: string;
  readonly requestId: string;
  readonly rule: string | null;
  /** `update-issue kick-off: ready → blocked`. */
  readonly action: string;
  readonly result: 'done' | 'skipped' | 'failed';
  /** For a failure: why. One line without secrets. */
  readonly detail: string | null;
}

/** Append only; what is older than 90 days may be forgotten, nothing else. */
export interface AuditLog {
  /** All of them or none; resolves when they are on disk. */
  append(entries: readonly AuditEntry[]): Promise<void>;
  /** Newest first. */
  read(filter: {
    readonly engagement?: EngagementKey;
    readonly since?: string;
    readonly limit: number;
  }): Promise<readonly AuditEntry[]>;
  /** Removes what is older than the instant. Rejects when that is less than 90 days ago and there is something to remove. @returns how many lines */
  prune(before: string): Promise<number>;
  close(): Promise<void>;
}

/** What a sweep remembers for the next one in another job: from when on changes are unseen, and when all was seen. */
import { later } from './retry.ts';

const VERSION = 1;

export interface SweepMemory {
  readonly version: typeof VERSION;
  /** When the last sweep that left nothing undone began. ISO 8601, UTC. */
  readonly lastSuccess: string;
  /** When the last full one of them began. */
  readonly lastFull: string;
  /** Of processes and settings; with another one everything must be looked at again. */
  readonly fingerprint: string;
}

/** A full sweep also finds what no `updated_after` shows: a deleted label, a day that has passed. */
const FULL_EVERY_MS = 86_400_000;
/** Clocks of runners differ from GitLab's, whose `updated_at` may be older than the moment it can be seen. */
const OVERLAP_MS = 600_000;

/** `null` for anything that is no memory: it only costs a full sweep. */
export function parseSweepMemory(text: string): SweepMemory | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { version, lastSuccess, lastFull, fingerprint } = value as Readonly<Record<string, unknown>>;
  return version === VERSION &&
    isInstant(lastSuccess) &&
    isInstant(lastFull) &&
    typeof fingerprint === 'string'
    ? { version, lastSuccess, lastFull, fingerprint }
    : null;
}

function isInstant(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

/**
 * From when on changes are to be looked at; `null`: everything is.
 *
 * @param startedAt when this sweep begins. ISO 8601, UTC
 */
export function sweepFrom(memory: SweepMemory | null, startedAt: string, fingerprint: string): string | null {
  if (memory === null || memory.fingerprint !== fingerprint) return null;
  const now = Date.parse(startedAt);
  const [success, full] = [Date.parse(memory.lastSuccess), Date.parse(memory.lastFull)];
  // A memory from the future was written by a clock that is wrong.
  if (success > now || full > now || now - full >= FULL_EVERY_MS) return null;
  return later(memory.lastSuccess, -OVERLAP_MS);
}

/** What the next sweep is to remember after one that left nothing undone. */
export function rememberSweep(
  memory: SweepMemory | null,
  done: { readonly startedAt: string; readonly full: boolean; readonly fingerprint: string },
): SweepMemory {
  const lastFull = done.full || memory === null ? done.startedAt : memory.lastFull;
  return { version: VERSION, lastSuccess: done.startedAt, lastFull, fingerprint: done.fingerprint };
}

/** What the look after webhooks remembers from one check to the next. */
import { isRecent } from '#domain/base/recent.ts';
import type { ActualHook } from '#domain/setup/actual-hook.ts';
import type { HookState } from '#domain/setup/hook-rules.ts';
import { MINUTE_MS, RESEND_WINDOW_MS, type Resends } from '#domain/setup/resends.ts';

/**
 * Memory of earlier checks. Losing the memory costs a few requests and at most one delivery sent twice, which is a
 * duplicate.
 */
export interface HookMemory {
  /** When a hook was last tested. */
  readonly tests: Map<string, number>;
  /** When tests and resends were asked for, in the last minute. */
  calls: number[];
  readonly resends: Map<string, Resends>;
  /** Keys of deliveries that arrived, with the instant. */
  readonly arrived: Map<string, number>;
  /** Up to which id the deliveries of a hook are settled. */
  readonly settled: Map<string, number>;
  state: HookState | null;
  /** Events were lost since GitLab last reached us well. */
  hasLost: boolean;
}

/** Creates the memory of a service that has not checked yet. */
export function createHookMemory(): HookMemory {
  return {
    tests: new Map(),
    calls: [],
    resends: new Map(),
    arrived: new Map(),
    settled: new Map(),
    state: null,
    hasLost: false,
  };
}

/** Drops what no later check asks for. */
export function forgetOld(memory: HookMemory, nowMs: number): void {
  memory.calls = memory.calls.filter((at) => isRecent(at, MINUTE_MS, nowMs));
  for (const [key, at] of memory.arrived)
    if (!isRecent(at, RESEND_WINDOW_MS, nowMs)) memory.arrived.delete(key);
  for (const [key, { lastMs }] of memory.resends)
    if (!isRecent(lastMs, RESEND_WINDOW_MS, nowMs)) memory.resends.delete(key);
}

/** Key of a hook: `project/17`. Group and project count their hooks apart. */
export function nameOf({ scope, id }: ActualHook): string {
  return `${scope}/${id}`;
}

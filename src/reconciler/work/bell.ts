import type { Sleep } from '#ports/clock.ts';

/** Wakes somebody who sleeps before the time. A ring that comes while nobody sleeps is not lost: the next sleep ends at once. */
export interface Bell {
  ring(): void;
  /** Resolves at a ring (`rung`), after the time, or at the signal. */
  wait(ms: number, signal: AbortSignal): Promise<'rung' | 'silent'>;
}

/** @param sleep ends early at its signal */
export function createBell(sleep: Sleep): Bell {
  let next = new AbortController();
  return {
    ring: () => next.abort(),
    async wait(ms, signal) {
      const awaited = next;
      await sleep(ms, AbortSignal.any([signal, awaited.signal]));
      if (!awaited.signal.aborted) return 'silent';
      next = new AbortController();
      return 'rung';
    },
  };
}

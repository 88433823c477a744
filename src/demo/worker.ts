import type { EngagementKey } from '#domain/base/keys.ts';

/**
 * Wakes engagements one at a time. Wake-ups that arrive while one waits are one wake-up; one that arrives while
 * it is being worked on makes it run once more, because the work may have read before the change.
 */
export interface Worker {
  wake(engagement: EngagementKey): void;
  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void>;
}

/** @param work must not throw; it reports its own failures. */
export function createWorker(work: (engagement: EngagementKey) => Promise<void>): Worker {
  const waiting = new Set<EngagementKey>();
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    for (let next = first(waiting); next !== undefined; next = first(waiting)) {
      waiting.delete(next);
      await work(next);
    }
    running = null;
  }

  return {
    wake(engagement) {
      waiting.add(engagement);
      running ??= run();
    },
    async idle() {
      let current = running;
      while (current !== null) {
        await current;
        current = running;
      }
    },
  };
}

function first<T>(set: ReadonlySet<T>): T | undefined {
  return set.values().next().value;
}

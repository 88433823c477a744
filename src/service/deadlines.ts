/** Begins to wait; `late` is called after the time unless the returned function was called before. */
export type StartDeadline = (late: () => void) => () => void;

interface Waiting {
  readonly at: number;
  readonly late: () => void;
}

/**
 * Creates deadlines that are all equally long and share one timer: a timer set and cleared for each delivery is a
 * fiftieth of what a delivery costs.
 */
export function createDeadlines(afterMs: number): StartDeadline {
  /** In order of their ends, because all are equally long. */
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | undefined;

  function expire(): void {
    timer = undefined;
    const now = performance.now();
    for (const one of waiting) {
      if (one.at > now) {
        timer = setTimeout(expire, Math.ceil(one.at - now)).unref();
        return;
      }
      waiting.delete(one);
      one.late();
    }
  }

  return (late) => {
    const one: Waiting = { at: performance.now() + afterMs, late };
    waiting.add(one);
    // Mostly there is nobody left when it ends: no reason to keep a process that has nothing else to do.
    timer ??= setTimeout(expire, afterMs).unref();
    return () => void waiting.delete(one);
  };
}

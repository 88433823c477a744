/** Tells waiting workers that there may be something to claim, without losing what came in while none waited. */
export interface Arrivals {
  /**
   * Wakes one waiting worker, because something may have become due. A worker that finds work announces in turn, so a
   * storm about one engagement does not send every idle worker to look at each delivery.
   */
  announce(): void;
  /** A look begins: until the next announcement there is nothing else to come for. */
  settle(): void;
  /** Resolves at an announcement, also one since the last {@link settle}; or after the time; or at the signal. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Lets every waiting worker go, for good. */
  close(): void;
}

/**
 * @param look called every `everyMs` while somebody waits: `true` when another process may have put something.
 */
export function createArrivals(look: () => boolean, everyMs: number): Arrivals {
  const waiting = new Set<() => void>();
  let announced = true;
  let closed = false;

  function announce(): void {
    // Somebody is on the way already.
    if (announced) return;
    announced = true;
    const [first] = waiting;
    first?.();
  }

  function wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (announced || closed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      function finish(): void {
        waiting.delete(finish);
        clearTimeout(timer);
        clearInterval(poll);
        signal.removeEventListener('abort', finish);
        resolve();
      }
      const timer = setTimeout(finish, timeoutMs);
      const poll = setInterval(() => {
        if (look()) announce();
      }, everyMs);
      signal.addEventListener('abort', finish, { once: true });
      waiting.add(finish);
    });
  }

  return {
    announce,
    settle: () => {
      announced = false;
    },
    wait,
    close: () => {
      closed = true;
      for (const finish of waiting) finish();
    },
  };
}

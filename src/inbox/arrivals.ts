/** Tells waiting workers that there may be something to claim, without losing what came in while none waited. */
export interface Arrivals {
  /** Something may have become due. */
  announce(): void;
  /** A look found nothing due: until the next announcement there is nothing to come for. */
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
    announced = true;
    for (const resolve of waiting) resolve();
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
      announce();
    },
  };
}

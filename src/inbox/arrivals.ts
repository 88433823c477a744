/** Tells waiting workers that there may be something to claim, without losing what came in while none waited. */
export interface Arrivals {
  /**
   * Wakes one waiting worker, because something may have become due. A worker that finds work announces in turn, so a
   * storm about one engagement does not send every idle worker to look at each delivery.
   */
  announce(): void;
  /**
   * Announces what was put about an engagement, unless somebody here works on it: until that has ended nobody else can
   * take it up, and looking for it would be in vain after every commit of a storm.
   */
  arrived(engagement: string | null): void;
  /** Remembers that a worker of this process has taken up an engagement. */
  begun(engagement: string): void;
  /** The work on an engagement has ended, well or not: announced, because more may have come in meanwhile. */
  ended(engagement: string): void;
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
  const busy = new Set<string>();
  let poll: NodeJS.Timeout | undefined;
  let announced = true;
  let closed = false;

  function announce(): void {
    // Somebody is on the way already.
    if (announced) return;
    announced = true;
    const [first] = waiting;
    first?.();
  }

  function lookElsewhere(): void {
    if (look()) announce();
  }

  /** One look for all who wait. */
  function hold(finish: () => void): void {
    waiting.add(finish);
    poll ??= setInterval(lookElsewhere, everyMs);
  }

  function letGo(finish: () => void): void {
    waiting.delete(finish);
    if (waiting.size > 0) return;
    clearInterval(poll);
    poll = undefined;
  }

  function wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (announced || closed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      function finish(): void {
        letGo(finish);
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        resolve();
      }
      const timer = setTimeout(finish, timeoutMs);
      signal.addEventListener('abort', finish, { once: true });
      hold(finish);
    });
  }

  return {
    announce,
    arrived: (engagement) => {
      if (engagement !== null && !busy.has(engagement)) announce();
    },
    begun: (engagement) => void busy.add(engagement),
    ended: (engagement) => {
      busy.delete(engagement);
      announce();
    },
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

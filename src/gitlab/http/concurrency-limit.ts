/** Runs tasks with at most `max` at a time, first come, first served. */
export type Limit = <T>(task: () => Promise<T>) => Promise<T>;

/** Creates a {@link Limit}: further tasks wait in a queue until one in flight has ended, well or badly. */
export function createLimit(max: number): Limit {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < max) {
      running += 1;
      return;
    }
    // The one that leaves hands its place over, so `running` stays as it is.
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return async (task) => {
    await enter();
    try {
      return await task();
    } finally {
      leave();
    }
  };
}

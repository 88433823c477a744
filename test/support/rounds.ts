import { setImmediate as turn } from 'node:timers/promises';
import type { TestWorld } from './gitlab-world.ts';
import { join } from './in-process-network.ts';

/** Turns of the event loop without a request, after which nothing more is asked until something is answered. */
const QUIET_TURNS = 20;

/**
 * Counts round trips instead of time: GitLab's answers are held until nothing more is asked, and then come all at once.
 * What goes side by side is one round, however busy the machine is.
 */
export function countRounds({ sandbox, url }: Pick<TestWorld, 'sandbox' | 'url'>): {
  readonly rounds: () => number;
  /** Most requests that were under way at once. */
  readonly widest: () => number;
} {
  const held: (() => void)[] = [];
  let rounds = 0;
  let widest = 0;
  let asked = 0;
  let isWaiting = false;

  async function answerWhenQuiet(): Promise<void> {
    isWaiting = true;
    for (let seen = -1; seen !== asked; ) {
      seen = asked;
      for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) await turn();
    }
    isWaiting = false;
    rounds += 1;
    widest = Math.max(widest, held.length);
    for (const release of held.splice(0)) release();
  }

  join(new URL(url).host, async (request) => {
    asked += 1;
    const answer = sandbox.fetch(request);
    const released = new Promise<void>((resolve) => void held.push(resolve));
    if (!isWaiting) void answerWhenQuiet();
    await released;
    return await answer;
  });
  return { rounds: () => rounds, widest: () => widest };
}

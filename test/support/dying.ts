/** An adapter that dies: the crash after every call. */
import { isDeepStrictEqual } from 'node:util';
import type { GitLab } from '#ports/gitlab.ts';
import { type Snapshot, snapshotOf } from './copied-world.ts';
import type { TestWorld } from './gitlab-world.ts';

export class Crash extends Error {}

/** The adapter, dying right after its nth call has come back: the world has the effect, the engine has not seen it. */
export function dyingAfter(gitlab: GitLab, calls: number): GitLab {
  let left = calls;
  return new Proxy(gitlab, {
    get:
      (target, name: keyof GitLab) =>
      async (...args: never[]) => {
        if (left === 0) throw new Crash('already dead');
        const result = await (target[name] as (...args: never[]) => Promise<unknown>)(...args);
        left -= 1;
        if (left === 0) throw new Crash(`after ${name}`);
        return result;
      },
  });
}

/** The adapter, and what to do right after every call: there a run could be killed. */
export function watched(gitlab: GitLab, afterCall: () => void): GitLab {
  return new Proxy(gitlab, {
    get:
      (target, name: keyof GitLab) =>
      async (...args: never[]) => {
        const result = await (target[name] as (...args: never[]) => Promise<unknown>)(...args);
        afterCall();
        return result;
      },
  });
}

/**
 * What GitLab holds before a run, and after each call of the run that has changed something: where a run that is killed
 * leaves it. A run that is killed after a call that only read leaves what was there before.
 */
export async function leftByDying(
  world: Pick<TestWorld, 'sandbox' | 'connect'>,
  run: (gitlab: GitLab) => Promise<unknown>,
): Promise<readonly Snapshot[]> {
  const left = [snapshotOf(world)];
  await run(
    watched(world.connect(), () => {
      if (!isDeepStrictEqual(left.at(-1), world.sandbox.world)) left.push(snapshotOf(world));
    }),
  );
  return left;
}

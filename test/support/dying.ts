/** An adapter that dies: the crash after every call. */
import type { GitLab } from '#ports/gitlab.ts';

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

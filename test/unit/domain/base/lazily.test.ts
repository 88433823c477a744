import { describe, expect, it } from 'vitest';
import { lazily, once } from '#domain/base/lazily.ts';

describe('domain/base/lazily', () => {
  it('works a field out when it is read, once, whichever object asks for it', () => {
    let times = 0;
    const step = lazily({ key: 'kick-off' }, { evidence: () => (times += 1) });
    const more = Object.assign(step, { done: false });

    expect(times).toBe(0);
    expect([more.evidence, step.evidence, { ...more }.evidence]).toEqual([1, 1, 1]);
    expect(more).toEqual({ key: 'kick-off', done: false, evidence: 1 });
  });

  it('makes a thing once, nothing included', () => {
    let times = 0;
    const made = once(() => {
      times += 1;
    });

    expect([made(), made(), times]).toEqual([undefined, undefined, 1]);
  });
});

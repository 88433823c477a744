import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createBell } from '#reconciler/work/bell.ts';

const bell = () => createBell(async (ms, signal) => await delay(ms, undefined, { signal }).catch(() => {}));
const never = new AbortController().signal;

describe('reconciler/bell', () => {
  it('ends a sleep before its time, and only that one', async () => {
    const one = bell();
    const sleeping = one.wait(60_000, never);
    one.ring();
    one.ring();

    expect(await sleeping).toBe('rung');
    expect(await one.wait(5, never)).toBe('silent');
  });

  it('keeps a ring for who sleeps next', async () => {
    const one = bell();
    one.ring();

    expect(await one.wait(60_000, never)).toBe('rung');
  });

  it('lets go at the signal', async () => {
    expect(await bell().wait(60_000, AbortSignal.abort())).toBe('silent');
  });
});

import { describe, expect, it } from 'vitest';
import { createArrivals } from '#inbox/arrivals.ts';

const NEVER = new AbortController().signal;

async function isOver(work: Promise<void>): Promise<boolean> {
  return await Promise.race([
    work.then(() => true),
    new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), 20);
    }),
  ]);
}

describe('createArrivals', () => {
  it('lets the first worker look at once: something may have been there before', async () => {
    const arrivals = createArrivals(() => false, 1000);

    expect(await isOver(arrivals.wait(1000, NEVER))).toBe(true);
  });

  it('holds a worker after a look that found nothing, until an announcement', async () => {
    const arrivals = createArrivals(() => false, 1000);
    arrivals.settle();

    const wait = arrivals.wait(1000, NEVER);
    expect(await isOver(wait)).toBe(false);
    arrivals.announce();

    expect(await isOver(wait)).toBe(true);
    expect(await isOver(arrivals.wait(1000, NEVER))).toBe(true);
  });

  it('sends one worker at a time, the next when that one has begun to look', async () => {
    const arrivals = createArrivals(() => false, 1000);
    arrivals.settle();
    const first = arrivals.wait(1000, NEVER);
    const second = arrivals.wait(1000, NEVER);

    arrivals.announce();
    arrivals.announce();
    expect([await isOver(first), await isOver(second)]).toEqual([true, false]);
    arrivals.settle();
    arrivals.announce();

    expect(await isOver(second)).toBe(true);
  });

  it('sends nobody for an engagement that is worked on here, but for any other, and for it when that has ended', async () => {
    const arrivals = createArrivals(() => false, 1000);
    arrivals.settle();
    arrivals.begun('SOW-1');
    const wait = arrivals.wait(1000, NEVER);

    arrivals.arrived('SOW-1');
    arrivals.arrived(null);
    expect(await isOver(wait)).toBe(false);
    arrivals.arrived('SOW-2');
    expect(await isOver(wait)).toBe(true);
    arrivals.settle();
    const again = arrivals.wait(1000, NEVER);
    arrivals.ended('SOW-1');
    expect(await isOver(again)).toBe(true);
    arrivals.settle();
    arrivals.arrived('SOW-1');

    expect(await isOver(arrivals.wait(1000, NEVER))).toBe(true);
  });

  it('looks at other processes once for all who wait, and no more when nobody does', async () => {
    let looks = 0;
    const arrivals = createArrivals(() => {
      looks += 1;
      return false;
    }, 50);
    arrivals.settle();
    const waits = Array.from({ length: 12 }, () => arrivals.wait(130, NEVER));

    await Promise.all(waits);
    const seen = looks;
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThan(12);
    await isOver(new Promise((resolve) => setTimeout(resolve, 120)));

    expect(looks).toBe(seen);
  });

  it('lets workers go when a look at other processes says so', async () => {
    let changed = false;
    const arrivals = createArrivals(() => changed, 2);
    arrivals.settle();

    const wait = arrivals.wait(1000, NEVER);
    expect(await isOver(wait)).toBe(false);
    changed = true;

    expect(await isOver(wait)).toBe(true);
  });

  it('holds nobody once closed, whatever was settled', async () => {
    const arrivals = createArrivals(() => false, 1000);
    arrivals.settle();
    const waits = [arrivals.wait(1000, NEVER), arrivals.wait(1000, NEVER)];

    arrivals.close();
    arrivals.settle();

    expect(await isOver(Promise.all(waits).then(() => undefined))).toBe(true);
    expect(await isOver(arrivals.wait(1000, NEVER))).toBe(true);
  });
});

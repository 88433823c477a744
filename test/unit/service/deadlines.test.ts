import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDeadlines } from '#service/deadlines.ts';

describe('service/deadlines', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('calls each that is late after its own time, and none that was called off', () => {
    const late: string[] = [];
    const start = createDeadlines(100);
    start(() => late.push('first'));
    vi.advanceTimersByTime(40);
    const callOff = start(() => late.push('called off'));
    vi.advanceTimersByTime(30);
    start(() => late.push('third'));
    callOff();

    vi.advanceTimersByTime(29);
    expect(late).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(late).toEqual(['first']);
    vi.advanceTimersByTime(69);
    expect(late).toEqual(['first']);
    vi.advanceTimersByTime(1);

    expect(late).toEqual(['first', 'third']);
  });

  it('has one timer however many wait, none when all had their time, and begins again', () => {
    const late: number[] = [];
    const start = createDeadlines(100);
    for (let n = 0; n < 50; n += 1) start(() => late.push(n));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(100);
    expect([late.length, vi.getTimerCount()]).toEqual([50, 0]);

    start(() => late.push(50));
    vi.advanceTimersByTime(100);

    expect(late).toHaveLength(51);
  });

  it('goes on with the others when one that is late begins another', () => {
    const late: string[] = [];
    const start = createDeadlines(100);
    start(() => {
      late.push('one');
      start(() => late.push('of the first'));
    });
    start(() => late.push('two'));

    vi.advanceTimersByTime(100);
    expect(late).toEqual(['one', 'two']);
    vi.advanceTimersByTime(100);

    expect(late).toEqual(['one', 'two', 'of the first']);
  });
});

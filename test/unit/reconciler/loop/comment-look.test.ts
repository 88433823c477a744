import { describe, expect, it } from 'vitest';
import { lookOfSweep } from '#reconciler/loop/comment-look.ts';

const keys = Array.from({ length: 500 }, (_, n) => `SOW-${1_000 + n}`);
const lookedAt = new Map(keys.map((key) => [key, '2026-11-20T09:00:00.000Z']));

function turns(now: string): readonly string[] {
  return keys.filter((key) => lookOfSweep(key, { updatedAfter: null, now, lookedAt }).epic === 'always');
}

describe('the look of a sweep at comments', () => {
  it('is for epics that changed, and not for those that were read as they are now', () => {
    const now = '2026-11-25T10:00:00.000Z';
    const updatedAfter = '2026-11-25T09:00:00.000Z';

    expect(lookOfSweep('SOW-1000', { updatedAfter, now, lookedAt })).toEqual({
      epic: { changedSince: updatedAfter, lookedAt: '2026-11-20T09:00:00.000Z' },
    });
    expect(lookOfSweep('SOW-1', { updatedAfter: null, now, lookedAt })).toEqual({
      epic: { changedSince: '2026-11-18T10:00:00.000Z', lookedAt: null },
    });
  });

  it('comes to every epic once in fourteen daily full sweeps whatever is remembered, to few of 500 at a time', () => {
    const days = Array.from({ length: 14 }, (_, day) => turns(`2026-11-${String(day + 10)}T03:00:00.000Z`));

    expect(days.flat().toSorted()).toEqual(keys);
    // 500 epics and 6,000 issues are 65 pages; all of it together is at most 120 requests.
    expect(Math.max(...days.map((day) => day.length))).toBeLessThanOrEqual(50);
  });
});

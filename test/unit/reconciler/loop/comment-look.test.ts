import { describe, expect, it } from 'vitest';
import { lookOfSweep } from '#reconciler/loop/comment-look.ts';

const keys = Array.from({ length: 500 }, (_, n) => `SOW-${1_000 + n}`);
const lookedAt = new Map(keys.map((key) => [key, '2026-11-20T09:00:00.000Z']));

function turns(now: string, sweep: Partial<Parameters<typeof lookOfSweep>[1]> = {}): readonly string[] {
  return keys.filter(
    (key) => lookOfSweep(key, { updatedAfter: null, now, lookedAt, ...sweep }).epic === 'always',
  );
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

  it('makes up for turns on days without a full sweep, and has none twice', () => {
    const since = (lastFull: string) => ({ before: { lastFull, lastWhole: null } });
    const [first, second] = [turns('2026-11-10T03:00:00.000Z'), turns('2026-11-11T03:00:00.000Z')];

    expect(turns('2026-11-11T03:00:00.000Z', since('2026-11-09T03:00:00.000Z')).toSorted()).toEqual(
      [...first, ...second].toSorted(),
    );
    expect(turns('2026-11-11T23:00:00.000Z', since('2026-11-11T00:00:00.000Z'))).toEqual([]);
    expect(turns('2026-12-11T03:00:00.000Z', since('2026-11-11T03:00:00.000Z'))).toEqual(keys);
    expect(turns('2026-11-11T03:00:00.000Z', since('2999-11-11T03:00:00.000Z'))).toEqual(second);
  });

  it('goes by the last sweep that left nothing out where an engagement is over', () => {
    const over = new Set(keys);
    const [lastFull, lastWhole] = ['2026-11-10T03:00:00.000Z', '2026-04-01T03:00:00.000Z'];

    expect(turns('2026-11-11T03:00:00.000Z', { over, before: { lastFull, lastWhole } })).toEqual(keys);
  });
});

import { describe, expect, it } from 'vitest';
import { bulkFrom, earlier } from '#domain/engagement/known.ts';

const CHANGED_SINCE = '2026-11-25T08:00:00.000Z';
const DAY_MS = 86_400_000;

/** One engagement a day, `SOW-1` the oldest; those of which the number is not running are over. */
function known(total: number, isRunning: (n: number) => boolean): Parameters<typeof bulkFrom>[0] {
  const all = Array.from({ length: total }, (_, index) => index + 1);
  const at = (n: number): string =>
    new Date(Date.parse(CHANGED_SINCE) - (total - n + 1) * DAY_MS).toISOString();
  return {
    changedSince: CHANGED_SINCE,
    created: new Map(all.map((n) => [`SOW-${n}`, at(n)])),
    over: new Set(all.filter((n) => !isRunning(n)).map((n) => `SOW-${n}`)),
  };
}

describe('domain/engagement/known', () => {
  it('reads in bulk from the oldest that runs, where those before it are over', () => {
    const engagements = known(5_000, (n) => n > 4_700);

    expect(bulkFrom(engagements)).toBe(engagements.created.get('SOW-4701'));
  });

  it('leaves few stragglers to be read one by one', () => {
    const engagements = known(5_000, (n) => n > 4_700 || n === 100 || n === 2_000);

    expect(bulkFrom(engagements)).toBe(engagements.created.get('SOW-4701'));
  });

  it('reads nearly everything in bulk where what runs is everywhere', () => {
    const engagements = known(5_000, (n) => n % 3 === 0);

    expect(bulkFrom(engagements)).toBe(engagements.created.get('SOW-3'));
  });

  it('reads in bulk only what is new, where nothing runs', () => {
    expect(bulkFrom(known(10, () => false))).toBe(CHANGED_SINCE);
  });

  it('takes the earlier of two instants however they are written', () => {
    expect(earlier('2026-11-25T08:00:00Z', '2026-11-25T08:00:00.500Z')).toBe('2026-11-25T08:00:00Z');
    expect(earlier(null, CHANGED_SINCE)).toBe(CHANGED_SINCE);
  });
});

import { describe, expect, it } from 'vitest';
import { sinceInstant } from '#cli/targets/since.ts';

const NOW = '2026-11-23T12:00:00.000Z';

describe('cli/since', () => {
  it.each([
    ['30m', '2026-11-23T11:30:00.000Z'],
    ['2h', '2026-11-23T10:00:00.000Z'],
    ['1d', '2026-11-22T12:00:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['2026-11-20T09:00:00+02:00', '2026-11-20T07:00:00.000Z'],
  ])('understands %s', (text, instant) => {
    expect(sinceInstant(text, NOW)).toBe(instant);
  });

  it('refuses a day to come, since which nothing can have changed', () => {
    expect(() => sinceInstant('2026-11-24', NOW)).toThrow(/is still to come/);
    expect(() => sinceInstant('2026-11-23T12:00:01Z', NOW)).toThrow(/is still to come/);
    expect(sinceInstant('2026-11-23', NOW)).toBe('2026-11-23T00:00:00.000Z');
  });

  it('is everything when left out', () => {
    expect(sinceInstant(undefined, NOW)).toBeNull();
  });

  it.each(['yesterday', '2026-02-30', '2026-11-20T09:00:00', '2026-13-01T00:00:00Z', '-1h', '99999999h', ''])(
    'refuses %j and says what it understands',
    (text) => {
      expect(() => sinceInstant(text, NOW)).toThrow(/expected 2h, 30m, 1d/);
    },
  );
});

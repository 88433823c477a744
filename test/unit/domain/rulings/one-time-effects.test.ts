import { describe, expect, it } from 'vitest';
import { effectsOwed, NO_EFFECTS, recordEffects } from '#domain/rulings/one-time-effects.ts';
import { decodeRulings, encodeRulings, NO_RULINGS, type Rulings } from '#domain/rulings/rulings.ts';

const GIVEN = { by: 'mira', byId: 4, on: '2026-11-04', note: 9 };
const EFFECTS = {
  ...NO_EFFECTS,
  dueDates: [{ step: 'second', date: '2027-02-01' }],
  roles: ['engineer'],
  autoHealth: true,
  unpause: true,
};
const SKIPPED: Rulings = {
  ...NO_RULINGS,
  waivers: [{ step: 'first', reason: 'not needed', skip: true, used: false, ...GIVEN }],
};

describe('one-time effects', () => {
  it('are owed while the engagement is stopped, survive the record in the epic, and end no later pause', () => {
    const recorded = encodeRulings(recordEffects(NO_RULINGS, EFFECTS, null)) ?? '';

    expect(effectsOwed(decodeRulings(recorded))).toEqual({ ...EFFECTS, unpause: false });
  });

  it('are owed no longer once they are done', () => {
    const owing = recordEffects(NO_RULINGS, EFFECTS, null);

    expect(recordEffects(owing, EFFECTS, new Set())).toEqual(NO_RULINGS);
  });

  it('leave no record where nothing was said', () => {
    expect(encodeRulings(recordEffects(NO_RULINGS, NO_EFFECTS, null))).toBeNull();
  });

  it.each([
    ['the engagement is stopped', null, false],
    ['its step is done', new Set(['first']), true],
    ['another step is done', new Set(['second']), false],
  ])('when %s, a waiver is used: %s → %s', (_, done, used) => {
    expect(recordEffects(SKIPPED, NO_EFFECTS, done).waivers).toMatchObject([{ used }]);
  });

  it('with a date that does not exist in the record count for nothing', () => {
    const dueDates = [{ step: 'second', date: '2027-02-31' }];
    const recorded = encodeRulings(recordEffects(NO_RULINGS, { ...EFFECTS, dueDates }, null)) ?? '';

    expect(effectsOwed(decodeRulings(recorded))).toEqual(NO_EFFECTS);
  });
});

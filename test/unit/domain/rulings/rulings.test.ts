import { describe, expect, it } from 'vitest';
import { encodeRecord } from '#domain/base/record-line.ts';
import { decodeRulings, encodeRulings } from '#domain/rulings/rulings.ts';

const GIVEN = { by: 'mira', byId: 4, on: '2026-11-04' };

describe('the record of rulings', () => {
  it('holds stage and date of a reminder in one word, and is written as it was read', () => {
    const line = encodeRecord('rulings', {
      reminders: [{ step: 'kick-off', stage: 'late:2026-11-25', on: '2026-11-26' }],
    });
    const rulings = decodeRulings(line);

    expect(rulings.reminders).toEqual([
      { step: 'kick-off', stage: 'late', date: '2026-11-25', on: '2026-11-26' },
    ]);
    expect(encodeRulings(rulings)).toBe(line);
  });

  it('takes a reminder of a kind it does not know for one that was never said, and keeps all else', () => {
    const rulings = decodeRulings(
      encodeRecord('rulings', {
        reminders: [{ step: 'kick-off', stage: 'shouted:2026-11-25', on: '2026-11-26' }],
        approvals: [{ step: 'kick-off', ...GIVEN, note: 9 }],
      }),
    );

    expect(rulings.reminders).toEqual([]);
    expect(rulings.approvals).toHaveLength(1);
  });

  it('tells an approval by label from one by comment, and is written as it was read', () => {
    const line = encodeRecord('rulings', {
      approvals: [
        { step: 'kick-off', ...GIVEN, note: 0 },
        { step: 'kick-off', ...GIVEN, note: 9 },
      ],
    });
    const rulings = decodeRulings(line);

    expect(rulings.approvals.map(({ note }) => note)).toEqual([null, 9]);
    expect(encodeRulings(rulings)).toBe(line);
  });
});

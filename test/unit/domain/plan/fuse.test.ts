import { describe, expect, it } from 'vitest';
import { fightIn, wrongClosesIn } from '#domain/plan/fuse.ts';
import type { Touch, Touches } from '#domain/record/record.ts';

const AT = '2026-11-24T09:00:00.000Z';

function touches(touch: Partial<Touch>, step: string | null = 'kick-off'): Touches {
  return new Map([[step, { to: 'opened ready', at: null, undone: 0, wrongCloses: 0, ...touch }]]);
}

describe('the loop fuse', () => {
  it.each([
    ['two reversals', touches({ undone: 2 }), null],
    ['three reversals, and the change is due again', touches({ undone: 3 }), 'kick-off → opened ready'],
    ['three reversals long ago, and nothing is due', touches({ undone: 3, at: AT }), null],
    ['three reversals of the epic', touches({ undone: 3, to: 'opened' }, null), 'epic → opened'],
  ])('%s', (_, seen, fight) => {
    expect(fightIn(seen)).toBe(fight);
  });

  it('counts the wrong closes of steps for their notes', () => {
    expect(wrongClosesIn(touches({ wrongCloses: 3 }))).toEqual(new Map([['kick-off', 3]]));
    expect(wrongClosesIn(touches({}, null))).toEqual(new Map());
  });
});

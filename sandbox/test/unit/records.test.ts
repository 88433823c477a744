import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexBy } from '#sandbox/records.ts';

interface Row {
  readonly id: number;
  readonly keys: readonly string[];
}

describe('an index of a list of the world', () => {
  it('finds what a scan finds, whatever is pushed to the list and spliced out of it between two looks', () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const deed = fc.oneof(
      fc.record({ push: fc.uniqueArray(key) }),
      fc.record({ cut: fc.nat(8), count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ look: key }),
    );
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
        const find = indexBy(({ keys }: Row) => keys);
        const list: Row[] = [];
        let id = 0;
        const looks = [...deeds, { look: 'a' }, { look: 'b' }].flatMap((it) => {
          if ('push' in it) list.push({ id: (id += 1), keys: it.push });
          else if ('cut' in it) list.splice(it.cut, it.count);
          else return [[[...find(list, it.look)], list.filter(({ keys }) => keys.includes(it.look))]];
          return [];
        });
        expect(looks.map(([found]) => found)).toEqual(looks.map(([, scanned]) => scanned));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps lists apart', () => {
    const find = indexBy(({ keys }: Row) => keys);
    const [one, other] = [[{ id: 1, keys: ['a'] }], [{ id: 2, keys: ['a'] }]];

    expect([find(one, 'a'), find(other, 'a'), find(one, 'a')].map((rows) => rows[0]?.id)).toEqual([1, 2, 1]);
  });
});

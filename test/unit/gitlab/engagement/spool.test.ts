import { describe, expect, it } from 'vitest';
import type { ActualIssue } from '#domain/engagement/state.ts';
import { createSpool } from '#gitlab/engagement/spool.ts';
import { anEpic, anIssue } from '#test/support/builders.ts';

describe('gitlab/engagement/spool', () => {
  it.each([
    ['in memory', 100],
    ['in a file', 0],
    ['in a file after it was in memory', 3],
  ])('gives back what was put under a key, in order and as it came last, %s', (_, mostInMemory) => {
    const spool = createSpool(mostInMemory);
    const epic = anEpic({ id: 1 });
    const [first, second, other] = [1, 2, 3].map((id) => anIssue('kick-off', { id })) as [
      ActualIssue,
      ActualIssue,
      ActualIssue,
    ];
    const again = { ...first, title: 'As it is now' };

    spool.put([
      ['SOW-1', epic],
      ['SOW-1', first],
    ]);
    spool.put([
      ['SOW-2', other],
      ['SOW-1', second],
      ['SOW-1', again],
    ]);

    expect(spool.take('SOW-1')).toEqual([epic, again, second]);
    expect(spool.take('SOW-2')).toEqual([other]);
    expect(spool.take('SOW-3')).toEqual([]);
    spool.close();
  });
});

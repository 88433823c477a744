import { describe, expect, it } from 'vitest';
import { trackLayout } from '#render/track-layout.ts';
import { aReportedStep } from '#test/support/reports.ts';

const after = (...steps: readonly string[]) => ({
  after: steps.map((step) => ({ step, until: 'done' as const })),
});

describe('the picture of the steps', () => {
  it('puts every step right of what it comes after, and what runs alongside below', () => {
    const { spots, columns, rows } = trackLayout([
      aReportedStep('calls', { ...after('kick-off'), alongside: true }),
      aReportedStep('kick-off'),
      aReportedStep('intake', after('kick-off')),
      aReportedStep('summary', after('intake', 'kick-off')),
    ]);

    expect(Object.fromEntries(spots)).toEqual({
      'kick-off': { column: 0, row: 0 },
      intake: { column: 1, row: 0 },
      summary: { column: 2, row: 0 },
      calls: { column: 1, row: 1 },
    });
    expect({ columns, rows }).toEqual({ columns: 3, rows: 2 });
  });

  it('draws no line that others already imply', () => {
    const { edges } = trackLayout([
      aReportedStep('a'),
      aReportedStep('b', after('a')),
      aReportedStep('c', after('a', 'b')),
    ]);

    expect(edges).toEqual([
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
    ]);
  });

  it('ends although steps wait for each other or for none that is here', () => {
    expect(
      trackLayout([aReportedStep('a', after('b')), aReportedStep('b', after('a', 'gone'))]).columns,
    ).toBe(3);
    expect(trackLayout([])).toMatchObject({ columns: 1, rows: 1, edges: [] });
  });
});

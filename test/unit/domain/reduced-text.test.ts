import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readChecklist } from '#domain/checklist.ts';
import { readEvidence } from '#domain/evidence.ts';
import { readManagedBlock } from '#domain/managed-block.ts';
import { parseMarker } from '#domain/marker.ts';
import { reducedHolderText, reducedStepText } from '#domain/reduced-text.ts';

const FIELDS = [
  { field: 'Sent on', kind: 'date', required: true },
  { field: 'Invoiced', kind: 'amount', required: true },
] as const;

const BLOCK = '<!-- procession:step v1 SOW-1 delivery kick-off -->\n**Your turn.**\n<!-- procession:end -->';

describe('the reduced text of a step', () => {
  it('keeps our block, headings, items and rows, and nothing else', () => {
    const text = [
      BLOCK,
      '',
      '## What we know',
      'They are about to merge.',
      '- Not an item',
      '- [x] Ask for the date',
      '```',
      '- [ ] code',
      '```',
      '| Sent on | 2026-11-02 |',
      '| Invoiced | EUR 1,234.50 |',
    ].join('\r\n');

    expect(reducedStepText(text).split('\n')).toEqual([
      ...BLOCK.split('\n'),
      '',
      '## What we know',
      '- [x] Ask for the date',
      '| Sent on | 2026-11-02 |',
      '| Invoiced | EUR 0,000.00 |',
    ]);
    expect(reducedHolderText(text).trimEnd()).toBe(BLOCK);
  });

  it('says the same as the whole, however odd the whole is', () => {
    const line = fc.constantFrom(
      '## Heading',
      '# Extra (optional)',
      '- [ ] open',
      '- [x] done',
      '> - [~] quoted',
      '```',
      '~~~',
      '<!--',
      '-->',
      '<!-- a --> - [ ] behind',
      '<!-- -->``` | a',
      '| Sent on | 2026-11-02 |',
      '| Sent on | soon |',
      '| Invoiced | 5 € |',
      'Invoiced | CHF 7',
      'words',
      '',
      '- ```',
      '  - [ ] inner',
      '<!-- procession:end -->',
      '<!-- procession:sow damaged -->',
      '<!-- procession:state v1 a=1 | -->',
      ...BLOCK.split('\n'),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 25 }), fc.constantFrom('\n', '\r\n'), (lines, lineBreak) => {
        const whole = lines.join(lineBreak);
        const reduced = reducedStepText(whole);

        expect(readChecklist(reduced)).toEqual(readChecklist(whole));
        expect(readEvidence(reduced, FIELDS).map(({ problem }) => problem)).toEqual(
          readEvidence(whole, FIELDS).map(({ problem }) => problem),
        );
        expect(parseMarker(reduced)).toEqual(parseMarker(whole));
        expect(comparable(reduced)).toBe(comparable(whole));
      }),
      { numRuns: 3_000 },
    );
  });
});

function comparable(text: string): string | undefined {
  return readManagedBlock(text)
    ?.content.replaceAll('\r\n', '\n')
    .replaceAll(/^\n+|\n+$/g, '');
}

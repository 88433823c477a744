import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_END, readManagedBlock, sameBlock, writeManagedBlock } from '#domain/text/managed-block.ts';
import { encodeMarker, type Marker, parseMarker } from '#domain/text/marker.ts';

const MARKER: Marker = {
  kind: 'step',
  engagement: 'SOW-1042',
  process: 'delivery',
  profile: null,
  step: 'kick-off',
};
const LINE = encodeMarker(MARKER);

/** People's text that does not look like a marker of ours, with every kind of line break and fence. */
const humanText = fc
  .array(
    fc.constantFrom(
      'hello',
      '\n',
      '\r\n',
      '\n\n',
      '- [ ] call',
      '  ',
      '| a | b |',
      '```',
      '~~~',
      '> ',
      'é',
      '\u{1F600}',
      '<!-- note -->',
      '`',
      '\t',
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));
const blockContent = fc
  .array(fc.constantFrom('**Waits for** nothing', '', 'Due 2026-03-05', '- x', '```', 'Next: Intake'), {
    maxLength: 8,
  })
  .map((lines) => lines.join('\n'));

describe('domain/managed-block', () => {
  it('puts the block on top of a description that has none', () => {
    expect(writeManagedBlock('Hello\r\n', MARKER, 'Due 2026-03-05')).toBe(
      `${LINE}\r\nDue 2026-03-05\r\n${BLOCK_END}\r\n\r\nHello\r\n`,
    );
    expect(writeManagedBlock('', MARKER, '')).toBe(`${LINE}\n${BLOCK_END}\n`);
  });

  it('reads back what it wrote', () => {
    const description = writeManagedBlock('Hello\n', MARKER, 'one\n\ntwo');

    expect(readManagedBlock(description)).toEqual({
      marker: MARKER,
      content: 'one\n\ntwo',
      before: '',
      after: '\n\nHello\n',
    });
  });

  it('replaces only the block', () => {
    const before = 'Mine\r\n\r\n';
    const after = '\nAlso mine \r\n- [x] done';
    const description = `${before}${LINE}\nold\n${BLOCK_END}${after}`;

    expect(writeManagedBlock(description, { ...MARKER, step: 'intake' }, 'new')).toBe(
      `${before}${encodeMarker({ ...MARKER, step: 'intake' })}\nnew\n${BLOCK_END}${after}`,
    );
  });

  it('leaves text to people when the end line was removed', () => {
    const description = `Top\n${LINE}\nsomebody typed here\n`;

    expect(readManagedBlock(description)).toBeNull();
    expect(writeManagedBlock(description, MARKER, 'new')).toBe(
      `Top\n${LINE}\nnew\n${BLOCK_END}\nsomebody typed here\n`,
    );
  });

  it('does not run into a second block when the end line was removed', () => {
    const second = `${LINE}\nsecond\n${BLOCK_END}\n`;

    expect(writeManagedBlock(`${LINE}\nfirst\n${second}`, MARKER, 'new')).toBe(
      `${LINE}\nnew\n${BLOCK_END}\nfirst\n${second}`,
    );
  });

  it('refuses content that holds a marker line', () => {
    expect(() => writeManagedBlock('', MARKER, `x\n${BLOCK_END}\ny`)).toThrow(TypeError);
  });

  it('compares without line breaks and blanks at line ends', () => {
    expect(sameBlock('a  \r\nb\r\n', 'a\nb')).toBe(true);
    expect(sameBlock('a\n\nb', 'a\nb')).toBe(false);
    expect(sameBlock(' a', 'a')).toBe(false);
  });

  it('reads back any content it writes into any text, and keeps every human byte', () => {
    fc.assert(
      fc.property(humanText, blockContent, blockContent, (human, first, second) => {
        const once = writeManagedBlock(human, MARKER, first);
        const twice = writeManagedBlock(once, MARKER, second);
        const read = readManagedBlock(twice);

        expect(once.endsWith(human)).toBe(true);
        expect(read?.marker).toEqual(MARKER);
        expect(sameBlock(read?.content ?? '', second)).toBe(true);
        expect(`${read?.before}${read?.after}`).toBe(
          `${readManagedBlock(once)?.before}${readManagedBlock(once)?.after}`,
        );
        expect(writeManagedBlock(twice, MARKER, second)).toBe(twice);
        expect(writeManagedBlock(twice, MARKER, first)).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every human byte around a block in the middle, whatever its line breaks', () => {
    const closedText = humanText.filter((text) => !/[`~]{3}/.test(text));
    fc.assert(
      fc.property(
        closedText,
        humanText,
        fc.constantFrom('\n', '\r\n'),
        blockContent,
        (before, after, lineBreak, content) => {
          const top = `${before}${lineBreak}`;
          const description = `${top}${LINE}${lineBreak}old${lineBreak}${BLOCK_END}${lineBreak}${after}`;
          const written = writeManagedBlock(description, MARKER, content);

          expect(written.startsWith(top)).toBe(true);
          expect(written.endsWith(`${BLOCK_END}${lineBreak}${after}`)).toBe(true);
          expect(parseMarker(written)).toEqual(MARKER);
          expect(writeManagedBlock(written, MARKER, content)).toBe(written);
          expect(sameBlock(readManagedBlock(written)?.content ?? '?', content)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

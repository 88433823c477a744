import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromStored, fromStoredOrNull, toStored, toStoredOrNull } from '#inbox/stored-text.ts';

/** Any UTF-16, with the characters that matter more often than chance has them. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('\0', '\\', '\\u0000', 'u', '\ud800', '\udc00', '😀', '\\ud800'),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map((parts) => parts.join(''));

describe('stored-text', () => {
  it('gives back every text as it was', () => {
    fc.assert(
      fc.property(text, (original) => {
        expect(fromStored(toStored(original))).toBe(original);
      }),
    );
  });

  it('makes a text that UTF-8 and PostgreSQL can hold', () => {
    fc.assert(
      fc.property(text, (original) => {
        const stored = toStored(original);
        expect(stored.isWellFormed()).toBe(true);
        expect(stored).not.toContain('\0');
        expect(Buffer.from(stored).toString()).toBe(stored);
      }),
    );
  });

  it('leaves ordinary text alone, emoji too', () => {
    expect(toStored('SOW-1042 ümlaut 😀 \n "quoted"')).toBe('SOW-1042 ümlaut 😀 \n "quoted"');
    expect(toStored('a\0b\\\ud800')).toBe('a\\u0000b\\u005c\\ud800');
  });

  it('keeps nothing as nothing', () => {
    expect([toStoredOrNull(null), fromStoredOrNull(null)]).toEqual([null, null]);
    expect(fromStoredOrNull(toStoredOrNull('\0'))).toBe('\0');
  });
});

import { describe, expect, it } from 'vitest';
import { formatProblem } from '#domain/base/input-problem.ts';
import { decodeText, MAX_INPUT_BYTES } from '#yaml/decode-text.ts';

function decoded(bytes: Uint8Array): string {
  const result = decodeText(bytes, 'x.yml');
  return result.kind === 'ok' ? result.text : formatProblem(result.problem);
}

describe('yaml/decode-text', () => {
  it('reads UTF-8 and drops a byte order mark', () => {
    expect(decoded(Buffer.from('\uFEFFname: Müller 🙂\n'))).toBe('name: Müller 🙂\n');
    expect(decoded(new Uint8Array())).toBe('');
  });

  it.each<[string, Uint8Array, string]>([
    [
      'Latin-1',
      Buffer.from('a: 1\nname: Müller\n', 'latin1'),
      'x.yml:2: expected UTF-8 text, got other bytes. Fix: Save it in UTF-8 (in your editor: encoding or "save as").',
    ],
    [
      'UTF-16',
      Buffer.from('a: 1\n', 'utf16le'),
      'x.yml:1: expected text, got a NUL byte. Fix: Save it as text in UTF-8.',
    ],
    ['NUL', Buffer.from('a\nb\0'), 'x.yml:2: expected text, got a NUL byte. Fix: Save it as text in UTF-8.'],
    [
      'half a letter at the end',
      Buffer.from([0x61, 0xc3]),
      'x.yml:1: expected UTF-8 text, got other bytes. Fix: Save it in UTF-8 (in your editor: encoding or "save as").',
    ],
    [
      'too much',
      new Uint8Array(MAX_INPUT_BYTES + 1),
      'x.yml: expected at most 1 MiB, got 1.0 MiB. Fix: Check that this is the right file.',
    ],
  ])('refuses %s', (_, bytes, expected) => {
    expect(decoded(bytes)).toBe(expected);
  });
});

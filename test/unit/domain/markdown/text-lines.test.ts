import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textLines } from '#domain/markdown/text-lines.ts';

function fencedIn(text: string): string[] {
  return textLines(text)
    .filter(({ fenced }) => fenced)
    .map((line) => line.text);
}

describe('domain/text-lines', () => {
  it('keeps every byte, whatever the line breaks', () => {
    fc.assert(
      fc.property(
        fc
          .array(fc.constantFrom('a', '\n', '\r', '\r\n', '```', '~~~', '> ', '- ', '<!--', '-->', ' '))
          .map((parts) => parts.join('')),
        (text) => {
          const lines = textLines(text);

          expect(lines.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
          for (const line of lines) expect(text.startsWith(line.text, line.start)).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['a fence with info', 'a\n```ts x\nb\n```\nc', ['```ts x', 'b', '```']],
    ['a longer fence', '````\n```\n````\nc', ['````', '```', '````']],
    ['tildes inside backticks', '```\n~~~\n```\nc', ['```', '~~~', '```']],
    ['a closing line with words', '```\n``` x\n```\nc', ['```', '``` x', '```']],
    ['a fence to the end', '~~~\na\n\nb', ['~~~', 'a', '', 'b']],
    ['inline code', '```x``` and `y`\nc', []],
    ['two backticks', '``\na\n``', []],
    ['a fence in a quote', '> ```\n> a\nb', ['> ```', '> a']],
    ['a fence inside of a comment', '<!--\n```\n-->\n```\nb\n```', ['```', 'b', '```']],
    ['indented code', 'a\n\n    ```\n    b\n', []],
    ['a fence in a numbered item', '1. ```\n   a\n   ```\nb', ['1. ```', '   a', '   ```']],
  ])('knows %s', (_, text, expected) => {
    expect(fencedIn(text)).toEqual(expected);
  });
});

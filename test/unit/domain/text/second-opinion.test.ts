import fc from 'fast-check';
import Markdown, { type Token } from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { seenText } from '#domain/markdown/inline.ts';
import { plainLines } from '#domain/markdown/plain-lines.ts';
import { readChecklist } from '#domain/text/checklist.ts';
import { readRows } from '#domain/text/rows.ts';
import { extractQuickActions } from '#sandbox/quick-actions.ts';
import { measureCpu } from '#test/support/cpu.ts';
import { PROOF, proofRuns } from '#test/support/proof.ts';

const ROUNDS = 500;

const markdown = new Markdown({ html: true });

/** Texts of pieces in any order; `¦` stands between pieces, `↵` for a line break. */
function joined(pieces: string): fc.Arbitrary<string> {
  const each = fc.constantFrom(...pieces.replaceAll('↵', '\n').split('¦'));
  return fc.array(each, { maxLength: 14 }).map((parts) => parts.join(''));
}

/** Everything that may hold a command or hide one, in any order and nesting. */
const anyText = joined(
  [
    '/ps status¦/ps status¦/ps hold it¦see¦↵¦↵¦↵↵¦↵↵¦ ¦    ¦\t¦\r↵',
    '> ¦>¦>>>↵¦↵>>>↵¦- ¦* ¦1. ¦2) ¦- [ ] ¦# ¦---¦===¦***¦: ¦[^1]: ¦```¦~~~¦````¦`¦``¦\\¦| a | b |¦|---|---|¦|¦:-:',
    '<pre>¦</pre>¦<details>¦</details>¦<blockquote>¦</blockquote>¦<b>¦</b>¦<x y>¦<br>¦<a title="¦">¦"¦\'',
    '<!--¦-->¦<?¦?>¦<![CDATA[¦]]>¦<script>¦</script>¦&lt;¦<https://log.example>',
    '[log](https://log.example "¦")¦[¦](/u)¦[log]: /u¦ "¦![',
  ].join('¦'),
);

/** What markdown-it shows of inline tokens, by line. */
function seenLines(tokens: readonly Token[]): readonly string[] {
  return tokens.map(seenOf).join('').split('\n');
}

function seenOf({ type, content, children }: Token): string {
  switch (type) {
    case 'softbreak':
    case 'hardbreak':
      return '\n';
    case 'html_inline':
      return /^<br\b/i.test(content) ? ' ' : '';
    case 'image':
      return (children ?? []).map(seenOf).join('');
    default:
      return content;
  }
}

/** The paragraphs of a text that stand in nothing else: first line, line behind the last, and what is shown. */
function plainParagraphs(text: string): readonly { from: number; to: number; seen: readonly string[] }[] {
  const tokens = markdown.parse(text, {});
  return tokens.flatMap(({ type, level, map, children }, index) => {
    const isPlain = type === 'inline' && level === 1 && tokens[index - 1]?.type === 'paragraph_open';
    return isPlain && map ? [{ from: map[0], to: map[1], seen: seenLines(children ?? []) }] : [];
  });
}

function commandsIn(text: string): readonly number[] {
  return plainLines(text).flatMap(({ line, text }) => (text.startsWith('/ps') ? [line] : []));
}

describe('what markdown-it says of the same text', () => {
  it(
    'a command that counts stands in a plain paragraph, at the beginning of a line that people see',
    PROOF,
    () => {
      fc.assert(
        fc.property(anyText, (text) => {
          const lines = commandsIn(text);
          const paragraphs = plainParagraphs(text);
          const inside = paragraphs.map(
            ({ from, to }) => lines.filter((line) => from <= line && line < to).length,
          );

          expect(inside.reduce((sum, count) => sum + count, 0)).toBe(lines.length);
          for (const [index, { seen }] of paragraphs.entries())
            expect(seen.filter((line) => line.startsWith('/ps')).length).toBeGreaterThanOrEqual(
              inside[index] ?? 0,
            );
        }),
        proofRuns(ROUNDS),
      );
    },
  );

  it('GitLab would take it for a quick action too, if it knew it', PROOF, () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { commands } = extractQuickActions(text.replaceAll('/ps', '/todo'));

        expect(commands.length).toBeGreaterThanOrEqual(commandsIn(text).length);
      }),
      proofRuns(ROUNDS),
    );
  });

  it('every plain paragraph that could hide nothing is read', PROOF, () => {
    const words = joined('see¦/ps status¦↵¦↵↵¦ it¦- a↵↵¦> b↵↵¦# c↵¦```↵d↵```↵¦1. e↵↵¦---↵↵');

    fc.assert(
      fc.property(words, (text) => {
        const lines = text.split('\n');
        const expected = plainParagraphs(text)
          .flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index))
          .filter((line) => lines[line]?.startsWith('/ps'));

        fc.pre(!/^\s*---/.test(text));
        expect(commandsIn(text)).toEqual(expected);
      }),
      proofRuns(ROUNDS),
    );
  });

  const inline = joined(
    [
      'a¦Eli¦ ¦ ¦ and ¦*¦**¦***¦_¦__¦`¦``¦\\¦\\*¦\\|¦.¦,¦(¦)¦!¦é¦–¦"¦\'¦#¦-¦{¦<¦>',
      '&amp;¦&#33;¦&ndash;¦&auml;¦&¦&x;¦<br>¦<b>¦</b>¦</b c>¦<!-- x -->',
      '[¦]¦](/u)¦](/u "t")¦](</u v>)¦](/u(v)w)¦![¦<https://a.example/b_c_>¦<a@b.example>',
    ].join('¦'),
  )
    // markdown-it reads the words of a link or image by themselves, so that marks at their ends stand beside a blank.
    .filter((text) => !/[*_]\]|!\[[*_]/.test(text));

  it('people see the text that is read', PROOF, () => {
    fc.assert(
      fc.property(inline, (source) => {
        const [token] = markdown.parseInline(source, {});

        expect(seenText(source)).toBe(oneLine(seenLines(token?.children ?? []).join('\n')));
      }),
      proofRuns(ROUNDS),
    );
  });

  it('cells of pipe tables hold what is read, however they are padded', PROOF, () => {
    const cell = inline.filter((text) => !/[\\|]/.test(text));
    const padding = fc.constantFrom('', ' ', '   ');
    const row = fc.tuple(cell, cell, padding, fc.boolean());
    const write = ([first, second, blank, outer]: [string, string, string, boolean]): string => {
      const inner = `${blank}${first || 'x'}${blank}|${blank}${second || 'x'}${blank}`;
      return outer ? `|${inner}|` : `x${inner}`;
    };

    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('|---|---|', ':-- | --:', '| - | :-: |'),
        (rows, line) => {
          const table = ['Record | Value', line, ...rows.map(write)].join('\n');
          const tokens = markdown.parse(table, {});
          const cells = tokens.flatMap(({ type, children }) =>
            type === 'inline' ? [oneLine(seenLines(children ?? []).join('\n'))] : [],
          );

          expect(tokens.at(0)?.type).toBe('table_open');
          expect(
            readRows(table)
              .filter((_, index) => index !== 1)
              .flatMap(([first, second]) => [first.text, second.text]),
          ).toEqual(cells);
        },
      ),
      proofRuns(ROUNDS),
    );
  });

  it('reads hostile texts in time that grows with their length', () => {
    const n = 5_000;
    const busyMs = measureCpu();
    for (const piece of [
      '[',
      ']',
      '[a](b',
      '[a](b "',
      '![',
      '`a',
      '`a``',
      '<a x="',
      '<a x=\'"',
      '<b>',
      '</b>',
      '<!--',
      '<?',
      '&#',
      '*a_',
      '*a **b_',
      '- x\n',
      '> ',
      'a\n|-|\n',
      '<details>\n\n',
      '>>>\n',
      'https://!',
      '[a]: b "\n',
      '<td>',
      '<script>',
      '`a`|\n',
      '-     ',
    ])
      for (const lead of ['', '- [ ] ', '| Held on |', '[a](<', '<td>', '`']) {
        const text = `${lead}${piece.repeat(n)}y`;
        readChecklist(text);
        readRows(text);
        plainLines(`/ps ${text}`);
      }
    expect(busyMs()).toBeLessThan(10_000);
  }, 120_000);
});

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

import fc from 'fast-check';
import Markdown from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { textLines } from '#domain/markdown/text-lines.ts';
import { renderTemplate } from '#domain/template/render.ts';
import {
  clampTitle,
  fencedText,
  inlineText,
  linkText,
  plainText,
  titleText,
  urlText,
} from '#domain/text/foreign-text.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { NASTY, PIECES, PLACES } from '#test/fixtures/foreign-text.ts';
import { measureCpu } from '#test/support/cpu.ts';

const WORD_JOINER = '\u2060';
const EMAIL = /[\w.+-]*\w@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g;

const anyText = fc.oneof(
  fc.constantFrom(...NASTY.filter((text) => text.length < 10_000)),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);

const markdown = new Markdown({ html: true, linkify: true });
markdown.linkify.set({ fuzzyLink: false });
markdown.linkify.add('//', null);

function rendered(template: string, value: string): string {
  return renderTemplate(
    template,
    { values: { customer: { name: value } }, evidence: [], forStep: true, about: 'sow' },
    { partials: {}, file: 'x.md' },
  );
}

/** Kinds and nesting of everything Markdown makes of a text, without the text itself; a link to an e-mail address is text too. */
function structureOf(source: string): string[] {
  return markdown.parse(source, {}).flatMap((token) => {
    if (token.type !== 'inline') return [`${token.type} ${token.tag} ${token.level}`];
    const inside = (token.children ?? []).filter(
      ({ type, attrs }) =>
        !isText(type) && !(type === 'link_open' && /^mailto:/i.test(String(attrs?.[0]?.[1]))),
    );
    const links = inside.filter(({ type }) => type === 'link_open').length;
    return inside
      .filter(({ type }) => type !== 'link_close')
      .map(({ type, tag }) => `  ${type} ${tag}`)
      .concat(links > 0 ? ['link'] : []);
  });
}

function isText(type: string): boolean {
  return type === 'text' || type === 'text_special';
}

/** What people read, one block a line. */
function textOf(source: string): string {
  return markdown
    .parse(source, {})
    .flatMap(({ type, children }) =>
      type === 'inline'
        ? [(children ?? []).map((child) => (child.type === 'softbreak' ? '\n' : child.content)).join('')]
        : [],
    )
    .join('\n');
}

/** GitLab's reference patterns, without regard to backslashes: what would act if escapes counted for nothing. */
const ACTIVE: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['mention', /(?<![A-Za-z0-9_])@[A-Za-z0-9_.]/],
  ['issue', /#\d|GL-\d|\[\w+:/],
  ['merge request', /!\d/],
  ['epic', /&(?:amp;)?\d/],
  ['snippet or math', /\$[\d$`\w]/],
  ['label', /~[\w"]/],
  ['milestone or placeholder', /%[\w"{]/],
  ['iteration', /\*iteration:/i],
  ['project', /[\w.-](?:>|&gt;)/],
  ['commit', /(?=[0-9]*[a-f])[0-9a-f]{7}/i],
  ['web address', /:\/\/|www\./i],
  ['marker', /<!--|procession:(?!\u2060)/i],
  ['template tag', /\{\{/],
  ['include', /::/],
  ['inline diff', /[{[][+-] /],
  ['wiki link', /\[\[/],
];

function activeIn(text: string): string[] {
  const bare = text.replace(EMAIL, 'e-mail');
  return ACTIVE.filter(([, pattern]) => pattern.test(bare)).map(([what]) => what);
}

describe('domain/foreign-text', () => {
  it.each([
    ['a Persian name', 'نازنین\u200Cزهرا', 'نازنین\u200Cزهرا'],
    ['one that was typed twice', 'نازنین\u200C\u200Cزهرا', 'نازنین\u200Cزهرا'],
    ['a word of Devanagari', 'क्\u200Dष', 'क्\u200Dष'],
    ['the end of a word', 'نازنین\u200C زهرا', 'نازنین زهرا'],
    ['a Latin word', 'clo\u200Cse\u200D', 'close'],
    ['a sign', '@\u200Cزهرا', '@زهرا'],
    ['other invisible signs', 'ن\u200Bا\u2060ز\u202E', 'ناز'],
  ])('keeps a joiner only where a word is spelled with it: %s', (_, raw, plain) => {
    expect(plainText(raw)).toBe(plain);
    expect(plainText(titleText(raw)).normalize()).toBe(plain);
  });

  describe('inlineText', () => {
    it.each([
      ['Acme (UK) Ltd.', 'Acme (UK) Ltd.'],
      ['AT&T, R&D', 'AT&T, R&D'],
      ['ada.first_last@example.com', 'ada.first_last@example.com'],
      ['2026-03-05', '2026-03-05'],
      ['+49 30 1234567', '\\+49 30 1234567'],
      ['a\r\n\r\n b', 'a b'],
      ['/close', `\\/${WORD_JOINER}close`],
      ['a | b', 'a &vert; b'],
      ['C:\\temp', 'C:&bsol;temp'],
      ['<b>', `&lt;b${WORD_JOINER}&gt;`],
      ['@root', `@${WORD_JOINER}root`],
      ['#1', `\\#${WORD_JOINER}1`],
      ['1. one', '1\\. one'],
      ['1.5 hours', '1.5 hours'],
      ['50 % of', '50 % of'],
      ['snake_case', 'snake_case'],
      ['   ', ''],
    ])('writes %j as %j', (raw, expected) => {
      expect(inlineText(raw)).toBe(expected);
    });

    it('shortens what is longer than the limit', () => {
      expect(inlineText('x'.repeat(3_000))).toBe(`${'x'.repeat(1_999)}…`);
      expect(inlineText('a long name', 6)).toBe('a lon…');
      expect(inlineText('\u{1F600}'.repeat(5), 3)).toBe('\u{1F600}\u{1F600}…');
      expect(inlineText('x'.repeat(2_000))).toBe('x'.repeat(2_000));
    });

    it.each(PLACES)('stays inert text in this place: %s', (_, template) => {
      const structure = structureOf(rendered(template, 'VALUE'));
      const words = textOf(rendered(template, 'VALUE'));

      fc.assert(
        fc.property(anyText, (raw) => {
          const markup = rendered(template, raw);
          const visible = textOf(markup);

          expect(structureOf(markup)).toEqual(structure);
          expect(visible.replaceAll(WORD_JOINER, '')).toBe(
            words.replaceAll('VALUE', () => plainText(raw) || '–'),
          );
          expect(activeIn(visible)).toEqual([]);
          expect(markup.split('\n').filter((line) => /^\s*\/[a-z]/i.test(line))).toEqual([]);
          expect(markup).not.toContain('<');
        }),
        { numRuns: 400 },
      );
    });

    it.each(PLACES)('keeps every value of the corpus inert in this place: %s', (_, template) => {
      const structure = structureOf(rendered(template, 'VALUE'));

      const acting = NASTY.filter((raw) => {
        const markup = rendered(template, raw);
        const sameStructure = structureOf(markup).join('\n') === structure.join('\n');
        return !sameStructure || activeIn(textOf(markup)).length > 0 || parseMarker(markup) !== null;
      });

      expect(acting).toEqual([]);
    });
  });

  describe('titleText', () => {
    it('keeps what people read and breaks what GitLab would look up', () => {
      expect(titleText('GitLab on AWS *now* (2 of 3)')).toBe('GitLab on AWS *now* (2 of 3)');
      expect(titleText('Mail ada@example.com')).toBe('Mail ada@example.com');
      expect(titleText('/close @root #1')).toBe(`/${WORD_JOINER}close @${WORD_JOINER}root #${WORD_JOINER}1`);
    });

    it('is one line of at most 255 characters without anything active', () => {
      fc.assert(
        fc.property(anyText, (raw) => {
          const title = titleText(raw);
          expect(activeIn(title)).toEqual([]);
          expect(Array.from(title).length).toBeLessThanOrEqual(255);
          expect(title).not.toMatch(/[\n\r\u2028\u2029]|^\/[a-z]|<[a-z/!?]/i);
        }),
        { numRuns: 1_000 },
      );
      expect(NASTY.filter((raw) => activeIn(titleText(raw)).length > 0)).toEqual([]);
    });

    it('shortens a title by characters', () => {
      expect(clampTitle('\u{1F600}'.repeat(300), 255)).toBe(`${'\u{1F600}'.repeat(254)}…`);
      expect(clampTitle('short', 255)).toBe('short');
    });
  });

  describe('fencedText', () => {
    it('keeps plain text as it is', () => {
      expect(fencedText('Ada *Lovelace* @ C# <ada@example.com>')).toBe(
        'Ada *Lovelace* @ C# <ada@example.com>',
      );
    });

    it.each([
      '```text\n{{#text}}\n{{customer.name}}\n{{/text}}\n```\n\nend',
      '~~~\n{{#text}}{{customer.name}}{{customer.name}}\nTo: {{customer.name}}\n{{/text}}\n~~~\n\nend',
    ])('cannot leave the fence of %j', (template) => {
      const structure = structureOf(rendered(template, 'VALUE'));

      fc.assert(
        fc.property(anyText, (raw) => {
          const markup = rendered(template, raw);
          expect(structureOf(markup)).toEqual(structure);
          expect(markup.split('\n').filter((line) => /^\/[a-z]/i.test(line))).toEqual([]);
          expect(markup).not.toMatch(/<!--|procession:(?!\u2060)/i);
          expect(textLines(markup).at(-1)?.fenced).toBe(false);
        }),
        { numRuns: 500 },
      );
      expect(
        NASTY.filter((raw) => structureOf(rendered(template, raw)).join('\n') !== structure.join('\n')),
      ).toEqual([]);
    });
  });

  describe('urlText', () => {
    it('holds nothing but letters, digits, dash, dot, underscore and percent', () => {
      fc.assert(fc.property(anyText, (raw) => /^[A-Za-z0-9._%-]*$/.test(urlText(raw))));
    });

    it('writes line breaks as mail bodies want them', () => {
      expect(urlText("Hi (you)!\nAda's")).toBe('Hi%20%28you%29%21%0D%0AAda%27s');
    });

    it.each([
      '[Mail](mailto:{{#encode}}{{customer.name}}{{/encode}}?body={{#encode}}Dear {{customer.name}},\n\nbye{{/encode}}) end',
    ])('stays inside the link of %j', (template) => {
      fc.assert(
        fc.property(anyText, (raw) => {
          const markup = rendered(template, raw);
          expect(textOf(markup)).toBe('Mail end');
          expect(markup.split('\n').length).toBe(2);
          const [, body = ''] = /body=([^)]*)\)/.exec(markup) ?? [];
          expect(decodeURIComponent(body)).toBe(`Dear ${plainText(raw)},\r\n\r\nbye`);
        }),
        { numRuns: 500 },
      );
    });
  });

  describe('linkText', () => {
    it.each([
      ['https://x.example.com/a?b=c&d=_e_#f', '<https://x.example.com/a?b=c&d=_e_#f>'],
      ['https://x.example.com/a b|c`<>"\\', '<https://x.example.com/a%20b%7Cc%60%3C%3E%22%5C>'],
      ['https://x.example.com/\u202E\u200B{{x}}', '<https://x.example.com/%E2%80%AE%E2%80%8B%7B%7Bx%7D%7D>'],
      ['javascript:alert(1)', 'javascript:alert(1)'],
      ['https://', `https:${WORD_JOINER}//`],
      ['', ''],
    ])('writes %j as %j', (url, expected) => {
      expect(linkText(url)).toBe(expected);
    });

    it('is one link in a table cell, whatever the path', () => {
      fc.assert(
        fc.property(
          anyText.filter((raw) => raw.isWellFormed() && raw.trim() !== ''),
          (raw) => {
            const markup = `| a | b |\n|---|---|\n| ${linkText(`https://x.example.com/${raw}`)} | x |`;
            const links = markdown
              .parse(markup, {})
              .flatMap(({ children }) => (children ?? []).filter(({ type }) => type === 'link_open'));
            expect(
              links.map((link) => String(link.attrGet('href')).startsWith('https://x.example.com/')),
            ).toEqual([true]);
            expect(structureOf(markup).filter((token) => token.startsWith('td_open'))).toHaveLength(2);
          },
        ),
        { numRuns: 500 },
      );
    });
  });

  it('handles a megabyte in no time', () => {
    const busyMs = measureCpu();
    for (const raw of NASTY)
      for (const make of [inlineText, titleText, fencedText, urlText, linkText]) make(raw);
    expect(busyMs()).toBeLessThan(5_000);
  });
});

/**
 * The lines in which a command counts: those of plain paragraphs, as GitLab's own quick actions read a text, or stricter.
 *
 * Read in gitlabhq/gitlabhq: `lib/gitlab/quick_actions/extractor.rb` at 7e202c4f scans the paragraphs that
 * `lib/banzai/filter/quick_action_filter.rb` finds on top level, and passes over what stands between two backticks and
 * over tags on lines of their own. Stricter here: nothing counts inside a link, a tag or an element that is closed
 * further down, and a line must be plain with and without GitLab's own extensions of Markdown.
 */
import { type Block, beginsHtml, readBlocks } from './blocks.ts';
import { readDefinitions } from './definitions.ts';
import { type Tag, tagAt, unseenEnd } from './html.ts';
import { readInline } from './inline.ts';
import type { Piece } from './pieces.ts';
import { linesOutside, type Spans } from './spans.ts';
import { splitLines } from './split-lines.ts';

export interface PlainLine {
  /** From 0. */
  readonly line: number;
  readonly text: string;
}

/** The lines of plain paragraphs whose first character is also first in the text or behind a line feed. */
export function plainLines(text: string): readonly PlainLine[] {
  const lines = splitLines(text);
  const behind = frontMatterEnd(lines.map(({ text: line }) => line));
  const inGitLab = plainIn(text.slice(lines[behind]?.start ?? 0), true);
  return [...plainIn(text, false)].flatMap((index) => {
    const { text: line = '', start = 0 } = lines[index] ?? {};
    const counts = inGitLab.has(index - behind) && (start === 0 || text.charAt(start - 1) === '\n');
    return counts ? [{ line: index, text: line }] : [];
  });
}

/** Index of the line behind the front matter that a text begins with (`lib/gitlab/front_matter.rb`); 0 without one. */
function frontMatterEnd(lines: readonly string[]): number {
  const first = lines.findIndex((line) => line.trim() !== '');
  const [mark] = /^(?:---|\+\+\+|;;;)(?=[ \t]*\S*[ \t]*$)/.exec(lines[first] ?? '') ?? [];
  if (mark === undefined) return 0;
  return lines.findIndex((line, index) => index > first && line.startsWith(mark)) + 1;
}

function plainIn(text: string, inGitLab: boolean): ReadonlySet<number> {
  const plain = new Set<number>();
  const elements = new OpenElements();
  for (const block of readBlocks(text, inGitLab)) {
    if (block.kind === 'paragraph' && !block.quoted && block.depth === 0 && elements.none)
      for (const index of plainInParagraph(block)) plain.add(block.first + index);
    for (const tag of tagsOf(block)) elements.read(tag, 0);
  }
  return plain;
}

/** The elements that are open at a place: what stands in one is on no top level. */
class OpenElements {
  private readonly open: { readonly name: string; readonly start: number }[] = [];
  private readonly counts = new Map<string, number>();

  get none(): boolean {
    return this.open.length === 0;
  }

  /** Where the element began that the tag ends; `null` when it ends none. */
  read({ name, opens, closes }: Tag, start: number): number | null {
    if (opens) {
      this.open.push({ name, start });
      this.count(name, 1);
    }
    if (!closes || this.counts.get(name) === undefined) return null;
    for (;;) {
      const ended = this.open.pop();
      if (ended === undefined) return null;
      this.count(ended.name, -1);
      if (ended.name === name) return ended.start;
    }
  }

  private count(name: string, change: number): void {
    const count = (this.counts.get(name) ?? 0) + change;
    if (count === 0) this.counts.delete(name);
    else this.counts.set(name, count);
  }
}

/** GitLab's footnotes and descriptions, which may begin inside of what else is one paragraph. */
const OTHER_BLOCK = /^ {0,3}(?:\[\^[^\]\s]+\]:|:[ \t])/;

function plainInParagraph({ lines }: Block): readonly number[] {
  const source = lines.join('\n');
  const { end } = readDefinitions(source);
  // A tag alone on the line below a definition begins HTML for some readers, and is text for others.
  if (end > 0 && beginsHtml(source.slice(end))) return [];
  const other = lines.findIndex((line) => OTHER_BLOCK.test(line));
  const plain = linesOutside(lines, [[-1, end], ...hidingSpans(source, end)]);
  return other === -1 ? plain : plain.filter((index) => index < other);
}

function hidingSpans(source: string, from: number): Spans {
  const { pieces, spans } = readInline(source.slice(from));
  return [
    ...[...spans, ...elementSpans(pieces)].map(([start, end]) => [start + from, end + from] as const),
    ...[...source.matchAll(/`[^]+?`/g)].map(({ 0: code, index }) => [index, index + code.length] as const),
  ];
}

/** From each start tag to its end tag. */
function elementSpans(pieces: readonly Piece[]): Spans {
  const elements = new OpenElements();
  return pieces.flatMap(({ tag, start, end }) => {
    const begin = tag === undefined ? null : elements.read(tag, start);
    return begin === null ? [] : [[begin, end] as const];
  });
}

/** Elements whose start or end tag ends a paragraph, so that they stand open behind it. */
const BLOCK_ELEMENT =
  /^(?:address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|figcaption|figure|footer|form|header|hgroup|listing|main|menu|nav|ol|plaintext|pre|search|section|summary|table|ul|xmp)$/;
/** Elements whose content is no HTML. */
const RAW_ELEMENT = /^(?:iframe|noembed|noframes|plaintext|script|style|textarea|title|xmp)$/;

/** The tags of a block that outlast it. A `p` ends with the next one. */
function tagsOf(block: Block): readonly Tag[] {
  const source = block.lines.join('\n');
  if (!source.includes('<')) return [];
  switch (block.kind) {
    case 'html':
    case 'preformatted':
      return htmlTags(source).filter(({ name }) => name !== 'p');
    case 'paragraph':
    case 'heading':
    case 'table':
      return readInline(source).pieces.flatMap(({ tag }) =>
        tag !== undefined && BLOCK_ELEMENT.test(tag.name) ? [tag] : [],
      );
    case 'code':
    case 'comment':
    case 'fence':
    case 'rule':
      return [];
  }
}

function htmlTags(source: string): readonly Tag[] {
  const tags: Tag[] = [];
  const lower = source.toLowerCase();
  const endless = new Set<string>();
  let at = source.indexOf('<');
  while (at !== -1) {
    const tag = tagAt(source, at) ?? looseTagAt(source, at);
    if (tag !== null) tags.push(tag);
    let end = tag?.end ?? Math.max(unseenEnd(source, at, endless), at + 1);
    if (tag?.opens === true && RAW_ELEMENT.test(tag.name)) {
      const close = lower.indexOf(`</${tag.name}`, end);
      end = close === -1 ? source.length : close;
    }
    at = source.indexOf('<', end);
  }
  return tags;
}

/** What Markdown takes for no tag, but a browser does. */
function looseTagAt(source: string, at: number): Tag | null {
  LOOSE_TAG.lastIndex = at;
  const [whole, slash, name = ''] = LOOSE_TAG.exec(source) ?? [];
  if (whole === undefined) return null;
  const closes = slash === '/';
  return { name: name.toLowerCase(), closes, opens: !closes, attributes: '', end: at + whole.length };
}

const LOOSE_TAG = /<(\/?)([a-z][^\s/>]*)[^>]*(?:>|$)/iy;

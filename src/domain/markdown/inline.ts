/**
 * What stands in a line, a paragraph or a cell of Markdown: the text that people see, its links, and where code, HTML and
 * links lie. CommonMark 0.31, with the `~~`, bare addresses and sizes of images (`{width=100}`) of GitLab.
 *
 * @see https://spec.commonmark.org/0.31.2/#phase-2-inline-structure
 */
import { type Definitions, labelKey } from './definitions.ts';
import { type Delimiter, delimiterOf, takeOutEmphasis } from './emphasis.ts';
import { decodeEntities, type Tag, tagAt, unseenEnd } from './html.ts';
import { type Piece, textOf } from './pieces.ts';
import type { Spans } from './spans.ts';

export interface Inline {
  readonly pieces: readonly Piece[];
  /** Where the source is no plain text: code, HTML, whole links and images. */
  readonly spans: Spans;
}

/** @param source without the line break at its end */
export function readInline(source: string, definitions: Definitions = new Map()): Inline {
  if (source !== '' && !MARKED.test(source))
    return { pieces: [{ kind: 'text', text: source, start: 0, end: source.length }], spans: [] };
  const reader = new InlineReader(source, definitions);
  return { pieces: reader.read(), spans: reader.spans };
}

/** What people see of a source, as one line. */
export function seenText(source: string, definitions?: Definitions): string {
  return textOf(readInline(source, definitions).pieces);
}

interface Node {
  kind: Piece['kind'];
  text: string;
  readonly tag?: Tag;
  href?: string;
  start: number;
  end: number;
}

interface Bracket {
  readonly node: Node;
  readonly image: boolean;
  /** How many delimiters stand before it. */
  readonly before: number;
  /** False for `[` outside of a link: links hold no links. */
  active: boolean;
}

const ESCAPED = /\\([!-/:-@[-`{-~])/g;
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const TICKS = /`+/y;
const LABEL = /\[((?:\\.|[^\\[\]]){0,999})\]/y;
/** Most lines and cells have no mark at all, and are one piece. */
const MARKED = /[\\`*_~[\]!<&\n]|https?:\/\//i;
const PLAIN = /[^\\`*_~[\]!<&\nhH]+/y;
const ENTITY = /&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});/y;
const AUTOLINK = /<([a-z][a-z0-9+.-]{1,31}:[^\s<>]*|[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9.-]+)>/iy;
const ADDRESS = /https?:\/\/[^\s<>[\]`|]+/iy;
const TITLE = /\s+(?:"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|\((?:\\[^]|[^()\\])*\))/y;
const BRACKETED = /<((?:\\.|[^<>\\\n])*)>/y;
const SIZES = /\{(?:\s*(?:width|height)=[^{}\s]{1,20}){1,2}\s*\}/y;
const LONGEST_LABEL = 999;
const DEEPEST_PARENTHESES = 32;

class InlineReader {
  readonly spans: [number, number][] = [];
  private readonly source: string;
  private readonly definitions: Definitions;
  private readonly nodes: Node[] = [];
  private readonly brackets: Bracket[] = [];
  private readonly endless = new Set<string>();
  private readonly delimiters: Delimiter[] = [];
  private ticks: ReadonlyMap<number, Runs> | null = null;
  private at = 0;

  constructor(source: string, definitions: Definitions) {
    this.source = source;
    this.definitions = definitions;
  }

  read(): readonly Piece[] {
    while (this.at < this.source.length) this.readOne();
    takeOutEmphasis(this.delimiters);
    return this.nodes;
  }

  private readOne(): void {
    const { source, at } = this;
    PLAIN.lastIndex = at;
    const plain = PLAIN.exec(source)?.[0];
    if (plain !== undefined) return this.take('text', plain, plain.length);
    switch (source.charAt(at)) {
      case '\\':
        return this.readEscape();
      case '`':
        return this.readCode();
      case '*':
      case '_':
      case '~':
        return this.readDelimiters(source.charAt(at));
      case '[':
        return this.openBracket(false);
      case '!':
        return source.charAt(at + 1) === '[' ? this.openBracket(true) : this.take('text', '!', 1);
      case ']':
        return this.closeBracket();
      case '<':
        return this.readAngle();
      case '&': {
        const entity = matched(ENTITY, source, at);
        return this.take('text', entity === '' ? '&' : decodeEntities(entity), entity.length || 1);
      }
      case '\n':
        return this.take('break', '\n', 1);
      default:
        return this.readAddress();
    }
  }

  private take(kind: Node['kind'], text: string, length: number, more: Partial<Node> = {}): void {
    this.nodes.push({ kind, text, start: this.at, end: this.at + length, ...more });
    this.at += length;
  }

  private readEscape(): void {
    const next = this.source.charAt(this.at + 1);
    if (next === '\n') return this.take('break', '\n', 2);
    return ESCAPABLE.test(next) ? this.take('text', next, 2) : this.take('text', '\\', 1);
  }

  private readCode(): void {
    const ticks = matched(TICKS, this.source, this.at);
    const inside = this.at + ticks.length;
    const close = this.nextRun(ticks.length, inside);
    if (close === undefined) return this.take('text', ticks, ticks.length);
    const code = this.source.slice(inside, close).replaceAll('\n', ' ');
    const padded = /^ .* $/.test(code) && code.trim() !== '';
    const end = close + ticks.length;
    this.spans.push([this.at, end]);
    return this.take('code', padded ? code.slice(1, -1) : code, end - this.at);
  }

  /** Where the next run of exactly so many backticks begins. */
  private nextRun(length: number, from: number): number | undefined {
    this.ticks ??= runsOfTicks(this.source);
    const runs = this.ticks.get(length);
    if (runs === undefined) return undefined;
    while ((runs.starts[runs.next] ?? from) < from) runs.next += 1;
    return runs.starts[runs.next];
  }

  private readAngle(): void {
    const { source, at } = this;
    AUTOLINK.lastIndex = at;
    const [whole, address] = AUTOLINK.exec(source) ?? [];
    if (whole !== undefined && address !== undefined) {
      const href = /^[a-z][a-z0-9+.-]+:/i.test(address) ? address : `mailto:${address}`;
      this.spans.push([at, at + whole.length]);
      this.link(href, at, at + whole.length);
      this.nodes.push({ kind: 'text', text: address, start: at, end: at + whole.length });
      this.at += whole.length;
      return this.take('link-end', '', 0);
    }
    const tag = tagAt(source, at);
    const end = tag?.end ?? unseenEnd(source, at, this.endless);
    if (end === -1) return this.take('text', '<', 1);
    this.spans.push([at, end]);
    return this.take('tag', '', end - at, tag === null ? {} : { tag });
  }

  private readAddress(): void {
    const { source, at } = this;
    const isInWord = at > 0 && /[\p{L}\p{N}]/u.test(source.charAt(at - 1));
    const bare = isInWord ? '' : withoutEnd(matched(ADDRESS, source, at));
    if (!/^https?:\/\/./i.test(bare)) return this.take('text', source.charAt(at), 1);
    const href = bare.replace(ESCAPED, '$1');
    this.link(href, at, at + bare.length);
    this.take('text', href, bare.length);
    return this.take('link-end', '', 0);
  }

  private link(href: string, start: number, end: number): void {
    this.nodes.push({ kind: 'link', text: '', href, start, end });
  }

  private readDelimiters(sign: string): void {
    let end = this.at + 1;
    while (this.source.charAt(end) === sign) end += 1;
    const length = end - this.at;
    const before = characterBefore(this.source, this.at);
    const after = String.fromCodePoint(this.source.codePointAt(end) ?? 0x20);
    this.take('text', sign.repeat(length), length);
    const node = this.nodes.at(-1);
    const delimiter = node === undefined ? null : delimiterOf(node, before, after);
    if (delimiter !== null) this.delimiters.push(delimiter);
  }

  private openBracket(image: boolean): void {
    const text = image ? '![' : '[';
    this.take('text', text, text.length);
    const node = this.nodes.at(-1);
    if (node !== undefined) this.brackets.push({ node, image, before: this.delimiters.length, active: true });
  }

  private closeBracket(): void {
    const opener = this.brackets.pop();
    const start = this.at;
    this.take('text', ']', 1);
    if (opener === undefined || !opener.active) return;
    const target = this.inlineTarget() ?? this.referenceTarget(opener.node.end, start);
    if (target === null) return;
    this.nodes.pop();
    this.at = target.end;
    this.at += matched(SIZES, this.source, this.at).length;
    takeOutEmphasis(this.delimiters.splice(opener.before));
    this.spans.push([opener.node.start, this.at]);
    Object.assign(opener.node, { kind: 'link', text: '', href: target.href });
    this.nodes.push({ kind: 'link-end', text: '', href: target.href, start, end: this.at });
    if (!opener.image) this.endLinks();
  }

  /** What is still open around a link becomes none: links hold no links. */
  private endLinks(): void {
    for (let index = this.brackets.length - 1; index >= 0; index -= 1) {
      const bracket = this.brackets[index];
      if (bracket === undefined || !bracket.active) return;
      if (!bracket.image) bracket.active = false;
    }
  }

  /** `(address "title")` behind the `]` that was just read. */
  private inlineTarget(): { readonly href: string; readonly end: number } | null {
    if (this.source.charAt(this.at) !== '(') return null;
    const begin = behindBlanks(this.source, this.at + 1);
    const address = addressAt(this.source, begin);
    if (address === null) return null;
    const title = address.end > begin ? matched(TITLE, this.source, address.end) : '';
    const end = behindBlanks(this.source, address.end + title.length);
    return this.source.charAt(end) === ')' ? { href: address.href, end: end + 1 } : null;
  }

  /** `[label]`, `[]` or nothing behind the `]`. */
  private referenceTarget(from: number, to: number): { readonly href: string; readonly end: number } | null {
    if (this.definitions.size === 0) return null;
    LABEL.lastIndex = this.at;
    const [whole = '', label = ''] = LABEL.exec(this.source) ?? [];
    if (label === '' && to - from > LONGEST_LABEL) return null;
    const href = this.definitions.get(labelKey(label === '' ? this.source.slice(from, to) : label));
    return href === undefined ? null : { href, end: this.at + whole.length };
  }
}

interface Runs {
  readonly starts: readonly number[];
  /** Index of the first that was not passed yet. */
  next: number;
}

function runsOfTicks(source: string): ReadonlyMap<number, Runs> {
  const runs = new Map<number, { starts: number[]; next: number }>();
  for (const { 0: ticks, index } of source.matchAll(/`+/g)) {
    const known = runs.get(ticks.length);
    if (known === undefined) runs.set(ticks.length, { starts: [index], next: 0 });
    else known.starts.push(index);
  }
  return runs;
}

/** An address without the marks at its end that belong to the sentence or to the emphasis around it, as GFM reads it. */
function withoutEnd(address: string): string {
  let excess = address.split(')').length - address.split('(').length;
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address.charAt(end - 1);
    if (last === ')' && excess > 0) excess -= 1;
    else if (!'\\?!.,:;*_~\'"'.includes(last)) break;
  }
  return address.slice(0, end);
}

/** The address of a link, in angle brackets or up to a blank, with parentheses in pairs; `null` when there is none. */
function addressAt(source: string, begin: number): { readonly href: string; readonly end: number } | null {
  BRACKETED.lastIndex = begin;
  const [whole, inside] = BRACKETED.exec(source) ?? [];
  if (whole !== undefined && inside !== undefined)
    return { href: withoutEscapes(inside), end: begin + whole.length };
  if (source.charAt(begin) === '<') return null;
  let open = 0;
  let end = begin;
  for (; end < source.length; end += 1) {
    const character = source.charAt(end);
    if (character <= ' ' || character === '\u007F') break;
    if (character === '\\' && ESCAPABLE.test(source.charAt(end + 1))) end += 1;
    else if (character === '(') open += 1;
    else if (character === ')' && (open -= 1) < 0) break;
    if (open > DEEPEST_PARENTHESES) return null;
  }
  return open > 0 ? null : { href: withoutEscapes(source.slice(begin, end)), end };
}

function withoutEscapes(text: string): string {
  return decodeEntities(text.replace(ESCAPED, '$1'));
}

function matched(expression: RegExp, source: string, at: number): string {
  expression.lastIndex = at;
  return expression.exec(source)?.[0] ?? '';
}

function behindBlanks(source: string, from: number): number {
  let at = from;
  while (/\s/.test(source.charAt(at))) at += 1;
  return at;
}

function characterBefore(source: string, at: number): string {
  return /[^]$/u.exec(source.slice(Math.max(0, at - 2), at))?.[0] ?? ' ';
}

/**
 * The blocks of a Markdown text: which lines are a paragraph, a table, code, HTML, and in which quotes and list items
 * they stand. CommonMark 0.31 and GFM tables, as GitLab renders them, with its quotes between `>>>` lines.
 *
 * @see https://spec.commonmark.org/0.31.2/#appendix-a-parsing-strategy
 * @see https://docs.gitlab.com/user/markdown/#multiline-blockquote
 */
import { tagAt } from './html.ts';
import { splitCells } from './pipe-row.ts';
import { splitLines } from './split-lines.ts';

export interface Block {
  /**
   * `code` is indented; `preformatted` is HTML from `<pre>`, `<script>`, `<style>` or `<textarea>` to its end; `comment`
   * is HTML that nobody sees.
   */
  readonly kind:
    | 'paragraph'
    | 'heading'
    | 'table'
    | 'rule'
    | 'fence'
    | 'code'
    | 'html'
    | 'preformatted'
    | 'comment';
  /** Index of its first line in the text. */
  readonly first: number;
  /** Its lines, one after the other in the text, without the quote and list marks before them. */
  readonly lines: readonly string[];
  /** Stands in a quote. */
  readonly quoted: boolean;
  /** In how many list items it stands. */
  readonly depth: number;
  /** Comes first in a list item. */
  readonly beginsItem: boolean;
  /** Of a heading, 1 to 6; else 0. */
  readonly level: number;
}

/** @param fencedQuotes whether `>>>` lines quote what stands between them, as in GitLab */
export function readBlocks(text: string, fencedQuotes = true): readonly Block[] {
  const reader = new BlockReader(fencedQuotes);
  for (const { text: line } of splitLines(text)) reader.read(line);
  return reader.blocks;
}

type Container =
  | { readonly kind: 'quote' }
  | { readonly kind: 'fenced-quote'; readonly marks: number }
  | { readonly kind: 'item'; readonly indent: number; empty: boolean };

interface Leaf extends Block {
  kind: Block['kind'];
  level: number;
  readonly lines: string[];
  /** What ends a fence, or HTML that may hold blank lines. */
  readonly until: RegExp | null;
}

/** No list or quote of people is deeper than twenty; deeper marks are text, which keeps hostile lines linear. */
const DEEPEST = 20;

const QUOTE_FENCE = /(>{3,})[ \t]*$/y;
/** The first characters of marks. */
const LIST_MARKS = '-+*0123456789';
const LIST_MARK = /(?:[-+*]|(\d{1,9})[.)])(?= |$)/y;
const RULE = /(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/y;
const HEADING = /(#{1,6})(?:[ \t]|$)/y;
const UNDERLINE = /(?:=+|-+)[ \t]*$/y;
const FENCE = /(?:(`{3,})[^`]*|(~{3,}).*)$/y;
const DELIMITERS = /\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*(?:\|[ \t]*)?$/y;

class BlockReader {
  readonly blocks: Leaf[] = [];
  private readonly fencedQuotes: boolean;
  private readonly open: Container[] = [];
  private leaf: Leaf | null = null;
  private line = -1;
  private text = '';
  /** Where the rest of the line begins, behind the marks that were read. */
  private at = 0;

  constructor(fencedQuotes: boolean) {
    this.fencedQuotes = fencedQuotes;
  }

  read(line: string): void {
    this.line += 1;
    this.text = withoutTabs(line);
    this.at = 0;
    const matched = this.matchContainers();
    if (matched === null) return;
    if (matched === this.open.length && this.continuesRaw()) return;
    const whole = matched === this.open.length;
    const fresh = this.startContainers(matched, whole);
    if (this.isBlank()) this.closeTo(fresh ? this.open.length : matched);
    else this.readLeaf(fresh || whole ? null : matched, fresh);
  }

  /** How many of the open containers go on in this line; `null` when the line ends a quote between `>>>` lines. */
  private matchContainers(): number | null {
    for (const [index, container] of this.open.entries()) {
      const indent = this.indent();
      switch (container.kind) {
        case 'quote':
          if (indent > 3 || this.text.charAt(this.at + indent) !== '>') return index;
          this.skipQuoteMark(indent);
          break;
        case 'fenced-quote':
          if (this.quoteFence(indent) < container.marks || this.leaf?.until != null) break;
          this.closeTo(index);
          return null;
        case 'item':
          if (this.isBlank() ? container.empty : indent < container.indent) return index;
          this.at += Math.min(container.indent, indent);
          break;
      }
    }
    return this.open.length;
  }

  /** Adds the line to an open fence or HTML block, if there is one that goes on. */
  private continuesRaw(): boolean {
    const { leaf } = this;
    if (leaf === null || (leaf.until === null && leaf.kind !== 'html')) return false;
    if (leaf.until === null && this.isBlank()) return false;
    this.add();
    if (leaf.until?.test(this.text.slice(this.at)) === true) this.leaf = null;
    return true;
  }

  /** Opens the quotes and list items that begin in this line; whether any did. */
  private startContainers(matched: number, whole: boolean): boolean {
    let fresh = false;
    while (this.open.length < DEEPEST) {
      const next = this.containerHere(!fresh && whole && this.leaf?.kind === 'paragraph');
      if (next === null) return fresh;
      if (!fresh) this.closeTo(matched);
      fresh = true;
      this.fillItem();
      this.open.push(next);
    }
    return fresh;
  }

  /** The container whose mark stands here; goes behind the mark. */
  private containerHere(interrupts: boolean): Container | null {
    const indent = this.indent();
    if (indent > 3) return null;
    if (this.text.charAt(this.at + indent) !== '>') return this.itemHere(indent, interrupts);
    const marks = this.fencedQuotes ? this.quoteFence(indent) : 0;
    if (marks === 0) this.skipQuoteMark(indent);
    else this.at = this.text.length;
    return marks === 0 ? { kind: 'quote' } : { kind: 'fenced-quote', marks };
  }

  private itemHere(indent: number, interrupts: boolean): Container | null {
    const from = this.at + indent;
    if (!LIST_MARKS.includes(this.text.charAt(from))) return null;
    const [mark, number] = match(LIST_MARK, this.text, from);
    if (mark === undefined || match(RULE, this.text, from).length > 0) return null;
    const behind = from + mark.length;
    const blanks = indentAt(this.text, behind);
    const isBlank = behind + blanks === this.text.length;
    if (interrupts && (isBlank || (number !== undefined && Number(number) !== 1))) return null;
    const padding = isBlank || blanks > 4 ? 1 : blanks;
    this.at = Math.min(behind + padding, this.text.length);
    return { kind: 'item', indent: indent + mark.length + padding, empty: true };
  }

  /**
   * @param left how many containers are still open where this line has left some, else `null`
   * @param fresh whether the line began a container
   */
  private readLeaf(left: number | null, fresh: boolean): void {
    const indent = this.indent();
    const inParagraph = !fresh && this.leaf?.kind === 'paragraph';
    if (indent > 3 && !inParagraph) {
      this.startIn(left, 'code');
      return;
    }
    if (indent < 4 && inParagraph && left === null && this.endsParagraph()) return;
    if (indent < 4 && this.startsBlock(left, inParagraph)) return;
    const goesOn = inParagraph || (this.leaf?.kind === 'table' && left === null && !fresh);
    if (goesOn) this.add();
    else this.startIn(left, 'paragraph');
  }

  /** A line below a paragraph that makes its text a heading, or its last line the head of a table. */
  private endsParagraph(): boolean {
    const { leaf } = this;
    const from = this.at + this.indent();
    const head = leaf?.lines.at(-1);
    if (leaf === null || head === undefined) return false;
    if (this.isDelimiterRow(from, head)) {
      leaf.lines.pop();
      const beginsItem = leaf.beginsItem && leaf.lines.length === 0;
      if (leaf.lines.length === 0) this.blocks.pop();
      this.push({ ...leaf, kind: 'table', first: this.line - 1, lines: [head], beginsItem });
      this.add();
      return true;
    }
    if (match(UNDERLINE, this.text, from).length === 0) return false;
    leaf.kind = 'heading';
    leaf.level = this.text.charAt(from) === '=' ? 1 : 2;
    this.add();
    this.leaf = null;
    return true;
  }

  private isDelimiterRow(from: number, head: string): boolean {
    const line = this.text.slice(from);
    return (
      match(DELIMITERS, this.text, from).length > 0 &&
      /[|:]/.test(line) &&
      splitCells(line).length === splitCells(head).length
    );
  }

  /** Whether a heading, a fence, HTML or a rule begins here; its first character tells which it can be. */
  private startsBlock(left: number | null, inParagraph: boolean): boolean {
    const from = this.at + this.indent();
    switch (this.text.charAt(from)) {
      case '#':
        return this.startsHeading(left, from);
      case '`':
      case '~':
        return this.startsFence(left, from);
      case '<':
        return this.startsHtml(left, from, inParagraph);
      case '*':
      case '-':
      case '_':
        return this.startsRule(left, from);
      default:
        return false;
    }
  }

  private startsHeading(left: number | null, from: number): boolean {
    const [, marks] = match(HEADING, this.text, from);
    if (marks === undefined) return false;
    this.startIn(left, 'heading').level = marks.length;
    this.leaf = null;
    return true;
  }

  private startsFence(left: number | null, from: number): boolean {
    const [, ticks, tildes] = match(FENCE, this.text, from);
    const fence = ticks ?? tildes;
    if (fence === undefined) return false;
    this.startIn(left, 'fence', new RegExp(`^ {0,3}${fence.charAt(0)}{${fence.length},}[ \\t]*$`));
    return true;
  }

  private startsHtml(left: number | null, from: number, inParagraph: boolean): boolean {
    const html = htmlHere(this.text, from, inParagraph);
    if (html === null) return false;
    this.startIn(left, html.kind, html.until);
    if (html.until?.test(this.text.slice(from)) === true) this.leaf = null;
    return true;
  }

  private startsRule(left: number | null, from: number): boolean {
    if (match(RULE, this.text, from).length === 0) return false;
    this.startIn(left, 'rule');
    this.leaf = null;
    return true;
  }

  private startIn(left: number | null, kind: Block['kind'], until: RegExp | null = null): Leaf {
    if (left !== null) this.closeTo(left);
    const parent = this.open.at(-1);
    const beginsItem = parent?.kind === 'item' && parent.empty;
    this.fillItem();
    return this.push({
      kind,
      first: this.line,
      lines: [this.text.slice(this.at)],
      quoted: this.open.some((container) => container.kind !== 'item'),
      depth: this.open.filter((container) => container.kind === 'item').length,
      beginsItem,
      level: 0,
      until,
    });
  }

  private push(leaf: Leaf): Leaf {
    this.blocks.push(leaf);
    this.leaf = leaf;
    return leaf;
  }

  private add(): void {
    this.leaf?.lines.push(this.text.slice(this.at));
  }

  private fillItem(): void {
    const parent = this.open.at(-1);
    if (parent?.kind === 'item') parent.empty = false;
  }

  /** Also ends the paragraph, table or code that was open. */
  private closeTo(left: number): void {
    this.open.length = left;
    this.leaf = null;
  }

  private skipQuoteMark(indent: number): void {
    this.at += indent + 1;
    if (this.text.charAt(this.at) === ' ') this.at += 1;
  }

  /** How many marks the `>>>` line has that stands here; 0 when none does. */
  private quoteFence(indent: number): number {
    return indent > 3 ? 0 : (match(QUOTE_FENCE, this.text, this.at + indent)[1]?.length ?? 0);
  }

  private indent(): number {
    return indentAt(this.text, this.at);
  }

  private isBlank(): boolean {
    return this.at + this.indent() === this.text.length;
  }
}

const PREFORMATTED = /<(?:pre|script|style|textarea)(?=[\s>]|$)/iy;
const HTML_BLOCK =
  /<\/?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?=[\s>]|\/>|$)/iy;
const UNSEEN: readonly (readonly [RegExp, RegExp])[] = [
  [/<!--/y, /-->/],
  [/<\?/y, /\?>/],
  [/<!\[CDATA\[/y, /\]\]>/],
  [/<![A-Za-z]/y, />/],
];

/** The HTML block that begins here (CommonMark 4.6): its kind, and what ends it where blank lines do not. */
function htmlHere(
  text: string,
  at: number,
  inParagraph: boolean,
): { readonly kind: 'html' | 'preformatted' | 'comment'; readonly until: RegExp | null } | null {
  if (text.charAt(at) !== '<') return null;
  if (match(PREFORMATTED, text, at).length > 0)
    return { kind: 'preformatted', until: /<\/(?:pre|script|style|textarea)>/i };
  const [, until] = UNSEEN.find(([begin]) => match(begin, text, at).length > 0) ?? [];
  if (until !== undefined) return { kind: 'comment', until };
  if (match(HTML_BLOCK, text, at).length > 0) return { kind: 'html', until: null };
  const tag = inParagraph ? null : tagAt(text, at);
  return tag !== null && text.slice(tag.end).trim() === '' ? { kind: 'html', until: null } : null;
}

/** Whether a text whose first line belongs to no paragraph begins with an HTML block. */
export function beginsHtml(text: string): boolean {
  const [line = ''] = text.split('\n', 1);
  return htmlHere(line, indentAt(line, 0), false) !== null;
}

/** The groups of a sticky expression at an offset; empty when it does not match there. */
function match(expression: RegExp, text: string, at: number): readonly (string | undefined)[] {
  expression.lastIndex = at;
  return expression.exec(text) ?? [];
}

function indentAt(text: string, from: number): number {
  let at = from;
  while (text.charAt(at) === ' ' || text.charAt(at) === '\t') at += 1;
  return at - from;
}

/** The line with blanks for the tabs among its marks: tab stops are four columns apart. */
function withoutTabs(line: string): string {
  if (!line.includes('\t')) return line;
  const marks = /^[\s>*+\-\d.)]*/.exec(line)?.[0] ?? '';
  let expanded = '';
  for (const character of marks)
    expanded += character === '\t' ? ' '.repeat(4 - (expanded.length % 4)) : character;
  return expanded + line.slice(marks.length);
}

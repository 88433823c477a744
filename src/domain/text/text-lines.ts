/** One line of Markdown with its place in the text, so that a part can be replaced and every other byte kept. */
export interface TextLine {
  /** The line without its line break. */
  readonly text: string;
  /** Offset of the first character in the whole text. */
  readonly start: number;
  /** Offset behind the line break, which is the start of the next line. */
  readonly end: number;
  /** Whether the line is part of a code fence, its opening and closing lines included. */
  readonly fenced: boolean;
  /** The line without HTML comments; empty inside one that runs over several lines. */
  readonly visible: string;
}

/** An open code fence or comment: what ends it, and the quote and list item it stands in. */
interface OpenBlock {
  /** The run of backticks or tildes; `-->` for a comment. */
  readonly run: string;
  readonly quoted: boolean;
  /** Columns that the lines of a list item are indented by; 0 outside lists. */
  readonly indent: number;
}

const OPENING = /^((?: {0,3}>)*)((?:[ \t]*(?:[-*+]|\d{1,9}[.)])(?=[ \t]))*)[ \t]*(`{3,}|~{3,}|<!--)(.*)$/;

/**
 * Splits Markdown into lines (LF, CRLF or CR) and says which belong to a code fence: from a line that opens with
 * three or more backticks or tildes, also inside quotes and list items, to a line with at least as many of the
 * same and nothing else, to the end of the quote or list item, or to the end (CommonMark 4.5). Comments that begin
 * a line hide what follows in the same way (4.6). Indented code is not recognised.
 *
 * @see https://spec.commonmark.org/0.31.2/#fenced-code-blocks
 */
export function textLines(text: string): readonly TextLine[] {
  const known = KEPT.get(text);
  if (known !== undefined) return known;
  const lines = readLines(text);
  if (text.length > LONGEST_KEPT) return lines;
  const [oldest] = KEPT.keys();
  if (KEPT.size >= MOST_KEPT && oldest !== undefined) KEPT.delete(oldest);
  KEPT.set(text, lines);
  return lines;
}

/** A decision asks half a dozen times for the lines of the same dozen descriptions. */
const KEPT = new Map<string, readonly TextLine[]>();
const MOST_KEPT = 32;
const LONGEST_KEPT = 50_000;

function readLines(text: string): readonly TextLine[] {
  const lines: TextLine[] = [];
  let open: OpenBlock | null = null;
  for (const { line, start, end } of splitLines(text)) {
    if (open !== null && leavesContainer(line, open)) open = null;
    const opened: OpenBlock | null = open === null ? openingBlock(line) : null;
    const block: OpenBlock | null = open ?? opened;
    const fenced = block !== null && block.run !== '-->';
    lines.push({
      text: line,
      start,
      end,
      fenced,
      visible: block === null || fenced ? withoutComments(line) : '',
    });
    open = block !== null && closes(line, block, opened !== null) ? null : block;
  }
  return lines;
}

function splitLines(text: string): { line: string; start: number; end: number }[] {
  const lines: { line: string; start: number; end: number }[] = [];
  let start = 0;
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    const end = match.index + match[0].length;
    lines.push({ line: text.slice(start, match.index), start, end });
    start = end;
  }
  if (start < text.length) lines.push({ line: text.slice(start), start, end: text.length });
  return lines;
}

/**
 * Backtick fences have no backtick in their info string; otherwise the line is inline code.
 * A comment that ends on its own line opens nothing.
 */
function openingBlock(line: string): OpenBlock | null {
  const [, quote = '', list = '', run = '', rest = ''] = OPENING.exec(line) ?? [];
  if (run === '' || (run.startsWith('`') && rest.includes('`')) || (run === '<!--' && rest.includes('-->')))
    return null;
  return { run: run === '<!--' ? '-->' : run, quoted: quote !== '', indent: list.length };
}

function leavesContainer(line: string, block: OpenBlock): boolean {
  if (block.quoted && !/^ {0,3}>/.test(line)) return true;
  if (block.indent === 0) return false;
  const content = line.replace(/^(?: {0,3}>)*/, '');
  return content.trim() !== '' && content.length - content.trimStart().length < Math.min(block.indent, 2);
}

function closes(line: string, block: OpenBlock, opening: boolean): boolean {
  if (opening) return false;
  if (block.run === '-->') return line.includes('-->');
  const bare = line.replace(/^[ \t>]*/, '').trimEnd();
  return bare.length >= block.run.length && bare === block.run.charAt(0).repeat(bare.length);
}

function withoutComments(line: string): string {
  let visible = '';
  let from = 0;
  for (;;) {
    const start = line.indexOf('<!--', from);
    const stop = start === -1 ? -1 : line.indexOf('-->', start);
    if (stop === -1) return visible + line.slice(from);
    visible += line.slice(from, start);
    from = stop + '-->'.length;
  }
}

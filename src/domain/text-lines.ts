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
}

/** An open code fence: its run of backticks or tildes, and the quote and list item it stands in. */
interface Fence {
  readonly run: string;
  readonly quoted: boolean;
  /** Columns that the lines of a list item are indented by; 0 outside lists. */
  readonly indent: number;
}

const OPENING_FENCE = /^((?: {0,3}>)*)([ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]{1,4})*)[ \t]*(`{3,}|~{3,})(.*)$/;

/**
 * Splits Markdown into lines (LF, CRLF or CR) and says which belong to a code fence: from a line that opens with
 * three or more backticks or tildes, also inside quotes and list items, to a line with at least as many of the
 * same and nothing else, to the end of the quote or list item, or to the end (CommonMark 4.5).
 * Indented code is not recognised.
 *
 * @see https://spec.commonmark.org/0.31.2/#fenced-code-blocks
 */
export function textLines(text: string): TextLine[] {
  const lines: TextLine[] = [];
  let fence: Fence | null = null;
  for (const { line, start, end } of splitLines(text)) {
    if (fence !== null && leavesContainer(line, fence)) fence = null;
    const opened: Fence | null = fence === null ? openingFence(line) : null;
    lines.push({ text: line, start, end, fenced: fence !== null || opened !== null });
    if (opened !== null) fence = opened;
    else if (fence !== null && closesFence(line, fence)) fence = null;
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

/** Backtick fences have no backtick in their info string; otherwise the line is inline code. */
function openingFence(line: string): Fence | null {
  const [, quote = '', list = '', run = '', info = ''] = OPENING_FENCE.exec(line) ?? [];
  if (run === '' || (run.startsWith('`') && info.includes('`'))) return null;
  return { run, quoted: quote !== '', indent: /[-*+\d]/.test(list) ? list.length : 0 };
}

function leavesContainer(line: string, fence: Fence): boolean {
  if (fence.quoted && !/^ {0,3}>/.test(line)) return true;
  if (fence.indent === 0) return false;
  const content = line.replace(/^(?: {0,3}>)*/, '');
  return content.trim() !== '' && content.length - content.trimStart().length < Math.min(fence.indent, 2);
}

function closesFence(line: string, fence: Fence): boolean {
  const bare = line.replace(/^[ \t>]*/, '').trimEnd();
  return bare.length >= fence.run.length && bare === fence.run.charAt(0).repeat(bare.length);
}

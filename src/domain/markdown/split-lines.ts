/** One line of a text with its place, so that a part can be replaced and every other byte kept. */
export interface Line {
  /** The line without its line break. */
  readonly text: string;
  /** Offset of the first character in the whole text. */
  readonly start: number;
  /** Offset behind the line break, which is the start of the next line. */
  readonly end: number;
}

/** Splits a text into lines: LF, CRLF or CR. */
export function splitLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    const end = match.index + match[0].length;
    lines.push({ text: text.slice(start, match.index), start, end });
    start = end;
  }
  if (start < text.length) lines.push({ text: text.slice(start), start, end: text.length });
  return lines;
}

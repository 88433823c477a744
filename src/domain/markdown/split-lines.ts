/** One line of a text with its place, so that a part can be replaced and every other byte kept. */
export interface Line {
  /** The line without its line break. */
  readonly text: string;
  /** Offset of the first character in the whole text. */
  readonly start: number;
  /** Offset behind the line break, which is the start of the next line. */
  readonly end: number;
}

/** The line that begins at an offset. */
export function lineAt(text: string, start: number): Line {
  LINE_BREAK.lastIndex = start;
  const stop = LINE_BREAK.exec(text);
  return stop === null
    ? { text: text.slice(start), start, end: text.length }
    : { text: text.slice(start, stop.index), start, end: stop.index + stop[0].length };
}

const LINE_BREAK = /\r\n|\n|\r/g;

/** Splits a text into lines: LF, CRLF or CR. */
export function splitLines(text: string): readonly Line[] {
  return [...linesFrom(text, 0)];
}

/** Gives the lines from an offset on, one after the other, to whoever will not need them all. */
export function* linesFrom(text: string, start: number): Generator<Line> {
  for (let from = start; from < text.length; ) {
    const line = lineAt(text, from);
    yield line;
    from = line.end;
  }
}

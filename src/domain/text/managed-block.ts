import { type Line, linesFrom } from '#domain/markdown/split-lines.ts';
import { encodeMarker, findMarker, type Marker, parseMarkerLine } from './marker.ts';

/** The line that ends the managed block. Text after it belongs to people. */
export const BLOCK_END = '<!-- procession:end -->';

const BLOCK_END_LINE = /^[ \t]*<!--[ \t]*procession:end[ \t]*-->[ \t]*$/;

/** A description split at its managed block. `before` + block + `after` is the whole description, byte by byte. */
export interface ManagedBlock {
  readonly marker: Marker;
  /** What stands between the marker line and the end line, without the line break before the end line. */
  readonly content: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Finds our block: from the first marker line outside code fences to the next end line.
 * `null` when there is no marker, or when somebody removed the end line.
 */
export function readManagedBlock(description: string): ManagedBlock | null {
  const found = findBlock(description);
  if (found === null || found.end === null) return null;
  return {
    marker: found.marker,
    content: description.slice(found.opening.end, found.end.start).replace(/\r?\n$|\r$/, ''),
    before: description.slice(0, found.opening.start),
    after: description.slice(found.end.start + found.end.text.length),
  };
}

/**
 * Puts `content` into the managed block and keeps every byte outside it. Writing the same twice changes nothing.
 *
 * - no marker: the block goes on top, followed by a blank line;
 * - marker without end line: the marker line becomes a complete block, the rest is people's text;
 * - more than one marker: only the first block is ours.
 *
 * Line breaks inside the block follow those of the block that was there, so that a description with CRLF stays uniform.
 */
export function writeManagedBlock(description: string, marker: Marker, content: string): string {
  const found = findBlock(description);
  if (found === null) {
    const block = blockText(marker, content, usesCrlf(description) ? '\r\n' : '\n');
    const lineBreak = usesCrlf(description) ? '\r\n' : '\n';
    return description === '' ? `${block}${lineBreak}` : `${block}${lineBreak}${lineBreak}${description}`;
  }
  const { opening, end } = found;
  const lineBreak =
    description.slice(opening.start + opening.text.length, opening.end) === '\r\n' ? '\r\n' : '\n';
  const last = end ?? opening;
  return (
    description.slice(0, opening.start) +
    blockText(marker, content, lineBreak) +
    description.slice(last.start + last.text.length)
  );
}

/** Whether two blocks (or whole descriptions) say the same: line breaks and blanks at line ends do not count, GitLab may change them. */
export function sameBlock(a: string, b: string): boolean {
  return comparable(a) === comparable(b);
}

interface FoundBlock {
  readonly marker: Marker;
  readonly opening: Line;
  readonly end: Line | null;
}

/**
 * The end line is looked for without regard to fences: our content never holds one, while a fence left open
 * inside the block by a hand edit must not swallow people's text. What is behind the block is not read.
 */
function findBlock(description: string): FoundBlock | null {
  const found = findMarker(description);
  if (found === null) return null;
  const { marker, line: opening } = found;
  for (const line of linesFrom(description, opening.end)) {
    if (BLOCK_END_LINE.test(line.text)) return { marker, opening, end: line };
    if (parseMarkerLine(line.text) !== null) break;
  }
  return { marker, opening, end: null };
}

function blockText(marker: Marker, content: string, lineBreak: string): string {
  const lines = content.replace(/\r\n?/g, '\n').replace(/^\n+|\n+$/g, '');
  const body = lines === '' ? [] : lines.split('\n');
  if (body.some((line) => BLOCK_END_LINE.test(line) || parseMarkerLine(line) !== null))
    throw new TypeError('the content of a managed block must not hold a marker line');
  return [encodeMarker(marker), ...body, BLOCK_END].join(lineBreak);
}

function usesCrlf(text: string): boolean {
  const first = text.indexOf('\n');
  return first > 0 && text[first - 1] === '\r';
}

function comparable(text: string): string {
  const lines = text.split(/\r\n|\n|\r/).map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line !== '');
  return lines
    .slice(first === -1 ? lines.length : first, lines.findLastIndex((line) => line !== '') + 1)
    .join('\n');
}

/**
 * Sections of a text that follow the facts: between two lines of ours in what is otherwise people's text.
 *
 * The first line carries a checksum of the words that Procession wrote: while they are as they were written, the section is
 * rewritten when the facts change; as soon as somebody has written in it, the section is theirs, until they empty it.
 */
import { checksum } from '#domain/base/record-line.ts';
import { type TextLine, textLines } from '#domain/markdown/text-lines.ts';

/** Text of a section as it should stand. */
export interface KeptText {
  /** Unique in its template. @example `mail` */
  readonly name: string;
  readonly content: string;
}

const BEGIN = /^[ \t]*<!--[ \t]*procession:kept[ \t]+([a-z][a-z0-9-]*)[ \t]+([0-9a-f]{16})[ \t]*-->[ \t]*$/;
const END = /^[ \t]*<!--[ \t]*procession:kept-end[ \t]*-->[ \t]*$/;
const END_LINE = '<!-- procession:kept-end -->';
/** The beginning of every first line, for a look that costs nothing. */
const SIGN = 'procession:kept ';

/** A section as a new text holds it, without a line break at its end. */
export function keptSection({ name, content }: KeptText): string {
  const text = content.replace(/^\n+|\n+$/g, '');
  return [
    `<!-- procession:kept ${name} ${checksum(wordsOf(text))} -->`,
    ...(text === '' ? [] : [text]),
    END_LINE,
  ].join('\n');
}

/** Tells whether a text has a section, without reading it. */
export function mayHaveKept(text: string): boolean {
  return text.includes(SIGN);
}

/** Names the sections of a text, and tells which of them somebody has written in. */
export function keptSectionsIn(
  text: string,
): readonly { readonly name: string; readonly isTheirs: boolean }[] {
  return findSections(text).map(({ name, isTheirs }) => ({ name, isTheirs }));
}

/** Finds the sections that say something else than they should, and that nobody has written in. */
export function keptChanges(text: string, wanted: readonly KeptText[]): readonly KeptText[] {
  const found = findSections(text);
  return wanted.filter((kept) =>
    found.some(
      (section) => section.name === kept.name && !section.isTheirs && section.content !== contentOf(kept),
    ),
  );
}

/** Finds the sections that somebody has written in and that no longer say what the facts do. */
export function keptByHand(text: string, wanted: readonly KeptText[]): readonly string[] {
  const found = findSections(text);
  return wanted
    .filter((kept) =>
      found.some(
        (section) =>
          section.name === kept.name &&
          section.isTheirs &&
          wordsOf(section.content) !== wordsOf(contentOf(kept)),
      ),
    )
    .map(({ name }) => name);
}

/**
 * Rewrites sections and keeps every byte outside. A section that is not there, or that somebody has written in, stays as it
 * is.
 */
export function writeKept(text: string, wanted: readonly KeptText[]): string {
  return findSections(text).reduceRight((written, { name, isTheirs, content, first, last }) => {
    const kept = wanted.find((candidate) => candidate.name === name);
    if (kept === undefined || isTheirs || content === contentOf(kept)) return written;
    const lineBreak = text.startsWith('\r\n', first.start + first.text.length) ? '\r\n' : '\n';
    const section = keptSection(kept).replaceAll('\n', lineBreak);
    return written.slice(0, first.start) + section + written.slice(last.start + last.text.length);
  }, text);
}

interface FoundSection {
  readonly name: string;
  /** Lines between, with Unix line breaks. */
  readonly content: string;
  readonly isTheirs: boolean;
  readonly first: TextLine;
  readonly last: TextLine;
}

/** Of two with one name only the first is ours: the other was copied. */
function findSections(text: string): readonly FoundSection[] {
  if (!mayHaveKept(text)) return [];
  const lines = textLines(text);
  const sections = new Map<string, FoundSection>();
  for (const [index, first] of lines.entries()) {
    const [, name, sum] = (first.fenced ? null : BEGIN.exec(first.text)) ?? [];
    if (name === undefined || sections.has(name)) continue;
    // Whatever fence a hand edit has left open: our own text holds no such line.
    const inside = lines.slice(index + 1);
    const end = inside.findIndex((line) => END.test(line.text) || BEGIN.test(line.text));
    const last = inside[end];
    if (last === undefined || !END.test(last.text)) continue;
    const content = inside
      .slice(0, end)
      .map((line) => line.text)
      .join('\n');
    const words = wordsOf(content);
    // Emptied is how people ask for it to be written anew.
    const isTheirs = words !== '' && checksum(words) !== sum;
    sections.set(name, { name, content, isTheirs, first, last });
  }
  return [...sections.values()];
}

function contentOf({ content }: KeptText): string {
  return content.replace(/^\n+|\n+$/g, '');
}

/** Words without what an editor changes of its own accord: blanks, padding and rules of tables, escapes, signs of emphasis. */
function wordsOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^[\s|:-]*$/.test(line))
    .join('\n')
    .replace(/[\s|\\*_]+/g, '');
}

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
/** In every first line, for a look that costs nothing. */
const SIGN = /procession:kept[ \t]/;

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
  return SIGN.test(text);
}

/** Names the sections of a text, and tells which of them somebody has written in. */
export function keptSectionsIn(
  text: string,
): readonly { readonly name: string; readonly isTheirs: boolean }[] {
  return [...findSections(text)].map(([name, section]) => ({ name, isTheirs: isTheirs(section) }));
}

/** What of a text's sections differs from what the facts say. */
export interface KeptDifference {
  /** Sections that nobody has written in, as they should stand. */
  readonly changes: readonly KeptText[];
  /** Names of those that somebody has written in. */
  readonly byHand: readonly string[];
}

/** Finds the sections that say something else than they should, and tells which of them somebody has written in. */
export function keptDifference(text: string, wanted: readonly KeptText[]): KeptDifference {
  if (standsWhole(text, wanted)) return { changes: [], byHand: [] };
  const found = findSections(text);
  const other = wanted.flatMap((kept) => {
    const section = found.get(kept.name);
    return section === undefined || section.content === contentOf(kept) ? [] : [{ kept, section }];
  });
  return {
    changes: other.flatMap(({ kept, section }) => (isTheirs(section) ? [] : [kept])),
    byHand: other.flatMap(({ kept, section }) =>
      isTheirs(section) && wordsOf(section.content) !== wordsOf(contentOf(kept)) ? [kept.name] : [],
    ),
  };
}

/**
 * Whether every section stands as Procession writes it, and there is no other: seen without reading the text as Markdown,
 * which costs ten times as much, and so it is with nearly every text of nearly every run.
 */
function standsWhole(text: string, wanted: readonly KeptText[]): boolean {
  const signs = text.split(SIGN).length - 1;
  return signs === wanted.length && wanted.every((kept) => text.includes(sectionOf(kept)));
}

function sectionOf(kept: KeptText): string {
  const section = SECTIONS.get(kept) ?? keptSection(kept);
  SECTIONS.set(kept, section);
  return section;
}

/** Of texts that are remembered, the checksum is not made again. */
const SECTIONS = new WeakMap<KeptText, string>();

/**
 * Rewrites sections and keeps every byte outside. A section that is not there, or that somebody has written in, stays as it
 * is.
 */
export function writeKept(text: string, wanted: readonly KeptText[]): string {
  return [...findSections(text)].reduceRight((written, [name, section]) => {
    const { content, first, last } = section;
    const kept = wanted.find((candidate) => candidate.name === name);
    if (kept === undefined || content === contentOf(kept) || isTheirs(section)) return written;
    const lineBreak = text.startsWith('\r\n', first.start + first.text.length) ? '\r\n' : '\n';
    const rewritten = keptSection(kept).replaceAll('\n', lineBreak);
    return written.slice(0, first.start) + rewritten + written.slice(last.start + last.text.length);
  }, text);
}

interface FoundSection {
  /** Lines between, with Unix line breaks. */
  readonly content: string;
  /** Checksum of the words that Procession wrote. */
  readonly sum: string;
  readonly first: TextLine;
  readonly last: TextLine;
}

/** By name, from above. Of two with one name only the first is ours: the other was copied. */
function findSections(text: string): ReadonlyMap<string, FoundSection> {
  const sections = new Map<string, FoundSection>();
  if (!mayHaveKept(text)) return sections;
  const lines = textLines(text);
  for (const [index, first] of lines.entries()) {
    const [, name, sum] = (first.fenced ? null : matchIn(first, BEGIN)) ?? [];
    if (name === undefined || sum === undefined || sections.has(name)) continue;
    // Whatever fence a hand edit has left open: our own text holds no such line.
    const end = lines.findIndex(
      (line, at) => at > index && (matchIn(line, END) ?? matchIn(line, BEGIN)) !== null,
    );
    const last = lines[end];
    if (last === undefined || matchIn(last, END) === null) continue;
    const content = lines
      .slice(index + 1, end)
      .map((line) => line.text)
      .join('\n');
    sections.set(name, { content, sum, first, last });
  }
  return sections;
}

/** Nearly every line is none of ours, and is not read for it. */
function matchIn({ text }: TextLine, line: RegExp): RegExpExecArray | null {
  return text.includes('procession:kept') ? line.exec(text) : null;
}

/** Whether somebody has written in a section. Emptied is how people ask for it to be written anew. */
function isTheirs({ content, sum }: FoundSection): boolean {
  const words = wordsOf(content);
  return words !== '' && checksum(words) !== sum;
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

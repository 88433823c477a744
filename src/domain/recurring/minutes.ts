/** The minutes of an occurrence: a reply of a person in its thread, known by the word it begins a line with. */
import { HEALTH_STATES, type HealthState } from '#domain/base/labels.ts';
import { readBlocks } from '#domain/markdown/blocks.ts';
import { seenText } from '#domain/markdown/inline.ts';
import { isPlaceholder } from '#domain/text/placeholder.ts';
import { readTableRows } from '#domain/text/rows.ts';
import type { Recurs } from './recurs.ts';

const MINUTES = ['Attended', 'Done'];
const NONE = ['No call', 'No update', 'No meeting'];

/** What a comment says: minutes, that there was no call, or neither. */
export type Said = 'minutes' | 'none' | null;

/** Reads whether a text is the minutes of an occurrence. @example `**Attended:** Ada, Eli` */
export function readMinutes(body: string, recurs: Pick<Recurs, 'words' | 'name'>): Said {
  const lines = linesOf(body);
  const says = (words: readonly string[]): boolean =>
    lines.some((line, index) => words.some((word) => valueOf(word, line, lines[index + 1]) !== null));
  if (says([...NONE, `No ${recurs.name}`, ...(recurs.words.none ?? [])])) return 'none';
  return says([...MINUTES, ...(recurs.words.minutes ?? [])]) ? 'minutes' : null;
}

/** The health that the minutes of an update give as a whole: the row `Overall` of a table. */
export function readHealthWord(body: string): HealthState | null {
  for (const [first, second] of readTableRows(body)) {
    if (!/^overall$/i.test(first?.text ?? '')) continue;
    const word = (second?.text ?? '').toLowerCase();
    const state = HEALTH_STATES.find((known) => known === word);
    if (state !== undefined) return state;
  }
  return null;
}

/** Lines as people see them; a row of a table as `first: second`. Not what is quoted, or code. */
function linesOf(body: string): readonly string[] {
  const prose = readBlocks(body)
    .filter(({ kind, quoted }) => (kind === 'paragraph' || kind === 'heading') && !quoted)
    .flatMap(({ lines }) => lines.filter((line) => !/^\s*`/.test(line)).map((line) => seenText(line)))
    .filter((line) => line !== '' && !line.includes('|'));
  const rows = readTableRows(body).map(([first, second]) => `${first?.text ?? ''}: ${second?.text ?? ''}`);
  return [...prose, ...rows];
}

/** What stands behind the word, on its line or, as a list, below it; `null`: the line begins with another word, or nothing is filled in. */
function valueOf(word: string, line: string, next = ''): string | null {
  const start = line.slice(0, word.length);
  const rest = line.slice(word.length).trimStart();
  if (start.toLowerCase() !== word.toLowerCase() || !rest.startsWith(':')) return null;
  const value = rest.slice(1).trim();
  const said = value === '' && !/^[\p{L}][\p{L} ,-]{0,40}:/u.test(next) ? next : value;
  return said === '' || isPlaceholder(said) ? null : said;
}

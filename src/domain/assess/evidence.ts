import { isCalendarDate } from '#domain/base/calendar.ts';
import type { EvidenceField } from '#domain/process/process.ts';
import { humanLines } from '#domain/text/checklist.ts';

/** What stands in the evidence table for one field. */
export interface EvidenceReading {
  readonly field: string;
  /** What people wrote, without Markdown; a choice in the spelling of the process. `null`: nothing yet. */
  readonly value: string | null;
  /** `null` when the value will do. Only required fields are `missing`. */
  readonly problem:
    | 'missing'
    | 'not-a-date'
    | 'not-a-url'
    | 'not-a-choice'
    | 'not-a-number'
    | 'negative'
    | 'not-an-amount'
    | 'to-come'
    | null;
}

/**
 * Reads the rows whose first cell is the name of a field (case, blanks, bold and code marks do not count), outside code
 * fences, comments and the managed block; of several rows the first that is filled in. Placeholders (`–`, `-`, `…`, `TODO`, `TBD`,
 * a cell in italics) count as empty; `n/a` is an answer only where the field is not required.
 */
export function readEvidence(description: string, fields: readonly EvidenceField[]): EvidenceReading[] {
  const rows = humanLines(description).flatMap(tableRow);
  return fields.map((field) => {
    const cells = rows.filter(({ name }) => name === comparable(field.field)).map(({ value }) => value);
    const value = cells.find((cell) => isFilledIn(cell, field));
    return value === undefined
      ? { field: field.field, value: null, problem: field.required ? 'missing' : null }
      : { field: field.field, ...judged(value, field) };
  });
}

/** A number with its currency before or behind it: `EUR 1,200.00`, `1.200,00 €`. A bare number says nothing about money. */
const AMOUNT = /^(?:(?:[A-Z]{3}|\p{Sc})\s?[+-]?\d[\d., '’]*|[+-]?\d[\d., '’]*(?:[A-Z]{3}|\p{Sc}))$/u;
const LONGEST_CELL = 2_000;

/** Whether a line of `humanLines` can hold evidence. */
function isTableRow(line: string): boolean {
  return line.includes('|');
}

function tableRow(line: string): { readonly name: string; readonly value: string }[] {
  const row = line.replace(/^(?:\s{0,3}>)*\s*/, '');
  if (!isTableRow(row)) return [];
  const [name = '', value = ''] = cellsOf(row);
  return [
    { name: comparable(plain(name.slice(0, LONGEST_CELL))), value: value.trim().slice(0, LONGEST_CELL) },
  ];
}

/** Cells of a table row; `\|` is part of a cell (GFM 4.10). */
function cellsOf(row: string): string[] {
  const cells = [''];
  for (let at = 0; at < row.length; at += 1) {
    const character = row.charAt(at);
    if (character === '|') cells.push('');
    else if (character === '\\' && at + 1 < row.length)
      cells[cells.length - 1] += character + row.charAt((at += 1));
    else cells[cells.length - 1] += character;
  }
  return row.startsWith('|') ? cells.slice(1) : cells;
}

const PLACEHOLDER = /^(?:[-–—_?.…]+|todo|tbd|tba)$/i;
const NOT_APPLICABLE = /^n\s*\/\s*a$/i;

const ITALICS = /^(?:_(?:\\.|[^_\\]|(?<=\w)_(?=\w))+_|\*(?:\\.|[^*\\])+\*)$/;

/** A cell that holds nothing but italics is the hint, as the table was made. */
function isFilledIn(cell: string, field: EvidenceField): boolean {
  const bare = cell.trim();
  if (ITALICS.test(bare)) return false;
  const value = plain(bare);
  return value !== '' && !PLACEHOLDER.test(value) && !(field.required && NOT_APPLICABLE.test(value));
}

function judged(cell: string, field: EvidenceField): Pick<EvidenceReading, 'value' | 'problem'> {
  const value = plain(cell);
  if (NOT_APPLICABLE.test(value)) return { value, problem: null };
  switch (field.kind) {
    case 'text':
    case 'person':
      return { value, problem: null };
    case 'date':
      return { value, problem: isCalendarDate(value) ? null : 'not-a-date' };
    case 'number':
      return { value, problem: numberProblem(value) };
    case 'amount':
      return { value, problem: AMOUNT.test(value) ? null : 'not-an-amount' };
    case 'url': {
      const address = addressIn(cell);
      return address === null ? { value, problem: 'not-a-url' } : { value: address, problem: null };
    }
    case 'choice': {
      const choice = field.choices?.find((known) => comparable(known) === comparable(value));
      return choice === undefined ? { value, problem: 'not-a-choice' } : { value: choice, problem: null };
    }
  }
}

/** What is counted and measured here (hours, questions, actions) is never less than nothing. */
function numberProblem(value: string): EvidenceReading['problem'] {
  if (!/^[+\-−–]?\d[\d., '’]*(?:\s?[\p{L}%€$£]{1,12})?$/u.test(value)) return 'not-a-number';
  return /^[-−–]/.test(value) && /[1-9]/.test(value) ? 'negative' : null;
}

/**
 * Evidence in which a date is wrong that says that something has happened, and lies after today.
 *
 * @param today in the calendar's time zone
 */
export function withoutDaysToCome(
  evidence: readonly EvidenceReading[],
  fields: readonly EvidenceField[],
  today: string,
): readonly EvidenceReading[] {
  const happened = new Set(
    fields.filter(({ kind, planned }) => kind === 'date' && planned !== true).map(({ field }) => field),
  );
  return evidence.map((reading) => {
    const { field, value, problem } = reading;
    const isToCome = happened.has(field) && problem === null && value !== null && isCalendarDate(value);
    return isToCome && value > today ? { ...reading, problem: 'to-come' } : reading;
  });
}

/** The address of a link, an autolink or a bare address; also a file that was dropped into the cell (`/uploads/…`). */
function addressIn(cell: string): string | null {
  const link = /\]\(<?((?:https?:\/\/|\/uploads\/)[^\s()<>]+)>?\)/i.exec(cell);
  const bare = /^<?(https?:\/\/[^\s/?#<>]+[^\s<>]*)>?$/i.exec(unmarked(cell));
  return link?.[1] ?? bare?.[1] ?? null;
}

/** A cell as plain text: a link becomes its words, bold and code marks and backslashes go. */
function plain(cell: string): string {
  return unmarked(cell.replace(/!?\[([^\]]*)\]\([^()]*\)/g, '$1')).replace(/^<([^<>\s]+)>$/, '$1');
}

function unmarked(cell: string): string {
  return cell
    .replace(/\u2060/g, '')
    .trim()
    .replace(/^(\*\*|__)((?:(?!\1).)+)\1$/, '$2')
    .replace(/^`([^`]+)`$/, '$1')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .trim();
}

function comparable(text: string): string {
  return text.replace(/\s+/g, ' ').trim().toLowerCase();
}

import { isCalendarDate } from '#domain/base/calendar.ts';
import { SowNumber } from '#domain/base/keys.ts';
import type { HoursReading } from '#domain/hours/reading.ts';
import { hoursText } from '#domain/hours/words.ts';
import { remembering } from '#domain/markdown/remembering.ts';
import type { EvidenceField } from '#domain/process/process.ts';
import { readSlot } from '#domain/recurring/slot.ts';
import { comparable, evidenceHints, evidenceNames } from '#domain/template/evidence-table.ts';
import { plainText } from '#domain/text/foreign-text.ts';
import { isPlaceholder } from '#domain/text/placeholder.ts';
import { type Cell, readRows } from '#domain/text/rows.ts';

/** Field of the evidence table as it was found. */
export interface EvidenceReading {
  readonly field: string;
  /** What people see in the cell; a choice in the spelling of the process. `null`: nothing yet. */
  readonly value: string | null;
  /** Reason why the value will not do; `null`: it will. Only required fields are `missing`. */
  readonly problem:
    | 'missing'
    | 'not-a-date'
    | 'not-a-url'
    | 'not-a-choice'
    | 'still-open'
    | 'not-a-number'
    | 'negative'
    | 'not-an-amount'
    | 'not-a-slot'
    | 'not-a-sow'
    | 'to-come'
    | 'not-the-hours'
    | null;
  /** With `not-the-hours`: what the hours of the engagement say. With `not-a-choice`: the choices. */
  readonly against?: string;
}

/**
 * Reads the rows whose first cell is the name of a field, without regard to case and blanks; of several rows the first
 * that is filled in. The hint of the template and placeholders (`–`, `-`, `…`, `TODO`, `TBD`) count as empty; `n/a` is an
 * answer only where the field is not required.
 */
export function readEvidence(description: string, fields: readonly EvidenceField[]): EvidenceReading[] {
  const rows = namedRows(description);
  return fields.map((field) => {
    const names = evidenceNames(field);
    const value = rows.find((row) => names.includes(row.name) && isFilledIn(row.cell.text, field));
    return value === undefined
      ? { field: field.field, value: null, problem: field.required ? 'missing' : null }
      : { field: field.field, ...judged(value.cell, field) };
  });
}

/** Whether a description has the row of any of the fields. */
export function hasEvidenceRow(description: string, fields: readonly EvidenceField[]): boolean {
  const names = new Set(fields.flatMap(evidenceNames));
  return namedRows(description).some(({ name }) => names.has(name));
}

interface NamedRow {
  readonly name: string;
  readonly cell: Cell;
}

const namedRows: (description: string) => readonly NamedRow[] = remembering((description) =>
  readRows(description).map(([name, cell]) => ({
    name: comparable(plainText(name.text)),
    cell: { ...cell, text: valueOf(cell) },
  })),
);

/** A number with its currency before or behind it: `EUR 1,200.00`, `1.200,00 €`. A bare number says nothing about money. */
const AMOUNT = /^(?:(?:[A-Z]{3}|\p{Sc})\s?[+-]?\d[\d., '’]*|[+-]?\d[\d., '’]*(?:[A-Z]{3}|\p{Sc}))$/u;
const NOT_APPLICABLE = /^n\s*\/\s*a$/i;

/** A picture without words is still something. */
function valueOf({ text, links }: Cell): string {
  const value = plainText(text);
  return value === '' ? (links[0] ?? '') : value;
}

function isFilledIn(value: string, field: EvidenceField): boolean {
  if (value === '' || isPlaceholder(value) || (field.required && NOT_APPLICABLE.test(value))) return false;
  const seen = comparable(value);
  return !evidenceHints(field).some((hint) => comparable(hint) === seen);
}

function judged(cell: Cell, field: EvidenceField): Pick<EvidenceReading, 'value' | 'problem' | 'against'> {
  const value = cell.text;
  if (NOT_APPLICABLE.test(value)) return { value, problem: null };
  switch (field.kind) {
    case 'text':
    case 'person':
      return { value, problem: null };
    case 'date':
      return { value, problem: isCalendarDate(value) ? null : 'not-a-date' };
    case 'slot': {
      const isSlot = (readSlot(value)?.time ?? null) !== null;
      return { value, problem: isSlot ? null : 'not-a-slot' };
    }
    case 'sow':
      return { value, problem: SowNumber.safeParse(value).success ? null : 'not-a-sow' };
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
      if (choice === undefined)
        return { value, problem: 'not-a-choice', against: (field.choices ?? []).join(', ') };
      return { value: choice, problem: field.open?.includes(choice) === true ? 'still-open' : null };
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

/** Share by which a number may differ from the hours of the engagement. */
const HOURS_MARGIN = 0.1;

/** Evidence in which a number is wrong that is far from the hours that the engagement's own source tells. */
export function withHours(
  evidence: readonly EvidenceReading[],
  fields: readonly EvidenceField[],
  hours: HoursReading | null,
): readonly EvidenceReading[] {
  if (hours === null || hours.source === null) return evidence;
  const compared = new Set(fields.filter(({ compare }) => compare === 'hours').map(({ field }) => field));
  return evidence.map((reading): EvidenceReading => {
    const { field, value, problem } = reading;
    if (!compared.has(field) || problem !== null || value === null) return reading;
    const isNear = readingsOf(value).some(
      (number) => Math.abs(number - hours.spent) <= hours.spent * HOURS_MARGIN + 1e-9,
    );
    return isNear ? reading : { ...reading, problem: 'not-the-hours', against: hoursText(hours) };
  });
}

/** Numbers that a text may mean: `1.234` is a thousand and more to some, and less than two to others. */
function readingsOf(value: string): readonly number[] {
  const digits = /[\d., '’]+/.exec(value)?.[0].replaceAll(/[ '’]/g, '') ?? '';
  const whole = Number(digits.replaceAll(/[.,]/g, ''));
  const [decimals] = /[.,]\d+$/.exec(digits) ?? [];
  const decimal =
    decimals === undefined
      ? whole
      : Number(`${digits.slice(0, -decimals.length).replaceAll(/[.,]/g, '')}.${decimals.slice(1)}`);
  return decimals !== undefined && decimals.length === 4 ? [whole, decimal] : [decimal];
}

/** The address of a link, also of a file that was dropped into the cell (`/uploads/…`), or one that is written out. */
function addressIn({ text, links }: Cell): string | null {
  const written = text.match(/(?<![\p{L}\p{N}])https?:\/\/[^\s<>]+/giu) ?? [];
  return [...links, ...written].find(isAddress) ?? null;
}

/** Whether an address leads somewhere: its host, or the upload it names, is more than the place of one. */
function isAddress(address: string): boolean {
  const [, name = ''] = /^(?:https?:\/\/|\/uploads\/)([^/?#]+)/i.exec(address) ?? [];
  return /[\p{L}\p{N}]/u.test(name) && !isPlaceholder(name);
}

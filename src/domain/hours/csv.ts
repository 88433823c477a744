/**
 * Reads the hours that a time tool exports: a table with the columns `id,engagement,day,hours,person,billable`. Each row
 * is judged alone: good ones are taken, bad ones listed with line, field and what to do.
 *
 * Read here and not by a library: a row is one line, so that a quote nobody closed spoils its own row and no other, and
 * every problem has the line that people see in their editor.
 */
import { isCalendarDate } from '#domain/base/calendar.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import { type EngagementKey, isEngagementKey } from '#domain/base/keys.ts';

/** One row of a statement of hours. */
export interface HoursRow {
  readonly id: string;
  readonly engagement: EngagementKey;
  /** `2027-04-30` */
  readonly day: string;
  readonly hours: number;
  /** `false`: the customer does not pay for them. They count as used all the same. */
  readonly billable: boolean;
  /** From 1; the header is line 1. */
  readonly line: number;
}

/** Good rows, and what is wrong with the others. */
export interface HoursTable {
  readonly rows: readonly HoursRow[];
  readonly problems: readonly InputProblem[];
}

/** Columns in their order. */
const HOURS_COLUMNS = ['id', 'engagement', 'day', 'hours', 'person', 'billable'] as const;
type Column = (typeof HOURS_COLUMNS)[number];
type Cells = Readonly<Record<Column, string>>;

/** More than a row of a day can hold, also that of a whole team. */
const MOST_HOURS = 1_000;
/** More than one person can work in a day. */
const HOURS_OF_A_DAY = 24;

/**
 * Reads a statement of hours.
 *
 * @param given.file for messages
 * @param given.today `2027-04-30`; rows of days to come are refused
 */
export function readHoursTable(
  text: string,
  given: { readonly file: string; readonly today: string },
): HoursTable {
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const wrongHeader = headerProblem(header, given.file);
  if (wrongHeader !== null) return { rows: [], problems: [wrongHeader] };
  const seen = new Map<string, { readonly line: number; readonly text: string }>();
  const rows: HoursRow[] = [];
  const problems: InputProblem[] = [];
  for (const [index, row] of lines.entries()) {
    if (row.trim() === '') continue;
    const line = index + 2;
    const read = readRow(row, line, given);
    const found = 'problems' in read ? read.problems : repeated(read, row, { seen, file: given.file });
    problems.push(...found);
    if (found.length === 0 && 'id' in read) rows.push(read);
  }
  return { rows, problems };
}

function headerProblem(header: string, file: string): InputProblem | null {
  const wanted = HOURS_COLUMNS.join(',');
  const names = (cellsOf(header) ?? [header]).map((name) => name.trim().toLowerCase());
  if (names.join(',') === wanted) return null;
  const separator = [';', '\t', '|'].find((sign) => header.split(sign).length === HOURS_COLUMNS.length);
  const seen = header.trim() === '' ? 'nothing' : `"${header.trim().slice(0, 120)}"`;
  const fix =
    separator === undefined
      ? `Export these columns in this order, or rename those of the file: ${wanted}.`
      : 'Export with commas between the columns, and numbers with a point: 7.5.';
  return problem({ file, line: 1 }, `expected the header ${wanted}, got ${seen}`, fix);
}

function readRow(
  row: string,
  line: number,
  { file, today }: { readonly file: string; readonly today: string },
): HoursRow | { readonly problems: readonly InputProblem[] } {
  const values = cellsOf(row);
  if (values === null)
    return {
      problems: [problem({ file, line }, 'a quotation mark is not closed', 'Close it on the same line.')],
    };
  if (values.length !== HOURS_COLUMNS.length)
    return { problems: [problem({ file, line }, columnsMessage(values), columnsFix(values))] };
  const cells = Object.fromEntries(
    HOURS_COLUMNS.map((column, index) => [column, values[index]?.trim() ?? '']),
  ) as Cells;
  const problems = HOURS_COLUMNS.flatMap((column): InputProblem[] => {
    const found = CHECKS[column](cells, today);
    return found === null ? [] : [problem({ file, line, at: column }, ...found)];
  });
  if (problems.length > 0) return { problems };
  const { id, engagement, day, hours, billable } = cells;
  return { id, engagement, day, hours: Number(hours), billable: !NO.includes(billable.toLowerCase()), line };
}

function columnsMessage(values: readonly string[]): string {
  return `expected ${HOURS_COLUMNS.length} columns, got ${values.length}`;
}

/** One column too many is most often `7,5`. */
function columnsFix(values: readonly string[]): string {
  const isDecimalComma = values.length === HOURS_COLUMNS.length + 1 && /^\d+$/.test(values[4]?.trim() ?? '');
  return isDecimalComma
    ? `Write the hours with a point: ${values[3]?.trim()}.${values[4]?.trim()}.`
    : `The columns are ${HOURS_COLUMNS.join(',')}; person and billable may be empty, their commas stay. Text with a comma stands in quotation marks.`;
}

type Check = (cells: Cells, today: string) => readonly [message: string, fix: string] | null;
const YES = ['', 'yes', 'true', '1'];
const NO = ['no', 'false', '0'];

const CHECKS: Readonly<Record<Column, Check>> = {
  id: ({ id }) =>
    id !== '' && id.length <= 200
      ? null
      : ['expected the id of the row in the time tool', 'It tells a row that stands twice from two rows.'],
  engagement: ({ engagement }) =>
    isEngagementKey(engagement)
      ? null
      : [
          `expected SOW- and a number, got ${quoted(engagement)}`,
          'Write the SOW number, for example SOW-1042.',
        ],
  day: ({ day }, today) => {
    if (!isCalendarDate(day))
      return [
        `expected a date that exists, got ${quoted(day)}`,
        'Write it YYYY-MM-DD, for example 2027-04-30.',
      ];
    if (day > today)
      return [`${day} is still to come`, 'Hours count once they are worked: leave the row out until then.'];
    return null;
  },
  hours: ({ hours, person }) => {
    if (/^[+-]?\d*,\d+$/.test(hours))
      return [
        `expected a number with a point, got ${quoted(hours)}`,
        `Write ${hours.replace(',', '.').replace(/^\./, '0.')}.`,
      ];
    if (!/^[+-]?(?:\d+(?:\.\d+)?|\.\d+)$/.test(hours))
      return [
        `expected a number of hours, got ${quoted(hours)}`,
        'Write it with a point and without a unit: 7.5.',
      ];
    const most = person === '' ? MOST_HOURS : HOURS_OF_A_DAY;
    if (Math.abs(Number(hours)) > most)
      return [
        `expected at most ${most} hours${person === '' ? '' : ' of one person'} on a day, got ${hours}`,
        'Is it in minutes, or the sum of several days? One row is one day.',
      ];
    return null;
  },
  person: ({ person }) =>
    person.length <= 300 ? null : ['expected a name', 'Leave it empty if there is none.'],
  billable: ({ billable }) =>
    [...YES, ...NO].includes(billable.toLowerCase())
      ? null
      : [`expected yes, no or nothing, got ${quoted(billable)}`, 'Nothing means yes.'],
};

function quoted(text: string): string {
  return text === '' ? 'nothing' : `"${text.slice(0, 80)}"`;
}

/** A row that stands twice counts once; one id for two rows is a mistake of one of them. */
function repeated(
  row: HoursRow,
  text: string,
  {
    seen,
    file,
  }: { readonly seen: Map<string, { readonly line: number; readonly text: string }>; readonly file: string },
): readonly InputProblem[] {
  const first = seen.get(row.id);
  if (first === undefined) {
    seen.set(row.id, { line: row.line, text });
    return [];
  }
  const place = { file, line: row.line, at: 'id' };
  return [
    first.text === text
      ? problem(place, `the same row as line ${first.line}`, 'It counts once; leave one of them out.')
      : problem(
          place,
          `the id ${quoted(row.id)} is that of line ${first.line}, which counts`,
          'Give each row its own id.',
        ),
  ];
}

/** Cells of one line, with quotation marks as in RFC 4180; `null` where one is not closed. */
function cellsOf(line: string): readonly string[] | null {
  if (!line.includes('"')) return line.split(',');
  const cells: string[] = [];
  let rest = line;
  for (;;) {
    const match = /^\s*(?:"((?:[^"]|"")*)"\s*|([^",]*))(,|$)/.exec(rest);
    if (match === null) return null;
    const [whole, inQuotes, plain = '', end] = match;
    cells.push(inQuotes === undefined ? plain : inQuotes.replaceAll('""', '"'));
    if (end === '') return cells;
    rest = rest.slice(whole.length);
  }
}

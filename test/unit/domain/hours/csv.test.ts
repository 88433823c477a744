import { describe, expect, it } from 'vitest';
import { formatProblem } from '#domain/base/input-problem.ts';
import { readHoursTable } from '#domain/hours/csv.ts';
import { statementsOf } from '#domain/hours/statement.ts';

const HEADER = 'id,engagement,day,hours,person,billable';
const given = { file: 'april.csv', today: '2027-04-30' };

function read(...rows: readonly string[]) {
  return readHoursTable([HEADER, ...rows].join('\n'), given);
}

function problemsOf(...rows: readonly string[]): readonly string[] {
  return read(...rows).problems.map(formatProblem);
}

describe('a statement of hours', () => {
  it('is read row by row, with person and billable left empty or not', () => {
    const { rows, problems } = read(
      'T-1,SOW-1042,2027-04-01,7.5,Eli Sample,yes',
      '"T-2","SOW-1042",2027-04-02,8,"Sample, Eli",no',
      'T-3,SOW-1042,2027-04-05,-2,,',
      '',
    );

    expect(problems).toEqual([]);
    expect(rows).toEqual([
      { id: 'T-1', engagement: 'SOW-1042', day: '2027-04-01', hours: 7.5, billable: true, line: 2 },
      { id: 'T-2', engagement: 'SOW-1042', day: '2027-04-02', hours: 8, billable: false, line: 3 },
      { id: 'T-3', engagement: 'SOW-1042', day: '2027-04-05', hours: -2, billable: true, line: 4 },
    ]);
  });

  it('may begin with a byte order mark and end its lines as Windows does', () => {
    const text = `\uFEFF${HEADER}\r\nT-1,SOW-1042,2027-04-01,7.5,,\r\n`;

    expect(readHoursTable(text, given)).toMatchObject({ rows: [{ id: 'T-1' }], problems: [] });
  });

  it.each([
    ['', 'got nothing'],
    ['id;engagement;day;hours;person;billable', 'Export with commas between the columns'],
    ['engagement,id,day,hours,person,billable', 'in this order'],
    ['id,engagement,day,hours', 'in this order'],
  ])('with the header "%s" is refused as a whole, with the header that is wanted', (header, fix) => {
    const { rows, problems } = readHoursTable(`${header}\nT-1,SOW-1042,2027-04-01,7.5,,`, given);

    expect(rows).toEqual([]);
    expect(problems.map(formatProblem)).toEqual([
      expect.stringContaining(`april.csv:1: expected the header ${HEADER}`),
    ]);
    expect(problems.map(formatProblem)[0]).toContain(fix);
  });

  it.each([
    [
      'T-1,SOW-1042,2027-04-01,"7,5",,',
      'april.csv:2 hours: expected a number with a point, got "7,5". Fix: Write 7.5.',
    ],
    [
      'T-1,SOW-1042,2027-04-01,7,5,,',
      'april.csv:2: expected 6 columns, got 7. Fix: Write the hours with a point: 7.5.',
    ],
    ['T-1,SOW-1042,2027-04-01,8 h,,', 'april.csv:2 hours: expected a number of hours, got "8 h"'],
    [
      'T-1,SOW-1042,2027-04-01,450,Eli,',
      'april.csv:2 hours: expected at most 24 hours of one person on a day',
    ],
    ['T-1,1042,2027-04-01,8,,', 'april.csv:2 engagement: expected SOW- and a number, got "1042"'],
    ['T-1,SOW-1042,01.04.2027,8,,', 'april.csv:2 day: expected a date that exists, got "01.04.2027"'],
    ['T-1,SOW-1042,2027-02-30,8,,', 'april.csv:2 day: expected a date that exists'],
    ['T-1,SOW-1042,2027-05-03,8,,', 'april.csv:2 day: 2027-05-03 is still to come'],
    [',SOW-1042,2027-04-01,8,,', 'april.csv:2 id: expected the id of the row'],
    ['T-1,SOW-1042,2027-04-01,8,,maybe', 'april.csv:2 billable: expected yes, no or nothing, got "maybe"'],
    ['"T-1,SOW-1042,2027-04-01,8,,', 'april.csv:2: a quotation mark is not closed'],
  ])('names line, field and fix of the row %s, and takes the others', (row, problem) => {
    const { rows, problems } = read(row, 'T-9,SOW-1042,2027-04-01,8,,');

    expect(problems.map(formatProblem)).toEqual([expect.stringContaining(problem)]);
    expect(rows.map(({ id }) => id)).toEqual(['T-9']);
  });

  it('counts a row that stands twice once, and of two rows with one id the first', () => {
    const row = 'T-1,SOW-1042,2027-04-01,8,,';

    expect(problemsOf(row, row, 'T-1,SOW-1042,2027-04-02,8,,')).toEqual([
      expect.stringContaining('april.csv:3 id: the same row as line 2'),
      expect.stringContaining('april.csv:4 id: the id "T-1" is that of line 2, which counts'),
    ]);
    expect(read(row, row).rows).toHaveLength(1);
  });

  it('holds a hundred thousand rows, a tenth of them bad', () => {
    const rows = Array.from({ length: 100_000 }, (_, index) => {
      const hours = index % 10 === 0 ? '"1,5"' : '1.5';
      return `T-${index},SOW-${index % 50},2027-04-${`${(index % 30) + 1}`.padStart(2, '0')},${hours},,`;
    });
    const table = read(...rows);

    expect(table.problems).toHaveLength(10_000);
    const statements = statementsOf(table.rows, 'time tool');
    const total = [...statements.values()].flatMap(({ days }) => [...days.values()]);
    expect(total.reduce((sum, { hours }) => sum + hours, 0)).toBe(135_000);
  });

  it('becomes one sum for each day of an engagement, and speaks up to its last day for all of them', () => {
    const { rows } = read(
      'T-1,SOW-1,2027-04-01,7.5,,',
      'T-2,SOW-1,2027-04-01,2,,no',
      'T-3,SOW-2,2027-04-20,1,,',
    );

    expect(statementsOf(rows, 'Kantata').get('SOW-1')).toEqual({
      source: 'Kantata',
      on: '2027-04-20',
      days: new Map([['2027-04-01', { hours: 9.5, unbilled: 2 }]]),
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvidence, withoutDaysToCome } from '#domain/assess/evidence.ts';
import type { EvidenceField } from '#domain/process/process.ts';
import { evidenceTable } from '#domain/template/evidence-table.ts';
import { writeManagedBlock } from '#domain/text/managed-block.ts';

const field = (changes: Partial<EvidenceField> & { field: string }): EvidenceField => ({
  kind: 'text',
  required: true,
  ...changes,
});
const HELD = field({ field: 'Held on', kind: 'date', hint: 'YYYY-MM-DD' });
const MINUTES = field({ field: 'Minutes', kind: 'url' });
const NUMBER = field({ field: 'SOW number', kind: 'sow' });
const HOW = field({ field: 'How accepted', kind: 'choice', choices: ['signed', 'e-mail', 'passive'] });
const HOURS = field({ field: 'Hours', kind: 'number' });
const NAMES = field({ field: 'Attendees', hint: 'Names on **both** sides' });
const RECORDING = field({ field: 'Recording', kind: 'url', required: false });

function read(cell: string, of: EvidenceField): [string | null, string | null] {
  const table = `| Record | Value |\n|---|---|\n| ${of.field} | ${cell} |\n\n[1]: https://example.com/1\n`;
  const [reading] = readEvidence(table, [of]);
  return [reading?.value ?? null, reading?.problem ?? null];
}

describe('domain/evidence', () => {
  it.each([
    ['2026-03-05', HELD, '2026-03-05', null],
    ['**`2026-03-05`**', HELD, '2026-03-05', null],
    ['**2026-03-05**', HELD, '2026-03-05', null],
    ['2026-02-30', HELD, '2026-02-30', 'not-a-date'],
    ['5 March', HELD, '5 March', 'not-a-date'],
    ['https://example.com/a_b', MINUTES, 'https://example.com/a_b', null],
    ['<https://example.com/a>', MINUTES, 'https://example.com/a', null],
    ['[minutes](https://example.com/a)', MINUTES, 'https://example.com/a', null],
    ['see [minutes](<https://example.com/a>), page 2', MINUTES, 'https://example.com/a', null],
    ['[minutes.pdf](/uploads/0a1b/minutes.pdf)', MINUTES, '/uploads/0a1b/minutes.pdf', null],
    ['https://example.com/a\\_b', MINUTES, 'https://example.com/a_b', null],
    ['in the folder', MINUTES, 'in the folder', 'not-a-url'],
    ['javascript:alert(1)', MINUTES, 'javascript:alert(1)', 'not-a-url'],
    ['http://', MINUTES, 'http://', 'not-a-url'],
    ['https://…', MINUTES, 'https://…', 'not-a-url'],
    ['https://TODO', MINUTES, 'https://TODO', 'not-a-url'],
    ['https://_', MINUTES, 'https://_', 'not-a-url'],
    ['[minutes](/uploads/)', MINUTES, 'minutes', 'not-a-url'],
    ['Signed', HOW, 'signed', null],
    ['`E-Mail`', HOW, 'e-mail', null],
    ['by phone', HOW, 'by phone', 'not-a-choice'],
    ['SOW-1042', NUMBER, 'SOW-1042', null],
    ['90.011/A', NUMBER, '90.011/A', 'not-a-sow'],
    ['sow 1001', NUMBER, 'sow 1001', 'not-a-sow'],
    ['DEAL-1', NUMBER, 'DEAL-1', 'not-a-sow'],
    ['82', HOURS, '82', null],
    ['1,082.5 h', HOURS, '1,082.5 h', null],
    ['many', HOURS, 'many', 'not-a-number'],
    ['0', HOURS, '0', null],
    ['-0', HOURS, '-0', null],
    ['+12 h', HOURS, '+12 h', null],
    ['-12', HOURS, '-12', 'negative'],
    ['−8.5 h', HOURS, '−8.5 h', 'negative'],
    ['–8', HOURS, '–8', 'negative'],
    ['Ada \\| Bo', NAMES, 'Ada | Bo', null],
    ['[Ada](https://example.com) and Bo', NAMES, 'Ada and Bo', null],
    ['_Ada_ and _Bo_', NAMES, 'Ada and Bo', null],
    ['*Ada* (lead), *Bo*', NAMES, 'Ada (lead), Bo', null],
    ['_Eli Brandt_', NAMES, 'Eli Brandt', null],
    ['***Eli*** <b>Brandt</b>', NAMES, 'Eli Brandt', null],
    ['Eli<br>Brandt&nbsp;<!-- lead -->', NAMES, 'Eli Brandt', null],
    ['~~Ada~~ \\*Bo\\* &amp; `x_y`', NAMES, 'Ada *Bo* & x_y', null],
    ['نازنین\u200cزهرا', NAMES, 'نازنین\u200cزهرا', null],
    ['![the *board*](/uploads/1/board.png){width=300 height=200}', NAMES, 'the board', null],
    ['![](/uploads/1/board.png)', NAMES, '/uploads/1/board.png', null],
    ['_2026-03-05_', HELD, '2026-03-05', null],
    ['&#50;026-03-05', HELD, '2026-03-05', null],
    ['[minutes](https://example.com/a_(1) "Minutes, *final*")', MINUTES, 'https://example.com/a_(1)', null],
    ['[minutes \\[1\\]](<https://example.com/a b>)', MINUTES, 'https://example.com/a b', null],
    ['[minutes][1]', MINUTES, 'https://example.com/1', null],
    ['_https://example.com/a_b_', MINUTES, 'https://example.com/a_b', null],
    ['see https://example.com/a.', MINUTES, 'https://example.com/a', null],
    ['(https://example.com/a)', MINUTES, 'https://example.com/a', null],
    ['<a href="https://example.com/a?b&amp;c">minutes</a>', MINUTES, 'https://example.com/a?b&c', null],
    ['![shot](/uploads/1/shot.png)', MINUTES, '/uploads/1/shot.png', null],
    ['[mail](mailto:ada@example.com)', MINUTES, 'mail', 'not-a-url'],
    ['n/a', RECORDING, 'n/a', null],
    ['N / A', RECORDING, 'N / A', null],
  ] as const)('reads %j as %s', (cell, of, value, problem) => {
    expect(read(cell, of)).toEqual([value, problem]);
  });

  it.each([
    ['2026-03-05', HELD, null],
    ['2026-03-06', HELD, 'to-come'],
    ['2062-03-05', HELD, 'to-come'],
    ['2062-03-05', { ...HELD, planned: true }, null],
    ['2062-02-30', HELD, 'not-a-date'],
    ['n/a', { ...HELD, required: false }, null],
    ['2062-03-05', { ...NAMES, field: 'Held on' }, null],
  ] as const)('on 2026-03-05, judges %s in %j as %s', (cell, of, problem) => {
    const readings = readEvidence(`| Record | Value |\n|---|---|\n| Held on | ${cell} |\n`, [of]);

    expect(withoutDaysToCome(readings, [of], '2026-03-05')[0]?.problem).toBe(problem);
  });

  it.each([
    '',
    ' ',
    '–',
    '-',
    '—',
    '…',
    '...',
    'TODO',
    'tbd',
    '?',
    '<!-- 2026-03-05 -->',
    '_Names on \\*\\*both\\*\\* sides_',
    '*names on \\*\\*both\\*\\*  sides*',
    'Names on &#42;&#42;both&#42;&#42; sides',
    'Names on \\*\\*both\\*\\* sides; optional',
    'n/a',
    '\u2060',
  ])('takes %j for empty', (cell) => {
    expect(read(cell, NAMES)).toEqual([null, 'missing']);
  });

  it('does not ask for what is not required', () => {
    expect(read('', RECORDING)).toEqual([null, null]);
    expect(read('somewhere', RECORDING)).toEqual(['somewhere', 'not-a-url']);
    expect(readEvidence('', [RECORDING, NAMES])).toEqual([
      { field: 'Recording', value: null, problem: null },
      { field: 'Attendees', value: null, problem: 'missing' },
    ]);
  });

  it.each([
    '|  HELD   ON |2026-03-05|',
    'Held on | 2026-03-05',
    '| **Held on** | 2026-03-05 | more |',
    '> | Held on | 2026-03-05 |',
    '| `Held on` | 2026-03-05 |',
    '| Held on <!-- when --> | 2026-03-05 |',
    '|     Held on     |    2026-03-05   |',
    '| _Held&nbsp;on_ | 2026-03-05 |',
    '- | Held on | 2026-03-05 |',
    '<table>\n<tr>\n<th>Held on</th>\n<td>2026-03-05</td>\n</tr>\n</table>',
    '<table class="x"><tbody><tr><td colspan="1"><p>Held<br>on</p></td><td><code>2026-03-05</code></td></tr></tbody></table>',
    '<table>\n<tr>\n<td>\n\n**Held on**\n</td>\n<td>\n\n2026\\-03\\-05\n</td>\n</tr>\n</table>',
    '<table>\n<tr>\n<td>\n\n* Held on\n\n</td>\n<td>\n\n1. 2026-03-05\n\n</td>\n</tr>\n</table>',
    '<TABLE><TR><TD>Held on<TD>2026-03-05<TR><TD>More<TD>x</TABLE>',
  ])('finds a row that was retyped as %j', (row) => {
    expect(readEvidence(`text\r\n${row}\r\n`, [HELD])[0]?.value).toBe('2026-03-05');
  });

  it('takes the first row that is filled in', () => {
    expect(
      readEvidence('| Held on | – |\n| Held on | 2026-03-05 |\n| Held on | 2026-03-06 |', [HELD])[0]?.value,
    ).toBe('2026-03-05');
  });

  it.each([
    ['a code fence', '```\n| Held on | 2026-03-05 |\n```'],
    ['a comment', '<!--\n| Held on | 2026-03-05 |\n-->'],
    [
      'the managed block',
      writeManagedBlock(
        '',
        { kind: 'step', engagement: 'SOW-1', process: 'p', profile: null, step: 's' },
        '| Held on | 2026-03-05 |',
      ),
    ],
    ['a comment that begins in a line', 'see <!--\n| Held on | 2026-03-05 |\n-->'],
    ['indented code', 'see\n\n    | Held on | 2026-03-05 |'],
    ['inline code', 'see `\n| Held on | 2026-03-05 |\n`'],
    ['<pre>', '<pre>\n| Held on | 2026-03-05 |\n</pre>'],
    ['a table in a comment', '<!-- <table><tr><td>Held on</td><td>2026-03-05</td></tr></table> -->'],
    ['an attribute', '<p title="| Held on | 2026-03-05 |">see</p>'],
    ['a row of another name', '| Held on time | 2026-03-05 |'],
    ['the second cell', '| x | Held on | 2026-03-05 |'],
  ])('does not look into %s', (_, description) => {
    expect(readEvidence(description, [HELD])).toEqual([
      { field: 'Held on', value: null, problem: 'missing' },
    ]);
  });

  it('keeps an answer that is also a hint, where it is one of the choices', () => {
    const how = field({ field: 'How', kind: 'choice', choices: ['signed'] });

    expect(readEvidence(evidenceTable([how]), [how])[0]?.value).toBeNull();
    expect(read('signed', how)).toEqual(['signed', null]);
  });

  it('reads a fresh table as empty, and its rows once they are filled in', () => {
    const fields = [HELD, MINUTES, HOW, HOURS, NAMES, RECORDING];
    const fresh = evidenceTable(fields);

    expect(readEvidence(fresh, fields).map(({ value }) => value)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(readEvidence(fresh.replace('_YYYY-MM-DD_', '2026-03-05'), fields)[0]).toEqual({
      field: 'Held on',
      value: '2026-03-05',
      problem: null,
    });
  });

  it('reads every fresh table as empty, whatever names, hints and choices it has', () => {
    const names = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 .,;:()/#@!?-]{0,20}[A-Za-z0-9]$/);
    const words = fc
      .stringMatching(/^[A-Za-z0-9_*|<>`\\~(:/. -]{1,20}$/)
      .filter((text) => text.trim() !== '');
    const anyField = fc
      .record(
        {
          field: names,
          kind: fc.constantFrom('text', 'date', 'url', 'person', 'number', 'choice'),
          choices: fc.array(words),
          required: fc.boolean(),
          hint: words,
        },
        { requiredKeys: ['field'] },
      )
      .map((input): EvidenceField => ({ kind: 'text', required: true, ...input }));

    fc.assert(
      fc.property(fc.array(anyField, { maxLength: 5 }), (fields) => {
        for (const reading of readEvidence(evidenceTable(fields), fields)) expect(reading.value).toBeNull();
      }),
    );
  });
});

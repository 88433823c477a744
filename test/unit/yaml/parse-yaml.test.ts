import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '#domain/base/input-problem.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';

function parsed(text: string): Extract<ReturnType<typeof parseYaml>, { kind: 'ok' }> {
  const result = parseYaml(text, 'x.yml');
  if (result.kind === 'error') throw new Error(result.problems.map(formatProblem).join('\n'));
  return result;
}

function problems(text: string): readonly string[] {
  const result = parseYaml(text, 'x.yml');
  return result.kind === 'ok' ? [] : result.problems.map(formatProblem);
}

/** Each level names the one before nine times: 9^9 values if it were expanded. */
const aliasBomb = `${['a: &a [x]', ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(', ')}]`)].join('\n')}\n`;

describe('yaml/parse-yaml', () => {
  it('keeps dates, versions and words as text', () => {
    expect(
      parsed(
        "on: 2026-03-05\nat: 2026-03-05T10:00:00Z\nyes: no\nsku: '007'\nhours: 12.5\nok: true\nnone: none\nempty:\n",
      ).value,
    ).toEqual({
      on: '2026-03-05',
      at: '2026-03-05T10:00:00Z',
      yes: 'no',
      sku: '007',
      hours: 12.5,
      ok: true,
      none: 'none',
      empty: null,
    });
  });

  it('reads JSON, a byte order mark and Windows line ends', () => {
    expect(parsed('{"a": [1, {"b": null}]}').value).toEqual({ a: [1, { b: null }] });
    expect(parsed('\uFEFFa: 1\r\nb:\r\n  - c\r\n').value).toEqual({ a: 1, b: ['c'] });
  });

  it.each([
    [[], 2],
    [['a'], 2],
    [['a', 'b'], 3],
    [['a', 'b', 0], 4],
    [['a', 'b', 1, 'c'], 6],
    [['a', 'b', 1, 'd'], 7],
    [['e'], 8],
    [['f'], 11],
    [['f', 'g'], 12],
    [['f', 'missing', 'deeper'], 11],
    [['missing'], 2],
  ])('knows that %j is in line %d', (path, line) => {
    const text =
      '# comment\na:\n  b:\n    - x\n    -\n      c: |\n       text\n      d: y\ne: >\n  folded\n  text\nf: {\n  g: 1 }\n';
    const shifted = text.replace('      c: |\n       text\n', '      c: "t"\n');

    expect(parsed(shifted).lineOf(path)).toBe(line);
    expect(parsed(shifted.replaceAll('\n', '\r\n')).lineOf(path)).toBe(line);
    expect(parsed(shifted.replaceAll('\n', '\r')).lineOf(path)).toBe(line);
  });

  it.each([
    ['a: 1\nb: 2\na: 3\n', ['x.yml:3 a: the field is there twice (first in line 1). Fix: Keep one of them.']],
    [
      'c:\n  d: 1\n  "d": 2\nc: 3\n',
      [
        'x.yml:3 c.d: the field is there twice (first in line 2). Fix: Keep one of them.',
        'x.yml:4 c: the field is there twice (first in line 1). Fix: Keep one of them.',
      ],
    ],
    [
      'a:\n\tb: 1\n',
      ['x.yml:2: not valid YAML: tab characters must not be used in indentation. Fix: Indent with spaces.'],
    ],
    [
      'a: 1\nb: @ada\n',
      [
        'x.yml:2: not valid YAML: bad indentation of a mapping entry. Fix: Check the indentation, and put quotes around a text that contains ": " or begins with one of "@`%&*!|>\'{[".',
      ],
    ],
    [
      'a: & Co\n',
      [
        'x.yml:1: not valid YAML: name of an anchor node must contain at least one character. Fix: Put quotes around a text that begins with & or *.',
      ],
    ],
    [
      'a: &x 1\nb: *x\n',
      [
        'x.yml:1 a: anchors (&name) are not used here. Fix: Write the value out, or put quotes around a text that begins with & or *.',
      ],
    ],
    [
      'a: 1\n---\nb: 2\n',
      ['x.yml:3: expected one document, got a second. Fix: Remove the line "---" and what follows.'],
    ],
    ['', ['x.yml: expected content, got nothing']],
    ['# only a comment\n', ['x.yml: expected content, got nothing']],
    [
      'a:\n  __proto__: { x: 1 }\n',
      ['x.yml:2 a.__proto__: a field must not have this name. Fix: Remove it.'],
    ],
    ['constructor: 1\n', ['x.yml:1 constructor: a field must not have this name. Fix: Remove it.']],
    [
      '? [a, b]\n: c\n',
      ['x.yml:1: expected the name of a field, got a list or fields. Fix: Write name: value.'],
    ],
  ])('refuses %j', (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it.each([
    ['a: \u0000', 'null byte'],
    ['a: \u0007', 'non-printable'],
    ['a: !!js/function "x"', 'unknown scalar tag'],
    ['a: !!binary aGk=', 'unknown scalar tag'],
    ['['.repeat(100), 'maxDepth'],
    ['a: *x', 'aliases (*name) are not used here'],
    ['*x : 1', 'not used here'],
    ['a: "', 'unexpected end of the stream'],
  ])('refuses %j', (text, expected) => {
    expect(problems(text).join('\n')).toContain(expected);
  });

  it('does not expand an alias bomb', () => {
    expect(problems(aliasBomb).length).toBe(9);
  });

  it('does not merge fields into others', () => {
    expect(parsed('a: { <<: { b: 1 } }').value).toEqual({ a: { '<<': { b: 1 } } });
  });

  it('reads back what JSON writes, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify({ value }, null, 1);
        fc.pre(!/"(__proto__|constructor|prototype)"/.test(text));

        expect(JSON.stringify(parsed(text).value, null, 1)).toBe(text);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...'a-:,[]{}"\'\n \t&*!|>?#%@`0\u0000\u2028'.split('')),
          maxLength: 30,
        }),
        (text) => {
          expect(['ok', 'error']).toContain(parseYaml(text, 'x.yml').kind);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { formatPath, formatProblem, type InputProblem, shown } from '#domain/base/input-problem.ts';

const problem: InputProblem = {
  file: 'sows/SOW-1042.yml',
  line: 12,
  at: ['contacts', 'customer', 'main', 'email'],
  path: 'contacts.customer.main.email',
  message: 'expected an e-mail address, got "x"',
  fix: 'Write it like ada@example.com.',
  severity: 'error',
};

describe('domain/input-problem', () => {
  it.each<[Partial<InputProblem>, string]>([
    [
      {},
      'sows/SOW-1042.yml:12 contacts.customer.main.email: expected an e-mail address, got "x". Fix: Write it like ada@example.com.',
    ],
    [
      { severity: 'warning', fix: '' },
      'warning: sows/SOW-1042.yml:12 contacts.customer.main.email: expected an e-mail address, got "x"',
    ],
    [{ line: null, path: '', fix: '' }, 'sows/SOW-1042.yml: expected an e-mail address, got "x"'],
    [{ file: null, line: null, path: 'PORT', fix: '' }, 'PORT: expected an e-mail address, got "x"'],
    [{ file: null, line: null, path: '', fix: '' }, 'expected an e-mail address, got "x"'],
    [
      { path: 'a\nb\u001b[2J\u202e', fix: '' },
      'sows/SOW-1042.yml:12 a\\u{a}b\\u{1b}[2J\\u{202e}: expected an e-mail address, got "x"',
    ],
  ])('formats %j on one harmless line', (changes, expected) => {
    expect(formatProblem({ ...problem, ...changes })).toBe(expected);
  });

  it.each<[unknown, string]>([
    ['x', '"x"'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    ['y'.repeat(100), `"${'y'.repeat(60)}…"`],
    [null, 'nothing'],
    [undefined, 'nothing'],
    [0, '0'],
    [false, 'false'],
    [[], 'an empty list'],
    [[1, 2], 'a list of 2'],
    [{}, 'a group of fields'],
    ['\ud83d', '"\\ud83d"'],
  ])('shows %j', (value, expected) => {
    expect(shown(value)).toBe(expected);
  });

  it('writes paths as people do', () => {
    expect(formatPath(['deliverables', 0, 'title'])).toBe('deliverables[0].title');
    expect(formatPath([])).toBe('');
  });
});

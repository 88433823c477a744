import { describe, expect, it } from 'vitest';
import { chooseVersion, nextVersion, notedRules, noteOf, versionOfName } from '#domain/versions/versions.ts';
import { aProcess } from '#test/support/builders.ts';

const choice = (version: number, rules: string, frozen: boolean) => ({ version, rules, frozen });
const CURRENT = choice(3, 'c', false);
const TWO = choice(2, 'b', true);
const ONE = choice(1, 'a', true);
const ALL = [CURRENT, TWO, ONE];

describe('domain/process/versions', () => {
  it.each([
    ['the hash of the current one', { version: 3, rules: 'c' }, CURRENT],
    ['the hash of a frozen one', { version: 1, rules: 'a' }, ONE],
    ['a hash under another number', { version: 9, rules: 'b' }, TWO],
    ['a hash that nothing has, though the number is there', { version: 3, rules: 'x' }, null],
    ['a number alone', { version: 2, rules: null }, TWO],
    ['the number of a draft alone', { version: 3, rules: null }, CURRENT],
    ['a number that nothing has', { version: 4, rules: null }, null],
    ['nothing, as before there were versions: the first', { version: null, rules: null }, ONE],
  ])('finds by %s', (_, named, expected) => {
    expect(chooseVersion(ALL, named)).toBe(expected);
  });

  it('takes the current texts of a version, unless its rules were edited after it was frozen', () => {
    const frozen = choice(1, 'a', true);
    const mended = choice(1, 'a', false);
    const edited = choice(1, 'x', false);

    expect(chooseVersion([mended, frozen], { version: 1, rules: 'a' })).toBe(mended);
    expect(chooseVersion([mended, frozen], { version: 1, rules: null })).toBe(mended);
    expect(chooseVersion([edited, frozen], { version: 1, rules: null })).toBe(frozen);
    expect(chooseVersion([edited, frozen], { version: 1, rules: 'a' })).toBe(frozen);
  });

  it('takes the texts of its own version where two have the same rules', () => {
    const two = choice(2, 'a', false);

    expect(chooseVersion([two, ONE], { version: 1, rules: 'a' })).toBe(ONE);
    expect(chooseVersion([two, ONE], { version: 2, rules: 'a' })).toBe(two);
  });

  it('takes the texts that are named, among those of one version with the same rules', () => {
    const current = { version: 1, rules: 'a', texts: () => 'newer', frozen: false };
    const frozen = { version: 1, rules: 'a', texts: () => 'older', frozen: true };

    expect(chooseVersion([current, frozen], { version: 1, rules: 'a', texts: 'older' })).toBe(frozen);
    expect(chooseVersion([current, frozen], { version: 1, rules: 'a', texts: 'newer' })).toBe(current);
    expect(chooseVersion([current, frozen], { version: 1, rules: 'a', texts: 'gone' })).toBe(current);
    expect(chooseVersion([current, frozen], { version: 1, rules: 'a', texts: null })).toBe(current);
  });

  it('notes the rules of every profile', () => {
    const strict = aProcess({ profile: 'strict' });
    const note = noteOf([aProcess({ version: 4 }), strict], { 'epic.md': 'e' });

    expect(note).toMatchObject({ version: 4, files: { 'epic.md': 'e' } });
    expect(notedRules(note, null)).toBe(note.rules);
    expect(notedRules(note, 'strict')).toMatch(/^[0-9a-f]{16}$/);
    expect(notedRules(note, 'toString')).toBeNull();
  });

  it('names folders by plain numbers', () => {
    expect(['1', '12', '0', '01', 'v1', '1-to-2', ''].map(versionOfName)).toEqual([
      1,
      12,
      null,
      null,
      null,
      null,
      null,
    ]);
    const frozen = { name: '7', folder: '', note: null, files: {}, definitions: null, problems: [] };
    expect(nextVersion(2, [frozen])).toBe(8);
    expect(nextVersion(9, [frozen, { ...frozen, name: 'old' }])).toBe(10);
  });
});

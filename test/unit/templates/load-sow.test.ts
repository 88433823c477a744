import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError } from '#domain/base/errors.ts';
import { formatProblem } from '#domain/base/input-problem.ts';
import { lintSubject as lintOne, loadSow } from '#templates/load-sow.ts';
import { aSowFile } from '#test/support/inputs.ts';

const SOW = `sow: { number: SOW-1042, signed_on: 2026-03-02 }
customer:
  name: Example GmbH
engagement: GitLab on AWS
stage: closed_won
closed_won_on: 2026-03-05
type: t&m
deployment: aws
deliverables:
  - title: Reference architecture
contacts:
  customer:
    main:
      name: Ada Muster
      email: ada@example.com
`;

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'procession-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function written(content: string | Uint8Array): Promise<string> {
  const file = join(root, 'sow.yml');
  await writeFile(file, content);
  return file;
}

const lintSubject = async (file: string) => (await lintOne(file)).problems;

async function lint(content: string | Uint8Array): Promise<readonly string[]> {
  return (await lintSubject(await written(content))).map((problem) =>
    formatProblem(problem).replace(`${root}/`, ''),
  );
}

describe('templates/load-sow', () => {
  it('reads YAML and JSON alike', async () => {
    const fromYaml = await loadSow(await written(SOW));
    const fromJson = await loadSow(await written(JSON.stringify(aSowFile())));

    expect(fromYaml).toMatchObject({ sow: { sow: { signed_on: '2026-03-02' }, type: 't&m' }, warnings: [] });
    expect(fromJson.sow).toEqual(fromYaml.sow);
  });

  it('reads Windows line ends and a byte order mark', async () => {
    expect(await lint(`\uFEFF${SOW.replaceAll('\n', '\r\n')}`)).toEqual([]);
  });

  it('tells everything at once, by line, and throws it', async () => {
    const broken = SOW.replace('2026-03-05', '2026-02-30')
      .replace('type: t&m', 'type: time')
      .replace('ada@example.com', 'x')
      .replace('deployment', 'deploment')
      .concat('dates: { start: 2026-05-01, end: 2026-04-01 }\n');

    const problems = await lint(broken);

    expect(problems).toEqual([
      'sow.yml:1 deployment: is missing: expected one of aws, on-prem, other, none. Fix: Add "deployment".',
      'sow.yml:6 closed_won_on: expected a date that exists, written YYYY-MM-DD, got "2026-02-30". Fix: Write it like 2026-03-05.',
      'sow.yml:7 type: expected one of t&m, fixed, sku, got "time". Fix: Use one of: t&m, fixed, sku.',
      'warning: sow.yml:8 deploment: unknown field, ignored. Fix: Did you mean "deployment"?',
      'sow.yml:15 contacts.customer.main.email: expected an e-mail address, got "x". Fix: Write it like ada@example.com.',
      'sow.yml:16 dates.end: expected a date on or after dates.start (2026-05-01), got 2026-04-01',
    ]);
    const error = await loadSow(await written(broken)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).problems.length).toBe(5);
  });

  it('warns about unknown fields and reads the rest', async () => {
    const { warnings } = await loadSow(
      await written(SOW.replace('  name: Example', '  regoin: EMEA\n  name: Example')),
    );

    expect(warnings.map(({ line, path, severity }) => [line, path, severity])).toEqual([
      [3, 'customer.regoin', 'warning'],
    ]);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['an empty file', '', 'sow.yml: expected content, got nothing'],
    ['only comments', '# nothing\n', 'sow.yml: expected content, got nothing'],
    ['a list at the top', '- a\n- b\n', 'sow.yml:1: expected a group of fields, got a list of 2'],
    ['a text', 'SOW-1042\n', 'sow.yml:1: expected a group of fields, got "SOW-1042"'],
    ['null', 'null\n', 'sow.yml:1: expected a group of fields, got nothing'],
    ['a NUL byte', SOW.replace('Ada', 'A\0a'), 'sow.yml:14: expected text, got a NUL byte'],
    ['Latin-1', Buffer.from(SOW.replace('Ada', 'Adä'), 'latin1'), 'sow.yml:14: expected UTF-8 text'],
    [
      'a field twice',
      SOW.replace('stage:', 'stage: lost\nstage:'),
      'sow.yml:6 stage: the field is there twice (first in line 5)',
    ],
    [
      'an anchor',
      SOW.replace('name: Ada', 'name: &a Ada'),
      'sow.yml:14 contacts.customer.main.name: anchors (&name) are not used here',
    ],
    [
      'a prototype',
      `${SOW}__proto__: { polluted: true }\n`,
      'sow.yml:16 __proto__: a field must not have this name',
    ],
    [
      'control characters in a name of a field',
      `${SOW}"a\\e[2Jb": 1\n`,
      'sow.yml:16 a\\u{1b}[2Jb: unknown field',
    ],
  ])('refuses %s', async (_, content, expected) => {
    expect((await lint(content)).join('\n')).toContain(expected);
  });

  it('refuses 10 MB without reading them', async () => {
    const file = join(root, 'large.yml');
    const handle = await open(file, 'w');
    await handle.truncate(10_000_000);
    await handle.close();

    expect((await lintSubject(file)).map(({ message }) => message)).toEqual([
      'expected at most 1 MiB, got 9.5 MiB',
    ]);
  });

  it('refuses what is no file', async () => {
    await mkdir(join(root, 'folder.yml'));

    expect((await lintSubject(join(root, 'folder.yml'))).map(({ message }) => message)).toEqual([
      'expected a file, got something else',
    ]);
    expect((await lintSubject(join(root, 'none.yml'))).map(({ message }) => message)).toEqual([
      'there is no such file',
    ]);
    expect((await lintSubject('/dev/zero')).map(({ message }) => message)).toEqual([
      'expected a file, got something else',
    ]);
    await expect(loadSow(join(root, 'none.yml'))).rejects.toThrow(InvalidInputError);
  });
});

describe('sows', () => {
  it('has only clean examples', async () => {
    const names = await readdir('sows');

    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect((await lintSubject(`sows/${name}`)).map(formatProblem)).toEqual([]);
  });

  it('finds every mistake of the broken fixture in its line', async () => {
    const lines = (await readFile('test/fixtures/sows/broken.yml', 'utf8')).split('\n');

    const problems = await lintSubject('test/fixtures/sows/broken.yml');

    const commented = lines.flatMap((line, index) =>
      /^\s*[^#\s].* # (?!\(fine|the end is)/.test(line) ? [index + 1] : [],
    );
    const found = new Set(problems.map(({ line }) => line));
    expect(commented.length).toBeGreaterThan(20);
    expect(commented.filter((line) => !found.has(line))).toEqual([]);
    expect(problems.map(({ path }) => path)).toContain('dates.end');
  });

  it('accepts the hostile fixture as data and refuses what is no data', async () => {
    expect(await lintSubject('test/fixtures/sows/hostile.yml')).toEqual([]);
    expect((await lintSubject('test/fixtures/sows/duplicate-keys.yml')).map(({ line }) => line)).toEqual([
      9, 20,
    ]);
    expect((await lintSubject('test/fixtures/sows/alias-bomb.yml')).length).toBe(10);
  });
});

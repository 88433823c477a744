import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatProblem } from '#domain/base/input-problem.ts';
import { checksum } from '#domain/base/record-line.ts';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import { freezeProcess } from '#templates/freeze-process.ts';
import { lintPaths } from '#templates/lint-paths.ts';
import { lintProcess, loadProcess } from '#templates/load-process.ts';
import { loadProcessStore } from '#templates/process-store.ts';

const PROCESS = `# Our process
id: small
name: Small process
summary: For tests.
titles: { epic: '{{sow.number}}', issue: '{{step.title}}' }
steps: [first, second]
close_when: [second]
profiles:
  loose:
    summary: Only started.
    after: { second: [{ step: first, until: started }] }
`;
const FIRST = '---\ntitle: First\nowner: manager\n---\nDo {{customer.name}}.\n';
const SECOND = `---
title: Second
owner: engineer
after: [first]
done_when:
  evidence:
    - { field: Held on, kind: date }
    - { field: Minutes, kind: url, required: false }
---
{{> evidence}}
`;

let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'procession-versions-'));
  folder = join(root, 'small');
  await mkdir(join(folder, 'tests'), { recursive: true });
  await write({
    'process.yml': PROCESS,
    'epic.md': '{{engagement}}\n',
    'first.md': FIRST,
    'second.md': SECOND,
    'README.md': 'About this process.\n',
    'tests/none.yml': 'sow: {}\ncases: []\n',
  });
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(folder, file), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(folder, file), text.replace(from, to));
}

async function read(file: string): Promise<string> {
  return await readFile(join(folder, file), 'utf8');
}

async function freeze(bump = false): Promise<Readonly<Record<string, unknown>>> {
  const { kind, version, raisedTo } = await freezeProcess(folder, { bump });
  return { kind, version, raisedTo };
}

/** What freezing is refused with. */
async function refusal(bump = false): Promise<string> {
  const error: unknown = await freezeProcess(folder, { bump }).catch((thrown: unknown) => thrown);
  return String(error).replaceAll(`${folder}/`, '');
}

/** What lint says about versions; the file of cases is left out. */
async function lint(): Promise<readonly string[]> {
  const problems = await lintProcess(folder);
  return problems
    .filter(({ file }) => file?.includes('/tests/') === false)
    .map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ''));
}

describe('freezing a process', () => {
  it('copies the files of the definition, and nothing else', async () => {
    expect(await freeze()).toEqual({ kind: 'frozen', version: 1, raisedTo: null });

    expect((await readdir(join(folder, 'versions/1'))).toSorted()).toEqual([
      'epic.md',
      'first.md',
      'frozen.json',
      'process.yml',
      'second.md',
    ]);
    expect(await read('versions/1/second.md')).toBe(SECOND);
    expect(JSON.parse(await read('versions/1/frozen.json'))).toMatchObject({
      version: 1,
      rules: rulesHash(await loadProcess(folder)),
      profiles: { loose: rulesHash(await loadProcess(folder, 'loose')) },
    });
    expect(await readdir(join(folder, 'versions'))).toEqual(['1']);
    expect(await lint()).toEqual([]);
  });

  it('makes a folder that others may read, such as the service in its image', async () => {
    await freeze();

    expect((await stat(join(folder, 'versions/1'))).mode & 0o077).toBe(
      (await stat(join(folder, 'tests'))).mode & 0o077,
    );
  });

  it('changes nothing the second time', async () => {
    await freeze();
    const before = await stat(join(folder, 'versions/1/frozen.json'));

    expect(await freeze()).toEqual({ kind: 'unchanged', version: 1, raisedTo: null });
    expect((await stat(join(folder, 'versions/1/frozen.json'))).mtimeMs).toBe(before.mtimeMs);
  });

  it('brings the texts of a version up to date', async () => {
    await freeze();
    await edit('first.md', 'Do', 'Please do');

    expect(await freeze()).toEqual({ kind: 'texts-renewed', version: 1, raisedTo: null });
    expect(await read('versions/1/first.md')).toContain('Please do');
    expect(await lint()).toEqual([]);
  });

  it('never gives a frozen version other rules', async () => {
    await freeze();
    await edit('second.md', 'after: [first]\n', '');

    const refused = await refusal();

    expect(refused).toContain('Nothing was frozen:');
    expect(refused).toContain('second.md:2 after: another rule than in version 1, which is frozen');
    expect(await read('versions/1/second.md')).toBe(SECOND);
  });

  it('refuses a process that has problems', async () => {
    await edit('second.md', 'after: [first]', 'after: [frist]');

    expect(await refusal()).toContain('Did you mean "first"?');
    expect(await readdir(folder)).not.toContain('versions');
  });

  it('completes what was interrupted, and takes away what is left of it', async () => {
    await mkdir(join(folder, 'versions/.freezing-x1/new'), { recursive: true });
    await write({ 'versions/.freezing-x1/new/process.yml': 'id: sm' });
    await utimes(join(folder, 'versions/.freezing-x1'), 0, 0);
    expect(await lint()).toEqual([expect.stringContaining('version 1 is a draft')]);

    expect(await freeze()).toMatchObject({ kind: 'frozen' });

    expect(await readdir(join(folder, 'versions'))).toEqual(['1']);
  });

  it('makes whole folders when two people freeze at once', async () => {
    const all = await Promise.allSettled(Array.from({ length: 4 }, async () => await freeze()));

    const refused = all.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    expect(refused.length).toBeLessThan(4);
    for (const reason of refused) expect(reason).toContain('somebody else made it at the same moment');
    expect(await lint()).toEqual([]);
    expect(await readdir(join(folder, 'versions'))).toEqual(['1']);
  });

  it('raises the version in its line and keeps the rest of process.yml', async () => {
    await edit('process.yml', 'name:', 'version: 3   # since spring\nname:');
    const before = await read('process.yml');

    expect(await freeze(true)).toEqual({ kind: 'frozen', version: 3, raisedTo: 4 });

    expect(await read('process.yml')).toBe(before.replace('version: 3', 'version: 4'));
    expect(await read('versions/3/process.yml')).toBe(before);
  });

  it('adds the line where there is none, in the line ends of the file', async () => {
    await write({ 'process.yml': PROCESS.replaceAll('\n', '\r\n') });

    expect(await freeze(true)).toEqual({ kind: 'frozen', version: 1, raisedTo: 2 });

    expect(await read('process.yml')).toBe(
      PROCESS.replace('id: small\n', 'id: small\nversion: 2\n').replaceAll('\n', '\r\n'),
    );
  });

  it('raises once, however often it is asked to', async () => {
    await freeze(true);

    expect(await freeze(true)).toEqual({ kind: 'nothing-new', version: 2, raisedTo: null });
    expect(await read('process.yml')).toContain('version: 2\n');
    expect(await readdir(join(folder, 'versions'))).toEqual(['1']);
  });

  it('raises the version for rules that were edited too early', async () => {
    await freeze();
    await edit('second.md', 'owner: engineer', 'owner: manager');

    expect(await freeze(true)).toEqual({ kind: 'kept', version: 1, raisedTo: 2 });
    expect(await freeze()).toEqual({ kind: 'frozen', version: 2, raisedTo: null });
    expect(await read('versions/1/second.md')).toBe(SECOND);
    expect(await read('versions/2/second.md')).toContain('owner: manager');
    expect(await lint()).toEqual([]);
  });

  it('says when it cannot find the line to raise, with the copy made', async () => {
    await write({ 'process.yml': PROCESS.replace('id: small', '"id": small') });

    expect(await refusal(true)).toContain(
      'The version was not raised:\n  process.yml version: the line cannot be found. Fix: Write version: 2 there yourself.',
    );
    expect(await readdir(join(folder, 'versions'))).toEqual(['1']);
  });
});

describe('lint of versions', () => {
  it('warns of a draft', async () => {
    expect(await lint()).toEqual([
      expect.stringMatching(
        /^warning: process\.yml:\d+ version: version 1 is a draft: it is not frozen\. Fix: /,
      ),
    ]);
  });

  it('names every changed rule in its line, with the way out; texts may change', async () => {
    await freeze();
    await edit('first.md', 'title: First\n', 'title: The first\n');
    expect(await lint()).toEqual([]);

    await edit('second.md', 'required: false', 'required: true');
    await edit('second.md', '[first]', '[{ step: first, until: started }]');
    await edit('process.yml', 'until: started', 'until: done');

    const fix =
      'Fix: Raise "version" to 2 in process.yml, then procession freeze small; or put it back. Engagements of version 1 keep their rules.';
    expect(await lint()).toEqual([
      `second.md:4 after: another rule than in version 1, which is frozen: was [first], is [{ step: first, until: started }]. ${fix}`,
      `second.md:8 done_when.evidence[1].required: another rule than in version 1, which is frozen: was false, is true. ${fix}`,
      `process.yml:11 profiles.loose.after.second: another rule than in version 1, which is frozen: was [{ step: first, until: started }], is [first]. ${fix}`,
    ]);
  });

  it('tells a step that came and one that went', async () => {
    await freeze();
    await rename(join(folder, 'first.md'), join(folder, 'begin.md'));
    await edit('process.yml', '[first, second]', '[begin, second]');
    await edit('process.yml', 'step: first', 'step: begin');
    await edit('second.md', '[first]', '[begin]');

    expect((await lint()).map((line) => line.replace(/\. Fix: .*/, ''))).toEqual([
      'process.yml:6 steps: the step "first" of version 1, which is frozen, is gone',
      'begin.md:2: the step "begin" is not in version 1, which is frozen',
      expect.stringContaining('second.md:4 after: another rule'),
      expect.stringContaining('process.yml:11 profiles.loose.after.second: another rule'),
    ]);
  });

  it('is content once the version is raised and frozen', async () => {
    await freeze(true);
    await edit('second.md', 'owner: engineer', 'owner: manager');
    expect(await lint()).toEqual([expect.stringContaining('version 2 is a draft')]);

    await freeze();

    expect(await lint()).toEqual([]);
  });

  it('refuses a version older than a frozen one', async () => {
    await freeze(true);
    await edit('second.md', 'owner: engineer', 'owner: manager');
    await freeze();
    await edit('process.yml', 'version: 2', 'version: 1');

    expect(await lint()).toEqual([
      'process.yml:3 version: version 1 is older than version 2, which is frozen. Fix: Write version: 2 when the rules are those, else version: 3.',
    ]);
    expect(await refusal()).toContain('version 1 is older than version 2');
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'a rule edited by hand',
      async () => await edit('versions/1/second.md', 'owner: engineer', 'owner: manager'),
      'versions/1/second.md: was edited after version 1 was frozen',
    ],
    [
      'a text edited by hand',
      async () => await edit('versions/1/first.md', 'Do', 'Do not'),
      'versions/1/first.md: was edited after version 1 was frozen',
    ],
    [
      'a file that is gone',
      async () => await rm(join(folder, 'versions/1/epic.md')),
      'versions/1/epic.md: is missing after version 1 was frozen',
    ],
    [
      'a file that was added',
      async () => await write({ 'versions/1/_more.md': 'More' }),
      'versions/1/_more.md: was added after version 1 was frozen',
    ],
    [
      'no note of what was frozen',
      async () => await rm(join(folder, 'versions/1/frozen.json')),
      'versions/1/frozen.json: there is no such file, or it is not what procession freeze wrote',
    ],
    [
      'a note that is none',
      async () => await write({ 'versions/1/frozen.json': '{ "version": 1, "rules": 7 }' }),
      'versions/1/frozen.json: there is no such file, or it is not what procession freeze wrote',
    ],
    [
      'a copy made by hand: two folders with one number',
      async () => await cp(join(folder, 'versions/1'), join(folder, 'versions/2'), { recursive: true }),
      'versions/2/process.yml version: expected version 2, the name of the folder, got 1, which another folder holds',
    ],
    [
      'another number inside',
      async () => await edit('versions/1/process.yml', 'id: small', 'id: small\nversion: 7'),
      'versions/1/process.yml version: expected version 1, the name of the folder, got 7',
    ],
    [
      'a folder that is no number',
      async () => await rename(join(folder, 'versions/1'), join(folder, 'versions/01')),
      'versions/01: expected the number of a version, got "01"',
    ],
  ])('refuses %s, and freezing over it', async (_, spoil, expected) => {
    await freeze();
    await spoil();

    const problems = await lint();

    expect(problems.join('\n')).toContain(expected);
    expect(problems.join('\n')).toMatch(/Fix: .*(?:Restore it with git|keep anything else elsewhere)/);
    expect(await refusal()).toContain(expected);
  });

  it('does not mind other line ends in a frozen folder', async () => {
    await freeze();
    await write({ 'versions/1/second.md': SECOND.replaceAll('\n', '\r\n') });

    expect(await lint()).toEqual([]);
  });

  it('takes a path inside a frozen version for its process', async () => {
    await freeze();
    await edit('versions/1/first.md', 'Do', 'Do not');
    const paths = [
      'versions',
      'versions/1',
      'versions/1/first.md',
      'versions/1/frozen.json',
      'versions/1/process.yml',
    ];

    for (const path of paths) {
      const { problems, checked } = await lintPaths([join(folder, path)]);
      expect({ path, ...checked }).toEqual({ path, processes: 1, sows: 0, deals: 0 });
      expect(problems.map(({ message }) => message)).toContain('was edited after version 1 was frozen');
    }
  });
});

describe('the process store', () => {
  const load = async (): Promise<ProcessStore> => await loadProcessStore(root);

  /** Versions 1 (frozen), 2 (frozen, owner manager), and 3, a draft without the predecessor. */
  async function threeVersions(): Promise<readonly string[]> {
    const hashes = [rulesHash(await loadProcess(folder))];
    await freeze(true);
    await edit('second.md', 'owner: engineer', 'owner: manager');
    hashes.push(rulesHash(await loadProcess(folder)));
    await freeze(true);
    await edit('second.md', 'after: [first]\n', '');
    hashes.push(rulesHash(await loadProcess(folder)));
    return hashes;
  }

  it('finds exactly the definition with the rules that an engagement names', async () => {
    const hashes = await threeVersions();
    const store = await load();

    for (const [index, rules] of hashes.entries()) {
      const found = store.find('small', null, { version: index + 1, rules });
      expect(found?.version).toBe(index + 1);
      expect(found === null ? null : rulesHash(found)).toBe(rules);
    }
    expect(store.find('small', null, { version: 3, rules: '0000000000000000' })).toBeNull();
    expect(store.find('small', null)?.version).toBe(3);
    expect(store.ids).toEqual(['small']);
  });

  it('finds a version by its number where there is no hash, and the first where there is neither', async () => {
    await threeVersions();
    const store = await load();
    const versionOf = (version: number | null): number | undefined =>
      store.find('small', null, { version, rules: null })?.version;

    expect([versionOf(3), versionOf(2), versionOf(1), versionOf(null), versionOf(4)]).toEqual([
      3,
      2,
      1,
      1,
      undefined,
    ]);
  });

  it('finds the profile of a frozen version', async () => {
    const rules = rulesHash(await loadProcess(folder, 'loose'));
    await freeze(true);
    await edit(
      'process.yml',
      '    after: { second: [{ step: first, until: started }] }',
      '    after: { second: [] }',
    );
    const store = await load();

    const found = store.find('small', 'loose', { version: 1, rules });
    expect(found?.steps[1]?.after).toEqual([{ step: 'first', until: 'started' }]);
    expect(store.find('small', null, { version: 1, rules })).toBeNull();
    expect(store.find('small', 'lose', { version: 1, rules })).toBeNull();
  });

  it('takes the mended texts of a version', async () => {
    const rules = rulesHash(await loadProcess(folder));
    await freeze();
    await edit('first.md', 'Do', 'Please do');

    expect((await load()).find('small', null, { version: 1, rules })?.steps[0]?.body).toContain('Please do');
  });

  it('takes files that were frozen as they are for checked, which lint does not', async () => {
    await freeze();
    for (const file of ['first.md', 'versions/1/first.md']) await edit(file, 'Do', '@somebody does');
    await expect(load()).rejects.toThrow('@somebody would notify somebody');

    // As an earlier release froze it, which found nothing wrong with it.
    const text = await read('first.md');
    await edit('versions/1/frozen.json', checksum(FIRST), checksum(text));
    expect((await load()).find('small', null)?.steps[0]?.body).toContain('@somebody');
    expect(await lint()).toEqual([expect.stringContaining('@somebody would notify somebody')]);
  });

  it('keeps the frozen rules where the current ones were edited without a new version', async () => {
    const rules = rulesHash(await loadProcess(folder));
    await freeze();
    await edit('second.md', 'owner: engineer', 'owner: manager');
    const store = await load();

    expect(store.find('small', null, { version: 1, rules })?.steps[1]?.owner).toBe('engineer');
    expect(store.find('small', null, { version: 1, rules: null })?.steps[1]?.owner).toBe('engineer');
    expect(store.find('small', null)?.steps[1]?.owner).toBe('manager');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['has edited rules', async () => await edit('versions/1/second.md', 'owner: engineer', 'owner: manager')],
    ['cannot be read', async () => await write({ 'versions/1/process.yml': 'id: [' })],
    ['is gone', async () => await rm(join(folder, 'versions/1'), { recursive: true })],
    ['lost its note', async () => await rm(join(folder, 'versions/1/frozen.json'))],
  ])('finds nothing in place of a version that %s, and everything else', async (_, spoil) => {
    const [one = '', two = ''] = await threeVersions();
    await spoil();
    const store = await load();

    expect(store.find('small', null, { version: 1, rules: one })).toBeNull();
    expect(store.find('small', null, { version: 1, rules: null })).toBeNull();
    expect(store.find('small', null, { version: 2, rules: two })?.version).toBe(2);
    expect(store.find('small', null)?.version).toBe(3);
  });

  it('has another fingerprint when a frozen version comes or goes', async () => {
    await threeVersions();
    const before = (await load()).fingerprint;
    expect((await load()).fingerprint).toBe(before);

    await rm(join(folder, 'versions/1'), { recursive: true });

    expect((await load()).fingerprint).not.toBe(before);
  });
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatProblem } from '#domain/base/input-problem.ts';
import { changedInputs } from '#domain/sow/changed-inputs.ts';
import { lintPaths } from '#templates/lint-paths.ts';
import { listSowFiles } from '#templates/list-sows.ts';
import { aSowFile } from '#test/support/inputs.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'procession-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function write(path: string, number: string, change: object = {}): Promise<void> {
  const sow = { ...aSowFile(), sow: { number, signed_on: '2026-03-02' }, ...change };
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), JSON.stringify(sow));
}

async function lint(...paths: string[]): Promise<readonly string[]> {
  const { problems } = await lintPaths(paths.map((path) => join(root, path)));
  return problems.map((problem) => formatProblem(problem).replaceAll(`${root}/`, ''));
}

describe('templates/lint-paths', () => {
  it('checks exactly the SOW files that are planned and applied, in folders of any depth', async () => {
    const paths = [
      'sows/SOW-1.yml',
      'sows/emea/2026/SOW-2.YAML',
      'sows/emea/SOW-3.json',
      'sows/archive/SOW-4.yml',
      'sows/archive/2025/SOW-5.yml',
      'sows/emea/archive/SOW-6.yml',
      'sows/.drafts/SOW-7.yml',
      'sows/.SOW-8.yml',
      'sows/README.md',
    ];
    for (const [index, path] of paths.entries()) await write(path, `SOW-${index + 1}`);
    const worked = ['sows/SOW-1.yml', 'sows/emea/2026/SOW-2.YAML', 'sows/emea/SOW-3.json'];
    const found = (await listSowFiles(join(root, 'sows'))).map((file) => file.replace(`${root}/`, ''));
    const changed = changedInputs(
      paths.map((path) => ({ path, exists: true })),
      { templates: 'issue_templates', configFile: 'procession.yml' },
    );

    expect(found).toEqual([...worked, 'sows/emea/archive/SOW-6.yml'].toSorted());
    expect(new Set(found)).toEqual(new Set(changed.sows));
    expect((await lintPaths([join(root, 'sows')])).checked.sows).toBe(4);
  });

  it('counts deals as deals', async () => {
    const { checked } = await lintPaths(['deals', 'sows']);
    expect(checked).toEqual({ processes: 0, sows: 3, deals: 2 });
  });

  it('finds what is wrong in a SOW of a subfolder', async () => {
    await write('sows/emea/SOW-1.yml', 'SOW-1', { deployment: 'moon' });

    expect(await lint('sows')).toEqual([
      'sows/emea/SOW-1.yml:1 deployment: expected one of aws, on-prem, other, none, got "moon". Fix: Use one of: aws, on-prem, other, none.',
    ]);
  });

  it('names both files of one number, also where another field of one is wrong', async () => {
    await write('sows/SOW-1.yml', 'SOW-1');
    await write('sows/emea/copy.yml', 'SOW-1', { engagement: '' });
    await write('sows/SOW-2.yml', 'SOW-2');

    const problems = await lint('sows');

    expect(problems.filter((text) => text.includes('sow.number'))).toEqual([
      'sows/SOW-1.yml:1 sow.number: SOW-1 is also the number of sows/emea/copy.yml. Fix: Give one of them its own number; move a SOW that is not worked on any more to sows/archive/.',
      'sows/emea/copy.yml:1 sow.number: SOW-1 is also the number of sows/SOW-1.yml. Fix: Give one of them its own number; move a SOW that is not worked on any more to sows/archive/.',
    ]);
  });

  it('takes a file that is named twice for one', async () => {
    await write('sows/SOW-1.yml', 'SOW-1');

    expect(await lint('sows', 'sows/SOW-1.yml', './sows//SOW-1.yml')).toEqual([]);
  });

  it('checks what is archived when it is asked to', async () => {
    await write('sows/archive/SOW-4.yml', 'SOW-4', { deployment: 'moon' });

    expect(await lint('sows/archive')).toHaveLength(1);
    expect(await lint('sows/archive/SOW-4.yml')).toHaveLength(1);
  });

  it('takes no package.json for a SOW where somebody names the whole project', async () => {
    await write('sows/SOW-1.yml', 'SOW-1');
    await write('package.json', 'SOW-2');

    expect(await lint('.')).toEqual([expect.stringContaining('Leave the path out')]);
  });
});

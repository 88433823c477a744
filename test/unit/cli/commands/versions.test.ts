import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from '#test/support/cli.ts';
import { copyFirstProcesses } from '#test/support/first-version.ts';

const root = join(import.meta.dirname, '../../../..');
let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'procession-versions-'));
  await copyFirstProcesses(join(cwd, 'issue_templates'));
});

afterEach(async () => {
  await rm(cwd, { recursive: true, force: true });
});

async function edit(file: string, from: string, to: string): Promise<void> {
  const path = join(cwd, 'issue_templates/delivery', file);
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}

/** Version 2, frozen, with another predecessor and another text; version 3 is a draft without differences. */
async function threeVersions(): Promise<void> {
  await cli(['freeze', 'delivery', '--bump'], { cwd });
  await edit('kick-off.md', 'after: [welcome-email]', 'after: [assign-engineer]');
  await edit('epic.md', '##', 'Read this first.\n\n##');
  await cli(['freeze', 'delivery', '--bump'], { cwd });
}

describe('procession versions', () => {
  it('lists every process, the newest version first', async () => {
    await threeVersions();

    const { code, stdout } = await cli(['versions'], { cwd });

    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'delivery · Project delivery',
      '    3  draft · current · as version 2',
      '    2  frozen · 1 rule and 1 text other than version 1',
      '    1  frozen',
      'quote-to-signoff · Quote to sign-off',
      '    1  frozen · current',
      '',
    ]);
  });

  it('names every difference of one process, and between two versions of it', async () => {
    await threeVersions();
    const rule = 'kick-off after: [welcome-email] → [assign-engineer]';

    const one = await cli(['versions', 'delivery'], { cwd });
    expect(one.stdout).toContain(`      ${rule}\n      texts: epic.md\n      rules `);
    expect(one.stdout).toMatch(/rules [0-9a-f]{16}, texts [0-9a-f]{16}\n {4}1 {2}frozen/);

    expect((await cli(['versions', 'delivery', '1', '3'], { cwd })).stdout).toBe(
      `delivery · version 1 → version 3\n  ${rule}\n  texts: epic.md\n`,
    );
    expect((await cli(['versions', 'delivery', '3', '2'], { cwd })).stdout).toBe(
      'delivery · version 3 → version 2\n  nothing differs\n',
    );
    expect(JSON.parse((await cli(['versions', 'delivery', '3', '1', '--json'], { cwd })).stdout)).toEqual({
      version: 1,
      process: 'delivery',
      from: 3,
      to: 1,
      rules: [{ step: 'kick-off', path: 'after', from: '[assign-engineer]', to: '[welcome-email]' }],
      texts: ['epic.md'],
    });
  });

  it('says which version was edited after it was frozen, and which folder is damaged', async () => {
    await threeVersions();
    await edit('versions/1/epic.md', '##', 'By hand\n##');
    await edit('process.yml', 'version: 3', 'version: 2');
    await edit('welcome-email.md', 'owner: manager', 'owner: engineer');
    await edit('_summary-mail.md', '\n', '\nMore.\n');

    const { processes } = JSON.parse((await cli(['versions', 'delivery', '--json'], { cwd })).stdout);

    const { rules } = JSON.parse(
      await readFile(join(root, 'issue_templates/delivery/versions/1/frozen.json'), 'utf8'),
    );
    expect(processes).toMatchObject([
      {
        process: 'delivery',
        versions: [
          { number: 2, state: 'edited', current: true, newerTexts: ['_summary-mail.md'], since: { from: 1 } },
          { number: 1, state: 'damaged', current: false, rules, since: null },
        ],
      },
    ]);
  });

  it.each([
    [['delivery', '1'], 'give both numbers'],
    [
      ['delivery', '1', '7'],
      'delivery: there is no version "7", or it cannot be read. Fix: Versions that can be read: 1.',
    ],
    [['delivery', 'one', '1'], 'there is no version "one"'],
    [['delivry'], 'Did you mean "delivery"?'],
  ])('refuses %j', async (args, message) => {
    expect(await cli(['versions', ...args], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    });
  });
});

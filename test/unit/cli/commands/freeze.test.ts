import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from '#test/support/cli.ts';
import { copyFirstProcesses } from '#test/support/first-version.ts';

const root = join(import.meta.dirname, '../../../..');
const KICK_OFF = 'issue_templates/delivery/kick-off.md';
let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'procession-freeze-'));
  await copyFirstProcesses(join(cwd, 'issue_templates'));
});

afterEach(async () => {
  await rm(cwd, { recursive: true, force: true });
});

async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(cwd, file), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(cwd, file), text.replace(from, to));
}

describe('procession freeze', () => {
  it('works in every line of docs/process-versions.md', async () => {
    const page = await readFile(join(root, 'docs/process-versions.md'), 'utf8');
    // Migrations need a GitLab: those blocks have a test of their own.
    const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)]
      .map(([, text = '']) => text)
      .filter((text) => !text.includes('procession migrate'));
    const lines = blocks.flatMap((text) => text.trim().split('\n'));
    const codes: [string, number][] = [];
    for (const line of lines) {
      const [command = '', ...args] = line.replace(/\s*#.*/, '').split(' ');
      // The cases have a test of their own, which takes longer than the rest of the page.
      if (command === 'procession' && args[0] !== 'test') codes.push([line, (await cli(args, { cwd })).code]);
      if (command === '$EDITOR') await edit(args[0] ?? '', 'owner: engineer', 'owner: manager');
    }

    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter(([, code]) => code !== 0)).toEqual([]);
    expect(await readdir(join(cwd, 'issue_templates/delivery/versions'))).toEqual(['1', '2']);
  });

  it('takes an author from one version to the next', async () => {
    const bumped = await cli(['freeze', 'delivery', '--bump'], { cwd });
    expect(bumped.stdout).toMatch(/^Version 1 of delivery is frozen already in .*\/versions\/1\.\n/);
    expect(bumped.stdout).toContain('process.yml says version: 2 now, a draft.');

    await edit(KICK_OFF, 'after: [welcome-email]', 'after: [assign-engineer]');
    const draft = await cli(['lint', 'issue_templates'], { cwd });
    expect([draft.code, draft.stdout]).toEqual([
      0,
      expect.stringContaining('version: version 2 is a draft: it is not frozen.'),
    ]);

    const frozen = await cli(['freeze', 'delivery'], { cwd });
    expect([frozen.code, frozen.stdout]).toEqual([
      0,
      expect.stringMatching(/Version 2 of delivery is frozen in .*\nNext: commit .*versions\/2\.\n/),
    ]);
    expect(await cli(['lint', 'issue_templates'], { cwd })).toMatchObject({
      code: 0,
      stdout: '2 processes, 0 SOWs: no problems\n',
    });
    expect(await readFile(join(cwd, 'issue_templates/delivery/versions/1/kick-off.md'), 'utf8')).toContain(
      'after: [welcome-email]',
    );
  });

  it('says in lint and in freeze what to do about rules that were edited too early', async () => {
    await edit(KICK_OFF, 'after: [welcome-email]', 'after: [assign-engineer]');
    const message =
      /kick-off\.md:\d+ after: another rule than in version 1, which is frozen: was \[welcome-email\], is \[assign-engineer\]\. Fix: Raise "version" to 2 in \S+, then procession freeze delivery;/;

    const linted = await cli(['lint', 'issue_templates'], { cwd });
    const frozen = await cli(['freeze', 'delivery'], { cwd });

    expect([linted.code, linted.stdout]).toEqual([2, expect.stringMatching(message)]);
    expect([frozen.code, frozen.stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(await cli(['freeze', 'delivery', '--bump'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/was frozen with other rules, and stays as it is/),
    });
  });

  it('tells scripts what became of it', async () => {
    const { stdout } = await cli(['freeze', 'delivery', '--json'], { cwd });

    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      process: 'delivery',
      number: 1,
      folder: expect.stringMatching(/issue_templates\/delivery\/versions\/1$/),
      result: 'unchanged',
      raisedTo: null,
    });
  });

  it('knows only processes that are there', async () => {
    expect(await cli(['freeze', 'delivry'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no process "delivry". Fix: Did you mean "delivery"?'),
    });
  });

  it('writes nothing into the processes that come with Procession', async () => {
    await rm(join(cwd, 'issue_templates'), { recursive: true });
    const versions = join(root, 'issue_templates/delivery/versions');
    const before = await readdir(versions);

    expect(await cli(['freeze', 'delivery', '--bump'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('To change a process, copy the folder to issue_templates'),
    });
    expect(await readdir(versions)).toEqual(before);
  });
});

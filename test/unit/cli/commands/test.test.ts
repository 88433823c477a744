import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from '#test/support/cli.ts';

const root = join(import.meta.dirname, '../../../..');
const ORDER = 'issue_templates/delivery/tests/order.yml';
let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'procession-cases-'));
  for (const folder of ['issue_templates/delivery', 'sows']) await copy(folder);
});

afterEach(async () => {
  await rm(cwd, { recursive: true, force: true });
});

async function copy(folder: string): Promise<void> {
  await cp(join(root, folder), join(cwd, folder), { recursive: true });
}

async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(cwd, file), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(cwd, file), text.replace(from, to));
}

async function replaceCases(text: string): Promise<void> {
  const folder = join(cwd, 'issue_templates/delivery/tests');
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
  await writeFile(join(cwd, ORDER), `sow: ../../../sows/SOW-1042.yml\ncases:\n${text}`);
}

describe('procession test', () => {
  it('says that all cases hold', async () => {
    await copy('issue_templates/quote-to-signoff');

    expect(await cli(['test', 'quote-to-signoff'], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^1 process, \d\d cases: all hold\n$/),
    });
  });

  it('shows every failure at once: where, expected, seen, and what would change it', async () => {
    await replaceCases(
      [
        '  - name: Wrong twice',
        '    facts: { kick-off: done }',
        '    expect:',
        '      states: { kick-off: ready }',
        '      complete: true',
      ].join('\n'),
    );

    const { code, stdout } = await cli(['test', 'delivery'], { cwd });

    expect(code).toBe(1);
    expect(stdout).toContain('✗ Wrong twice');
    expect(stdout).toMatch(
      /order\.yml:6 expect\.states\.kick-off\n\s+expected {2}ready\n\s+seen {6}blocked: closed too early/,
    );
    expect(stdout).toContain('What would change it: Finish Send the welcome e-mail');
    expect(stdout).toMatch(
      /order\.yml:5 expect\n\s+expected {2}kick-off: no rule broken\n\s+seen {6}kick-off: closed-too-early/,
    );
    expect(stdout).toMatch(/order\.yml:7 expect\.complete\n\s+expected {2}complete\n\s+seen {6}not complete/);
    expect(stdout).toContain('1 process, 1 case: 1 failed');
  });

  it('fails when a rule of the process changes and the cases do not', { timeout: 180_000 }, async () => {
    await edit('issue_templates/delivery/kick-off.md', 'after: [welcome-email]', 'after: [assign-engineer]');

    const { code, stdout } = await cli(['test'], { cwd });

    expect(code).toBe(1);
    expect(stdout).toContain('✗ Closing the kick-off before the welcome e-mail is taken back');
  });

  it('writes JUnit and JSON that say the same', async () => {
    await replaceCases(
      ['  - name: Holds', '    expect: {}', '  - name: Fails & <shows>', '    expect: { others: done }'].join(
        '\n',
      ),
    );

    const { code, stdout } = await cli(['test', 'delivery', '--json', '--junit', 'out/cases.xml'], { cwd });

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      passed: false,
      counts: { cases: 2, failed: 1, problems: 0 },
      cases: [
        { process: 'delivery', name: 'Holds', line: 3, passed: true },
        { name: 'Fails & <shows>', passed: false },
      ],
    });
    const junit = await readFile(join(cwd, 'out/cases.xml'), 'utf8');
    expect(junit).toContain('<testsuites name="procession test" tests="2" failures="1" errors="0">');
    expect(junit).toContain('name="Fails &amp; &lt;shows&gt;"');
    expect(junit).toContain('<failure');
  });

  it('tells once what the SOW that the cases of a file share lacks', async () => {
    await edit('issue_templates/delivery/tests/sow/won.yml', ', signed_on: 2026-11-18', '');
    const { code, stdout } = await cli(['test'], { cwd });

    expect(code).toBe(2);
    const lines = stdout.split('\n').filter((line) => line.includes('signed_on'));
    const files = await readdir(join(cwd, 'issue_templates/delivery/tests'));
    expect(lines).toHaveLength(files.filter((name) => name.endsWith('.yml')).length);
    expect(lines[0]).toContain('conditions.yml:2 sow.sow.signed_on: is missing');
    expect(lines[0]).toContain('(in sow/won.yml)');
  });

  it.each([
    ['an unknown step', 'facts: { kick-of: done }', 'Did you mean "kick-off"?'],
    [
      'a step the SOW does not ask for',
      'done: [intake-on-prem]',
      'does not belong to this SOW: only when deployment is on-prem',
    ],
    [
      'a row that is not in the table',
      'facts: { kick-off: { evidence: { Minuts: x } } }',
      'Did you mean "Minutes"?',
    ],
    [
      'a list item that is not there',
      'facts: { kick-off: { ticked: [Dance] } }',
      'no list item of kick-off begins with "Dance"',
    ],
    [
      'what is said about an unknown step',
      'said: [{ by: mira, about: kick-of, text: /ps approve }]',
      'Did you mean "kick-off"?',
    ],
    [
      'an issue of a step that is not made on request',
      'facts: { kick-off/1: done }',
      'there is no step "kick-off/1"',
    ],
    ['an unknown profile', 'profile: strickt', 'there is no profile "strickt"'],
    [
      'a SOW that cannot be',
      'sow: { deployment: azure }',
      'expected one of aws, on-prem, other, none, got "azure"',
    ],
    ['an unknown field', 'fact: { kick-off: done }', 'unknown field'],
  ])('refuses %s with its line, and lint does too', async (_, field, message) => {
    await replaceCases(['  - name: Broken', `    ${field}`, '    expect: {}'].join('\n'));

    const { code, stdout } = await cli(['test', 'delivery'], { cwd });

    expect(code).toBe(2);
    expect(stdout).toMatch(/order\.yml:4 /);
    expect(stdout).toContain(message);
    if (message.startsWith('no list item')) return;
    const linted = await cli(['lint', 'issue_templates/delivery/tests'], { cwd });
    expect(linted.code).toBe(2);
    expect(linted.stdout).toContain(message);
  });

  it('refuses to say that nothing failed when there is nothing to try', async () => {
    await rm(join(cwd, 'issue_templates/delivery/tests'), { recursive: true });

    expect(await cli(['test', 'delivery'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a test that tries nothing proves nothing'),
    });
  });

  it('knows only processes that are there', async () => {
    expect(await cli(['test', 'delivry'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "delivery"?'),
    });
  });
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '#domain/base/errors.ts';
import { formatProblem } from '#domain/base/input-problem.ts';
import { freezeProcess } from '#templates/freeze-process.ts';
import { listProcesses } from '#templates/list-processes.ts';
import { lintProcess, loadProcess } from '#templates/load-process.ts';

const PROCESS = `id: small
name: Small process
summary: For tests.
titles:
  epic: '{{sow.number}}'
  issue: '{{step.title}}'
steps: [first, second]
close_when: [second]
profiles:
  loose:
    summary: Only started.
    after:
      second: [{ step: first, until: started }]
`;
const FIRST = '---\ntitle: First\nowner: manager\n---\nDo {{customer.name}}.\n';
const SECOND = '---\ntitle: Second\nowner: engineer\nafter: [first]\n---\n{{> hello}}\n';

let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'procession-'));
  folder = join(root, 'small');
  await mkdir(folder);
  await write({
    'process.yml': PROCESS,
    'epic.md': '{{engagement}}\n',
    'first.md': FIRST,
    'second.md': SECOND,
    '_hello.md': 'Hello {{contacts.customer.main.name}}\n',
  });
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function write(files: Readonly<Record<string, string | Uint8Array | null>>): Promise<void> {
  for (const [name, text] of Object.entries(files))
    await (text === null ? rm(join(folder, name), { recursive: true }) : writeFile(join(folder, name), text));
}

async function lint(
  files: Readonly<Record<string, string | Uint8Array | null>> = {},
): Promise<readonly string[]> {
  await write(files);
  return (await lintProcess(folder)).map((problem) => formatProblem(problem).replace(`${folder}/`, ''));
}

describe('templates/load-process', () => {
  it('loads a process, its steps in order', async () => {
    const process = await loadProcess(`${folder}/`);

    expect(process).toMatchObject({
      id: 'small',
      name: 'Small process',
      titles: { epic: '{{sow.number}}' },
      closeWhen: ['second'],
      epicBody: '{{engagement}}\n',
      partials: { hello: 'Hello {{contacts.customer.main.name}}\n' },
      profile: null,
    });
    expect(
      process.steps.map(({ id, title, kind, after, body, file }) => [id, title, kind, after, body, file]),
    ).toEqual([
      ['first', 'First', 'once', [], 'Do {{customer.name}}.\n', `${folder}/first.md`],
      [
        'second',
        'Second',
        'once',
        [{ step: 'first', until: 'done' }],
        '{{> hello}}\n',
        `${folder}/second.md`,
      ],
    ]);
  });

  it('applies a profile', async () => {
    const process = await loadProcess(folder, 'loose');

    expect([process.profile, process.steps[1]?.after]).toEqual([
      'loose',
      [{ step: 'first', until: 'started' }],
    ]);
  });

  it('refuses a profile that does not exist', async () => {
    await expect(loadProcess(folder, 'lose')).rejects.toThrow(
      'there is no profile "lose". Fix: Did you mean "loose"?',
    );
    await expect(loadProcess(folder, 'toString')).rejects.toThrow(ConfigError);
  });

  it('finds nothing wrong with a good process that is frozen', async () => {
    await freezeProcess(folder, { bump: false });

    expect(await lint()).toEqual([]);
  });

  it('reads Windows line ends and a byte order mark', async () => {
    await write({
      'first.md': `\uFEFF${FIRST.replaceAll('\n', '\r\n')}`,
      'process.yml': `\uFEFF${PROCESS.replaceAll('\n', '\r\n')}`,
    });

    const process = await loadProcess(folder);

    expect(process.steps[0]?.body).toBe('Do {{customer.name}}.\n');
  });

  it('tells everything at once, each in its line', async () => {
    const problems = await lint({
      'process.yml': PROCESS.replace('[first, second]', '[first, second, third]').replace(
        '{{step.title}}',
        '{{step.tilte}}',
      ),
      'first.md':
        '---\ntitle: First\nowner: manager\ndue:\n  - { from: closed_won, working_days: many }\nwhen: { deploymnt: aws }\ncolour: red\n---\n\nDo {{customer.nmae}}.\n',
      'second.md':
        '---\ntitle: Second\nowner: engineer\nafter:\n  - Bad Id\n  - { stp: first }\n---\n{{> hello}}\n\n{{{engagement}}}\n',
      '_hello.md': 'Hello\n{{contacts.customer.main.nam}}\n',
      'epic.md': '\n{{step.title}}\n',
      'fourth.md': FIRST.replace('First', 'Fourth'),
    });

    expect(problems.map((problem) => problem.slice(0, 72))).toEqual([
      expect.stringContaining('_hello.md:2: '),
      expect.stringContaining('epic.md:2: '),
      'first.md:5 due[0].working_days: expected a number, got "many". Fix: Writ',
      'first.md:7 colour: unknown field. Fix: Known here: title, owner, kind, c',
      expect.stringContaining('first.md:10: '),
      'fourth.md: the step is not in process.yml. Fix: Add fourth to "steps", o',
      expect.stringContaining('process.yml:6 titles.issue: '),
      'process.yml:7 steps[2]: there is no template third.md. Fix: Write third.',
      'second.md:5 after[0]: expected lower-case words with dashes, got "Bad Id',
      'second.md:6 after[1].step: is missing: expected some text. Fix: Add "ste',
      'second.md:6 after[1].stp: unknown field. Fix: Did you mean "step"?',
      expect.stringContaining('second.md:10: '),
    ]);
  });

  it('checks the rules across steps when every step is well-formed', async () => {
    const problems = await lint({
      'first.md': FIRST.replace(
        'owner: manager',
        'owner: manager\nwhen: { deploymnt: aws }\nafter:\n  - second',
      ),
    });

    expect(problems).toEqual([
      'first.md:4 when.deploymnt: a SOW has no field "deploymnt". Fix: Did you mean "deployment"?',
      'first.md:5 after: the steps wait for each other: first → second → first. Fix: Remove one of these predecessors.',
    ]);
  });

  it('tells what only a profile does wrong, at the profile', async () => {
    expect(
      await lint({
        'process.yml': PROCESS.replace('second: [{ step: first, until: started }]', 'first: [second]'),
      }),
    ).toEqual([
      'process.yml:13 profiles.loose.after.first: the steps wait for each other: first → second → first. Fix: Remove one of these predecessors.',
    ]);
    expect(await lint({ 'process.yml': PROCESS.replace('{ step: first', '{ step: zzz') })).toEqual([
      'process.yml:13 profiles.loose.after.second[0]: there is no step "zzz". Fix: The steps are: first, second.',
    ]);
  });

  it.each<[string, Readonly<Record<string, string | Uint8Array | null>>, string]>([
    ['no process.yml', { 'process.yml': null }, 'process.yml: there is no such file'],
    ['no epic.md', { 'epic.md': null }, 'epic.md: there is no such file'],
    ['an empty process.yml', { 'process.yml': '' }, 'process.yml: expected content, got nothing'],
    [
      'a list at the top',
      { 'process.yml': '- a\n' },
      'process.yml:1: expected a group of fields, got a list of 1',
    ],
    [
      'another id',
      { 'process.yml': PROCESS.replace('id: small', 'id: large') },
      'process.yml:1 id: expected the name of the folder, small, got large',
    ],
    ['no front matter', { 'first.md': '# First\n' }, 'first.md:1: expected front matter'],
    [
      'front matter without an end',
      { 'first.md': '---\ntitle: First\n' },
      'first.md:1: expected front matter',
    ],
    ['empty front matter', { 'first.md': '---\n---\nText\n' }, 'first.md: expected content, got nothing'],
    [
      'no template',
      { 'first.md': '---\ntitle: First\nowner: manager\n---\n\n' },
      'first.md:4: expected a template below',
    ],
    [
      'a field twice',
      { 'first.md': FIRST.replace('owner', 'title: X\nowner') },
      'first.md:3 title: the field is there twice (first in line 2)',
    ],
    [
      'bad YAML',
      { 'first.md': FIRST.replace('owner: manager', '\towner: manager') },
      'first.md:3: not valid YAML: tab',
    ],
    [
      'not UTF-8',
      { 'first.md': Buffer.from(FIRST.replace('Do', 'Dü'), 'latin1') },
      'first.md:5: expected UTF-8',
    ],
    [
      'evidence without its table',
      { 'first.md': FIRST.replace('owner', 'done_when: { evidence: [{ field: Sent on }] }\nowner') },
      'first.md:6: the step has evidence fields',
    ],
    ['an unused partial', { '_bye.md': 'Bye\n' }, 'warning: _bye.md: no template uses this partial'],
  ])('names %s', async (_, files, expected) => {
    expect((await lint(files)).join('\n')).toContain(expected);
  });

  it('loads with warnings, not with errors', async () => {
    await write({ '_bye.md': 'Bye\n' });
    await expect(loadProcess(folder)).resolves.toMatchObject({ id: 'small' });

    await write({ 'first.md': FIRST.replace('title', 'titel') });
    await expect(loadProcess(folder)).rejects.toThrow(ConfigError);
  });

  it('names a folder that is missing or none', async () => {
    expect((await lintProcess(join(root, 'nothing'))).map(({ message }) => message)).toEqual([
      'there is no such folder',
    ]);
    expect((await lintProcess(join(folder, 'epic.md'))).map(({ message }) => message)).toEqual([
      'expected a folder, got a file',
    ]);
    await expect(loadProcess(join(root, 'nothing'))).rejects.toThrow(ConfigError);
  });
});

describe('templates/list-processes', () => {
  it('lists the folders with a process.yml by name', async () => {
    await mkdir(join(root, 'empty'));
    await mkdir(join(root, 'a-process'));
    await writeFile(join(root, 'a-process', 'process.yml'), '');
    await writeFile(join(root, 'Bug.md'), 'a plain issue template of GitLab');

    expect(await listProcesses(`${root}/`)).toEqual([
      { id: 'a-process', folder: `${root}/a-process` },
      { id: 'small', folder: `${root}/small` },
    ]);
    await expect(listProcesses(join(root, 'nothing'))).rejects.toThrow(ConfigError);
  });
});

describe('issue_templates', () => {
  it('is clean', async () => {
    const processes = await listProcesses('issue_templates');

    expect(processes.map(({ id }) => id)).toEqual(['delivery', 'quote-to-signoff', 'training']);
    for (const { folder } of processes) expect((await lintProcess(folder)).map(formatProblem)).toEqual([]);
  });
});

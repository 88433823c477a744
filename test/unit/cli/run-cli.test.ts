import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '#cli/commands.ts';
import { COMMON_OPTIONS } from '#cli/terminal/parse-arguments.ts';
import { cli } from '#test/support/cli.ts';

describe('cli/run-cli', () => {
  it.each([['--help'], ['-h'], ['help']])('lists every command on %s', async (...args) => {
    const { code, stdout } = await cli(args);

    expect(code).toBe(0);
    const width = Math.max(...COMMANDS.map(({ name }) => name.length));
    for (const { name, summary } of COMMANDS) expect(stdout).toContain(`${name.padEnd(width)}  ${summary}`);
  });

  it('shows the overview, as an error, when there is no command', async () => {
    expect(await cli([])).toMatchObject({ code: 2, stdout: '' });
  });

  it('prints the version of package.json', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };

    expect(await cli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    [['plna'], 'There is no command "plna". Did you mean "plan"?'],
    [['frobnicate'], 'There is no command "frobnicate". Commands: demo, sandbox,'],
    [['help', 'swep'], 'Did you mean "sweep"?'],
    [['--verbose'], 'There is no option --verbose before a command.'],
    [['plan', 'x.yml', '--ofline'], 'There is no option --ofline. Did you mean "--offline"?'],
    [['plan', 'x.yml', '-z'], 'There is no option -z.'],
    [['plan', 'x.yml', '--constructor'], 'There is no option --constructor.'],
    [['plan'], 'procession plan needs an argument: a SOW file, a SOW number, or --changed-since <commit>.'],
    [['sweep', 'a.yml'], 'does not know what to do with "a.yml"'],
    [['plan', 'a.yml', '--out'], '--out needs a value: --out <file>.'],
    [['plan', 'a.yml', '--out', '--json'], '--out needs a value: --out <file>.'],
    [['plan', 'a.yml', '--json=yes'], '--json is on or off and takes no value.'],
    [['sweep', 'SOW-1'], 'does not know what to do with "SOW-1"'],
  ])('refuses %j with a way out', async (args, message) => {
    const { code, stdout, stderr } = await cli(args);

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\nSee: procession .*--help\n$/);
  });

  it('helps even where arguments are missing', async () => {
    const { code, stdout } = await cli(['plan', '--help']);

    expect(code).toBe(0);
    expect(stdout).toContain('procession plan [sow.yml|SOW-n…] [options]');
  });
});

describe('the command table', async () => {
  const commands = await Promise.all(
    COMMANDS.map(async ({ name, summary, load }) => ({ name, summary, command: (await load()).command })),
  );
  const docs = await readFile('docs/cli.md', 'utf8');

  it.each(commands)('$name says the same in the table and in its own file', ({ name, summary, command }) => {
    expect(command).toMatchObject({ name, summary });
    expect(command.details).toMatch(/\S/);
    expect(command.examples.length).toBeGreaterThan(0);
  });

  it.each(commands)(
    '$name is documented with all its options in docs/cli.md',
    ({ name, summary, command }) => {
      const section = docs.split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? '';

      expect(docs).toContain(`| [\`${name}\`](#${name}) | ${summary} |`);
      expect(section).toContain(`\`procession ${name} ${command.usage}\``.replace(' `', '`'));
      for (const option of Object.keys(command.options)) expect(section).toContain(`\`--${option}`);
    },
  );

  it('documents no option that does not exist', () => {
    const known = new Set([
      ...Object.keys(COMMON_OPTIONS),
      'version',
      ...commands.flatMap(({ command }) => Object.keys(command.options)),
    ]);

    expect(
      [...docs.matchAll(/--([a-z][a-z-]+)/g)]
        .map(([, name]) => name)
        .filter((name) => !known.has(name ?? '')),
    ).toEqual([]);
  });
});

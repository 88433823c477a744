import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '#cli/run-cli.ts';
import { loadConfig } from '#config/load-config.ts';
import { openSeal } from '#seal/ed25519.ts';
import { cli } from '#test/support/cli.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'procession-init-'));
});

afterEach(async () => await rm(folder, { recursive: true, force: true }));

const GIVEN = ['init', '--group', 'acme/services', '--project', 'acme/services/engagements'];

const text = async (file: string): Promise<string> => await readFile(join(folder, file), 'utf8');

describe('init', () => {
  it('makes a key pair on request: the public key in the settings, the private one shown once and written nowhere', async () => {
    const { code, stdout } = await cli([...GIVEN, '--seal'], { cwd: folder });

    expect(code).toBe(0);
    const secret = /PROCESSION_SEAL_KEY=(\S+)/.exec(stdout)?.[1] ?? '';
    const { sealKeys, sealKey } = loadConfig({ PROCESSION_SEAL_KEY: secret }, { folder });
    expect(openSeal(sealKeys, sealKey?.reveal() ?? null)).toMatchObject({ required: true });
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = files
      .filter((file) => file.isFile())
      .map(async (file) => await readFile(join(file.parentPath, file.name), 'utf8'));
    expect((await Promise.all(texts)).join()).not.toContain(secret);
  });

  it('writes settings, pipeline and a sample SOW that lint has nothing against', async () => {
    const { code, stdout } = await cli(
      [
        ...GIVEN,
        '--manager=mira,123',
        '--engineer=@eli, noor',
        '--time-zone=Europe/Berlin',
        '--service-url=https://procession.example.com',
        '--component=tools/procession',
      ],
      { cwd: folder },
    );

    expect(code).toBe(0);
    expect(stdout).toContain('procession setup');
    expect(loadConfig({}, { folder })).toMatchObject({
      group: 'acme/services',
      project: 'acme/services/engagements',
      roles: { manager: ['mira', '123'], engineer: ['eli', 'noor'] },
      calendar: { timeZone: 'Europe/Berlin' },
      serviceUrl: 'https://procession.example.com',
    });
    expect(await text('.gitlab-ci.yml')).toMatch(
      /component: \$CI_SERVER_FQDN\/tools\/procession\/procession@\d/u,
    );
    expect(await cli(['lint'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 SOW: no problems'),
    });
  });

  it('writes nothing when procession.yml is there, and everything with --force', async () => {
    await writeFile(join(folder, 'procession.yml'), 'mine');
    const refused = await cli(GIVEN, { cwd: folder });

    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(
      'procession.yml: it is there already. Fix: Edit it, or overwrite it with --force.',
    );
    expect(await readdir(folder)).toEqual(['procession.yml']);
    expect(await text('procession.yml')).toBe('mine');
    expect((await cli([...GIVEN, '--force'], { cwd: folder })).code).toBe(0);
    expect(await text('procession.yml')).toContain('group: "acme/services"');
  });

  it('keeps a .gitlab-ci.yml that is there and says what to add', async () => {
    await writeFile(join(folder, '.gitlab-ci.yml'), 'build: { script: make }\n');
    const { code, stderr } = await cli(GIVEN, { cwd: folder });

    expect(code).toBe(0);
    expect(await text('.gitlab-ci.yml')).toBe('build: { script: make }\n');
    expect(stderr).toContain('.gitlab-ci.yml is there already and was kept.');
    expect(stderr).toContain('- component: $CI_SERVER_FQDN/acme/services/procession/procession@');
  });

  it.each([
    [['init'], 'Give --group and --project, or --sandbox to try first'],
    [['init', '--group', 'acme services', '--project', 'a/b'], '--group: expected a path'],
    [[...GIVEN, '--manager', 'mi ra'], '--manager: expected GitLab usernames without @'],
    [[...GIVEN, '--time-zone', 'Mars'], '--time-zone: expected a time zone'],
    [[...GIVEN, '--service-url', 'https://u:p@x'], '--service-url: expected a web address'],
  ])('refuses %j with a way out, and writes nothing', async (args, message) => {
    const { code, stderr } = await cli(args, { cwd: folder });

    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(await readdir(folder)).toEqual([]);
  });
});

/** A terminal: what is typed goes in, what is shown comes out. */
async function onTerminal(keys: readonly string[]): Promise<{ code: number; shown: string }> {
  const terminal = { isTTY: true, columns: 80, rows: 24 };
  const stdin = Object.assign(new PassThrough(), terminal, { setRawMode: () => stdin });
  const stdout = Object.assign(new PassThrough(), terminal);
  let shown = '';
  stdout.on('data', (data: Buffer) => {
    shown += data.toString();
  });
  const running = runCli(['init'], {
    stdin,
    stdout,
    stderr: stdout,
    env: {},
    cwd: folder,
    untilInterrupted: async () => {},
  });
  const state = { ended: false };
  void running.finally(() => {
    state.ended = true;
  });
  let seen = 0;
  for (const key of keys) {
    // The next question is there once something was drawn after the last answer.
    for (let turn = 0; turn < 200 && shown.length === seen && !state.ended; turn += 1) await delay(25);
    await delay(100);
    seen = shown.length;
    stdin.write(key);
  }
  return { code: await running, shown };
}

const ENTER = '\r';
const DOWN = '\u001B[B';

describe('init on a terminal', () => {
  it('offers the sandbox to try first', async () => {
    const { code, shown } = await onTerminal([ENTER]);

    expect(code).toBe(0);
    expect(shown).toContain('Try it first');
    expect(loadConfig({}, { folder })).toMatchObject({ group: 'services', roles: { manager: ['mira'] } });
  });

  it('asks for everything else, with answers ready where they can be guessed', async () => {
    const { code } = await onTerminal([
      DOWN,
      ENTER,
      `acme/services${ENTER}`,
      ENTER,
      `mira${ENTER}`,
      `eli, noor${ENTER}`,
      ENTER,
      ENTER,
      ENTER,
    ]);

    expect(code).toBe(0);
    expect(loadConfig({}, { folder })).toMatchObject({
      group: 'acme/services',
      project: 'acme/services/engagements',
      roles: { manager: ['mira'], engineer: ['eli', 'noor'] },
      serviceUrl: null,
    });
  });

  it('writes nothing when the person gives up', async () => {
    const { code, shown } = await onTerminal([DOWN, ENTER, '\u0003']);

    expect(code).toBe(130);
    expect(shown).toContain('Nothing was written.');
    expect(await readdir(folder)).toEqual([]);
  });
});

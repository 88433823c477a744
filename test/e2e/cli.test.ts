/**
 * The command line as people and CI jobs use it, against the sandbox on a port: every command once as a process of its own,
 * as it is installed; what else there is to say about a command runs in this process, which takes a fifth of the time.
 */
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseMarker } from '#domain/text/marker.ts';
import { createSandbox, type Sandbox } from '#sandbox/create-sandbox.ts';
import { seed } from '#sandbox/seed.ts';
import { type ServedSandbox, serveSandbox } from '#sandbox/serve.ts';
import type { Issue } from '#sandbox/world.ts';
import { BUILT_ENV, MAIN } from '#test/support/built.ts';
import { cli } from '#test/support/cli.ts';
import { SHIPPED } from '#test/support/shipped.ts';

const root = join(import.meta.dirname, '../..');
const WRONG_TOKEN = 'glpat-wrong-and-secret';

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** In a process of its own. */
async function installed(args: readonly string[], { env = {}, cwd = root }: RunOptions = {}): Promise<Run> {
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      { cwd, env: { ...BUILT_ENV, ...env } },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

/** In this process. */
async function procession(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return await cli(args, { cwd: root, ...options });
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'procession-cli-'));
  await writeFile(
    join(folder, 'procession.yml'),
    'gitlab: { group: services, project: services/engagements }\nroles: { manager: [mira], engineer: [eli] }\n',
  );
  await cp(join(root, 'sows'), join(folder, 'sows'), { recursive: true });
});

afterAll(async () => await rm(folder, { recursive: true, force: true }));

describe('procession, without GitLab', () => {
  it('helps', async () => {
    const { code, stdout, stderr } = await installed(['--help']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('procession <command> [options]');
  });

  it('finds nothing wrong with what it comes with', async () => {
    expect(await installed(['lint'])).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+ processes, \d+ SOWs, \d+ deals: no problems\n$/),
      stderr: '',
    });
  });

  it('reports every problem of a broken SOW at once, with line and fix', async () => {
    const { code, stdout } = await procession(['lint', 'test/fixtures/sows/broken.yml']);

    expect(code).toBe(2);
    expect(stdout.match(/^test\/fixtures\/sows\/broken\.yml:\d+ /gm)?.length).toBeGreaterThan(10);
    expect(stdout).toContain(
      'deployment: expected one of aws, on-prem, other, none, got "cloud". Fix: Use one of: aws, on-prem, other, none.',
    );
  });

  it('plans a SOW file against an empty GitLab and says so', async () => {
    const { code, stdout, stderr } = await installed(['plan', 'sows/SOW-1042.yml']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Against an empty GitLab (GITLAB_TOKEN is not set)');
    expect(stdout).toContain(`Plan: ${SHIPPED.issues + 1} to create, ${SHIPPED.links} links, 0 to change.`);
    expect(stdout).toContain(
      'Intake for on-premises: only when deployment is on-prem; the SOW has deployment aws',
    );
  });

  it('tells scripts by the exit code that there is something to do', async () => {
    const { code, stdout } = await procession([
      'plan',
      'sows/SOW-1042.yml',
      '--offline',
      '--json',
      '--detailed-exit-code',
    ]);

    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      engagement: 'SOW-1042',
      offline: true,
      summary: { create: SHIPPED.issues + 1, link: SHIPPED.links },
    });
  });

  it('writes no amounts into a plan', async () => {
    const { stdout } = await procession(['plan', 'sows/SOW-1042.yml', '--json']);

    expect(JSON.parse(stdout).sow.opportunity).not.toHaveProperty('amount');
    expect(stdout).not.toContain('46800');
  });

  it('checks settings by their own path', async () => {
    await mkdir(join(folder, 'wrong'));
    await writeFile(join(folder, 'wrong/procession.yml'), 'gitlab: { group: services }\nprocess: Delivery\n');

    const { code, stdout } = await procession(['lint', 'wrong/procession.yml'], { cwd: folder });

    expect(code).toBe(2);
    expect(stdout).toMatch(
      /wrong\/procession\.yml:1 gitlab\.project: is missing[\s\S]*wrong\/procession\.yml:2 process: /,
    );
  });

  it('lets no hostile SOW steer the terminal', async () => {
    const { stdout } = await procession(['plan', 'test/fixtures/sows/hostile.yml']);

    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  it('explains a SOW file', async () => {
    const { code, stdout } = await installed(['explain', 'sows/SOW-1042.yml', 'intake-on-prem']);

    expect(code).toBe(0);
    expect(stdout).toContain('✗ only when deployment is on-prem: the SOW has aws');
  });

  it.each<[string, readonly string[], number, string]>([
    ['an unknown command', ['plna'], 2, 'Did you mean "plan"?'],
    ['an unknown option', ['plan', 'sows/SOW-1042.yml', '--ofline'], 2, 'Did you mean "--offline"?'],
    ['a file that is not there', ['plan', 'sows/SOW-1.yml'], 3, 'sows/SOW-1.yml: there is no such file'],
    ['a folder in place of a file', ['plan', './sows/'], 3, 'expected a file'],
    ['a broken SOW', ['apply', 'test/fixtures/sows/broken.yml'], 3, 'broken.yml:17 deployment'],
    ['a bomb of aliases', ['plan', 'test/fixtures/sows/alias-bomb.yml'], 3, 'alias-bomb.yml'],
    ['a malformed SOW number', ['plan', '1042'], 3, 'Did you mean SOW-1042?'],
    [
      'a misspelt process',
      ['plan', 'sows/SOW-1042.yml', '--process', 'delivry'],
      2,
      'Did you mean "delivery"?',
    ],
    ['a misspelt profile', ['plan', 'sows/SOW-1042.yml', '--profile', 'strct'], 2, 'Did you mean "strict"?'],
    ['a misspelt step', ['explain', 'sows/SOW-1042.yml', 'kickoff'], 3, 'Did you mean "kick-off"?'],
    ['an engagement without settings', ['plan', 'SOW-1042'], 2, 'GITLAB_TOKEN: is missing'],
    ['an engagement, offline', ['plan', 'SOW-1042', '--offline'], 2, '--offline needs a SOW file'],
    [
      'an output that cannot be written',
      ['plan', 'sows/SOW-1042.yml', '--out', 'package.json/plan.json'],
      3,
      'cannot be written',
    ],
  ])('refuses %s in one message without a stack', async (_, args, code, message) => {
    const run = await procession(args);

    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toMatch(/\n {4}at /);
    expect(run.code).toBe(code);
  });

  it('is not stopped by a SOW that is not won yet', async () => {
    expect(await procession(['plan', 'test/fixtures/sows/wrong-stage.yml'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing is launched until it is closed_won'),
    });
  });

  it('keeps quiet when the reader goes away', async () => {
    const child = spawn(process.execPath, [MAIN, 'plan', 'sows/SOW-1042.yml', '--json'], {
      cwd: root,
      env: BUILT_ENV,
    });
    let stderr = '';
    child.stderr.on('data', (part) => (stderr += String(part)));
    child.stdout.destroy();

    const code = await new Promise((resolve) => child.once('close', resolve));

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('procession, with GitLab', () => {
  let sandbox: Sandbox;
  let served: ServedSandbox;
  let run: (...args: readonly string[]) => Promise<Run>;
  let runInstalled: typeof run;

  beforeAll(async () => {
    const port = await freePort();
    sandbox = createSandbox({ baseUrl: `http://127.0.0.1:${port}` });
    const { bot } = seed(sandbox);
    served = await serveSandbox(sandbox, { host: '127.0.0.1', port });
    const options = { cwd: folder, env: { GITLAB_URL: served.url, GITLAB_TOKEN: bot.token } };
    run = async (...args) => await procession(args, options);
    runInstalled = async (...args) => await installed(args, options);
  });

  afterAll(async () => await served.close());

  function issueOf(engagement: string, step: string): Issue {
    const found = sandbox.world.issues.find(({ description }) => {
      const marker = parseMarker(description);
      return marker?.engagement === engagement && marker.step === step;
    });
    if (found === undefined) throw new Error(`no issue for ${step}`);
    return found;
  }

  it('plans to a file, applies it once, and has nothing to do the second time', async () => {
    expect(await run('plan', 'sows/SOW-1042.yml', '--out', 'out/plan.json')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('procession apply out/plan.json'),
    });

    const first = await runInstalled('apply', 'out/plan.json');
    const again = await run('apply', 'out/plan.json');

    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain(
      `SOW-1042: ${SHIPPED.issues + 1} created, ${SHIPPED.links} links, 0 changed.\nEpic: http://127.0.0.1:`,
    );
    expect(first.stdout).toMatch(/\/groups\/services\/-\/epics\/1\n$/);
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^SOW-1042: nothing to do\. http/),
    });
    expect(sandbox.world.issues).toHaveLength(SHIPPED.issues);
  });

  it('refuses a plan that has become stale, with the difference', async () => {
    await run('plan', 'sows/SOW-1043.yml', '--out', 'stale.json');
    await run('apply', 'sows/SOW-1043.yml');
    const eli = sandbox.user('eli');
    sandbox.operations.updateIssue(eli, issueOf('SOW-1043', 'kick-off'), { stateEvent: 'close' });

    const { code, stderr } = await run('apply', 'stale.json');

    expect(code).toBe(3);
    expect(stderr).toContain('The plan is stale');
    expect(stderr).toContain('procession plan sows/SOW-1043.yml --out stale.json');
    expect(stderr).toContain('needed now: write-note closed-too-early kick-off');
  });

  it('checks without writing, and shows the breach in text, JSON and JUnit', async () => {
    const before = sandbox.world.notes.length;

    const { code, stdout } = await runInstalled('check', '--junit', 'reports/check.xml');
    const json = JSON.parse((await run('check', 'SOW-1043', '--json')).stdout);
    const xml = await readFile(join(folder, 'reports/check.xml'), 'utf8');

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /Kick-off was closed by eli although something is still missing \[closed-too-early]/,
    );
    expect(json).toMatchObject({ version: 1, passed: false, engagements: [{ engagement: 'SOW-1043' }] });
    expect(xml).toMatch(/<testsuite name="SOW-1043" tests="\d+" failures="1"/);
    expect(sandbox.world.notes).toHaveLength(before);
  });

  it('plans, explains and sweeps the breach away', async () => {
    const planned = await run('plan', 'SOW-1043', '--detailed-exit-code');
    const explained = await run('explain', 'SOW-1043', 'kick-off');
    const swept = await runInstalled('sweep');
    const again = await run('sweep', '--json');

    expect(planned).toMatchObject({ code: 5, stdout: expect.stringContaining('✎ note closed-too-early') });
    expect(explained.stdout).toContain('blocked: closed too early;');
    expect(swept).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^SOW-1043: 0 created, 0 links, 2 changed, 1 note {2}http.*\nSweep: 2 engagements, 1 changed, 0 failed\.\n$/,
      ),
    });
    expect(JSON.parse(again.stdout)).toMatchObject({
      version: 1,
      counts: { engagements: 2, changed: 0, failed: 0 },
    });
    expect(issueOf('SOW-1043', 'kick-off').state).toBe('opened');
    expect(await run('check', 'SOW-1042', 'SOW-1043')).toMatchObject({
      code: 0,
      stdout: '2 engagements checked: every rule is kept.\n',
    });
  });

  it('holds a pipeline until a step is done', async () => {
    expect(await run('check', 'SOW-1042', '--until', 'kick-off')).toMatchObject({ code: 1 });
    expect(await run('check', 'SOW-1042', '--until', 'kikoff')).toMatchObject({ code: 2 });
  });

  it('stops where a brake says so, and goes on when told', async () => {
    const careful = join(folder, 'careful');
    await mkdir(careful);
    await writeFile(
      join(careful, 'procession.yml'),
      'gitlab: { group: services, project: services/engagements }\npolicy: { brakes: { create: 3 } }\n',
    );
    const options = { cwd: careful, env: { GITLAB_URL: served.url, GITLAB_TOKEN: 'glpat-sandbox-bot' } };

    const stopped = await procession(['apply', '../sows/SOW-1044.yml'], options);
    const shown = await procession(['plan', '../sows/SOW-1044.yml'], options);
    const allowed = await procession(
      ['apply', '../sows/SOW-1044.yml', '--allow-mass-change', '--json'],
      options,
    );

    expect(stopped).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(
        /a brake has stopped this, and nothing was changed: it would create \d+ issues \(limit 3\)/,
      ),
    });
    expect(shown.stdout).toContain('A brake stops this');
    expect(allowed.code).toBe(0);
    expect(JSON.parse(allowed.stdout)).toMatchObject({
      version: 1,
      engagement: 'SOW-1044',
      outcome: 'applied',
    });
  });

  it('writes nothing in shadow mode', async () => {
    const shadow = join(folder, 'shadow');
    await mkdir(shadow);
    await writeFile(
      join(shadow, 'procession.yml'),
      'gitlab: { group: services, project: services/engagements }\npolicy: { mode: shadow }\n',
    );
    const before = sandbox.world.issues.length;
    const sow = (await readFile(join(root, 'sows/SOW-1042.yml'), 'utf8')).replaceAll('SOW-1042', 'SOW-77');
    await writeFile(join(shadow, 'SOW-77.yml'), sow);

    const { code, stdout } = await procession(['apply', 'SOW-77.yml'], {
      cwd: shadow,
      env: { GITLAB_URL: served.url, GITLAB_TOKEN: 'glpat-sandbox-bot' },
    });

    expect({ code, issues: sandbox.world.issues.length }).toEqual({ code: 0, issues: before });
    expect(stdout).toContain('would create issue: Kick-off');
  });

  it('says how to launch an engagement that does not exist', async () => {
    expect(await runInstalled('apply', 'SOW-404')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('procession apply sows/SOW-404.yml'),
    });
    expect(await run('explain', 'SOW-404')).toMatchObject({ code: 3 });
  });

  it.each<[string, string]>([
    ['of another version', '{"version":2,"actions":[]}'],
    ['that is no JSON', '{"version":'],
    [
      'that was edited',
      '{"version":1,"engagement":"SOW-1042","sow":null,"process":"delivery","profile":null,"digest":"0000000000000000","actions":[{"kind":"update-epic"}]}',
    ],
  ])('refuses a plan file %s', async (_, text) => {
    await writeFile(join(folder, 'bad.json'), text);

    expect(await run('apply', 'bad.json')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('The plan file cannot be used; nothing was written:\n  bad.json'),
    });
  });

  it('says that the token is wrong, and does not show it', async () => {
    const { code, stdout, stderr } = await installed(['sweep'], {
      cwd: folder,
      env: { GITLAB_URL: served.url, GITLAB_TOKEN: WRONG_TOKEN, LOG_LEVEL: 'debug' },
    });

    expect(code).toBe(4);
    expect(stderr).toContain('set GITLAB_TOKEN to a valid one');
    expect(stdout + stderr).not.toContain(WRONG_TOKEN);
  });

  it('asks to try again when GitLab cannot be reached', async () => {
    const { code, stdout, stderr } = await installed(['apply', 'SOW-1042'], {
      cwd: folder,
      env: { GITLAB_URL: `http://127.0.0.1:${await freePort()}`, GITLAB_TOKEN: WRONG_TOKEN },
    });

    expect(code).toBe(75);
    expect(stderr).toContain('GitLab could not be reached');
    expect(stderr).toContain('run the same command again later');
    expect(stdout + stderr).not.toContain(WRONG_TOKEN);
  });
});

describe('procession, interrupted', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends on %s with %i and says that it is safe to go on', async (signal, code) => {
    const silent = createServer();
    const port = await new Promise<number>((resolve) =>
      silent.listen(0, '127.0.0.1', () => resolve((silent.address() as AddressInfo).port)),
    );
    const child = spawn(process.execPath, [MAIN, 'sweep'], {
      cwd: folder,
      env: { GITLAB_URL: `http://127.0.0.1:${port}`, GITLAB_TOKEN: WRONG_TOKEN },
    });
    let stderr = '';
    child.stderr.on('data', (part) => (stderr += String(part)));
    silent.once('connection', () => child.kill(signal));

    const ended = await new Promise((resolve) => child.once('close', resolve));
    silent.close();

    expect(ended).toBe(code);
    expect(stderr).toContain('run the same command again to finish');
  });
});

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

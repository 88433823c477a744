/**
 * The npm package as people get it: packed, installed into an empty folder, used from there. npm is kept offline, which
 * proves that the package needs no other one; that a registry would hand it out is not proven here.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '#demo/free-port.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';

const root = join(import.meta.dirname, '../..');
/** The first line of the command asks for `node`. */
const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;
const MEGABYTE = 1_048_576;

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(command: string, args: readonly string[], cwd: string, env: object = {}): Promise<Run> {
  return await new Promise((resolve) => {
    execFile(command, args, { cwd, env: { PATH, HOME: folder, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** What a command that must succeed has printed. */
async function done(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, cwd);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr}`);
  return stdout.trim();
}

let folder: string;
const running: ChildProcess[] = [];
const procession = async (args: readonly string[], env: object = {}): Promise<Run> =>
  await run(join(folder, 'node_modules/.bin/procession'), args, folder, env);

/** Starts a command that stays. @returns what it has said so far */
function start(args: readonly string[], env: object = {}): () => string {
  let said = '';
  const child = spawn(join(folder, 'node_modules/.bin/procession'), args, {
    cwd: folder,
    env: { PATH, HOME: folder, ...env },
  });
  running.push(child);
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      said += data.toString();
    });
  return () => said;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'procession-package-'));
  const tarball = join(folder, await done('npm', ['pack', '--silent', '--pack-destination', folder], root));
  await done('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], folder);
  await rm(tarball);
});

afterAll(async () => {
  for (const child of running) child.kill();
  await rm(folder, { recursive: true, force: true });
});

describe('the installed package', () => {
  it('is alone, no larger than 15 MB, and names no folder of the machine that built it', () => {
    const installed = join(folder, 'node_modules/procession');
    const files = globSync('**/*.*', { cwd: installed }).map((file) => readFileSync(join(installed, file)));

    expect(globSync('node_modules/*', { cwd: folder })).toEqual(['node_modules/procession']);
    expect(files.length).toBeGreaterThan(100);
    expect(files.reduce((sum, file) => sum + file.length, 0)).toBeLessThan(15 * MEGABYTE);
    expect(files.filter((file) => file.includes(root))).toEqual([]);
    expect(existsSync(join(installed, 'src'))).toBe(false);
  });

  it('has the version of the project, and walks through the demo in an empty folder', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

    expect(await procession(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(await procession(['demo'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('procession demo --serve'),
      stderr: '',
    });
  });

  it('leads from nothing to an engagement, and takes in a signed SOW', async () => {
    const port = await freePort('127.0.0.1');
    const gitlab = { GITLAB_URL: `http://127.0.0.1:${port}`, GITLAB_TOKEN: 'glpat-sandbox-ada' };
    const sandbox = start(['sandbox', '--port', String(port)]);
    await expect.poll(sandbox).toContain('Sandbox:');

    expect(await procession(['init', '--sandbox'])).toMatchObject({ code: 0, stderr: '' });
    expect(await procession(['lint'])).toMatchObject({
      code: 0,
      stdout: '3 processes, 1 SOW: no problems\n',
    });
    expect(await procession(['setup'], gitlab)).toMatchObject({ code: 0 });
    expect(await procession(['apply', 'sows/SOW-1001.yml'], gitlab)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('SOW-1001'),
    });
    expect(await engagements(gitlab)).toEqual(['SOW-1001']);

    const { url, deliver } = await serve(gitlab);
    expect(await deliver()).toBe(202);
    await expect.poll(async () => (await engagements(gitlab)).toSorted()).toEqual(['SOW-1001', 'SOW-1042']);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});

/** Numbers of all engagements. */
async function engagements(gitlab: object): Promise<readonly string[]> {
  const { stdout } = await procession(['check', '--json'], gitlab);
  const { engagements } = JSON.parse(stdout) as { engagements: readonly { engagement: string }[] };
  return engagements.map(({ engagement }) => engagement);
}

/** The service, and a CRM that signs the sample SOW that came with the package. */
async function serve(
  gitlab: object,
): Promise<{ readonly url: string; readonly deliver: () => Promise<number> }> {
  const port = await freePort('127.0.0.1');
  const key = randomBytes(32);
  const token = `whsec_${key.toString('base64')}`;
  const service = start(['serve'], {
    ...gitlab,
    PORT: String(port),
    GITLAB_WEBHOOK_SECRETS: token,
    CRM_WEBHOOK_SECRETS: token,
  });
  await expect.poll(service).toContain('listens on');
  const file = join(folder, 'node_modules/procession/sows/SOW-1042.yml');
  const parsed = parseYaml(readFileSync(file, 'utf8'), file);
  const body = JSON.stringify(parsed.kind === 'ok' ? parsed.value : null);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    deliver: async () => {
      const at = String(Math.floor(Date.now() / 1000));
      const signature = createHmac('sha256', key).update(`sow-1.${at}.${body}`).digest('base64');
      const headers = {
        'content-type': 'application/json',
        'webhook-id': 'sow-1',
        'webhook-timestamp': at,
        'webhook-signature': `v1,${signature}`,
      };
      const answer = await fetch(`${url}/webhooks/crm`, { method: 'POST', body, headers });
      return answer.status;
    },
  };
}

describe('the command under a Node that is too old', () => {
  const file = join(root, 'bin/procession.cjs');

  it('says so in one sentence, with what to do', async () => {
    const pretend =
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });";
    const { code, stdout, stderr } = await run(
      process.execPath,
      ['-e', `${pretend} require(${JSON.stringify(file)})`],
      root,
    );

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^procession needs Node 24 or newer, and this is Node 20\.20\.2 \(.+\)\. Install .+\n$/,
    );
  });

  it('asks for the Node that the package asks for', () => {
    const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    const [, needed] = /NEEDED_NODE = (\d+)/.exec(readFileSync(file, 'utf8')) ?? [];

    expect(engines.node).toBe(`>=${needed}`);
  });
});

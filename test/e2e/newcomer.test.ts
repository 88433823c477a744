/** The commands of docs/setup.md, as written there, from an empty folder and an empty group to a closed epic. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillEvidence } from '#demo/do-step.ts';
import { freePort } from '#demo/free-port.ts';
import { evidenceFor } from '#domain/assess/assess-step.ts';
import { tickAll } from '#domain/text/fill-in.ts';
import { loadSow } from '#templates/load-sow.ts';
import { BUILT_ENV, MAIN } from '#test/support/built.ts';
import { cli } from '#test/support/cli.ts';
import { realProcess } from '#test/support/engagement.ts';

const root = join(import.meta.dirname, '../..');
const PROCESSION = `procession() { '${process.execPath}' '${MAIN}' "$@"; }`;

let folder: string;
let sandbox: ChildProcess;
let url: string;
let blocks: readonly (readonly string[])[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'procession-newcomer-'));
  const port = await freePort('127.0.0.1');
  url = `http://127.0.0.1:${port}`;
  const text = await readFile(join(root, 'docs/setup.md'), 'utf8');
  const chapter = text.slice(text.indexOf('## From nothing'), text.indexOf('## What setup makes'));
  blocks = [...chapter.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) =>
    block.trim().replaceAll('8929', String(port)).split('\n'),
  );
  const [start = ''] = blocks[0] ?? [];
  // In place of the shell, so that ending it ends the sandbox.
  sandbox = spawn(
    'bash',
    ['-c', start.replace('procession', `exec '${process.execPath}' '${MAIN}'`) + ` --port ${port}`],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await new Promise<void>((resolve) => {
    sandbox.stdout?.on('data', (data: Buffer) => {
      if (data.toString().includes('Sandbox:')) resolve();
    });
  });
});

afterAll(async () => {
  sandbox.kill();
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const exports: string[] = [];

/** One line of the documentation, in a shell of its own with what was exported before. */
async function type(line: string): Promise<Run> {
  if (line.startsWith('export ')) {
    exports.push(line);
    return { code: 0, stdout: '', stderr: '' };
  }
  return await new Promise((resolve) => {
    execFile(
      'bash',
      ['-c', [PROCESSION, ...exports, line].join('\n')],
      { cwd: folder, env: BUILT_ENV },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

/** A line that was typed before, in this process: that it runs in a shell is shown. */
async function again(line: string): Promise<Run> {
  const [, ...args] = line.split(' ');
  const settings = exports.flatMap((given) => given.replace('export ', '').split(' '));
  const env = Object.fromEntries(settings.map((one) => one.split('=') as [string, string]));
  return await cli(args, { cwd: folder, env });
}

interface ApiItem {
  readonly iid: number;
  readonly title: string;
  readonly state: string;
  readonly labels: readonly string[];
  readonly description: string;
}

/** GitLab's API, as a person uses it through their browser. */
async function api(token: string, path: string, change?: object): Promise<unknown> {
  const response = await fetch(`${url}/api/v4${path}`, {
    method: change === undefined ? 'GET' : 'PUT',
    headers: { 'PRIVATE-TOKEN': token, 'Content-Type': 'application/json' },
    ...(change === undefined ? {} : { body: JSON.stringify(change) }),
  });
  expect(response.status).toBe(200);
  return await response.json();
}

const ISSUES = '/projects/services%2Fengagements/issues';

async function openIssues(): Promise<readonly ApiItem[]> {
  return (await api(
    'glpat-sandbox-mira',
    `${ISSUES}?state=opened&labels=SOW-1001&per_page=100`,
  )) as ApiItem[];
}

async function epicState(): Promise<string | undefined> {
  const epics = (await api('glpat-sandbox-mira', '/groups/services/epics?labels=SOW-1001')) as ApiItem[];
  return epics[0]?.state;
}

it('leads from an empty group to a closed epic with the documented commands alone', {
  timeout: 600_000,
}, async () => {
  const started = performance.now();
  let commands = 1;
  for (const line of blocks[1] ?? []) {
    const { code, stdout, stderr } = await type(line);
    expect({ line, code, said: code === 0 ? '' : stdout + stderr }).toEqual({ line, code: 0, said: '' });
    commands += 1;
  }
  const minutes = (performance.now() - started) / 60_000;
  console.log(`newcomer: ${commands} commands, ${minutes.toFixed(2)} minutes until the engagement runs`);

  const definition = await realProcess('delivery');
  const { sow } = await loadSow(join(folder, 'sows/SOW-1001.yml'));
  const [sweep = '', explain = ''] = blocks[2] ?? [];
  for (let round = 0; round < 15 && (await epicState()) === 'opened'; round += 1) {
    // Calls and the like stay open beside the work, and end with it.
    const ready = (await openIssues()).filter(
      ({ labels }) =>
        labels.includes('workflow::ready') &&
        !definition.steps.some(({ id, until }) => until !== undefined && labels.includes(`step::${id}`)),
    );
    expect(ready.map(({ title }) => title)).not.toEqual([]);
    for (const issue of ready) {
      const step = definition.steps.find(({ id }) => issue.labels.includes(`step::${id}`));
      const token = step?.owner === 'manager' ? 'glpat-sandbox-mira' : 'glpat-sandbox-eli';
      const description = fillEvidence(
        tickAll(issue.description),
        step === undefined ? [] : evidenceFor(step, sow),
        new Date().toISOString().slice(0, 10),
      );
      await api(token, `${ISSUES}/${issue.iid}`, { description, state_event: 'close' });
    }
    expect(await (round === 0 ? type : again)(sweep)).toMatchObject({ code: 0 });
  }

  expect(await epicState()).toBe('closed');
  expect((await type(explain)).stdout).toContain('SOW-1001');
  expect(blocks).toHaveLength(3);
  expect(commands).toBeLessThanOrEqual(8);
});

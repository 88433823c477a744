/**
 * What sweeps cost: requests, time and memory of `procession sweep --state`, in a process of its own, from hundreds to
 * thousands of engagements, every one of them changed within the last week. The sandbox is in this process.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleSow } from '../test/support/engagement.ts';
import { startWorldOnPort, type TestWorld } from '../test/support/gitlab-world.ts';
import { multiply } from '../test/support/many-engagements.ts';
import { machine } from './machine.ts';
import { count, table } from './table.ts';

const DAY_MS = 86_400_000;
const TWO_DAYS_MS = 2 * DAY_MS;
/** All on one day, because what the epics say depends on that day. */
const A_SECOND_MS = 1_000;

/** Of thousands, those that still run. */
const RUNNING = 300;

const STATE = 'sweep.json';
const SWEEP = ['sweep', '--state', STATE];
const ROOT = join(import.meta.dirname, '..');

/**
 * @param sizes numbers of engagements
 * @param nodeOptions of the command: `--max-old-space-size=192`
 */
export async function sweeps(sizes: readonly number[], nodeOptions: readonly string[]): Promise<string> {
  const rows: string[][] = [];
  for (const size of sizes) rows.push(...(await sweepsOf(size, nodeOptions)));
  const header = ['engagements', 'sweep', 'requests', 'an engagement', 'writes', 'CPU s', 'peak RSS MB', 's'];
  return `${machine()}; sandbox in another process, latency 0\n\n${table(header, rows)}`;
}

async function sweepsOf(size: number, nodeOptions: readonly string[]): Promise<readonly string[][]> {
  let lagMs = TWO_DAYS_MS;
  const world = await startWorldOnPort({ now: () => new Date(Date.now() - lagMs) });
  const folder = mkdtempSync(join(tmpdir(), 'procession-bench-'));
  try {
    const gitlab = '{ group: services, project: services/engagements }';
    writeFileSync(join(folder, 'procession.yml'), `gitlab: ${gitlab}\n`);
    await launchSettled(world, folder);
    const sow = await sampleSow('SOW-1042');
    const [epic] = world.sandbox.world.epics;
    if (epic === undefined) throw new Error('nothing was launched');
    multiply({ ...world, sow, epic: () => epic }, size, A_SECOND_MS);
    lagMs = 0;
    const rows: string[][] = [];
    rows.push(rowOf(size, 'full, nothing remembered', await run(world, folder, SWEEP, nodeOptions)));
    rows.push(rowOf(size, 'of what changed', await run(world, folder, SWEEP, nodeOptions)));
    aDayLater(join(folder, STATE));
    rows.push(
      rowOf(size, 'full, with the memory of an earlier one', await run(world, folder, SWEEP, nodeOptions)),
    );
    if (size > RUNNING) {
      aDayLater(join(folder, STATE), RUNNING);
      const name = `full, of which ${RUNNING} run and the rest is over`;
      rows.push(rowOf(size, name, await run(world, folder, SWEEP, nodeOptions)));
    }
    return rows;
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Launched, and swept until nothing is to be done. */
async function launchSettled(world: TestWorld, folder: string): Promise<void> {
  await run(world, folder, ['apply', join(ROOT, 'sows/SOW-1042.yml')]);
  for (let round = 0; round < 3; round += 1) if ((await run(world, folder, ['sweep'])).writes === 0) return;
  throw new Error('the sample engagement does not settle');
}

/**
 * As if the last full sweep were a day old, so that the next one is full.
 *
 * @param running all but so many, the newest, are remembered as over. Default: all run
 */
function aDayLater(state: string, running = Number.POSITIVE_INFINITY): void {
  const memory = JSON.parse(readFileSync(state, 'utf8')) as {
    readonly created: Readonly<Record<string, string>>;
  };
  const newestFirst = Object.entries(memory.created).toSorted(([, one], [, other]) => (one < other ? 1 : -1));
  const over = newestFirst.slice(running).map(([engagement]) => engagement);
  const lastFull = new Date(Date.now() - DAY_MS).toISOString();
  writeFileSync(state, JSON.stringify({ ...memory, lastFull, over }));
}

interface Measured {
  readonly requests: number;
  readonly writes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
}

/** Runs a command in a process of its own. */
async function run(
  world: TestWorld,
  cwd: string,
  words: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<Measured> {
  const { ledger } = world.sandbox;
  ledger.clear();
  const began = performance.now();
  const usage = ['--import', join(import.meta.dirname, 'usage.ts')];
  const child = spawn(process.execPath, [...nodeOptions, ...usage, join(ROOT, 'src/main.ts'), ...words], {
    cwd,
    env: {
      PATH: process.env['PATH'] ?? '',
      GITLAB_URL: world.url,
      GITLAB_TOKEN: world.seed.bot.token,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-10_000);
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${stderr}`);
  const [, cpu = '', rss = ''] = /usage ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return {
    requests: ledger.entries().length,
    writes: ledger.writes().length,
    seconds: (performance.now() - began) / 1_000,
    cpuSeconds: Number(cpu),
    peakMegabytes: Number(rss),
  };
}

function rowOf(size: number, name: string, measured: Measured): string[] {
  const { requests, writes, seconds, cpuSeconds, peakMegabytes } = measured;
  return [
    count(size),
    name,
    count(requests),
    (requests / size).toFixed(2),
    String(writes),
    cpuSeconds.toFixed(1),
    count(peakMegabytes),
    seconds.toFixed(1),
  ];
}

/**
 * What the jobs of a pipeline cost: commands in processes of their own against the sandbox on a port, with the compile
 * cache that the image brings, and with none as after `npm ci`; medians.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { deliveryEngine, sampleSow } from '../test/support/engagement.ts';
import { startWorldOnPort, type TestWorld } from '../test/support/gitlab-world.ts';
import { machine } from './machine.ts';
import { ms, percentile, table } from './table.ts';

export interface JobsOptions {
  readonly engagements: number;
  readonly rounds: number;
}

const MAIN = join(import.meta.dirname, '../src/main.ts');

export async function jobs({ engagements, rounds }: JobsOptions): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'procession-bench-'));
  writeFileSync(
    join(folder, 'procession.yml'),
    'gitlab: { group: services, project: services/engagements }\n',
  );
  const world = await startWorldOnPort();
  try {
    await launch(world, engagements);
    const access = { GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.bot.token };
    const cache = join(folder, 'cache');
    await fillCache(cache);
    const rows: string[][] = [];
    for (const words of [['--version'], ['lint'], ['check'], ['sweep']]) {
      world.sandbox.ledger.clear();
      const runs = async (env: Readonly<Record<string, string>>): Promise<readonly string[]> =>
        medians(await repeated(rounds, () => measure(folder, words, { ...access, ...env })));
      const image = await runs({ NODE_COMPILE_CACHE: cache });
      const requests = world.sandbox.ledger.entries().length / rounds;
      const bare = await runs({ NODE_DISABLE_COMPILE_CACHE: '1' });
      rows.push([`\`procession ${words.join(' ')}\``, ...image, ...bare, String(requests)]);
    }
    const header = ['command', ...HEADINGS, ...HEADINGS.map((text) => `${text}, no cache`), 'requests'];
    const how = `${machine()}; medians of ${rounds}; ${engagements} engagements in the sandbox, which runs on the same machine`;
    return `${how}\n\n${table(header, rows)}`;
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const HEADINGS = ['first line, ms', 'end, ms', 'CPU, ms'];

function medians(runs: readonly Measured[]): readonly string[] {
  return [
    runs.map((run) => run.firstLineMs),
    runs.map((run) => run.wallMs),
    runs.map((run) => run.cpuMs),
  ].map((values) => ms(percentile(values, 0.5)));
}

async function repeated<T>(times: number, work: () => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for (let number = 0; number < times; number += 1) results.push(await work());
  return results;
}

/** As the image is built. */
async function fillCache(folder: string): Promise<void> {
  const env = { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: folder };
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/compile-all.ts')], { env });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`compiling everything ended with ${code}`);
}

async function launch(world: TestWorld, engagements: number): Promise<void> {
  const deps = await deliveryEngine(world.gitlab);
  const sow = await sampleSow('SOW-1042');
  for (let n = 1; n <= engagements; n += 1) {
    const number = `SOW-${n}`;
    await reconcile(deps, number, { sow: { ...sow, sow: { ...sow.sow, number } }, process: 'delivery' });
  }
}

interface Measured {
  readonly firstLineMs: number;
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** bash tells the CPU time of a child, which Node does not. */
async function measure(
  cwd: string,
  words: readonly string[],
  given: Readonly<Record<string, string>>,
): Promise<Measured> {
  const env = { PATH: process.env['PATH'] ?? '', ...given };
  const script = 'TIMEFORMAT="cpu %U %S"; time "$@"';
  const began = performance.now();
  const child = spawn('bash', ['-c', script, '-', process.execPath, MAIN, ...words], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let firstLineMs = 0;
  let stderr = '';
  child.stdout.on('data', () => {
    firstLineMs ||= performance.now() - began;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${stderr}`);
  const wallMs = performance.now() - began;
  const [, user = '', system = ''] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return { firstLineMs, wallMs, cpuMs: (Number(user) + Number(system)) * 1000 };
}

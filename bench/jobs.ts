/**
 * What the jobs of a pipeline cost: commands in processes of their own, without a compile cache as in a fresh
 * container, against the sandbox on a port; medians.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reconcile } from '#reconciler/reconcile.ts';
import { deliveryEngine, sampleSow } from '#test/support/engagement.ts';
import { startWorldOnPort, type TestWorld } from '#test/support/gitlab-world.ts';
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
    const env = { GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.bot.token };
    const rows: string[][] = [];
    for (const words of [['--version'], ['lint'], ['check'], ['sweep']]) {
      world.sandbox.ledger.clear();
      const runs: Measured[] = [];
      for (let round = 0; round < rounds; round += 1) runs.push(await measure(folder, words, env));
      const median = (of: (run: Measured) => number): string => ms(percentile(runs.map(of), 0.5));
      rows.push([
        `\`procession ${words.join(' ')}\``,
        median((run) => run.firstLineMs),
        median((run) => run.wallMs),
        median((run) => run.cpuMs),
        String(world.sandbox.ledger.entries().length / rounds),
      ]);
    }
    const header = ['command', 'first line, ms', 'end, ms', 'CPU, ms', 'requests'];
    const how = `${machine()}; medians of ${rounds}; ${engagements} engagements in the sandbox, which runs on the same machine`;
    return `${how}\n\n${table(header, rows)}`;
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
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
  const env = { PATH: process.env['PATH'] ?? '', NODE_DISABLE_COMPILE_CACHE: '1', ...given };
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

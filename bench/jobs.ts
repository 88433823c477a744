/**
 * What the jobs of a pipeline cost: commands of the installed package in processes of their own against the sandbox on a
 * port, with the compile cache that the image brings, and with none as after `npm ci`; medians.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { deliveryEngine, sampleSow } from '../test/support/engagement.ts';
import { startWorldOnPort, type TestWorld } from '../test/support/gitlab-world.ts';
import { install } from './installed.ts';
import { machine } from './machine.ts';
import { ms, percentile, table } from './table.ts';
import { type Timed, timed } from './timed.ts';

export interface JobsOptions {
  readonly engagements: number;
  readonly rounds: number;
}

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
    const installed = install(folder);
    const main = join(installed, 'dist/main.js');
    const cache = join(folder, 'cache');
    // As the image is built.
    await timed(folder, [main, 'demo'], { NODE_COMPILE_CACHE: cache });
    await timed(folder, [join(installed, 'dist/compile-all.js')], { NODE_COMPILE_CACHE: cache });
    const rows: string[][] = [];
    for (const words of [['--version'], ['lint'], ['check'], ['sweep']]) {
      world.sandbox.ledger.clear();
      const runs = async (env: Readonly<Record<string, string>>): Promise<readonly string[]> =>
        medians(await repeated(rounds, () => timed(folder, [main, ...words], { ...access, ...env })));
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

function medians(runs: readonly Timed[]): readonly string[] {
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

async function launch(world: TestWorld, engagements: number): Promise<void> {
  const deps = await deliveryEngine(world.gitlab);
  const sow = await sampleSow('SOW-1042');
  for (let n = 1; n <= engagements; n += 1) {
    const number = `SOW-${n}`;
    await reconcile(deps, number, { sow: { ...sow, sow: { ...sow.sow, number } }, process: 'delivery' });
  }
}

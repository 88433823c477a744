/**
 * What a launch costs in requests, and in time as a multiple of the API's latency: 12 steps and 14 links, one SOW and
 * several at once, in an empty group and in one that has its labels. Loopback only; bounded by launches.
 */
import { createGitLab } from '#gitlab/engagement/create-gitlab.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { deliveryEngine, sampleSow, storeOf } from '../test/support/engagement.ts';
import { launchFixture } from '../test/support/launch-fixture.ts';
import { machine } from './machine.ts';
import { type SlowGitLab, startSlowGitLab } from './slow-gitlab.ts';
import { count, ms, table } from './table.ts';

export interface LaunchOptions {
  /** Milliseconds that every answer of the API takes. */
  readonly latencies: readonly number[];
  /** SOWs launched at once. */
  readonly sows: readonly number[];
  /** The median of so many launches. */
  readonly rounds: number;
}

export async function launch({ latencies, sows, rounds }: LaunchOptions): Promise<string> {
  const rows: string[][] = [];
  for (const apiMs of latencies)
    for (const size of sows)
      for (const group of ['empty', 'warm'] as const) {
        const runs: Measured[] = [];
        for (let round = 0; round < rounds; round += 1)
          runs.push(await measure(apiMs, size, group === 'empty'));
        rows.push(rowOf(apiMs, size, group, runs));
      }
  return `${machine()}; median of ${rounds}\n\n${table(HEADER, rows)}`;
}

const HEADER = ['API ms', 'SOWs', 'group', 'requests per SOW', 'wall ms', 'wall ÷ latency'];

interface Measured {
  readonly requests: number;
  readonly wallMs: number;
}

async function measure(apiMs: number, size: number, isEmpty: boolean): Promise<Measured> {
  const gitlab = await startSlowGitLab(0);
  try {
    const launchAll = await engineOn(gitlab);
    if (!isEmpty) await launchAll(3000, 1);
    gitlab.setLatency(apiMs);
    gitlab.sandbox.ledger.clear();
    const began = performance.now();
    await launchAll(4000, size);
    const wallMs = performance.now() - began;
    return { requests: gitlab.sandbox.ledger.entries().length, wallMs };
  } finally {
    await gitlab.close();
  }
}

/** One adapter for all launches, as in the service. */
async function engineOn({ url, seed }: SlowGitLab): Promise<(from: number, size: number) => Promise<void>> {
  const options = { host: url, token: seed.bot.token, group: 'services', project: 'services/engagements' };
  const deps = { ...(await deliveryEngine(createGitLab(options))), processes: storeOf(launchFixture()) };
  const sow = await sampleSow('SOW-1042');
  return async (from, size) => {
    const launches = Array.from({ length: size }, async (_, index) => {
      const number = `SOW-${from + index}`;
      await reconcile(deps, number, { sow: { ...sow, sow: { ...sow.sow, number } }, process: 'fixture' });
    });
    await Promise.all(launches);
  };
}

function rowOf(apiMs: number, size: number, group: string, runs: readonly Measured[]): string[] {
  const { requests, wallMs } = runs.toSorted((one, other) => one.wallMs - other.wallMs)[
    Math.floor(runs.length / 2)
  ] ?? { requests: 0, wallMs: 0 };
  const ratio = apiMs === 0 ? '–' : (wallMs / apiMs).toFixed(1);
  return [String(apiMs), String(size), group, count(requests / size), ms(wallMs), ratio];
}

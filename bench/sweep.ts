/**
 * What sweeps cost: requests, time and memory, from hundreds to thousands of engagements, every one of them changed within
 * the last week. In one process with the sandbox, whose share of time is in the figures; memory is what the sweep adds.
 */
import type { LookedAt } from '#reconciler/loop/comment-look.ts';
import { type SweepOptions, type SweepResult, sweep } from '#reconciler/work/sweep.ts';
import { type EngagementWorld, startLaunched } from '../test/support/engagement.ts';
import { multiply } from '../test/support/many-engagements.ts';
import { machine } from './machine.ts';
import { table } from './table.ts';

/** @param sizes numbers of engagements */
export async function sweeps(sizes: readonly number[]): Promise<string> {
  const rows: string[][] = [];
  for (const size of sizes) rows.push(...(await sweepsOf(size)));
  const header = ['engagements', 'sweep', 'requests', 'requests an engagement', 'writes', 's', 'CPU s', 'MB'];
  return `${machine()}; sandbox in the same process, latency 0\n\n${table(header, rows)}`;
}

async function sweepsOf(size: number): Promise<readonly string[][]> {
  const world = await startLaunched();
  try {
    multiply(world, size);
    const first = await measure(world, {});
    const lookedAt = lookedAtBy(first.results);
    const later = await measure(world, { lookedAt });
    const since = new Date().toISOString();
    const incremental = await measure(world, { lookedAt, updatedAfter: since });
    return [
      row(size, 'full, nothing remembered', first),
      row(size, 'full', later),
      row(size, 'of what changed', incremental),
    ];
  } finally {
    await world.close();
  }
}

function lookedAtBy(results: readonly SweepResult[]): LookedAt {
  return new Map(
    results.flatMap(({ engagement, lookedAt }) => (lookedAt === null ? [] : [[engagement, lookedAt]])),
  );
}

interface Measured {
  readonly results: readonly SweepResult[];
  readonly requests: number;
  readonly writes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly addedMegabytes: number;
}

async function measure(world: EngagementWorld, options: SweepOptions): Promise<Measured> {
  const { ledger } = world.sandbox;
  ledger.clear();
  const began = { at: performance.now(), cpu: process.cpuUsage(), heap: process.memoryUsage().heapUsed };
  let peak = began.heap;
  const results = await sweep(world.deps, {
    ...options,
    onLook: () => {
      peak = Math.max(peak, process.memoryUsage().heapUsed);
    },
  });
  const { user, system } = process.cpuUsage(began.cpu);
  return {
    results,
    requests: ledger.entries().length,
    writes: ledger.writes().length,
    seconds: (performance.now() - began.at) / 1_000,
    cpuSeconds: (user + system) / 1_000_000,
    addedMegabytes: (peak - began.heap) / 1_048_576,
  };
}

function row(size: number, name: string, measured: Measured): string[] {
  const { requests, writes, seconds, cpuSeconds, addedMegabytes } = measured;
  return [
    String(size),
    name,
    String(requests),
    (requests / size).toFixed(2),
    String(writes),
    seconds.toFixed(1),
    cpuSeconds.toFixed(1),
    addedMegabytes.toFixed(0),
  ];
}

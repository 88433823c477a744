/** Behind `procession demo` and `procession sandbox`. */

import { ConfigError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Sow } from '#domain/sow/sow.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { asOfToday } from './as-of-today.ts';
import { type DemoOptions, type DemoWorld, showStatesOnBoard, startDemoWorld } from './demo-world.ts';
import { type Narrator, type WalkResult, walk } from './walk.ts';
import { ALL_SETTINGS, type Samples, walkSamples } from './walk-all.ts';

const PROCESS = 'delivery';

/** The sandbox, open for people, with or without the engine behind it. The caller closes it. */
export async function openSandbox(options: DemoOptions): Promise<DemoWorld> {
  return await startDemoWorld(options);
}

/** Walks one SOW through the delivery process, told by the narrator. */
export async function walkThrough(world: DemoWorld, sow: Sow, narrator: Narrator): Promise<WalkResult> {
  return await walk(world, asOfToday(sow, today()), deliveryOf(world.deps.processes), narrator);
}

/** A world in which everything can be walked; the caller closes it. */
export async function openForAll(options: DemoOptions): Promise<DemoWorld> {
  return await startDemoWorld({ ...options, settings: ALL_SETTINGS });
}

/** Walks SOWs and deals to their ends. @returns their keys, and how many requests it took */
export async function walkAll(
  world: DemoWorld,
  { sows, deals, pace }: Samples,
  narrator: Narrator,
): Promise<{ readonly engagements: readonly string[]; readonly requests: number }> {
  const samples = {
    sows: sows.map((sow) => asOfToday(sow, today())),
    deals: deals.map((deal) => asOfToday(deal, today())),
    pace,
  };
  const engagements = await walkSamples(world, samples, narrator);
  return { engagements, requests: world.sandbox.ledger.entries().length };
}

/** Launches SOWs for people to play with, and a board to play on. */
export async function launchAll(world: DemoWorld, sows: readonly Sow[]): Promise<void> {
  for (const sow of sows)
    await reconcile(world.deps, sow.sow.number, { sow: asOfToday(sow, today()), process: PROCESS });
  showStatesOnBoard(world.sandbox);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function deliveryOf(processes: ProcessStore): ProcessDefinition {
  const process = processes.find(PROCESS, null);
  if (process !== null) return process;
  throw new ConfigError([
    problem(
      { at: 'templates' },
      `the demo needs the process "${PROCESS}", and the templates folder has only: ${processes.ids.join(', ')}`,
      'run the demo in the folder of this project, or without a procession.yml that names another templates folder',
    ),
  ]);
}

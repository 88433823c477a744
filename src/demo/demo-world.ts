/** The sandbox on a port with the engine running behind it: every change in the browser wakes its engagement. */

import { ConfigError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import { type EngagementKey, isEngagementKey } from '#domain/base/keys.ts';
import { DEFAULT_SETTINGS, type Settings } from '#domain/base/settings.ts';
import { createGitLab } from '#gitlab/engagement/create-gitlab.ts';
import type { Logger } from '#ports/logger.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { type Outcome, reconcile } from '#reconciler/loop/reconcile.ts';
import { createSandbox, type Sandbox } from '#sandbox/create-sandbox.ts';
import { createPages } from '#sandbox/pages/create-pages.ts';
import { type Seed, seed } from '#sandbox/seed.ts';
import { serveSandbox } from '#sandbox/serve.ts';
import type { Epic, Issue, Tier } from '#sandbox/world.ts';
import { newKeyPair, openSeal } from '#seal/ed25519.ts';
import { freePort } from './free-port.ts';
import { createWorker } from './worker.ts';

export interface DemoWorld {
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly seed: Seed;
  readonly deps: ReconcileDeps;
  /** Resolves when the engine has answered everything that happened so far. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface DemoOptions {
  readonly processes: ProcessStore;
  readonly logger: Logger;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Told after each reconcile that the engine made by itself. */
  readonly onOutcome?: (engagement: EngagementKey, outcome: Outcome) => void;
  /** Left out: the clock of the machine. */
  readonly now?: () => Date;
  /** `false` starts the stand-in alone. */
  readonly engine?: boolean;
  /** Left out: Premium. */
  readonly tier?: Tier;
  /** In place of those of the demo. */
  readonly settings?: Partial<Settings>;
}

const ROLES = { manager: ['mira'], engineer: ['eli', 'noor'] };

/** Starts the world; close it when done. */
export async function startDemoWorld(options: DemoOptions): Promise<DemoWorld> {
  const port = options.port === 0 ? await freePort(options.host) : options.port;
  const { now = () => new Date() } = options;
  const { tier = 'premium' } = options;
  const sandbox = createSandbox({ baseUrl: `http://${options.host}:${port}`, now, tier });
  const seeded = seed(sandbox);
  sandbox.mount(
    '/',
    createPages({
      world: sandbox.world,
      operations: sandbox.operations,
      user: (username) => sandbox.user(username),
    }),
  );
  const served = await serveSandbox(sandbox, { host: options.host, port }).catch((error: unknown) => {
    throw portError(error, port);
  });
  const deps = engineDeps(options, served.url, seeded);
  const worker = createWorker(async (engagement) => await answer(deps, engagement, options));
  const stop =
    options.engine === false
      ? () => {}
      : listen(sandbox, seeded.bot.user.id, (engagement) => worker.wake(engagement));
  return {
    url: served.url,
    sandbox,
    seed: seeded,
    deps,
    settled: async () => await worker.idle(),
    close: async () => {
      stop();
      await worker.idle();
      await served.close();
    },
  };
}

/** Gives the group's board a list per state of open work. GitLab makes none by itself. */
export function showStatesOnBoard({ world }: Sandbox): void {
  const board = world.boards[0];
  if (board === undefined) return;
  for (const state of ['blocked', 'ready', 'in progress', 'waiting']) {
    const label = world.labels.find(({ name }) => name === `workflow::${state}`);
    if (label !== undefined && board.lists.every(({ labelId }) => labelId !== label.id))
      board.lists.push({ id: label.id, labelId: label.id, position: board.lists.length });
  }
}

function engineDeps(options: DemoOptions, url: string, seeded: Seed): ReconcileDeps {
  const settings: Settings = { ...DEFAULT_SETTINGS, roles: ROLES, ...options.settings };
  const gitlab = createGitLab({
    host: url,
    token: seeded.bot.token,
    group: seeded.group.path,
    project: `${seeded.group.path}/${seeded.project.path}`,
  });
  const { now = () => new Date() } = options;
  const clock = { now: () => now().toISOString() };
  const keys = newKeyPair();
  const seal = openSeal([keys.publicKey], keys.privateKey);
  return { gitlab, processes: options.processes, settings, seal, logger: options.logger, clock };
}

/** A port that is taken is nothing to report as a bug. */
function portError(error: unknown, port: number): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error;
  const message = `port ${port} is in use`;
  const fix = 'Stop what uses it (another sandbox?), or name another one: --port 8930';
  return new ConfigError([problem({ at: '--port' }, message, fix)]);
}

async function answer(deps: ReconcileDeps, engagement: EngagementKey, options: DemoOptions): Promise<void> {
  try {
    const outcome = await reconcile(deps, engagement, { comments: LOOK_EVERYWHERE });
    options.onOutcome?.(engagement, outcome);
  } catch (error) {
    options.logger.error('engagement could not be reconciled', {
      engagement,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}

/** Every change or comment of a person wakes the engagement whose label the epic or issue carries; our own wake nothing. */
function listen(sandbox: Sandbox, botId: number, wake: (engagement: EngagementKey) => void): () => void {
  return sandbox.onChange(({ kind, id, actor }) => {
    if (actor.id === botId) return;
    const { world } = sandbox;
    const target = kind === 'note' ? world.notes.find((note) => note.id === id)?.target : { kind, id };
    const items: readonly (Issue | Epic)[] = target?.kind === 'epic' ? world.epics : world.issues;
    const item = items.find((candidate) => candidate.id === target?.id);
    const names = world.labels.filter((label) => item?.labelIds.includes(label.id)).map(({ name }) => name);
    for (const name of names) if (isEngagementKey(name)) wake(name);
  });
}

/** The sandbox on a port with the engine running behind it: every change in the browser wakes its engagement. */
import type { ProcessDefinition } from '#domain/process.ts';
import { DEFAULT_CALENDAR } from '#domain/calendar.ts';
import type { EngagementKey } from '#domain/keys.ts';
import { DEFAULT_POLICY, type Settings } from '#domain/settings.ts';
import { createGitLab } from '#gitlab/create-gitlab.ts';
import type { Logger } from '#ports/logger.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import { type Outcome, reconcile, type ReconcileDeps } from '#reconciler/reconcile.ts';
import { createWorker } from '#reconciler/worker.ts';
import { createSandbox, type Sandbox } from '#sandbox/create-sandbox.ts';
import { createPages } from '#sandbox/pages/create-pages.ts';
import { type Seed, seed } from '#sandbox/seed.ts';
import { serveSandbox } from '#sandbox/serve.ts';

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
  /** `false` starts the stand-in alone. */
  readonly engine?: boolean;
}

const ROLES = { manager: ['mira'], engineer: ['eli', 'noor'] };

/** Starts the world; close it when done. */
export async function startDemoWorld(options: DemoOptions): Promise<DemoWorld> {
  const { sandbox, served, seeded } = await openSandbox(options);
  const settings: Settings = { calendar: DEFAULT_CALENDAR, labels: {}, policy: DEFAULT_POLICY, roles: ROLES, showAmounts: false };
  const gitlab = createGitLab({ host: served.url, token: seeded.botToken, group: seeded.groupPath, project: seeded.projectPath });
  const deps: ReconcileDeps = { gitlab, processes: options.processes, settings, logger: options.logger };
  const worker = createWorker(async (engagement) => {
    try {
      options.onOutcome?.(engagement, await reconcile(deps, engagement));
    } catch (error) {
      options.logger.error('engagement could not be reconciled', { engagement, reason: error instanceof Error ? error.message : String(error) });
    }
  });
  const stop = options.engine === false ? () => {} : listen(sandbox, seeded.botUsername, (engagement) => worker.wake(engagement));
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

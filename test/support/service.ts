/** The inbox and the worker behind it, over an engagement's world: what the service does without its HTTP. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openSqliteInbox } from '#inbox/sqlite-inbox.ts';
import type { Sleep } from '#ports/clock.ts';
import type { NewDelivery } from '#ports/inbox.ts';
import type { Store } from '#ports/store.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import type { Outcome } from '#reconciler/loop/reconcile.ts';
import { type DrainDeps, drainInbox } from '#reconciler/work/drain-inbox.ts';

export const sleep: Sleep = async (ms, signal) => {
  await delay(ms, undefined, { signal }).catch(() => {});
};

/** A SQLite store in a folder of its own. */
export async function aStore(): Promise<{
  readonly store: Store;
  readonly folder: string;
  readonly remove: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'procession-inbox-'));
  const store = await openSqliteInbox({ folder });
  return { store, folder, remove: async () => await rm(folder, { recursive: true, force: true }) };
}

let count = 0;

/** A wake-up for SOW-1042, unlike any before. */
export function aDelivery(changes: Partial<NewDelivery> = {}): NewDelivery {
  count += 1;
  return {
    source: 'gitlab',
    dedupeKey: `key-${count}`,
    kind: 'wake',
    engagement: 'SOW-1042',
    payload: {},
    receivedAt: new Date().toISOString(),
    requestId: `request-${count}`,
    ...changes,
  };
}

export interface RunningWorker {
  readonly outcomes: { readonly engagement: string; readonly kind: Outcome['kind'] }[];
  readonly failures: string[];
  /** Resolves when nothing waits and nothing is worked on. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a worker; retries come at once unless `wait` says otherwise. */
export function startWorker(
  deps: ReconcileDeps,
  store: Store,
  changes: Partial<DrainDeps> = {},
): RunningWorker {
  const ending = new AbortController();
  const outcomes: RunningWorker['outcomes'][number][] = [];
  const failures: string[] = [];
  const running = drainInbox(
    {
      ...deps,
      inbox: store,
      audit: store.audit,
      clock: { now: () => new Date().toISOString() },
      sleep,
      random: () => 0,
      observer: {
        action: () => {},
        settled: (engagement, outcome) => outcomes.push({ engagement, kind: outcome.kind }),
        failed: (_, code) => failures.push(code),
      },
      concurrency: 2,
      renewEveryMs: 20_000,
      ...changes,
    },
    ending.signal,
  );
  return {
    outcomes,
    failures,
    quiet: async () => {
      for (let turn = 0; turn < 2_000; turn += 1) {
        const { waiting, working } = await store.figures();
        if (waiting + working === 0) return;
        await delay(10);
      }
      throw new Error('the worker did not come to rest');
    },
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

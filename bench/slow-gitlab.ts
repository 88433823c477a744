/** The GitLab stand-in with running engagements, on a port, whose API takes its time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#demo/free-port.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { createGitLab } from '#gitlab/engagement/create-gitlab.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { createSandbox, type Sandbox } from '../sandbox/create-sandbox.ts';
import { type Seed, seed } from '../sandbox/seed.ts';
import { serveSandbox } from '../sandbox/serve.ts';
import type { Issue } from '../sandbox/world.ts';
import { deliveryEngine, sampleSow } from '../test/support/engagement.ts';
import { addSigningHook } from '../test/support/sandbox-records.ts';

export interface SlowGitLab {
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly seed: Seed;
  /** Every issue of every engagement. */
  readonly issues: readonly Issue[];
  /** From now on every answer of the API comes so much later. */
  setLatency(ms: number): void;
  /** Sends events to the service. */
  hook(url: string, token: string): void;
  close(): Promise<void>;
}

/** @param engagements how many are launched, straight into the stand-in */
export async function startSlowGitLab(engagements: number): Promise<SlowGitLab> {
  const port = await freePort('127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const sandbox = createSandbox({ baseUrl: url });
  const people = seed(sandbox);
  let latencyMs = 0;
  const fetch = async (request: Request): Promise<Response> => {
    if (latencyMs > 0) await sleep(latencyMs);
    return await sandbox.fetch(request);
  };
  const served = await serveSandbox({ ...sandbox, fetch }, { host: '127.0.0.1', port });
  await launch(url, people.bot.token, engagements);
  return {
    url,
    sandbox,
    seed: people,
    issues: sandbox.world.issues.filter(({ description }) => parseMarker(description) !== null),
    setLatency: (ms) => {
      latencyMs = ms;
    },
    hook: (target, signingToken) =>
      void addSigningHook({ sandbox, seed: people }, { url: target, signingToken }),
    close: () => served.close(),
  };
}

async function launch(url: string, token: string, engagements: number): Promise<void> {
  const sow = await sampleSow('SOW-1042');
  const deps = await deliveryEngine(
    createGitLab({ host: url, token, group: 'services', project: 'services/engagements' }),
  );
  for (let n = 1; n <= engagements; n += 1) {
    const number = `SOW-${2000 + n}`;
    const own = { ...sow, sow: { ...sow.sow, number } };
    await reconcile(deps, number, { sow: own, process: 'delivery' });
  }
}

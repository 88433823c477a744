/**
 * The whole service in this process, as `wire/service.ts` puts it together, without a port: its real app, inbox,
 * worker, sweeps and look at the webhooks, over a GitLab that delivers to it.
 */
import type { Environment } from '#config/environment.ts';
import { loadConfig } from '#config/load-config.ts';
import type { GitLabOptions } from '#gitlab/engagement/create-gitlab.ts';
import { splitGitLab } from '#gitlab/engagement/split-gitlab.ts';
import { createHookAdmin } from '#gitlab/setup/hooks.ts';
import type { Sleep } from '#ports/clock.ts';
import type { Logger } from '#ports/logger.ts';
import type { Store } from '#ports/store.ts';
import type { Hook } from '#sandbox/world.ts';
import { requireSecrets } from '#service/require-secrets.ts';
import { type ComposedService, type Connected, composeService } from '#wire/service.ts';
import { type ChainOptions, type ChainWorld, startChain } from './chain.ts';
import { type EngagementOptions, type EngagementWorld, startEngagement } from './engagement.ts';
import type { TestWorld, WorldOptions } from './gitlab-world.ts';
import { SIGNING_TOKEN, signedHeaders } from './receiver.ts';
import { addSigningHook } from './sandbox-records.ts';
import { aStore, sleep as really } from './service.ts';

export type ComposedWorld = EngagementWorld & Composed;
/** With the chain of a deal in place of one engagement. */
export type ComposedChain = ChainWorld & Composed;

/** The world that the service works on. */
type Base = TestWorld & Pick<ChainWorld, 'deps' | 'over'>;

export interface Composed {
  readonly store: Store;
  /** Every line of the log, from `info` up. */
  readonly log: readonly LogLine[];
  /** Asks for a sweep and resolves when it has ended. */
  sweep(): Promise<void>;
  /** Resolves when no webhook is under way, nothing waits and nothing is worked on. */
  quiet(): Promise<void>;
  /** Sends a SOW or a deal as the CRM does. @returns the status */
  won(sow: object, id: string): Promise<number>;
  get(path: string): Promise<string>;
  /** Lets the time pass until the next sweep and the next look at the webhooks. */
  pass(): void;
  /** Ends the service and starts another one over the same store; the log begins anew. */
  restart(): Promise<void>;
}

interface ServiceOptions {
  /** Whose token the service has; the bot's when not given. */
  readonly token?: (world: Base) => string;
  /** Stands between GitLab and the service. */
  readonly network?: (
    request: Request,
    deliver: (request: Request) => Promise<Response>,
  ) => Promise<Response>;
  readonly url?: string;
  /** Variables of the service besides its secrets. */
  readonly env?: Environment;
}

export type ComposedOptions = EngagementOptions & ServiceOptions;

/** Longer waits are for the next sweep or look; shorter ones are pace, retries and polls, which no test waits for. */
const LONG_MS = 60_000;
function impatient(): { readonly sleep: Sleep; readonly pass: () => void } {
  let passing = new AbortController();
  return {
    sleep: async (ms, signal) => {
      const signals = [passing.signal, ...(signal === undefined ? [] : [signal])];
      if (ms >= LONG_MS) await really(ms, AbortSignal.any(signals));
      else await really(Math.min(ms, 2), signal);
    },
    pass: () => {
      passing.abort();
      passing = new AbortController();
    },
  };
}

export async function startComposed(options: ComposedOptions = {}): Promise<ComposedWorld> {
  return await compose(options, startEngagement);
}

export async function startComposedChain(
  options: ChainOptions & ServiceOptions = {},
): Promise<ComposedChain> {
  return await compose(options, startChain);
}

async function compose<W extends Base, O extends WorldOptions>(
  options: O & ServiceOptions,
  begin: (options: O) => Promise<W>,
): Promise<W & Composed> {
  let running: Running | undefined;
  const toService = async (request: Request): Promise<Response> =>
    (await running?.app.fetch(request)) ?? new Response(null, { status: 502 });
  const { network } = options;
  const world = await begin({
    // Signatures are proven by the clock of the machine.
    now: () => new Date(),
    ...options,
    deliver: async (request) =>
      network === undefined ? await toService(request) : await network(request, toService),
  });
  const { store, remove } = await aStore();
  const token = options.token?.(world) ?? world.seed.bot.token;
  const log: LogLine[] = [];
  const start = async (): Promise<Running> =>
    (running = await run(world, { store, token, log, env: options.env ?? {} }));
  let current = await start();
  const composed: W & Composed = {
    ...world,
    store,
    log,
    won: async (sow, id) => {
      const body = JSON.stringify(sow);
      const at = Math.floor(Date.parse(world.deps.clock.now()) / 1000);
      const headers = signedHeaders(body, { id, at });
      return (await current.app.request('/webhooks/crm', { method: 'POST', body, headers })).status;
    },
    get: async (path) => await (await current.app.request(path)).text(),
    sweep: async () => {
      await current.sweep();
      await composed.quiet();
    },
    quiet: async () => {
      for (let turn = 0; turn < 10_000; turn += 1) {
        await world.sandbox.settled();
        const { waiting, working } = await store.figures();
        if (waiting + working === 0) return;
        await really(2);
      }
      throw new Error('the service did not come to rest');
    },
    pass: () => current.pass(),
    restart: async () => {
      await current.stop();
      log.length = 0;
      current = await start();
    },
    close: async () => {
      await current.stop();
      await store.close();
      await remove();
      await world.close();
    },
  };
  return composed;
}

interface LogLine {
  readonly message: string;
  readonly data: unknown;
}

interface Running {
  readonly app: ComposedService['app'];
  sweep(): Promise<void>;
  pass(): void;
  stop(): Promise<void>;
}

async function run(
  world: Base,
  parts: {
    readonly store: Store;
    readonly token: string;
    readonly log: LogLine[];
    readonly env: Environment;
  },
): Promise<Running> {
  const { store, token, log, env } = parts;
  const at = (message: string, data?: unknown): void => void log.push({ message, data });
  const logger: Logger = { debug: () => {}, info: at, warn: at, error: at };
  const secrets = { GITLAB_WEBHOOK_SECRETS: SIGNING_TOKEN, CRM_WEBHOOK_SECRETS: SIGNING_TOKEN };
  const config = loadConfig({ ...env, ...secrets });
  const access = { host: world.url, token, group: 'services', project: 'services/engagements' };
  const { sleep, pass } = impatient();
  const service = await composeService({
    config,
    secrets: requireSecrets(config),
    clock: world.deps.clock,
    logger,
    store,
    sleep,
    connect: async (onRequest) => ({ ...connectTo(world, { ...access, onRequest }), logger }),
  });
  const ending = new AbortController();
  const working = service.work(ending.signal);
  const sweeps = (): number => log.filter(({ message }) => message === 'swept').length;
  const swept = async (times: number): Promise<void> => {
    for (let turn = 0; sweeps() < times; turn += 1) {
      if (turn > 5_000) throw new Error('the sweep did not end');
      await really(2);
    }
  };
  // The one at the start.
  await swept(1);
  return {
    app: service.app,
    sweep: async () => {
      const times = sweeps() + 1;
      service.sweep();
      await swept(times);
    },
    pass,
    stop: async () => {
      ending.abort();
      await working;
    },
  };
}

/** As `wire/wire.ts` does it: the one place, or that of SOWs and that of deals. */
function connectTo(world: Base, access: GitLabOptions): Omit<Connected, 'logger'> {
  const { place } = world.deps.settings.deals;
  const sow = world.connect(access);
  const hooks = createHookAdmin(access);
  if (place === null) return { ...world.over(sow), hooks: [{ hooks, apart: null }] };
  const there = { ...access, ...place };
  return {
    ...world.over(splitGitLab({ sow, deal: world.connect(there) })),
    hooks: [
      { hooks, apart: { name: `SOWs (${access.project})`, subject: 'sow' } },
      { hooks: createHookAdmin(there), apart: { name: `Deals (${place.project})`, subject: 'deal' } },
    ],
  };
}

/** A webhook of the group that signs, as an Owner would add it. */
export function addHook(world: TestWorld, changes: Partial<Hook> = {}): Hook {
  const url = 'https://procession.test/webhooks/gitlab';
  return addSigningHook(world, {
    url,
    signingToken: SIGNING_TOKEN,
    confidentialNoteEvents: true,
    ...changes,
  });
}

/**
 * Processor time of an acknowledged delivery: `procession serve` (verified, deduplicated, on disk) beside bare Hono
 * that verifies and keeps nothing, and Probot with an empty handler, in one run; ratios are deliveries per second of
 * processor time. The server has one core; the load (wrk)
 * and the GitLab stand-in have the other. Loopback only; bounded by servers × connections × seconds.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#demo/free-port.ts';
import { startWorldOnPort, type TestWorld } from '../test/support/gitlab-world.ts';
import { findPostgres, startPostgres, type TestPostgres } from '../test/support/postgres.ts';
import { anIssueEvent } from './issue-event.ts';
import { type Dialect, githubDialect, gitlabDialect, type LoadResult, runLoad } from './load.ts';
import { machine } from './machine.ts';
import { keepOffServerCore, type PinnedServer, startPinned } from './pinned-server.ts';
import { installProbot } from './probot-folder.ts';
import { count, ms, table } from './table.ts';

type ServerName = 'bare' | 'sqlite' | 'postgres' | 'probot';

/** @param list names divided by commas; every server when there is none */
export function serverNames(list: string | undefined): ServerName[] {
  const known = Object.keys(TITLES) as ServerName[];
  if (list === undefined) return known;
  return list.split(',').map((wanted) => {
    const name = known.find((one) => one === wanted);
    if (name === undefined) throw new Error(`--servers: "${wanted}" is none of ${known.join(', ')}`);
    return name;
  });
}

export interface IntakeOptions {
  readonly servers: readonly ServerName[];
  readonly connections: readonly number[];
  /** For each number of connections. */
  readonly seconds: number;
  /** Of each server, not counted: the compiler is at work. 0: none. */
  readonly warmUpSeconds: number;
  /** How often every server is measured, in turn; the median is told. */
  readonly rounds: number;
  /** Server and load go before the other work of the machine; root only. */
  readonly first: boolean;
  /** A connection for each delivery. */
  readonly close: boolean;
  /** Extra arguments of node for the servers: `--cpu-prof`. */
  readonly nodeOptions: readonly string[];
}

const TITLES: Readonly<Record<ServerName, string>> = {
  bare: 'bare Hono, keeps nothing',
  sqlite: 'procession serve, SQLite',
  postgres: 'procession serve, PostgreSQL',
  probot: 'Probot 14, empty handler, keeps nothing',
};
const WARM_UP_CONNECTIONS = 50;
/** A server that took no more than this in that time has nothing left to do. */
const QUIET_CPU_SECONDS = 0.02;
const QUIET_FOR_MS = 400;
const QUIET_WITHIN_MS = 5_000;

/** What all servers of a run share. */
interface Rig extends IntakeOptions {
  readonly folder: string;
  readonly key: Buffer;
  readonly secret: string;
  readonly world: TestWorld;
  readonly body: string;
}

interface Measured extends LoadResult {
  readonly server: ServerName;
  readonly connections: number;
  /** Processor time of the server for one delivery. */
  readonly cpuMicros: number;
  readonly peakMegabytes: number;
}

export async function intake(options: IntakeOptions): Promise<string> {
  keepOffServerCore();
  const folder = mkdtempSync(join(tmpdir(), 'procession-bench-'));
  const world = await startWorldOnPort();
  const key = randomBytes(32);
  const secret = `whsec_${key.toString('base64')}`;
  const rig: Rig = { ...options, folder, key, secret, world, body: anIssueEvent(world) };
  writeFileSync(
    join(folder, 'procession.yml'),
    'gitlab: { group: services, project: services/engagements }\n',
  );
  const running: Started[] = [];
  try {
    for (const server of options.servers) {
      const started = await STARTS[server](rig);
      if (started !== null) running.push(started);
    }
    return report(rig, await measureAll(rig, running));
  } finally {
    for (const { server, stop } of running) {
      await server.stop();
      await stop();
    }
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every server in turn, round by round: what else the machine does meets all of them alike. */
async function measureAll(rig: Rig, running: readonly Started[]): Promise<Measured[]> {
  const measured: Measured[] = [];
  if (rig.warmUpSeconds > 0)
    for (const started of running) await measure(rig, started, WARM_UP_CONNECTIONS, rig.warmUpSeconds);
  for (const connections of rig.connections)
    for (let round = 0; round < rig.rounds; round += 1)
      for (const started of running) measured.push(await measure(rig, started, connections, rig.seconds));
  return measured;
}

async function measure(
  rig: Rig,
  { name, server, port, dialect }: Started,
  connections: number,
  seconds: number,
): Promise<Measured> {
  const { folder, first, close } = rig;
  const before = server.cpuSeconds();
  const result = await runLoad({ dialect: dialect(), port, folder, first, close, connections, seconds });
  await quiet(server);
  return {
    server: name,
    connections,
    cpuMicros: ((server.cpuSeconds() - before) / result.acknowledged) * 1e6,
    peakMegabytes: server.peakMegabytes(),
    ...result,
  };
}

/** Waits until what the load left behind is done: it belongs to the deliveries too. */
async function quiet(server: PinnedServer): Promise<void> {
  const until = performance.now() + QUIET_WITHIN_MS;
  for (let seen = -1; performance.now() < until && server.cpuSeconds() - seen > QUIET_CPU_SECONDS; ) {
    seen = server.cpuSeconds();
    await sleep(QUIET_FOR_MS);
  }
}

interface Started {
  readonly name: ServerName;
  readonly server: PinnedServer;
  readonly port: number;
  /** Signatures are good for five minutes. */
  readonly dialect: () => Dialect;
  /** What runs beside the server. */
  readonly stop: () => Promise<void>;
}

const STARTS: Readonly<Record<ServerName, (rig: Rig) => Promise<Started | null>>> = {
  bare: async (rig) => await start(rig, 'bare', [join(import.meta.dirname, 'servers/bare.ts')], {}),
  sqlite: async (rig) =>
    await startProcession(rig, 'sqlite', {
      PROCESSION_DATA: join(rig.folder, randomBytes(4).toString('hex')),
    }),
  postgres: startWithPostgres,
  probot: startProbot,
};

async function start(
  rig: Rig,
  name: ServerName,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  more: Partial<Started> & { readonly readyPath?: string } = {},
): Promise<Started> {
  const { readyPath = '/healthz', ...rest } = more;
  const port = await freePort('127.0.0.1');
  const options = {
    command: [...rig.nodeOptions, ...command],
    cwd: rig.folder,
    env: {
      PORT: String(port),
      GITLAB_WEBHOOK_SECRETS: rig.secret,
      NODE_COMPILE_CACHE: join(rig.folder, 'cache'),
      ...env,
    },
    readyUrl: `http://127.0.0.1:${port}${readyPath}`,
    first: rig.first,
  };
  // The first start compiles; a deployed service (docs/operations.md) finds that done.
  await (await startPinned(options)).stop();
  const server = await startPinned(options);
  return {
    name,
    server,
    port,
    dialect: () => gitlabDialect(rig.body, rig.key),
    stop: async () => {},
    ...rest,
  };
}

async function startProcession(
  rig: Rig,
  name: ServerName,
  env: Readonly<Record<string, string>>,
  more: Partial<Started> = {},
): Promise<Started> {
  const settings = {
    // As docs/operations.md has it.
    NODE_OPTIONS: '--max-semi-space-size=8',
    GITLAB_URL: rig.world.url,
    GITLAB_TOKEN: rig.world.seed.bot.token,
    CRM_WEBHOOK_SECRETS: rig.secret,
    LOG_LEVEL: 'error',
  };
  return await start(
    rig,
    name,
    [join(import.meta.dirname, '../src/main.ts'), 'serve'],
    { ...settings, ...env },
    more,
  );
}

/** The database has the core of the load: only the service is measured. */
async function startWithPostgres(rig: Rig): Promise<Started | null> {
  const bin = findPostgres();
  if (bin === null) return null;
  const postgres: TestPostgres = await startPostgres(bin);
  return await startProcession(
    rig,
    'postgres',
    { DATABASE_URL: postgres.url },
    { stop: () => postgres.stop() },
  );
}

async function startProbot(rig: Rig): Promise<Started | null> {
  const folder = await installProbot();
  if (folder === null) return null;
  // What GitHub always sends beside; the size is the same.
  const body = JSON.stringify({
    ...(JSON.parse(rig.body) as object),
    action: 'edited',
    installation: { id: 1 },
  });
  const secret = createHmac('sha256', rig.key).digest('hex');
  return await start(
    rig,
    'probot',
    [join(import.meta.dirname, 'servers/probot.ts'), folder],
    { WEBHOOK_SECRET: secret, NODE_ENV: 'production' },
    { readyPath: '/ping', dialect: () => githubDialect(body, secret) },
  );
}

const HEADER = [
  'server',
  'connections',
  'CPU µs each',
  'of bare',
  'of Probot',
  'acknowledged/s',
  'p50 ms',
  'p99 ms',
  'max ms',
  'peak RSS MB',
  'failed',
];

function report(
  { body, seconds, rounds, servers, connections, close }: Rig,
  measured: readonly Measured[],
): string {
  const rows = connections.flatMap((level) => {
    const of = (server: ServerName): Measured | undefined =>
      median(measured.filter((one) => one.server === server && one.connections === level));
    return servers.flatMap((server) => {
      const one = of(server);
      return one === undefined ? [] : [row(one, of('bare'), of('probot'))];
    });
  });
  const how = `${machine()}; body ${count(body.length)} bytes; ${rounds} × ${seconds} s at each level${close ? '; a connection for each delivery' : ''}`;
  return `${how}\n\n${table(HEADER, rows)}`;
}

function row(one: Measured, bare: Measured | undefined, probot: Measured | undefined): string[] {
  const ratio = (other: Measured | undefined): string =>
    other === undefined ? '–' : (other.cpuMicros / one.cpuMicros).toFixed(2);
  return [
    TITLES[one.server],
    String(one.connections),
    one.cpuMicros.toFixed(0),
    ratio(bare),
    ratio(probot),
    count(one.perSecond),
    ms(one.p50),
    ms(one.p99),
    ms(one.max),
    String(one.peakMegabytes),
    String(one.failed),
  ];
}

/** The round in the middle, by processor time, which other work of the machine changes least. */
function median(rounds: readonly Measured[]): Measured | undefined {
  return rounds.toSorted((a, b) => a.cpuMicros - b.cpuMicros)[Math.floor(rounds.length / 2)];
}

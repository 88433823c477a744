/** A private, real PostgreSQL for tests, from the machine's own package; loopback only, gone afterwards. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A running server. */
export interface TestPostgres {
  /** `DATABASE_URL` of an empty database. */
  readonly url: string;
  /** Runs SQL as the owner; for what no port offers. @returns lines, fields divided by `|` */
  sql(text: string): Promise<string>;
  /** Pulls the plug: no goodbye to clients, recovery at the next {@link TestPostgres.start}. */
  crash(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The account Debian's package makes; PostgreSQL refuses to run as root. */
const ACCOUNT = 'postgres';
const run = promisify(execFile);

/** The folder of `initdb` and `postgres`; `null`, said loudly, when PostgreSQL is not installed. */
export function findPostgres(): string | null {
  const folder = candidates().find((candidate) => existsSync(join(candidate, 'initdb')));
  if (folder !== undefined) return folder;
  console.warn(
    '\n!! PostgreSQL is not installed: the tests of the PostgreSQL inbox are SKIPPED. apt-get install postgresql\n',
  );
  return null;
}

/** Debian keeps each version's programs beside the others, out of PATH. */
function candidates(): string[] {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  const onPath = (process.env['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  return [...newestFirst.map((version) => join(root, version, 'bin')), ...onPath];
}

/** @param bin of {@link findPostgres} */
export async function startPostgres(bin: string): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'procession-postgres-'));
  if (userInfo().uid === 0) chownSync(folder, idOf('-u'), idOf('-g'));
  const data = join(folder, 'data');
  const log = join(folder, 'log');
  const port = await freePort();
  const cluster = ['-D', data, '-U', 'procession', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  const [initdb, ...initdbArguments] = asAccount(join(bin, 'initdb'), cluster);
  await run(initdb, initdbArguments, { cwd: folder });
  let server: ChildProcess | null = null;

  async function start(): Promise<void> {
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
      'full_page_writes=off',
      'wal_level=minimal',
      'max_wal_senders=0',
      'autovacuum=off',
      'jit=off',
    ];
    const options = settings.flatMap((setting) => ['-c', setting]);
    const [command, ...rest] = asAccount(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...options]);
    server = spawn(command, rest, { cwd: folder, stdio: ['ignore', 'ignore', openSync(log, 'a')] });
    if (!(await isReady(join(bin, 'pg_isready'), port, server)))
      throw new Error(`PostgreSQL did not start:\n${readFileSync(log, 'utf8')}`);
  }

  async function end(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const ending = server;
    server = null;
    if (ending === null || ending.exitCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await ended;
  }

  await start();
  const url = `postgres://procession@127.0.0.1:${port}/postgres`;
  return {
    url,
    start,
    crash: () => end('SIGQUIT'),
    async sql(text) {
      const { stdout } = await run(join(bin, 'psql'), [
        url,
        '-X',
        '-q',
        '-A',
        '-t',
        '-v',
        'ON_ERROR_STOP=1',
        '-c',
        text,
      ]);
      return stdout.trim();
    },
    async stop() {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `setpriv` becomes the server (same process), and ends it with us. */
function asAccount(command: string, rest: readonly string[]): [string, ...string[]] {
  if (userInfo().uid !== 0) return [command, ...rest];
  const identity = [`--reuid=${ACCOUNT}`, `--regid=${ACCOUNT}`, '--init-groups', '--pdeathsig=KILL'];
  return ['setpriv', ...identity, '--', command, ...rest];
}

function idOf(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, ACCOUNT]).toString());
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => {
    probe.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function isReady(command: string, port: number, server: ChildProcess): Promise<boolean> {
  const database = ['-h', '127.0.0.1', '-p', String(port), '-U', 'procession', '-d', 'postgres'];
  for (let tries = 0; tries < 800 && server.exitCode === null; tries += 1) {
    const answered = await run(command, database).then(
      () => true,
      () => false,
    );
    if (answered) return true;
    await sleep(50);
  }
  return false;
}

/** How long commands and the service take to start, from nothing to the first output or answer; medians. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#demo/free-port.ts';
import { machine } from './machine.ts';
import { startPinned } from './pinned-server.ts';
import { ms, percentile, table } from './table.ts';

export interface StartOptions {
  readonly rounds: number;
  readonly first: boolean;
}

const MAIN = join(import.meta.dirname, '../src/main.ts');
const SOW = join(import.meta.dirname, '../sows/SOW-1042.yml');

export async function start({ rounds, first }: StartOptions): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'procession-bench-'));
  writeFileSync(
    join(folder, 'procession.yml'),
    'gitlab: { group: services, project: services/engagements }\n',
  );
  const cache = { NODE_COMPILE_CACHE: join(folder, 'cache') };
  const rows: string[][] = [];
  const add = async (what: string, once: (env: Env) => Promise<number> | number): Promise<void> => {
    const medians: string[] = [];
    for (const env of [{}, cache]) {
      await once(env);
      const took: number[] = [];
      for (let round = 0; round < rounds; round += 1) took.push(await once(env));
      medians.push(ms(percentile(took, 0.5)));
    }
    rows.push([what, ...medians]);
  };
  try {
    await add('`procession --help`', (env) => command(folder, env, ['--help']));
    await add('`procession plan <file>`', (env) => command(folder, env, ['plan', SOW]));
    await add('`procession serve` until `/healthz` answers', (env) => service(folder, env, first));
    const how = `${machine()}; medians of ${rounds}; the second time is with NODE_COMPILE_CACHE set`;
    return `${how}\n\n${table(['what', 'ms', 'ms, code cached from the entry on'], rows)}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Env = Readonly<Record<string, string>>;

function command(folder: string, env: Env, words: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - began;
}

/** GitLab is not there: accepting must not wait for it. */
async function service(folder: string, env: Env, first: boolean): Promise<number> {
  const port = await freePort('127.0.0.1');
  const server = await startPinned({
    command: [MAIN, 'serve'],
    cwd: folder,
    env: {
      ...env,
      PORT: String(port),
      GITLAB_URL: 'http://127.0.0.1:9',
      GITLAB_TOKEN: 'none',
      GITLAB_WEBHOOK_SECRETS: 'a-secret-of-the-benchmark',
      CRM_WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
      PROCESSION_DATA: join(folder, 'data'),
      LOG_LEVEL: 'fatal',
    },
    readyUrl: `http://127.0.0.1:${port}/healthz`,
    first,
  });
  // It would end what it has begun, and asks a GitLab that is not there.
  process.kill(server.pid, 'SIGKILL');
  await server.stop();
  return server.readyMs;
}

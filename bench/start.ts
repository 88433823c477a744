/**
 * How long commands and the service of the installed package take to start, from nothing to the end or the first answer,
 * and how much processor time; and how large the package is. Medians. A bare Node beside them, in turn with them, says how
 * fast the machine was just then.
 */
import { globSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#demo/free-port.ts';
import { install } from './installed.ts';
import { machine } from './machine.ts';
import { putFirst, startPinned } from './pinned-server.ts';
import { ms, percentile, table } from './table.ts';
import { timed } from './timed.ts';

export interface StartOptions {
  readonly rounds: number;
  readonly first: boolean;
  /** Folder of a package that is installed already; without it, this working copy is packed and unpacked. */
  readonly installed: string | null;
}

const MEGABYTE = 1_048_576;

export async function start({ rounds, first, installed: given }: StartOptions): Promise<string> {
  // What is started inherits it.
  if (first) putFirst(process.pid);
  const folder = mkdtempSync(join(tmpdir(), 'procession-bench-'));
  try {
    const installed = given ?? install(folder);
    const main = join(installed, 'bin/procession.cjs');
    const sow = join(installed, 'sows/SOW-1042.yml');
    writeFileSync(
      join(folder, 'procession.yml'),
      'gitlab: { group: services, project: services/engagements }\n',
    );
    const starts: readonly Start[] = [
      { what: 'bare Node', wanted: '', once: () => timed(folder, ['--eval', '0']) },
      { what: '`procession --help`', wanted: '≤ 60', once: () => timed(folder, [main, '--help']) },
      { what: '`procession plan <file>`', wanted: '≤ 200', once: () => timed(folder, [main, 'plan', sow]) },
      {
        what: '`procession serve` until `/healthz` answers',
        wanted: '≤ 500',
        once: () => service(folder, main, first),
      },
    ];
    const rows = await figures(starts, rounds);
    return [
      `${machine()}; the installed package, ${sizeOf(installed)}; medians of ${rounds} after the first start, which compiles`,
      table(
        ['what', 'wanted, ms', 'first start, ms', 'ms', 'fastest, ms', 'CPU, ms', 'CPU of bare Node'],
        rows,
      ),
    ].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Start {
  readonly what: string;
  readonly wanted: string;
  readonly once: () => Promise<Took>;
}

type Took = { readonly wallMs: number; readonly cpuMs: number };

/** `9.7 MB in 432 files` */
function sizeOf(folder: string): string {
  const files = globSync('**/*', { cwd: folder }).map((file) => statSync(join(folder, file)));
  const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
  return `${(bytes / MEGABYTE).toFixed(1)} MB in ${files.filter((file) => file.isFile()).length} files`;
}

/** Of the first start, of the others in the middle, of the fastest; processor time, also as a multiple of the first row's. */
async function figures(starts: readonly Start[], rounds: number): Promise<readonly (readonly string[])[]> {
  const took: Took[][] = [];
  for (const [index, { once }] of starts.entries()) took[index] = [await once()];
  for (let round = 0; round < rounds; round += 1)
    for (const [index, { once }] of starts.entries()) took[index]?.push(await once());
  const cpuOf = ([, ...later]: readonly Took[]): number =>
    percentile(
      later.map(({ cpuMs }) => cpuMs),
      0.5,
    );
  const bare = cpuOf(took[0] ?? []);
  return starts.map(({ what, wanted }, index) => {
    const [compiling, ...later] = took[index] ?? [];
    const walls = later.map(({ wallMs }) => wallMs);
    const cpu = cpuOf(took[index] ?? []);
    const times = [compiling?.wallMs ?? Number.NaN, percentile(walls, 0.5), Math.min(...walls), cpu];
    return [what, wanted, ...times.map(ms), `${(cpu / bare).toFixed(1)} ×`];
  });
}

/** GitLab is not there: accepting must not wait for it. */
async function service(folder: string, main: string, first: boolean): Promise<Took> {
  const port = await freePort('127.0.0.1');
  const server = await startPinned({
    command: [main, 'serve'],
    cwd: folder,
    env: {
      PORT: String(port),
      GITLAB_URL: 'http://127.0.0.1:9',
      GITLAB_TOKEN: 'none',
      GITLAB_WEBHOOK_SECRETS: 'a-secret-of-the-benchmark',
      PROCESSION_DATA: join(folder, 'data'),
      LOG_LEVEL: 'fatal',
    },
    readyUrl: `http://127.0.0.1:${port}/healthz`,
    first,
  });
  const cpuMs = server.cpuSeconds() * 1000;
  // It keeps what it has compiled when it ends by itself.
  await server.stop();
  return { wallMs: server.readyMs, cpuMs };
}

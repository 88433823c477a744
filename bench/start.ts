/**
 * How long commands and the service of the installed package take to start, from nothing to the end or the first answer;
 * and how large the package is. Medians. A bare Node beside them says how fast the machine was just then.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#demo/free-port.ts';
import { machine } from './machine.ts';
import { putFirst, startPinned } from './pinned-server.ts';
import { ms, percentile, table } from './table.ts';

export interface StartOptions {
  readonly rounds: number;
  readonly first: boolean;
}

const ROOT = join(import.meta.dirname, '..');
const MEGABYTE = 1_048_576;

export async function start({ rounds, first }: StartOptions): Promise<string> {
  // What is started inherits it.
  if (first) putFirst(process.pid);
  const folder = mkdtempSync(join(tmpdir(), 'procession-bench-'));
  try {
    const installed = install(folder);
    const main = join(installed, 'bin/procession.cjs');
    const sow = join(installed, 'sows/SOW-1042.yml');
    writeFileSync(
      join(folder, 'procession.yml'),
      'gitlab: { group: services, project: services/engagements }\n',
    );
    const rows = [
      ['bare Node', '', ...(await figures(rounds, () => command(folder, ['--eval', '0'])))],
      ['`procession --help`', '≤ 60', ...(await figures(rounds, () => command(folder, [main, '--help'])))],
      [
        '`procession plan <file>`',
        '≤ 200',
        ...(await figures(rounds, () => command(folder, [main, 'plan', sow]))),
      ],
      [
        '`procession serve` until `/healthz` answers',
        '≤ 500',
        ...(await figures(rounds, async () => await service(folder, main, first))),
      ],
    ];
    return [
      `${machine()}; the installed package, ${sizeOf(installed)}; medians of ${rounds} after the first start, which compiles`,
      table(['what', 'wanted, ms', 'first start, ms', 'ms', 'fastest, ms'], rows),
    ].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Packs the package and unpacks it, as npm does: it needs no other one. @returns its folder */
function install(folder: string): string {
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  execFileSync('tar', ['--extract', '--gzip', '--file', join(folder, packed.trim()), '--directory', modules]);
  return join(modules, 'package');
}

/** `9.7 MB in 432 files` */
function sizeOf(folder: string): string {
  const files = globSync('**/*', { cwd: folder }).map((file) => statSync(join(folder, file)));
  const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
  return `${(bytes / MEGABYTE).toFixed(1)} MB in ${files.filter((file) => file.isFile()).length} files`;
}

/** Of the first start, of the others in the middle, and of the fastest. */
async function figures(rounds: number, once: () => Promise<number> | number): Promise<readonly string[]> {
  const firstMs = await once();
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) took.push(await once());
  return [firstMs, percentile(took, 0.5), Math.min(...took)].map(ms);
}

function command(folder: string, args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - began;
}

/** GitLab is not there: accepting must not wait for it. */
async function service(folder: string, main: string, first: boolean): Promise<number> {
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
  // It keeps what it has compiled when it ends by itself.
  await server.stop();
  return server.readyMs;
}

/** A server of a benchmark: a process of its own on the first core, watched from outside. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PinnedServerOptions {
  /** Arguments of node. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Answers anything below 500 when the server is ready. */
  readonly readyUrl: string;
  /** Before the other work of the machine; root only. */
  readonly first: boolean;
}

export interface PinnedServer {
  readonly pid: number;
  /** From the start of the process to the first answer. */
  readonly readyMs: number;
  /** Processor time since the start, of all threads. */
  cpuSeconds(): number;
  /** The most memory it ever had, in MB (2^20). */
  peakMegabytes(): number;
  /** SIGTERM lets it write profiles; SIGKILL after five seconds. */
  stop(): Promise<void>;
}

/** The core of servers; loads get {@link LOAD_CORE}. */
const SERVER_CORE = '0';
export const LOAD_CORE = '1';
const READY_WITHIN_MS = 20_000;
/** Linux counts processor time in these: `getconf CLK_TCK`. */
const TICKS_PER_SECOND = 100;

/** `taskset` becomes the command, so that the pid is the server's. */
export function onCore(core: string, command: readonly string[]): [string, string[]] {
  return ['taskset', ['-c', core, ...command]];
}

/**
 * Lets a process go before the other work of the machine. Linux shares a core among sessions first, so that `nice`
 * alone says little: the session itself must be ranked. @see https://man7.org/linux/man-pages/man7/sched.7.html
 */
export function putFirst(pid: number | undefined): void {
  const file = `/proc/${pid}/autogroup`;
  if (existsSync(file)) writeFileSync(file, '-20');
}

export async function startPinned(options: PinnedServerOptions): Promise<PinnedServer> {
  const startedAt = performance.now();
  const [command, rest] = onCore(SERVER_CORE, [process.execPath, ...options.command]);
  const child = spawn(command, rest, {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'], ...options.env },
    stdio: ['ignore', 'ignore', 'inherit'],
    // A session of its own.
    detached: true,
  });
  if (options.first) putFirst(child.pid);
  await ready(child, options.readyUrl);
  const readyMs = performance.now() - startedAt;
  const pid = child.pid ?? 0;
  return {
    pid,
    readyMs,
    cpuSeconds: () => cpuSecondsOf(pid),
    peakMegabytes: () => peakMegabytesOf(pid),
    stop: async () => await stop(child),
  };
}

async function ready(child: ChildProcess, url: string): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  while (performance.now() < until && child.exitCode === null) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 599,
    );
    if (status < 500) return;
    await sleep(5);
  }
  await stop(child);
  throw new Error(`the server at ${url} did not start`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
}

function cpuSecondsOf(pid: number): number {
  // Fields are counted after the name, which may hold blanks: utime and stime are the 14th and 15th of all.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function peakMegabytesOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** Moves this process to the core of the load. */
export function keepOffServerCore(): void {
  execFileSync('taskset', ['-p', '-c', LOAD_CORE, String(process.pid)], { stdio: 'ignore' });
}

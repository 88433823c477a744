/** One command in a process of its own, with its processor time. */
import { spawn } from 'node:child_process';

export interface Timed {
  /** From the start to the first byte of its output, and to its end. */
  readonly firstLineMs: number;
  readonly wallMs: number;
  /** Of all its threads, in the kernel too. */
  readonly cpuMs: number;
}

/** @param words arguments of node. bash tells the processor time of a child, which Node does not. */
export async function timed(
  cwd: string,
  words: readonly string[],
  given: Readonly<Record<string, string>> = {},
): Promise<Timed> {
  const env = { PATH: process.env['PATH'] ?? '', ...given };
  const script = 'TIMEFORMAT="cpu %U %S"; time "$@"';
  const began = performance.now();
  const child = spawn('bash', ['-c', script, '-', process.execPath, ...words], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let firstLineMs = 0;
  let stderr = '';
  child.stdout.on('data', () => {
    firstLineMs ||= performance.now() - began;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}: ${stderr}`);
  const wallMs = performance.now() - began;
  const [, user = '', system = ''] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return { firstLineMs, wallMs, cpuMs: (Number(user) + Number(system)) * 1000 };
}

import { EXIT } from '#cli/terminal/exit-code.ts';
import { reportFailure } from '#cli/terminal/failure.ts';
import type { CliIo } from '#cli/terminal/io.ts';
import { runCli } from './run-cli.ts';

const TERMINATED = 143;

/** Connects the command line to a process: streams, signals, and the one place where errors end. @returns the exit code */
export async function startCli(process: NodeJS.Process): Promise<number> {
  const { stdin, stdout, stderr, env } = process;
  const io: CliIo = {
    stdin,
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
    untilInterrupted: listenForSignals(process),
  };
  for (const stream of [stdout, stderr]) ignoreClosedPipe(stream);
  process.on('uncaughtException', (error) => process.exit(reportFailure(error, io)));
  try {
    return await runCli(process.argv.slice(2), io);
  } catch (error) {
    return reportFailure(error, io);
  }
}

/** `procession plan … | head` closes our stdout: what is left to say goes nowhere, what is left to do is still done. */
function ignoreClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

function listenForSignals(process: NodeJS.Process): () => Promise<void> {
  let waiting: (() => void) | null = null;
  function stop(code: number): void {
    if (waiting === null) {
      process.stderr.write(
        '\nInterrupted. Every change is safe to repeat: run the same command again to finish.\n',
      );
      process.exit(code);
    }
    waiting();
    waiting = null;
  }
  process.on('SIGINT', () => stop(EXIT.interrupted));
  process.on('SIGTERM', () => stop(TERMINATED));
  return async () =>
    await new Promise((resolve) => {
      waiting = resolve;
    });
}

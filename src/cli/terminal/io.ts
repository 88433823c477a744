import type { Environment } from '#config/environment.ts';

/** The outside world as the CLI sees it; tests give their own. */

/** Stream that takes text: the needed part of a writable stream. */
export interface TextStream {
  write(text: string): unknown;
  /** A person is looking. */
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Streams, environment and folder of a command line. */
export interface CliIo {
  /** Stream on which a person types; none in tests and embedded use. */
  readonly stdin?: { readonly isTTY?: boolean | undefined };
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Environment;
  readonly cwd: string;
  untilInterrupted(): Promise<void>;
}

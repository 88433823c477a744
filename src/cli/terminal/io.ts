import type { Environment } from '#config/environment.ts';

/** The outside world as the CLI sees it; tests give their own. */

/** Where text goes: the part of a writable stream that is needed. */
export interface TextStream {
  write(text: string): unknown;
  /** Whether a person is looking. */
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface CliIo {
  /** Where a person types; none in tests and embedded use. */
  readonly stdin?: { readonly isTTY?: boolean | undefined };
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Environment;
  readonly cwd: string;
  untilInterrupted(): Promise<void>;
}

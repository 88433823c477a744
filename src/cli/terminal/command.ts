import type { Wire } from '#wire/wire.ts';
import type { Ask } from './ask.ts';
import type { Output } from './output.ts';

/** An option of a command, for `node:util` parseArgs and for the help text. */
export interface CommandOption {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  /** What stands for the value in the help: `file` in `--out <file>`. */
  readonly placeholder?: string;
  readonly help: string;
}

/** One command of the CLI. Each lives in a file of its own that exports it as `command`. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What follows the name: `<sow.yml|SOW-n> [options]`. */
  readonly usage: string;
  /** How many words without dashes it takes. */
  readonly positionals: { readonly min: number; readonly max: number };
  readonly options: Readonly<Record<string, CommandOption>>;
  /** What it does, when, and with which exit code; several paragraphs. */
  readonly details: string;
  /** Lines to copy. */
  readonly examples: readonly string[];
  /** @returns the exit code */
  run(context: CommandContext): Promise<number>;
}

/** What a command gets: its words and options, the adapters, and where to write. */
export interface CommandContext {
  readonly positionals: readonly string[];
  /** Whether a boolean option was given. */
  readonly flag: (name: string) => boolean;
  /** The value of a string option; `undefined` when it was not given. */
  readonly text: (name: string) => string | undefined;
  readonly wire: Wire;
  readonly output: Output;
  /** Questions to a person; `null` where nobody can answer. */
  readonly ask: Ask | null;
  /** Relative paths on the command line are relative to this folder. */
  readonly cwd: string;
  /**
   * For commands that run until they are told to stop: resolves at the first SIGINT or SIGTERM, which then does not
   * end the process. A second one does.
   */
  readonly untilInterrupted: () => Promise<void>;
}

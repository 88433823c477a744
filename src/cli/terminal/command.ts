import type { Wire } from '#wire/wire.ts';
import type { Ask } from './ask.ts';
import type { Output } from './output.ts';

/** An option of a command, for `node:util` parseArgs and for the help text. */
export interface CommandOption {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  /** Word for the value in the help: `file` in `--out <file>`. */
  readonly placeholder?: string;
  readonly help: string;
}

/** Command of the CLI, exported as `command` by a file that holds nothing else. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Words after the name: `<sow.yml|SOW-n> [options]`. */
  readonly usage: string;
  /** Number of words without dashes. */
  readonly positionals: { readonly min: number; readonly max: number };
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Words that the first one without dashes must be one of: `list`, `show`. */
  readonly words?: readonly string[];
  /** Explanation in several paragraphs: deed, occasion, exit codes. */
  readonly details: string;
  /** Lines to copy. */
  readonly examples: readonly string[];
  /** @returns the exit code */
  run(context: CommandContext): Promise<number>;
}

/** Words and options of a command line, the adapters, and the output. */
export interface CommandContext {
  readonly positionals: readonly string[];
  /** Tells whether a boolean option was given. */
  readonly flag: (name: string) => boolean;
  /** Value of a string option; `undefined` for one that was not given. */
  readonly text: (name: string) => string | undefined;
  readonly wire: Wire;
  /** Loads all commands. */
  readonly commands: () => Promise<readonly Command[]>;
  readonly output: Output;
  /** Questions to a person; `null` where nobody can answer. */
  readonly ask: Ask | null;
  /** Relative paths on the command line are relative to this folder. */
  readonly cwd: string;
  /**
   * Waits for the first SIGINT or SIGTERM, which then does not end the process; a second one does. For commands that
   * run until they are told to stop.
   */
  readonly untilInterrupted: () => Promise<void>;
}

/** Questions to the person at the terminal. The library is loaded with the first question. */
import type { CliIo } from './io.ts';

/** Question for a text. */
export interface Question {
  readonly message: string;
  /** Example that is shown while nothing is typed. */
  readonly placeholder?: string;
  /** Answer of Enter alone. */
  readonly initial?: string;
  /** Says what is wrong with an answer, or `undefined`. */
  readonly problem: (text: string) => string | undefined;
}

/** Question with a fixed list of answers. */
export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

/** Each resolves to `null` when the person gives up (Ctrl-C, Escape). */
export interface Ask {
  text(question: Question): Promise<string | null>;
  choose<T extends string>(message: string, choices: readonly Choice<T>[]): Promise<T | null>;
}

/** Creates the way to ask a person; `null` where nobody can answer: no terminal, or a dumb one. */
export function createAsk({ stdin, stdout, env }: Pick<CliIo, 'stdin' | 'stdout' | 'env'>): Ask | null {
  if (stdin?.isTTY !== true || stdout.isTTY !== true || env['TERM'] === 'dumb') return null;
  const streams = { input: stdin as never, output: stdout as never };
  return {
    async text({ message, placeholder, initial, problem }) {
      const { isCancel, text } = await import('@clack/prompts');
      const answer = await text({
        ...streams,
        message,
        ...(placeholder === undefined ? {} : { placeholder }),
        ...(initial === undefined ? {} : { initialValue: initial }),
        validate: (typed) => problem((typed ?? '').trim()),
      });
      return isCancel(answer) ? null : (answer ?? '').trim();
    },
    async choose(message, choices) {
      const { isCancel, select } = await import('@clack/prompts');
      const answer = await select<string>({
        ...streams,
        message,
        options: choices.map(({ value, label, hint }) => ({
          value,
          label,
          ...(hint === undefined ? {} : { hint }),
        })),
      });
      return isCancel(answer) ? null : (choices.find(({ value }) => value === answer)?.value ?? null);
    },
  };
}

import { parseArgs } from 'node:util';
import { didYouMean } from '#domain/base/closest.ts';
import type { Command, CommandOption } from './command.ts';
import { UsageError } from './usage-error.ts';

/** Options every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, CommandOption>> = {
  help: { type: 'boolean', short: 'h', help: 'Show this help' },
  quiet: { type: 'boolean', short: 'q', help: 'Only results and errors: no notes, no progress' },
};

/** Command line, taken apart. */
export interface ParsedArguments {
  readonly positionals: readonly string[];
  readonly values: ReadonlyMap<string, string | true>;
}

/** Reads the words behind a command's name. @throws UsageError with the nearest name for a misspelt one */
export function parseArguments(command: Command, args: readonly string[]): ParsedArguments {
  const options = { ...COMMON_OPTIONS, ...command.options };
  const help = `procession ${command.name} --help`;
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type, short }]) => [
        name,
        { type, ...(short === undefined ? {} : { short }) },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const values = new Map<string, string | true>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    else if (token.kind === 'option') values.set(token.name, valueOf(token, options, help));
  }
  if (!values.has('help')) checkCount(command, positionals, help);
  return { positionals, values };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function valueOf(
  { name, rawName, value, inlineValue }: OptionToken,
  options: Readonly<Record<string, CommandOption>>,
  help: string,
): string | true {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const names = Object.keys(options).map((known) => `--${known}`);
    throw new UsageError(
      `There is no option ${rawName}. ${didYouMean(rawName, names, `Options: ${names.join(', ')}.`)}`,
      help,
    );
  }
  if (option.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`${rawName} is on or off and takes no value.`, help);
    return true;
  }
  const looksLikeOption = inlineValue !== true && value?.startsWith('-') === true && value !== '-';
  if (value === undefined || value === '' || looksLikeOption)
    throw new UsageError(`${rawName} needs a value: ${rawName} <${option.placeholder ?? 'value'}>.`, help);
  return value;
}

function checkCount(
  { name, usage, positionals: { min, max } }: Command,
  words: readonly string[],
  help: string,
): void {
  if (words.length < min)
    throw new UsageError(
      `procession ${name} needs ${words.length === 0 ? 'an argument' : 'more arguments'}: procession ${name} ${usage}`,
      help,
    );
  if (words.length > max)
    throw new UsageError(
      `procession ${name} does not know what to do with "${words[max]}": procession ${name} ${usage}`,
      help,
    );
}

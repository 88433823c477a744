import { createAsk } from '#cli/terminal/ask.ts';
import type { Command, CommandContext } from '#cli/terminal/command.ts';
import { EXIT } from '#cli/terminal/exit-code.ts';
import type { CliIo } from '#cli/terminal/io.ts';
import { createOutput } from '#cli/terminal/output.ts';
import { type ParsedArguments, parseArguments } from '#cli/terminal/parse-arguments.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import { version } from '#cli/terminal/version.ts';
import { didYouMean } from '#domain/base/closest.ts';
import { InvariantError } from '#domain/base/errors.ts';
import { COMMANDS } from './commands.ts';
import { commandHelp, overviewText } from './help-text.ts';

/**
 * Runs one command line. Errors are thrown: `start-cli.ts` tells them.
 *
 * @param args without `node` and the script
 * @returns the exit code
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  const [first, ...rest] = args;
  const output = createOutput(io, false);
  if (first === undefined) {
    output.warning(overviewText());
    return EXIT.config;
  }
  if (first === 'version' || first === '--version' || first === '-V') {
    output.result(await version());
    return EXIT.done;
  }
  if (first === 'help' || first === '--help' || first === '-h') {
    const [topic] = rest;
    output.result(topic === undefined ? overviewText() : commandHelp(await loadCommand(topic)));
    return EXIT.done;
  }
  return await runCommand(await loadCommand(first), rest, io);
}

async function runCommand(command: Command, args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(command, args);
  const output = createOutput(io, parsed.values.has('quiet'));
  if (parsed.values.has('help')) {
    output.result(commandHelp(command));
    return EXIT.done;
  }
  try {
    return await command.run(await createContext(command, parsed, output, io));
  } finally {
    output.clearProgress();
  }
}

async function createContext(
  command: Command,
  { positionals, values }: ParsedArguments,
  output: CommandContext['output'],
  io: CliIo,
): Promise<CommandContext> {
  const { createWire } = await import('#wire/wire.ts');
  const { openLogger } = await import('#wire/logger.ts');
  const { commandLogLevel } = await import('#config/environment.ts');
  function valueOf(name: string, type: 'boolean' | 'string'): string | true | undefined {
    if (command.options[name]?.type !== type)
      throw new InvariantError(`${command.name} has no ${type} option ${name}`);
    return values.get(name);
  }
  return {
    positionals,
    flag: (name) => valueOf(name, 'boolean') === true,
    text: (name) => valueOf(name, 'string') as string | undefined,
    wire: createWire(io.env, io.cwd, await openLogger(commandLogLevel(io.env), io.stderr)),
    commands: async () => await Promise.all(COMMANDS.map(async ({ load }) => (await load()).command)),
    output,
    ask: createAsk(io),
    cwd: io.cwd,
    untilInterrupted: async () => await io.untilInterrupted(),
  };
}

async function loadCommand(name: string): Promise<Command> {
  const entry = COMMANDS.find((candidate) => candidate.name === name);
  if (entry !== undefined) return (await entry.load()).command;
  const names = [...COMMANDS.map((candidate) => candidate.name), 'help', 'version'];
  const what = name.startsWith('-')
    ? `There is no option ${name} before a command.`
    : `There is no command "${name}".`;
  throw new UsageError(
    `${what} ${didYouMean(name, names, `Commands: ${names.join(', ')}.`)}`,
    'procession --help',
  );
}

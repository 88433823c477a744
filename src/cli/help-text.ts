import type { Command, CommandOption } from '#cli/terminal/command.ts';
import { COMMON_OPTIONS } from '#cli/terminal/parse-arguments.ts';
import { COMMANDS } from './commands.ts';

/** Writes what `procession --help` says. */
export function overviewText(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'procession <command> [options]',
    '',
    'Runs a professional-services process as ordinary GitLab epics and issues, and keeps it in order.',
    '',
    'Commands:',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Options:',
    '  -h, --help     Show this help; procession help <command> or procession <command> --help that of a command',
    '  -V, --version  Show the version; also: procession version',
    '',
    'Try:',
    '  procession demo                      see it work, with nothing to configure',
    '  procession plan sows/SOW-1042.yml    see what a SOW would become',
    '  procession <command> --help          options, exit codes and examples',
  ].join('\n');
}

/** Writes what `procession <command> --help` says. */
export function commandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS }).map(
    ([name, option]) => [signature(name, option), option.help] as const,
  );
  const width = Math.max(...options.map(([left]) => left.length));
  return [
    `procession ${command.name} ${command.usage}`.trim(),
    '',
    ...wrapped(sentence(command.summary)),
    '',
    ...command.details.split('\n').flatMap(wrapped),
    '',
    'Options:',
    ...options.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n');
}

/** `-q, --quiet`, `    --out <file>` */
function signature(name: string, { short, type, placeholder }: CommandOption): string {
  const value = type === 'string' ? ` <${placeholder ?? 'value'}>` : '';
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value}`;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

const LINE_LENGTH = 100;

function wrapped(text: string): readonly string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length >= LINE_LENGTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

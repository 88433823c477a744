/** Scripts by which shells complete `procession …`. They hold every command and option: nothing is started at a tab. */
import type { Command, CommandOption } from './command.ts';
import { COMMON_OPTIONS } from './parse-arguments.ts';

/** Shells that completion exists for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
/** Shell that completion exists for. */
export type Shell = (typeof SHELLS)[number];

/** Words beside the commands. */
const OTHER_WORDS: readonly (readonly [name: string, summary: string])[] = [
  ['help', 'show the help of a command'],
  ['version', 'show the version'],
];

/** Writes the script for a shell. Words that are neither commands nor options are completed as files. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  return SCRIPTS[shell](commands);
}

const SCRIPTS: Readonly<Record<Shell, (commands: readonly Command[]) => string>> = { bash, zsh, fish };

function optionsOf({ options }: Command): readonly (readonly [name: string, option: CommandOption])[] {
  return Object.entries({ ...options, ...COMMON_OPTIONS });
}

function namesOf(commands: readonly Command[]): readonly string[] {
  return [...commands.map(({ name }) => name), ...OTHER_WORDS.map(([name]) => name)];
}

function bash(commands: readonly Command[]): string {
  const names = namesOf(commands).join(' ');
  return [
    '# Completion of procession for bash: source <(procession completion bash)',
    '_procession() {',
    "  local current=${COMP_WORDS[COMP_CWORD]} words=''",
    '  COMPREPLY=()',
    '  if [ "$COMP_CWORD" -eq 1 ] || { [ "$COMP_CWORD" -eq 2 ] && [ "${COMP_WORDS[1]}" = help ]; }; then',
    `    words='${names}'`,
    '  elif [[ $current == -* ]]; then',
    '    case ${COMP_WORDS[1]} in',
    ...commands.map(
      (command) =>
        `      ${command.name}) words='${optionsOf(command)
          .map(([name]) => `--${name}`)
          .join(' ')}' ;;`,
    ),
    '    esac',
    ...commands.flatMap(({ name, words = [] }) =>
      words.length === 0
        ? []
        : [
            `  elif [ "$COMP_CWORD" -eq 2 ] && [ "\${COMP_WORDS[1]}" = ${name} ]; then`,
            `    words='${words.join(' ')}'`,
          ],
    ),
    '  fi',
    '  [ -z "$words" ] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")',
    '}',
    'complete -o default -F _procession procession',
  ].join('\n');
}

/** Text between single quotes of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function zsh(commands: readonly Command[]): string {
  const escaped = (text: string): string => text.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
  const described = [...commands.map(({ name, summary }) => [name, summary] as const), ...OTHER_WORDS];
  const argument = ([name, { type, placeholder = 'value', help }]: readonly [
    string,
    CommandOption,
  ]): string =>
    quoted(`--${name}[${escaped(help)}]${type === 'string' ? `:${escaped(placeholder)}:_files` : ''}`);
  return [
    '#compdef procession',
    '# Completion of procession for zsh: source <(procession completion zsh)',
    '_procession() {',
    '  local -a commands',
    '  commands=(',
    ...described.map(([name, summary]) => `    ${quoted(`${name}:${escaped(summary)}`)}`),
    '  )',
    '  if (( CURRENT == 2 )) || { (( CURRENT == 3 )) && [[ $words[2] == help ]]; }; then',
    '    _describe -t commands command commands',
    '    return',
    '  fi',
    '  local command=$words[2]',
    '  shift words; (( CURRENT-- ))',
    '  case $command in',
    ...commands.map((command) => {
      const { words = [] } = command;
      const rest = words.length === 0 ? "'*:file:_files'" : quoted(`1:word:(${words.join(' ')})`);
      return `    ${command.name}) _arguments ${optionsOf(command).map(argument).join(' ')} ${rest} ;;`;
    }),
    '  esac',
    '}',
    'if [[ ${funcstack[1]} == _procession ]]; then _procession "$@"; else compdef _procession procession; fi',
  ].join('\n');
}

function fish(commands: readonly Command[]): string {
  const escaped = (text: string): string => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
  const described = [...commands.map(({ name, summary }) => [name, summary] as const), ...OTHER_WORDS];
  return [
    '# Completion of procession for fish: procession completion fish | source',
    'complete -c procession -n __fish_use_subcommand -f',
    ...described.map(
      ([name, summary]) =>
        `complete -c procession -n __fish_use_subcommand -a ${name} -d ${escaped(summary)}`,
    ),
    `complete -c procession -n '__fish_seen_subcommand_from help' -f -a '${namesOf(commands).join(' ')}'`,
    ...commands.flatMap((command) => {
      const seen = `complete -c procession -n '__fish_seen_subcommand_from ${command.name}'`;
      return [
        ...optionsOf(command).map(
          ([name, { short, type, help }]) =>
            `${seen} -l ${name}${short === undefined ? '' : ` -s ${short}`}${type === 'string' ? ' -r' : ''} -d ${escaped(help)}`,
        ),
        ...(command.words === undefined ? [] : [`${seen} -f -a '${command.words.join(' ')}'`]),
      ];
    }),
  ].join('\n');
}

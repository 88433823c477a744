/** Finds and reads the commands of one comment. */
import { closest } from '#domain/base/closest.ts';
import { COMMAND_NAMES, type CommandName, commandOf, usageOf } from '#domain/base/commands.ts';
import { readInline } from '#domain/markdown/inline.ts';
import { plainLines } from '#domain/markdown/plain-lines.ts';
import { plainText } from '#domain/text/foreign-text.ts';
import {
  assign,
  type Command,
  type CommentContext,
  plainWord,
  readArguments,
  shown,
} from './read-arguments.ts';

export type ParsedCommand =
  | { readonly kind: 'ok'; readonly command: Command }
  | { readonly kind: 'refused'; readonly name: CommandName | null; readonly why: string };

/** More in one comment are a mistake or a trick. */
const MOST_COMMANDS = 5;
/**
 * The commands of a comment, in order: lines of plain paragraphs that begin with `/ps` and a blank (or nothing more),
 * see {@link plainLines}. Prose that mentions `/ps` is none. Read as people type them: in any case, with the signs that
 * their keyboards and GitLab's rich text editor make, with or without a full stop.
 */
export function parseCommands(body: string, context: CommentContext): readonly ParsedCommand[] {
  const lines = commandLines(body);
  if (lines.length > MOST_COMMANDS) {
    const why = `a comment may hold at most ${MOST_COMMANDS} commands and this one has ${lines.length}: none was followed`;
    return [{ kind: 'refused', name: null, why }];
  }
  return withoutContradictions(lines.map((line) => parseLine(line, context)));
}

/** Names of the commands in a comment, those that are written wrong or contradict each other among them. */
export function commandNamesIn(body: string): readonly CommandName[] {
  return commandLines(body).flatMap((line) => nameIn(line) ?? []);
}

/** Whether a comment is worth parsing: most hold no command at all. */
export function mayHoldCommand(body: string): boolean {
  return /^\/ps(?![^\s\p{Default_Ignorable_Code_Point}])/imu.test(body);
}

/** The usernames that a comment gives roles to, as they are written. Prose may be among them. */
export function assignedUsers(body: string): readonly string[] {
  return commandLines(body)
    .slice(0, MOST_COMMANDS)
    .flatMap((line) => {
      const [word = '', ...rest] = line.split(' ');
      const command = plainWord(word) === 'assign' ? assign(rest) : '';
      return typeof command === 'string' || command.name !== 'assign' ? [] : [command.username];
    });
}

function commandLines(body: string): readonly string[] {
  if (!mayHoldCommand(body)) return [];
  return plainLines(body)
    .filter(({ text }) => mayHoldCommand(text))
    .map(({ text }) => commandText(text.slice('/ps'.length)));
}

/** The words behind `/ps` as people see them, with the addresses of links; tags stay as they are written. */
function commandText(source: string): string {
  const seen = readInline(`${source}\n`).pieces.map(({ kind, text, tag, href, start, end }) => {
    if (kind === 'link-end' && href !== undefined) return ` (${href})`;
    return tag === undefined ? text : source.slice(start, end);
  });
  return plainText(seen.join(''), Number.POSITIVE_INFINITY)
    .replace(/(?<![.…])[.,;:]$/, '')
    .trimEnd();
}

function parseLine(line: string, context: CommentContext): ParsedCommand {
  const [word = '', ...rest] = line.split(' ');
  const name = nameIn(line);
  if (name === undefined) return { kind: 'refused', name: null, why: unknownCommand(word, context) };
  const command = readArguments(name, rest, context);
  return typeof command === 'string'
    ? { kind: 'refused', name, why: `${command}. Write it as ${usage(name, context)}` }
    : { kind: 'ok', command };
}

function nameIn(line: string): CommandName | undefined {
  const [word = ''] = line.split(' ');
  return word === '' ? 'help' : COMMAND_NAMES.find((known) => known === plainWord(word));
}

function unknownCommand(word: string, context: CommentContext): string {
  const near = closest(plainWord(word).slice(0, 40), COMMAND_NAMES);
  const names = COMMAND_NAMES.filter((name) => near.includes(name)).map((name) => usage(name, context));
  const fix =
    names.length === 0 ? 'Write `/ps help` to see the commands' : `Did you mean ${names.join(' or ')}?`;
  return `there is no command \`${shown(word)}\`. ${fix}`;
}

function usage(name: CommandName, { onEpic }: CommentContext): string {
  return `\`${usageOf(commandOf(name), onEpic)}\``;
}

/** Two commands of one comment that decide the same thing cannot both be meant. */
function withoutContradictions(parsed: readonly ParsedCommand[]): readonly ParsedCommand[] {
  const subjects = parsed.flatMap((entry) => (entry.kind === 'ok' ? subjectOf(entry.command) : []));
  const twice = subjects.find((subject, index) => subjects.indexOf(subject) !== index);
  if (twice === undefined) return parsed;
  const why = `this comment says two things about ${twice}: nothing in it was followed. Say the one you mean in a comment of its own`;
  return [{ kind: 'refused', name: null, why }];
}

function subjectOf(command: Command): readonly string[] {
  switch (command.name) {
    case 'waive':
      return [
        `${command.role === undefined ? '' : `the approval by ${command.role} for `}the step ${command.step ?? 'of this issue'}`,
      ];
    case 'unwaive':
    case 'skip':
    case 'approve':
    case 'retry':
      return [`the step ${command.step ?? 'of this issue'}`];
    case 'call':
    case 'due':
    case 'snooze':
      return [`${command.name} of ${command.step ?? 'this step'}`];
    case 'hold':
    case 'resume':
      return ['the hold'];
    case 'withdraw':
      return ['the withdrawal'];
    case 'assign':
      return [`the role ${command.role}`];
    case 'health':
      return ['the health'];
    case 'replan':
      return [command.cause === null ? 'the proposed dates' : `the dates after ${command.cause}`];
    case 'apply':
      return [`the proposal ${command.digest ?? 'that is open'}`];
    case 'help':
    case 'status':
    case 'explain':
    case 'add':
    case 'reconcile':
      return [];
  }
}

/** Finds and reads the commands of one comment. */
import { isCalendarDate } from '#domain/base/calendar.ts';
import { didYouMean } from '#domain/base/closest.ts';
import { COMMAND_NAMES, type CommandName, commandOf, usageOf } from '#domain/base/commands.ts';
import { HEALTH_STATES, type HealthState } from '#domain/base/labels.ts';
import { textLines } from '#domain/text/text-lines.ts';

/** A command as it was written, taken apart. `step` is the step it names itself; `null` where its issue says it. */
export type Command =
  | { readonly name: 'help' | 'status' | 'reconcile' | 'resume' }
  | { readonly name: 'explain' | 'approve' | 'retry'; readonly step: string | null }
  | { readonly name: 'assign'; readonly role: string; readonly username: string }
  | { readonly name: 'waive'; readonly step: string | null; readonly reason: string }
  | { readonly name: 'skip'; readonly step: string; readonly reason: string }
  | { readonly name: 'hold'; readonly reason: string }
  | { readonly name: 'add'; readonly step: string; readonly title: string | null }
  | { readonly name: 'snooze'; readonly step: string | null; readonly workingDays: number }
  | { readonly name: 'due'; readonly step: string | null; readonly date: string; readonly reason: string }
  | {
      readonly name: 'health';
      readonly value: HealthState | 'auto';
      readonly days: number;
      readonly reason: string;
    };

export type ParsedCommand =
  | { readonly kind: 'ok'; readonly command: Command }
  | { readonly kind: 'refused'; readonly name: CommandName | null; readonly why: string };

/** More in one comment are a mistake or a trick. */
const MOST_COMMANDS = 5;
const LONGEST_REASON = 500;
const MOST_WORKING_DAYS = 60;
const HEALTH_DAYS = 14;
const MOST_HEALTH_DAYS = 90;

/**
 * The commands of a comment, in order: lines that begin with `/ps` and a blank (or nothing more), outside code fences,
 * HTML comments, quotes and indented code. Prose that mentions `/ps` is none.
 *
 * @param steps ids of the steps, so that a step named first can be told from a reason
 * @param onEpic whether a step must be named
 */
export function parseCommands(
  body: string,
  steps: ReadonlySet<string>,
  onEpic: boolean,
): readonly ParsedCommand[] {
  const lines = commandLines(body);
  if (lines.length > MOST_COMMANDS) {
    const why = `a comment may hold at most ${MOST_COMMANDS} commands and this one has ${lines.length}: none was followed`;
    return [{ kind: 'refused', name: null, why }];
  }
  return withoutContradictions(lines.map((line) => parseLine(line, steps, onEpic)));
}

/** Whether a comment is worth parsing: most hold no command at all. */
export function mayHoldCommand(body: string): boolean {
  return /^\/ps(\s|$)/m.test(body);
}

/** The usernames that a comment gives roles to, as they are written. Prose may be among them. */
export function assignedUsers(body: string): readonly string[] {
  return commandLines(body)
    .slice(0, MOST_COMMANDS)
    .flatMap((line) => {
      const [word = '', ...rest] = line.split(/\s+/);
      const command = word.toLowerCase() === 'assign' ? assign(rest) : '';
      return typeof command === 'string' || command.name !== 'assign' ? [] : [command.username];
    });
}

function commandLines(body: string): readonly string[] {
  return textLines(body)
    .filter(({ fenced, visible }) => !fenced && /^\/ps(\s|$)/.test(visible))
    .map(({ visible }) => visible.slice('/ps'.length).trim());
}

function parseLine(line: string, steps: ReadonlySet<string>, onEpic: boolean): ParsedCommand {
  const [word = 'help', ...rest] = line === '' ? [] : line.split(/\s+/);
  const name = COMMAND_NAMES.find((known) => known === word.toLowerCase());
  if (name === undefined) {
    const fix = didYouMean(word.slice(0, 40), COMMAND_NAMES, 'Write `/ps help` to see the commands.');
    return { kind: 'refused', name: null, why: `there is no command \`${shown(word)}\`. ${fix}` };
  }
  const command = readArguments(name, rest, steps, onEpic);
  return typeof command === 'string'
    ? { kind: 'refused', name, why: `${command}. Write it as \`${usageOf(commandOf(name))}\`` }
    : { kind: 'ok', command };
}

/** The command, or what is wrong with its words. */
function readArguments(
  name: CommandName,
  words: readonly string[],
  steps: ReadonlySet<string>,
  onEpic: boolean,
): Command | string {
  switch (name) {
    case 'help':
    case 'status':
    case 'reconcile':
    case 'resume':
      return { name };
    case 'explain':
      return words.length === 0 ? { name, step: null } : named(name, words, steps, true);
    case 'approve':
    case 'retry':
      return named(name, words, steps, onEpic);
    case 'waive':
      return about(words, steps, onEpic, (step, rest) =>
        withReason(rest, (reason) => ({ name, step, reason })),
      );
    case 'skip':
      return about(words, steps, true, (step, rest) =>
        withReason(rest, (reason) => ({ name, step: step ?? '', reason })),
      );
    case 'hold':
      return withReason(words, (reason) => ({ name, reason }));
    case 'assign':
      return assign(words);
    case 'add':
      return add(words);
    case 'snooze':
      return about(words, steps, onEpic, (step, rest) => snooze(step, rest));
    case 'due':
      return about(words, steps, onEpic, (step, rest) => due(step, rest));
    case 'health':
      return health(words);
  }
}

function named(
  name: 'explain' | 'approve' | 'retry',
  words: readonly string[],
  steps: ReadonlySet<string>,
  needed: boolean,
): Command | string {
  return about(words, steps, needed, (step) => ({ name, step }));
}

/** Takes the step off the front where it must be named. On an issue the first word is part of the reason: the issue says which step. */
function about(
  words: readonly string[],
  steps: ReadonlySet<string>,
  needed: boolean,
  then: (step: string | null, rest: readonly string[]) => Command | string,
): Command | string {
  if (!needed) return then(null, words);
  const [first = '', ...rest] = words;
  if (steps.has(first)) return then(first, rest);
  if (first === '') return `it needs the step, one of: ${[...steps].join(', ')}`;
  return `there is no step \`${shown(first)}\` here; the steps are: ${[...steps].join(', ')}`;
}

function withReason(words: readonly string[], then: (reason: string) => Command): Command | string {
  const reason = words.join(' ');
  if (reason.length < 3) return 'it needs a reason';
  if (reason.length > LONGEST_REASON)
    return `the reason may have at most ${LONGEST_REASON} characters and has ${reason.length}`;
  return then(reason);
}

function assign([role = '', user = '', ...rest]: readonly string[]): Command | string {
  const username = user.replace(/^@/, '');
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(role)) return 'it needs a role first';
  if (!/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,254}$/.test(username)) return 'it needs one user after the role';
  return rest.length > 0 ? 'it takes one role and one user' : { name: 'assign', role, username };
}

/** Only letters, digits and signs that mean nothing to GitLab: the title goes into issues and tables as it is. */
const TITLE = /^[\p{L}\p{N}][\p{L}\p{N} .,()'/:+-]{0,79}$/u;

function add([step = '', ...words]: readonly string[]): Command | string {
  if (step === '') return 'it needs the step';
  const title = words.join(' ').replace(/^"(.*)"$/, '$1');
  if (title === '') return { name: 'add', step, title: null };
  return TITLE.test(title)
    ? { name: 'add', step, title }
    : "the title may have 80 letters, digits, blanks and . , ( ) ' / : + -";
}

function snooze(step: string | null, words: readonly string[]): Command | string {
  const [, count, unit = 'working days'] = /^(\d{1,3})(?: (.*))?$/.exec(words.join(' ')) ?? [];
  const workingDays = Number(count);
  if (count === undefined || !/^(working )?days?$/.test(unit)) return 'it needs a number of working days';
  return workingDays >= 1 && workingDays <= MOST_WORKING_DAYS
    ? { name: 'snooze', step, workingDays }
    : `it takes 1 to ${MOST_WORKING_DAYS} working days`;
}

function due(step: string | null, [date = '', ...rest]: readonly string[]): Command | string {
  if (!isCalendarDate(date)) return 'it needs a date that exists, written YYYY-MM-DD';
  return withReason(rest, (reason) => ({ name: 'due', step, date, reason }));
}

function health(words: readonly string[]): Command | string {
  const text = words.join(' ');
  if (/^auto\b/i.test(text)) return { name: 'health', value: 'auto', days: 0, reason: '' };
  const value = HEALTH_STATES.find((state) => text.toLowerCase().startsWith(state));
  if (value === undefined) return `it needs one of: ${HEALTH_STATES.join(', ')}, auto`;
  const [, days = String(HEALTH_DAYS), rest = ''] =
    /^(?: for (\d{1,3}) days?)?(.*)$/.exec(text.slice(value.length)) ?? [];
  if (Number(days) < 1 || Number(days) > MOST_HEALTH_DAYS) return `it takes 1 to ${MOST_HEALTH_DAYS} days`;
  return withReason(rest.split(/\s+/).filter(Boolean), (reason) => ({
    name: 'health',
    value,
    days: Number(days),
    reason,
  }));
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
    case 'skip':
    case 'approve':
    case 'retry':
      return [`the step ${command.step ?? 'of this issue'}`];
    case 'due':
    case 'snooze':
      return [`${command.name} of ${command.step ?? 'this step'}`];
    case 'hold':
    case 'resume':
      return ['the hold'];
    case 'assign':
      return [`the role ${command.role}`];
    case 'health':
      return ['the health'];
    case 'help':
    case 'status':
    case 'explain':
    case 'add':
    case 'reconcile':
      return [];
  }
}

/** A word of somebody's in a message: cut, and without what could end the code span it stands in. */
function shown(word: string): string {
  return word.replaceAll(/[^\p{L}\p{N}_.:/-]/gu, '').slice(0, 40);
}

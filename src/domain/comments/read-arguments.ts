/** Reads the words behind the name of a command, as people type them. */
import { isCalendarDate } from '#domain/base/calendar.ts';
import { closest, orQuestion } from '#domain/base/closest.ts';
import type { CommandName } from '#domain/base/commands.ts';
import { HEALTH_STATES, type HealthState } from '#domain/base/labels.ts';
import { SHORTEST_DIGEST } from '#domain/proposals/proposal.ts';
import { ON_HOLD } from '#domain/rulings/rulings.ts';
import { type CallWords, readCallWords } from './call-words.ts';
import { isOnlyTime, readDuration } from './durations.ts';

/** A command as it was written, taken apart. `step` is the step it names itself; `null` where its issue says it. */
export type Command =
  | { readonly name: 'help' | 'status' | 'reconcile' | 'resume' }
  | { readonly name: 'explain' | 'approve' | 'retry' | 'unwaive'; readonly step: string | null }
  | { readonly name: 'assign'; readonly role: string; readonly username: string }
  | {
      readonly name: 'waive';
      readonly step: string | null;
      /** Role whose approval alone is done without; absent: everything that is missing. */
      readonly role?: string;
      readonly reason: string;
    }
  | { readonly name: 'skip'; readonly step: string; readonly reason: string }
  | { readonly name: 'hold' | 'withdraw'; readonly reason: string }
  | { readonly name: 'add'; readonly step: string; readonly title: string | null }
  | { readonly name: 'snooze'; readonly step: string | null; readonly workingDays: number }
  | {
      readonly name: 'due';
      readonly step: string | null;
      /** `null`: that of the plan. */
      readonly date: string | null;
      readonly reason: string;
    }
  | {
      readonly name: 'replan';
      readonly what: 'apply' | 'drop' | 'pull';
      /** `null`: whatever is proposed. */
      readonly cause: string | null;
      readonly reason: string;
    }
  | {
      readonly name: 'call';
      readonly step: string | null;
      readonly words: CallWords;
      readonly reason: string;
    }
  | { readonly name: 'apply'; readonly digest: string | null; readonly no: boolean; readonly reason: string }
  | {
      readonly name: 'health';
      readonly value: HealthState | 'auto';
      readonly days: number;
      readonly reason: string;
    };

const LONGEST_REASON = 500;
const MOST_WORKING_DAYS = 60;
const HEALTH_DAYS = 14;
const MOST_HEALTH_DAYS = 90;

/** What a comment is read with. */
export interface CommentContext {
  /** Ids of the steps, so that a step named first can be told from a reason. */
  readonly steps: ReadonlySet<string>;
  /** Roles whose approval a step can ask for; absent: none. */
  readonly approving?: ReadonlySet<string>;
  /** Whether a step must be named. */
  readonly onEpic: boolean;
  /** The day it was written, `2026-11-25`. */
  readonly writtenOn: string;
}

/** A name, an id or a date as it was meant: with plain dashes, without quotes and marks around it, in lower case. */
export function plainWord(word: string): string {
  return word
    .replace(/\p{Pd}|\u2212/gu, '-')
    .replace(/^[\p{Pi}\p{Pf}\p{Ps}"'`]+|[\p{Pi}\p{Pf}\p{Pe}"'`.,;:!]+$/gu, '')
    .toLowerCase();
}

/** The command, or what is wrong with its words. */
export function readArguments(
  name: CommandName,
  words: readonly string[],
  { steps, approving, onEpic, writtenOn }: CommentContext,
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
    case 'unwaive':
      return named(name, words, steps, onEpic);
    case 'waive':
      return about(words, steps, onEpic, (step, rest) => waive(step, rest, approving));
    case 'skip':
      return about(
        words,
        steps,
        true,
        (step, rest) => untimed(rest) ?? withReason(rest, (reason) => ({ name, step: step ?? '', reason })),
      );
    case 'hold':
      return hold(words);
    case 'withdraw':
      return withReason(words, (reason) => ({ name, reason }));
    case 'assign':
      return assign(words);
    case 'add':
      return add(words);
    case 'snooze':
      return about(words, steps, onEpic, (step, rest) => snooze(step, rest));
    case 'due':
      return about(words, steps, onEpic, (step, rest) => due(step, rest, writtenOn));
    case 'replan':
      return replan(words, steps);
    case 'health':
      return health(words);
    case 'call':
      return about(words, steps, onEpic, (step, rest) => callOf(step, rest));
    case 'apply':
      return apply(words);
  }
}

function named(
  name: 'explain' | 'approve' | 'retry' | 'unwaive',
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
  const step = plainWord(first);
  if (steps.has(step)) return then(step, rest);
  if (first === '') return `it needs the step, one of: ${[...steps].join(', ')}`;
  return `there is no step \`${shown(first)}\` here; the steps are: ${[...steps].join(', ')}`;
}

/** A reason may be set off from what stands before it: `on track – the key person is back`. */
function withReason(words: readonly string[], then: (reason: string) => Command): Command | string {
  const reason = words.join(' ').replace(/^(?:\p{Pd}|[:,;])+\s*/u, '');
  if (reason.length < 3) return 'it needs a reason';
  if (reason.length > LONGEST_REASON)
    return `the reason may have at most ${LONGEST_REASON} characters and has ${reason.length}`;
  return then(reason);
}

/** `[approval <role>] <reason>`; a reason may begin with the word: `approval came by phone`. */
function waive(
  step: string | null,
  words: readonly string[],
  approving: ReadonlySet<string> = new Set(),
): Command | string {
  const role = plainWord(words[1] ?? '');
  const isOne = plainWord(words[0] ?? '') === 'approval' && approving.has(role);
  const reason = isOne ? words.slice(2) : words;
  return (
    untimed(reason) ??
    withReason(reason, (text) => ({ name: 'waive', step, ...(isOne ? { role } : {}), reason: text }))
  );
}

/** Refuses a time where a reason is wanted: whoever gives one expects that it ends by itself. */
function untimed(words: readonly string[]): string | null {
  return isOnlyTime(words) ? 'it takes no time, only a reason' : null;
}

function hold(words: readonly string[]): Command | string {
  const isTimed = isOnlyTime(words) || readDuration(words) !== null || /^until$/i.test(words[0] ?? '');
  if (isTimed) return 'a hold has no end of its own: it lasts until `/ps resume` and takes only a reason';
  return withReason(words, (reason) => ({ name: 'hold', reason }));
}

/** What is meant is said by the beginning of its digest, where there is more than one. */
function apply(words: readonly string[]): Command | string {
  const [first = '', ...rest] = words;
  const word = plainWord(first);
  const digest = /^[0-9a-f]+$/.test(word) ? word : null;
  if (digest !== null && digest.length < SHORTEST_DIGEST)
    return `it needs ${SHORTEST_DIGEST} characters of the digest at least`;
  const others = digest === null ? words : rest;
  if (others.length === 0) return { name: 'apply', digest, no: false, reason: '' };
  if (plainWord(others[0] ?? '') !== 'no')
    return 'it takes the digest of what is proposed, or no and a reason';
  return withReason(others.slice(1), (reason) => ({ name: 'apply', digest, no: true, reason }));
}

/** Reads `/ps assign <role> <user>`. */
export function assign([role = '', user = '', ...rest]: readonly string[]): Command | string {
  const holder = plainWord(role);
  const username = user.replace(/^@/, '').replace(/[.,;:]+$/, '');
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(holder)) return 'it needs a role first';
  if (!/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,254}$/.test(username)) return 'it needs one user after the role';
  return rest.length > 0 ? 'it takes one role and one user' : { name: 'assign', role: holder, username };
}

/** Only letters, digits and signs that mean nothing to GitLab: the title goes into issues and tables as it is. */
const TITLE = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,()'/:+\-–—‘’‚“”„«»‹›…]{0,79}$/u;

function add([step = '', ...words]: readonly string[]): Command | string {
  if (step === '') return 'it needs the step';
  const title = words
    .join(' ')
    .replace(/^["“”„«](.*)["“”«»]$/, '$1')
    .trim();
  if (title === '') return { name: 'add', step: plainWord(step), title: null };
  return TITLE.test(title)
    ? { name: 'add', step: plainWord(step), title }
    : "the title may have 80 letters, digits, blanks and . , ( ) ' / : + - – “ ”";
}

const WORKING_DAYS = { 'working day': 1, day: 1, week: 5, month: 20, hour: null } as const;

function snooze(step: string | null, words: readonly string[]): Command | string {
  const time = readDuration(/^\d+$/.test(words.at(-1) ?? '') ? [...words, 'days'] : words);
  if (time === null || time.rest.length > 0) return 'it needs a number of working days';
  const days = WORKING_DAYS[time.unit];
  if (days === null) return 'it takes working days, no hours';
  const workingDays = time.count * days;
  return workingDays >= 1 && workingDays <= MOST_WORKING_DAYS
    ? { name: 'snooze', step, workingDays }
    : `it takes 1 to ${MOST_WORKING_DAYS} working days`;
}

function due(
  step: string | null,
  [day = '', ...rest]: readonly string[],
  writtenOn: string,
): Command | string {
  const date = plainWord(day);
  if (date === 'auto' && rest.length === 0) return { name: 'due', step, date: null, reason: '' };
  if (!isCalendarDate(date)) return 'it needs a date that exists, written YYYY-MM-DD';
  if (date < writtenOn) return `${date} is over: a due date is today or later`;
  return withReason(rest, (reason) => ({ name: 'due', step, date, reason }));
}

/** `[cause] [no <reason>]`, or `pull`. A cause is a step, or `hold`. */
function replan(words: readonly string[], steps: ReadonlySet<string>): Command | string {
  const [first = '', ...others] = words;
  const word = plainWord(first);
  if (word === 'pull')
    return others.length === 0
      ? { name: 'replan', what: 'pull', cause: null, reason: '' }
      : 'nothing follows `pull`';
  const isNamed = steps.has(word) || word === 'hold';
  const cause = !isNamed ? null : steps.has(word) ? word : ON_HOLD;
  const [answer = '', ...reason] = isNamed ? others : words;
  if (answer === '') return { name: 'replan', what: 'apply', cause, reason: '' };
  if (plainWord(answer) === 'no')
    return withReason(reason, (text) => ({ name: 'replan', what: 'drop', cause, reason: text }));
  const near = closest(plainWord(answer).slice(0, 40), [...steps, 'hold', 'no', 'pull']);
  const fix = near.length === 0 ? '' : `. ${orQuestion(near)}`;
  return `\`${shown(answer)}\` is no step, and neither \`no\` nor \`pull\`${fix}`;
}

function callOf(step: string | null, words: readonly string[]): Command | string {
  const read = readCallWords(words, plainWord);
  if (typeof read === 'string') return read;
  if (read.what === 'slot') return { name: 'call', step, words: read, reason: '' };
  const { rest, ...call } = read;
  return withReason(rest, (reason) => ({ name: 'call', step, words: { ...call, reason }, reason }));
}

const CALENDAR_DAYS = { 'working day': 7 / 5, day: 1, week: 7, month: 30, hour: null } as const;

function health(words: readonly string[]): Command | string {
  const text = words.join(' ');
  const plain = text.toLowerCase().replaceAll(/\p{Pd}|_/gu, ' ');
  if (/^auto\b/.test(plain)) return { name: 'health', value: 'auto', days: 0, reason: '' };
  const value = HEALTH_STATES.find(
    (state) => plain.startsWith(state) && !/\p{L}/u.test(plain.charAt(state.length)),
  );
  if (value === undefined) return `it needs one of: ${HEALTH_STATES.join(', ')}, auto`;
  const behind = text
    .slice(value.length)
    .replace(/^[\s.,:;]+/, '')
    .split(' ');
  const time = readDuration(behind);
  const perUnit = time === null ? 1 : CALENDAR_DAYS[time.unit];
  if (perUnit === null || /^until$/i.test(behind[0] ?? '')) return 'it takes a number of days or weeks';
  const days = time === null ? HEALTH_DAYS : Math.ceil(time.count * perUnit);
  if (days < 1 || days > MOST_HEALTH_DAYS) return `it takes 1 to ${MOST_HEALTH_DAYS} days`;
  return withReason(time?.rest ?? behind, (reason) => ({ name: 'health', value, days, reason }));
}

/** A word of somebody's in a message: cut, and without what could end the code span it stands in. */
export function shown(word: string): string {
  return word.replaceAll(/[^\p{L}\p{N}_.:/-]/gu, '').slice(0, 40);
}

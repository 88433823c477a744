/** The first note of a thread: what people need in the hour of a call, and where its minutes go. */

import { latenessOf } from '#domain/assess/lateness.ts';
import { assigneesOf } from '#domain/assess/outlook.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { stepIdOf } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { rounded } from '#domain/hours/memory.ts';
import { hoursText } from '#domain/hours/words.ts';
import { isMadeByCommand } from '#domain/process/process.ts';
import { MOST_ACTIONS, type OpenAction } from '#domain/recurring/actions.ts';
import { longDay, shortDay } from '#domain/recurring/day-words.ts';
import type { Recurs } from '#domain/recurring/recurs.ts';
import type { Occurrence } from '#domain/recurring/schedule.ts';
import type { NewThread, ThreadEdit } from '#domain/recurring/settle.ts';
import { occurrenceMarker } from '#domain/recurring/thread.ts';
import { personInRole } from '#domain/rulings/people.ts';
import { inlineText, linkText } from '#domain/text/foreign-text.ts';
import type { BlockContext } from './block-context.ts';
import { noteBody } from './notes.ts';

/** What one thread is opened with. */
interface Opening {
  readonly thread: NewThread;
  readonly actions: readonly OpenAction[];
  /** Markdown of the process; empty where it has none. */
  readonly agenda: string;
  readonly form: string;
}

/** Writes the first note of a thread. Nobody is mentioned in it. */
export function occurrenceNote(
  status: StepStatus,
  { thread, actions, agenda, form }: Opening,
  context: BlockContext,
): string {
  const { recurs } = status.step;
  if (recurs === undefined) return '';
  const { occurrence } = thread;
  return [
    occurrenceMarker(stepIdOf(status.key), occurrence.id),
    `## ${recurs.name} of ${longDay(occurrence.date)}${timeText(occurrence)}`,
    ...lateLines(thread),
    ...whoLines(recurs, context),
    '',
    ...factLines(context),
    ...actionLines(actions, status),
    ...(agenda === '' ? [] : ['', '**Agenda**', '', agenda]),
    '',
    ...minutesLines(recurs, form),
  ].join('\n');
}

function timeText({ time, zone }: Occurrence): string {
  return time === null ? '' : `, ${[time, zone].filter((part) => part !== null).join(' ')}`;
}

function lateLines({ isLate, missed }: NewThread): readonly string[] {
  const days = missed.map(({ date }) => shortDay(date)).join(', ');
  const older = missed.length === 0 ? '' : ` No thread was opened for ${days}.`;
  return isLate || missed.length > 0 ? ['', `**Opened late.**${older}`] : [];
}

function whoLines({ expect, welcome }: Recurs, { assessment, settings }: BlockContext): readonly string[] {
  const names = (words: readonly string[]): string =>
    words.map((word) => nameOf(word, assessment, settings)).join(', ');
  const call = assessment.sow.links?.call;
  // The address of the customer's call belongs to meetings with the customer.
  const isWithCustomer = expect.some((word) => word.startsWith('customer'));
  const lines = [
    ...(call !== undefined && isWithCustomer ? [`Where: ${linkText(call)}`] : []),
    ...(expect.length === 0 ? [] : [`Expected: ${names(expect)}`]),
    ...(welcome.length === 0 ? [] : [`Welcome: ${names(welcome)}`]),
  ];
  return lines.flatMap((line) => ['', line]);
}

/** The person behind `customer.main` or a role; the word itself where nobody is known. */
function nameOf(word: string, assessment: Assessment, settings: Settings): string {
  const { main, champion, technical } = assessment.sow.contacts?.customer ?? {};
  const contacts = new Map([
    ['customer.main', main?.name],
    ['customer.champion', champion?.name],
    ['customer.technical', technical?.name],
  ]);
  const { name, username } = personInRole(word, assessment, settings);
  return inlineText(contacts.get(word) ?? name ?? username ?? word);
}

function factLines(context: BlockContext): readonly string[] {
  const { assessment } = context;
  const facts = [
    ...hoursFact(assessment),
    ...endFact(assessment),
    ...changesFact(assessment),
    ...lateFact(context),
  ];
  return ['**Facts**', '', ...facts.map((fact) => `- ${fact}`)];
}

function hoursFact({ hours: { reading } }: Assessment): readonly string[] {
  if (reading === null || reading.scoped === null) return [];
  const left = rounded(reading.scoped - reading.spent);
  const rest = left >= 0 ? `${left} left` : `${-left} more than sold`;
  const end =
    reading.exhaustedOn === null
      ? ''
      : `; used up on ${reading.exhaustedOn} at the pace of the last 20 working days`;
  return [`Hours: ${hoursText(reading, inlineText)}; ${rest}${end}`];
}

function endFact({ sow }: Assessment): readonly string[] {
  const end = sow.dates?.end;
  return end === undefined ? [] : [`End by the SOW: ${end}`];
}

function changesFact({ steps }: Assessment): readonly string[] {
  const open = steps.filter(({ step, done, key }) => isMadeByCommand(step) && !done && key.includes('/'));
  return [`Open changes: ${open.length === 0 ? 'none' : open.map(({ step }) => step.title).join(', ')}`];
}

function lateFact(context: BlockContext): readonly string[] {
  const late = context.assessment.steps.filter((status) => latenessOf(status, context) !== null);
  return [`Late: ${late.length === 0 ? 'nothing' : late.map(({ step }) => step.title).join(', ')}`];
}

function actionLines(actions: readonly OpenAction[], { issue }: StepStatus): readonly string[] {
  if (actions.length === 0) return ['', '**Open actions:** none'];
  const shown = actions.slice(0, MOST_ACTIONS).map(({ text, owner, due, noteId }, index) => {
    const parts = [owner, due === null ? null : `due ${due}`].flatMap((part) =>
      part === null ? [] : inlineText(part, 80),
    );
    const from = `[from](${issue?.url ?? ''}#note_${noteId})`;
    return `${index + 1}. ${[inlineText(text, 300), ...parts, from].join(' · ')}`;
  });
  const left = actions.length - shown.length;
  return ['', '**Open actions**', '', ...shown, ...(left > 0 ? ['', `and ${left} more`] : [])];
}

function minutesLines({ name, words }: Recurs, form: string): readonly string[] {
  const lower = name.toLowerCase();
  const first = words.minutes?.[0] ?? (name === 'Update' ? 'Done' : 'Attended');
  const usual = [
    `**${first}:** …`,
    '',
    '| Action | Owner | Due | Done |',
    '|---|---|---|---|',
    '| … | … | … | |',
  ].join('\n');
  return [
    `**Minutes:** please reply to this comment. A reply counts as the minutes when a line of it begins with \`${first}:\`, or with \`No ${lower}:\` and the reason. Actions in a table like this one, or as a list of tasks, come back in the next thread until they are done.`,
    '',
    '````markdown',
    form === '' ? usual : form,
    '````',
  ];
}

/** Words of a notice in the first note, behind its first words. */
export function noticeText(
  why: ThreadEdit['why'],
  { id, date, time }: Occurrence,
  status: StepStatus,
  context: BlockContext,
): string {
  const call = context.assessment.rulings.calls.findLast((one) => one.step === status.key && one.id === id);
  const reason = call === undefined ? '' : ` ${inlineText(call.reason)} (\`${call.by}\`)`;
  switch (why) {
    case 'nudge': {
      const users = assigneesOf(status, context).map((user) => `@${user}`);
      return `${users.join(' ')}${users.length > 0 ? ', please' : 'Please'} reply to this comment with the minutes, or say why there are none.`;
    }
    case 'held over':
      return 'The engagement was on hold that day: no minutes are wanted.';
    case 'skipped':
      return `No minutes are wanted.${reason}`;
    case 'moved':
      return `To ${longDay(date)}${time === null ? '' : `, ${time}`} (${date}).${reason}`;
    case 'goes on elsewhere':
      return `Two threads were opened at the same moment. Please go on in the older one, above this one.`;
  }
}

/** Tells where minutes belong, once. */
export function misplacedNote({ step }: StepStatus): string {
  const name = step.recurs?.name.toLowerCase() ?? 'call';
  return noteBody(
    'minutes-place',
    `Minutes of a ${name} count when they are a reply in its thread, the comment of mine that is headed with its date. What stands elsewhere on this issue is kept and read by people alone: please copy it there.`,
  );
}

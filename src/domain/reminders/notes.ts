/**
 * The words of reminders. Dates, never "three days late", so that the same reminder is the same text. An edited comment
 * reaches only people it newly mentions: the first stage mentions nobody (who is assigned gets the comment by mail), the
 * second whoever does the step, the third the manager.
 */

import type { Deadline } from '#domain/assess/lateness.ts';
import { assigneesOf, dueOf, mention, ownersAsText } from '#domain/assess/outlook.ts';
import type { StepStatus } from '#domain/assess/step-status.ts';
import { labelName } from '#domain/base/labels.ts';
import { distinctUsers } from '#domain/base/username.ts';
import { personInRole } from '#domain/rulings/people.ts';
import { stepReference } from '#domain/text/references.ts';
import type { BlockContext } from '#domain/texts/block-context.ts';
import { type NoteRule, noteBody } from '#domain/texts/notes.ts';
import type { DueReminder } from './reminders.ts';

/** Rule of the note that a reminder is: silence that counts has a note of its own. */
export function reminderRule({ stage }: DueReminder): Extract<NoteRule, 'reminder' | 'acceptance'> {
  return stage === 'acceptance' || stage === 'accepted' ? 'acceptance' : 'reminder';
}

/** Words of a reminder. */
export function reminderNote(reminder: DueReminder, status: StepStatus, context: BlockContext): string {
  return noteBody(reminderRule(reminder), textOf(reminder, status, context).join('\n'));
}

function textOf(reminder: DueReminder, status: StepStatus, context: BlockContext): readonly string[] {
  switch (reminder.stage) {
    case 'before':
      return beforeText(reminder, status, context);
    case 'late':
    case 'escalated':
      return lateText(reminder, status, context);
    case 'acceptance':
      return nearText(reminder, status, context);
    case 'accepted':
      return acceptedText(reminder, status);
  }
}

function beforeText({ date }: DueReminder, status: StepStatus, context: BlockContext): readonly string[] {
  const started = labelName('workflow', 'in progress', context.settings.labels);
  return [
    `This step is due on ${date}, and nobody has started it (${ownersAsText(status, context)}).`,
    '',
    `Set \`${started}\` when you begin. ${ADVICE}`,
  ];
}

const ADVICE =
  'The date moves with `/ps due <YYYY-MM-DD> <reason>`, and `/ps snooze 3 working days` keeps this quiet for a while.';

function lateText(
  { stage, heldUp }: DueReminder,
  status: StepStatus,
  context: BlockContext,
): readonly string[] {
  const due = dueOf(status, context);
  const isLate = due !== null && due < context.assessment.today;
  const manager = managerOf(context);
  const assigned = assigneesOf(status, context);
  const told = [...(stage === 'escalated' || assigned.length === 0 ? manager : []), ...assigned];
  const mentions = distinctUsers(told)
    .map((user) => `${mention(user, context)} `)
    .join('');
  const what = isLate
    ? `This step was due on ${due} and is still open.`
    : 'This step is open, and others wait for it.';
  const nobody = assigned.length === 0 ? ' Nobody is assigned.' : '';
  const outside =
    status.state === 'waiting'
      ? ` It waits for somebody outside the team (\`${waitingLabel(context)}\`).`
      : '';
  return [
    `${mentions}${what}${nobody}${outside}`,
    ...(heldUp.length === 0 ? [] : ['', '**Late because they wait for it**', '', ...heldUp.map(heldUpLine)]),
    '',
    stage === 'escalated' ? `Please settle together how it goes on. ${ADVICE}` : ADVICE,
  ];
}

function heldUpLine({ step, title, due }: Deadline): string {
  return `- ${stepReference(step)} ${title}, due ${due}`;
}

function waitingLabel({ settings }: BlockContext): string {
  return labelName('workflow', 'waiting', settings.labels);
}

function managerOf({ assessment, settings }: BlockContext): readonly string[] {
  const { username } = personInRole('manager', assessment, settings);
  return username === null ? [] : [username];
}

function nearText({ date }: DueReminder, status: StepStatus, context: BlockContext): readonly string[] {
  const mentions = assigneesOf(status, context)
    .map((user) => `${mention(user, context)} `)
    .join('');
  const sentOn = status.acceptance?.sentOn ?? date;
  const isOver = context.assessment.today > date;
  return [
    isOver
      ? `${mentions}the last day for an objection was ${date}, and nobody was warned before: what was sent on ${sentOn} counts as accepted from tomorrow on, and Procession closes this step then.`
      : `${mentions}${date} is the last day for an objection: what was sent on ${sentOn} then counts as accepted, and Procession closes this step.`,
    '',
    `If the customer objects, write the objection into a comment and empty "${sentField(status)}" in the table above: that stops the count.`,
  ];
}

function acceptedText({ date }: DueReminder, status: StepStatus): readonly string[] {
  const { acceptance } = status;
  return [
    `Accepted by silence: sent on ${acceptance?.sentOn ?? date}, ${acceptance?.workingDays ?? 0} working days without an objection, the last of them ${date}. Procession closes this step.`,
    '',
    `If there was an objection after all, empty "${sentField(status)}" in the table above and open this issue again.`,
  ];
}

function sentField({ step }: StepStatus): string {
  return step.done_when.acceptance?.sent ?? '';
}

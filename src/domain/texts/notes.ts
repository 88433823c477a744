/**
 * The comments Procession writes. One per rule and item, edited in place, each says what happened, why,
 * and what to do. Text typed by people is made inert before it is repeated.
 */

import type { EvidenceReading } from '#domain/assess/evidence.ts';
import type { GateReading } from '#domain/assess/gates.ts';
import type { Gone } from '#domain/assess/gone.ts';
import { callManager, dueOf, ownersAsText, titlesOf } from '#domain/assess/outlook.ts';
import type { StepStatus, Violation } from '#domain/assess/step-status.ts';
import type { StepKey } from '#domain/base/keys.ts';
import { ended } from '#domain/base/sentence.ts';
import type { HoursLevel } from '#domain/hours/memory.ts';
import { SLOT_WANTED } from '#domain/recurring/slot.ts';
import { evidenceTable } from '#domain/template/evidence-table.ts';
import { fencedText, inlineText } from '#domain/text/foreign-text.ts';
import { encodeNoteMarker } from '#domain/text/marker.ts';
import { stepReference } from '#domain/text/references.ts';
import type { BlockContext } from './block-context.ts';

/**
 * Rule that a note is about; the note's hidden last line names that rule, so that the note is found again and edited.
 */
export type NoteRule =
  | Violation['rule']
  | 'reminder'
  | 'acceptance'
  | 'epic-closed-early'
  /** The engagement is closed: the rule has kept its first name. */
  | 'epic-completed'
  | 'money-completed'
  | 'withdrawn'
  | 'record-damaged'
  | 'other-sow'
  | 'description-full'
  /** With the revision of the record before the change. */
  | `sow-changed:${number}`
  /** With kind, cause, and the revision of the record before it was told. */
  | `proposal:${string}:${string}:${number}`
  | 'record-restored'
  | 'brake'
  | 'fuse'
  | 'twin'
  | 'moved'
  | 'drift'
  | 'foreign-state'
  /** With the number of the attempt. */
  | `pipeline:${number}`
  /** With both versions, and how many migrations there have been. */
  | `migrated:${number}-${number}:${number}`
  /** With the name of the text of effects that it is about. */
  | `effects:${string}`
  /** With cause and day. */
  | `dates:${string}`
  | `dates-unanswered:${string}`
  | 'not-asked-for'
  | 'minutes-place'
  | 'hand-over'
  /** With the threshold, and the hours sold then. */
  | `hours:${HoursLevel}:${number}`;

/** Text of a note with the hidden line by which the note is found again. */
export function noteBody(rule: NoteRule, text: string): string {
  return `${text}\n\n${encodeNoteMarker(rule)}`;
}

/** Beginning of a note that has come to its end, by which it is known for one. */
export const SETTLED = '**Settled.**';

/** Rules of notes that ask for something on the issue of a step, until that step is done. */
export const ASKING: readonly NoteRule[] = [
  'closed-too-early',
  'started-while-blocked',
  'reminder',
  'acceptance',
];

/** Ends a note that asked for something: the step is done. */
export function settledNote(rule: NoteRule, { state }: StepStatus): string {
  const text =
    state === 'waived'
      ? 'This step is done under an exception: nothing is asked for any more.'
      : 'This step is done: nothing is missing any more.';
  return noteBody(rule, `${SETTLED} ${text}`);
}

/** Explains a broken rule: what is missing, and what to do. */
export function violationNote(status: StepStatus, violation: Violation, context: BlockContext): string {
  switch (violation.rule) {
    case 'closed-too-early':
      return noteBody(violation.rule, closedTooEarly(status, violation, context));
    case 'started-while-blocked':
      return noteBody(
        violation.rule,
        [
          `This step was moved to **${violation.label}**, but an earlier step is not done yet, so it is blocked again.`,
          '',
          waitList(violation.waitsFor, context),
          '',
          'It becomes ready by itself as soon as they are done.',
        ].join('\n'),
      );
  }
}

function closedTooEarly(
  status: StepStatus,
  violation: Extract<Violation, { rule: 'closed-too-early' }>,
  context: BlockContext,
): string {
  const by = status.issue?.closedBy ?? null;
  const mode = context.settings.policy.mode;
  const outcome = mode === 'enforce' ? 'so it is open again' : 'and would be reopened if rules were enforced';
  const lines = [
    `${by === null ? '' : `@${by.username} `}This step was closed, but something is still missing, ${outcome}.`,
  ];
  if (violation.waitsFor.length > 0)
    lines.push('', '**To be done first**', '', waitList(violation.waitsFor, context));
  if (violation.until !== null)
    lines.push('', '**Runs alongside until this is done**', '', waitList([violation.until], context));
  if (violation.gone !== null) lines.push(...goneLines(violation.gone));
  if (violation.unticked.length > 0 && (violation.gone?.checklist ?? []).length === 0)
    lines.push('', '**Not ticked**', '', ...violation.unticked.map((text) => `- ${inlineText(text)}`));
  if (violation.evidence.length > 0)
    lines.push('', '**Evidence**', '', ...violation.evidence.map((reading) => `- ${evidenceText(reading)}`));
  if (violation.gates.length > 0)
    lines.push('', '**Also needed**', '', ...violation.gates.map((gate) => `- ${gateText(gate)}`));
  lines.push('', closingAdvice(violation), ...togetherLines(status, context));
  return lines.join('\n');
}

/** From this wrong close on, the manager is asked to help. */
const WRONG_CLOSES = 3;

/** Calls the manager where people keep closing a step that is not done: something else is wrong then. */
function togetherLines({ key }: StepStatus, context: BlockContext): readonly string[] {
  if ((context.wrongCloses?.get(key) ?? 0) < WRONG_CLOSES) return [];
  return [
    '',
    `${callManager(context)}It has been closed three times by now. Please settle together how it goes on; where something cannot be had, a manager comments \`/ps waive <reason>\`.`,
  ];
}

/** The lost parts of the template, to be copied from the comment. */
function goneLines({ checklist, evidence }: Gone): readonly string[] {
  const part = (what: string, text: string): readonly string[] => [
    '',
    `**The ${what} is gone**`,
    '',
    'Nothing of it is in the description any more. Put it back from an earlier version of the description, or copy it from here:',
    '',
    '```text',
    text.trimEnd(),
    '```',
  ];
  return [
    ...(checklist.length === 0
      ? []
      : part('checklist', checklist.map((item) => `- [ ] ${fencedText(item)}`).join('\n'))),
    ...(evidence.length === 0 ? [] : part('evidence table', evidenceTable(evidence))),
  ];
}

function closingAdvice({ unticked, evidence }: Extract<Violation, { rule: 'closed-too-early' }>): string {
  const parts = [
    ...(unticked.length > 0 ? ['tick the items (or write `[~]` where one does not apply)'] : []),
    ...(evidence.length > 0 ? ['fill in the evidence table in the description'] : []),
  ];
  return parts.length > 0
    ? `To finish: ${parts.join(', ')}, then close the issue again.`
    : 'Close this issue again when that is done.';
}

/** What a gate lacks and what to do about it. Names in it are inert: nobody is mentioned. */
function gateText({ wanted, problem, todo }: GateReading): string {
  return inlineText(problem === null ? wanted : `${ended(problem)} ${todo}`);
}

/** What is wrong with one evidence field, in a sentence. */
export function evidenceText({ field, problem, value, against }: EvidenceReading): string {
  const seen = value === null ? '' : `, got ${inlineText(value, 80)}`;
  switch (problem) {
    case 'missing':
      return `**${field}** is empty`;
    case 'not-a-date':
      return `**${field}** needs a date (YYYY-MM-DD)${seen}`;
    case 'not-a-url':
      return `**${field}** needs a web address${seen}`;
    case 'not-a-number':
      return `**${field}** needs a number${seen}`;
    case 'negative':
      return `**${field}** needs a number that is not negative${seen}`;
    case 'to-come':
      return `**${field}** needs a day that has come, because it says that something has happened${seen}`;
    case 'not-an-amount':
      return `**${field}** needs an amount with its currency, such as EUR 1200${seen}`;
    case 'not-a-slot':
      return `**${field}** ${SLOT_WANTED}${seen}`;
    case 'not-a-sow':
      return `**${field}** needs the number of a SOW, such as SOW-1042${seen}`;
    case 'not-a-choice':
      return `**${field}** needs one of the listed values (${inlineText(against ?? '', 200)})${seen}`;
    case 'still-open':
      return `**${field}** says ${inlineText(value ?? '', 80)}: the step stays open until it says something else`;
    case 'not-the-hours':
      return `**${field}** says ${inlineText(value ?? '', 80)}, and the hours of this engagement say ${inlineText(against ?? '')}: more than a tenth apart. Correct the number, or have the hours brought up to date (\`procession hours import\`, the SOW, or \`/spend\`); if both are right, a manager comments \`/ps waive <reason>\``;
    case null:
      return `**${field}**: ${value === null ? '–' : inlineText(value, 200)}`;
  }
}

/** Lists steps that are waited for, one a line, with owner and due date. */
export function waitList(steps: readonly StepKey[], context: BlockContext): string {
  const titles = titlesOf(context.assessment);
  const statuses = new Map(context.assessment.steps.map((status) => [status.key, status]));
  return steps
    .map((step) => {
      const status = statuses.get(step);
      const due = status === undefined ? null : dueOf(status, context);
      const owner = status === undefined ? '' : `: ${ownersAsText(status, context)}`;
      return `- ${stepReference(step)} ${titles.get(step) ?? step}${owner}${due === null ? '' : `, due ${due}`}`;
    })
    .join('\n');
}

/**
 * Explains a step that is open again where only the order is known, because the version of the process is not at hand.
 *
 * @param waitsFor steps that come first
 */
export function keptOrderNote(waitsFor: readonly StepKey[]): string {
  return noteBody(
    'closed-too-early',
    [
      'This step was closed before its turn, so it is open again.',
      '',
      '**To be done first**',
      '',
      ...waitsFor.map((step) => `- ${stepReference(step)} ${step}`),
      '',
      'The version of the process that this engagement runs on is not at hand just now, so nothing else is checked. Close this issue again when that is done.',
    ].join('\n'),
  );
}

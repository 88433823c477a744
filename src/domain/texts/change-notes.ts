/** What is said about change requests: on their issues, in replies to their effects, in the register on the epic. */
import { effectsProblem } from '#domain/assess/change-gate.ts';
import type { Change } from '#domain/assess/changes.ts';
import { assigneesOf, mention } from '#domain/assess/outlook.ts';
import type { StepStatus } from '#domain/assess/step-status.ts';
import { stepIdOf } from '#domain/base/keys.ts';
import { ended } from '#domain/base/sentence.ts';
import { changeText, sowChanges } from '#domain/sow/changes.ts';
import { fencedText, inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import type { BlockContext } from './block-context.ts';
import { type NoteRule, noteBody, SETTLED } from './notes.ts';

/** Rule of the reply to one text of effects. */
export function effectsRule(text: string): NoteRule {
  return `effects:${text}`;
}

/** Reply to effects that cannot be carried out: each with its line and the fix. */
export function effectsNote(rule: NoteRule, status: StepStatus, context: BlockContext): string {
  const { change } = status;
  if (change?.wanted.kind !== 'wrong') return noteBody(rule, '');
  const { text, problems } = change.wanted;
  const who = assigneesOf(status, context).map((user) => mention(user, context));
  const numbered = text
    .split('\n')
    .map(
      (line, index) => `${String(index + 1).padStart(2)}  ${/^ */.exec(line)?.[0] ?? ''}${fencedText(line)}`,
    );
  return noteBody(
    rule,
    [
      `${who.length === 0 ? '' : `${who.join(' ')} `}The effects of this change cannot be read as they stand:`,
      '',
      ...problems.slice(0, MOST_PROBLEMS).map((found) => `- ${inlineText(ended(effectsProblem(found)))}`),
      '',
      '```text',
      ...numbered.slice(0, MOST_LINES),
      '```',
      '',
      'Correct the block in the description; nothing else has to be done.',
    ].join('\n'),
  );
}

const MOST_PROBLEMS = 20;
const MOST_LINES = 60;

/** Ends a reply: the text it was about is another one. */
export function effectsRightNote(text: string, { isRight }: { readonly isRight: boolean }): string {
  const now = isRight
    ? 'The effects can be read now.'
    : 'The effects are written anew; the reply below is about them.';
  return noteBody(effectsRule(text), `${SETTLED} ${now}`);
}

/** Lines in the block of a change request: kind, state, what it does, what it needs, who else wants the same field. */
export function changeLines(
  { change, step, done }: StepStatus,
  { assessment }: BlockContext,
): readonly string[] {
  if (change === null) return [];
  const { kind, state, applied, rivals } = change;
  const head = kind === null ? '**Change request**' : `**Change: ${kind}**`;
  if (applied !== null) {
    const became = applied.revision === null ? '' : ` It is revision ${applied.revision} of the SOW.`;
    const close = done ? '' : ' Fill in what is left, and close this issue.';
    return [
      `${head}, applied on ${applied.on}, as \`${applied.by}\` said.${became} What is written here from now on changes nothing; another request corrects it: \`/ps add ${stepIdOf(step.id)}\`.${close}`,
    ];
  }
  return [
    `${head}, ${state}. ${needsText(change)}`,
    ...doesText(change, assessment.sow),
    ...rivals.map(
      ({ step: other, fields }) =>
        `${stepReference(other)} wants to change the same: ${inlineText(fields.join(', '))}. Whichever is applied second is shown anew before that.`,
    ),
  ];
}

function doesText({ wanted }: Change, sow: BlockContext['assessment']['sow']): readonly string[] {
  if (wanted.kind !== 'ok') return [];
  const changes = sowChanges(sow, wanted.sow);
  if (changes.length === 0) return ['No field of the SOW changes by it.'];
  return [`It would change ${changes.map((change) => inlineText(changeText(change))).join('; ')}.`];
}

function needsText({ state, wanted, kind, paper, result }: Change): string {
  if (state === 'rejected' || state === 'withdrawn') return 'Nothing changes by it.';
  if (state === 'raised')
    return wanted.kind === 'wrong'
      ? `Its effects cannot be read: ${inlineText(ended(wanted.problems.slice(0, 1).map(effectsProblem).join('')))}`
      : 'What it changes is not written yet: fill in the block of effects below.';
  if (state === 'executed' && kind === 'other work') return 'The other work has a SOW of its own.';
  if (state === 'executed' || state === 'confirmed')
    return 'All it needs is there; a manager says when it is applied, see the comment.';
  const said = result === null ? '' : ` Its result says: ${result}.`;
  return `It needs a ${paper}${state === 'assessed' ? ', and the approvals below' : ''}.${said}`;
}

/** The register: every change request with its kind, its state and what it became. */
export function changesTable({ assessment: { steps } }: BlockContext): readonly string[] {
  const requests = steps.filter(({ change }) => change !== null);
  if (requests.length === 0) return [];
  return [
    '**Changes**',
    '',
    '| No. | Request | Kind | State | SOW revision |',
    '|---|---|---|---|---|',
    ...requests.map(({ key, step, change }) => {
      const number = key.slice(step.id.indexOf('/') + 1);
      const revision = change?.applied?.revision ?? '–';
      return `| ${number} | ${stepReference(key)} ${step.title} | ${change?.kind ?? '–'} | ${change?.state ?? '–'} | ${revision} |`;
    }),
    '',
  ];
}

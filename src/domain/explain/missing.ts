/** What keeps a step from being done, as plain text for terminals, reports and JSON: never Markdown. */

import type { EvidenceReading } from '#domain/assess/evidence.ts';
import type { GateReading } from '#domain/assess/gates.ts';
import type { Gone } from '#domain/assess/gone.ts';
import type { Assessment, StepStatus, Violation } from '#domain/assess/step-status.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Predecessor } from '#domain/process/process.ts';
import { plainText } from '#domain/text/foreign-text.ts';

/** Thing that is missing, as a phrase: `evidence "Held on" is empty`. */
export type Lack =
  | { readonly kind: 'step'; readonly text: string; readonly todo: string }
  | { readonly kind: 'gate' | 'gone'; readonly text: string; readonly todo: string }
  | { readonly kind: 'item'; readonly text: string }
  | { readonly kind: 'empty-evidence' | 'wrong-evidence'; readonly text: string; readonly field: string };

/** Says what people do about lacks, one sentence each without a full stop; items and fields are summed up. */
export function todosOf(lacks: readonly Lack[]): readonly string[] {
  const items = lacks.filter(({ kind }) => kind === 'item').length;
  const fields = (wanted: Lack['kind']): string =>
    lacks.flatMap((lack) => ('field' in lack && lack.kind === wanted ? [`"${lack.field}"`] : [])).join(', ');
  const [empty, wrong] = [fields('empty-evidence'), fields('wrong-evidence')];
  return [
    ...lacks.flatMap((lack) => ('todo' in lack ? [lack.todo] : [])),
    ...(items === 1 ? ['Tick the open item, or write [~] if it does not apply'] : []),
    ...(items > 1 ? [`Tick the ${items} open items, or write [~] where one does not apply`] : []),
    ...(empty === '' ? [] : [`Fill in ${empty} in the evidence table`]),
    ...(wrong === '' ? [] : [`Correct ${wrong} in the evidence table`]),
  ];
}

/** Lacks of a step by the facts, closed or not. */
export function lacksOfStep(status: StepStatus, assessment: Assessment): readonly Lack[] {
  return [
    ...status.waitsFor.map((predecessor) => predecessorLack(predecessor, assessment)),
    ...goneLacks(status.gone),
    ...untickedLacks(status.unticked),
    ...status.evidence.filter(({ problem }) => problem !== null).map(evidenceLack),
    ...gateLacks(status.gates),
  ];
}

/** Lacks that a broken rule complains about. */
export function lacksOfViolation(violation: Violation, assessment: Assessment): readonly Lack[] {
  const before = violation.waitsFor.map((step) => predecessorLack({ step, until: 'done' }, assessment));
  if (violation.rule === 'started-while-blocked') return before;
  const until = violation.until === null ? [] : [alongsideLack(violation.until, assessment)];
  return [
    ...before,
    ...until,
    ...goneLacks(violation.gone),
    ...untickedLacks(violation.unticked),
    ...violation.evidence.map(evidenceLack),
    ...gateLacks(violation.gates),
  ];
}

function gateLacks(gates: readonly GateReading[]): readonly Lack[] {
  return gates.flatMap(({ problem, todo }): Lack[] =>
    problem === null ? [] : [{ kind: 'gate', text: problem, todo }],
  );
}

/** Name of a step in sentences: `Kick-off (services/engagements#3)`, the title alone while there is no issue. */
export function stepName(key: StepKey, assessment: Assessment): string {
  const status = assessment.steps.find((candidate) => candidate.key === key);
  if (status === undefined) return key;
  return status.issue === null ? status.step.title : `${status.step.title} (${status.issue.reference})`;
}

function predecessorLack({ step, until }: Predecessor, assessment: Assessment): Lack {
  const name = stepName(step, assessment);
  return until === 'done'
    ? { kind: 'step', text: `${name} is not done`, todo: `Finish ${name}` }
    : { kind: 'step', text: `${name} is not started`, todo: `Start ${name}` };
}

function alongsideLack(step: StepKey, assessment: Assessment): Lack {
  const name = stepName(step, assessment);
  return {
    kind: 'step',
    text: `it runs alongside until ${name} is done`,
    todo: `Keep it open until ${name} is done`,
  };
}

function goneLacks(gone: Gone | null): readonly Lack[] {
  const lack = (what: string, lost: readonly unknown[]): readonly Lack[] =>
    gone === null || lost.length === 0
      ? []
      : [
          {
            kind: 'gone',
            text: `the ${what} of the template is gone from the issue`,
            todo: `Put the ${what} back into the issue, from an earlier version of its description or from ${gone.file}`,
          },
        ];
  return [...lack('checklist', gone?.checklist ?? []), ...lack('evidence table', gone?.evidence ?? [])];
}

function untickedLacks(items: readonly string[]): readonly Lack[] {
  return items.map((item) => ({ kind: 'item', text: `not ticked: ${plainText(item, 200)}` }));
}

const WANTED = {
  'not-a-date': 'a date (YYYY-MM-DD)',
  'not-a-url': 'a web address',
  'not-a-number': 'a number',
  negative: 'a number that is not negative',
  'to-come': 'a day that has come',
  'not-an-amount': 'an amount with its currency, such as EUR 1200',
  'not-a-slot': 'a weekday and a time, such as Tue 10:00 Europe/Berlin',
  'not-a-sow': 'the number of a SOW, such as SOW-1042',
  'not-a-choice': 'one of the listed values',
  'still-open': 'an answer with which the step can end',
  'not-the-hours': 'about as many hours as were used',
} as const satisfies Record<Exclude<EvidenceReading['problem'], 'missing' | null>, string>;

function evidenceLack({ field, problem, value, against }: EvidenceReading): Lack {
  if (problem === null || problem === 'missing')
    return { kind: 'empty-evidence', text: `evidence "${field}" is empty`, field };
  const seen = value === null ? '' : `, got "${plainText(value, 80)}"`;
  const choices = problem === 'not-a-choice' ? ` (${plainText(against ?? '', 200)})` : '';
  const beside = problem === 'not-the-hours' ? ` beside ${against}` : '';
  return {
    kind: 'wrong-evidence',
    text: `evidence "${field}" needs ${WANTED[problem]}${choices}${seen}${beside}`,
    field,
  };
}

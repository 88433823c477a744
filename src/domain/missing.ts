/** What keeps a step from being done, as plain text for terminals, reports and JSON: never Markdown. */
import type { Assessment, StepStatus, Violation } from './assess.ts';
import type { EvidenceReading } from './evidence.ts';
import { plainText } from './foreign-text.ts';
import type { StepKey } from './keys.ts';
import type { Predecessor } from './process.ts';

/** One thing that is missing. */
export interface Lack {
  readonly kind: 'predecessor' | 'checklist' | 'evidence';
  /** `evidence "Held on" is empty` */
  readonly text: string;
  /** What a person does about it, as a sentence without a full stop: `Fill in "Held on" in the evidence table`. */
  readonly todo: string;
}

/** What a step lacks by the facts, whether or not anybody has closed it. */
export function lacksOfStep(status: StepStatus, assessment: Assessment): readonly Lack[] {
  return [
    ...status.waitsFor.map((predecessor) => predecessorLack(predecessor, assessment)),
    ...untickedLacks(status.unticked),
    ...status.evidence.filter(({ problem }) => problem !== null).map(evidenceLack),
  ];
}

/** What a broken rule complains about. */
export function lacksOfViolation(violation: Violation, assessment: Assessment): readonly Lack[] {
  const before = violation.waitsFor.map((step) => predecessorLack({ step, until: 'done' }, assessment));
  if (violation.rule === 'started-while-blocked') return before;
  const until = violation.until === null ? [] : [alongsideLack(violation.until, assessment)];
  return [
    ...before,
    ...until,
    ...untickedLacks(violation.unticked),
    ...violation.evidence.map(evidenceLack),
  ];
}

/** `Kick-off (services/engagements#3)`, or the title alone while it has no issue. */
export function stepName(key: StepKey, assessment: Assessment): string {
  const status = assessment.steps.find((candidate) => candidate.key === key);
  if (status === undefined) return key;
  return status.issue === null ? status.step.title : `${status.step.title} (${status.issue.reference})`;
}

function predecessorLack({ step, until }: Predecessor, assessment: Assessment): Lack {
  const name = stepName(step, assessment);
  return until === 'done'
    ? { kind: 'predecessor', text: `${name} is not done`, todo: `Finish ${name}` }
    : { kind: 'predecessor', text: `${name} is not started`, todo: `Start ${name}` };
}

function alongsideLack(step: StepKey, assessment: Assessment): Lack {
  const name = stepName(step, assessment);
  return {
    kind: 'predecessor',
    text: `it runs alongside until ${name} is done`,
    todo: `Keep it open until ${name} is done`,
  };
}

function untickedLacks(items: readonly string[]): readonly Lack[] {
  return items.map((item) => {
    const text = plainText(item, 200);
    return {
      kind: 'checklist',
      text: `not ticked: ${text}`,
      todo: `Tick "${text}", or write [~] where it does not apply`,
    };
  });
}

function evidenceLack(reading: EvidenceReading): Lack {
  const { field, problem, value } = reading;
  const seen = value === null ? '' : `, got "${plainText(value, 80)}"`;
  const wanted = { 'not-a-date': 'a date (YYYY-MM-DD)', 'not-a-url': 'a web address', 'not-a-number': 'a number' };
  if (problem === null || problem === 'missing')
    return { kind: 'evidence', text: `evidence "${field}" is empty`, todo: `Fill in "${field}" in the evidence table` };
  const kind = problem === 'not-a-choice' ? 'one of the listed values' : wanted[problem];
  return {
    kind: 'evidence',
    text: `evidence "${field}" needs ${kind}${seen}`,
    todo: `Correct "${field}" in the evidence table: ${kind}`,
  };
}

/** Answers in the evidence that ask for one more issue: `makes: { ask more: more-discovery }` on a choice. */

import type { StepKey } from '#domain/base/keys.ts';
import { stepIdOf } from '#domain/base/keys.ts';
import { canonicalJson, checksum } from '#domain/base/record-line.ts';
import { nextInstance } from '#domain/rulings/instances.ts';
import type { Instance, Rulings } from '#domain/rulings/rulings.ts';
import type { Assessment, StepStatus } from './step-status.ts';

/** A step that answers can ask for. */
interface Asked {
  /** Id of the step made by command. */
  readonly step: string;
  /** By it the answer of now is told from the next; `null`: the answer of now does not ask for it. */
  readonly answer: string | null;
}

/** Nobody said it: it follows from an answer. */
const BY_ANSWER = { by: 'Procession', byId: 0, note: 0 } as const;

/**
 * Rulings with the issues that answers ask for; the same object where they ask for nothing new.
 *
 * | the answer | an issue of it is open | becomes |
 * |---|---|---|
 * | asks | yes | nothing; this answer is the one that has asked for it |
 * | asks, and another field of the step says something else than before | no | one more issue |
 * | asks, and nothing else has changed | no | nothing: it is the answer that was followed |
 * | asks no more | – | forgotten: the next time it asks, it is followed again |
 */
export function withAnswers(assessment: Assessment): Rulings {
  const { rulings, closed, withdrawn } = assessment;
  if (closed || withdrawn) return rulings;
  const instances = assessment.steps
    .flatMap(askedBy)
    .reduce((known, asked) => after(known, asked, assessment), rulings.instances);
  return instances === rulings.instances ? rulings : { ...rulings, instances };
}

/** Evidence of steps of which no answer asks for anything is not read. */
function askedBy(status: StepStatus): readonly Asked[] {
  const { step, done, waitsFor } = status;
  if (done || waitsFor.some(({ until }) => until === 'done')) return [];
  return step.done_when.evidence.flatMap(({ field, makes }) => {
    if (makes === undefined) return [];
    const { evidence } = status;
    const value = evidence.find((reading) => reading.field === field)?.value ?? null;
    const asked = value === null ? undefined : makes[value];
    const answer = checksum(canonicalJson(evidence.map((reading) => [reading.field, reading.value])));
    return [...new Set(Object.values(makes))].map((id) => ({
      step: id,
      answer: id === asked ? answer : null,
    }));
  });
}

function after(
  instances: Rulings['instances'],
  { step, answer }: Asked,
  { steps, today }: Assessment,
): Rulings['instances'] {
  const own = instances.filter((one) => stepIdOf(one.step) === step);
  if (answer === null)
    return own.some((one) => one.answer !== undefined)
      ? instances.map((one) => (own.includes(one) ? withoutAnswer(one) : one))
      : instances;
  if (own.some((one) => one.answer === answer)) return instances;
  const isOpen = (key: StepKey): boolean => steps.some((status) => status.key === key && !status.done);
  const open = own.findLast((one) => isOpen(one.step));
  if (open !== undefined) return instances.map((one) => (one === open ? { ...one, answer } : one));
  return [
    ...instances,
    { step: nextInstance(step, instances), title: null, answer, on: today, ...BY_ANSWER },
  ];
}

function withoutAnswer(instance: Instance): Instance {
  const { answer: _, ...kept } = instance;
  return kept;
}

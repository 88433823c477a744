/** Compares what a case expects with what the engine said: every difference at once, each with what to do. */
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import type { FieldPath } from '#domain/base/input-problem.ts';
import type { EngagementCheck, Finding } from '#domain/explain/check.ts';
import { lacksOfStep, todosOf } from '#domain/explain/missing.ts';
import { verdictOf, wouldChange } from '#domain/explain/verdict.ts';
import type { ProcessCase } from './process-case.ts';

/** Expectation that was not met. */
export interface Mismatch {
  /** Path of the expectation in the case: `['expect', 'states', 'kick-off']`. */
  readonly at: FieldPath;
  readonly expected: string;
  readonly seen: string;
  /** Reason of the engine, and what would lead to the expected answer; one sentence each without a full stop. */
  readonly advice: readonly string[];
}

/** Answer of the engine to a case. */
export interface Judged {
  readonly assessment: Assessment;
  readonly check: EngagementCheck;
  /** Due dates of the launch. */
  readonly due: ReadonlyMap<string, string | null>;
  /** Answer to each comment, with words; `null` for a comment without a command. */
  readonly answers: readonly ({ readonly refused: boolean; readonly words: readonly string[] } | null)[];
}

/** Compares the expectations of a case with the answer of the engine; empty when the case holds. */
export function mismatches({ expect, said }: ProcessCase, judged: Judged): readonly Mismatch[] {
  const { assessment } = judged;
  const excluded = assessment.excluded.map(({ step }) => step.id);
  return [
    ...speechMismatches(said, judged),
    ...stateMismatches(expect, assessment),
    ...listMismatch(['expect', 'excluded'], expect.excluded, excluded, excludedAdvice(assessment)),
    ...brokenMismatches(expect, judged),
    ...missingMismatches(expect, judged),
    ...listMismatch(
      ['expect', 'open_gates'],
      expect.open_gates,
      assessment.openClosingSteps,
      gateAdvice(assessment),
    ),
    ...completeMismatch(expect, assessment),
    ...dueMismatches(expect, judged),
  ];
}

type Expectation = ProcessCase['expect'];

/** A command that is refused would otherwise change nothing, unnoticed. */
function speechMismatches(said: ProcessCase['said'], { answers }: Judged): readonly Mismatch[] {
  const name = (refused: boolean): string => (refused ? 'refused' : 'followed');
  return said.flatMap(({ refused, text }, index): Mismatch[] => {
    const answer = answers[index] ?? null;
    if (answer?.refused === refused) return [];
    const seen = answer === null ? 'no command' : name(answer.refused);
    const at = ['said', index];
    return [{ at, expected: `${text} is ${name(refused)}`, seen, advice: answer?.words ?? [] }];
  });
}

function stateMismatches({ states, others }: Expectation, assessment: Assessment): readonly Mismatch[] {
  const named = Object.entries(states).flatMap(([key, expected]): Mismatch[] => {
    const at = ['expect', 'states', key];
    const status = assessment.steps.find((step) => step.key === key);
    if (status === undefined) return [{ at, expected, ...notThere(key, assessment) }];
    return status.state === expected ? [] : [{ at, expected, ...stateSeen(status, assessment) }];
  });
  if (others === undefined) return named;
  const different = assessment.steps.filter(
    ({ key, state }) => states[key] === undefined && state !== others,
  );
  return [
    ...named,
    ...different.map(
      (status): Mismatch => ({
        at: ['expect', 'others'],
        expected: `${status.key} ${others}`,
        ...stateSeen(status, assessment),
      }),
    ),
  ];
}

function stateSeen(status: StepStatus, assessment: Assessment): Pick<Mismatch, 'seen' | 'advice'> {
  const waits = lacksOfStep(status, assessment).filter(({ kind }) => kind === 'step');
  const changes = waits.length > 0 ? todosOf(waits) : wouldChange(status, assessment);
  return {
    seen: verdictOf(status, assessment, status.state),
    advice: changes.map((change) => `What would change it: ${change}`),
  };
}

function notThere(key: string, assessment: Assessment): Pick<Mismatch, 'seen' | 'advice'> {
  const why = assessment.excluded.find(({ step }) => step.id === key)?.why ?? 'the process has no such step';
  return { seen: 'not part of this engagement', advice: [`Why: ${why}`] };
}

function listMismatch(
  at: FieldPath,
  expected: readonly string[] | undefined,
  seen: readonly string[],
  advice: readonly string[],
): readonly Mismatch[] {
  if (expected === undefined || listed(expected.toSorted()) === listed(seen.toSorted())) return [];
  return [{ at, expected: listed(expected), seen: listed(seen), advice }];
}

function excludedAdvice({ excluded }: Assessment): readonly string[] {
  return excluded.map(({ step, why }) => `${step.id}: ${why}`);
}

function gateAdvice(assessment: Assessment): readonly string[] {
  return assessment.steps
    .filter(({ key }) => assessment.openClosingSteps.includes(key))
    .map((status) => `${status.key} is ${verdictOf(status, assessment, status.state)}`);
}

function brokenMismatches({ broken }: Expectation, { check }: Judged): readonly Mismatch[] {
  const found = new Map<string, readonly Finding[]>([
    ['epic', check.findings],
    ...check.steps.map((step): [string, readonly Finding[]] => [step.step, step.findings]),
  ]);
  return [...found].flatMap(([key, findings]): Mismatch[] => {
    const expected = broken[key] ?? [];
    const seen = findings.map(({ rule }) => rule);
    const at = broken[key] === undefined ? ['expect'] : ['expect', 'broken', key];
    const name = (rules: readonly string[]): string =>
      rules.length === 0 ? `${key}: no rule broken` : `${key}: ${listed(rules)}`;
    if (listed(expected.toSorted()) === listed(seen.toSorted())) return [];
    const advice = findings.flatMap(({ message, missing, fix }) => [
      [message, ...missing].join('; '),
      ...fix.map((text) => `What would change it: ${text}`),
    ]);
    return [{ at, expected: name(expected), seen: name(seen), advice }];
  });
}

function missingMismatches({ missing }: Expectation, { assessment, check }: Judged): readonly Mismatch[] {
  return Object.entries(missing).flatMap(([key, parts]) => {
    const status = assessment.steps.find((step) => step.key === key);
    const lacks = status === undefined ? [] : lacksOfStep(status, assessment).map(({ text }) => text);
    const broken = check.steps.filter(({ step }) => step === key).flatMap(({ findings }) => findings);
    const seen = [...new Set([...broken.flatMap((finding) => finding.missing), ...lacks])];
    return parts.flatMap((part, index): Mismatch[] =>
      seen.some((text) => text.toLowerCase().includes(part.toLowerCase()))
        ? []
        : [
            {
              at: ['expect', 'missing', key, index],
              expected: `${key} lacks "${part}"`,
              seen: seen.length === 0 ? 'it lacks nothing' : listed(seen),
              advice: [],
            },
          ],
    );
  });
}

function completeMismatch({ complete }: Expectation, assessment: Assessment): readonly Mismatch[] {
  if (complete === undefined || complete === assessment.closed) return [];
  const name = (isComplete: boolean): string => (isComplete ? 'complete' : 'not complete');
  return [
    {
      at: ['expect', 'complete'],
      expected: name(complete),
      seen: name(assessment.closed),
      advice: gateAdvice(assessment),
    },
  ];
}

function dueMismatches({ due }: Expectation, judged: Judged): readonly Mismatch[] {
  return Object.entries(due).flatMap(([key, expected]): Mismatch[] => {
    const seen = judged.due.get(key) ?? null;
    return seen === expected
      ? []
      : [{ at: ['expect', 'due', key], expected, seen: seen ?? 'no due date', advice: [] }];
  });
}

function listed(values: readonly string[]): string {
  return values.length === 0 ? 'none' : values.join(', ');
}

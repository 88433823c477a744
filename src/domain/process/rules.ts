/** The rules that span several fields or files of a process. One function per rule; all problems are found at once. */
import { didYouMean } from '#domain/base/closest.ts';
import type { Condition } from '#domain/base/condition-shape.ts';
import type { FieldPath, InputProblem } from '#domain/base/input-problem.ts';
import { changeProblems } from './change-rules.ts';
import { closingProblems } from './closing-rules.ts';
import { conditionProblems } from './condition-problems.ts';
import { doneWhenProblems } from './done-when-rules.ts';
import { elsewhereProblems } from './elsewhere-rules.ts';
import { handOverProblems } from './hand-over-rules.ts';
import { orderProblems } from './order-rules.ts';
import { pipelineProblems } from './pipeline-rules.ts';
import { inProcess, inStep, processFileOf } from './problem.ts';
import type { EvidenceField, ProcessDefinition, ProcessFile, Step } from './process.ts';
import { recurringProblems } from './recurring-rules.ts';
import { slipProblems } from './slip-rules.ts';
import { stageProblems } from './stage-rules.ts';

type Rule = (process: ProcessDefinition) => readonly InputProblem[];
type StepsAlone = Pick<ProcessDefinition, 'steps' | 'about'>;

/** Rules that look at each step by itself. */
const STEP_RULES: readonly ((steps: StepsAlone) => readonly InputProblem[])[] = [
  uniqueEvidence,
  choicesOfChoices,
  meaningfulConditions,
  pipelineProblems,
  elsewhereProblems,
  slipProblems,
];

const RULES: readonly Rule[] = [
  uniqueIds,
  uniqueTitles,
  orderProblems,
  stepProblems,
  doneWhenProblems,
  recurringProblems,
  changeProblems,
  closingProblems,
  stageProblems,
  handOverProblems,
];

/** Everything that is wrong with a process whose files each are well-formed; empty when it can be used. */
export function processProblems(process: ProcessDefinition): readonly InputProblem[] {
  return RULES.flatMap((rule) => rule(process));
}

/** What is wrong with steps by themselves, also where others of the process cannot be read. */
export function stepProblems(steps: StepsAlone): readonly InputProblem[] {
  return STEP_RULES.flatMap((rule) => rule(steps));
}

/** What is wrong with the profiles of a process by themselves. Apply each and ask {@link processProblems} for the rest. */
export function profileProblems(processFile: ProcessFile, file: string): readonly InputProblem[] {
  const known = new Set(processFile.steps);
  return Object.entries(processFile.profiles).flatMap(([name, profile]) => {
    const at = ['profiles', name, 'after'];
    if (Object.keys(profile.after).length === 0)
      return [
        inProcess(
          file,
          at,
          'the profile changes nothing',
          'Name a step and its predecessors, or drop the profile.',
        ),
      ];
    return Object.entries(profile.after).flatMap(([step, after]) => [
      ...(known.has(step)
        ? []
        : [inProcess(file, [...at, step], unknownStep(step), didYouMean(step, known, listSteps(known)))]),
      ...after.flatMap((predecessor, index) =>
        known.has(predecessor.step)
          ? []
          : [
              inProcess(
                file,
                [...at, step, index],
                unknownStep(predecessor.step),
                didYouMean(predecessor.step, known, listSteps(known)),
              ),
            ],
      ),
    ]);
  });
}

function uniqueIds(process: ProcessDefinition): readonly InputProblem[] {
  const ids = process.steps.map(({ id }) => id);
  return ids.flatMap((id, index) =>
    ids.indexOf(id) === index
      ? []
      : [
          inProcess(
            processFileOf(process),
            ['steps', index],
            `the step "${id}" is listed twice`,
            'List it once.',
          ),
        ],
  );
}

function uniqueTitles(process: ProcessDefinition): readonly InputProblem[] {
  const first = new Map<string, Step>();
  return process.steps.flatMap((step) => {
    const title = step.title.trim().toLowerCase();
    const other = first.get(title) ?? step;
    first.set(title, other);
    if (other.id === step.id) return [];
    return [
      inStep(
        step,
        ['title'],
        `the step "${other.id}" has the same title`,
        'Give it a title of its own: people tell issues apart by it.',
      ),
    ];
  });
}

function uniqueEvidence(process: StepsAlone): readonly InputProblem[] {
  return eachEvidence(process, (step, { field }, at, index) => {
    const names = step.done_when.evidence.map((other) => other.field.trim().toLowerCase());
    if (names.indexOf(field.trim().toLowerCase()) === index) return [];
    return [
      inStep(
        step,
        [...at, 'field'],
        `the evidence field "${field}" is there twice`,
        'Each row of the table needs words of its own.',
      ),
    ];
  });
}

function choicesOfChoices(process: StepsAlone): readonly InputProblem[] {
  return eachEvidence(process, (step, { kind, choices }, at) => {
    if (kind === 'choice' && (choices === undefined || choices.length < 2))
      return [inStep(step, at, 'a choice needs at least two choices', 'Write choices: [signed, e-mail].')];
    if (kind !== 'choice' && choices !== undefined)
      return [
        inStep(
          step,
          [...at, 'choices'],
          `choices mean nothing for kind "${kind}"`,
          'Write kind: choice, or remove choices.',
        ),
      ];
    const words = (choices ?? []).map((choice) => choice.trim().toLowerCase());
    if (new Set(words).size === words.length) return [];
    return [inStep(step, [...at, 'choices'], 'a choice is there twice', 'List each once.')];
  });
}

function meaningfulConditions(process: StepsAlone): readonly InputProblem[] {
  const problemsOf = (step: Step, when: Condition | undefined, at: FieldPath): readonly InputProblem[] =>
    when === undefined
      ? []
      : conditionProblems(when, process.about).map((problem) =>
          inStep(step, [...at, ...problem.at], problem.message, problem.fix),
        );
  return [
    ...process.steps.flatMap((step) => problemsOf(step, step.when, ['when'])),
    ...eachEvidence(process, (step, { when }, at) => problemsOf(step, when, [...at, 'when'])),
  ];
}

function eachEvidence(
  process: StepsAlone,
  rule: (step: Step, field: EvidenceField, at: FieldPath, index: number) => readonly InputProblem[],
): readonly InputProblem[] {
  return process.steps.flatMap((step) =>
    step.done_when.evidence.flatMap((field, index) =>
      rule(step, field, ['done_when', 'evidence', index], index),
    ),
  );
}

function unknownStep(id: string): string {
  return `there is no step "${id}"`;
}

function listSteps(ids: Iterable<string>): string {
  return `The steps are: ${[...ids].join(', ')}.`;
}

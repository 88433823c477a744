/** Rules about `done_when`, `created` and `appoints` of a step: everything they name must be there, and mean something. */

import { didYouMean } from '#domain/base/closest.ts';
import type { InputProblem } from '#domain/base/input-problem.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import { approvalProblems } from './approval-problems.ts';
import { conditionProblems } from './condition-problems.ts';
import { inStep } from './problem.ts';
import { isMadeByCommand, type ProcessDefinition, type Step } from './process.ts';

/** What is wrong with the completion rules of the steps. */
export function doneWhenProblems(process: ProcessDefinition): readonly InputProblem[] {
  return process.steps.flatMap((step) => [
    ...knownInstances(step, process),
    ...approvalProblems(step, process),
    ...plannedDates(step),
    ...answersWithEffects(step, process),
    ...acceptanceFields(step, process.about),
    ...createdOnDemand(step, process),
    ...appointsNotItself(step),
  ]);
}

/** `instances` waits for issues made by command; those of a launch are named in `after`. */
function knownInstances(step: Step, process: ProcessDefinition): readonly InputProblem[] {
  const possible = process.steps.filter(isMadeByCommand).map(({ id }) => id);
  return step.done_when.instances.flatMap((id, index) => {
    if (possible.includes(id) && id !== step.id) return [];
    const fallback =
      possible.length === 0
        ? 'No step has created: command; give one that, or remove instances.'
        : `Steps with created: command are: ${possible.join(', ')}.`;
    const message =
      id === step.id ? 'a step cannot wait for itself' : `there is no step "${id}" that is made by command`;
    return [inStep(step, ['done_when', 'instances', index], message, didYouMean(id, possible, fallback))];
  });
}

function plannedDates(step: Step): readonly InputProblem[] {
  return step.done_when.evidence.flatMap(({ field, kind, planned }, index) => {
    if (planned !== true || kind === 'date') return [];
    const at = ['done_when', 'evidence', index, 'planned'];
    return [
      inStep(step, at, `only a date can be planned, and "${field}" is of kind ${kind}`, 'Remove planned.'),
    ];
  });
}

/** Answers that keep a step open, make an issue or give the engagement up are choices, and the issue is made by command. */
function answersWithEffects(step: Step, process: ProcessDefinition): readonly InputProblem[] {
  const possible = process.steps.filter(isMadeByCommand).map(({ id }) => id);
  return step.done_when.evidence.flatMap(({ choices = [], open = [], makes = {}, gives_up = [] }, index) => {
    const at = ['done_when', 'evidence', index];
    const answers = [
      ...open.map((answer, place) => ({ answer, at: [...at, 'open', place] })),
      ...Object.keys(makes).map((answer) => ({ answer, at: [...at, 'makes', answer] })),
      ...gives_up.map((answer, place) => ({ answer, at: [...at, 'gives_up', place] })),
    ].filter(({ answer }) => !choices.includes(answer));
    const known = `The choices are: ${choices.join(', ') || 'none'}.`;
    return [
      ...answers.map((one) =>
        inStep(
          step,
          one.at,
          `"${one.answer}" is no choice of the field`,
          didYouMean(one.answer, choices, known),
        ),
      ),
      ...Object.entries(makes).flatMap(([answer, id]) =>
        possible.includes(id) && id !== step.id
          ? []
          : [
              inStep(
                step,
                [...at, 'makes', answer],
                `there is no other step "${id}" that is made by command`,
                didYouMean(
                  id,
                  possible,
                  `Steps with created: command are: ${possible.join(', ') || 'none'}.`,
                ),
              ),
            ],
      ),
    ];
  });
}

function acceptanceFields(step: Step, about: SubjectKind): readonly InputProblem[] {
  const rule = step.done_when.acceptance;
  if (rule === undefined) return [];
  const at = ['done_when', 'acceptance'];
  const names = step.done_when.evidence.map(({ field }) => field);
  const dates = step.done_when.evidence
    .filter(({ kind, planned }) => kind === 'date' && planned !== true)
    .map(({ field }) => field);
  const fields = `Its evidence fields are: ${names.join(', ') || 'none'}.`;
  return [
    ...(dates.includes(rule.sent)
      ? []
      : [
          inStep(
            step,
            [...at, 'sent'],
            `"${rule.sent}" is no evidence field of kind date`,
            didYouMean(rule.sent, dates, fields),
          ),
        ]),
    ...rule.fills.flatMap((field, index) =>
      names.includes(field)
        ? []
        : [
            inStep(
              step,
              [...at, 'fills', index],
              `there is no evidence field "${field}"`,
              didYouMean(field, names, fields),
            ),
          ],
    ),
    ...(rule.when === undefined
      ? []
      : conditionProblems(rule.when, about).map((problem) =>
          inStep(step, [...at, 'when', ...problem.at], problem.message, problem.fix),
        )),
  ];
}

function createdOnDemand(step: Step, process: ProcessDefinition): readonly InputProblem[] {
  if (!isMadeByCommand(step)) return [];
  return [
    ...(step.kind === 'on-demand'
      ? []
      : [
          inStep(
            step,
            ['created'],
            `a step of kind "${step.kind}" exists exactly once, so nobody can ask for one more`,
            'Set kind: on-demand, or remove created.',
          ),
        ]),
    ...(process.closeWhen.includes(step.id)
      ? [
          inStep(
            step,
            ['created'],
            'a step in close_when must always exist, and this one only when somebody asks for it',
            'Close on another step.',
          ),
        ]
      : []),
  ];
}

function appointsNotItself(step: Step): readonly InputProblem[] {
  if (step.appoints === undefined || step.appoints !== step.owner) return [];
  return [
    inStep(
      step,
      ['appoints'],
      `the step is done by the role ${step.owner} and cannot appoint it`,
      'Name the role that becomes known when this step is done.',
    ),
  ];
}

import { isCalendarDate } from '#domain/base/calendar.ts';
import { didYouMean, orQuestion } from '#domain/base/closest.ts';
import type { Condition, ConditionTest } from '#domain/base/condition-shape.ts';
import { type FieldPath, type InputProblem, problem, shown } from '#domain/base/input-problem.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import { DEAL_STAGES, isDealStage } from '#domain/sow/deal-stage.ts';
import { likelyPaths, pathsOf, type SowPath, type SowPathKind } from '#domain/sow/paths.ts';
import { stageOf } from '#domain/sow/stage.ts';
import { amountPaths } from '#domain/sow/subject.ts';
import { asList, asTestObject, type ConditionScalar, isGroup, reaches } from './condition.ts';

/**
 * What is wrong with a condition before any SOW or deal is seen: fields none has, values of the wrong type, limits on
 * what has no order, conditions that ask nothing.
 *
 * @param about what the process is about
 */
export function conditionProblems(condition: Condition, about: SubjectKind): readonly InputProblem[] {
  return problemsIn(condition, { about, at: [] });
}

interface Place {
  readonly about: SubjectKind;
  readonly at: FieldPath;
}

function problemsIn(condition: Condition, { about, at }: Place): readonly InputProblem[] {
  const entries = Object.entries(condition).filter(([, test]) => test !== undefined);
  if (entries.length === 0)
    return [
      problem(
        { at },
        'the condition asks nothing',
        'Name a field in it, or leave it out: then it always holds.',
      ),
    ];
  return entries.flatMap(([key, test]) => {
    if (test === undefined) return [];
    if (!isGroup(key, test)) return pathProblems(key, test, { about, at: [...at, key] });
    if (test.length === 0)
      return [
        problem({ at: [...at, key] }, 'the list of conditions is empty', `Fill "${key}" or leave it out.`),
      ];
    return test.flatMap((part, index) => problemsIn(part, { about, at: [...at, key, index] }));
  });
}

function pathProblems(path: string, test: ConditionTest, { about, at }: Place): readonly InputProblem[] {
  const known = pathsOf(about).get(path);
  if (!known)
    return [problem({ at }, `a ${NOUNS[about]} has no field ${shown(path)}`, fieldLike(path, about))];
  if (amountPaths(about).includes(path))
    return [
      problem(
        { at },
        `${shown(path)} is an amount, and amounts are not kept in GitLab`,
        about === 'deal'
          ? 'Ask for deal.large instead: the settings say from which amount on a deal is large (deals.large_from).'
          : 'Ask for hours, type or services instead.',
      ),
    ];
  const { is, not, present, at_least, at_most } = asTestObject(test);
  const short = asTestObject(test) !== test;
  const wanted = [
    ...(is === undefined ? [] : asList(is).map((value) => ({ value, at: short ? at : [...at, 'is'] }))),
    ...(not === undefined ? [] : asList(not).map((value) => ({ value, at: [...at, 'not'] }))),
  ];
  const limits = [
    ...(at_least === undefined ? [] : [{ value: at_least, at: [...at, 'at_least'] }]),
    ...(at_most === undefined ? [] : [{ value: at_most, at: [...at, 'at_most'] }]),
  ];
  if (wanted.length + limits.length === 0 && present === undefined)
    return [problem({ at }, 'the test asks nothing', 'Write a value, or { present: true }.')];
  const problems = [
    ...wanted.flatMap(({ value, at }) => valueProblems(path, known, value, at)),
    ...limits.flatMap(({ value, at }) => limitProblems(path, known, value, at)),
  ];
  if (at_least !== undefined && at_most !== undefined && problems.length === 0 && !reaches(at_most, at_least))
    problems.push(
      problem({ at }, `nothing is at least ${at_least} and at most ${at_most}`, 'Swap the two limits.'),
    );
  return problems;
}

function valueProblems(
  path: string,
  known: SowPath,
  value: ConditionScalar,
  at: FieldPath,
): readonly InputProblem[] {
  const kind = known.element ?? known.kind;
  if (kind === 'object' || kind === 'list')
    return [
      problem(
        { at },
        `"${path}" holds fields of its own, so it equals nothing`,
        `Ask for one of its fields, or { present: true }.`,
      ),
    ];
  if (path === 'deal.stage' && typeof value === 'string' && !isDealStage(value))
    return [
      problem(
        { at },
        `"deal.stage" is never ${shown(value)}`,
        didYouMean(value, DEAL_STAGES, `Use one of: ${DEAL_STAGES.join(', ')}.`),
      ),
    ];
  if (path === 'stage' && typeof value === 'string' && stageOf(value) !== value)
    return [problem({ at }, `"stage" is never ${shown(value)}`, orQuestion([stageOf(value)]))];
  if (isOfKind(value, kind, known)) return [];
  if (kind === 'enum') {
    const all = (known.values ?? []).join(', ');
    return [
      problem(
        { at },
        `"${path}" is never ${shown(value)}`,
        didYouMean(String(value), known.values ?? [], `Use one of: ${all}.`),
      ),
    ];
  }
  return [problem({ at }, `"${path}" is ${KINDS[kind]}, not ${shown(value)}`, EXAMPLES[kind])];
}

function limitProblems(
  path: string,
  known: SowPath,
  value: number | string,
  at: FieldPath,
): readonly InputProblem[] {
  const { kind } = known;
  if (kind !== 'number' && kind !== 'date')
    return [
      problem(
        { at },
        `"${path}" has no order: only numbers and dates do`,
        'Compare it with a value or a list of values.',
      ),
    ];
  if (isOfKind(value, kind, known)) return [];
  return [problem({ at }, `"${path}" is ${KINDS[kind]}, not ${shown(value)}`, EXAMPLES[kind])];
}

const KINDS: Readonly<Record<SowPathKind, string>> = {
  string: 'a text',
  url: 'a web address',
  email: 'an e-mail address',
  number: 'a number',
  boolean: 'true or false',
  enum: 'one of a few words',
  date: 'a date',
  list: 'a list',
  object: 'a group of fields',
};

const EXAMPLES: Readonly<Record<SowPathKind, string>> = {
  string: 'Put the value in quotes.',
  url: 'Put the value in quotes.',
  email: 'Put the value in quotes.',
  number: 'Write a number without quotes, for example 80.',
  boolean: 'Write true or false without quotes.',
  enum: 'Use a word of the list.',
  date: 'Write a date that exists, for example 2026-03-05.',
  list: 'Use { present: true }.',
  object: 'Use { present: true }.',
};

function isOfKind(value: ConditionScalar, kind: SowPathKind, known: SowPath): boolean {
  if (kind === 'number') return typeof value === 'number' && Number.isFinite(value);
  if (kind === 'boolean') return typeof value === 'boolean';
  if (typeof value !== 'string') return false;
  if (kind === 'date') return isCalendarDate(value);
  return kind !== 'enum' || (known.values ?? []).includes(value);
}

const NOUNS: Readonly<Record<SubjectKind, string>> = { sow: 'SOW', deal: 'deal' };

function fieldLike(path: string, about: SubjectKind): string {
  const paths = likelyPaths(path, about);
  return paths.length === 0
    ? `docs/${about}.schema.json lists the fields of a ${NOUNS[about]}.`
    : orQuestion(paths);
}

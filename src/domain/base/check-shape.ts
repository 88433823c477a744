import type { z } from 'zod';
import { didYouMean, isSameWord } from './closest.ts';
import { type FieldPath, type InputProblem, problem, shown } from './input-problem.ts';
import { knownFields } from './known-fields.ts';
import { UNCOMPILED } from './uncompiled.ts';

export type Shape<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] };

type Issue = z.core.$ZodIssue;

/**
 * Checks data against a schema and says everything that is wrong, in our words: what was expected, what was there,
 * what to do. A field with nothing behind it (`region:` in YAML, `null` in JSON) counts as left out; one of a few words
 * may be spelt otherwise (`On Prem` is `on-prem`).
 */
export function checkShape<T>(schema: z.ZodType<T>, value: unknown): Shape<T> {
  const data = withoutEmptyFields(value);
  const result = schema.safeParse(data, UNCOMPILED);
  if (result.success) return { kind: 'ok', value: result.data };
  const { issues } = result.error;
  const respelt = respell(data, issues);
  if (respelt !== data) return checkShape(schema, respelt);
  const problems = issues.slice(0, MOST_ISSUES).flatMap((issue) => explain(issue, { schema, data, at: [] }));
  const left = issues.length - MOST_ISSUES;
  return {
    kind: 'invalid',
    problems: left > 0 ? [...problems, problem({}, `and ${left} more problems`)] : problems,
  };
}

/** A flood of problems helps nobody, and hostile input must not make us write a book. */
const MOST_ISSUES = 200;

/** Nothing we read is that deep; JSON from outside may be, to exhaust the stack. */
const MAX_DEPTH = 60;

/** Drops the fields whose value is `null`, at every depth; elements of lists stay. */
function withoutEmptyFields(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((element) => withoutEmptyFields(element, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, withoutEmptyFields(field, depth + 1)]),
  );
}

/** The data with every word that is one of those expected but for its spelling put right. */
function respell(data: unknown, issues: readonly Issue[]): unknown {
  return issues.slice(0, MOST_ISSUES).reduce((changed: unknown, issue) => {
    const got = valueAt(data, issue.path as FieldPath);
    if (issue.code !== 'invalid_value' || typeof got !== 'string') return changed;
    const meant = issue.values.filter((word) => typeof word === 'string' && isSameWord(word, got));
    return meant.length === 1 ? withValueAt(changed, issue.path as FieldPath, meant[0]) : changed;
  }, data);
}

/** The data with a value at a path; groups of fields that are not there yet are made. */
export function withValueAt(data: unknown, [part, ...rest]: FieldPath, value: unknown): unknown {
  if (part === undefined) return value;
  if (Array.isArray(data))
    return data.map((element, index) => (index === part ? withValueAt(element, rest, value) : element));
  const fields = (data ?? {}) as Readonly<Record<string, unknown>>;
  return { ...fields, [part]: withValueAt(fields[part], rest, value) };
}

interface Around {
  readonly schema: z.ZodType;
  readonly data: unknown;
  readonly at: FieldPath;
}

function explain(issue: Issue, around: Around): readonly InputProblem[] {
  const at = [...around.at, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  const meant = meantAlternative(issue);
  if (meant) return meant.flatMap((inner) => explain(inner, { ...around, at }));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const { names } = knownFields(around.schema, at);
      return problem(
        { at: [...at, key] },
        'unknown field',
        didYouMean(key, names, `Known here: ${names.join(', ')}.`),
      );
    });
  const inner = issue.code === 'invalid_key' ? (issue.issues[0] ?? issue) : issue;
  const got = issue.code === 'invalid_key' ? at.at(-1) : valueAt(around.data, at);
  const { message, fix } = expectation(inner);
  if (got === undefined)
    return [
      problem({ at }, `is missing: ${message}`, fix ?? howToAdd(at, knownFields(around.schema, at).required)),
    ];
  const text = message.includes(', got ') ? message : `${message}, got ${shown(got)}`;
  return [problem({ at }, text, fixFor(inner, got) ?? fix ?? '')];
}

/** The alternative whose kind of value is there. */
function meantAlternative(issue: Issue): readonly Issue[] | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  return issue.errors.find(
    (issues) => !issues.some((inner) => inner.code === 'invalid_type' && inner.path.length === 0),
  );
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'some text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of fields',
  record: 'a group of fields',
};

/** `expected …`, and the fix that our own messages bring along: `…, for example EUR` or `…; leave it out`. */
function expectation(issue: Issue): { message: string; fix?: string } {
  const [message = '', example] = issue.message.split(', for example ', 2);
  const [wanted = '', advice] = message.split('; ', 2);
  if (wanted.startsWith('expected ')) {
    if (example !== undefined) return { message: wanted, fix: `Write it like ${example}.` };
    if (advice === undefined) return { message: wanted };
    return { message: wanted, fix: `${advice.slice(0, 1).toUpperCase()}${advice.slice(1)}.` };
  }
  if (issue.code === 'invalid_type')
    return { message: `expected ${KINDS[issue.expected] ?? issue.expected}` };
  if (issue.code === 'invalid_value')
    return { message: `expected ${issue.values.length === 1 ? '' : 'one of '}${issue.values.join(', ')}` };
  if (issue.code === 'too_small')
    return { message: `expected at least ${issue.minimum}${unit(issue.origin)}` };
  if (issue.code === 'too_big') return { message: `expected at most ${issue.maximum}${unit(issue.origin)}` };
  if (issue.code === 'invalid_union') {
    const wanted = issue.errors.flatMap((issues) =>
      issues.slice(0, 1).map((inner) => expectation(inner).message),
    );
    return { message: [...new Set(wanted)].join(' or ').replaceAll(' or expected ', ' or ') };
  }
  return { message: `expected something else (${message})` };
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' in the list' : '';
}

function fixFor(issue: Issue, got: unknown): string | undefined {
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    return didYouMean(typeof got === 'string' ? got : '', values, `Use one of: ${values.join(', ')}.`);
  }
  if (
    issue.code === 'invalid_type' &&
    issue.expected === 'string' &&
    (typeof got === 'number' || typeof got === 'boolean')
  )
    return 'Put the value in quotes.';
  if (issue.code === 'invalid_type' && typeof got === 'string') {
    if (issue.expected === 'number' || issue.expected === 'int')
      return 'Write it without quotes and units, for example 80.';
    if (issue.expected === 'boolean') return 'Write true or false, without quotes.';
    if (issue.expected === 'array') return 'Write one element per line, each after "- ".';
  }
  return undefined;
}

function howToAdd(at: FieldPath, required: readonly string[]): string {
  const name = at.at(-1);
  if (typeof name !== 'string') return 'Fill it in.';
  return required.length === 0 ? `Add "${name}".` : `Add "${name}" with ${required.join(', ')}.`;
}

/** Value at a path of plain data; `undefined`: there is none. */
export function valueAt(data: unknown, at: FieldPath): unknown {
  let value = data;
  for (const part of at) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value;
}

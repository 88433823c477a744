import type { Condition, ConditionTest } from '#domain/base/condition-shape.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { valuesAt } from '#domain/sow/values.ts';

export type ConditionScalar = string | number | boolean;
type TestObject = Exclude<ConditionTest, ConditionScalar | readonly ConditionScalar[]>;

/** One comparison a condition made, for `explain`. */
export interface ConditionCheck {
  /** Path into the SOW. */
  readonly path: string;
  /** `aws or on-prem`, `not EMEA`, `at least 80`. */
  readonly expected: string;
  /** The value of the SOW as text; `nothing` when it has none. Foreign text: neutralise it before it goes to GitLab. */
  readonly seen: string;
  readonly holds: boolean;
}

export interface ConditionResult {
  readonly holds: boolean;
  readonly checks: readonly ConditionCheck[];
}

/**
 * Whether a SOW meets a condition, with every comparison made on the way.
 *
 * | test | holds when |
 * |---|---|
 * | `aws`, `[aws, on-prem]`, `{ is: … }` | the value is (one of) these; in a list: some element is |
 * | `{ not: … }` | the value is none of these, or there is none; in a list: no element is |
 * | `{ present: true }` / `false` | there is a value / there is none |
 * | `{ at_least: … }`, `{ at_most: … }` | the number or date is there and not smaller / greater |
 *
 * Several tests of one path must hold for the same element of a list (but `not` and `present` look at all of it).
 * Text is compared exactly, upper and lower case included.
 */
export function evaluateCondition(condition: Condition, sow: Subject): ConditionResult {
  const checks: ConditionCheck[] = [];
  let holds = true;
  for (const [key, test] of Object.entries(condition)) {
    if (test === undefined) continue;
    if (isGroup(key, test)) {
      const results = test.map((part) => evaluateCondition(part, sow));
      checks.push(...results.flatMap((result) => result.checks));
      if (key === 'all') holds &&= results.every((result) => result.holds);
      if (key === 'any') holds &&= results.some((result) => result.holds);
      if (key === 'none') holds &&= !results.some((result) => result.holds);
    } else {
      const values = valuesAt(sow, key);
      const passed = passes(asTestObject(test), values);
      holds &&= passed;
      checks.push({
        path: key,
        expected: expectation(test),
        seen: seenText(values),
        holds: passed,
      });
    }
  }
  return { holds, checks };
}

/** A condition in plain English: `deployment is aws`, `hours.scoped is at least 80 and services.sku is given`. */
export function describeCondition(condition: Condition): string {
  const parts = Object.entries(condition).flatMap(([key, test]) => {
    if (test === undefined) return [];
    if (!isGroup(key, test)) return [describeTest(key, test)];
    const inner = test.map((part) => describeCondition(part));
    if (key === 'all') return inner;
    const texts = inner.map((text) => (text.includes(' and ') ? `(${text})` : text));
    return [`${key === 'none' ? 'not ' : ''}(${texts.join(' or ')})`];
  });
  return parts.length === 0 ? 'always' : parts.join(' and ');
}

function describeTest(path: string, test: ConditionTest): string {
  const { present, ...rest } = asTestObject(test);
  const texts = [];
  if (Object.values(rest).some((part) => part !== undefined)) texts.push(`${path} is ${expectation(rest)}`);
  if (present !== undefined) texts.push(`${path} is ${present ? 'given' : 'left out'}`);
  return texts.join(' and ');
}

function expectation(test: ConditionTest): string {
  const { is, not, present, at_least, at_most } = asTestObject(test);
  const texts: string[] = [];
  if (is !== undefined) texts.push(oneOf(is));
  if (not !== undefined) texts.push(`not ${oneOf(not)}`);
  if (present !== undefined) texts.push(present ? 'given' : 'left out');
  if (at_least !== undefined) texts.push(`at least ${at_least}`);
  if (at_most !== undefined) texts.push(`at most ${at_most}`);
  return texts.join(' and ');
}

function passes(test: TestObject, values: readonly unknown[]): boolean {
  const { is, not, present, at_least, at_most } = test;
  if (present !== undefined && present !== values.length > 0) return false;
  if (not !== undefined && values.some((value) => asList(not).includes(value as ConditionScalar)))
    return false;
  if (is === undefined && at_least === undefined && at_most === undefined) return true;
  return values.some(
    (value) =>
      (is === undefined || asList(is).includes(value as ConditionScalar)) &&
      (at_least === undefined || reaches(value, at_least)) &&
      (at_most === undefined || reaches(at_most, value)),
  );
}

/** Numbers with numbers, ISO dates with ISO dates (which sort as text); anything else does not compare. */
export function reaches(value: unknown, limit: unknown): boolean {
  if (typeof value === 'number' && typeof limit === 'number') return value >= limit;
  return typeof value === 'string' && typeof limit === 'string' && value >= limit;
}

/** A test in its long form: `aws` → `{ is: aws }`. */
export function asTestObject(test: ConditionTest): TestObject {
  return typeof test === 'object' && !Array.isArray(test) ? test : { is: test };
}

/** One value or a list of values, as a list. */
export function asList(value: ConditionScalar | readonly ConditionScalar[]): readonly ConditionScalar[] {
  return Array.isArray(value) ? value : [value as ConditionScalar];
}

function oneOf(value: ConditionScalar | readonly ConditionScalar[]): string {
  return asList(value).join(' or ');
}

function seenText(values: readonly unknown[]): string {
  if (values.length === 0) return 'nothing';
  return values.map((value) => (isScalar(value) ? String(value) : 'a group of fields')).join(', ');
}

function isScalar(value: unknown): value is ConditionScalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Whether this is `all`, `any` or `none` with its list of conditions. */
export function isGroup(
  key: string,
  test: ConditionTest | readonly Condition[],
): test is readonly Condition[] {
  return (key === 'all' || key === 'any' || key === 'none') && Array.isArray(test);
}

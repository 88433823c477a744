import { describe, expect, it } from 'vitest';
import { Condition } from '#domain/base/condition-shape.ts';
import { describeCondition, evaluateCondition } from '#domain/process/condition.ts';
import { conditionProblems } from '#domain/process/condition-problems.ts';
import { anInputSow } from '#test/support/inputs.ts';

const sow = anInputSow({
  customer: { name: 'Example GmbH', region: 'EMEA' },
  services: [
    { sku: 'GL-RR-SELF', name: 'Rapid results', quantity: 1, hours: 40 },
    { name: 'Training', quantity: 12 },
  ],
  hours: { scoped: 80 },
  dates: { end: '2026-06-30' },
  assumptions: ['Access by day one'],
  expenses_allowed: false,
  contacts: { customer: { main: { name: 'Ada' } }, ours: {} },
});

const condition = (value: unknown): Condition => Condition.parse(value);

describe('domain/condition', () => {
  it.each([
    [{ deployment: 'aws' }, true],
    [{ deployment: 'on-prem' }, false],
    [{ deployment: ['on-prem', 'aws'] }, true],
    [{ deployment: { is: 'aws' } }, true],
    [{ deployment: { not: 'none' } }, true],
    [{ deployment: { not: ['aws', 'none'] } }, false],
    [{ 'customer.region': 'EMEA' }, true],
    [{ 'customer.region': 'emea' }, false],
    [{ 'customer.segment': { not: 'Public' } }, true],
    [{ 'customer.segment': 'Public' }, false],
    [{ 'customer.segment': { present: true } }, false],
    [{ 'customer.segment': { present: false } }, true],
    [{ 'hours.scoped': { at_least: 80 } }, true],
    [{ 'hours.scoped': { at_least: 81 } }, false],
    [{ 'hours.scoped': { at_most: 80 } }, true],
    [{ 'hours.consumed': { at_most: 80 } }, false],
    [{ 'dates.end': { at_most: '2026-12-31' } }, true],
    [{ 'dates.end': { at_least: '2026-07-01' } }, false],
    [{ 'services.sku': 'GL-RR-SELF' }, true],
    [{ 'services.sku': { not: 'GL-RR-SELF' } }, false],
    [{ 'services.sku': { not: 'GL-LDAP' } }, true],
    [{ 'services.quantity': { at_least: 2, at_most: 11 } }, false],
    [{ 'services.quantity': { at_least: 2, at_most: 12 } }, true],
    [{ assumptions: { present: true } }, true],
    [{ assumptions: 'Access by day one' }, true],
    [{ out_of_scope: { present: true } }, false],
    [{ 'contacts.ours': { present: true } }, false],
    [{ deliverables: { present: true } }, true],
    [{ expenses_allowed: false }, true],
    [{ expenses_allowed: { present: true } }, true],
    [{ deployment: 'aws', type: 'fixed' }, false],
    [{ deployment: 'aws', type: 't&m' }, true],
    [{ all: [{ deployment: 'aws' }, { type: 't&m' }] }, true],
    [{ all: [{ deployment: 'aws' }, { type: 'sku' }] }, false],
    [{ any: [{ deployment: 'none' }, { type: 't&m' }] }, true],
    [{ any: [{ deployment: 'none' }, { type: 'sku' }] }, false],
    [{ none: [{ deployment: 'none' }, { type: 'sku' }] }, true],
    [{ none: [{ deployment: 'none' }, { type: 't&m' }] }, false],
    [{ deployment: 'aws', any: [{ none: [{ type: 't&m' }] }, { 'hours.scoped': { at_least: 1 } }] }, true],
    [{ 'customer.__proto__': { present: true } }, false],
    [{ 'customer.constructor': { present: true } }, false],
  ])('decides %j: %s', (value, expected) => {
    expect(evaluateCondition(condition(value), sow).holds).toBe(expected);
  });

  it('shows every comparison with the value seen', () => {
    const result = evaluateCondition(
      condition({
        deployment: ['on-prem', 'aws'],
        any: [{ 'services.sku': 'X' }, { 'customer.segment': { present: true } }],
      }),
      sow,
    );

    expect(result).toEqual({
      holds: false,
      checks: [
        { path: 'services.sku', expected: 'X', seen: 'GL-RR-SELF', holds: false },
        { path: 'customer.segment', expected: 'given', seen: 'nothing', holds: false },
        { path: 'deployment', expected: 'on-prem or aws', seen: 'aws', holds: true },
      ],
    });
  });

  it.each([
    [{ deployment: 'aws' }, 'deployment is aws'],
    [
      { deployment: ['aws', 'on-prem'], type: { not: 'sku' } },
      'deployment is aws or on-prem and type is not sku',
    ],
    [{ 'hours.scoped': { at_least: 8, at_most: 80 } }, 'hours.scoped is at least 8 and at most 80'],
    [{ 'services.sku': { present: true } }, 'services.sku is given'],
    [{ 'services.sku': { present: false } }, 'services.sku is left out'],
    [
      { any: [{ type: 'sku' }, { type: 'fixed', deployment: 'aws' }] },
      '(type is sku or (type is fixed and deployment is aws))',
    ],
    [{ none: [{ type: 'sku' }] }, 'not (type is sku)'],
    [{}, 'always'],
  ])('says %j in English', (value, expected) => {
    expect(describeCondition(condition(value))).toBe(expected);
  });
});

describe('domain/condition-problems', () => {
  it.each([
    { deployment: ['aws', 'on-prem'] },
    { type: { not: 'sku' }, 'customer.region': 'EMEA' },
    { 'hours.scoped': { at_least: 80 }, 'dates.end': { at_most: '2026-12-31' } },
    { 'services.hours': { at_least: 1, at_most: 1 } },
    { assumptions: { present: true }, 'contacts.ours': { present: false }, expenses_allowed: true },
    { any: [{ 'passive_acceptance.in_sow': true }, { none: [{ assumptions: 'x' }] }] },
  ])('finds nothing wrong with %j', (value) => {
    expect(conditionProblems(condition(value), 'sow')).toEqual([]);
  });

  it.each([
    [{ deploymnt: 'aws' }, 'deploymnt: a SOW has no field "deploymnt". Did you mean "deployment"?'],
    [{ region: 'EMEA' }, 'region: a SOW has no field "region". Did you mean "customer.region"?'],
    [{ xyzzy: 'aws' }, 'xyzzy: a SOW has no field "xyzzy". docs/sow.schema.json lists the fields of a SOW.'],
    [{ stage: 'Closed Won' }, 'stage: "stage" is never "Closed Won". Did you mean "closed_won"?'],
    [{ deployment: 'awss' }, 'deployment: "deployment" is never "awss". Did you mean "aws"?'],
    [
      { deployment: { is: 'cloud' } },
      'deployment.is: "deployment" is never "cloud". Use one of: aws, on-prem, other, none.',
    ],
    [
      { 'hours.scoped': '80' },
      'hours.scoped: "hours.scoped" is a number, not "80". Write a number without quotes, for example 80.',
    ],
    [
      { 'hours.scoped': { at_least: '80' } },
      'hours.scoped.at_least: "hours.scoped" is a number, not "80". Write a number without quotes, for example 80.',
    ],
    [
      { 'dates.end': { at_most: '2026-02-30' } },
      'dates.end.at_most: "dates.end" is a date, not "2026-02-30". Write a date that exists, for example 2026-03-05.',
    ],
    [{ 'services.sku': 42 }, 'services.sku: "services.sku" is a text, not 42. Put the value in quotes.'],
    [
      { expenses_allowed: 'yes' },
      'expenses_allowed: "expenses_allowed" is true or false, not "yes". Write true or false without quotes.',
    ],
    [
      { 'customer.name': { at_least: 'M' } },
      'customer.name.at_least: "customer.name" has no order: only numbers and dates do. Compare it with a value or a list of values.',
    ],
    [
      { services: { at_least: 2 } },
      'services.at_least: "services" has no order: only numbers and dates do. Compare it with a value or a list of values.',
    ],
    [
      { services: 'GL-LDAP' },
      'services: "services" holds fields of its own, so it equals nothing. Ask for one of its fields, or { present: true }.',
    ],
    [
      { 'hours.scoped': { at_least: 9, at_most: 8 } },
      'hours.scoped: nothing is at least 9 and at most 8. Swap the two limits.',
    ],
    [{ deployment: {} }, 'deployment: the test asks nothing. Write a value, or { present: true }.'],
    [{}, ': the condition asks nothing. Name a field in it, or leave it out: then it always holds.'],
    [{ any: [] }, 'any: the list of conditions is empty. Fill "any" or leave it out.'],
    [
      { all: [{ none: [{ typo: 1 }] }] },
      'all[0].none[0].typo: a SOW has no field "typo". Did you mean "type"?',
    ],
  ])('names what is wrong with %j', (value, expected) => {
    const problems = conditionProblems(condition(value), 'sow');

    expect(problems.map(({ path, message, fix }) => `${path}: ${message}. ${fix}`)).toEqual([expected]);
  });
});

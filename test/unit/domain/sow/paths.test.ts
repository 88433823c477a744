import { describe, expect, it } from 'vitest';
import { sowPaths } from '#domain/sow/paths.ts';
import { Sow } from '#domain/sow/sow.ts';

describe('domain/sow-paths', () => {
  it.each([
    ['customer.name', { kind: 'string', optional: false }],
    ['customer.region', { kind: 'string', optional: true }],
    ['deployment', { kind: 'enum', values: ['aws', 'on-prem', 'other', 'none'], optional: false }],
    ['sow.signed_on', { kind: 'date', optional: false }],
    ['dates.start', { kind: 'date', optional: true }],
    ['sow.url', { kind: 'url', optional: true }],
    ['contacts.customer.main.email', { kind: 'email', optional: true }],
    ['contacts.customer.main.name', { kind: 'string', optional: false }],
    ['hours.scoped', { kind: 'number', optional: true }],
    ['passive_acceptance.in_sow', { kind: 'boolean', optional: true }],
    ['deliverables', { kind: 'list', element: 'object', optional: false }],
    ['deliverables.title', { kind: 'string', optional: false }],
    ['services.quantity', { kind: 'number', optional: true }],
    ['services.name', { kind: 'string', optional: true }],
    ['assumptions', { kind: 'list', element: 'string', optional: true }],
    ['contacts.ours', { kind: 'object', optional: true }],
    ['billing.currency', { kind: 'string', optional: true }],
  ])('knows %s', (path, expected) => {
    expect(sowPaths().get(path)).toEqual(expected);
  });

  it('knows every top-level field of the schema', () => {
    expect(Object.keys(Sow.shape).filter((name) => !sowPaths().has(name))).toEqual([]);
  });

  it('knows nothing that the schema does not have', () => {
    expect(sowPaths().has('')).toBe(false);
    expect(sowPaths().has('customer.nmae')).toBe(false);
    expect(sowPaths().has('deliverables.0.title')).toBe(false);
  });
});

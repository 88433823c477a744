import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '#domain/base/closest.ts';

describe('domain/closest', () => {
  it.each([
    ['regoin', ['region', 'segment'], ['region']],
    ['closedWonOn', ['closed_won_on', 'sow.signed_on'], ['closed_won_on']],
    ['T&M', ['t&m', 'fixed', 'sku'], ['t&m']],
    ['wanr', ['info', 'warn', 'error'], ['warn']],
    ['warning', ['info', 'warn', 'error'], ['warn']],
    ['deliverable', ['deliverables', 'deliverables.title'], ['deliverables']],
    ['xyz', ['region', 'segment'], []],
    ['', ['a'], ['a']],
    ['a'.repeat(100), ['a'.repeat(99)], []],
  ])('finds near %j', (name, candidates, expected) => {
    expect(closest(name, candidates)).toEqual(expected);
  });

  it('asks, or says something else when nothing is near', () => {
    expect(didYouMean('on-perm', ['aws', 'on-prem'], 'Use one of: aws, on-prem.')).toBe(
      'Did you mean "on-prem"?',
    );
    expect(didYouMean('cloud', ['aws', 'on-prem'], 'Use one of: aws, on-prem.')).toBe(
      'Use one of: aws, on-prem.',
    );
  });
});

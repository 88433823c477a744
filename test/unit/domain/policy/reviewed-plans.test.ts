import { describe, expect, it } from 'vitest';
import { encodeReviewedPlans, parseReviewedPlans } from '#domain/policy/reviewed-plans.ts';

describe('domain/reviewed-plans', () => {
  it('reads back what it wrote, wherever it stands', () => {
    const plans = new Map([
      ['SOW-1', '0123456789abcdef'],
      ['SOW-2', 'not-won'],
    ]);

    expect(parseReviewedPlans(`### Plan\r\n\r\n${encodeReviewedPlans(plans)}\r\n`)).toEqual(plans);
    expect(parseReviewedPlans(encodeReviewedPlans(new Map()))).toEqual(new Map());
  });

  it('believes only the last line, none in a code block, and no odd number', () => {
    const [one, other] = ['a', 'b'].map((digest) => encodeReviewedPlans(new Map([['SOW-1', digest]])));

    expect(parseReviewedPlans(`${one}\n${other}`).get('SOW-1')).toBe('b');
    expect(parseReviewedPlans(`\`\`\`\n${one}\n\`\`\``)).toEqual(new Map());
    expect(parseReviewedPlans('<!-- procession:reviewed v1 evil=a -->')).toEqual(new Map());
    expect(parseReviewedPlans('nothing')).toEqual(new Map());
  });

  it('refuses to write what could not be read back', () => {
    expect(() => encodeReviewedPlans(new Map([['SOW-1', 'a -->']]))).toThrow(TypeError);
  });
});

import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '#domain/base/errors.ts';
import type { Action } from '#domain/plan/action.ts';
import { parsePlanFiles, planDifference, planDigest } from '#domain/policy/plan-file.ts';
import { aSow } from '#test/support/builders.ts';

const link: Action = { kind: 'add-link', from: 'first', to: 'second' };
const sharedLabel: Action = {
  kind: 'create-label',
  label: { name: 'workflow::ready', color: '#000000', description: '' },
  claims: false,
};

function planFile(
  changes: Readonly<Record<string, unknown>> = {},
  actions: readonly Action[] = [sharedLabel, link],
): string {
  return JSON.stringify({
    version: 1,
    engagement: 'SOW-1',
    sow: aSow(),
    process: 'sample',
    profile: null,
    digest: planDigest(actions),
    actions,
    ...changes,
  });
}

function refusal(text: string): string {
  try {
    parsePlanFiles(text, 'plan.json');
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message;
  }
  throw new Error('it was not refused');
}

describe('domain/plan-file', () => {
  it('reads back what it is given', () => {
    expect(parsePlanFiles(planFile(), 'plan.json')).toMatchObject([
      { engagement: 'SOW-1', process: 'sample', profile: null },
    ]);
  });

  it('reads several plans, without SOWs that are not won', () => {
    const several = JSON.stringify({
      version: 1,
      plans: [
        JSON.parse(planFile()),
        { version: 1, engagement: 'SOW-2', outcome: 'not-won', stage: 'negotiating' },
        JSON.parse(planFile({ engagement: 'SOW-3' })),
      ],
      failed: [],
    });

    expect(parsePlanFiles(several, 'plan.json')?.map(({ engagement }) => engagement)).toEqual([
      'SOW-1',
      'SOW-3',
    ]);
    expect(refusal(several.replace('SOW-3', 'evil'))).toContain('engagement');
  });

  it('leaves JSON that is no plan to others', () => {
    expect(parsePlanFiles(JSON.stringify(aSow()), 'sow.json')).toBeNull();
    expect(parsePlanFiles('[]', 'list.json')).toBeNull();
  });

  it('refuses what is no JSON, another version, and missing fields', () => {
    expect(refusal('{')).toContain('plan.json: is no JSON');
    expect(refusal(planFile({ version: 2 }))).toContain('version: expected 1, got 2');
    expect(refusal(planFile({ version: undefined }))).toContain('version: expected 1, got nothing');
    expect(refusal(planFile({ engagement: 'evil\n@all', process: 7 }))).toMatch(
      /engagement: .*\n.*process: /,
    );
  });

  it('refuses a file whose actions were changed by hand', () => {
    expect(refusal(planFile({ actions: [] }))).toContain('the file was changed after it was made');
  });

  it('fits a plan that does the same, whoever has created shared labels meanwhile', () => {
    const [file] = parsePlanFiles(planFile(), 'plan.json') ?? [];

    expect(planDifference(file!, { engagement: 'SOW-1', actions: [link] })).toEqual([]);
  });

  it('names what differs', () => {
    const [file] = parsePlanFiles(planFile(), 'plan.json') ?? [];
    const other: Action = { kind: 'add-link', from: 'second', to: 'last' };

    expect(planDifference(file!, { engagement: 'SOW-1', actions: [other] })).toEqual([
      'needed now: add-link second last',
      'no longer needed: add-link first second',
    ]);
  });

  it('is no difference when nothing is left to do', () => {
    expect(
      planDifference(parsePlanFiles(planFile(), 'plan.json')![0]!, { engagement: 'SOW-1', actions: [] }),
    ).toEqual([]);
  });
});

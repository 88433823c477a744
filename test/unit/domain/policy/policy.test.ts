import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '#domain/base/settings.ts';
import type { Action } from '#domain/plan/action.ts';
import { judge } from '#domain/policy/policy.ts';

const { policy } = DEFAULT_SETTINGS;

function reopened(count: number): readonly Action[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'update-issue',
    step: `step-${index}`,
    addLabels: [],
    removeLabels: [],
    state: 'opened',
    block: null,
    assignee: null,
    dueDate: null,
    joinEpic: false,
    evidence: [],
    why: ['reopen'],
  }));
}

describe('a brake', () => {
  const many = reopened(policy.brakes.reopen + 1);

  it('stops more changes of one kind than usual, unless somebody has looked', () => {
    expect(judge({ actions: many, turn: null }, policy)).toMatchObject({ kind: 'braked' });
    expect(judge({ actions: many, turn: null }, policy, true)).toEqual({ kind: 'go' });
    expect(judge({ actions: many.slice(1), turn: null }, policy)).toEqual({ kind: 'go' });
  });

  it('stops nothing that a manager has agreed to: the end of an engagement, and taking it up again', () => {
    expect(judge({ actions: many, turn: 'take-up' }, policy)).toEqual({ kind: 'go' });
    expect(judge({ actions: many, turn: 'withdraw' }, policy)).toEqual({ kind: 'go' });
    expect(judge({ actions: many, turn: 'take-up' }, { ...policy, mode: 'shadow' })).toEqual({
      kind: 'shadow',
    });
  });
});

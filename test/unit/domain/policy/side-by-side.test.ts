import { describe, expect, it } from 'vitest';
import type { Action } from '#domain/plan/action.ts';
import { sideBySide } from '#domain/policy/side-by-side.ts';

const of = (kind: Action['kind'], changes: object = {}): Action =>
  ({ kind, joinEpic: false, ...changes }) as unknown as Action;

describe('actions side by side', () => {
  it('are labels, links, and changes of different issues', () => {
    const plan = [
      of('create-label'),
      of('create-label'),
      of('add-link'),
      of('add-link'),
      of('update-issue', { step: 'a' }),
      of('update-issue', { step: 'b' }),
    ];

    expect(sideBySide(plan).map((group) => group.length)).toEqual([2, 2, 2]);
  });

  it('never are new children of the epic, nor two changes of one issue, nor what joins the epic', () => {
    const plan = [
      of('create-epic'),
      of('create-issue', { step: 'b' }),
      of('create-issue', { step: 'a' }),
      of('update-issue', { step: 'a' }),
      of('update-issue', { step: 'a' }),
      of('update-issue', { step: 'b', joinEpic: true }),
      of('update-issue', { step: 'c', joinEpic: true }),
    ];

    expect(sideBySide(plan).map((group) => group.length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  it('keep what explains a change before that change', () => {
    const plan = [
      of('update-issue', { step: 'a' }),
      of('write-note', { target: { kind: 'step', step: 'b' } }),
      of('update-issue', { step: 'b' }),
    ];

    expect(sideBySide(plan)).toEqual(plan.map((action) => [action]));
  });
});

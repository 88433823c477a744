import { describe, expect, it } from 'vitest';
import { blockChange } from '#domain/plan/changes.ts';
import { writeManagedBlock } from '#domain/text/managed-block.ts';
import { stepReference } from '#domain/text/references.ts';
import { anEpic, anIssue } from '#test/support/builders.ts';

const STEP = { kind: 'step', engagement: 'SOW-1', process: 'sample', profile: null, step: 'second' } as const;
const EPIC = { ...STEP, kind: 'epic', step: null } as const;
const DESIRED = `Waits for ${stepReference('first')} First to be done.`;
const ISSUES = new Map([['first', anIssue('first', { iid: 3 })]]);
const NONE = { issues: new Map(), coming: new Set(['first']) } as const;
const THERE = { issues: ISSUES, coming: new Set<string>() } as const;

describe('the kept lines of an issue that mention another', () => {
  it.each<[string, string, typeof NONE | typeof THERE, boolean]>([
    ['have its number', 'Waits for #3 First to be done.', THERE, false],
    ['were written before it existed', 'Waits for First to be done.', THERE, false],
    ['were written before it existed, and it is made now', 'Waits for First to be done.', NONE, false],
    ['have the number of one before it', 'Waits for #2 First to be done.', THERE, true],
    ['have a number, and it is made anew', 'Waits for #2 First to be done.', NONE, true],
    ['say something else', 'Waits for nothing.', THERE, true],
  ])('are written only where they say something else: %s (%j)', (_what, current, steps, isWritten) => {
    const issue = anIssue('second', { description: writeManagedBlock('', STEP, current) });

    expect(blockChange(issue, STEP, DESIRED, steps)).toBe(isWritten ? DESIRED : null);
  });

  it('are written with the number in an epic, which is completed when all issues are there', () => {
    const epic = anEpic({ description: writeManagedBlock('', EPIC, 'Waits for First to be done.') });

    expect(blockChange(epic, EPIC, DESIRED, THERE)).toBe(DESIRED);
  });
});

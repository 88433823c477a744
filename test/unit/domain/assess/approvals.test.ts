import { describe, expect, it } from 'vitest';
import {
  type ApprovalFacts,
  approvalGate,
  approvalsSeen,
  isApproved,
  readApprovals,
} from '#domain/assess/approvals.ts';
import { assess } from '#domain/assess/assess.ts';
import type { ActualUser } from '#domain/engagement/state.ts';
import type { ApprovalRule } from '#domain/process/process.ts';
import { identify } from '#domain/record/identify.ts';
import { type Approval, NO_RULINGS } from '#domain/rulings/rulings.ts';
import { aDoneWhen, anIssue, aProcess, aSow, aState, aStep, someSettings } from '#test/support/builders.ts';

const ROLES = { manager: ['mira'], finance: ['fin', 'flo'], legal: [] };
const IDS = new Map([
  ['mira', 2],
  ['fin', 3],
  ['flo', 4],
  ['eli', 5],
]);
const MANAGER = rule('manager');
const FINANCE = rule('finance');

function rule(role: string, changes: Partial<ApprovalRule> = {}): ApprovalRule {
  return { role, count: 1, self: false, ...changes };
}

function user(username: string): ActualUser {
  return { id: IDS.get(username) ?? 99, username };
}

function by(username: string, roles?: readonly string[], changes: Partial<Approval> = {}): Approval {
  return {
    step: 'contract',
    by: username,
    byId: user(username).id,
    on: '2026-11-04',
    note: 11,
    ...(roles === undefined ? {} : { roles: [...roles] }),
    ...changes,
  };
}

function facts(approvals: readonly Approval[], changes: Partial<ApprovalFacts> = {}): ApprovalFacts {
  const settings = someSettings({ roles: ROLES });
  return {
    key: 'contract',
    approvals,
    doers: [],
    doersOf: () => [],
    sources: { sow: aSow() },
    settings,
    today: '2026-11-05',
    ...changes,
  };
}

function approved(rules: readonly ApprovalRule[], given: ApprovalFacts): Record<string, boolean> {
  return Object.fromEntries(readApprovals(rules, given).map((one) => [one.rule.role, isApproved(one)]));
}

describe('approvals of several roles', () => {
  it('are each asked for, and an approval counts for the roles it was given for', () => {
    expect(approved([MANAGER, FINANCE], facts([]))).toEqual({ manager: false, finance: false });
    expect(approved([MANAGER, FINANCE], facts([by('fin', ['finance'])]))).toEqual({
      manager: false,
      finance: true,
    });
  });

  it('are all given by one person who has all the roles', () => {
    expect(approved([MANAGER, FINANCE], facts([by('mira', ['manager', 'finance'])]))).toEqual({
      manager: true,
      finance: true,
    });
  });

  it('take an approval that is older than several roles for the first of them', () => {
    expect(approved([MANAGER, FINANCE], facts([by('mira')]))).toEqual({ manager: true, finance: false });
  });

  it('count different people where a role asks for several', () => {
    const two = [rule('finance', { count: 2 })];

    expect(approved(two, facts([by('fin', ['finance']), by('fin', ['finance'])]))).toEqual({
      finance: false,
    });
    expect(approved(two, facts([by('fin', ['finance']), by('flo', ['finance'])]))).toEqual({ finance: true });
  });

  it('do not count whoever did the step, nor whoever did the step they are about', () => {
    const notAuthor = [rule('manager', { self: true, not_by: ['estimate'] })];
    const isMira = facts([by('mira', ['manager'])], { doers: [user('mira')] });

    expect(approved([MANAGER], isMira)).toEqual({ manager: false });
    expect(approved(notAuthor, isMira)).toEqual({ manager: true });
    expect(approved(notAuthor, { ...isMira, doersOf: () => [user('mira')] })).toEqual({ manager: false });
  });

  it('expire each in its own time', () => {
    const rules = [rule('manager', { expires_working_days: 2 }), FINANCE];
    const later = facts([by('mira', ['manager']), by('fin', ['finance'])], { today: '2026-11-09' });

    expect(approved(rules, later)).toEqual({ manager: false, finance: true });
  });

  it('are done without, one by one, where the manager says so', () => {
    const waived = facts([by('mira', ['finance'], { waived: 'they are away' })]);

    expect(approved([MANAGER, FINANCE], waived)).toEqual({ manager: false, finance: true });
    expect(approvalsSeen(readApprovals([MANAGER, FINANCE], waived))).toEqual([
      { role: 'manager', by: null, on: null, waived: null },
      { role: 'finance', by: 'mira', on: '2026-11-04', waived: 'they are away' },
    ]);
  });

  it('tell the ways out where nobody has the role: no other role stands in', () => {
    const [gate] = readApprovals([rule('legal')], facts([])).map(approvalGate);

    expect(gate?.problem).toBe('the approval by somebody with the role legal is missing');
    expect(gate?.todo).toBe(
      'Nobody has the role legal, and no other role stands in for it: name somebody (/ps assign legal @user, or roles in procession.yml), or let the manager do without (/ps waive approval legal <reason>)',
    );
  });

  it('tell the ways out where the only one who has the role did the step', () => {
    const [gate] = readApprovals([MANAGER], facts([], { doers: [user('mira')] })).map(approvalGate);

    expect(gate?.todo).toContain('Nobody else has the role manager');
  });

  it('ask those who have not approved yet', () => {
    const two = [rule('finance', { count: 2, label: 'approved::finance' })];
    const [gate] = readApprovals(two, facts([by('fin', ['finance'])])).map(approvalGate);

    expect(gate).toMatchObject({
      seen: 'approved by fin on 2026-11-04',
      problem: 'the approval by 2 with the role finance is missing (approved by fin on 2026-11-04)',
    });
    expect(gate?.todo).toMatch(
      /^Ask flo, who did not do the step, to comment \/ps approve or to set the label/,
    );
  });
});

describe('a step with approvals', () => {
  const LARGE = { 'hours.scoped': { at_least: 500 } };
  const process = aProcess({
    steps: [
      aStep('estimate'),
      aStep('contract', {
        after: [{ step: 'estimate', until: 'done' }],
        done_when: aDoneWhen({
          approvals: [
            rule('manager', { self: true, not_by: ['estimate'] }),
            rule('finance', { when: LARGE }),
          ],
        }),
      }),
    ],
    closeWhen: ['contract'],
  });

  function contract(hours: number, approvals: readonly Approval[] = []) {
    const state = aState({
      issues: [
        anIssue('estimate', { state: 'closed', assignees: [user('eli')], closedBy: user('mira') }),
        anIssue('contract', { state: 'closed', assignees: [user('mira')] }),
      ],
    });
    const { steps } = assess({
      engagement: 'SOW-1',
      process,
      sow: { ...aSow(), hours: { scoped: hours } },
      found: identify(state),
      settings: someSettings({ roles: ROLES }),
      today: '2026-11-05',
      rulings: { ...NO_RULINGS, approvals: [...approvals] },
    });
    return steps.find(({ key }) => key === 'contract');
  }

  it('asks for one with SOWs like that alone, and never shows the limit', () => {
    expect(contract(499)?.approvals.map(({ rule: { role } }) => role)).toEqual(['manager']);
    const large = contract(500);
    expect(large?.approvals.map(({ rule: { role } }) => role)).toEqual(['manager', 'finance']);
    expect(JSON.stringify(large?.gates)).not.toContain('500');
  });

  it('does not count whoever closed the step that is approved', () => {
    expect(contract(1, [by('mira', ['manager'])])?.gates).toMatchObject([{ problem: expect.any(String) }]);
  });
});

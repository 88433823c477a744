import { describe, expect, it } from 'vitest';
import { assess } from '#domain/assess/assess.ts';
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import { checkEngagement, type EngagementCheck, findingsOf } from '#domain/explain/check.ts';
import { identify } from '#domain/record/identify.ts';
import { anEpic, anIssue, aProcess, aSow, aState, someSettings } from '#test/support/builders.ts';

function check(
  issues: readonly ActualIssue[],
  { epic = {}, until = null }: { epic?: Partial<ActualEpic>; until?: string | null } = {},
): EngagementCheck {
  const found = identify(aState({ epics: [anEpic(epic)], issues }));
  const assessment = assess({
    engagement: 'SOW-1',
    today: '2026-11-20',
    process: aProcess(),
    sow: aSow(),
    found,
    settings: someSettings(),
  });
  return checkEngagement(assessment, found, until);
}

function rules(result: EngagementCheck): readonly string[] {
  return findingsOf(result).map(({ rule }) => rule);
}

const firstDone = anIssue('first', { iid: 1, state: 'closed' });

describe('domain/check', () => {
  it('finds nothing while people keep the order', () => {
    expect(rules(check([firstDone, anIssue('second', { iid: 2 })]))).toEqual([]);
  });

  it('says what a step closed too early still lacks, and what to do', () => {
    const second = anIssue('second', {
      iid: 2,
      state: 'closed',
      closedBy: { id: 5, username: 'eli' },
      description: `${anIssue('second').description.replace('[x]', '[ ]')}\n\n| Evidence | Value |\n|---|---|\n| Held on | |`,
    });

    const [finding] = findingsOf(check([anIssue('first', { iid: 1 }), second]));

    expect(finding).toEqual({
      rule: 'closed-too-early',
      message: 'second was closed by eli although something is still missing',
      missing: [
        'first (services/engagements#1) is not done',
        'not ticked: Do it',
        'evidence "Held on" is empty',
      ],
      fix: [
        'Finish first (services/engagements#1)',
        'Tick the open item, or write [~] if it does not apply',
        'Fill in "Held on" in the evidence table',
      ],
    });
  });

  it('finds a step that was moved on while it is blocked', () => {
    const moved = anIssue('second', { iid: 2, labels: ['SOW-1', 'workflow::in progress'] });

    expect(rules(check([anIssue('first', { iid: 1 }), moved]))).toEqual(['started-while-blocked']);
  });

  it('finds an epic that was closed before its gates', () => {
    const result = check([firstDone], { epic: { state: 'closed' } });

    expect(result.findings).toEqual([
      {
        rule: 'epic-closed-early',
        message: 'The epic is closed although not every closing step is done',
        missing: ['last is not done'],
        fix: ['Finish last'],
      },
    ]);
  });

  it('wants the step named in --until done, and says what is missing', () => {
    expect(rules(check([firstDone], { until: 'first' }))).toEqual([]);
    expect(findingsOf(check([anIssue('first', { iid: 1 })], { until: 'first' }))).toEqual([
      {
        rule: 'not-done-yet',
        message: 'first must be done by now and is ready',
        missing: ['its issue is not closed'],
        fix: ['Close its issue'],
      },
    ]);
  });

  it('does not complain twice about a step that was closed too early and is waited for', () => {
    const early = anIssue('second', { iid: 2, state: 'closed' });

    expect(rules(check([firstDone, early], { until: 'second' }))).toEqual(['closed-too-early']);
  });

  it('passes over a step that does not apply', () => {
    expect(rules(check([firstDone], { until: 'somewhere-else' }))).toEqual([]);
  });
});

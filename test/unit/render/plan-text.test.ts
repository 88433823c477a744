import { describe, expect, it } from 'vitest';
import { assess } from '#domain/assess/assess.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import { plan } from '#domain/plan/plan.ts';
import { identify } from '#domain/record/identify.ts';
import { plain } from '#render/paint.ts';
import { doneText, summaryLine, summaryOf } from '#render/plan-summary.ts';
import { type PlanContext, planText } from '#render/plan-text.ts';
import { anEpic, anIssue, aPlanInput, aProcess, aSow, aState, someSettings } from '#test/support/builders.ts';

function planned(state: ActualState): PlanContext {
  const settings = someSettings();
  const found = identify(state);
  const assessment = assess({
    engagement: 'SOW-1',
    today: '2026-11-20',
    process: aProcess(),
    sow: aSow(),
    found,
    settings,
  });
  return {
    plan: plan(aPlanInput({ assessment, found }, settings)),
    assessment,
    found,
    settings,
  };
}

const launch = planned(aState({ epics: [] }));

describe('report/plan-text', () => {
  it('shows a launch: the epic first, then each step with its links', () => {
    const text = planText(launch, plain);

    expect(text).toContain('+ epic: SOW-1 Example Bakery');
    expect(text).toContain('  + second\n      title     second (SOW-1)');
    expect(text).toContain('      ⇒ blocked by first');
    expect(text).toMatch(/assignee {2}mira \(role manager\)/);
    expect(text.split('\n').at(-1)).toBe('Plan: 5 to create, 3 links, 0 to change.');
  });

  it('shows changes with their reason, and notes', () => {
    const early = anIssue('second', {
      iid: 2,
      state: 'closed',
      labels: ['SOW-1', 'step::second', 'role::engineer', 'workflow::done'],
    });
    const rest = ['first', 'talks', 'last'].map((step, index) => anIssue(step, { iid: index + 3 }));

    const text = planText(planned(aState({ issues: [early, ...rest] })), plain);

    expect(text).toMatch(
      /second services\/engagements#2\n {6}⇒ blocked by first\n {6}✎ note closed-too-early: This step was closed/,
    );
    expect(text).toMatch(/~ issue: reopen: something it needs is missing, done → blocked/);
  });

  it('shows where in the epic a step comes that is made later', () => {
    const actions = [{ kind: 'place-issues', places: [{ step: 'second', after: 'first' }] } as const];

    expect(planText({ ...launch, plan: { engagement: 'SOW-1', actions } }, plain)).toContain(
      '    second\n      ~ place in the epic: after first\n',
    );
  });

  it('says so when there is nothing to do', () => {
    expect(
      planText(
        { ...launch, plan: { engagement: 'SOW-1', actions: [] }, found: { ...launch.found, epic: anEpic() } },
        plain,
      ),
    ).toBe('Nothing to do.');
  });

  it('lets no title steer the terminal', () => {
    const { assessment } = launch;
    const actions = [
      {
        kind: 'create-epic',
        holder: 'epic',
        title: 'SOW-1 \u001B[2Jx\u202Ey',
        description: '',
        labels: [],
        startDate: null,
        confidential: false,
        dueDate: null,
        record: { text: '{}', steps: [] },
      },
    ] as const;

    const text = planText(
      { ...launch, assessment: { ...assessment, steps: [] }, plan: { engagement: 'SOW-1', actions } },
      plain,
    );

    expect(text).toContain(String.raw`SOW-1 \u{1b}[2Jx\u{202e}y`);
  });
});

describe('report/plan-summary', () => {
  it('counts the epic and the issues as created, shared labels apart', () => {
    expect(summaryOf(launch.plan)).toMatchObject({ create: 5, link: 3, change: 0, close: 0, note: 0 });
    expect(summaryOf(launch.plan).label).toBeGreaterThan(5);
  });

  it('mentions closing and notes only where there are some', () => {
    const summary = { create: 0, link: 1, change: 2, close: 1, note: 1, label: 0, pipeline: 0 };

    expect(summaryLine(summary)).toBe('Plan: 0 to create, 1 link, 2 to change, 1 to close, 1 note.');
    expect(doneText({ ...summary, close: 0, note: 0 })).toBe('0 created, 1 link, 2 changed');
  });
});

import { describe, expect, it } from 'vitest';
import { assess } from '#domain/assess/assess.ts';
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import { type Explanation, explain, type StepExplanation } from '#domain/explain/explain.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { identify } from '#domain/record/identify.ts';
import { anEpic, anIssue, aProcess, aSow, aState, aStep, someSettings } from '#test/support/builders.ts';

interface Given {
  readonly issues?: readonly ActualIssue[];
  readonly epics?: readonly ActualEpic[];
  readonly process?: ProcessDefinition;
}

function explanation({ issues = [], epics = [anEpic()], process = aProcess() }: Given = {}): Explanation {
  const found = identify(aState({ epics, issues }));
  const settings = someSettings();
  return explain({
    assessment: assess({ engagement: 'SOW-1', today: '2026-11-20', process, sow: aSow(), found, settings }),
    found,
    settings,
  });
}

function step(whole: Explanation, key: string): Extract<StepExplanation, { included: true }> {
  const found = whole.steps.find((candidate) => candidate.step === key);
  if (found?.included !== true) throw new Error(`${key} is not included`);
  return found;
}

const firstDone = anIssue('first', {
  iid: 1,
  state: 'closed',
  closedAt: '2026-11-05T10:00:00Z',
  closedBy: { id: 5, username: 'mira' },
});

describe('domain/explain', () => {
  it('says who waits for whom, with the state seen', () => {
    const second = step(
      explanation({
        issues: [anIssue('first', { iid: 1 }), anIssue('second', { iid: 2, labels: ['workflow::ready'] })],
      }),
      'second',
    );

    expect(second.predecessors).toEqual([
      { step: 'first', title: 'first', until: 'done', state: 'ready', fulfilled: false },
    ]);
    expect(second.label).toEqual({ now: ['ready'], byFacts: 'blocked' });
    expect(second.verdict).toBe(
      'blocked: waits for first (services/engagements#1) to be done (its label says "ready"; the next run corrects it)',
    );
    expect(second.wouldChange).toContain('Finish first (services/engagements#1)');
  });

  it('says by whom and when a step was finished', () => {
    const first = step(explanation({ issues: [firstDone] }), 'first');

    expect(first.done).toBe(true);
    expect(first.verdict).toContain('done: closed by mira on 2026-11-05 with everything it asks for');
  });

  it('shows the evidence with the value seen', () => {
    const second = anIssue('second', {
      iid: 2,
      description: '| Held on | soon |',
      labels: ['workflow::ready'],
    });
    const marked = {
      ...second,
      description: `${anIssue('second').description}\n\n| Evidence | Value |\n|---|---|\n| Held on | soon |\n`,
    };

    const seen = step(explanation({ issues: [firstDone, marked] }), 'second');

    expect(seen.evidence).toEqual([{ field: 'Held on', value: 'soon', problem: 'not-a-date' }]);
    expect(seen.wouldChange).toEqual(['Correct "Held on" in the evidence table', 'Close its issue']);
  });

  it('says which condition keeps a step out, and the value of the SOW', () => {
    const process = aProcess({
      steps: [...aProcess().steps, aStep('on-prem-only', { when: { deployment: 'on-prem' } })],
    });

    const left = explanation({ process }).steps.find((candidate) => candidate.step === 'on-prem-only');

    expect(left).toEqual({
      included: false,
      step: 'on-prem-only',
      title: 'on prem only',
      condition: {
        text: 'deployment is on-prem',
        checks: [{ path: 'deployment', expected: 'on-prem', seen: 'aws', holds: false }],
      },
      why: 'only when deployment is on-prem; the SOW has deployment aws',
      wouldChange: [
        'It belongs to engagements where deployment is on-prem: change the SOW and apply it again',
      ],
    });
  });

  it('says which rule gave the due date', () => {
    const due = [
      { from: 'sow_start', working_days: 0 },
      { from: 'closed_won', working_days: 3 },
    ];
    const process = aProcess({ steps: [aStep('first', { due })], closeWhen: ['first'] });

    const planned = step(explanation({ process, epics: [] }), 'first').due;
    const moved = step(
      explanation({ process, issues: [anIssue('first', { dueDate: '2026-12-24' })] }),
      'first',
    ).due;

    expect(planned).toEqual({
      beforeItsTurn: [],
      date: '2026-11-09',
      late: null,
      planned: '2026-11-09',
      why: '3 working days after closed_won 2026-11-04',
      rules: [
        { from: 'sow_start', workingDays: 0, anchor: null, notBefore: null, notAfter: null, used: false },
        {
          from: 'closed_won',
          workingDays: 3,
          anchor: '2026-11-04',
          notBefore: null,
          notAfter: null,
          used: true,
        },
      ],
    });
    expect(moved.why).toBe(
      'set by people, or by Procession before the SOW changed; the rules give 2026-11-09',
    );
  });

  it('says what the epic waits for', () => {
    expect(explanation().epic).toMatchObject({
      verdict: 'open: it closes by itself when last is done',
      gates: [{ step: 'last', done: false }],
      complete: false,
    });
    expect(explanation({ epics: [] }).epic.verdict).toBe('not created yet');
    expect(explanation({ epics: [anEpic({ state: 'closed' })] }).epic.verdict).toBe(
      'closed too early: it waits for last',
    );
  });

  it('names issues that carry our marker but were made by somebody else', () => {
    const foreign = anIssue('second', { iid: 9, author: { id: 77, username: 'mallory' } });

    expect(explanation({ issues: [foreign] }).epic.leftAlone).toEqual(['services/engagements#9']);
  });
});

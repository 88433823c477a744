import { describe, expect, it } from 'vitest';
import { assess } from '#domain/assess/assess.ts';
import { explain } from '#domain/explain/explain.ts';
import { identify } from '#domain/record/identify.ts';
import { NO_RULINGS } from '#domain/rulings/rulings.ts';
import { explainText } from '#render/explain-text.ts';
import { plain } from '#render/paint.ts';
import { anIssue, aProcess, aSow, aState, aStep, someSettings } from '#test/support/builders.ts';

describe('report/explain-text', () => {
  it('reads like an answer: verdict, facts, what would change it', () => {
    const process = aProcess({
      steps: [...aProcess().steps, aStep('elsewhere', { when: { 'customer.region': 'EMEA' } })],
    });
    const settings = someSettings();
    const found = identify(
      aState({
        issues: [
          anIssue('first', {
            iid: 1,
            labels: ['workflow::ready'],
            description: anIssue('first').description.replace('[x]', '[ ]'),
          }),
        ],
      }),
    );

    const text = explainText(
      explain({
        assessment: assess({
          engagement: 'SOW-1',
          today: '2026-11-20',
          process,
          sow: aSow(),
          found,
          settings,
        }),
        found,
        settings,
      }),
      plain,
    );

    expect(text).toContain('SOW-1 · Sample (sample)');
    expect(text).toContain(
      'Epic: open: it closes by itself when last is done https://gitlab.test/groups/services/-/epics/3\n  ✗ closes when last is done: blocked',
    );
    expect(text).toContain(
      [
        'first (first): ready: nothing is in the way',
        '  issue services/engagements#1 open   label ready',
        '  owner mira (role manager)   due none (no rule applies)',
        '  ✗ checklist 0 of 1 ticked',
        '      [ ] Do it',
        '  → Tick the open item, or write [~] if it does not apply.',
        '  → Close its issue.',
      ].join('\n'),
    );
    expect(text).toContain(
      'elsewhere (elsewhere): not in this engagement\n  ✗ only when customer.region is EMEA: the SOW has nothing',
    );
  });

  it('says who was reminded, who will be, and why the health is what it is', () => {
    const settings = someSettings();
    const issue = anIssue('first', { labels: ['workflow::ready'], dueDate: '2026-11-06' });
    const found = identify(aState({ issues: [issue] }));
    const assessment = assess({
      engagement: 'SOW-1',
      today: '2026-11-10',
      process: aProcess(),
      sow: aSow(),
      found,
      settings,
      rulings: {
        ...NO_RULINGS,
        reminders: [{ step: 'first', stage: 'late', date: '2026-11-06', on: '2026-11-09' }],
      },
    });

    const text = explainText(explain({ assessment, found, settings }), plain);

    expect(text).toContain(
      '  health needs attention (by the facts)\n      first was due on 2026-11-06, more than 1 working day ago',
    );
    expect(text).toContain(
      '  reminders last on 2026-11-09 (after the due date), next on 2026-11-11 (to the manager too) if nothing happens',
    );
  });

  it('calls the steps that decide the end by their titles, also where one step alone is explained', () => {
    const settings = someSettings();
    const process = aProcess({
      steps: [
        aStep('first', { title: 'Plan' }),
        aStep('last', { title: 'Close out', after: [{ step: 'first', until: 'done' }] }),
      ],
      closeWhen: ['last'],
    });
    const found = identify(aState({ issues: [anIssue('first'), anIssue('last')] }));
    const assessment = assess({
      engagement: 'SOW-1',
      today: '2026-11-10',
      process,
      sow: aSow(),
      found,
      settings,
    });

    const path = { forecastEnd: '2026-12-01', criticalPath: ['first', 'last'] };
    const text = explainText({ ...explain({ assessment, found, settings }), ...path }, plain, 'last');

    expect(text).toContain('decided by Plan → Close out');
    expect(text).not.toContain('Plan (first)');
  });
});

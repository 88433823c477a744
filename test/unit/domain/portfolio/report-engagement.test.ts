import { describe, expect, it } from 'vitest';
import { assess } from '#domain/assess/assess.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import { DEFAULT_CALENDAR } from '#domain/base/calendar.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import { EngagementReport } from '#domain/portfolio/engagement-report.ts';
import { reportEngagement } from '#domain/portfolio/report-engagement.ts';
import { identify } from '#domain/record/identify.ts';
import { NO_RULINGS, type Rulings } from '#domain/rulings/rulings.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { anEpic, anIssue, aProcess, aSow, aState, someSettings } from '#test/support/builders.ts';

interface Given {
  readonly issues?: readonly ActualIssue[];
  readonly epic?: Partial<ActualEpic>;
  readonly sow?: Sow;
  readonly settings?: Partial<Settings>;
  readonly at?: string;
  readonly rulings?: Partial<Rulings>;
  readonly assessment?: (assessment: Assessment) => Assessment;
}

function report(given: Given = {}): EngagementReport {
  const settings = someSettings(given.settings);
  const found = identify(aState({ epics: [anEpic(given.epic)], issues: given.issues ?? [] }));
  const assessment = assess({
    engagement: 'SOW-1',
    process: aProcess(),
    sow: given.sow ?? aSow(),
    found,
    settings,
    today: (given.at ?? '2026-11-20T12:00:00Z').slice(0, 10),
    ...(given.rulings === undefined ? {} : { rulings: { ...NO_RULINGS, ...given.rulings } }),
  });
  return reportEngagement(given.assessment?.(assessment) ?? assessment, found, {
    settings,
    at: given.at ?? '2026-11-20T12:00:00Z',
  });
}

const first = (changes: Partial<ActualIssue> = {}): ActualIssue => anIssue('first', { iid: 1, ...changes });
const closedFirst = first({ state: 'closed', closedAt: '2026-11-10T08:00:00.000Z' });
const second = (changes: Partial<ActualIssue> = {}): ActualIssue => anIssue('second', { iid: 2, ...changes });

const step = (key: string, given: Given) => report(given).steps.find((candidate) => candidate.step === key);

describe('the report on an engagement', () => {
  it.each<[string, Given]>([
    ['nothing but an epic', {}],
    ['a step at work', { issues: [closedFirst, second()] }],
    [
      'closed too early',
      { issues: [first(), second({ state: 'closed', closedAt: '2026-11-10T08:00:00.000Z' })] },
    ],
  ])('is as its schema says: %s', (_, given) => {
    const made = report(given);

    expect(EngagementReport.parse(made)).toEqual(made);
  });

  it('counts a turn from the moment the last step before it was closed', () => {
    expect(step('second', { issues: [closedFirst, second()] })?.since).toEqual({
      at: '2026-11-10T08:00:00.000Z',
      days: 10,
      exact: true,
    });
  });

  it('counts it from the making of the issue where nothing comes before, or it was made later', () => {
    expect(step('first', { issues: [first()] })?.since).toMatchObject({
      at: '2026-11-04T09:00:00Z',
      days: 16,
    });
    expect(
      step('second', { issues: [closedFirst, second({ createdAt: '2026-11-12T09:00:00Z' })] })?.since,
    ).toMatchObject({ at: '2026-11-12T09:00:00Z' });
  });

  it('says that it is not exact after a step that was waived, which leaves no mark in the lists', () => {
    const made = step('second', {
      issues: [first(), second()],
      assessment: (assessment) => ({
        ...assessment,
        steps: assessment.steps.map((status) =>
          status.key === 'first' ? { ...status, state: 'waived', done: true } : { ...status, state: 'ready' },
        ),
      }),
    });

    expect(made?.since).toMatchObject({ at: '2026-11-04T09:00:00Z', exact: false });
  });

  it('gives a step that cannot begin no such moment', () => {
    expect(step('second', { issues: [first(), second()] })?.since).toBeNull();
  });

  it('counts days by the calendar of the settings', () => {
    const late = { issues: [closedFirst, second()], at: '2026-11-10T23:30:00Z' };
    const berlin = { calendar: { ...DEFAULT_CALENDAR, timeZone: 'Europe/Berlin', weekend: [] } };

    expect(step('second', late)?.since?.days).toBe(0);
    expect(step('second', { ...late, settings: berlin })?.since?.days).toBe(1);
  });

  it('is not late on the day it is due, and late the day after', () => {
    const issues = [first({ dueDate: '2026-11-20' })];

    expect(report({ issues }).late).toEqual([]);
    expect(report({ issues }).nextDue).toMatchObject({ step: 'first', inDays: 0 });
    expect(report({ issues, at: '2026-11-21T12:00:00Z' })).toMatchObject({
      late: [{ step: 'first', daysLate: 1, turn: true }],
      nextDue: null,
    });
  });

  it('says of a blocked step that it is not late: who blocks it is', () => {
    const made = report({
      issues: [first({ dueDate: '2026-11-12' }), second({ dueDate: '2026-11-10' })],
    });

    expect(made.late).toEqual([
      { step: 'first', title: 'first', due: '2026-11-10', daysLate: 10, turn: true },
    ]);
    expect(made.steps.map(({ step, daysLate }) => [step, daysLate])).toEqual([
      ['first', 10],
      ['second', 0],
      ['talks', 0],
      ['last', 0],
    ]);
  });

  it('gives a step that became ready after its date one working day more', () => {
    const issues = [
      first({ state: 'closed', closedAt: '2026-11-19T08:00:00.000Z' }),
      second({ dueDate: '2026-11-10' }),
    ];

    expect(report({ issues, at: '2026-11-20T12:00:00Z' }).late).toEqual([]);
    expect(report({ issues, at: '2026-11-23T12:00:00Z' }).late).toMatchObject([
      { step: 'second', due: '2026-11-10', daysLate: 3 },
    ]);
  });

  it('names no date of a tracker as the next one due', () => {
    const talks = anIssue('talks', { iid: 3, dueDate: '2026-11-23' });

    expect(report({ issues: [closedFirst, second({ dueDate: '2026-11-25' }), talks] }).nextDue).toMatchObject(
      {
        step: 'second',
      },
    );
    expect(report({ issues: [closedFirst, second(), talks] }).nextDue).toBeNull();
  });

  it('says the same health as its days of lateness, also while the label of the epic is old', () => {
    const late = report({
      issues: [first({ dueDate: '2026-11-12' })],
      epic: { labels: ['SOW-1', 'process::sample', 'health::on track'] },
    });

    expect(late).toMatchObject({ late: [{ daysLate: 8 }], health: 'at risk' });
  });

  it('counts nothing late that is done', () => {
    expect(
      report({
        issues: [first({ state: 'closed', closedAt: '2026-11-10T08:00:00.000Z', dueDate: '2026-11-05' })],
      }).late,
    ).toEqual([]);
  });

  it.each<[string, Given, object[]]>([
    [
      'the assignees',
      { issues: [first({ assignees: [{ id: 5, username: 'noor' }] })] },
      [{ kind: 'user', name: 'noor' }],
    ],
    ['else the holder of the role', { issues: [first()] }, [{ kind: 'user', name: 'mira' }]],
    [
      'else the person the SOW names, who has no user in GitLab',
      {
        issues: [first()],
        sow: aSow({ contacts: { ...aSow().contacts, ours: { manager: { name: 'Mira Muster' } } } }),
      },
      [{ kind: 'name', name: 'Mira Muster' }],
    ],
    ['else the role', { issues: [first()], settings: { roles: {} } }, [{ kind: 'role', name: 'manager' }]],
  ])('waits for %s', (_, given, who) => {
    expect(report(given).waitingFor[0]?.who).toEqual(who);
  });

  it('says when a step waits for somebody outside the team', () => {
    const { waitingFor } = report({ issues: [first({ labels: ['SOW-1', 'workflow::waiting'] })] });

    expect(waitingFor).toEqual([expect.objectContaining({ step: 'first', outside: true })]);
  });

  it('waits for what runs alongside only when nothing else is to be done', () => {
    const talks = anIssue('talks', { iid: 3 });

    expect(report({ issues: [closedFirst, second(), talks] }).waitingFor.map((turn) => turn.step)).toEqual([
      'second',
    ]);
  });

  it.each<[readonly string[], string | null]>([
    [['health::at risk'], 'at risk'],
    [[], 'on track'],
    [['health::fine'], null],
    [['health::at risk', 'health::on track'], 'at risk'],
  ])('says the health as the epic does, with the labels %j', (labels, health) => {
    expect(report({ epic: { labels: ['SOW-1', 'process::sample', ...labels] } }).health).toBe(health);
  });

  it('keeps what is missing in a confidential issue to itself', () => {
    const early = {
      state: 'closed',
      closedAt: '2026-11-10T08:00:00.000Z',
      description: '- [ ] Raise the price',
    } as const;
    const open = report({
      issues: [{ ...first(), ...early, description: `${first().description}\n- [ ] Raise the price` }],
    });
    const secret = report({
      issues: [
        {
          ...first(),
          ...early,
          description: `${first().description}\n- [ ] Raise the price`,
          confidential: true,
        },
      ],
    });

    expect(JSON.stringify(open)).toContain('Raise the price');
    expect(JSON.stringify(secret)).not.toContain('Raise the price');
    expect(secret.violations).toEqual([
      expect.objectContaining({ rule: 'closed-too-early', fix: ['See its issue, which is confidential'] }),
    ]);
  });

  it('holds no amounts, even where they may be shown in GitLab', () => {
    const made = report({
      sow: aSow({ billing: { rate: 4711, price: 4712 }, opportunity: { amount: 4713 } }),
      settings: { showAmounts: true },
    });

    expect(JSON.stringify(made)).not.toMatch(/471[123]/);
  });

  it('tells who waived a step, when and why, also before it is closed', () => {
    const waiver = {
      step: 'first',
      reason: 'The customer\nhas one',
      skip: false,
      used: false,
      by: 'mira',
      byId: 4,
      on: '2026-11-18',
      note: 1,
    };

    expect(report({ issues: [first()], rulings: { waivers: [waiver] } }).waivers).toEqual([
      { step: 'first', title: 'first', by: 'mira', on: '2026-11-18', reason: 'The customer has one' },
    ]);
  });

  it('tells who put it on hold and why, which is a pause', () => {
    const hold = { reason: 'No budget', by: 'mira', byId: 4, on: '2026-11-18', note: 1 };

    expect(report({ issues: [first()], rulings: { hold } })).toMatchObject({
      paused: true,
      hold: { by: 'mira', on: '2026-11-18', reason: 'No budget' },
    });
  });
});

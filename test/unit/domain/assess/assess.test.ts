import { describe, expect, it } from 'vitest';
import { assess } from '#domain/assess/assess.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import type { PolicyMode } from '#domain/base/settings.ts';
import { DEFAULT_POLICY } from '#domain/base/settings.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import { identify } from '#domain/record/identify.ts';
import { anEpic, anIssue, aProcess, aSow, aState, someSettings } from '#test/support/builders.ts';

const EVIDENCE = '\n| Record | Value |\n|---|---|\n| Held on | 2026-11-05 |\n';

/** What a test says about an issue: `closed`, `open`, with a workflow label, ticked or not, evidence or not. */
interface Facts {
  readonly closed?: boolean;
  readonly label?: string;
  readonly ticked?: boolean;
  readonly evidence?: boolean;
}

function issue(step: string, iid: number, facts: Facts): ActualIssue {
  const base = anIssue(step, { iid });
  const list = facts.ticked === false ? '- [ ] Do it\n' : '- [x] Do it\n';
  return {
    ...base,
    description: `${base.description.replace('- [x] Do it\n', list)}${facts.evidence === false ? '' : EVIDENCE}`,
    state: facts.closed === true ? 'closed' : 'opened',
    labels: [...base.labels, ...(facts.label === undefined ? [] : [`workflow::${facts.label}`])],
  };
}

function assessed(
  facts: Readonly<Record<string, Facts>>,
  options: { epicClosed?: boolean; mode?: PolicyMode } = {},
): Assessment {
  const steps = ['first', 'second', 'talks', 'last'];
  const issues = steps.map((step, index) => issue(step, index + 1, facts[step] ?? {}));
  const found = identify(
    aState({ epics: [anEpic({ state: options.epicClosed === true ? 'closed' : 'opened' })], issues }),
  );
  const settings = someSettings({ policy: { ...DEFAULT_POLICY, mode: options.mode ?? 'enforce' } });
  return assess({
    engagement: 'SOW-1',
    today: '2026-11-20',
    process: aProcess(),
    sow: aSow(),
    found,
    settings,
  });
}

function states(assessment: Assessment): Record<string, string> {
  return Object.fromEntries(assessment.steps.map(({ key, state }) => [key, state]));
}

describe('domain/assess', () => {
  it('makes the first step ready and blocks the rest at launch', () => {
    expect(states(assessed({}))).toEqual({
      first: 'ready',
      second: 'blocked',
      talks: 'blocked',
      last: 'blocked',
    });
  });

  it('makes every direct successor ready when a step is done', () => {
    expect(states(assessed({ first: { closed: true } }))).toEqual({
      first: 'done',
      second: 'ready',
      talks: 'ready',
      last: 'blocked',
    });
  });

  it.each(['in progress', 'waiting'])(
    'keeps what people say about a step that nothing blocks: %s',
    (label) => {
      expect(states(assessed({ first: { label } }))['first']).toBe(label);
    },
  );

  it.each(['blocked', 'done', 'waived'])(
    'does not believe the label %s on an open step that nothing blocks',
    (label) => {
      expect(states(assessed({ first: { label } }))['first']).toBe('ready');
    },
  );

  it('does not accept a step closed while its predecessor is open, nor what follows from it', () => {
    const result = assessed({ second: { closed: true }, last: { closed: true } });

    expect(states(result)).toEqual({ first: 'ready', second: 'blocked', talks: 'blocked', last: 'blocked' });
    expect(
      result.steps.map(({ key, violations }) => [
        key,
        violations.map((violation) => 'waitsFor' in violation && violation.waitsFor),
      ]),
    ).toEqual([
      ['first', []],
      ['second', [['first']]],
      ['talks', []],
      ['last', [['second']]],
    ]);
  });

  it('does not accept a step closed with unticked items', () => {
    const [first] = assessed({ first: { closed: true, ticked: false } }).steps;

    expect(first).toMatchObject({
      state: 'ready',
      done: false,
      violations: [{ rule: 'closed-too-early', unticked: ['Do it'] }],
    });
  });

  it('does not accept a step closed without its evidence', () => {
    const second = assessed({ first: { closed: true }, second: { closed: true, evidence: false } }).steps[1];

    expect(second).toMatchObject({
      state: 'ready',
      violations: [{ rule: 'closed-too-early', evidence: [{ field: 'Held on', problem: 'missing' }] }],
    });
  });

  it('sees a blocked step that was moved to in progress', () => {
    const second = assessed({ second: { label: 'in progress' } }).steps[1];

    expect(second).toMatchObject({
      state: 'blocked',
      violations: [{ rule: 'started-while-blocked', label: 'in progress', waitsFor: ['first'] }],
    });
  });

  it('does not let a step that runs alongside end too soon', () => {
    const talks = assessed({ first: { closed: true }, talks: { closed: true } }).steps[2];

    expect(talks).toMatchObject({ state: 'ready', done: false, violations: [{ until: 'second' }] });
  });

  it('lets a step that runs alongside end once its time is over', () => {
    const talks = assessed({ first: { closed: true }, second: { closed: true }, talks: { closed: true } })
      .steps[2];

    expect(talks).toMatchObject({ state: 'done', violations: [] });
  });

  it('is closed when the closing steps are done, and ends what runs alongside', () => {
    const result = assessed({ first: { closed: true }, second: { closed: true }, last: { closed: true } });

    expect(result).toMatchObject({ closed: true, openClosingSteps: [] });
    expect(states(result)['talks']).toBe('done');
  });

  it('sees an epic that was closed early', () => {
    expect(assessed({}, { epicClosed: true })).toMatchObject({
      closed: false,
      epicClosedEarly: true,
      openClosingSteps: ['last'],
    });
  });

  it('takes closed for done in warn mode, but still names what is missing', () => {
    const [first, second] = assessed({ first: { closed: true, ticked: false } }, { mode: 'warn' }).steps;

    expect(first).toMatchObject({ state: 'done', violations: [{ rule: 'closed-too-early' }] });
    expect(second?.state).toBe('ready');
  });

  it.each([
    [['ready', 'in progress'], 'in progress'],
    [['waiting', 'ready'], 'waiting'],
    [['in progress', 'waiting'], 'ready'],
    [['ready', 'blocked'], 'ready'],
  ])('takes of several states the one that people set: %j is %s', (labels, state) => {
    const first = issue('first', 1, {});
    const several = { ...first, labels: [...first.labels, ...labels.map((label) => `workflow::${label}`)] };
    const found = identify(aState({ issues: [several] }));
    const input = { engagement: 'SOW-1', today: '2026-11-20', process: aProcess(), sow: aSow(), found };

    const [status] = assess({ ...input, settings: someSettings() }).steps;

    expect(status?.state).toBe(state);
  });

  it('counts a step that starts another softly: ready once it has started', () => {
    const process = aProcess();
    const soft = {
      ...process,
      steps: process.steps.map((step) =>
        step.id === 'last' ? { ...step, after: [{ step: 'first', until: 'started' as const }] } : step,
      ),
    };
    const verdict = (label: string | undefined, last: Facts = {}): string | undefined => {
      const found = identify(
        aState({ issues: [issue('first', 1, label === undefined ? {} : { label }), issue('last', 4, last)] }),
      );
      return assess({
        engagement: 'SOW-1',
        today: '2026-11-20',
        process: soft,
        sow: aSow(),
        found,
        settings: someSettings(),
      }).steps.find(({ key }) => key === 'last')?.state;
    };

    expect(verdict(undefined)).toBe('blocked');
    expect(verdict('in progress')).toBe('ready');
    expect(verdict(undefined, { label: 'in progress' })).toBe('in progress');
    expect(verdict(undefined, { closed: true })).toBe('done');
  });
});

import { describe, expect, it } from 'vitest';
import { assess } from '#domain/assess/assess.ts';
import { accompanies, type Lateness, latenessOf, latenessText } from '#domain/assess/lateness.ts';
import type { ActualIssue } from '#domain/engagement/state.ts';
import type { Step } from '#domain/process/process.ts';
import { identify } from '#domain/record/identify.ts';
import { blockContext } from '#domain/texts/block-context.ts';
import { epicBlock } from '#domain/texts/epic-block.ts';
import {
  anEpic,
  anIssue,
  aProcess,
  aRecord,
  aSow,
  aState,
  aStep,
  someSettings,
} from '#test/support/builders.ts';

interface World {
  readonly today: string;
  readonly first?: Partial<ActualIssue>;
  readonly second?: Partial<ActualIssue>;
  readonly steps?: readonly Step[];
  /** When the record says that the label of the second step was set to ready. */
  readonly readyAt?: string;
}

const HARD = [aStep('first'), aStep('second', { after: [{ step: 'first', until: 'done' }] })];
const SOFT = [aStep('first'), aStep('second', { after: [{ step: 'first', until: 'started' }] })];

const closed = (at: string): Partial<ActualIssue> => ({ state: 'closed', closedAt: at });

function at({ today, first, second, steps = HARD, readyAt }: World) {
  const settings = someSettings();
  const issues = [anIssue('first', { iid: 1, ...first }), anIssue('second', { iid: 2, ...second })];
  const found = identify(aState({ epics: [anEpic()], issues }));
  const touch = { to: 'ready', at: readyAt ?? null, undone: 0, wrongCloses: 0 };
  const record = { ...aRecord('SOW-1'), touches: new Map([['second', touch]]) };
  const assessment = assess({
    engagement: 'SOW-1',
    process: aProcess({ steps, closeWhen: ['second'] }),
    sow: aSow({ dates: { start: '2026-11-02', end: '2026-11-20' } }),
    found: { ...found, record },
    settings,
    today,
  });
  return blockContext(assessment, settings);
}

function late(key: string, world: World): Pick<Lateness, 'due' | 'from' | 'days'> | null {
  const context = at(world);
  const status = context.assessment.steps.find((step) => step.key === key);
  const lateness = status === undefined ? null : latenessOf(status, context);
  return lateness === null ? null : { due: lateness.due, from: lateness.from, days: lateness.days };
}

describe('how late a step is', () => {
  it.each<[string, string, World, ReturnType<typeof late>]>([
    ['not on its day', 'first', { today: '2026-11-10', first: { dueDate: '2026-11-10' } }, null],
    [
      'from the day after',
      'first',
      { today: '2026-11-12', first: { dueDate: '2026-11-10' } },
      { due: '2026-11-10', from: '2026-11-10', days: 2 },
    ],
    [
      'never while it is blocked',
      'second',
      { today: '2026-11-30', first: { dueDate: '2026-12-01' }, second: { dueDate: '2026-11-10' } },
      null,
    ],
    [
      'who blocks a step is late by its date',
      'first',
      { today: '2026-11-12', first: { dueDate: '2026-12-01' }, second: { dueDate: '2026-11-10' } },
      { due: '2026-11-10', from: '2026-11-10', days: 2 },
    ],
    [
      'not on the working day after it became ready',
      'second',
      { today: '2026-11-16', first: closed('2026-11-13T09:00:00Z'), second: { dueDate: '2026-11-10' } },
      null,
    ],
    [
      'from one working day after it became ready, where that is after its date',
      'second',
      { today: '2026-11-17', first: closed('2026-11-13T09:00:00Z'), second: { dueDate: '2026-11-10' } },
      { due: '2026-11-10', from: '2026-11-16', days: 1 },
    ],
    [
      'where it waited for a start, from one working day after its label became ready',
      'second',
      {
        today: '2026-11-19',
        steps: SOFT,
        first: { labels: ['SOW-1', 'step::first', 'workflow::in progress'] },
        second: { dueDate: '2026-11-10' },
        readyAt: '2026-11-17T09:00:00.000Z',
      },
      { due: '2026-11-10', from: '2026-11-18', days: 1 },
    ],
    ['not when it is done', 'first', { today: '2026-12-01', first: closed('2026-11-13T09:00:00Z') }, null],
  ])('%s', (_, key, world, expected) => {
    expect(late(key, world)).toEqual(expected);
  });

  it('stands in the table of the epic, in steps that do not have it written every day', () => {
    const block = (today: string): string =>
      epicBlock(at({ today, first: { dueDate: '2026-11-10' }, second: { dueDate: '2026-11-25' } }));

    expect(block('2026-11-10')).not.toContain('late');
    expect(block('2026-11-11')).toContain('| 2026-11-10, **1 day late** |');
    expect(block('2027-01-13')).toContain('| 2026-11-10, **60+ days late** |');
    expect(block('2027-01-13')).toBe(block('2027-01-20'));
    expect(block('2026-11-11')).toContain(
      'This epic is due at the end of the SOW, 2026-11-20. These steps come after it: second; the last is due 2026-11-25.',
    );
  });

  it.each([
    [1, '1 day late'],
    [2, '2+ days late'],
    [6, '2+ days late'],
    [7, '7+ days late'],
    [400, '365+ days late'],
  ])('of %i days is told as %s', (days, text) => {
    const lateness = {
      step: 'first',
      title: 'first',
      due: '2026-11-10',
      from: '2026-11-10',
      days,
      workingDays: days,
    };

    expect(latenessText(lateness)).toBe(text);
  });
});

it('trackers and registers accompany others; what is made by a command is work of its own', () => {
  expect(accompanies(aStep('calls', { kind: 'recurring', until: 'second' }))).toBe(true);
  expect(accompanies(aStep('register', { kind: 'on-demand' }))).toBe(true);
  expect(accompanies(aStep('order', { kind: 'on-demand', created: 'command' }))).toBe(false);
  expect(accompanies(aStep('kick-off'))).toBe(false);
});

import { describe, expect, it } from 'vitest';
import { assess } from '#domain/assess/assess.ts';
import { PREMIUM } from '#domain/engagement/state.ts';
import { moveForward } from '#domain/migration/move.ts';
import type { Standing } from '#domain/migration/standing.ts';
import { translate } from '#domain/migration/translate.ts';
import { identify } from '#domain/record/identify.ts';
import { newMemory } from '#domain/recurring/memory.ts';
import { plainMapping } from '#domain/versions/mapping.ts';
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

const settings = someSettings();
const old = aProcess({
  steps: [aStep('kick-off'), aStep('calls'), aStep('updates')],
  closeWhen: ['kick-off'],
});
const next = aProcess({
  version: 2,
  steps: [aStep('kick-off'), aStep('weekly-calls')],
  closeWhen: ['kick-off'],
});

function standing(): Standing {
  const issues = ['kick-off', 'calls', 'updates'].map((step, index) => anIssue(step, { iid: index + 1 }));
  const known = identify(aState({ epics: [anEpic()], issues }));
  const talks = { ...newMemory('2027-01-25', []), held: 7, lastThread: '2027-03-16' };
  const record = {
    ...aRecord('SOW-1'),
    occurrences: new Map([
      ['calls', talks],
      ['updates', newMemory('2027-01-25', [])],
    ]),
    baseline: new Map([['calls', '2027-06-30']]),
  };
  const found = { ...known, record };
  const today = '2027-03-20';
  const assessment = assess({ engagement: 'SOW-1', today, process: old, sow: aSow(), found, settings });
  return {
    assessment,
    found,
    record,
    capabilities: PREMIUM,
    settings,
    sealing: false,
    now: `${today}T09:00:00Z`,
  };
}

describe('an engagement in the words of another version', () => {
  it('keeps the occurrences of a recurring step under its new name, and those of a step that ends nowhere', () => {
    const mapping = {
      ...plainMapping(1, 2),
      steps: { calls: { becomes: 'weekly-calls' }, updates: { becomes: null, why: 'Nobody reads them.' } },
    };

    const { record } = translate(standing(), moveForward(mapping, old, next));

    expect([...record.occurrences]).toEqual([
      ['weekly-calls', expect.objectContaining({ held: 7, lastThread: '2027-03-16' })],
    ]);
    expect([...record.baseline]).toEqual([['weekly-calls', '2027-06-30']]);
    expect([...record.memory.issues.keys()]).not.toContain('updates');
  });
});

/** Reading a description costs more than everything else about a step: who needs nothing of it does not ask. */
import { expect, it } from 'vitest';
import { withAnswers } from '#domain/assess/asked-by-answer.ts';
import { assess } from '#domain/assess/assess.ts';
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { withdrawalProposals } from '#domain/assess/withdrawal.ts';
import { lazily } from '#domain/base/lazily.ts';
import { nextRuns } from '#domain/plan/pipelines.ts';
import { identify } from '#domain/record/identify.ts';
import { UNSEALED } from '#domain/record/line.ts';
import { NO_HISTORY } from '#domain/sow/history.ts';
import { aDoneWhen, aProcess, aSow, aState, aStep, someSettings } from '#test/support/builders.ts';

const FIELD = { field: 'Answer', kind: 'choice', options: ['go on', 'decline'], required: true } as const;

/** Steps of which somebody reads the evidence, when questions about the end, more issues and pipelines are asked. */
function evidenceRead(...fields: readonly object[]): readonly string[] {
  const read: string[] = [];
  const steps = fields.map((field, index) =>
    aStep(`step-${index}`, { done_when: aDoneWhen({ evidence: [{ ...FIELD, ...field }] }) }),
  );
  const settings = someSettings();
  const assessment = assess({
    engagement: 'SOW-1',
    process: aProcess({ steps, closeWhen: ['step-0'] }),
    sow: aSow(),
    found: identify(aState(), UNSEALED, {}),
    settings,
    today: '2026-03-02',
  });
  const watched: Assessment = {
    ...assessment,
    steps: assessment.steps.map((status): StepStatus => {
      const { evidence, ...known } = status;
      return lazily(known, {
        evidence: () => {
          read.push(status.key);
          return evidence;
        },
      });
    }),
  };
  withAnswers(watched);
  nextRuns(watched, '2026-03-02T09:00:00Z');
  withdrawalProposals(watched, new Map(), { kept: { sow: aSow(), history: NO_HISTORY }, settings });
  return read;
}

it('reads no evidence where no answer gives up or makes anything', () => {
  expect(evidenceRead({}, {})).toEqual([]);
});

it('reads the evidence of the step of which an answer gives up, or makes an issue, alone', () => {
  expect(evidenceRead({}, { gives_up: ['decline'] }, { makes: { decline: 'more' } })).toEqual([
    'step-2',
    'step-1',
  ]);
});

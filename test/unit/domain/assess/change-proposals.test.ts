import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterAnswers } from '#domain/assess/amendments.ts';
import { assess } from '#domain/assess/assess.ts';
import { appliedChange, changeProposals, requestOf } from '#domain/assess/change-proposals.ts';
import type { Assessment } from '#domain/assess/step-status.ts';
import { addCalendarDays, DEFAULT_CALENDAR } from '#domain/base/calendar.ts';
import { effectsName } from '#domain/changes/read-effects.ts';
import { dueDates } from '#domain/process/due-dates.ts';
import { withItems } from '#domain/process/items.ts';
import { stepsFor } from '#domain/process/step-order.ts';
import { digestOf, type ProposalAnswer } from '#domain/proposals/proposal.ts';
import { identify } from '#domain/record/identify.ts';
import { NO_RULINGS, type Rulings } from '#domain/rulings/rulings.ts';
import { sowChanges } from '#domain/sow/changes.ts';
import { type KeptSow, NO_HISTORY, revisionOf } from '#domain/sow/history.ts';
import type { Subject } from '#domain/sow/subject.ts';
import { anIssue, aState, someSettings } from '#test/support/builders.ts';
import { CHANGE_ROLES, CHANGED_SOW, CHANGING } from '#test/support/changes.ts';
import { PROOF, proofRuns } from '#test/support/proof.ts';

const settings = someSettings({ roles: CHANGE_ROLES });
const GIVEN = { by: 'eli', byId: 3, on: '2027-02-01', note: 1 };
const KEYS = ['change-request/1', 'change-request/2'] as const;

const day = fc.integer({ min: -20, max: 400 }).map((days) => addCalendarDays('2027-02-01', days));
const added = fc.record({
  id: fc.constantFrom('D1', 'D2', 'D3', 'D4'),
  title: fc.constantFrom('One', 'Two'),
});
const effects = fc.record(
  {
    hours: fc.constantFrom('+80', '-20', '480', '400', '+0.5'),
    start: day,
    end: day,
    deliverables: fc.record({
      add: fc.uniqueArray(added, { maxLength: 3, selector: ({ id }) => id }),
      drop: fc.uniqueArray(fc.constantFrom('D1', 'D2', 'D3'), { maxLength: 2 }),
    }),
    type: fc.constantFrom('t&m', 'fixed', 'sku'),
    deployment: fc.constantFrom('aws', 'none'),
    cost: fc.constantFrom('yes', 'no'),
    passive_days: fc.constantFrom('5', '10'),
  },
  { requiredKeys: [] },
);
/** An engagement with two requests that have everything they need. */
function assessed(
  wanted: readonly object[],
  { sow, history }: KeptSow,
  rulings: Partial<Rulings> = {},
): Assessment {
  const issues = KEYS.map((step, index) =>
    anIssue(step, {
      iid: index + 1,
      description: `<!-- procession:step v1 SOW-2001 sample ${step} -->\n<!-- procession:end -->\n\n\`\`\`yaml change\n${JSON.stringify(wanted[index], null, 1)}\n\`\`\`\n\n| Evidence | |\n|---|---|\n| Result | executed |\n| Document | https://example.com/1 |\n`,
    }),
  );
  const waived = ['manager', 'engagement-manager', 'finance', 'legal'];
  return assess({
    engagement: 'SOW-2001',
    process: CHANGING,
    sow,
    history,
    found: identify(aState({ engagement: 'SOW-2001', issues })),
    settings,
    today: '2027-02-01',
    rulings: {
      ...NO_RULINGS,
      instances: KEYS.map((step) => ({ step, title: null, ...GIVEN })),
      approvals: KEYS.map((step, index) => ({
        step,
        roles: waived,
        waived: 'settled',
        effects: effectsName(JSON.stringify(wanted[index], null, 1)),
        ...GIVEN,
      })),
      ...rulings,
    },
  });
}

const start: KeptSow = { sow: CHANGED_SOW, history: NO_HISTORY };
const yes = (assessment: Assessment, kept: KeptSow): ProposalAnswer | null => {
  const [proposal] = changeProposals(assessment, kept, settings);
  if (proposal === undefined) return null;
  const { kind, cause } = proposal;
  return {
    kind,
    cause,
    outcome: 'applied',
    digest: digestOf(proposal),
    by: 'mira',
    on: '2027-02-01',
    reason: null,
  };
};
const plannedBy = (sow: Subject): ReadonlyMap<string, string | null> =>
  dueDates(
    stepsFor(withItems(CHANGING, sow), sow).included.map(({ step }) => step),
    sow,
    DEFAULT_CALENDAR,
  );

describe('whatever change requests want', PROOF, () => {
  it('applying does exactly what is proposed, and applying it again changes nothing', () => {
    let applied = 0;
    fc.assert(
      fc.property(effects, effects, (one, other) => {
        const before = assessed([one, other], start);
        const answer = yes(before, start);
        if (answer === null) return;
        applied += 1;
        const [proposal] = changeProposals(before, start, settings);
        if (proposal === undefined) throw new Error('nothing proposed');
        const after = afterAnswers(start, [answer], before);
        expect(proposal.does).toMatchObject({
          changes: sowChanges(start.sow, after.sow),
          revision: revisionOf(after.history) === 1 ? null : 2,
        });
        const { effects: said } = proposal.does as {
          effects: { dates: { step: string; to: string | null }[] };
        };
        const planned = plannedBy(after.sow);
        for (const { step, to } of said.dates) expect([step, planned.get(step)]).toEqual([step, to]);

        const request = requestOf(answer, before);
        if (request === undefined) throw new Error('no request');
        const rulings = { changes: [...appliedChange(request, before, { ...GIVEN, by: 'mira' })] };
        const now = assessed([one, other], after, rulings);
        expect(now.steps.find(({ key }) => key === request.key)?.change?.state).toBe('applied');
        expect(changeProposals(now, after, settings).map(({ cause }) => cause)).not.toContain(answer.cause);
        expect(afterAnswers(after, [answer], now)).toEqual(after);
      }),
      proofRuns(200),
    );
    expect(applied).toBeGreaterThan(20);
  });

  it('the digest of the second is another one once the first has changed what it stands on', () => {
    const wanted = [{ hours: '+80' }, { hours: '-20' }];
    const before = assessed(wanted, start);
    const digests = changeProposals(before, start, settings).map(digestOf);
    const answer = yes(before, start);
    const after = afterAnswers(start, answer === null ? [] : [answer], before);
    const rulings = {
      changes: [
        { ...GIVEN, step: KEYS[0], kind: 'increase', paper: 'signed order', revision: 2, effects: '' },
      ],
    };
    const [left] = changeProposals(assessed(wanted, after, rulings), after, settings);
    expect(left?.cause).toBe('change-request-2');
    expect(digests).not.toContain(left === undefined ? '' : digestOf(left));
  });
});

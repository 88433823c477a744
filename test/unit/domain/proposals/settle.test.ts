import { describe, expect, it } from 'vitest';
import { DEFAULT_CALENDAR } from '#domain/base/calendar.ts';
import { digestOf, type Proposal, type ProposalAnswer } from '#domain/proposals/proposal.ts';
import { nextReminder, settleProposals } from '#domain/proposals/settle.ts';

const aProposal = (changes: Partial<Proposal> = {}): Proposal => ({
  kind: 'amendment',
  cause: 'crm',
  title: 'The SOW has changed',
  lines: ['- hours.scoped: 400 → 480'],
  does: { hours: 480 },
  hindrance: null,
  ...changes,
});
const settle = (input: Partial<Parameters<typeof settleProposals>[0]>) =>
  settleProposals({
    wanted: [],
    memory: [],
    answers: [],
    revision: 7,
    today: '2026-11-24',
    calendar: DEFAULT_CALENDAR,
    ...input,
  });
const answer = (outcome: ProposalAnswer['outcome']): ProposalAnswer => ({
  kind: 'amendment',
  cause: 'crm',
  outcome,
  digest: digestOf(aProposal()),
  by: 'mira',
  on: '2026-11-25',
  reason: outcome === 'dropped' ? 'not signed' : null,
});
const known = settle({ wanted: [aProposal()] }).memory;

describe('a proposal', () => {
  it('is told once, and nothing more while it stays what it is', () => {
    const first = settle({ wanted: [aProposal()] });
    expect(first.news).toMatchObject([{ what: 'asks', told: 7, reminds: false }]);
    expect(settle({ wanted: [aProposal()], memory: first.memory, revision: 8 })).toEqual({
      news: [],
      memory: first.memory,
    });
  });

  it('is told anew in its comment when it does something else, and waits since the first day', () => {
    const other = aProposal({ does: { hours: 500 } });
    const { news, memory } = settle({ wanted: [other], memory: known, revision: 9, today: '2026-11-26' });
    expect(news).toMatchObject([{ what: 'asks', told: 7 }]);
    expect(memory).toMatchObject([{ told: 7, since: '2026-11-24', digest: digestOf(other) }]);
  });

  it('calls somebody on the fifth working day, once', () => {
    expect(nextReminder(known, DEFAULT_CALENDAR)).toBe('2026-12-01');
    const wanted = [aProposal()];
    expect(settle({ wanted, memory: known, today: '2026-11-30' }).news).toEqual([]);
    const called = settle({ wanted, memory: known, today: '2026-12-01' });
    expect(called.news).toMatchObject([{ reminds: true }]);
    expect(settle({ wanted, memory: called.memory, today: '2026-12-24' }).news).toEqual([]);
    expect(nextReminder(called.memory, DEFAULT_CALENDAR)).toBeNull();
  });

  it('is forgotten when it was applied, and over when nothing is wanted any more', () => {
    expect(settle({ memory: known, answers: [answer('applied')] })).toMatchObject({
      news: [{ what: 'answered', told: 7 }],
      memory: [],
    });
    expect(settle({ memory: known })).toMatchObject({ news: [{ what: 'over', told: 7 }], memory: [] });
  });

  it('is not asked again after a no, until it is another one, which gets a comment of its own', () => {
    const no = settle({ wanted: [aProposal()], memory: known, answers: [answer('dropped')] });
    expect(no.memory).toMatchObject([{ dropped: true }]);
    expect(settle({ wanted: [aProposal()], memory: no.memory, revision: 12 }).news).toEqual([]);
    expect(settle({ memory: no.memory })).toEqual({ news: [], memory: [] });
    const other = settle({ wanted: [aProposal({ does: 1 })], memory: no.memory, revision: 12 });
    expect(other.news).toMatchObject([{ what: 'asks', told: 12 }]);
  });

  it('is not asked again after a no when it would do less, and asks the same', () => {
    const asking = (does: readonly string[], why: string): Proposal =>
      aProposal({ does: { why, closes: does }, question: { why } });
    const all = asking(['a', 'b'], 'lost');
    const told = settle({ wanted: [all] }).memory;
    const no = settle({
      wanted: [all],
      memory: told,
      answers: [{ ...answer('dropped'), digest: digestOf(all) }],
    }).memory;

    expect(no).toMatchObject([{ dropped: true }]);
    const less = settle({ wanted: [asking(['a'], 'lost')], memory: no, revision: 12 });
    expect(less).toEqual({ news: [], memory: no });
    const stale = settle({ wanted: [asking(['a'], 'stale')], memory: no, revision: 12 });
    expect(stale.news).toMatchObject([{ what: 'asks', told: 12 }]);
  });
});

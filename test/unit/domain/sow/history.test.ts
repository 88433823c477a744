import { describe, expect, it } from 'vitest';
import { type KeptSow, NO_HISTORY, revisionOf, takeOffer, takeSource } from '#domain/sow/history.ts';
import { mergeSow } from '#domain/sow/merge.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { aSow } from '#test/support/builders.ts';

const launched = aSow({ hours: { scoped: 400 }, engagement: 'GitLab on AWS' });
const origin = (kind: 'file' | 'crm', at: string | null = null) => ({ kind, name: null, commit: at, at });
const take = (
  kept: KeptSow,
  sow: Sow,
  kind: 'file' | 'crm',
  mode: 'apply' | 'ask',
  at: string | null = null,
) => takeSource(kept, { origin: origin(kind, at), sow }, { mode, on: '2026-11-24' });
const taken = (...given: Parameters<typeof take>): KeptSow => {
  const result = take(...given);
  if (result.kind !== 'taken') throw new Error(result.kind);
  return result.kept;
};
const kept: KeptSow = { sow: launched, history: NO_HISTORY };
const withHours = (scoped: number, changes: Partial<Sow> = {}): Sow => ({
  ...launched,
  hours: { scoped },
  ...changes,
});

describe('a source that says something else', () => {
  it('makes a revision when it is applied; the same again changes nothing', () => {
    const after = taken(kept, withHours(480), 'file', 'apply');
    expect(after.sow.hours?.scoped).toBe(480);
    expect(after.history.revisions).toMatchObject([{ number: 2, fields: ['hours.scoped'], by: null }]);
    expect(taken(after, withHours(480), 'file', 'apply')).toEqual(after);
  });

  it('waits as an offer when it is asked about, and is taken as it was offered', () => {
    const asked = taken(kept, withHours(480), 'crm', 'ask');
    expect(asked.sow).toEqual(launched);
    expect(taken(asked, withHours(480), 'crm', 'ask')).toEqual(asked);
    const agreed = takeOffer(asked, 'crm', { on: '2026-11-25', by: 'mira' });
    expect(agreed?.sow.hours?.scoped).toBe(480);
    expect(agreed?.history.revisions).toMatchObject([{ by: 'mira', on: '2026-11-25' }]);
    expect(takeOffer(agreed ?? kept, 'crm', { on: '2026-11-25', by: 'mira' })).toBeNull();
  });

  it('keeps what the other source has changed, and does not take it back by saying the same as ever', () => {
    const byFile = taken(kept, withHours(480), 'file', 'apply');
    expect(taken(byFile, launched, 'crm', 'apply').sow.hours?.scoped).toBe(480);
    const renamed = taken(byFile, withHours(400, { engagement: 'Second edition' }), 'crm', 'apply');
    expect(renamed.sow).toMatchObject({ engagement: 'Second edition', hours: { scoped: 480 } });
    expect(take(renamed, withHours(500), 'crm', 'apply')).toMatchObject({
      kind: 'conflict',
      fields: ['hours.scoped'],
    });
  });

  it('is refused when it is older than what the same source has said, also when that changed nothing', () => {
    const now = taken(kept, launched, 'file', 'apply', '2026-11-24T10:00:00Z');
    expect(take(now, withHours(300), 'file', 'apply', '2026-11-24T09:00:00Z')).toMatchObject({
      kind: 'older',
    });
    expect(taken(now, withHours(300), 'file', 'apply', '2026-11-24T11:00:00Z').sow.hours?.scoped).toBe(300);
  });

  it('takes nothing over but the question when the deal is not won any more', () => {
    const lost = taken(kept, withHours(480, { stage: 'closed_lost' }), 'crm', 'apply');
    expect(lost.sow).toEqual(launched);
    expect(revisionOf(lost.history)).toBe(1);
    expect(lost.history.sources.crm?.offer?.fields).toEqual({ stage: 'closed_lost' });
    expect(taken(lost, launched, 'crm', 'apply').history.sources.crm?.offer).toBeNull();
  });
});

describe('mergeSow', () => {
  const [one, two, three] = ['D1', 'D2', 'D3'].map((id) => ({ id, title: `Deliverable ${id}` }));
  if (one === undefined || two === undefined || three === undefined) throw new Error('three');
  const having = (...deliverables: Sow['deliverables']): Sow => ({ ...launched, deliverables });

  it('knows elements of lists by their id: each side keeps what the other has not touched', () => {
    const renamed = { ...one, title: 'Architecture' };
    expect(mergeSow(having(one, two), having(one), having(renamed, two, three))).toEqual({
      kind: 'merged',
      sow: having(renamed, three),
    });
  });

  it('names one field that both have changed, and what would be no SOW', () => {
    const [by, to] = [
      { ...one, title: 'A' },
      { ...one, title: 'B' },
    ];
    expect(mergeSow(having(one), having(by), having(to))).toEqual({
      kind: 'conflict',
      fields: ['deliverables[D1].title'],
    });
    const dated = (start: string, end: string): Sow => ({ ...launched, dates: { start, end } });
    expect(
      mergeSow(
        dated('2026-12-01', '2027-01-29'),
        dated('2026-12-01', '2026-12-15'),
        dated('2027-01-11', '2027-01-29'),
      ),
    ).toEqual({ kind: 'conflict', fields: ['dates.end'] });
  });
});

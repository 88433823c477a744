/** Which digest of a proposal says that somebody has seen it. */
import { describe, expect, it } from 'vitest';
import { assess } from '#domain/assess/assess.ts';
import { answerProposal } from '#domain/comments/answer-proposal.ts';
import { digestOf, type Proposal } from '#domain/proposals/proposal.ts';
import { identify } from '#domain/record/identify.ts';
import { NO_EFFECTS } from '#domain/rulings/one-time-effects.ts';
import { NO_RULINGS } from '#domain/rulings/rulings.ts';
import { anEpic, aProcess, aSow, aState, aStep, someSettings } from '#test/support/builders.ts';

const AT = '2026-11-04T10:00:00Z';
const MIRA = { id: 4, username: 'mira' };
const proposal = (hours: number): Proposal => ({
  kind: 'amendment',
  cause: 'crm',
  title: `${hours} h`,
  lines: [],
  does: { hours },
  hindrance: null,
});

/** Answers what is proposed now, while the comment shows something else. */
function answer(
  digest: string | null,
  { now, shown }: { readonly now: Proposal; readonly shown: Proposal },
): string {
  const assessment = assess({
    engagement: 'SOW-1',
    process: aProcess({ steps: [aStep('first')], closeWhen: ['first'] }),
    sow: aSow(),
    found: identify(aState({ epics: [anEpic()], issues: [] })),
    settings: someSettings(),
    today: '2026-11-04',
    rulings: NO_RULINGS,
  });
  const told = { told: 1, since: '2026-11-04', reminded: null, dropped: false };
  const memory = { kind: shown.kind, cause: shown.cause, digest: digestOf(shown), ...told };
  const body = `/ps apply ${digest ?? ''}`;
  const note = { id: 1, author: MIRA, body, system: false, internal: false, createdAt: AT, updatedAt: AT };
  return answerProposal(
    { name: 'apply', digest, no: false, reason: '' },
    {
      status: null,
      said: { by: MIRA, note, target: { kind: 'epic' } },
      assessment: { ...assessment, proposals: [memory] },
      effects: NO_EFFECTS,
      proposals: [now],
      settings: someSettings(),
      named: new Map(),
    },
  ).kind;
}

describe('a digest', () => {
  const shown = proposal(80);
  const short = digestOf(shown).slice(0, 4);
  const alike = Array.from({ length: 1_000_000 }, (_, index) => index + 1_000);
  const other = alike.find((hours) => digestOf(proposal(hours)).startsWith(short)) ?? 0;
  const now = proposal(other);

  it('that is short, or left out, says yes to what is shown', () => {
    expect(answer(short, { now: shown, shown })).toBe('done');
    expect(answer(null, { now: shown, shown })).toBe('done');
  });

  it('that is short says nothing about something else that begins alike, which is easily made', () => {
    expect(digestOf(now).slice(0, 4)).toBe(short);
    expect(answer(short, { now, shown })).toBe('refused');
    expect(answer(null, { now, shown })).toBe('refused');
  });

  it('in full says yes to what it names, shown or not', () => {
    expect(answer(digestOf(now), { now, shown })).toBe('done');
    expect(answer(digestOf(shown), { now, shown })).toBe('refused');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetFor, createWriteBudget, kindOfRequest } from '#gitlab/http/write-budget.ts';

const NONE = { issuesPerMinute: null, notesPerMinute: null, requestsPerMinute: null };

describe('gitlab/write-budget', () => {
  it('lets requests go at once while there is room, and then as a minute passes', () => {
    const budget = createWriteBudget({ ...NONE, issuesPerMinute: 2 }, () => 1_000);

    expect(['issue', 'issue', 'issue', 'issue', 'issue'].map(() => budget.take('issue'))).toEqual([
      0, 0, 60_000, 60_000, 120_000,
    ]);
    expect(budget.take('other')).toBe(0);
    expect(budget.take('note')).toBe(0);
  });

  it('leaves a fifth of all requests to launches when comments fill the rest', () => {
    const budget = createWriteBudget({ ...NONE, requestsPerMinute: 10 }, () => 0);

    expect(Array.from({ length: 9 }, () => budget.take('note'))).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 60_000]);
    expect([budget.take('issue'), budget.take('issue')]).toEqual([0, 60_000]);
  });

  it('sends nothing while GitLab asks for a pause', () => {
    const budget = createWriteBudget(NONE, () => 5_000);
    budget.pause(30_000);

    expect([budget.take('issue'), budget.take('other')]).toEqual([30_000, 30_000]);
  });

  it('keeps the limit in every minute, whatever is asked when', () => {
    const asks = fc.array(fc.tuple(fc.constantFrom('issue', 'note', 'other'), fc.nat(20_000)), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(asks, (requests) => {
        let now = 0;
        const budget = createWriteBudget(
          { issuesPerMinute: 5, notesPerMinute: 3, requestsPerMinute: 9 },
          () => now,
        );
        const sent = requests.map(([kind, later]) => {
          now += later;
          return { kind, at: now + budget.take(kind) };
        });
        for (const { at } of sent) {
          const minute = sent.filter((other) => other.at >= at && other.at < at + 60_000);
          expect(minute.length).toBeLessThanOrEqual(9);
          expect(minute.filter(({ kind }) => kind === 'issue').length).toBeLessThanOrEqual(5);
          expect(minute.filter(({ kind }) => kind === 'note').length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });

  it('counts as GitLab does: epics and issues are one kind, comments another', () => {
    expect([
      kindOfRequest('POST', '/projects/services%2Fengagements/issues'),
      kindOfRequest('POST', '/groups/services/epics'),
      kindOfRequest('POST', '/projects/7/issues/3/notes'),
      kindOfRequest('POST', '/projects/7/issues/3/links'),
      kindOfRequest('GET', '/projects/7/issues'),
    ]).toEqual(['issue', 'issue', 'note', 'other', 'other']);
  });

  it('knows what GitLab.com and others allow, and what the settings say instead', () => {
    expect(budgetFor('https://gitlab.com', {})).toEqual({
      issuesPerMinute: 180,
      notesPerMinute: 54,
      requestsPerMinute: 1_800,
    });
    expect(
      budgetFor('https://git.example.com/gitlab', { issues_per_minute: 20, notes_per_minute: 0 }),
    ).toEqual({
      issuesPerMinute: 20,
      notesPerMinute: null,
      requestsPerMinute: null,
    });
  });
});

import { describe, expect, it } from 'vitest';
import type { GitLab } from '#ports/gitlab.ts';
import { createOwnWrites } from '#reconciler/loop/own-writes.ts';
import { anEpic, anIssue } from '#test/support/builders.ts';

const at = (second: number): number => Date.parse('2026-03-02T09:00:00.000Z') + second * 1000;
const note = {
  id: 7,
  author: { id: 1, username: 'eli' },
  body: '',
  system: false,
  internal: false,
  createdAt: '',
  updatedAt: '',
};

/** Answers every write with the item as it was given, changed at this instant. */
function aGitLab(updatedAt: string): GitLab {
  const answers = {
    createIssue: async () => anIssue('kick-off', { updatedAt }),
    updateIssue: async () => anIssue('kick-off', { updatedAt }),
    createEpic: async () => anEpic({ updatedAt }),
    updateEpic: async () => anEpic({ updatedAt }),
    createNote: async () => note,
    updateNote: async () => ({ ...note, id: 8 }),
    whoAmI: async () => ({ id: 1, username: 'eli', isBot: false }),
  };
  return answers as unknown as GitLab;
}

describe('reconciler/own-writes', () => {
  it('knows an issue by its id and an epic by its number, each in the second in which we wrote it', async () => {
    const writes = createOwnWrites();
    const gitlab = writes.through(aGitLab('2026-03-02T09:00:00.700Z'));
    await gitlab.updateIssue(anIssue('kick-off'), {});
    await gitlab.createEpic({
      holder: 'epic',
      title: '',
      description: '',
      labels: [],
      startDate: null,
      confidential: false,
      dueDate: null,
    });

    expect(writes.has({ kind: 'issue', id: 501, updatedAtMs: at(0) })).toBe(true);
    expect(writes.has({ kind: 'issue', id: 501, updatedAtMs: at(1) })).toBe(false);
    expect(writes.has({ kind: 'issue', id: 1, updatedAtMs: at(0) })).toBe(false);
    expect(writes.has({ kind: 'epic', id: 3, updatedAtMs: at(0) })).toBe(true);
    expect(writes.has({ kind: 'epic', id: 90, updatedAtMs: at(0) })).toBe(false);
    expect(writes.has({ kind: 'issue', id: 501, updatedAtMs: Number.NaN })).toBe(false);
  });

  it('knows a tracking issue as the issue that it is in an event', async () => {
    const writes = createOwnWrites();
    const tracking = anEpic({ id: 700, tracking: { projectId: 7 }, updatedAt: '2026-03-02T09:00:00.700Z' });
    const gitlab = { ...aGitLab(''), updateEpic: async () => tracking };
    await writes.through(gitlab).updateEpic(tracking, {});

    expect(writes.has({ kind: 'issue', id: 700, updatedAtMs: at(0) })).toBe(true);
    expect(writes.has({ kind: 'epic', id: 3, updatedAtMs: at(0) })).toBe(false);
  });

  it('knows comments of ours, made or edited', async () => {
    const writes = createOwnWrites();
    const gitlab = writes.through(aGitLab('2026-03-02T09:00:00.000Z'));
    await gitlab.createNote(anEpic(), 'text');
    await gitlab.updateNote(anEpic(), note, 'text');

    expect([7, 8, 9].map((id) => writes.has({ kind: 'note', id, updatedAtMs: null }))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('changes nothing else of GitLab, and remembers nothing of a write that failed', async () => {
    const writes = createOwnWrites();
    const failing = {
      ...aGitLab('2026-03-02T09:00:00.000Z'),
      updateIssue: async () => await Promise.reject(new Error('refused')),
    };
    const gitlab = writes.through(failing);

    await expect(gitlab.updateIssue(anIssue('kick-off'), {})).rejects.toThrow('refused');
    expect(await gitlab.whoAmI()).toMatchObject({ username: 'eli' });
    expect(writes.has({ kind: 'issue', id: 501, updatedAtMs: at(0) })).toBe(false);
  });

  it('forgets the oldest of very many', async () => {
    const writes = createOwnWrites();
    const gitlab = writes.through(aGitLab('2026-03-02T09:00:00.000Z'));
    await gitlab.updateIssue(anIssue('kick-off'), {});
    const later = writes.through({
      ...aGitLab(''),
      createNote: async () => ({ ...note, id: (ids += 1) }),
    });
    let ids = 0;
    for (let n = 0; n < 5_000; n += 1) await later.createNote(anEpic(), '');

    expect(writes.has({ kind: 'issue', id: 501, updatedAtMs: at(0) })).toBe(false);
    expect(writes.has({ kind: 'note', id: 5_000, updatedAtMs: null })).toBe(true);
  });
});

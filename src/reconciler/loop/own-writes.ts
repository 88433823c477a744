/**
 * What we have written lately, so that its event is known when it comes back. Needed where the token belongs to a
 * person, whose own work must be seen all the same.
 */
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import type { GitLab } from '#ports/gitlab.ts';

/** State of an item, or a comment, as an event names it. */
export interface Written {
  readonly kind: 'issue' | 'epic' | 'note';
  /** Of an issue or comment the global id; of an epic the number in its group. */
  readonly id: number;
  /** When it was last changed, in milliseconds since 1970. Not asked of comments: people do not edit ours. */
  readonly updatedAtMs: number | null;
}

/** Memory of our own writes. */
export interface OwnWrites {
  /** The same GitLab; what is written through it is remembered. */
  through(gitlab: GitLab): GitLab;
  has(written: Written): boolean;
}

/** A launch makes about 30 writes; events come within seconds. */
const MOST_REMEMBERED = 5_000;

/**
 * Remembers the writes of this process.
 *
 * An event tells the instant of a change to the second. So a person's change of the same item in the same second as
 * ours is taken for ours, and found by the next sweep; one of ours that is not recognised (its event was faster than
 * its answer, or another replica wrote it) costs a reconcile that finds nothing to do.
 */
export function createOwnWrites(): OwnWrites {
  const keys = new Set<string>();

  function remember(key: string): void {
    keys.add(key);
    const [oldest] = keys;
    if (keys.size > MOST_REMEMBERED && oldest !== undefined) keys.delete(oldest);
  }

  function wrote<T extends ActualEpic | ActualIssue>(item: T): T {
    const updatedAtMs = Date.parse(item.updatedAt);
    // To GitLab a tracking issue is an issue, and so it is in the event.
    const isEpic = item.kind === 'epic' && item.tracking === null;
    remember(keyOf({ kind: isEpic ? 'epic' : 'issue', id: isEpic ? item.iid : item.id, updatedAtMs }));
    return item;
  }

  function noted<T extends { readonly id: number }>(note: T): T {
    remember(keyOf({ kind: 'note', id: note.id, updatedAtMs: null }));
    return note;
  }

  return {
    has: (written) => keys.has(keyOf(written)),
    through: (gitlab) => ({
      ...gitlab,
      createEpic: async (epic) => wrote(await gitlab.createEpic(epic)),
      createIssue: async (issue) => wrote(await gitlab.createIssue(issue)),
      updateEpic: async (epic, changes) => wrote(await gitlab.updateEpic(epic, changes)),
      updateIssue: async (issue, changes) => wrote(await gitlab.updateIssue(issue, changes)),
      createNote: async (target, body, internal) => noted(await gitlab.createNote(target, body, internal)),
      openThread: async (issue, body) => {
        const thread = await gitlab.openThread(issue, body);
        for (const note of thread.notes) noted(note);
        return thread;
      },
      updateNote: async (target, note, body) => noted(await gitlab.updateNote(target, note, body)),
    }),
  };
}

function keyOf({ kind, id, updatedAtMs }: Written): string {
  return kind === 'note' ? `note ${id}` : `${kind} ${id} ${Math.floor((updatedAtMs ?? 0) / 1000)}`;
}

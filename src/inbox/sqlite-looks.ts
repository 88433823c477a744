import type { DatabaseSync } from 'node:sqlite';
import type { LookMemory } from '#ports/look-memory.ts';
import type { GroupCommit } from './group-commit.ts';

/** Rows that one transaction takes, so that no delivery waits for thousands. */
const AT_ONCE = 500;

/** Creates the memory of sweeps in the database of the inbox. */
export function createSqliteLooks(
  database: DatabaseSync,
  commit: GroupCommit,
  read: <T>(work: () => T) => T,
): LookMemory {
  const select = database.prepare('SELECT engagement, updated_at FROM looks WHERE fingerprint = ?');
  const known = database.prepare('SELECT engagement FROM looks');
  const remove = database.prepare('DELETE FROM looks WHERE engagement = ?');
  const replace = database.prepare('INSERT OR REPLACE INTO looks VALUES (?, ?, ?)');

  async function each<T>(items: readonly T[], change: (item: T) => void): Promise<void> {
    for (let start = 0; start < items.length; start += AT_ONCE) {
      const some = items.slice(start, start + AT_ONCE);
      await commit.write(() => {
        for (const item of some) change(item);
      });
    }
  }

  return {
    async read(fingerprint) {
      const rows = read(() => select.all(fingerprint));
      return new Map(rows.map((row) => [String(row['engagement']), String(row['updated_at'])]));
    },
    async write(fingerprint, looks, kind) {
      await each([...looks], ([engagement, updatedAt]) => replace.run(engagement, updatedAt, fingerprint));
      if (kind === 'some') return;
      const all = read(() => known.all()).map((row) => String(row['engagement']));
      await each(
        all.filter((engagement) => !looks.has(engagement)),
        (engagement) => remove.run(engagement),
      );
    },
  };
}

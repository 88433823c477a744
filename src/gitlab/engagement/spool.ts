/** Items put aside until all of an engagement are read: a few in memory, thousands in a file that goes with the process. */
import type { DatabaseSync } from 'node:sqlite';
import { ConfigError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';

type Item = ActualEpic | ActualIssue;
type Keyed = readonly (readonly [key: string, item: Item])[];

/** Items by keys, in the order in which they came. */
export interface Spool {
  /** Puts items under each of their keys; one that comes again takes the place of the first. */
  put(items: Keyed): void;
  take(key: string): readonly Item[];
  /** Frees the file. Nothing can be taken afterwards. */
  close(): void;
}

/** Some 40 MB: as many issues as four hundred engagements have. */
const MOST_IN_MEMORY = 5_000;

/**
 * Creates an empty spool. The file is SQLite's own temporary one: without a name from the moment it is opened, so that
 * nothing is left of it after a crash either.
 *
 * @see https://www.sqlite.org/inmemorydb.html#temp_db
 */
export function createSpool(mostInMemory = MOST_IN_MEMORY): Spool {
  const memory = inMemory();
  let file: Spool | null = null;
  let count = 0;
  return {
    put(items) {
      count += items.length;
      if (file === null && count > mostInMemory) {
        file = inFile();
        file.put(memory.empty());
      }
      (file ?? memory).put(items);
    },
    take: (key) => (file ?? memory).take(key),
    close: () => (file ?? memory).close(),
  };
}

/** @returns a spool, and what takes everything out of it */
function inMemory(): Spool & { readonly empty: () => Keyed } {
  const byKey = new Map<string, Map<string, Item>>();
  return {
    put(items) {
      for (const [key, item] of items) {
        const those = byKey.get(key) ?? new Map<string, Item>();
        byKey.set(key, those.set(`${item.kind} ${item.id}`, item));
      }
    },
    take: (key) => [...(byKey.get(key)?.values() ?? [])],
    close: () => byKey.clear(),
    empty: () => {
      const all = [...byKey].flatMap(([key, those]) =>
        [...those.values()].map((item) => [key, item] as const),
      );
      byKey.clear();
      return all;
    },
  };
}

/** The journal is for what a crash must not lose; SQLite itself keeps 8 MB of the file in memory. */
const SCHEMA = `
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -8000;
  CREATE TABLE items (key TEXT, kind TEXT, id INTEGER, body TEXT, UNIQUE (key, kind, id));
`;

function inFile(): Spool {
  const database = openTemporary();
  database.exec(SCHEMA);
  const insert = database.prepare(
    'INSERT INTO items VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
  );
  const select = database.prepare('SELECT body FROM items WHERE key = ? ORDER BY rowid');
  return {
    put(items) {
      try {
        database.exec('BEGIN');
        for (const [key, item] of items) insert.run(key, item.kind, item.id, JSON.stringify(item));
        database.exec('COMMIT');
      } catch (error) {
        throw notWritten(error);
      }
    },
    take: (key) => select.all(key).map(({ body }) => JSON.parse(String(body)) as Item),
    close: () => database.close(),
  };
}

function notWritten(error: unknown): ConfigError {
  const why = error instanceof Error ? error.message : String(error);
  const found = problem(
    { at: 'TMPDIR' },
    `the temporary file in which engagements are put aside could not be written: ${why}`,
    'Name a folder that can be written and has room, about 80 MB for 1,000 engagements.',
  );
  return new ConfigError([found]);
}

/** SQLite is loaded where it is needed: few commands begin by reading thousands of engagements. */
function openTemporary(): DatabaseSync {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  return new DatabaseSync('');
}

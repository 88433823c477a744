/** Many writes, one transaction, one sync: the way a durable store keeps up with many senders on one disk. */
import type { DatabaseSync } from 'node:sqlite';
import { InboxUnavailableError } from './inbox-unavailable-error.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { toUnavailable } from './sqlite-failure.ts';

/** The only way to write to the database. */
export interface GroupCommit {
  /**
   * Runs the work inside a transaction shared with all work that comes in shortly after, in order. Resolves when the
   * transaction is on disk. Work that throws is undone alone.
   */
  write<T>(work: () => T): Promise<T>;
  /**
   * Runs work of one statement, which SQLite undoes by itself on failure: no savepoint is needed, and a savepoint
   * costs as much as an insert.
   */
  writeOne<T>(statement: () => T): Promise<T>;
  /** Commits what waits, then refuses more. */
  close(): void;
}

interface Pending {
  readonly work: () => unknown;
  readonly isOneStatement: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A group is complete when so many turns of the event loop added nothing, or when its first member has waited the
 * longest time. One turn is not enough: node accepts one connection a turn, so that senders with a connection for each
 * delivery would get a sync each.
 *
 * @see https://github.com/libuv/libuv/pull/3696
 */
const QUIET_TURNS = 2;
const LONGEST_WAIT_MS = 20;

/** How one piece of work ended, told only after the commit. */
type Settle = () => void;

/** Creates the queue of writes of one database. */
export function createGroupCommit({ database, file }: SqliteDatabase): GroupCommit {
  const transaction = transactionOf(database);
  let queue: Pending[] = [];
  let scheduled: NodeJS.Immediate | undefined;
  let firstAt = 0;
  let quietTurns = 0;
  let closed = false;

  function gather(): void {
    quietTurns += 1;
    if (quietTurns <= QUIET_TURNS && performance.now() - firstAt < LONGEST_WAIT_MS)
      scheduled = setImmediate(gather);
    else flush();
  }

  function flush(): void {
    scheduled = undefined;
    const batch = queue;
    queue = [];
    if (batch.length === 0) return;
    try {
      transaction.begin.run();
      const settlements = batch.map((pending) => performed(pending));
      transaction.commit.run();
      for (const settle of settlements) settle();
    } catch (error) {
      if (database.isTransaction) transaction.rollback.run();
      const failure = toUnavailable(error, file);
      for (const { reject } of batch) reject(failure);
    }
  }

  /** A full disk may end the whole transaction: then nothing of it counts, and going on would write outside of it. */
  function performed({ work, isOneStatement, resolve, reject }: Pending): Settle {
    if (!isOneStatement) transaction.savepoint.run();
    try {
      const value = work();
      if (!isOneStatement) transaction.release.run();
      return () => resolve(value);
    } catch (error) {
      if (!database.isTransaction) throw error;
      if (!isOneStatement) {
        transaction.undo.run();
        transaction.release.run();
      }
      return () => reject(toUnavailable(error, file));
    }
  }

  function enqueue<T>(work: () => T, isOneStatement: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (closed) {
        reject(new InboxUnavailableError(`The inbox ${file} is closed.`));
        return;
      }
      queue.push({ work, isOneStatement, resolve: resolve as (value: unknown) => void, reject });
      quietTurns = 0;
      if (scheduled !== undefined) return;
      firstAt = performance.now();
      scheduled = setImmediate(gather);
    });
  }

  return {
    write: (work) => enqueue(work, false),
    writeOne: (statement) => enqueue(statement, true),
    close: () => {
      closed = true;
      clearImmediate(scheduled);
      flush();
    },
  };
}

/** IMMEDIATE takes the write lock at once, so that no statement later finds that another process was faster. */
function transactionOf(database: DatabaseSync) {
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    savepoint: database.prepare('SAVEPOINT work'),
    release: database.prepare('RELEASE work'),
    undo: database.prepare('ROLLBACK TO work'),
  };
}

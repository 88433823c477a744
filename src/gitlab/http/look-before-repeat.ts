/** How a write whose answer was lost becomes exactly one write. */
import { GitLabConflictError, GitLabRefusedError } from '#domain/base/errors.ts';
import { backoffMs } from './backoff.ts';
import type { Connection } from './connection.ts';
import { AnswerLostError } from './to-app-error.ts';

const MAX_TRIES = 3;
/** Before the first and the second look: a request that timed out here may still be running over there. */
const LOOK_AFTER_MS = [1_000, 2_000] as const;

/** Write, with a way to see whether GitLab carried the write out. */
export interface Write<T> {
  readonly send: () => Promise<T>;
  /** Reads what the write makes, as GitLab has it now; `null` when it is not there. */
  readonly find: () => Promise<T | null>;
}

/**
 * Sends a write. When GitLab's answer was lost, looks twice whether the write landed before sending it again; three
 * times in all. A 404 or 409 is looked up as well, because GitLab has answered them to writes it had carried out, but
 * not repeated.
 *
 * @throws the error of the last try when the write did not land.
 */
export async function lookBeforeRepeat<T>(connection: Connection, write: Write<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write.send();
    } catch (error) {
      if (!mayHaveLanded(error)) throw error;
      const landed = await look(connection, write);
      if (landed !== null) return landed;
      if (!(error instanceof AnswerLostError) || attempt >= MAX_TRIES) throw error;
    }
    await connection.sleep(backoffMs(attempt, connection.random));
  }
}

/** Tells whether a failed write is worth a look: the answer was lost, or is one that GitLab gives by mistake. */
export function mayHaveLanded(error: unknown): boolean {
  return error instanceof AnswerLostError || error instanceof GitLabConflictError || isNotFound(error);
}

/** Tells whether GitLab answered 404. */
export function isNotFound(error: unknown): boolean {
  return error instanceof GitLabRefusedError && error.status === 404;
}

async function look<T>(connection: Connection, write: Write<T>): Promise<T | null> {
  for (const pauseMs of LOOK_AFTER_MS) {
    await connection.sleep(pauseMs);
    const landed = await write.find();
    if (landed !== null) return landed;
  }
  return null;
}

/** The answer of a read, or `null` where GitLab says 404. */
export async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

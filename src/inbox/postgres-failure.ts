/** What PostgreSQL's and the network's errors mean to an operator. No message holds the password. */

import { AppError, ConfigError, InvariantError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import { InboxUnavailableError } from './inbox-unavailable-error.ts';

/** SQLSTATE classes that blame the data of one statement: data, constraint, limit (of an index row, of a field). */
const OF_THE_DATA = ['22', '23', '54'];

/** Why the service does not start, by SQLSTATE. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SETTINGS: Readonly<Record<string, string>> = {
  '28000': 'Check user and password in DATABASE_URL and the server’s pg_hba.conf',
  '28P01': 'Check user and password in DATABASE_URL',
  '3D000': 'Create the database, or name another in DATABASE_URL',
  '42501':
    'Let the user create a schema (`GRANT CREATE ON DATABASE …`), or create the schema and make the user its owner',
  '25006': 'DATABASE_URL must name the primary server; this one is read-only',
};

const FIX_OUTAGE = 'senders repeat what was not stored';

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function detailOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(detailOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/**
 * Tells whether a statement would fail again with the same data, so that each delivery of a batch must be tried
 * alone.
 */
export function blamesData(error: unknown): boolean {
  return OF_THE_DATA.includes(codeOf(error).slice(0, 2)) && codeOf(error).length === 5;
}

/** Makes the error for a failure while running. */
export function toPostgresFailure(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = detailOf(error);
  if (blamesData(error))
    return new InvariantError(`PostgreSQL refused a delivery: ${message}`, { cause: error });
  return new InboxUnavailableError(
    `The inbox in PostgreSQL (DATABASE_URL) cannot be used now: ${message}. Nothing was acknowledged; ${FIX_OUTAGE}.`,
    { cause: error },
  );
}

/** Makes the error for a failure while opening: wrong settings stop the service, a server that is away may come. */
export function toPostgresOpenFailure(error: unknown): AppError {
  const fix = SETTINGS[codeOf(error)];
  return fix === undefined ? toPostgresFailure(error) : databaseUrlError(detailOf(error), fix, error);
}

/** Makes the error for a problem with `DATABASE_URL`, with the remedy. */
export function databaseUrlError(message: string, fix: string, cause?: unknown): ConfigError {
  const error = new ConfigError(
    [problem({ at: 'DATABASE_URL' }, message, `${fix}.`)],
    'The inbox cannot be opened:',
  );
  error.cause = cause;
  return error;
}

/** What SQLite's result codes mean to an operator. Codes: https://www.sqlite.org/rescode.html */

import { AppError, ConfigError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import { InboxUnavailableError } from './inbox-unavailable-error.ts';

const BUSY = 5;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

const WRITABLE = 'Let the user that runs Procession read and write this folder and the file in it';
const RESTORE =
  'Move the file away (it holds the inbox and the audit log) and start again, then run `procession sweep`; or put a backup back';

/** Why a database cannot be used, and what to do; by primary result code. */
const KNOWN: Readonly<Record<number, { readonly message: string; readonly fix: string }>> = {
  [BUSY]: {
    message: 'another process keeps the database locked',
    fix: 'See which process has the file open; one `procession serve` per data folder is meant',
  },
  [READ_ONLY]: { message: 'the database cannot be written', fix: WRITABLE },
  [IO_ERROR]: { message: 'the disk failed to read or write', fix: 'Look into the system log for the disk' },
  [CORRUPT]: { message: 'the database is damaged', fix: RESTORE },
  [FULL]: { message: 'the disk is full', fix: 'Make room on the disk; senders repeat what was not stored' },
  [CANNOT_OPEN]: { message: 'the database cannot be opened', fix: WRITABLE },
  [NOT_A_DATABASE]: { message: 'the file is not an SQLite database', fix: RESTORE },
};

function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode % 256;
}

/**
 * Makes the error for a failure while opening, which keeps the service from starting until somebody repairs the
 * cause.
 */
export function toConfigError(error: unknown, file: string): AppError {
  if (error instanceof AppError) return error;
  const known = KNOWN[resultCode(error) ?? CANNOT_OPEN] ?? KNOWN[CANNOT_OPEN];
  const detail = error instanceof Error ? error.message : String(error);
  const message = `${known?.message ?? ''} (${detail})`;
  return configError(file, message, known?.fix ?? WRITABLE, error);
}

/** Makes the error for a problem with the database file, with the remedy. */
export function configError(file: string, message: string, fix: string, cause?: unknown): ConfigError {
  const error = new ConfigError(
    [problem({ file }, message, `${fix}. PROCESSION_DATA names another folder.`)],
    'The inbox cannot be opened:',
  );
  error.cause = cause;
  return error;
}

/**
 * Makes the error for a failure while running: deliveries that could not be stored were not acknowledged and come
 * again.
 */
export function toUnavailable(error: unknown, file: string): unknown {
  const code = resultCode(error);
  if (code === null) return error;
  const known = KNOWN[code];
  const detail = error instanceof Error ? error.message : String(error);
  const what = known === undefined ? detail : `${known.message} (${detail}). Fix: ${known.fix}`;
  return new InboxUnavailableError(`The inbox ${file} cannot be used now: ${what}.`, { cause: error });
}

import { AppError } from '#domain/base/errors.ts';

/**
 * The store of deliveries cannot be read or written now: disk full, locked, database away, closing. Nothing was
 * stored that was not acknowledged; the receiver answers 503, so that the sender sends again.
 */
export class InboxUnavailableError extends AppError {
  readonly code = 'inbox_unavailable';
  readonly disposition = 'retry';
}

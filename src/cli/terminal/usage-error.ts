import { AppError } from '#domain/base/errors.ts';

/** Mistake in the command line: unknown command or option, a value missing. Nothing was done. */
export class UsageError extends AppError {
  readonly code = 'usage';
  readonly disposition = 'reject';

  constructor(message: string, help: string) {
    super(`${message}\nSee: ${help}`);
  }
}

import { AppError, ConfigError } from '#domain/base/errors.ts';
import type { DatabaseState } from '#domain/doctor/facts.ts';

/**
 * Says why a store cannot be used, for `doctor`.
 *
 * @throws what is no error of ours
 */
export function unreachable(error: unknown): DatabaseState {
  if (error instanceof ConfigError) {
    const [problem] = error.problems;
    if (problem !== undefined)
      return {
        kind: 'unreachable',
        reason: `${problem.file ?? problem.path}: ${problem.message}.`,
        fix: problem.fix,
      };
  }
  if (!(error instanceof AppError)) throw error;
  return {
    kind: 'unreachable',
    reason: error.message,
    fix: 'Start the database, or correct DATABASE_URL.',
  };
}

import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  GitLabRateLimitedError,
  GitLabRefusedError,
  GitLabUnavailableError,
  InvalidInputError,
} from '#domain/base/errors.ts';
import { afterFailure } from '#reconciler/loop/retry.ts';

const AWAY = new GitLabUnavailableError('away');
const HOUR_MS = 3_600_000;

/** How long work that keeps failing is tried, in milliseconds. */
function patience(error: unknown): number {
  let waited = 0;
  for (let attempt = 1; attempt < 10_000; attempt += 1) {
    const next = afterFailure(error, attempt, 0);
    if (next.kind === 'bury') return waited;
    waited += next.afterMs;
  }
  throw new Error('it never ends');
}

describe('reconciler/retry', () => {
  it('waits twice as long each time, up to a quarter of an hour, and a little longer by chance', () => {
    expect([1, 2, 3, 10, 11, 100].map((attempt) => afterFailure(AWAY, attempt, 0))).toEqual(
      [1_000, 2_000, 4_000, 512_000, 900_000, 900_000].map((afterMs) => ({ kind: 'retry', afterMs })),
    );
    expect(afterFailure(AWAY, 1, 1)).toEqual({ kind: 'retry', afterMs: 1_500 });
  });

  it.each([
    ['GitLab is away', AWAY],
    ['the token is no longer taken', new GitLabRefusedError('401', 401)],
  ])('goes on for days while %s', (_, error) => {
    expect(patience(error)).toBeGreaterThan(48 * HOUR_MS);
    expect(patience(error)).toBeLessThan(96 * HOUR_MS);
  });

  it('waits as long as GitLab asks', () => {
    expect(afterFailure(new GitLabRateLimitedError('later', 60), 1, 0)).toEqual({
      kind: 'retry',
      afterMs: 60_000,
    });
    expect(afterFailure(new GitLabRateLimitedError('tomorrow', 86_400), 1, 0)).toEqual({
      kind: 'retry',
      afterMs: 1_800_000,
    });
  });

  it.each([
    ['rights', new GitLabRefusedError('403', 403)],
    ['input', new InvalidInputError([])],
    ['settings', new ConfigError([])],
  ])('leaves %s to a person at once', (_, error) => {
    expect(afterFailure(error, 1, 0)).toEqual({ kind: 'bury' });
  });

  it('tries a mistake of ours three times', () => {
    const bug = new TypeError('oops');

    expect(afterFailure(bug, 2, 0).kind).toBe('retry');
    expect(afterFailure(bug, 3, 0).kind).toBe('bury');
  });
});

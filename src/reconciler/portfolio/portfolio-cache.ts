import { AppError } from '#domain/base/errors.ts';
import { isRecentInstant } from '#domain/base/recent.ts';
import type { Portfolio } from '#domain/portfolio/portfolio.ts';
import type { Clock } from '#ports/clock.ts';
import type { Logger } from '#ports/logger.ts';
import type { PortfolioReader } from './portfolio-reader.ts';

export interface PortfolioCacheDeps {
  readonly reader: PortfolioReader;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** However many look, GitLab is asked at most once in this time. */
const FRESH_MS = 60_000;

/**
 * The portfolio for many readers: read when somebody looks, at most once a minute, and by one of them for all. While
 * GitLab cannot be read the last one is given, which says of when it is.
 *
 * @returns a function that throws what the reader throws, when there is no portfolio yet
 */
export function cachePortfolio({ reader, clock, logger }: PortfolioCacheDeps): () => Promise<Portfolio> {
  let last: Portfolio | null = null;
  let triedAt: string | null = null;
  let reading: Promise<Portfolio> | null = null;

  async function read(at: string): Promise<Portfolio> {
    try {
      last = await reader.read(at);
      return last;
    } catch (error) {
      logger.warn('the portfolio could not be read', {
        reason: error instanceof AppError ? error.message : 'internal',
      });
      if (last === null || !(error instanceof AppError)) throw error;
      return last;
    } finally {
      reading = null;
    }
  }
  return async () => {
    const now = clock.now();
    const isFresh = isRecentInstant(triedAt, FRESH_MS, now);
    if (reading === null && last !== null && isFresh) return last;
    if (reading === null) {
      triedAt = now;
      reading = read(now);
    }
    return await reading;
  };
}

import { InvariantError } from '#domain/base/errors.ts';

/** An ISO 8601 instant as milliseconds since 1970, so that instants written differently compare rightly. */
export function toMillis(instant: string): number {
  const millis = Date.parse(instant);
  if (Number.isNaN(millis)) throw new InvariantError(`not an ISO 8601 instant: ${JSON.stringify(instant)}`);
  return millis;
}

/** @example toInstant(0) === '1970-01-01T00:00:00.000Z' */
export function toInstant(millis: number): string {
  return new Date(millis).toISOString();
}

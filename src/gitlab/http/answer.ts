/** What every schema of GitLab's answers is made with, and how an answer is held against one. */
import { z } from 'zod';
import { UnexpectedResponseError } from '#domain/base/errors.ts';

/** Reads an instant, which GitLab writes with the offset of the instance or the user, as ISO 8601 in UTC. */
export const Instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

/**
 * Checks an answer. `what` names the request in the error, for example `GET /projects/:id/issues`.
 *
 * @throws UnexpectedResponseError with the path of the first fields that do not fit.
 */
export function parseAnswer<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'the answer'}: ${issue.message}`)
    .join('; ');
  throw new UnexpectedResponseError(
    `${what}: GitLab answered something its API does not describe (${problems}). Check that GITLAB_URL is a GitLab of a supported version.`,
  );
}

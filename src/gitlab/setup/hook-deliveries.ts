/** Which deliveries of a webhook failed, and which of them a later attempt has brought. */
import { z } from 'zod';
import type { FailedDelivery } from '#domain/setup/actual-hook.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import type { DeliveriesSince } from '#ports/hooks.ts';
import { type Attempt, Delivery } from './hook-schema.ts';

/** GitLab refuses a larger `per_page` here with 400. */
const PAGE_SIZE = 20;
const MAX_PAGES = 10;

/** Asks for one page of deliveries, newest first: GitLab's answer and the number of the next page. */
export type AskDeliveries = (query: {
  readonly status: string;
  readonly page: number;
  readonly per_page: number;
}) => Promise<{ readonly body: unknown; readonly nextPage: number | null }>;

/**
 * `GET …/hooks/:id/events`: what GitLab has kept (7 days at most). Where nothing failed it costs one request.
 * `server_failure` covers deliveries that had no answer at all.
 *
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/api/hooks/events.rb
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/finders/web_hooks/web_hook_logs_finder.rb
 */
export async function readFailedDeliveries(
  ask: AskDeliveries,
  since: DeliveriesSince,
  what: string,
): Promise<readonly FailedDelivery[]> {
  const read = (status: string, range: DeliveriesSince): Promise<readonly Attempt[]> =>
    readNewest((page) => ask({ status, page, per_page: PAGE_SIZE }), range, what);
  const failed = await read('client_failure,server_failure', since);
  const oldest = failed.at(-1);
  if (oldest === undefined) return [];
  const brought = await read('successful', { instant: '', afterId: oldest.id });
  const arrived = new Set(brought.map(({ key }) => key));
  // The newest attempt stands for the older ones.
  const newest = new Map(failed.toReversed().map((attempt) => [attempt.key, attempt]));
  return [...newest.values()]
    .map(({ id, key, url, status }) => ({ id, key, url, status, hasArrived: arrived.has(key) }))
    .toSorted((a, b) => b.id - a.id);
}

/** What is within the range. Reads until a page holds nothing of it, or something of an older id. */
async function readNewest(
  ask: (page: number) => ReturnType<AskDeliveries>,
  { afterId, instant }: DeliveriesSince,
  what: string,
): Promise<readonly Attempt[]> {
  const found = new Map<number, Attempt>();
  for (let page: number | null = 1; page !== null && page <= MAX_PAGES; ) {
    const { body, nextPage } = await ask(page);
    const attempts = parseAnswer(z.array(Delivery), body, what);
    const newer = attempts.filter(({ id }) => id > afterId);
    const within = newer.filter(({ sentAt }) => sentAt === null || sentAt >= instant);
    // A delivery made meanwhile moves the others down a place, onto the next page.
    for (const attempt of within) found.set(attempt.id, attempt);
    page = within.length === 0 || newer.length < attempts.length ? null : nextPage;
  }
  return [...found.values()].toSorted((a, b) => b.id - a.id);
}

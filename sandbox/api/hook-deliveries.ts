/**
 * `GET …/hooks/:id/events`: what GitLab has kept of the deliveries of a hook.
 *
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/api/hooks/events.rb
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/finders/web_hooks/web_hook_logs_finder.rb
 */
import { Refusal } from '#sandbox/operations.ts';
import type { Hook, HookDelivery } from '#sandbox/world.ts';
import type { Answer, Call } from './call.ts';
import { showDelivery } from './hook-fields.ts';
import { paged } from './paging.ts';

/** `values: 1..20`, where other lists cut what is larger than 100. */
const LARGEST_PAGE = 20;
/** `WebHookLog::MAX_RECENT_DAYS`. */
const KEPT_MS = 7 * 86_400_000;

/** Newest first. GitLab writes its entry after the attempt, so one that is under way is not there yet. */
export function listDeliveries(call: Call, hook: Hook): Answer {
  const { parameters, engine } = call;
  const perPage = parameters.integer('per_page') ?? LARGEST_PAGE;
  if (perPage < 1 || perPage > LARGEST_PAGE)
    throw new Refusal(400, { error: 'per_page does not have a valid value' });
  const wanted = parameters.list('status') ?? [];
  if (!wanted.every(isStatus)) throw new Refusal(400, { error: 'status does not have a valid value' });
  const since = engine.now().getTime() - KEPT_MS;
  const deliveries = engine.world.deliveries
    .filter((it) => it.hookId === hook.id && isAttempted(it) && Date.parse(it.createdAt) >= since)
    .filter((it) => wanted.length === 0 || wanted.some((status) => hasStatus(it, status)))
    .toReversed();
  return paged({ ...call, maxPerPage: Math.min(call.maxPerPage, LARGEST_PAGE) }, deliveries, showDelivery);
}

const STATUS_CLASSES: Readonly<Record<string, number>> = {
  successful: 2,
  client_failure: 4,
  server_failure: 5,
};

/** Which three-digit numbers Rack has a name for is not checked. */
function isStatus(wanted: string): boolean {
  return wanted in STATUS_CLASSES || /^[1-5]\d\d$/u.test(wanted);
}

function isAttempted({ responseStatus, responseBody }: HookDelivery): boolean {
  return responseStatus !== null || responseBody !== undefined;
}

/** A code, or the name of a class of them. Without an answer it is an `internal error`, and counts as the server's failure. */
function hasStatus({ responseStatus }: HookDelivery, wanted: string): boolean {
  if (responseStatus === null) return wanted === 'server_failure';
  return Number(wanted) === responseStatus || STATUS_CLASSES[wanted] === Math.floor(responseStatus / 100);
}

/**
 * Looks after the webhooks GitLab calls the service by: enables them again when GitLab has disabled them, and
 * has failed deliveries sent again. Without it a restart of the service loses what happened meanwhile until
 * the next sweep.
 */

import { isRecent } from '#domain/base/recent.ts';
import { type ActualHook, type FailedDelivery, isOurs } from '#domain/setup/actual-hook.ts';
import { type HookHealth, healthOf, healthWithout, losesEvents } from '#domain/setup/hook-health.ts';
import { type HookLook, type HookSearch, isWorking } from '#domain/setup/hook-rules.ts';
import { isResendDue, isTestDue, isWorthResending, RESEND_WINDOW_MS } from '#domain/setup/resends.ts';
import type { Clock } from '#ports/clock.ts';
import type { CallOutcome, HookAdmin } from '#ports/hooks.ts';
import type { Logger } from '#ports/logger.ts';
import { ask, BEGIN, type Course, call, mayCall, type Step } from './ask.ts';
import { forgetOld, type HookMemory, nameOf } from './hook-memory.ts';

/** Ports of the look after webhooks, and who is told of what comes of it. */
export interface WatchHooksDeps {
  readonly hooks: HookAdmin;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For the log, where there are several. */
  readonly place?: string;
  /** The end of our address. Default `/webhooks/gitlab`. */
  readonly path?: string;
  /** GitLab reaches us again: what happened while it did not was lost. */
  readonly onReachable?: () => void;
  /** Our whole address, where several services share one path: `https://procession.example.com/webhooks/gitlab`. */
  readonly url?: string;
  /** When GitLab last delivered something that was proven to be its: ISO 8601, UTC; `null`: not known. */
  readonly lastDelivery?: () => Promise<string | null>;
}

/** Within this a delivery shows that GitLab reaches us although its webhook is not seen: three days, so that a weekend is covered. */
const DELIVERY_SHOWS_MS = 72 * 3_600_000;
const WEBHOOK_PATH = '/webhooks/gitlab';

/** The instant of a check, and what it may use. */
interface Check extends WatchHooksDeps {
  readonly memory: HookMemory;
  readonly nowMs: number;
}

/**
 * Checks once; safe to repeat at any time, by one caller at a time. When all is well it only reads: the hooks of
 * group and project, and the failed deliveries of each hook of ours.
 *
 * @returns the health, also when GitLab cannot be reached (`unknown`); no `AppError` leaves it.
 */
export async function watchHooks(deps: WatchHooksDeps, memory: HookMemory): Promise<HookHealth> {
  const checkedAt = deps.clock.now();
  const check = { ...deps, memory, nowMs: Date.parse(checkedAt) };
  forgetOld(memory, check.nowMs);
  const found = await findOurs(check);
  const health =
    'search' in found.value
      ? healthWithout(found.value.search, { ...found.course, checkedAt })
      : await lookAfter(check, found.value.ours, checkedAt);
  logHealth(deps, memory, health);
  noteLoss(deps, memory, health);
  memory.state = health.state;
  return health;
}

/** Hooks of ours, or what a search for them that found none has seen. */
async function findOurs(
  check: Check,
): Promise<Step<{ readonly ours: readonly ActualHook[] } | { readonly search: HookSearch }>> {
  const { path = WEBHOOK_PATH, url } = check;
  const address = url ?? `…${path}`;
  const { value: list, course } = await ask(BEGIN, () => check.hooks.listHooks());
  if (list === null)
    return { value: { search: { kind: 'unanswered', address, unseen: [], delivered: null } }, course };
  const receiver = { path, ...(url === undefined ? {} : { url }) };
  const ours = list.kind === 'hooks' ? list.hooks.filter((hook) => isOurs(hook, receiver)) : [];
  if (ours.length > 0) return { value: { ours }, course };
  const delivered = await recentDelivery(check);
  return list.kind === 'hooks'
    ? { value: { search: { kind: 'none', address, unseen: list.unseen, delivered } }, course }
    : {
        value: { search: { kind: 'not-allowed', address, unseen: [], delivered } },
        course: { ...course, lastError: list.reason },
      };
}

async function recentDelivery({ lastDelivery, nowMs }: Check): Promise<string | null> {
  const at = (await lastDelivery?.()) ?? null;
  return at !== null && isRecent(Date.parse(at), DELIVERY_SHOWS_MS, nowMs) ? at : null;
}

/** Tests what is disabled, resends what failed. */
async function lookAfter(check: Check, ours: readonly ActualHook[], checkedAt: string): Promise<HookHealth> {
  const seen = await lookAtEach(check, ours);
  const sifted = seen.value.map((look) => sift(check.memory, look));
  const sent = await resendAll(check, sifted, seen.course);
  const looks = sifted.map((look) => withoutArrived(look, sent.value));
  for (const [index, look] of looks.entries()) settle(check.memory, look, seen.value[index]);
  return healthOf(looks, { ...sent.course, checkedAt });
}

async function lookAtEach(check: Check, ours: readonly ActualHook[]): Promise<Step<readonly HookLook[]>> {
  const looks: HookLook[] = [];
  let course = BEGIN;
  for (const hook of ours) {
    const seen = await lookAt(check, hook, course);
    looks.push(seen.value);
    course = seen.course;
  }
  return { value: looks, course };
}

/** Tests a disabled hook when that is due; reads what failed of one that works. */
async function lookAt(check: Check, hook: ActualHook, before: Course): Promise<Step<HookLook>> {
  const { hooks, memory, nowMs } = check;
  const { value: test, course } = await testWhenDue(check, hook, before);
  const look = { hook, test, failed: null, resent: 0, givenUp: 0 };
  if (!isWorking(look)) return { value: look, course };
  const instant = new Date(nowMs - RESEND_WINDOW_MS).toISOString();
  const since = { instant, afterId: memory.settled.get(nameOf(hook)) ?? 0 };
  const read = await ask(course, () => hooks.listFailedDeliveries(hook, since));
  return { value: { ...look, failed: read.value }, course: read.course };
}

async function testWhenDue(check: Check, hook: ActualHook, before: Course): Promise<Step<HookLook['test']>> {
  const { hooks, memory, nowMs } = check;
  const isDue = isTestDue(hook, memory.tests.get(nameOf(hook)), nowMs);
  if (!isDue || !mayCall(check, before)) return { value: null, course: before };
  memory.tests.set(nameOf(hook), nowMs);
  const { value: outcome, course } = await call(check, before, () => hooks.test(hook, 'issues_events'));
  if (outcome === null) return { value: null, course };
  const isDelivered = outcome.kind === 'delivered';
  return { value: { isDelivered, reason: isDelivered ? '' : outcome.reason }, course };
}

/** Takes out what arrived since and what is not tried any more. */
function sift({ arrived, resends }: HookMemory, look: HookLook): HookLook {
  if (look.failed === null) return look;
  const open = look.failed.filter(({ key, hasArrived }) => !hasArrived && !arrived.has(key));
  const failed = open.filter((it) => isWorthResending(look.hook, it, resends.get(it.key)));
  return { ...look, failed, givenUp: open.length - failed.length };
}

/**
 * Resends across all hooks, newest first, within GitLab's limit. A hook whose receiver fails again waits for the next
 * check.
 *
 * @returns what arrived by it
 */
async function resendAll(
  check: Check,
  looks: readonly HookLook[],
  before: Course,
): Promise<Step<ReadonlySet<FailedDelivery>>> {
  const queue = looks
    .flatMap(({ hook, failed }) => (failed ?? []).map((delivery) => ({ hook, delivery })))
    .filter(({ delivery }) => isResendDue(check.memory.resends.get(delivery.key), check.nowMs))
    .toSorted((a, b) => b.delivery.id - a.delivery.id);
  const arrived = new Set<FailedDelivery>();
  const failing = new Set<ActualHook>();
  let course = before;
  for (const { hook, delivery } of queue) {
    if (failing.has(hook)) continue;
    if (!mayCall(check, course)) break;
    const sent = await call(check, course, () => check.hooks.resend(hook, delivery.id));
    course = sent.course;
    noteResend(check, delivery, sent.value);
    if (sent.value?.kind === 'delivered') arrived.add(delivery);
    else failing.add(hook);
  }
  return { value: arrived, course };
}

function noteResend({ memory, nowMs }: Check, { key }: FailedDelivery, outcome: CallOutcome | null): void {
  // A lost answer is looked up by the next check: the list then tells whether it arrived.
  if (outcome === null || outcome.kind === 'limited') return;
  if (outcome.kind === 'delivered') memory.arrived.set(key, nowMs);
  else memory.resends.set(key, { times: (memory.resends.get(key)?.times ?? 0) + 1, lastMs: nowMs });
}

function withoutArrived(look: HookLook, arrived: ReadonlySet<FailedDelivery>): HookLook {
  if (look.failed === null) return look;
  const failed = look.failed.filter((delivery) => !arrived.has(delivery));
  return { ...look, failed, resent: look.failed.length - failed.length };
}

/** Where nothing failed is left, the next check need not read so far back. */
function settle({ settled }: HookMemory, { hook, failed }: HookLook, seen: HookLook | undefined): void {
  const newest = seen?.failed?.[0]?.id;
  if (failed?.length === 0 && newest !== undefined) settled.set(nameOf(hook), newest);
}

function logHealth(
  { logger, place }: Pick<WatchHooksDeps, 'logger' | 'place'>,
  memory: HookMemory,
  health: HookHealth,
): void {
  const { state, text, left, givenUp, lastError, enabled, resent } = health;
  if (enabled > 0 || resent > 0) logger.info('webhooks repaired', { enabled, resent });
  if (state === memory.state) return;
  const data = { ...(place === undefined ? {} : { place }), state, text, left, givenUp, lastError };
  if (state === 'ok') logger.info('webhook health', data);
  else logger.warn('webhook health', data);
}

/** What was lost while GitLab did not reach us is looked for as soon as it does again. */
function noteLoss(deps: WatchHooksDeps, memory: HookMemory, { state, enabled }: HookHealth): void {
  const isBack = enabled > 0 || (memory.hasLost && state === 'ok');
  if (losesEvents(state)) memory.hasLost = true;
  else if (isBack) memory.hasLost = false;
  if (isBack) deps.onReachable?.();
}

/** When a disabled hook is tested and a failed delivery is sent again, within what GitLab allows. */
import { isRecent } from '#domain/base/recent.ts';
import { type ActualHook, type FailedDelivery, isDisabled } from './actual-hook.ts';

/** Tries with one delivery so far. */
export interface Resends {
  readonly times: number;
  readonly lastMs: number;
}

/** GitLab allows 5 tests and 5 resends a minute and user, counted apart; here they share. @see https://docs.gitlab.com/api/project_webhooks/ */
const CALLS_PER_MINUTE = 5;
/** Most times that one delivery is sent again, over about eight hours, before it is left to the sweep. */
export const MAX_RESENDS = 8;
/** Older deliveries are left to the sweep, in milliseconds. */
export const RESEND_WINDOW_MS = 24 * 3_600_000;
const TEST_INTERVAL_MS = 10 * 60_000;
/** A minute, in milliseconds. */
export const MINUTE_MS = 60_000;

/** Says whether a hook is to be tested now. @param testedAtMs when the hook was last tested, if ever */
export function isTestDue(hook: ActualHook, testedAtMs: number | undefined, nowMs: number): boolean {
  return isDisabled(hook) && !isRecent(testedAtMs ?? null, TEST_INTERVAL_MS, nowMs);
}

/** Counts how many tests and resends may still be asked for now. @param callsMs instants of the earlier ones */
export function roomForCalls(callsMs: readonly number[], nowMs: number): number {
  return Math.max(0, CALLS_PER_MINUTE - callsMs.filter((at) => isRecent(at, MINUTE_MS, nowMs)).length);
}

/** Says whether to send again, now or later, what was not tried often and went to the address that the hook still has. */
export function isWorthResending(
  hook: Pick<ActualHook, 'url'>,
  delivery: Pick<FailedDelivery, 'url'>,
  earlier: Resends | undefined,
): boolean {
  return (earlier?.times ?? 0) < MAX_RESENDS && (delivery.url === null || delivery.url === hook.url);
}

/** Says whether to send again now: the first time at once, then 2, 4, 8, … minutes after the last, because one that always fails must not get the hook disabled. */
export function isResendDue(earlier: Resends | undefined, nowMs: number): boolean {
  return earlier === undefined || !isRecent(earlier.lastMs, 2 ** earlier.times * MINUTE_MS, nowMs);
}

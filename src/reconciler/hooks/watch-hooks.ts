/**
 * Looks after the webhooks GitLab calls the service by: enables them again when GitLab has disabled them, and
 * has failed deliveries sent again. Without it a restart of the service loses what happened meanwhile until
 * the next sweep.
 */
import { AppError } from '#domain/base/errors.ts';
import {
  type ActualHook,
  type FailedDelivery,
  type HookFinding,
  type HookHealth,
  type HookScope,
  type HookState,
  isOurs,
  isResendDue,
  isTestDue,
  isWorking,
  isWorthResending,
  losesEvents,
  RESEND_WINDOW_MS,
  type Resends,
  reportHooks,
  roomForCalls,
  worst,
} from '#domain/setup/hook-health.ts';
import type { Clock } from '#ports/clock.ts';
import type { CallOutcome, HookAdmin } from '#ports/hooks.ts';
import type { Logger } from '#ports/logger.ts';

export interface WatchHooksDeps {
  readonly hooks: HookAdmin;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The end of our address. Default `/webhooks/gitlab`. */
  readonly path?: string;
  /** GitLab reaches us again: what happened while it did not was lost. */
  readonly onReachable?: () => void;
  /** Our whole address, where several services share one path: `https://procession.example.com/webhooks/gitlab`. */
  readonly url?: string;
}

/** What earlier checks did. Losing it costs a few requests and at most one delivery sent twice, which is a duplicate. */
export interface HookMemory {
  /** When a hook was last tested. */
  readonly tests: Map<string, number>;
  /** When tests and resends were asked for, in the last minute. */
  calls: number[];
  readonly resends: Map<string, Resends>;
  /** Keys of deliveries that arrived, with the instant. */
  readonly arrived: Map<string, number>;
  /** Up to which id the deliveries of a hook are settled. */
  readonly settled: Map<string, number>;
  state: HookState | null;
  /** Events were lost since GitLab last reached us well. */
  hasLost: boolean;
}

export function createHookMemory(): HookMemory {
  return {
    tests: new Map(),
    calls: [],
    resends: new Map(),
    arrived: new Map(),
    settled: new Map(),
    state: null,
    hasLost: false,
  };
}

interface Check {
  readonly deps: WatchHooksDeps;
  readonly memory: HookMemory;
  readonly checkedAt: string;
  readonly nowMs: number;
  lastError: string | null;
  /** GitLab wants no more calls, or is not reachable. */
  isOver: boolean;
}

type Finding = { -readonly [K in keyof HookFinding]: HookFinding[K] };

/**
 * One check; safe to repeat at any time, by one caller at a time. When all is well it only reads: the hooks of
 * group and project, and the failed deliveries of each hook of ours.
 *
 * @returns the health, also when GitLab cannot be reached (`unknown`); no `AppError` leaves it.
 */
export async function watchHooks(deps: WatchHooksDeps, memory: HookMemory): Promise<HookHealth> {
  const checkedAt = deps.clock.now();
  const nowMs = Date.parse(checkedAt);
  const check: Check = { deps, memory, checkedAt, nowMs, lastError: null, isOver: false };
  forgetOld(memory, nowMs);
  const health = await examine(check);
  if (health.enabled > 0 || health.resent > 0)
    deps.logger.info('webhooks repaired', { enabled: health.enabled, resent: health.resent });
  if (health.state !== memory.state) {
    const { state, text, left, givenUp, lastError } = health;
    const data = { state, text, left, givenUp, lastError };
    if (state === 'ok') deps.logger.info('webhook health', data);
    else deps.logger.warn('webhook health', data);
  }
  noteLoss(deps, memory, health);
  memory.state = health.state;
  return health;
}

/** What was lost while GitLab did not reach us is looked for as soon as it does again. */
function noteLoss(deps: WatchHooksDeps, memory: HookMemory, { state, enabled }: HookHealth): void {
  const isBack = enabled > 0 || (memory.hasLost && state === 'ok');
  if (losesEvents(state)) memory.hasLost = true;
  else if (isBack) memory.hasLost = false;
  if (isBack) deps.onReachable?.();
}

async function examine(check: Check): Promise<HookHealth> {
  const list = await attempt(check, () => check.deps.hooks.listHooks());
  if (list === null)
    return withoutHooks(check, 'unknown', 'GitLab could not be asked for its webhooks; see the last error.');
  if (list.kind === 'not-allowed') {
    check.lastError = list.reason;
    return withoutHooks(
      check,
      'not-allowed',
      'The token may not read webhooks, so a disabled one would stay unnoticed. Give its user the role Maintainer in the project (Owner in the group for group webhooks).',
    );
  }
  const { path = '/webhooks/gitlab', url } = check.deps;
  const receiver = url === undefined ? { path } : { path, url };
  const ours = list.hooks.filter((hook) => isOurs(hook, receiver));
  if (ours.length === 0) return withoutHooks(check, 'absent', absentText(url ?? `…${path}`, list.unseen[0]));

  const findings: Finding[] = [];
  for (const hook of ours) findings.push(await inspect(check, hook));
  await resendAll(check, findings);
  return summarize(check, findings);
}

function absentText(address: string, unseen: HookScope | undefined): string {
  const whose = unseen === undefined ? '' : ` ${unseen === 'group' ? 'project' : 'group'}`;
  const text = `No${whose} webhook points to ${address}, so changes are only seen by the sweep. Add one in GitLab with issue and comment events and a secret (docs/operations.md).`;
  if (unseen === undefined) return text;
  const role = unseen === 'group' ? 'Owner' : 'Maintainer';
  return `${text} Webhooks of the ${unseen} may not be read with this token: if ours is there, its user needs the role ${role} there to have it watched.`;
}

/** Tests a disabled hook when that is due; reads what failed of one that works. */
async function inspect(check: Check, hook: ActualHook): Promise<Finding> {
  const { deps, memory, nowMs } = check;
  const name = nameOf(hook);
  const finding: Finding = { hook, test: null, failed: null, resent: 0, givenUp: 0 };
  if (isTestDue(hook, memory.tests.get(name), nowMs) && mayCall(check)) {
    memory.tests.set(name, nowMs);
    const outcome = await call(check, () => deps.hooks.test(hook, 'issues_events'));
    if (outcome !== null)
      finding.test = {
        isDelivered: outcome.kind === 'delivered',
        reason: outcome.kind === 'delivered' ? '' : outcome.reason,
      };
  }
  if (isWorking(finding)) {
    const instant = new Date(nowMs - RESEND_WINDOW_MS).toISOString();
    const since = { instant, afterId: memory.settled.get(name) ?? 0 };
    finding.failed = await attempt(check, () => deps.hooks.listFailedDeliveries(hook, since));
  }
  return finding;
}

/** Resends across all hooks, newest first, within GitLab's limit. A hook whose receiver fails again waits for the next check. */
async function resendAll(check: Check, findings: readonly Finding[]): Promise<void> {
  const { memory, nowMs } = check;
  const seen = new Map(findings.map((finding) => [finding, finding.failed?.[0]?.id]));
  for (const finding of findings) leaveOut(memory, finding);
  const queue = findings
    .flatMap((finding) => (finding.failed ?? []).map((delivery) => ({ finding, delivery })))
    .filter(({ delivery }) => isResendDue(memory.resends.get(delivery.key), nowMs))
    .toSorted((a, b) => b.delivery.id - a.delivery.id);
  const failing = new Set<Finding>();
  for (const { finding, delivery } of queue) {
    if (failing.has(finding)) continue;
    if (!mayCall(check)) break;
    const outcome = await resend(check, finding, delivery);
    if (outcome !== 'delivered') failing.add(finding);
  }
  for (const finding of findings) {
    const newest = seen.get(finding);
    if (finding.failed?.length === 0 && newest !== undefined)
      memory.settled.set(nameOf(finding.hook), newest);
  }
}

/** Takes out what arrived since and what is not tried any more. */
function leaveOut(memory: HookMemory, finding: Finding): void {
  if (finding.failed === null) return;
  const open = finding.failed.filter(({ key, hasArrived }) => !hasArrived && !memory.arrived.has(key));
  finding.failed = open.filter((it) => isWorthResending(finding.hook, it, memory.resends.get(it.key)));
  finding.givenUp = open.length - finding.failed.length;
}

async function resend(
  check: Check,
  finding: Finding,
  delivery: FailedDelivery,
): Promise<CallOutcome['kind'] | null> {
  const { deps, memory, nowMs } = check;
  const outcome = await call(check, () => deps.hooks.resend(finding.hook, delivery.id));
  // A lost answer is looked up by the next check: the list then tells whether it arrived.
  if (outcome === null || outcome.kind === 'limited') return outcome?.kind ?? null;
  if (outcome.kind === 'delivered') {
    memory.arrived.set(delivery.key, nowMs);
    finding.failed = (finding.failed ?? []).filter((it) => it !== delivery);
    finding.resent += 1;
  } else {
    const times = (memory.resends.get(delivery.key)?.times ?? 0) + 1;
    memory.resends.set(delivery.key, { times, lastMs: nowMs });
  }
  return outcome.kind;
}

function mayCall({ memory, nowMs, isOver }: Check): boolean {
  return !isOver && roomForCalls(memory.calls, nowMs) > 0;
}

/** A test or a resend: counted, because GitLab counts it whatever comes of it. */
async function call(check: Check, ask: () => Promise<CallOutcome>): Promise<CallOutcome | null> {
  check.memory.calls.push(Date.parse(check.deps.clock.now()));
  const outcome = await attempt(check, ask);
  if (outcome !== null && outcome.kind !== 'delivered') check.lastError = outcome.reason;
  if (outcome?.kind === 'limited') check.isOver = true;
  return outcome;
}

/** `null`, and the reason kept, when GitLab could not be asked. */
async function attempt<T>(check: Check, ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    check.lastError = error.message;
    if (error.disposition === 'retry') check.isOver = true;
    return null;
  }
}

function summarize(check: Check, findings: readonly Finding[]): HookHealth {
  const hooks = reportHooks(findings);
  const state = worst(hooks.map((hook) => hook.state));
  const told = hooks.find((hook) => hook.state === state && hook.texts.length > 0);
  return {
    state,
    text:
      told === undefined
        ? 'GitLab reaches us.'
        : `The ${told.scope} webhook to ${told.url}: ${told.texts.join(' ')}`,
    hooks,
    enabled: findings.filter(({ test }) => test?.isDelivered === true).length,
    resent: sum(findings.map(({ resent }) => resent)),
    left: sum(findings.map(({ failed }) => failed?.length ?? 0)),
    givenUp: sum(findings.map(({ givenUp }) => givenUp)),
    lastError: check.lastError,
    checkedAt: check.checkedAt,
  };
}

function withoutHooks(check: Check, state: HookState, text: string): HookHealth {
  const { lastError, checkedAt } = check;
  return { state, text, hooks: [], enabled: 0, resent: 0, left: 0, givenUp: 0, lastError, checkedAt };
}

function forgetOld(memory: HookMemory, nowMs: number): void {
  memory.calls = memory.calls.filter((at) => nowMs - at < 60_000);
  for (const [key, at] of memory.arrived) if (nowMs - at > RESEND_WINDOW_MS) memory.arrived.delete(key);
  for (const [key, { lastMs }] of memory.resends)
    if (nowMs - lastMs > RESEND_WINDOW_MS) memory.resends.delete(key);
}

function nameOf(hook: ActualHook): string {
  return `${hook.scope}/${hook.id}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

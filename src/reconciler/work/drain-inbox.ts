/** Takes deliveries from the inbox, engagement by engagement, and reconciles: the service's worker. */

import { msBetween, plausibleInstant } from '#domain/base/calendar.ts';
import { AppError, InvalidInputError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { Action } from '#domain/plan/action.ts';
import { actionText } from '#domain/policy/action-text.ts';
import { withoutAmount } from '#domain/sow/amount-problem.ts';
import { fieldAt, textAt } from '#domain/sow/problems.ts';
import { readSubject } from '#domain/sow/read-deal.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { AuditEntry, AuditLog } from '#ports/audit-log.ts';
import type { Clock, Sleep } from '#ports/clock.ts';
import type { Claim, Inbox, PartEnding, StoredDelivery } from '#ports/inbox.ts';
import { lookOfDeliveries } from '#reconciler/loop/comment-look.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { type Outcome, reconcile } from '#reconciler/loop/reconcile.ts';
import { afterFailure, later } from '#reconciler/loop/retry.ts';
import { fixOfSow, wasLeftAlone, whyNothing } from '#reconciler/loop/why-nothing.ts';

/** What the service wants to know about the work: for metrics, health and logs. */
export interface DrainObserver {
  action(kind: Action['kind']): void;
  /** @param lagMs from the oldest delivery's arrival to now */
  settled(engagement: EngagementKey, outcome: Outcome, lagMs: number): void;
  failed(engagement: EngagementKey, code: string): void;
}

export interface DrainDeps extends ReconcileDeps {
  readonly inbox: Inbox;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly observer: DrainObserver;
  /** Engagements worked on at the same time. */
  readonly concurrency: number;
  /** A claim is renewed this often while work goes on; well within the lease. */
  readonly renewEveryMs: number;
}

/** How long an idle worker waits before it looks again without having been told. */
const POLL_MS = 1_000;

/** Works until the signal aborts; then finishes what is begun and resolves. */
export async function drainInbox(deps: DrainDeps, signal: AbortSignal): Promise<void> {
  const pace = createPace(deps.clock);
  await Promise.all(
    Array.from({ length: deps.concurrency }, async () => await drainLoop(deps, pace, signal)),
  );
}

async function drainLoop(deps: DrainDeps, pace: Pace, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const claim = await deps.inbox.claim(deps.clock.now());
      if (claim === null) await deps.inbox.arrival(POLL_MS, signal);
      else if (signal.aborted) await deps.inbox.release(claim);
      else await work(deps, claim, pace);
    } catch (error) {
      deps.logger.error('the inbox could not be read; trying again', { reason: reasonOf(error) });
      await deps.sleep(POLL_MS, signal);
    }
  }
}

async function work(deps: DrainDeps, claim: Claim, pace: Pace): Promise<void> {
  const ended = new AbortController();
  const renewing = renew(deps, claim, ended.signal);
  try {
    await deps.sleep(pace.waitMs(claim.engagement));
    await settle(deps, claim);
  } finally {
    pace.ended(claim.engagement);
    ended.abort();
    await renewing;
  }
}

/**
 * Between two reconciles of one engagement: a storm of events about it costs four a second, not as many as fit.
 * The first event after a quiet moment waits for nothing.
 */
const PACE_MS = 250;
/** Engagements remembered before the oldest are forgotten. */
const MOST_REMEMBERED = 1_000;

interface Pace {
  readonly waitMs: (engagement: EngagementKey) => number;
  readonly ended: (engagement: EngagementKey) => void;
}

function createPace(clock: Clock): Pace {
  const ends = new Map<EngagementKey, number>();
  return {
    waitMs: (engagement) =>
      Math.max(0, Math.min(PACE_MS, (ends.get(engagement) ?? 0) + PACE_MS - Date.parse(clock.now()))),
    ended: (engagement) => {
      ends.delete(engagement);
      ends.set(engagement, Date.parse(clock.now()));
      const [oldest] = ends.keys();
      if (ends.size > MOST_REMEMBERED && oldest !== undefined) ends.delete(oldest);
    },
  };
}

/** Keeps the claim. When it is lost all the same, both workers go on: every action is safe to repeat. */
async function renew(deps: DrainDeps, claim: Claim, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await deps.sleep(deps.renewEveryMs, signal);
    if (signal.aborted) return;
    const kept = await deps.inbox.renew(claim, deps.clock.now()).catch(() => true);
    if (!kept) deps.logger.warn('a claim was lost while its work went on', { engagement: claim.engagement });
    if (!kept) return;
  }
}

/** @param again whether an earlier try about this claim may have been broken off */
async function settle(deps: DrainDeps, claim: Claim, again = attemptsOf(claim) > 1): Promise<void> {
  const { engagement, deliveries } = claim;
  const trail = createTrail(deps, claim);
  try {
    const { sow, overtaken } = await latestSow(deps, claim);
    const outcome = await reconcile(deps, engagement, {
      ...(sow === null
        ? {}
        : {
            sow,
            // The inbox keeps their order; the clock by which they came in may have been wrong.
            origin: { kind: 'crm', name: null, commit: null, at: sow.deal?.changed_at ?? null },
            amend: deps.settings.amendments === 'auto' ? 'apply' : 'ask',
          }),
      comments: lookOfDeliveries(deliveries),
      again,
      onDone: trail.done,
    });
    const why = whyNothing(outcome);
    // Somebody has to look: the delivery is kept among the dead ones, with the reason.
    const fix = sow === null ? null : fixOfSow(engagement, outcome);
    if (fix !== null) throw new InvalidInputError([problem({ at: engagement }, why ?? outcome.kind, fix)]);
    const unused = overtaken ?? (sow === null ? null : why);
    if (unused !== null) trail.nothing(unused);
    await trail.write();
    await done(deps, claim, why, overtaken);
    const oldest = deliveries[0]?.receivedAt ?? deps.clock.now();
    deps.observer.settled(engagement, outcome, Date.parse(deps.clock.now()) - Date.parse(oldest));
    deps.logger.info('engagement reconciled', {
      engagement,
      outcome: outcome.kind,
      ...((overtaken ?? why) === null ? {} : { why: overtaken ?? why }),
      actions: trail.count(),
      ...trail.ids,
    });
  } catch (error) {
    await fail(deps, claim, error, trail);
  }
}

/** @param overtaken said of the SOWs alone; what came beside them has its own reason */
async function done(
  deps: DrainDeps,
  claim: Claim,
  why: string | null,
  overtaken: string | null,
): Promise<void> {
  const now = deps.clock.now();
  const rest = overtaken === null ? claim : await endSows(deps, claim, { kind: 'done', now, why: overtaken });
  await (rest === null ? deps.inbox.done(claim, now, overtaken) : deps.inbox.done(rest, now, why));
}

/** How often the delivery that was tried most was tried, this time included. */
function attemptsOf({ deliveries }: Claim): number {
  return Math.max(1, ...deliveries.map(({ attempts }) => attempts));
}

async function fail(deps: DrainDeps, claim: Claim, error: unknown, trail: Trail): Promise<void> {
  const attempts = attemptsOf(claim);
  const afterwards = afterFailure(error, attempts, deps.random());
  const reason = reasonOf(error);
  deps.observer.failed(claim.engagement, error instanceof AppError ? error.code : 'internal');
  deps.logger.error('engagement could not be reconciled', {
    engagement: claim.engagement,
    reason,
    attempts,
    next: afterwards.kind,
    ...trail.ids,
  });
  await trail.failed(reason);
  if (afterwards.kind === 'retry')
    await deps.inbox.retry(claim, later(deps.clock.now(), afterwards.afterMs), reason);
  else {
    const rest = await endSows(deps, claim, { kind: 'bury', reason });
    // What GitLab told beside it may be well without it, and nobody sends that again.
    if (rest === null) await deps.inbox.bury(claim, reason);
    else await settle(deps, rest, true);
  }
}

/**
 * Ends the deliveries that brought a SOW or deal, ahead of what else is in their claim.
 *
 * @returns claim of the others; `null` when all or none are such deliveries, and nothing has ended
 */
async function endSows({ inbox }: DrainDeps, claim: Claim, ending: PartEnding): Promise<Claim | null> {
  const sows = claim.deliveries.filter(({ kind }) => kind === 'sow');
  if (sows.length === 0 || sows.length === claim.deliveries.length) return null;
  await inbox.endPart(
    claim,
    sows.map(({ id }) => id),
    ending,
  );
  return { ...claim, deliveries: claim.deliveries.filter(({ kind }) => kind !== 'sow') };
}

/** The SOW or deal that a claim brings, and why not where it brings one that no longer counts. */
interface Brought {
  readonly sow: Subject | null;
  /** `null`: none was overtaken. */
  readonly overtaken: string | null;
}

/**
 * The last SOW among the deliveries; none when a later one was taken already: one that failed and waited for its
 * next try must not take back what came after it.
 *
 * @throws {InvalidInputError} when it has problems.
 */
async function latestSow(
  { inbox, settings }: DrainDeps,
  { engagement, deliveries }: Claim,
): Promise<Brought> {
  const last = newestOf(deliveries.filter(({ kind }) => kind === 'sow'));
  if (last === undefined) return { sow: null, overtaken: null };
  const applied = await inbox.list({ engagement, state: 'done', kind: 'sow', limit: MOST_APPLIED });
  const newer = applied.find((known) => !wasLeftAlone(known.reason) && isNewer(known, last));
  if (newer !== undefined)
    return { sow: null, overtaken: `overtaken by delivery ${newer.id}, which is newer` };
  const read = readSubject(last.payload, settings.deals);
  if (read.kind === 'ok') return { sow: read.subject, overtaken: null };
  throw new InvalidInputError(read.problems.map((found) => withoutAmount(found, settings)));
}

/** How many that were applied are held against one that waits: a deal changes a few times a day at most. */
const MOST_APPLIED = 20;

/** The one that came last, or that was changed last where the CRM says so. */
function newestOf(deliveries: readonly StoredDelivery[]): StoredDelivery | undefined {
  return deliveries.reduce<StoredDelivery | undefined>(
    (newest, next) => (newest !== undefined && isNewer(newest, next) ? newest : next),
    undefined,
  );
}

/** By the order in which they came where the CRM does not say: an instant of ours may be of a clock that was wrong. */
function isNewer(one: StoredDelivery, other: StoredDelivery): boolean {
  const [known, now] = [changedAt(one), changedAt(other)];
  return known !== null && now !== null && known !== now
    ? msBetween(now, known) > 0
    : Number(one.id) > Number(other.id);
}

function changedAt({ payload, receivedAt }: StoredDelivery): string | null {
  return plausibleInstant(textAt(fieldAt(payload, 'deal'), 'changed_at'), receivedAt);
}

/** What one piece of work leaves in the audit log. */
interface Trail {
  /** For the log: the id under which the work goes on in log and audit log, and those of the deliveries it answers too. */
  readonly ids: { readonly requestId: string; readonly alsoFor: readonly string[] };
  readonly done: (action: Action) => void;
  readonly count: () => number;
  /** Nothing was done about a SOW, and why. */
  readonly nothing: (why: string) => void;
  readonly write: () => Promise<void>;
  readonly failed: (reason: string) => Promise<void>;
}

/** More would make a line of log that nobody reads. */
const MOST_IDS = 20;

/** What is done is written down at once, without waiting for it: a crash in the middle leaves what was done before. */
function createTrail(deps: DrainDeps, { engagement, deliveries }: Claim): Trail {
  const [requestId = 'unknown', ...others] = new Set(deliveries.map((delivery) => delivery.requestId));
  const event = [...new Set(deliveries.map(({ source, kind }) => `${source} ${kind}`))].join(', ');
  const unwritten: AuditEntry[] = [];
  let count = 0;
  let writing = Promise.resolve();
  const entry = (action: string, result: AuditEntry['result'], detail: string | null): AuditEntry => ({
    at: deps.clock.now(),
    engagement,
    event,
    requestId,
    rule: null,
    action,
    result,
    detail,
  });

  async function write(): Promise<void> {
    const some = unwritten.splice(0);
    if (some.length === 0) return;
    try {
      await deps.audit.append(some);
    } catch (error) {
      unwritten.unshift(...some);
      throw error;
    }
  }

  async function writeAll(): Promise<void> {
    await writing;
    await write();
  }

  return {
    ids: { requestId, alsoFor: others.slice(0, MOST_IDS) },
    done: (action) => {
      const text = actionText(action);
      count += 1;
      deps.observer.action(action.kind);
      deps.logger.info('action done', { engagement, action: text, requestId });
      unwritten.push({
        ...entry(text, 'done', null),
        rule: action.kind === 'write-note' ? action.rule : null,
      });
      // One that fails is tried again with the next, and at the end.
      writing = writing.then(write).catch(() => {});
    },
    count: () => count,
    nothing: (why) => void unwritten.push(entry('reconcile', 'skipped', why)),
    write: writeAll,
    failed: async (reason) => {
      unwritten.push(entry('reconcile', 'failed', reason));
      await writeAll();
    },
  };
}

/** One line, without a stack. */
function reasonOf(error: unknown): string {
  const text =
    error instanceof Error
      ? `${error instanceof AppError ? error.code : 'internal'}: ${error.message}`
      : String(error);
  return text.replaceAll(/\s+/g, ' ').slice(0, 500);
}

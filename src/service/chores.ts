/** What the service does beside its deliveries, each until the signal aborts. A failure is logged, and tried again later. */
import { AppError } from '#domain/base/errors.ts';
import { type EngagementKey, type SubjectKind, subjectOf } from '#domain/base/keys.ts';
import { healthTogether, type PlaceHealth } from '#domain/setup/hook-health.ts';
import type { Clock, Sleep } from '#ports/clock.ts';
import type { GitLabReader } from '#ports/gitlab.ts';
import type { HookPlace } from '#ports/hooks.ts';
import type { Logger } from '#ports/logger.ts';
import type { Store } from '#ports/store.ts';
import { createHookMemory } from '#reconciler/hooks/hook-memory.ts';
import { watchHooks } from '#reconciler/hooks/watch-hooks.ts';
import { later } from '#reconciler/loop/retry.ts';
import type { Bell } from '#reconciler/work/bell.ts';
import type { Memory } from './memory.ts';

/** Keys of done deliveries are kept this long, well past any resend: 30 days. */
const RETENTION_MS = 2_592_000_000;
/** Lines of the audit log are kept this long, so that the same season of last year is still there: 400 days. */
const AUDIT_RETENTION_MS = 34_560_000_000;
const HOUSEKEEPING_EVERY_MS = 3_600_000;
const WATCH_HOOKS_EVERY_MS = 300_000;

const PERSONS_TOKEN =
  "GITLAB_TOKEN is a person's, and everything is done in that name: use a group access token or a service account";

interface Chore {
  readonly logger: Logger;
  readonly sleep: Sleep;
}

/**
 * Asks GitLab whose token this is until GitLab answers. Our own changes come back as events; without the answer each
 * costs a reconcile that finds nothing to do.
 */
export async function learnOwnUser(
  gitlab: Pick<GitLabReader, 'whoAmI'>,
  memory: Memory,
  { logger, sleep }: Chore,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const user = await gitlab.whoAmI();
      memory.setOwnUser(user);
      if (!user.isBot) logger.warn(PERSONS_TOKEN, { username: user.username });
      return;
    } catch (error) {
      logger.warn('GitLab does not say whose token this is; asking again', {
        reason: error instanceof AppError ? error.message : 'internal',
      });
      await sleep(30_000, signal);
    }
  }
}

/** Removes from the store what is kept for long enough. */
export async function keepHouse(
  store: Store,
  { clock, logger, sleep }: Chore & { readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await store.prune(later(clock.now(), -RETENTION_MS));
      await store.audit.prune(later(clock.now(), -AUDIT_RETENTION_MS));
    } catch {
      logger.warn('what is old could not be removed from the store; trying again in an hour');
    }
    await sleep(HOUSEKEEPING_EVERY_MS, signal);
  }
}

interface Watching extends Chore {
  readonly places: readonly [HookPlace, ...HookPlace[]];
  readonly store: Pick<Store, 'list'>;
  readonly clock: Clock;
}

/**
 * Looks regularly whether GitLab still delivers, in every place in which engagements live: a disabled webhook is enabled
 * again, failed deliveries are asked for once more, lost ones are swept up.
 */
export async function keepWatch(
  { places, store, clock, logger, sleep }: Watching,
  { memory, sooner }: { readonly memory: Memory; readonly sooner: Bell },
  signal: AbortSignal,
): Promise<void> {
  const onReachable = (): void => sooner.ring();
  const watched = places.map(({ hooks, apart }) => {
    const lastDelivery = async (): Promise<string | null> =>
      memory.lastDelivery(apart?.subject) ?? (await storedDelivery(store, apart?.subject));
    const place = apart === null ? {} : { place: apart.name };
    return { deps: { hooks, clock, logger, onReachable, lastDelivery, ...place }, known: createHookMemory() };
  });
  while (!signal.aborted) {
    try {
      const seen: PlaceHealth[] = [];
      for (const { deps, known } of watched)
        seen.push({ place: deps.place ?? '', health: await watchHooks(deps, known) });
      const [first, ...others] = seen;
      if (first !== undefined)
        memory.setWebhooks(others.length === 0 ? first.health : healthTogether([first, ...others]));
    } catch (error) {
      logger.warn('the webhooks could not be looked at', {
        reason: error instanceof AppError ? error.message : 'internal',
      });
    }
    await sleep(WATCH_HOOKS_EVERY_MS, signal);
  }
}

/** Also of an earlier process, and of one beside this one where the store is shared. Those of a CRM stand between. */
const NEWEST = 50;

/** @param subject of the engagement that it was about; left out: whatever it was about */
async function storedDelivery(
  store: Pick<Store, 'list'>,
  subject: SubjectKind | undefined,
): Promise<string | null> {
  const newest = await store.list({ limit: NEWEST }).catch(() => []);
  const isAbout = (engagement: EngagementKey | null): boolean =>
    subject === undefined || (engagement !== null && subjectOf(engagement) === subject);
  const found = newest.find(({ source, engagement }) => source === 'gitlab' && isAbout(engagement));
  return found?.receivedAt ?? null;
}

/** The embedded store: one SQLite file in the data folder, for one machine. */
import type { Claim, NewDelivery, QuarantinedDelivery, StoredDelivery } from '#ports/inbox.ts';
import type { Store } from '#ports/store.ts';
import { createArrivals } from './arrivals.ts';
import type { ClaimEnding } from './claim-ending.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';
import { InboxUnavailableError } from './inbox-unavailable-error.ts';
import { createSqliteAuditLog } from './sqlite-audit-log.ts';
import { AT_ONCE, type BegunClaim, createSqliteClaims, type SqliteClaims } from './sqlite-claims.ts';
import { openSqliteDatabase, type SqliteDatabase } from './sqlite-database.ts';
import {
  createSqliteDeliveries,
  PRUNED_AT_ONCE,
  type SqliteDeliveries,
  toNewRow,
} from './sqlite-deliveries.ts';
import { toUnavailable } from './sqlite-failure.ts';
import { createSqliteLooks } from './sqlite-looks.ts';

/** Longer than a reconcile takes between two renewals; a crashed worker's engagement waits this long. */
const LEASE_MS = 60_000;
/** How soon a worker notices what another process put (`procession inbox replay`). Costs some µs each time. */
const OTHER_PROCESS_POLL_MS = 200;
/** Bounds the memory that a claim takes; what is left comes with the next one. */
const MOST_CLAIMED = 5_000;

/** Folder, clock and lease of an inbox in SQLite. */
export interface SqliteInboxOptions {
  /** `PROCESSION_DATA`; created when missing. */
  readonly folder: string;
  readonly now?: () => string;
  readonly leaseMs?: number;
}

/**
 * Opens the inbox and the audit log in `procession.db`. Several processes may have it open: claims are leases in
 * the database. Closing the inbox closes the audit log too.
 *
 * @throws {ConfigError} when the database cannot be opened or written, is damaged, or belongs to a newer Procession.
 */
export async function openSqliteInbox(options: SqliteInboxOptions): Promise<Store> {
  const { folder, now = () => new Date().toISOString(), leaseMs = LEASE_MS } = options;
  const opened = openSqliteDatabase(folder);
  const { database } = opened;
  const commit = createGroupCommit(opened);
  const deliveries = createSqliteDeliveries(database);
  const claims = createSqliteClaims(database, leaseMs);
  const arrivals = createArrivals(changesElsewhere(opened), OTHER_PROCESS_POLL_MS);
  const read = reading(opened);

  async function store(delivery: NewDelivery | QuarantinedDelivery): Promise<'stored' | 'duplicate'> {
    const row = toNewRow(delivery);
    const stored = await commit.writeOne(() => deliveries.insert(row));
    if (stored) arrivals.arrived(delivery.engagement);
    return stored ? 'stored' : 'duplicate';
  }

  async function claim(instant: string): Promise<Claim | null> {
    arrivals.settle();
    // Most claims are of a few deliveries: those cost one transaction with the claim itself.
    const taken = await commit.write(() => {
      const begun = claims.take(instant);
      return begun === null ? null : { begun, first: claims.gather(begun) };
    });
    if (taken === null) return null;
    const { id, engagement } = taken.begun;
    arrivals.begun(engagement);
    arrivals.announce();
    const deliveries = await gather(commit, claims, taken);
    return { id, engagement, deliveries };
  }

  async function end(claim: Claim, ending: ClaimEnding): Promise<void> {
    try {
      while (!(await commit.write(() => claims.end(claim, ending))));
    } finally {
      arrivals.ended(claim.engagement);
    }
  }

  return {
    audit: createSqliteAuditLog(database, commit, read),
    looks: createSqliteLooks(database, commit, read),
    put: store,
    quarantine: store,
    probe: async () => await commit.write(() => deliveries.probe()),
    claim,
    renew: (claim, instant) => commit.write(() => claims.renew(claim, instant)),
    done: (claim, instant, why = null) => end(claim, { kind: 'done', now: instant, why }),
    retry: (claim, notBefore, reason) => end(claim, { kind: 'retry', notBefore, reason }),
    bury: (claim, reason) => end(claim, { kind: 'bury', reason }),
    async endPart(claim, ids, ending) {
      for (let at = 0; at < ids.length; at += AT_ONCE)
        await commit.write(() => claims.endPart(claim, ids.slice(at, at + AT_ONCE), ending));
    },
    release: (claim) => end(claim, { kind: 'release' }),
    arrival: async (timeoutMs, signal) => await arrivals.wait(timeoutMs, signal),
    list: async (filter) => read(() => deliveries.list(filter)),
    show: async (id) => read(() => deliveries.show(id)),
    find: async (source, dedupeKey) => read(() => deliveries.find(source, dedupeKey)),
    async replay(id, instant) {
      const replayed = await commit.write(() => deliveries.replay(id, instant));
      if (replayed) arrivals.announce();
      return replayed;
    },
    drop: (id) => commit.write(() => deliveries.drop(id, now())),
    figures: async () => read(() => deliveries.figures()),
    prune: (before) => prune(commit, deliveries, before),
    async close() {
      commit.close();
      arrivals.close();
      if (database.isOpen) database.close();
    },
  };
}

/** The deliveries of a claim, oldest first; some at a time, so that no write waits for all of them. */
async function gather(
  commit: GroupCommit,
  claims: SqliteClaims,
  { begun, first }: { readonly begun: BegunClaim; readonly first: readonly StoredDelivery[] },
): Promise<readonly StoredDelivery[]> {
  const gathered = [...first];
  for (let some = first; some.length === AT_ONCE && gathered.length < MOST_CLAIMED; ) {
    some = await commit.write(() => claims.gather(begun));
    gathered.push(...some);
  }
  return gathered.toSorted((a, b) => Number(a.id) - Number(b.id));
}

async function prune(commit: GroupCommit, deliveries: SqliteDeliveries, before: string): Promise<number> {
  let removed = 0;
  for (;;) {
    const some = await commit.write(() => deliveries.prune(before));
    removed += some;
    if (some < PRUNED_AT_ONCE) return removed;
  }
}

/** Reads see what is committed; they need no transaction of their own. */
function reading({ database, file }: SqliteDatabase): <T>(work: () => T) => T {
  return (work) => {
    if (!database.isOpen) throw new InboxUnavailableError(`The inbox ${file} is closed.`);
    try {
      return work();
    } catch (error) {
      throw toUnavailable(error, file);
    }
  };
}

/** SQLite counts the commits of other connections in `data_version`. @see https://www.sqlite.org/pragma.html#pragma_data_version */
function changesElsewhere({ database }: SqliteDatabase): () => boolean {
  const statement = database.prepare('PRAGMA data_version');
  const read = (): unknown => statement.get()?.['data_version'];
  let seen = read();
  return () => {
    const version = read();
    const changed = version !== seen;
    seen = version;
    return changed;
  };
}

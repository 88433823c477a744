/**
 * Deliveries made durable per second, without HTTP: `node bench/inbox.ts [seconds]`. PostgreSQL is started for it from
 * the machine's package; both stores sync every commit to the disk of the temporary folder.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgresInbox } from '#inbox/postgres-inbox.ts';
import { openSqliteInbox } from '#inbox/sqlite-inbox.ts';
import type { Inbox, NewDelivery } from '#ports/inbox.ts';
import { findPostgres, startPostgres } from '#test/support/postgres.ts';

const SECONDS = Number(process.argv[2] ?? 3);
const CONCURRENCY = [1, 50, 200];
const ENGAGEMENTS = 500;

let count = 0;

function delivery(): NewDelivery {
  count += 1;
  return {
    source: 'gitlab',
    dedupeKey: randomUUID(),
    kind: 'wake',
    engagement: `SOW-${count % ENGAGEMENTS}`,
    payload: { event: 'issue', iid: 12, digest: 'd0be2dc421be4fcd0172e5afceea3970' },
    receivedAt: new Date().toISOString(),
    requestId: randomUUID(),
  };
}

async function measurePuts(name: string, inbox: Inbox, concurrency: number): Promise<void> {
  const latencies: number[] = [];
  const began = performance.now();
  const end = began + SECONDS * 1000;
  async function send(): Promise<void> {
    while (performance.now() < end) {
      const at = performance.now();
      await inbox.put(delivery());
      latencies.push(performance.now() - at);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, send));
  const perSecond = Math.round((latencies.length / (performance.now() - began)) * 1000);
  report(name, `put, ${concurrency} at once`, perSecond, latencies);
}

/** One worker, one delivery at a time: what a reconcile pays for the inbox. */
async function measureWork(name: string, inbox: Inbox): Promise<void> {
  const latencies: number[] = [];
  for (let times = 0; times < 300; times += 1) {
    await inbox.put({ ...delivery(), engagement: 'SOW-work' });
    const at = performance.now();
    const claim = await inbox.claim(new Date().toISOString());
    if (claim === null) throw new Error('nothing to claim');
    await inbox.done(claim, new Date().toISOString());
    latencies.push(performance.now() - at);
  }
  const total = latencies.reduce((sum, each) => sum + each, 0);
  report(name, 'claim and done', Math.round((latencies.length / total) * 1000), latencies);
}

function report(name: string, what: string, perSecond: number, latencies: number[]): void {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
  const rssMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
  console.log(
    `${name.padEnd(11)} ${what.padEnd(17)} ${String(perSecond).padStart(7)}/s  p50 ${at(0.5)} ms  p99 ${at(0.99)} ms  RSS ${rssMb} MB`,
  );
}

async function measure(name: string, inbox: Inbox): Promise<void> {
  await measureWork(name, inbox);
  for (const concurrency of CONCURRENCY) await measurePuts(name, inbox, concurrency);
  await inbox.close();
}

const folder = mkdtempSync(join(tmpdir(), 'procession-bench-'));
try {
  await measure('SQLite', await openSqliteInbox({ folder }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const bin = findPostgres();
if (bin !== null) {
  const postgres = await startPostgres(bin);
  try {
    await measure('PostgreSQL', await openPostgresInbox({ databaseUrl: postgres.url }));
  } finally {
    await postgres.stop();
  }
}

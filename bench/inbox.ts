/**
 * Deliveries made durable per second, without HTTP. PostgreSQL is started for it from the machine's package; both
 * stores sync every commit to the disk of the temporary folder.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgresInbox } from '#inbox/postgres-inbox.ts';
import { openSqliteInbox } from '#inbox/sqlite-inbox.ts';
import type { Inbox, NewDelivery } from '#ports/inbox.ts';
import { findPostgres, startPostgres } from '../test/support/postgres.ts';
import { machine } from './machine.ts';
import { count as grouped, ms, percentile, table } from './table.ts';

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

async function measurePuts(
  name: string,
  inbox: Inbox,
  concurrency: number,
  seconds: number,
): Promise<string[]> {
  const latencies: number[] = [];
  const began = performance.now();
  const end = began + seconds * 1000;
  async function send(): Promise<void> {
    while (performance.now() < end) {
      const at = performance.now();
      await inbox.put(delivery());
      latencies.push(performance.now() - at);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, send));
  const perSecond = (latencies.length / (performance.now() - began)) * 1000;
  return row(name, `put, ${concurrency} at once`, perSecond, latencies);
}

/** One worker, one delivery at a time: what a reconcile pays for the inbox. */
async function measureWork(name: string, inbox: Inbox): Promise<string[]> {
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
  return row(name, 'claim and done', (latencies.length / total) * 1000, latencies);
}

function row(name: string, what: string, perSecond: number, latencies: number[]): string[] {
  const rssMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
  const times = [0.5, 0.99].map((share) => ms(percentile(latencies, share)));
  return [name, what, grouped(perSecond), ...times, String(rssMb)];
}

async function measure(name: string, inbox: Inbox, seconds: number): Promise<string[][]> {
  const rows = [await measureWork(name, inbox)];
  for (const concurrency of CONCURRENCY) rows.push(await measurePuts(name, inbox, concurrency, seconds));
  await inbox.close();
  return rows;
}

/** @param seconds for each number of puts at once */
export async function inbox(seconds: number): Promise<string> {
  const rows: string[][] = [];
  const folder = mkdtempSync(join(tmpdir(), 'procession-bench-'));
  try {
    rows.push(...(await measure('SQLite', await openSqliteInbox({ folder }), seconds)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const bin = findPostgres();
  if (bin !== null) {
    const postgres = await startPostgres(bin);
    try {
      rows.push(
        ...(await measure('PostgreSQL', await openPostgresInbox({ databaseUrl: postgres.url }), seconds)),
      );
    } finally {
      await postgres.stop();
    }
  }
  return `${machine()}\n\n${table(['store', 'what', 'per second', 'p50 ms', 'p99 ms', 'RSS MB'], rows)}`;
}

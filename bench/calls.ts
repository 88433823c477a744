/**
 * What a sweep costs on a Tuesday morning, when every engagement has a call the next day: requests, and how many of them
 * are about threads. In this process, over the stand-in; bounded by engagements.
 */
import { join } from 'node:path';
import { instantOf } from '#domain/base/calendar.ts';
import { UNSEALED } from '#domain/record/line.ts';
import { fillCells, tickAll } from '#domain/text/fill-in.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { SILENT } from '#ports/logger.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { loadProcess } from '#templates/load-process.ts';
import { aSow, someSettings } from '../test/support/builders.ts';
import { storeOf } from '../test/support/engagement.ts';
import { startWorld, type TestWorld } from '../test/support/gitlab-world.ts';
import { BERLIN } from '../test/support/recurring.ts';
import { machine } from './machine.ts';
import { count, table } from './table.ts';

const PROCESS = join(import.meta.dirname, '../test/fixtures/recurring');

/** @param engagements all have their kick-off done, calls on Wednesday at 10:00, and updates on Thursday */
export async function calls(engagements: number): Promise<string> {
  let now = instantOf('2027-01-25', '11:00', BERLIN);
  const world = await startWorld({ now: () => new Date(now) });
  const deps: ReconcileDeps = {
    gitlab: world.gitlab,
    processes: storeOf(await loadProcess(PROCESS, null)),
    settings: someSettings({ calendar: BERLIN }),
    seal: UNSEALED,
    logger: SILENT,
    clock: { now: () => now },
  };
  await kickedOff(deps, world, engagements);
  const rows: string[][] = [];
  for (const [name, day, time] of [
    ['Monday 12:00, nothing is due', '2027-01-25', '12:00'],
    ['Tuesday 09:00, every call opens', '2027-01-26', '09:00'],
    ['Tuesday 09:15, nothing is due', '2027-01-26', '09:15'],
  ] as const) {
    now = instantOf(day, time, BERLIN);
    world.sandbox.ledger.clear();
    await sweep(deps);
    rows.push(rowOf(name, world));
  }
  await world.close();
  return `${machine()}; ${engagements} engagements\n\n${table(['sweep', 'reads', 'writes', 'of all, about threads'], rows)}`;
}

async function kickedOff(deps: ReconcileDeps, world: TestWorld, engagements: number): Promise<void> {
  const { operations, world: data } = world.sandbox;
  const eli = world.sandbox.user('eli');
  for (let number = 1; number <= engagements; number += 1) {
    const key = `SOW-${number}`;
    const sow = aSow({ dates: { start: '2027-01-11', end: '2027-06-30' } });
    await reconcile(deps, key, { sow: { ...sow, sow: { ...sow.sow, number: key } }, process: 'recurring' });
    const issue = data.issues.findLast(({ description }) => parseMarker(description)?.step === 'kick-off');
    if (issue === undefined) throw new Error(`no kick-off of ${key}`);
    const done = new Map([['Weekly call', 'Wed 10:00']]);
    operations.updateIssue(eli, issue, { description: fillCells(tickAll(issue.description), done) });
    operations.updateIssue(eli, issue, { stateEvent: 'close' });
    await reconcile(deps, key);
  }
}

function rowOf(name: string, { sandbox: { ledger } }: TestWorld): string[] {
  const threads = ledger.entries().filter(({ route }) => route.includes('discussions'));
  return [name, count(ledger.reads().length), count(ledger.writes().length), count(threads.length)];
}

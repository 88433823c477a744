/**
 * kill -9 of the service at random moments under load, many times. Whatever was acknowledged is done in the end, and
 * GitLab holds one of everything: one epic per SOW, one issue per step, the right labels, no comment twice.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UNSEALED } from '#domain/record/line.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { parseMarker, parseNoteMarker } from '#domain/text/marker.ts';
import { openPostgresInbox } from '#inbox/postgres-inbox.ts';
import { openSqliteInbox } from '#inbox/sqlite-inbox.ts';
import { SILENT } from '#ports/logger.ts';
import type { Store } from '#ports/store.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import { someSettings } from '#test/support/builders.ts';
import { realProcess, sampleSow, storeOf } from '#test/support/engagement.ts';
import { startWorldOnPort, type TestWorld } from '#test/support/gitlab-world.ts';
import { findPostgres, startPostgres, type TestPostgres } from '#test/support/postgres.ts';
import { PROOF, PROOF_SEED, proofRounds } from '#test/support/proof.ts';
import { anIssueEvent } from '#test/support/receiver.ts';
import { aServiceProcess, type ServiceProcess } from '#test/support/service-process.ts';
import { SHIPPED } from '#test/support/shipped.ts';

const ROUNDS = 3;
const STEPS = SHIPPED.issues;
const LONGEST_LIFE_MS = 1_500;
/** Every other kill waits so long at most for a launch to be in the middle. */
const LONGEST_WAIT_MS = 20_000;
const SENDERS = 4;
const bin = findPostgres();

let world: TestWorld;
let service: ServiceProcess;
let sow: Sow;
let deps: ReconcileDeps;
let acted: Set<string>;

beforeEach(async () => {
  world = await startWorldOnPort();
  acted = new Set();
  sow = await sampleSow('SOW-1042');
  const process = await realProcess('delivery');
  deps = {
    gitlab: world.gitlab,
    processes: storeOf(process),
    settings: someSettings(),
    seal: UNSEALED,
    clock: { now: () => new Date().toISOString() },
    logger: SILENT,
  };
});

afterEach(async () => {
  await service.remove();
  await world.close();
});

/** The same numbers for the same seed. @see https://en.wikipedia.org/wiki/Linear_congruential_generator */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const numberOf = (round: number): string => `SOW-${5000 + round}`;

/** What the senders were told. */
class Load {
  readonly acknowledged = new Set<string>();
  private isOn = true;
  private round = 0;
  private sent = 0;

  next(round: number): void {
    this.round = round;
  }

  stop(): void {
    this.isOn = false;
  }

  /** GitLab's way: sent once; what the service was not there for is lost. */
  async sendEvents(): Promise<void> {
    while (this.isOn) {
      this.sent += 1;
      // Every fifth key comes twice.
      const id = `event-${this.sent - (this.sent % 5 === 0 ? 1 : 0)}`;
      const title = numberOf(this.sent % (this.round + 1));
      const body = anIssueEvent({ labels: [{ title }] });
      await this.send('/webhooks/gitlab', id, body);
      await delay(10);
    }
  }

  /** A CRM's way: sent again until it is acknowledged, and once more to be sure. */
  async sendSow(round: number): Promise<void> {
    const number = numberOf(round);
    const body = JSON.stringify({ ...sow, sow: { ...sow.sow, number } });
    for (let times = 0; times < 2 && this.isOn; await delay(20))
      if (await this.send('/webhooks/crm', `deal-${number}`, body)) times += 1;
  }

  private async send(path: string, id: string, body: string): Promise<boolean> {
    const answer = await service.post(path, body, service.signed(id, body)).catch(() => null);
    if (answer === null) return false;
    if (![200, 202].includes(answer.status)) throw new Error(`${path} answered ${answer.status}`);
    this.acknowledged.add(id);
    return true;
  }
}

const issuesOf = (engagement: string): readonly Issue[] =>
  world.sandbox.world.issues.filter(({ description }) => parseMarker(description)?.engagement === engagement);

/** Somebody does not wait for their turn; the service may be there to see it or not. */
function closeTooEarly(engagement: string): void {
  const kickOff = issuesOf(engagement).find(
    ({ description }) => parseMarker(description)?.step === 'kick-off',
  );
  if (kickOff !== undefined && !acted.has(engagement))
    world.sandbox.operations.setState(world.sandbox.user('eli'), kickOff, 'closed');
  // The fuse would pause an engagement at the third time.
  acted.add(engagement);
}

interface Killed {
  readonly rounds: number;
  /** How often a launch was cut in the middle. */
  readonly cut: number;
}

/** Starts, lets live for a random while under load, kills; many times. */
async function killManyTimes(load: Load, random: () => number): Promise<Killed> {
  let cut = 0;
  const sows: Promise<void>[] = [];
  for (const round of proofRounds(ROUNDS)) {
    await service.start();
    load.next(round);
    sows.push(load.sendSow(round));
    if (round > 0) closeTooEarly(numberOf(Math.floor(random() * round)));
    if (round % 2 === 0) await untilLaunched(numberOf(round), 1 + Math.floor(random() * (STEPS - 1)));
    else await delay(random() * LONGEST_LIFE_MS);
    await service.stop('SIGKILL');
    const open = Array.from({ length: round + 1 }, (_, n) => issuesOf(numberOf(n)).length);
    if (open.some((issues) => issues > 0 && issues < STEPS)) cut += 1;
  }
  await service.start();
  await Promise.all(sows);
  return { rounds: sows.length, cut };
}

/** Until a launch has made so many of its issues. */
async function untilLaunched(engagement: string, steps: number): Promise<void> {
  for (const until = Date.now() + LONGEST_WAIT_MS; Date.now() < until; await delay(2))
    if (issuesOf(engagement).length >= steps) return;
}

async function quiet(): Promise<void> {
  await expect
    .poll(
      async () => {
        const { inbox, lastSweep } = JSON.parse(await service.get('/readyz'));
        return { left: inbox.waiting + inbox.working, swept: lastSweep !== null };
      },
      // The lease of the last process that was killed ends first.
      { timeout: 90_000, interval: 200 },
    )
    .toEqual({ left: 0, swept: true });
}

async function expectAllDone(open: () => Promise<Store>, acknowledged: ReadonlySet<string>): Promise<void> {
  const store = await open();
  try {
    const states = new Map(
      (await store.list({ limit: 1_000_000 })).map(({ dedupeKey, state }) => [dedupeKey, state]),
    );
    const left = [...acknowledged].filter((id) => states.get(id) !== 'done');
    expect(left.map((id) => `${id} ${states.get(id) ?? 'lost'}`)).toEqual([]);
    expect(await store.figures()).toMatchObject({ waiting: 0, working: 0, dead: 0 });
  } finally {
    await store.close();
  }
}

async function expectOneOfEverything(rounds: number): Promise<void> {
  const { epics, issues, links, notes } = world.sandbox.world;
  expect(epics).toHaveLength(rounds);
  expect(issues).toHaveLength(rounds * STEPS);
  expect(links).toHaveLength(rounds * SHIPPED.links);
  for (let round = 0; round < rounds; round += 1) {
    const steps = issuesOf(numberOf(round)).map(({ description }) => parseMarker(description)?.step);
    expect(new Set(steps).size).toBe(STEPS);
    // Labels, texts, links and states are what the facts ask for: nothing is left to do.
    expect((await reconcile(deps, numberOf(round))).kind).toBe('unchanged');
  }
  const ours = notes.filter(({ body }) => parseNoteMarker(body) !== null);
  const perRule = ours.map(({ target, body }) => `${target.kind} ${target.id} ${parseNoteMarker(body)}`);
  expect(perRule.length).toBe(new Set(perRule).size);
  const closed = [...epics, ...issues].filter((item: Epic | Issue) => item.state === 'closed');
  expect(closed).toEqual([]);
}

async function prove(env: Readonly<Record<string, string>>, open: () => Promise<Store>): Promise<void> {
  service = await aServiceProcess(world, env);
  service.addHook();
  const load = new Load();
  const senders = Array.from({ length: SENDERS }, () => load.sendEvents());

  const { rounds, cut } = await killManyTimes(load, dice(PROOF_SEED));
  load.stop();
  await Promise.all(senders);
  await quiet();
  expect(await service.stop('SIGTERM')).toBe(0);

  console.info(
    `${rounds} rounds (seed ${PROOF_SEED}): ${load.acknowledged.size} deliveries acknowledged, ${cut} times a launch was cut in the middle`,
  );
  expect(load.acknowledged.size).toBeGreaterThan(rounds * 10);
  expect(cut).toBeGreaterThan(0);
  await expectAllDone(open, load.acknowledged);
  await expectOneOfEverything(rounds);
}

describe('the service, killed again and again under load', () => {
  it('loses nothing and doubles nothing with SQLite', PROOF, async () => {
    await prove({}, async () => await openSqliteInbox({ folder: service.data }));
  });

  describe.skipIf(bin === null)('with PostgreSQL', () => {
    let postgres: TestPostgres;

    beforeAll(async () => {
      if (bin !== null) postgres = await startPostgres(bin);
    });

    afterAll(async () => {
      await postgres?.stop();
    });

    it('loses nothing and doubles nothing', PROOF, async () => {
      await prove(
        { DATABASE_URL: postgres.url },
        async () => await openPostgresInbox({ databaseUrl: postgres.url }),
      );
    });
  });
});

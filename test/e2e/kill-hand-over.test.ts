/**
 * kill -9 of the service at points of hand-overs: what the CRM said is done in the end, with one of everything. One deal
 * is handed over in peace, which tells how many writes that takes; each of the others is cut after some of them.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { parseMarker, parseNoteMarker } from '#domain/text/marker.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { aDeal, type ChainWorld, ROLES, startChain, TO_SIGNATURE } from '#test/support/chain.ts';
import { findPostgres, startPostgres } from '#test/support/postgres.ts';
import { PROOF, proofPoints } from '#test/support/proof.ts';
import { aServiceProcess, type ServiceProcess } from '#test/support/service-process.ts';
import { SHIPPED } from '#test/support/shipped.ts';

/** Deals that are cut in `npm test`, with each store. */
const LEAST = 2;
/** So many writes, and half of the issues of a delivery are there: its epic and a note come before them. */
const AMONG_ISSUES = 2 + Math.floor(SHIPPED.issues / 2);
/** The lease of a process that was killed ends first. */
const LEASE_MS = 90_000;
/** How long a cut waits for its write, of which a hand-over may make fewer than the one before: a busy machine is slow. */
const LONGEST_WAIT_MS = 20_000;
const bin = findPostgres();

interface Cut {
  readonly world: ChainWorld;
  readonly service: ServiceProcess;
}

const dealOf = (n: number): string => `DEAL-${n + 1}`;
const sowOf = (n: number): string => `SOW-${7001 + n}`;

async function told(n: number, stage: string): Promise<Awaited<ReturnType<typeof aDeal>>> {
  const deal = await aDeal(stage);
  const own = { key: dealOf(n), url: `https://crm.example.com/opportunities/${n + 1}` };
  return { ...deal, deal: { ...deal.deal, ...own }, sow: { number: sowOf(n), signed_on: '2026-11-18' } };
}

/** Makes a deal that has everything but the word that it is won. */
async function almostWon(world: ChainWorld, n: number): Promise<void> {
  await world.tell(await told(n, 'scoping'));
  await world.tell(await told(n, 'negotiating'));
  await world.walk(dealOf(n), ...TO_SIGNATURE);
  world.perform(dealOf(n), 'signature');
}

async function win({ service }: Cut, n: number): Promise<number> {
  const body = JSON.stringify(await told(n, 'closed_won'));
  return (await service.post('/webhooks/crm', body, service.signed(`won-${n}`, body))).status;
}

/** Steps of an engagement that have an issue, each as often as it has one. */
const stepsOf = ({ sandbox }: ChainWorld, engagement: string): readonly string[] =>
  sandbox.world.issues.flatMap(({ description }) => {
    const marker = parseMarker(description);
    return marker?.engagement === engagement && marker.step !== null ? [marker.step] : [];
  });

/** By a loop of its own: `expect.poll` belongs to one test, and these run side by side. */
async function quiet({ service }: Cut): Promise<void> {
  for (const until = Date.now() + LEASE_MS; Date.now() < until; await delay(200)) {
    const { inbox, lastSweep } = JSON.parse(await service.get('/readyz'));
    if (inbox.waiting + inbox.working === 0 && lastSweep !== null) return;
  }
  throw new Error(`the service has not ended its work:\n${service.log().slice(-2_000)}`);
}

/**
 * Kills the service when it has made so many writes, told of a deal: in the write that follows, so that no busy machine
 * lets it go on meanwhile.
 *
 * @returns issues of the delivery by then
 */
async function cutAfter(cut: Cut, n: number, writes: number): Promise<number> {
  const { world, service } = cut;
  const { sandbox } = world;
  world.forget();
  expect(await win(cut, n)).toBe(202);
  const reached = Promise.withResolvers<void>();
  const forget = sandbox.onChange(() => {
    if (sandbox.ledger.writes().length >= writes) reached.resolve(service.kill());
  });
  await Promise.race([reached.promise, delay(LONGEST_WAIT_MS, undefined, { ref: false })]);
  forget();
  await service.stop('SIGKILL');
  return stepsOf(world, sowOf(n)).length;
}

async function expectOneOfEverything({ world }: Cut, deals: number): Promise<void> {
  const all = Array.from({ length: deals }, (_, n) => n);
  expect(world.epics()).toEqual(all.flatMap((n) => [dealOf(n), sowOf(n)]).toSorted());
  for (const n of all) {
    const steps = stepsOf(world, sowOf(n));
    expect({ n, steps: steps.length, once: new Set(steps).size }).toEqual({
      n,
      steps: SHIPPED.issues,
      once: SHIPPED.issues,
    });
    expect(world.epic(dealOf(n)).description).toContain(`Delivery ${sowOf(n)}`);
    expect(world.epic(sowOf(n)).description).toContain(`Deal [${dealOf(n)}]`);
    // Labels, texts, links and records are what the facts ask for: nothing is left to do.
    for (const key of [dealOf(n), sowOf(n)])
      expect({ key, kind: (await reconcile(world.deps, key)).kind }).toEqual({ key, kind: 'unchanged' });
  }
  const { notes, links } = world.sandbox.world;
  const rules = notes.flatMap(({ target, body, system }) => {
    const rule = system ? null : parseNoteMarker(body);
    return rule === null ? [] : [`${target.kind} ${target.id} ${rule}`];
  });
  expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([]);
  const linked = links.map(({ sourceId, targetId, type }) => `${sourceId} ${type} ${targetId}`);
  expect(new Set(linked).size).toBe(linked.length);
}

async function prove({ onTestFinished }: TestContext, env: Readonly<Record<string, string>>): Promise<void> {
  const world = await startChain({ onPort: true, now: () => new Date() });
  onTestFinished(async () => await world.close());
  const service = await aServiceProcess(world, env, ROLES);
  onTestFinished(async () => await service.remove());
  const cut = { world, service };
  for (let n = 0; n <= LEAST; n += 1) await almostWon(world, n);

  await service.start();
  await quiet(cut);
  world.forget();
  expect(await win(cut, 0)).toBe(202);
  await quiet(cut);
  const whole = world.sandbox.ledger.writes().length;
  expect(whole).toBeGreaterThan(SHIPPED.issues);

  const left: number[] = [];
  for (const drawn of proofPoints(whole, LEAST)) {
    // Before anything was written there is nothing to be begun again.
    const point = drawn === 0 ? AMONG_ISSUES : drawn;
    const n = left.length + 1;
    if (n > LEAST) await almostWon(world, n);
    left.push(await cutAfter(cut, n, point));
    await service.start();
    expect(await win(cut, n)).toBe(200);
  }
  console.info(`${left.length} hand-overs cut of ${whole} writes; issues made by then: ${left.join(', ')}`);
  expect(left.some((issues) => issues > 0 && issues < SHIPPED.issues)).toBe(true);
  await quiet(cut);
  expect(await service.stop('SIGTERM')).toBe(0);

  await expectOneOfEverything(cut, left.length + 1);
}

describe.concurrent('a hand-over that is cut by kill -9 and begun again', () => {
  it('loses nothing and doubles nothing with SQLite', PROOF, async (context) => {
    await prove(context, {});
  });

  it.skipIf(bin === null)('loses nothing and doubles nothing with PostgreSQL', PROOF, async (context) => {
    const postgres = await startPostgres(bin ?? '');
    context.onTestFinished(async () => await postgres.stop());
    await prove(context, { DATABASE_URL: postgres.url });
  });
});

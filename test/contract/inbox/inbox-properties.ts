/** Random interleavings of what senders, two processes' workers and operators do, against a model that fits on a page. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Claim, DeliveryState, Inbox } from '#ports/inbox.ts';
import { assertRounds, PROOF, proofRuns } from '#test/support/proof.ts';
import { afterLease, type InboxHarness, now, type StoreUnderTest } from './inbox-harness.ts';

const KEYS = 8;
const ENGAGEMENTS = 3;

interface Known {
  readonly key: string;
  readonly engagement: string | null;
  readonly state: DeliveryState | 'dropped';
  readonly attempts: number;
  /** Whether it is due, when it waits. */
  readonly due: boolean;
}

interface World {
  readonly inboxes: readonly Inbox[];
  readonly store: StoreUnderTest;
  /** In the order of arrival. */
  known: Known[];
  readonly claims: Claim[];
  /** Claims whose lease ran out; their work is returned by the next claim. */
  lost: Claim[];
}

const index = fc.nat({ max: 20 });
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), who: index, key: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('quarantine' as const), who: index, key: index }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('claim' as const), who: index }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'done' as const,
        'retry-now' as const,
        'retry-later' as const,
        'bury' as const,
        'release' as const,
        'renew' as const,
      ),
      who: index,
      claim: index,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('replay' as const, 'drop' as const),
      who: index,
      key: index,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end-lost' as const), who: index, claim: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('prune' as const), who: index }) },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

export function inboxProperties(harness: InboxHarness, numRuns: number): void {
  it('behaves like its model under any interleaving', PROOF, async () => {
    await assertRounds(
      fc.asyncProperty(
        fc.array(command, { minLength: 5, maxLength: 40 }),
        fc.boolean(),
        async (commands, crash) => {
          const store = await harness.newStore();
          const inboxes = [await store.open(), await store.open()];
          const world: World = { inboxes, store, known: [], claims: [], lost: [] };
          try {
            for (const each of commands) {
              await perform(world, each);
              await agree(world);
            }
            if (crash) await loseAll(world);
            await drainAll(world);
          } finally {
            for (const inbox of inboxes) await inbox.close();
          }
        },
      ),
      proofRuns(numRuns),
    );
  });
}

function change(world: World, matches: (known: Known) => boolean, to: (known: Known) => Known): void {
  world.known = world.known.map((known) => (matches(known) ? to(known) : known));
}

async function perform(world: World, each: Command): Promise<void> {
  const inbox = world.inboxes[each.who % 2] as Inbox;
  switch (each.kind) {
    case 'put':
    case 'quarantine':
      return await put(world, inbox, each.kind, each.key % KEYS);
    case 'claim':
      return await claim(world, inbox, now());
    case 'replay':
    case 'drop':
      return await operate(world, inbox, each.kind, each.key);
    case 'end-lost':
      return await endLost(world, inbox, each.claim);
    case 'prune':
      return await prune(world, inbox);
    case 'done':
    case 'retry-now':
    case 'retry-later':
    case 'bury':
    case 'release':
    case 'renew':
      return await endClaim(world, inbox, each.kind, each.claim);
  }
}

async function put(world: World, inbox: Inbox, kind: 'put' | 'quarantine', number: number): Promise<void> {
  const key = `key-${number}`;
  const isKnown = world.known.some((known) => known.key === key);
  const engagement = `SOW-${number % ENGAGEMENTS}`;
  const delivery = {
    source: 'gitlab' as const,
    dedupeKey: key,
    payload: null,
    receivedAt: now(-1),
    requestId: 'r',
  };
  if (kind === 'put') {
    const result = await inbox.put({ ...delivery, kind: 'wake', engagement });
    expect(result).toBe(isKnown ? 'duplicate' : 'stored');
    if (!isKnown) world.known.push({ key, engagement, state: 'waiting', attempts: 0, due: true });
  } else {
    const some = number % 2 === 0 ? engagement : null;
    const result = await inbox.quarantine({ ...delivery, kind: 'unknown', engagement: some, reason: 'x' });
    expect(result).toBe(isKnown ? 'duplicate' : 'stored');
    if (!isKnown) world.known.push({ key, engagement: some, state: 'dead', attempts: 0, due: false });
  }
}

async function claim(world: World, inbox: Inbox, at: string): Promise<void> {
  const busy = new Set(world.claims.map(({ engagement }) => engagement));
  const left = new Set(world.lost.map(({ engagement }) => engagement));
  const isTaken = (known: Known): boolean =>
    (known.state === 'waiting' && known.due) ||
    (known.state === 'working' && left.has(known.engagement ?? ''));
  const free = world.known.filter((known) => isTaken(known) && !busy.has(known.engagement ?? ''));
  const taken = await inbox.claim(at);
  if (taken === null) return expect(free).toEqual([]);
  const expected = free.filter(({ engagement }) => engagement === taken.engagement);
  expect(expected).not.toEqual([]);
  expect(taken.deliveries.map(({ dedupeKey, attempts }) => [dedupeKey, attempts])).toEqual(
    expected.map(({ key, attempts }) => [key, attempts + 1]),
  );
  world.claims.push(taken);
  change(
    world,
    (known) => expected.includes(known),
    (known) => ({ ...known, state: 'working', attempts: known.attempts + 1 }),
  );
}

type Ending = Extract<Command, { claim: number }>['kind'];

async function endClaim(world: World, inbox: Inbox, kind: Ending, number: number): Promise<void> {
  const ended = world.claims[number % Math.max(1, world.claims.length)];
  if (ended === undefined) return;
  if (kind === 'renew') return expect(await inbox.renew(ended, now())).toBe(true);
  world.claims.splice(world.claims.indexOf(ended), 1);
  await end(inbox, ended, kind);
  change(
    world,
    ({ state, engagement }) => state === 'working' && engagement === ended.engagement,
    (known) => ({ ...known, ...outcomeOf(kind, known) }),
  );
}

function outcomeOf(kind: Ending, { attempts }: Known): Partial<Known> {
  if (kind === 'done') return { state: 'done' };
  if (kind === 'bury') return { state: 'dead' };
  if (kind === 'release') return { state: 'waiting', due: true, attempts: attempts - 1 };
  return { state: 'waiting', due: kind === 'retry-now' };
}

async function end(inbox: Inbox, ended: Claim, kind: Ending): Promise<void> {
  if (kind === 'done') await inbox.done(ended, now());
  else if (kind === 'bury') await inbox.bury(ended, 'x');
  else if (kind === 'release') await inbox.release(ended);
  else await inbox.retry(ended, now(kind === 'retry-now' ? -1 : 60 * 60_000), 'x');
}

/** What a worker says about a claim it lost changes nothing. */
async function endLost(world: World, inbox: Inbox, number: number): Promise<void> {
  const ended = world.lost[number % Math.max(1, world.lost.length)];
  if (ended !== undefined) await inbox.done(ended, now());
}

async function operate(world: World, inbox: Inbox, kind: 'replay' | 'drop', number: number): Promise<void> {
  const target = world.known[number % Math.max(1, world.known.length)];
  if (target === undefined || target.state === 'dropped') return;
  const [stored] = (await inbox.list({ limit: 100 })).filter(({ dedupeKey }) => dedupeKey === target.key);
  const id = stored?.id ?? '';
  if (kind === 'replay') {
    const can = ['dead', 'done'].includes(target.state) && target.engagement !== null;
    expect(await inbox.replay(id, now())).toBe(can);
    if (can)
      change(
        world,
        (known) => known === target,
        (known) => ({ ...known, state: 'waiting', due: true, attempts: 0 }),
      );
  } else {
    const can = ['dead', 'waiting'].includes(target.state);
    expect(await inbox.drop(id)).toBe(can);
    if (can)
      change(
        world,
        (known) => known === target,
        (known) => ({ ...known, state: 'dropped' }),
      );
  }
}

async function prune(world: World, inbox: Inbox): Promise<void> {
  const removed = world.known.filter(({ state }) => state === 'done' || state === 'dropped');
  expect(await inbox.prune(afterLease())).toBe(removed.length);
  world.known = world.known.filter((known) => !removed.includes(known));
}

/** The store shows what the model knows. */
async function agree({ inboxes, known }: World): Promise<void> {
  const [, inbox] = inboxes;
  const count = (state: string): number => known.filter((each) => each.state === state).length;
  const expected = { waiting: count('waiting'), working: count('working'), dead: count('dead') };
  expect(await inbox?.figures()).toMatchObject(expected);
  const listed = await inbox?.list({ limit: 100 });
  expect(listed?.map(({ dedupeKey, state, attempts }) => [dedupeKey, state, attempts])).toEqual(
    known
      .filter(({ state }) => state !== 'dropped')
      .toReversed()
      .map(({ key, state, attempts }) => [key, state, attempts]),
  );
}

/** All workers die: their claims run out. */
async function loseAll(world: World): Promise<void> {
  world.lost = world.claims.splice(0);
  await world.store.expireLeases();
}

/** In the end everything that is due is worked on, once. */
async function drainAll(world: World): Promise<void> {
  const [inbox] = world.inboxes as [Inbox];
  // Retries of an hour later stay: the time of a claim is only moved on to run out leases.
  const at = world.lost.length > 0 ? afterLease() : now();
  for (let rounds = 0; rounds < 50; rounds += 1) {
    for (const each of world.claims.splice(0)) {
      await inbox.done(each, now());
      change(
        world,
        ({ state, engagement }) => state === 'working' && engagement === each.engagement,
        (known) => ({ ...known, state: 'done' }),
      );
    }
    await claim(world, inbox, at);
    if (world.claims.length === 0) break;
    const [taken] = world.claims;
    world.lost = world.lost.filter(({ engagement }) => engagement !== taken?.engagement);
  }
  expect(world.known.filter(({ state, due }) => state === 'working' || (state === 'waiting' && due))).toEqual(
    [],
  );
}

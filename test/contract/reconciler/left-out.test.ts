/** A full sweep that leaves out what is over ends as one that reads everything does, but for what it sees a fortnight later. */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { compareText } from '#domain/base/compare-text.ts';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { KnownEngagements } from '#domain/engagement/known.ts';
import type { LookedAt } from '#reconciler/loop/comment-look.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { findDrift } from '#reconciler/work/find-drift.ts';
import { isSeen, type SweepResult, sweep } from '#reconciler/work/sweep.ts';
import type { Epic } from '#sandbox/world.ts';
import { aProcess, aStep } from '#test/support/builders.ts';
import { sayIn } from '#test/support/commands.ts';
import { beginFrom, snapshotOf } from '#test/support/copied-world.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { multiply } from '#test/support/many-engagements.ts';
import { assertRounds, PROOF, proofRuns } from '#test/support/proof.ts';

const DAY_MS = 86_400_000;
const BEGUN = Date.parse('2026-03-02T09:00:00Z');
const PROCESS = aProcess({
  steps: [aStep('first', { owner: 'manager' }), aStep('last', { after: [{ step: 'first', until: 'done' }] })],
  closeWhen: ['last'],
});
/** Runs, and is older than all that is over. */
const OLD = 'SOW-1900';
const OVER = 40;
const RECENT: readonly EngagementKey[] = ['SOW-2001', 'SOW-2002', 'SOW-2003'];

let nowMs = BEGUN;
let open: EngagementWorld | null = null;

afterAll(async () => {
  await open?.close();
});

/** Ends the world before. */
async function start(): Promise<EngagementWorld> {
  await open?.close();
  open = await startEngagement({ process: PROCESS, now: () => new Date(nowMs) });
  return open;
}

async function launch(world: EngagementWorld, number: EngagementKey): Promise<void> {
  const sow = { ...world.sow, sow: { ...world.sow.sow, number } };
  await reconcile(world.deps, number, { sow, process: PROCESS.id });
}

/** An old one that runs, forty that are over, three that run; and what a sweep of everything has seen. */
const begun = (async () => {
  const world = await start();
  await launch(world, OLD);
  nowMs += 10 * DAY_MS;
  await world.apply();
  await world.walk('first', 'last');
  await world.reconcile();
  multiply(world, OVER, 3_600_000);
  nowMs += 10 * DAY_MS;
  for (const number of RECENT) await launch(world, number);
  let results: readonly SweepResult[] = [];
  for (let round = 0; round < 3; round += 1) {
    nowMs += DAY_MS;
    results = await sweep(world.deps);
  }
  world.forget();
  return { snapshot: snapshotOf(world), results, at: nowMs };
})();

async function startAgain(): Promise<EngagementWorld> {
  const { snapshot, at } = await begun;
  nowMs = at;
  const world = await start();
  beginFrom(world, snapshot);
  nowMs += DAY_MS;
  return world;
}

interface Memory {
  readonly known: KnownEngagements;
  readonly lookedAt: LookedAt;
}

function remembered(results: readonly SweepResult[], at: number): Memory {
  return {
    known: {
      changedSince: new Date(at - 600_000).toISOString(),
      created: new Map(results.map(({ engagement, createdAt }) => [engagement, createdAt ?? ''])),
      over: new Set(results.filter(({ over }) => over).map(({ engagement }) => engagement)),
    },
    lookedAt: new Map(results.map(({ engagement, lookedAt }) => [engagement, lookedAt ?? ''])),
  };
}

const beforeNow = async (): Promise<Memory> => {
  const { results, at } = await begun;
  return remembered(results, at);
};

function epicOf(world: EngagementWorld, engagement: EngagementKey): Epic {
  const epic = world.sandbox.world.epics.find(({ title }) => title.startsWith(`${engagement} `));
  if (epic === undefined) throw new Error(`${engagement} has no epic`);
  return epic;
}

/** What is in GitLab, but for instants and the numbers of things. */
function told(world: EngagementWorld): unknown {
  const { epics, issues, labels } = world.sandbox.world;
  const names = new Map(labels.map(({ id, name }) => [id, name]));
  return [...epics, ...issues]
    .map(({ title, state, labelIds }) => {
      const its = labelIds.map((id) => names.get(id) ?? '').toSorted(compareText);
      return [title, state, ...its].join(' ');
    })
    .toSorted(compareText);
}

/** What happens unseen. Only the last two move no `updated_at`. */
const EVENTS = {
  close: (world, engagement) => {
    const epic = epicOf(world, engagement);
    const [issue] = world.sandbox.world.issues.filter(({ epicId }) => epicId === epic.id);
    if (issue !== undefined) world.by('mira').close(issue);
  },
  'close the epic': (world, engagement) => world.by('mira').close(epicOf(world, engagement)),
  reopen: (world, engagement) => {
    const epic = epicOf(world, engagement);
    const issue = world.sandbox.world.issues.findLast(({ epicId }) => epicId === epic.id);
    if (issue !== undefined) world.by('mira').reopen(issue);
  },
  'reopen the epic': (world, engagement) => world.by('mira').reopen(epicOf(world, engagement)),
  'take the label off': (world, engagement) => {
    const epic = epicOf(world, engagement);
    const [label] = world.sandbox.world.labels.filter(({ name }) => name === engagement);
    world.sandbox.operations.updateEpic(world.sandbox.user('mira'), epic, {
      removeLabels: label === undefined ? [] : [label.name],
    });
  },
  command: (world, engagement) =>
    void sayIn(world, 'mira', epicOf(world, engagement), '/ps hold until 2026-12-24 The customer is away'),
  'delete the epic': (world, engagement) =>
    world.sandbox.operations.deleteEpic(world.sandbox.user('mira'), epicOf(world, engagement)),
  'delete the label': (world, engagement) => {
    const { labels, epics, issues } = world.sandbox.world;
    const at = labels.findIndex(({ name }) => name === engagement);
    const [label] = at === -1 ? [] : labels.splice(at, 1);
    for (const item of [...epics, ...issues]) item.labelIds = item.labelIds.filter((id) => id !== label?.id);
  },
} satisfies Record<string, (world: EngagementWorld, engagement: EngagementKey) => void>;

type Event = keyof typeof EVENTS;
const UNSEEN: readonly Event[] = ['delete the epic', 'delete the label'];
const SOME_OVER: readonly EngagementKey[] = ['SOW-1042', 'SOW-M3', 'SOW-M20', 'SOW-M39'];

/** Lets the same happen in two worlds, of which one leaves out what is over. */
async function bothWays(
  happened: readonly (readonly [Event, EngagementKey])[],
  whole = false,
): Promise<{ readonly with: unknown; readonly without: unknown }> {
  const live = async (memory: Memory | null): Promise<unknown> => {
    const world = await startAgain();
    for (const [event, engagement] of happened)
      try {
        EVENTS[event](world, engagement);
      } catch {
        // What is gone or was closed already stays as it is.
      }
    nowMs += 60_000;
    const results = await sweep(world.deps, memory === null ? {} : { ...memory, whole });
    const seen = new Set(results.filter(isSeen).map(({ engagement }) => engagement));
    const all = [OLD, ...RECENT, ...SOME_OVER].map((engagement) => seen.has(engagement));
    return [told(world), all];
  };
  return { with: await live(await beforeNow()), without: await live(null) };
}

describe('a full sweep that leaves out what is over', () => {
  it('reads pages of what was created lately, and older ones that run by their labels', async () => {
    const world = await startAgain();
    const memory = await beforeNow();
    expect(memory.known.over.size).toBe(OVER);
    world.sandbox.ledger.clear();

    const results = await sweep(world.deps, memory);

    const outcomes = Map.groupBy(results, ({ outcome }) => outcome.kind);
    expect(outcomes.get('left-out')?.length).toBe(OVER);
    expect(
      outcomes
        .get('unchanged')
        ?.map(({ engagement }) => engagement)
        .toSorted(),
    ).toEqual([OLD, ...RECENT].toSorted());
    expect(world.sandbox.ledger.writes()).toEqual([]);
    // Two lists of what changed, two in bulk, two for the old one; who is asked for the user and his comments comes besides.
    const lists = world.sandbox.ledger
      .entries()
      .filter(({ route }) => route.endsWith('/epics') || route.endsWith('/issues'));
    expect(lists.length).toBe(6);
    const again = remembered(results, nowMs).known;
    expect(again.over).toEqual(memory.known.over);
    expect(again.created).toEqual(memory.known.created);
  });

  it.each(
    Object.keys(EVENTS).flatMap((event) =>
      [OLD, 'SOW-M20'].map((engagement) => [event as Event, engagement] as const),
    ),
  )('ends as one that reads everything after: %s of %s', async (event, engagement) => {
    const isLate = UNSEEN.includes(event) && engagement === 'SOW-M20';
    const both = await bothWays([[event, engagement]], isLate);

    expect(both.with).toEqual(both.without);
  });

  it('sees only in its fortnight that the label of one that is over was deleted', async () => {
    const late = await bothWays([['delete the label', 'SOW-M20']]);

    expect(late.with).not.toEqual(late.without);
  });

  it('ends as one that reads everything, whatever happened before', PROOF, async () => {
    const isSeenAtOnce = (event: Event, engagement: EngagementKey): boolean =>
      !UNSEEN.includes(event) || !SOME_OVER.includes(engagement);
    const happening = fc
      .tuple(
        fc.constantFrom(...(Object.keys(EVENTS) as Event[])),
        fc.constantFrom(OLD, ...RECENT, ...SOME_OVER),
      )
      .filter(([event, engagement]) => isSeenAtOnce(event, engagement));
    await assertRounds(
      fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 5 }), async (happened) => {
        const both = await bothWays(happened);
        expect(both.with).toEqual(both.without);
      }),
      proofRuns(3),
    );
  });

  it('is what the service does, too', async () => {
    const world = await startAgain();
    const { known, lookedAt } = await beforeNow();
    EVENTS.close(world, OLD);
    EVENTS.reopen(world, 'SOW-M3');
    nowMs += 60_000;

    const some = await findDrift(world.deps, null, lookedAt, { known });
    const all = await findDrift(world.deps, null, lookedAt);

    expect(some.drifted.toSorted()).toEqual(all.drifted.toSorted());
    expect(some.drifted.length).toBe(2);
    expect([some.isWhole, all.isWhole]).toEqual([false, true]);
    expect(some.over).toEqual(all.over);
    expect(some.seen).toBe(all.seen);
    expect(some.missing).toEqual([]);
    expect(some.created).toEqual(all.created);
  });
});

/** What a sweep reads of the comments on epics: what is new, and of the rest a little every day. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LookMemory } from '#ports/look-memory.ts';
import type { LookedAt } from '#reconciler/loop/comment-look.ts';
import { findDrift } from '#reconciler/work/find-drift.ts';
import { createLookAhead } from '#reconciler/work/look-ahead.ts';
import { type SweepResult, sweep } from '#reconciler/work/sweep.ts';
import { runSweeps } from '#reconciler/work/sweep-schedule.ts';
import { sayIn } from '#test/support/commands.ts';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';
import { looksInMemory } from '#test/support/look-memory.ts';
import { multiply } from '#test/support/many-engagements.ts';

const ENGAGEMENTS = 15;
const ISSUES = ENGAGEMENTS * 12;
const PER_PAGE = 100;
/** Labels of the group, the capabilities, the user: whatever the number of engagements. */
const BESIDE = 5;

let world: EngagementWorld;
let now: Date;

beforeEach(async () => {
  now = new Date('2026-11-23T09:00:00Z');
  world = await startLaunched({ now: () => now });
  multiply(world, ENGAGEMENTS);
});

afterEach(async () => {
  await world.close();
});

const remembered = (results: readonly SweepResult[]): LookedAt =>
  new Map(results.flatMap(({ engagement, lookedAt }) => (lookedAt === null ? [] : [[engagement, lookedAt]])));

/** Sweeps in full the day after, and tells of which epics it read the comments. */
async function sweepAgain(lookedAt: LookedAt): Promise<{
  readonly results: readonly SweepResult[];
  readonly notes: number;
  readonly requests: number;
}> {
  now = new Date(now.getTime() + 3_600_000);
  world.sandbox.ledger.clear();
  const results = await sweep(world.deps, { lookedAt });
  const entries = world.sandbox.ledger.entries();
  return {
    results,
    notes: entries.filter(({ route }) => route.includes('epics') && route.includes('notes')).length,
    requests: entries.length,
  };
}

describe('a full sweep after a busy week', () => {
  it('reads the comments of every epic when nothing is remembered', async () => {
    const { notes } = await sweepAgain(new Map());

    expect(notes).toBe(ENGAGEMENTS);
  });

  it('costs pages of epics and issues, and the comments of one epic in fourteen', async () => {
    const lookedAt = remembered(await sweep(world.deps));
    expect(lookedAt.size).toBe(ENGAGEMENTS);

    const { results, notes, requests } = await sweepAgain(lookedAt);

    expect(results.filter(({ outcome }) => outcome.kind !== 'unchanged')).toEqual([]);
    expect(notes).toBeLessThanOrEqual(ENGAGEMENTS / 5);
    const pages = Math.ceil(ENGAGEMENTS / PER_PAGE) + Math.ceil(ISSUES / PER_PAGE);
    expect(requests).toBeLessThanOrEqual(pages + notes + BESIDE);
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('sees what was said on an epic since, whatever is remembered', async () => {
    const lookedAt = remembered(await sweep(world.deps));
    now = new Date(now.getTime() + 1);
    sayIn(world, 'mira', world.epic(), '/ps hold until 2026-12-24 The customer is away');

    const { results } = await sweepAgain(lookedAt);

    expect(
      results.filter(({ outcome }) => outcome.kind === 'applied').map(({ engagement }) => engagement),
    ).toEqual(['SOW-1042']);
  });

  it('sees that a comment it had read was edited into a command', async () => {
    const note = sayIn(world, 'mira', world.epic(), 'We will see');
    const lookedAt = remembered(await sweep(world.deps));
    now = new Date(now.getTime() + 1);
    world.sandbox.operations.updateNote(
      world.sandbox.user('mira'),
      note,
      '/ps hold until 2026-12-24 They are away',
    );

    const { results } = await sweepAgain(lookedAt);

    expect(
      results.filter(({ outcome }) => outcome.kind === 'applied').map(({ engagement }) => engagement),
    ).toEqual(['SOW-1042']);
  });

  it('looks once more at what it has changed itself, and then no longer', async () => {
    world.by('eli').close(world.issue('kick-off'));
    const first = await sweepAgain(remembered(await sweep(world.deps)));
    const second = await sweepAgain(remembered(first.results));

    expect(second.notes).toBeLessThanOrEqual(first.notes + 1);
    expect(second.results.filter(({ outcome }) => outcome.kind !== 'unchanged')).toEqual([]);
  });

  it('looks again at what failed', async () => {
    world.by('eli').close(world.issue('kick-off'));
    world.sandbox.faults.failNext({ method: 'PUT', when: 'before', kind: 'status', status: 403 });

    const results = await sweep(world.deps);

    expect(results.find(({ engagement }) => engagement === 'SOW-1042')?.lookedAt ?? null).toBeNull();
  });
});

/** Epics whose comments the first sweep of a service reads, and how it ended. */
async function startService(looks: LookMemory): Promise<number> {
  world.sandbox.ledger.clear();
  const ending = new AbortController();
  const failures: string[] = [];
  await runSweeps(
    {
      ...world.deps,
      inbox: { put: async () => 'stored' },
      looks,
      everyMs: 300_000,
      lookAhead: createLookAhead(),
      sooner: {
        ring: () => {},
        wait: async () => {
          ending.abort();
          return 'silent';
        },
      },
      onSweep: (swept) => void ('failed' in swept && failures.push(swept.failed)),
    },
    ending.signal,
  );
  expect(failures).toEqual([]);
  return world.sandbox.ledger
    .entries()
    .filter(({ route }) => route.includes('epics') && route.includes('notes')).length;
}

it('a service that starts again goes by what was looked at before', async () => {
  const looks = looksInMemory();
  expect(await startService(looks)).toBe(ENGAGEMENTS);
  now = new Date(now.getTime() + 3_600_000);

  expect(await startService(looks)).toBeLessThanOrEqual(ENGAGEMENTS / 5);
  world.sandbox.operations.updateEpic(world.sandbox.user('mira'), world.epic(), { title: 'Another title' });
  const after = await startService(looks);
  expect(after).toBeLessThanOrEqual(ENGAGEMENTS / 5 + 1);
});

it('the service finds drift by the same memory', async () => {
  const { lookedAt } = await findDrift(world.deps, null);
  world.sandbox.ledger.clear();
  now = new Date(now.getTime() + 3_600_000);

  const again = await findDrift(world.deps, null, lookedAt);

  expect(again.drifted).toEqual([]);
  expect(again.lookedAt).toEqual(lookedAt);
  const notes = world.sandbox.ledger.entries().filter(({ route }) => route.includes('notes'));
  expect(notes.length).toBeLessThanOrEqual(ENGAGEMENTS / 5);
});

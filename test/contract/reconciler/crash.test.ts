/** Crashes and lost answers at every point of a launch: a second run ends in the same world, with one of everything. */

import { afterEach, describe, expect, it } from 'vitest';
import { fillIn } from '#demo/do-step.ts';
import { AppError } from '#domain/base/errors.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { aProcess } from '#test/support/builders.ts';
import { COMMANDED, lookIn, sayIn } from '#test/support/commands.ts';
import { beginFrom, type Snapshot } from '#test/support/copied-world.ts';
import { leftByDying } from '#test/support/dying.ts';
import { type EngagementOptions, type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { shownInEpic } from '#test/support/epic-order.ts';
import { readable } from '#test/support/records.ts';
import { SHIPPED } from '#test/support/shipped.ts';

let current: EngagementWorld | null = null;

/** Starts a world and ends the one before it. */
async function start(options: EngagementOptions = {}): Promise<EngagementWorld> {
  await stop();
  current = await startEngagement(options);
  return current;
}

async function stop(): Promise<void> {
  await current?.close();
  current = null;
}

afterEach(stop);

/** The world without the numbers that depend on how often something was tried. */
function shape(world: EngagementWorld): unknown {
  const { issues, epics, links, notes, labels } = world.sandbox.world;
  const name = (id: number): string => {
    const issue = issues.find((candidate) => candidate.id === id);
    return parseMarker(issue?.description ?? '')?.step ?? `foreign ${id}`;
  };
  const text = (description: string): string =>
    readable(description)
      .replaceAll(/(#|=)\d+/g, '$1n')
      .replaceAll(/"issue":\d+/g, '"issue":n');
  return {
    epics: epics.map((epic) => ({
      title: epic.title,
      state: epic.state,
      labels: world.labels(epic).toSorted(),
      description: text(epic.description),
    })),
    issues: issues.map((issue) => ({
      step: name(issue.id),
      title: issue.title,
      state: issue.state,
      labels: world.labels(issue).toSorted(),
      assignees: issue.assigneeIds,
      dueDate: issue.dueDate,
      epicId: issue.epicId,
      description: text(issue.description),
    })),
    links: links
      .map(({ sourceId, targetId, type }) => `${name(sourceId)} ${type} ${name(targetId)}`)
      .toSorted(),
    notes: notes.filter(({ system }) => !system).map(({ body }) => text(body)),
    labels: labels.map((label) => label.name).toSorted(),
    inEpic: shownInEpic(world.sandbox.world),
  };
}

async function launch(world: EngagementWorld, deps: ReconcileDeps = world.deps): Promise<void> {
  await reconcile(deps, world.sow.sow.number, { sow: world.sow, process: world.process.id });
}

/** Runs as an operator would: again, until it no longer fails. */
async function untilDone(world: EngagementWorld): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    try {
      await launch(world, world.over(world.connect()));
      return;
    } catch (error) {
      if (!(error instanceof AppError) || error.disposition !== 'retry') throw error;
    }
  }
  throw new Error('five runs were not enough');
}

/** Where a run that is killed after any call leaves GitLab. */
async function leftAfterEachCall(
  world: EngagementWorld,
  run: (deps: ReconcileDeps) => Promise<unknown>,
): Promise<readonly Snapshot[]> {
  return await leftByDying(world, (gitlab) => run(world.over(gitlab)));
}

/** A new world that begins as `left`. */
async function startFrom(left: Snapshot, options: EngagementOptions = {}): Promise<EngagementWorld> {
  const world = await start(options);
  beginFrom(world, left);
  return world;
}

async function cleanLaunch(options: EngagementOptions = {}): Promise<{ wanted: unknown; requests: number }> {
  const world = await start(options);
  await launch(world);
  return { wanted: shape(world), requests: world.sandbox.ledger.entries().length };
}

describe('a crash during a launch', () => {
  it('after any call: the next run completes it, with exactly one of everything', {
    timeout: 240_000,
  }, async () => {
    const whole = await start();
    const left = await leftAfterEachCall(whole, (deps) => launch(whole, deps));
    const wanted = shape(whole);

    for (const [call, snapshot] of left.entries()) {
      const world = await startFrom(snapshot);
      await untilDone(world);
      expect({ call, ...(shape(world) as object) }).toEqual({ call, ...(wanted as object) });
    }

    expect(left.length).toBeGreaterThan(20);
  });
});

describe('a crash while an engagement closes', () => {
  /** Everything is done; the last step was closed and nobody has answered yet. */
  async function atTheEnd(): Promise<EngagementWorld> {
    const world = await start({ process: aProcess() });
    await launch(world);
    await world.walk('first', 'second');
    fillIn(world.sandbox.operations, world.sandbox.user('eli'), world.issue('last'), []);
    world.by('eli').close(world.issue('last'));
    return world;
  }

  it('after any call: the next run closes the epic with one note', async () => {
    const clean = await atTheEnd();
    const left = await leftAfterEachCall(clean, (deps) => reconcile(deps, 'SOW-1042'));
    const wanted = shape(clean);

    for (const [call, snapshot] of left.entries()) {
      const world = await startFrom(snapshot, { process: aProcess() });
      await world.reconcile();
      expect({ call, ...(shape(world) as object) }).toEqual({ call, ...(wanted as object) });
    }

    expect(left.length).toBeGreaterThan(3);
    expect(JSON.stringify(wanted)).toContain('is **closed**');
  });
});

describe('a crash while comments are followed', () => {
  /** Five commands at once, on the epic and on issues, none followed yet. */
  async function spoken(): Promise<EngagementWorld> {
    const world = await start({ process: COMMANDED });
    await launch(world);
    sayIn(world, 'mira', world.epic(), '/ps skip first nobody to choose\n/ps assign engineer @noor');
    sayIn(world, 'mira', world.epic(), '/ps add change-order More hours');
    sayIn(world, 'mira', world.issue('second'), '/ps waive done by phone\n/ps due 2027-02-01 they are away');
    sayIn(world, 'casey', world.issue('second'), '/ps waive I want it');
    return world;
  }

  /** What was said during a hold is still to be done. */
  async function held(): Promise<EngagementWorld> {
    const world = await start({ process: COMMANDED });
    await launch(world);
    sayIn(world, 'mira', world.epic(), '/ps hold they are away');
    sayIn(
      world,
      'mira',
      world.epic(),
      '/ps skip first nobody to choose\n/ps due last 2027-02-01 they are away',
    );
    sayIn(world, 'mira', world.epic(), '/ps assign engineer @noor\n/ps add change-order More hours');
    await lookIn(world);
    sayIn(world, 'mira', world.issue('second'), '/ps resume');
    return world;
  }

  /** Reading places differ with how often comments of ours were counted. */
  const settled = (world: EngagementWorld): unknown =>
    JSON.parse(
      JSON.stringify(shape(world), (_, value: unknown) =>
        typeof value === 'string' ? readable(value) : value,
      ),
    );

  it.each([
    ['follows each once, with one answer and one reaction each', spoken, 2],
    ['does what was said during a hold, once', held, 1],
  ])('after any call: the next run %s', { timeout: 240_000 }, async (_, begin, reactions) => {
    const clean = await begin();
    const left = await leftAfterEachCall(clean, (deps) =>
      reconcile(deps, 'SOW-1042', { comments: LOOK_EVERYWHERE }),
    );
    await lookIn(clean);
    const wanted = settled(clean);
    expect(clean.sandbox.world.awards).toHaveLength(reactions);

    for (const [call, snapshot] of left.entries()) {
      const world = await startFrom(snapshot, { process: COMMANDED });
      await lookIn(world);
      await lookIn(world);
      expect({ call, ...(settled(world) as object) }).toEqual({ call, ...(wanted as object) });
      expect(world.sandbox.world.awards).toHaveLength(reactions);
    }

    expect(left.length).toBeGreaterThan(7);
  });
});

describe('a lost answer during a launch', () => {
  const faults = [
    ['the connection breaks before the request is carried out', { when: 'before', kind: 'reset' }],
    ['the connection breaks after it was carried out', { when: 'after', kind: 'reset' }],
    ['502 after it was carried out', { when: 'after', kind: 'status', status: 502 }],
    ['500 before it was carried out', { when: 'before', kind: 'status', status: 500 }],
    ['half an answer', { when: 'after', kind: 'truncated' }],
    ['429 without Retry-After', { when: 'before', kind: 'status', status: 429 }],
  ] as const;

  it.each(faults)('at any request, %s: exactly one of everything', async (_, fault) => {
    const small = { process: aProcess() };
    const { wanted, requests } = await cleanLaunch(small);

    for (let n = 1; n <= requests; n += 1) {
      const world = await start(small);
      world.sandbox.faults.failAtRequest(n, fault);
      await untilDone(world);
      expect({ n, ...(shape(world) as object) }).toEqual({ n, ...(wanted as object) });
    }
  });
});

describe('two writers at once', () => {
  it('end with one epic and one issue per step; the doubles are closed with a note', async () => {
    const world = await start();
    const other = world.over(world.connect());

    await Promise.allSettled([
      launch(world),
      launch(world, other),
      launch(world, world.over(world.connect())),
    ]);
    await launch(world);
    await launch(world, other);

    const live = world.sandbox.world.epics.filter(({ state }) => state === 'opened');
    expect(live).toHaveLength(1);
    const steps = world.sandbox.world.issues
      .filter(({ state }) => state === 'opened')
      .map(({ description }) => parseMarker(description)?.step);
    expect(new Set(steps).size).toBe(SHIPPED.issues);
    expect(steps).toHaveLength(SHIPPED.issues);
    expect(
      world.sandbox.world.issues.filter(({ state, epicId }) => state === 'opened' && epicId !== live[0]?.id),
    ).toEqual([]);
    world.sandbox.ledger.clear();
    await launch(world);
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });
});

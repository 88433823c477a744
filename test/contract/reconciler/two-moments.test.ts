/** Epic, issues and memory that were read at different moments. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { GitLabConflictError } from '#domain/base/errors.ts';
import { reconcileState } from '#reconciler/loop/reconcile.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { sayIn } from '#test/support/commands.ts';
import { type EngagementWorld, startEngagement, startLaunched } from '#test/support/engagement.ts';
import { recordIn } from '#test/support/records.ts';

async function engagement(options: Parameters<typeof startEngagement>[0] = {}): Promise<EngagementWorld> {
  const world = await startLaunched(options);
  onTestFinished(async () => await world.close());
  return world;
}

/** Somebody else was faster: the next run looks again. */
function butConflict(error: unknown): void {
  if (!(error instanceof GitLabConflictError)) throw error;
}

describe('a record that is older than the issues read with it', () => {
  it('loses no ruling that another run has written meanwhile', async () => {
    const world = await engagement();
    const read = async () => await world.deps.gitlab.readEngagement('SOW-1042', { always: true });
    const before = await read();
    sayIn(world, 'mira', world.issue('welcome-email'), '/ps waive The customer wants no mail');
    await world.reconcile();
    await world.walk('assign-engineer');
    world.by('eli').close(world.issue('kick-off'));
    const after = await read();
    expect(JSON.stringify(recordIn(world.epic()))).toContain('wants no mail');

    await reconcileState(world.deps, { ...after, epics: before.epics }).catch(butConflict);
    expect(JSON.stringify(recordIn(world.epic()))).toContain('wants no mail');
    await world.reconcile();
    expect(JSON.stringify(recordIn(world.epic()))).toContain('wants no mail');
    expect(world.issue('kick-off').state).toBe('opened');
    expect(world.issue('assign-engineer').state).toBe('closed');
  });
});

describe('a state file that was edited or damaged', () => {
  it('with a time of creation that is too late leads to no write', async () => {
    let ms = Date.parse('2026-11-23T09:00:00Z');
    const now = () => new Date((ms += 10));
    const world = await startEngagement({ now });
    onTestFinished(async () => await world.close());
    await world.apply();
    await world.reconcile();
    await sweep(world.deps);
    const { issues } = world.sandbox.world;
    ms += 86_400_000 / 4;
    for (const at of [0, 3, 6, 11]) {
      world.sandbox.ledger.clear();
      const createdAt = issues[at]?.createdAt ?? '';
      const results = await sweep(world.deps, {
        known: {
          changedSince: now().toISOString(),
          created: new Map([['SOW-1042', createdAt]]),
          over: new Set(),
        },
      });
      expect(results.map(({ outcome }) => outcome.kind)).toEqual(['unchanged']);
      expect(world.sandbox.ledger.writes()).toEqual([]);
    }
  });
});

describe('epic and issues of two moments', () => {
  const EVENTS: Record<string, (world: EngagementWorld) => void> = {
    'close too early': (world) => world.by('eli').close(world.issue('customer-sign-off')),
    'close properly': (world) => world.by('mira').close(world.issue('assign-engineer')),
    'close epic': (world) => world.by('mira').close(world.epic()),
    waive: (world) => void sayIn(world, 'mira', world.issue('customer-sign-off'), '/ps waive They said so'),
    skip: (world) => void sayIn(world, 'mira', world.issue('intake-aws'), '/ps skip Not needed at all'),
    hold: (world) =>
      void sayIn(world, 'mira', world.epic(), '/ps hold until 2027-03-01 The customer is away'),
    assign: (world) => void sayIn(world, 'mira', world.epic(), '/ps assign engineer @noor'),
    label: (world) => world.by('eli').label(world.issue('kick-off'), 'workflow::ready'),
    write: (world) =>
      world.by('eli').write(world.issue('kick-off'), `${world.issue('kick-off').description}\nEli was here.`),
    'write epic': (world) =>
      world.by('eli').write(world.epic(), `${world.epic().description}\nEli was here.`),
    'take block out': (world) => world.by('eli').write(world.issue('kick-off'), 'Nothing left.'),
  };
  const told = (world: EngagementWorld) =>
    [...world.sandbox.world.issues, ...world.sandbox.world.epics].map((item) => ({
      title: item.title,
      state: item.state,
      labels: world.labels(item).toSorted(),
      notes: world.notes(item).length,
      text: item.description.replace(/<!-- procession:record[^]*?-->/, ''),
    }));
  const cases = ['close too early', 'hold', 'write epic'].flatMap((first) =>
    Object.keys(EVENTS).map((second) => [first, second] as const),
  );
  it.each(cases)('%s, then %s', async (one, two) => {
    const run = async (mix: 'none' | 'old epic' | 'old issues'): Promise<unknown> => {
      let ms = Date.parse('2026-11-23T09:00:00Z');
      const world = await startLaunched({ now: () => new Date((ms += 1000)) });
      try {
        const read = async () => await world.deps.gitlab.readEngagement('SOW-1042', { always: true });
        EVENTS[one]?.(world);
        const before = await read();
        await world.reconcile({ comments: { epic: 'always' } });
        EVENTS[two]?.(world);
        const after = await read();
        if (mix !== 'none')
          await reconcileState(
            world.deps,
            mix === 'old epic' ? { ...after, epics: before.epics } : { ...after, issues: before.issues },
            { comments: { epic: 'always' } },
          ).catch(butConflict);
        for (let round = 0; round < 3; round += 1) await world.reconcile({ comments: { epic: 'always' } });
        return told(world);
      } finally {
        await world.close();
      }
    };
    const plain = await run('none');
    expect(await run('old epic')).toEqual(plain);
    expect(await run('old issues')).toEqual(plain);
  });
});

/** Epic and issues are read side by side: another writer may finish in between, so that the record knows more than the issues show. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reconcileState } from '#reconciler/loop/reconcile.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

let world: EngagementWorld;

beforeEach(async () => {
  world = await startEngagement();
  await world.apply();
});

afterEach(async () => {
  await world.close();
});

const read = async () => await world.deps.gitlab.readEngagement('SOW-1042', { always: true });

/** What people would take for a verdict: states, labels and comments of everything. */
const seen = () =>
  JSON.stringify(
    [...world.sandbox.world.issues, ...world.sandbox.world.epics].map((item) => ({
      state: item.state,
      labels: world.labels(item),
      notes: world.notes(item).length,
    })),
  );

/** What is written down of everything, but for how often the record was written. */
const written = () =>
  [...world.sandbox.world.issues, ...world.sandbox.world.epics].map(({ description }) =>
    description.replace(/procession:record v1 \S+ (\S+)/, (_, record: string) => {
      const { revision: _revision, ...others } = JSON.parse(Buffer.from(record, 'base64url').toString());
      return JSON.stringify(others);
    }),
  );

describe('a record that is newer than the issues that were read with it', () => {
  it('takes nothing back of a step that was done meanwhile, says nothing of it, and the next run leaves no trace', async () => {
    const before = await read();
    const [first = ''] = world.process.steps.map(({ id }) => id);
    await world.walk(first);
    const after = await read();
    const then = seen();
    const texts = written();

    await reconcileState(world.deps, { ...after, issues: before.issues });

    expect(seen()).toBe(then);
    await world.reconcile();
    expect(seen()).toBe(then);
    expect(written()).toEqual(texts);
  });

  it('takes nothing back of a step that was opened again meanwhile, and the next run leaves no trace', async () => {
    const [first = ''] = world.process.steps.map(({ id }) => id);
    await world.walk(first);
    const before = await read();
    world.by('mira').reopen(world.issue(first));
    await world.reconcile();
    const after = await read();
    const then = seen();
    const texts = written();

    await reconcileState(world.deps, { ...after, issues: before.issues });

    expect(seen()).toBe(then);
    await world.reconcile();
    expect(seen()).toBe(then);
    expect(written()).toEqual(texts);
  });
});

import { afterEach, expect, it } from 'vitest';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';
import { countRounds } from '#test/support/rounds.ts';

let world: EngagementWorld | undefined;

afterEach(async () => {
  await world?.close();
  world = undefined;
});

it('a label that a person took off is back after three round trips, and the epic says so after two more', async () => {
  world = await startLaunched();
  const { sandbox } = world;
  const [issue] = sandbox.world.issues;
  const eli = sandbox.user('eli');
  sandbox.operations.updateIssue(eli, issue as NonNullable<typeof issue>, {
    removeLabels: ['workflow::blocked', 'workflow::ready'],
  });
  world.forget();
  const counted = countRounds(world);
  let back = Number.NaN;
  const stop = sandbox.onChange(({ kind }) => {
    if (kind === 'issue' && Number.isNaN(back)) back = counted.rounds() + 1;
  });

  await world.reconcile();
  stop();

  expect(back).toBe(3);
  expect(counted.rounds()).toBe(5);
  expect(sandbox.ledger.entries()).toHaveLength(6);
});

it('an event that changes nothing is one round trip', async () => {
  world = await startLaunched();
  world.forget();
  const counted = countRounds(world);

  await world.reconcile();

  expect(counted.rounds()).toBe(1);
});

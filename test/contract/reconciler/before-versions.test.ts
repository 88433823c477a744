/** An engagement that an early release made: its record names no version and no rules, which counts as version 1. */
import { afterEach, expect, it } from 'vitest';
import { encodeRecord } from '#domain/base/record-line.ts';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import { chooseVersion } from '#domain/versions/versions.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { aProcess, aStep } from '#test/support/builders.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

const one = aProcess();
/** What was done by version 1 lacks a step before it, and the last one another. */
const two = aProcess({
  version: 2,
  steps: [
    aStep('zero'),
    ...one.steps.map((step) => ({
      ...step,
      after: [...step.after, { step: 'zero', until: 'done' as const }],
    })),
  ],
});

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

it('is judged by version 1, whatever is current, and its next record says so', async () => {
  world = await startEngagement({ process: one });
  await world.apply();
  await world.walk('first');
  const epic = world.epic();
  world
    .by('ada')
    .write(epic, epic.description.replace(/^<!-- procession:record .*$/m, encodeRecord('sow', world.sow)));
  const choices = [two, one].map((definition, index) => ({
    definition,
    version: definition.version,
    rules: rulesHash(definition),
    frozen: index > 0,
  }));
  const processes = {
    ids: ['sample'],
    fingerprint: '',
    find: (_id: string, _profile: string | null, which?: Parameters<typeof chooseVersion>[1]) =>
      which === undefined ? two : (chooseVersion(choices, which)?.definition ?? null),
  };
  const deps = { ...world.over(world.connect()), processes };
  const titles = world.sandbox.world.issues.map(({ title }) => title);

  await sweep(deps);
  await world.walk('second');
  await reconcile(deps, 'SOW-1042');

  expect(world.sandbox.world.issues.map(({ title }) => title)).toEqual(titles);
  expect(world.issue('first').state).toBe('closed');
  expect(world.labels(world.issue('last'))).toContain('workflow::ready');
  const outcome = await reconcile(deps, 'SOW-1042');
  expect(outcome).toMatchObject({ kind: 'unchanged', assessment: { process: { version: 1 } } });
});

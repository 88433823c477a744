/** Whatever an author makes of a process: no step that was done is ever open afterwards, unless a person opened it. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProcessDefinition, Step } from '#domain/process/process.ts';
import type { Mapping } from '#domain/versions/mapping.ts';
import { plainMapping } from '#domain/versions/mapping.ts';
import { mappingProblems } from '#domain/versions/mapping-problems.ts';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import { chooseVersion } from '#domain/versions/versions.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { carryOutMigration, type Goal, planMigrationOf } from '#reconciler/loop/migrate.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import type { Issue } from '#sandbox/world.ts';
import { aDoneWhen, aProcess, aStep } from '#test/support/builders.ts';
import { Crash, dyingAfter } from '#test/support/dying.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { assertRounds, PROOF, proofRuns } from '#test/support/proof.ts';

/** What an author does to one step of version 1. */
const FATES = ['keep', 'keep', 'rename', 'retire', 'ask-more', 'other-owner', 'precede', 'retitle'] as const;
type Fate = (typeof FATES)[number];

interface Story {
  /** One per step of version 1; the last one, which closes, is never retired. */
  readonly fates: readonly Fate[];
  /** Predecessors, by how many steps they stand before. */
  readonly after: readonly (readonly number[])[];
  /** The same in version 2. */
  readonly afterThen: readonly (readonly number[])[];
  /** How many steps are done before. */
  readonly done: number;
  /** One of the done steps is opened again by a person. */
  readonly reopened: number | null;
  readonly begun: boolean;
  /** Call after which the migration is killed. */
  readonly dies: number;
}

const story: fc.Arbitrary<Story> = fc.integer({ min: 3, max: 6 }).chain((size) => {
  const order = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }), {
    minLength: size,
    maxLength: size,
  });
  return fc.record({
    fates: fc.array(fc.constantFrom(...FATES), { minLength: size, maxLength: size }),
    after: order,
    afterThen: order,
    done: fc.integer({ min: 0, max: size - 1 }),
    reopened: fc.option(fc.integer({ min: 0, max: size - 1 })),
    begun: fc.boolean(),
    dies: fc.integer({ min: 3, max: 30 }),
  });
});

function ids(fates: readonly Fate[]): readonly string[] {
  return fates.map((_, index) => `step-${index + 1}`);
}

/** Every step comes before the last, which closes the engagement. */
function ordered(steps: readonly Step[], after: readonly (readonly number[])[]): ProcessDefinition {
  const linked = steps.map((step, index) => {
    const earlier = steps.slice(0, index);
    const chosen = (after[index % after.length] ?? []).flatMap((back) => earlier[index - back]?.id ?? []);
    const before = index === steps.length - 1 ? earlier.map(({ id }) => id) : chosen;
    return { ...step, after: before.map((id) => ({ step: id, until: 'done' as const })) };
  });
  const closing = linked.at(-1)?.id ?? '';
  return aProcess({ steps: linked, closeWhen: [closing] });
}

function versionOne({ fates, after }: Story): ProcessDefinition {
  return ordered(
    ids(fates).map((id) => aStep(id)),
    after,
  );
}

function versionTwo({ fates, afterThen }: Story): ProcessDefinition {
  const steps = ids(fates).flatMap((id, index): Step[] => {
    const isLast = index === fates.length - 1;
    switch (fates[index] ?? 'keep') {
      case 'rename':
        return [aStep(`${id}-anew`)];
      case 'retire':
        return isLast ? [aStep(id)] : [];
      case 'ask-more':
        return [
          aStep(id, {
            done_when: aDoneWhen({ evidence: [{ field: 'Held on', kind: 'date', required: true }] }),
            body: '- [ ] Do it\n- [ ] And more\n\n{{> evidence}}\n',
          }),
        ];
      case 'other-owner':
        return [aStep(id, { owner: 'manager' })];
      case 'precede':
        return [aStep(`before-${id}`), aStep(id)];
      case 'retitle':
        return [aStep(id, { title: `Otherwise ${id}` })];
      case 'keep':
        return [aStep(id)];
    }
  });
  return { ...ordered(steps, afterThen), version: 2 };
}

function mappingOf({ fates }: Story): Mapping {
  const steps = new Map<string, Mapping['steps'][string]>();
  for (const [index, id] of ids(fates).entries()) {
    if (fates[index] === 'rename') steps.set(id, { becomes: `${id}-anew` });
    else if (fates[index] === 'retire' && index < fates.length - 1)
      steps.set(id, { becomes: null, why: 'Nobody needs it.' });
  }
  return { ...plainMapping(1, 2), steps: Object.fromEntries(steps) };
}

function storeOf(...versions: readonly ProcessDefinition[]): ProcessStore {
  const choices = versions.map((definition) => ({
    definition,
    version: definition.version,
    rules: rulesHash(definition),
    frozen: true,
  }));
  return {
    ids: ['sample'],
    fingerprint: '',
    find: (_id, _profile, which) =>
      which === undefined ? (versions[0] ?? null) : (chooseVersion(choices, which)?.definition ?? null),
  };
}

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

async function migrate(deps: ReconcileDeps, goal: Goal): Promise<string> {
  const state = await deps.gitlab.readEngagement('SOW-1042', { always: true });
  const planned = await planMigrationOf(deps, state, goal);
  if (planned?.kind !== 'planned') return planned?.kind ?? 'none';
  const { digest } = planned.migration;
  return (await carryOutMigration(deps, 'SOW-1042', { goal, digest })).kind;
}

function isOpen({ state }: Issue): boolean {
  return state === 'opened';
}

async function played(told: Story): Promise<void> {
  const [one, two] = [versionOne(told), versionTwo(told)];
  const mapping = mappingOf(told);
  expect(mappingProblems(mapping, { from: one, to: two })).toEqual([]);
  await world?.close();
  world = await startEngagement({ process: one });
  await world.apply();
  const steps = ids(told.fates);
  await world.walk(...steps.slice(0, told.done));
  const opened = told.reopened !== null && told.reopened < told.done ? steps[told.reopened] : undefined;
  if (opened !== undefined) world.by('mira').reopen(world.issue(opened));
  const next = steps[told.done];
  if (told.begun && next !== undefined) world.by('eli').label(world.issue(next), 'workflow::in progress');
  await world.reconcile();
  const closed = world.sandbox.world.issues.filter((issue) => !isOpen(issue)).map(({ id }) => id);
  const before = structuredClone(world.sandbox.world.issues);
  const broken = (): readonly string[] =>
    world.sandbox.world.issues
      .filter((issue) => isOpen(issue) && closed.includes(issue.id))
      .map(({ title }) => title);
  const over = (gitlab = world.connect()): ReconcileDeps => ({
    ...world.over(gitlab),
    processes: storeOf(one, two),
  });
  const goal = (to: number | null): Goal => ({ process: 'sample', to, mapping: async () => mapping });

  await migrate(over(dyingAfter(world.connect(), told.dies)), goal(2)).catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error;
  });
  expect(broken()).toEqual([]);
  const there = await migrate(over(), goal(2));
  expect(['migrated', 'there']).toContain(there);
  expect(broken()).toEqual([]);
  await sweep(over());
  expect(broken()).toEqual([]);
  world.sandbox.ledger.clear();
  await sweep(over());
  expect(world.sandbox.ledger.writes()).toEqual([]);

  await migrate(over(), goal(null));
  await reconcile(over(), 'SOW-1042');
  expect(broken()).toEqual([]);
  const states = (issues: readonly Issue[]): unknown =>
    before.map(({ id }) => {
      const issue = issues.find((known) => known.id === id);
      return [issue?.state, issue?.title, issue?.labelIds.toSorted((a, b) => a - b)];
    });
  expect(states(world.sandbox.world.issues)).toEqual(states(before));
}

describe('a process that its author edits at random while an engagement runs', () => {
  it('opens no step that was done, there, killed, and back, and leaves every issue as it was', {
    ...PROOF,
  }, async () => {
    world = await startEngagement({ process: aProcess() });
    await assertRounds(fc.asyncProperty(story, played), proofRuns(12));
  });
});

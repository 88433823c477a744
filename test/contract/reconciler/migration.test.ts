/** Engagements that go on by another version of their process: there, killed in the middle, again, and back. */
import { afterEach, describe, expect, it } from 'vitest';
import { InvalidInputError } from '#domain/base/errors.ts';
import { decide } from '#reconciler/loop/decide.ts';
import { carryOutMigration, planMigrationOf } from '#reconciler/loop/migrate.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { createSeal, newKeyPair, readPrivateKey, readPublicKey } from '#seal/ed25519.ts';
import { beginFrom } from '#test/support/copied-world.ts';
import { Crash, dyingAfter, leftByDying } from '#test/support/dying.ts';
import { goal, migrate, type OnboardingWorld, startOnboarding } from '#test/support/onboarding.ts';

let world: OnboardingWorld;

afterEach(async () => {
  await world.close();
});

/** The ten states of the table, each reached on version 1. */
const STATES: Readonly<Record<string, (key: string) => Promise<void>>> = {
  'nothing done': async () => {},
  'kick-off done': async (key) => await world.walk(key, 'assign', 'kick-off'),
  'summary done': async (key) => await world.walk(key, 'assign', 'kick-off', 'intake-aws', 'summary'),
  'signed off': async (key) =>
    await world.walk(key, 'assign', 'kick-off', 'intake-aws', 'summary', 'sign-off'),
  closed: async (key) =>
    await world.walk(key, 'assign', 'kick-off', 'intake-aws', 'summary', 'sign-off', 'wrap-up'),
  'on hold': async (key) => {
    await world.walk(key, 'assign');
    world.say('mira', world.issue(key, 'assign'), '/ps hold the customer is away');
    await world.look(key);
  },
  'with a change open': async (key) => {
    await world.walk(key, 'assign', 'kick-off');
    world.say('eli', world.issue(key, 'kick-off'), '/ps add change-order More hours');
    await world.look(key);
  },
  'with a waiver': async (key) => {
    await world.walk(key, 'assign', 'kick-off');
    world.say('mira', world.issue(key, 'intake-aws'), '/ps waive the account is ours');
    await world.look(key);
  },
  'intake done under its old name, the next one begun': async (key) => await begun(key),
  'without a deployment': async (key) => await world.walk(key, 'assign', 'kick-off'),
};

/** Intake is done, and somebody works on the summary, which is called otherwise and has a text of theirs. */
async function begun(key: string): Promise<void> {
  await world.walk(key, 'assign', 'kick-off', 'intake-aws');
  const summary = world.issue(key, 'summary');
  world.sandbox.operations.updateIssue(world.sandbox.user('eli'), summary, {
    addLabels: ['workflow::in progress'],
    title: 'Our summary',
    description: `${summary.description}\r\nWritten by Eli.\r\n`,
  });
  await world.look(key);
}

async function launchAll(rounds: number): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let round = 0; round < rounds; round += 1)
    for (const [index, [name, reach]] of Object.entries(STATES).entries()) {
      const key = `SOW-${round * 100 + index + 1}`;
      await world.launch(key, { deployment: name === 'without a deployment' ? 'none' : 'aws' });
      await reach(key);
      keys.push(key);
    }
  return keys;
}

/** Carries out what was reviewed under this digest. */
async function migrateAs(digest: string): Promise<string> {
  return (await carryOutMigration(world.over(world.connect()), 'SOW-1', { goal: goal(2), digest })).kind;
}

/** What was closed before and is not, or was closed anew. */
function disturbed(before: ReadonlyMap<number, readonly unknown[]>): readonly number[] {
  return world.sandbox.world.issues.flatMap(({ id, state, closedAt }) => {
    const was = before.get(id);
    return was?.[0] === 'closed' && (state !== 'closed' || closedAt !== was[1]) ? [id] : [];
  });
}

function closings(): ReadonlyMap<number, readonly unknown[]> {
  return new Map(world.sandbox.world.issues.map(({ id, state, closedAt }) => [id, [state, closedAt]]));
}

/** An engagement without the issues that version 2 had added. */
function withoutNew(shape: unknown): unknown {
  const { issues, links, ...others } = shape as {
    readonly issues: readonly { readonly step: string }[];
    readonly links: readonly string[];
  };
  return {
    ...others,
    issues: issues.filter(({ step }) => step !== 'design-review'),
    links: links.filter((link) => !link.includes('design-review')),
  };
}

describe('a migration of 20 engagements in ten states', () => {
  it('to version 2, killed in the middle, again, and back: states equal, people’s text equal byte by byte, done work untouched', async () => {
    world = await startOnboarding();
    const keys = await launchAll(2);
    const before = new Map(keys.map((key) => [key, world.shape(key)]));
    const texts = world.peoplesText();
    const closed = closings();

    for (const [index, key] of keys.entries()) {
      const dying = world.over(dyingAfter(world.connect(), 5 + (index % 9)));
      await migrate(dying, key, 2).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
    }
    const outcomes: string[] = [];
    for (const key of keys) outcomes.push(await migrate(world.over(world.connect()), key, 2));

    expect(outcomes.filter((kind) => kind === 'stays')).toHaveLength(4);
    expect(outcomes.filter((kind) => kind === 'migrated' || kind === 'there')).toHaveLength(16);
    expect(disturbed(closed)).toEqual([]);
    for (const key of keys.slice(0, 5))
      expect([key, world.notes(world.epic(key), 'migrated:').length]).toEqual([key, key === 'SOW-5' ? 0 : 1]);
    expect(world.state('SOW-3', 'intake-cloud')).toBe('workflow::done');
    expect(() => world.issue('SOW-3', 'design-review')).toThrow('nothing in the sandbox is design-review');
    expect(world.state('SOW-2', 'design-review')).toBe('workflow::blocked');
    expect(world.issue('SOW-2', 'register').state).toBe('closed');
    expect(world.state('SOW-2', 'register')).toBe('workflow::retired');
    expect(world.labels(world.issue('SOW-7', 'change-request/1'))).toContain('step::change-request');
    expect(world.state('SOW-9', 'summary')).toBe('workflow::blocked');

    world.sandbox.ledger.clear();
    await sweep(world.deps);
    expect(world.sandbox.ledger.writes()).toEqual([]);

    for (const key of keys) await migrate(world.over(world.connect()), key, null);
    await sweep(world.deps);

    const left = world.sandbox.world.issues.filter(({ title }) => title.endsWith('Design review'));
    expect(left.length).toBeGreaterThan(5);
    expect(left.every(({ state }) => state === 'closed')).toBe(true);
    for (const key of keys) expect([key, withoutNew(world.shape(key))]).toEqual([key, before.get(key)]);
    const ids = new Set(texts.map((text) => text.split('\n', 1)[0]));
    expect(world.peoplesText().filter((text) => ids.has(text.split('\n', 1)[0]))).toEqual(texts);
    expect(disturbed(closed)).toEqual([]);
  }, 240_000);
});

describe('a migration of one engagement', () => {
  it('that is killed after any call is completed by the same again, with one of everything; so is the way back', async () => {
    world = await startOnboarding();
    await world.launch('SOW-1');
    await begun('SOW-1');
    const one = structuredClone(world.shape('SOW-1'));
    await migrate(world.deps, 'SOW-1', 2);
    const two = world.shape('SOW-1');
    for (const [to, wanted] of [
      [null, one],
      [2, two],
    ] as const) {
      const left = await leftByDying(world, (gitlab) => migrate(world.over(gitlab), 'SOW-1', to));
      expect(left.length).toBeGreaterThan(3);
      // The last of them stands at the end, and is where the way back begins.
      for (const [call, snapshot] of left.entries()) {
        await world.close();
        world = await startOnboarding();
        beginFrom(world, snapshot);
        await migrate(world.over(world.connect()), 'SOW-1', to);
        const shape = to === null ? withoutNew(world.shape('SOW-1')) : world.shape('SOW-1');
        expect({ to, call, shape }).toEqual({ to, call, shape: wanted });
      }
    }
    expect(world.sandbox.world.issues.filter(({ title }) => title.endsWith('Design review'))).toHaveLength(1);
  }, 240_000);

  it('carried out by two at once ends with one of everything', async () => {
    world = await startOnboarding();
    await world.launch('SOW-1');
    await begun('SOW-1');
    const state = await world.gitlab.readEngagement('SOW-1', { always: true });
    const planned = await planMigrationOf(world.deps, state, goal(2));
    if (planned?.kind !== 'planned') throw new Error('not planned');
    const { digest } = planned.migration;

    const outcomes = await Promise.allSettled(
      [1, 2].map(
        async () => await carryOutMigration(world.over(world.connect()), 'SOW-1', { goal: goal(2), digest }),
      ),
    );
    await sweep(world.over(world.connect()));

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    const reviews = world.sandbox.world.issues.filter(({ title }) => title.endsWith('Design review'));
    expect(reviews.filter(({ state }) => state === 'opened')).toHaveLength(1);
    expect(world.state('SOW-1', 'intake-cloud')).toBe('workflow::done');
    world.sandbox.ledger.clear();
    await sweep(world.over(world.connect()));
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('is refused when work was done since that changes what it means, and taken when nothing of it changed', async () => {
    world = await startOnboarding();
    await world.launch('SOW-1');
    await world.walk('SOW-1', 'assign', 'kick-off', 'intake-aws');
    const state = await world.gitlab.readEngagement('SOW-1', { always: true });
    const planned = await planMigrationOf(world.deps, state, goal(2));
    if (planned?.kind !== 'planned') throw new Error('not planned');
    const { digest } = planned.migration;
    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), world.issue('SOW-1', 'sign-off'), {
      description: `${world.issue('SOW-1', 'sign-off').description}\nSoon.\n`,
    });
    await expect(migrateAs(digest)).resolves.toBe('migrated');
    await migrate(world.deps, 'SOW-1', null);
    await world.walk('SOW-1', 'summary');
    world.sandbox.ledger.clear();

    const late = migrateAs(digest);

    await expect(late).rejects.toThrow(InvalidInputError);
    await expect(late).rejects.toThrow(
      /SOW-1: the migration means something else by now than what was reviewed/,
    );
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('goes on to the end: the review is asked for, what was renamed is done, the evidence is found under its old name', async () => {
    world = await startOnboarding();
    await world.launch('SOW-1');
    await world.walk('SOW-1', 'assign');
    await migrate(world.deps, 'SOW-1', 2);
    const kickOff = world.issue('SOW-1', 'kick-off');
    expect(kickOff.description).toContain('| Weekly call |');

    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), kickOff, {
      description: kickOff.description
        .replace('- [ ] Held', '- [x] Held')
        .replace(
          /\| Weekly call \|[^|]*\|/,
          '| Weekly call | Tue 10:00 |\n| Recording | https://example.com/r |',
        ),
      stateEvent: 'close',
    });
    await world.look('SOW-1');
    expect(world.state('SOW-1', 'kick-off')).toBe('workflow::done');
    await world.walk('SOW-1', 'intake-cloud', 'design-review', 'summary', 'sign-off', 'wrap-up');

    expect(world.epic('SOW-1').state).toBe('closed');
    expect(world.sandbox.world.issues.every(({ state }) => state === 'closed')).toBe(true);
  });

  it('tells people in one comment on the epic, and nothing on issues', async () => {
    world = await startOnboarding();
    await world.launch('SOW-1');
    await world.walk('SOW-1', 'assign', 'kick-off', 'intake-aws', 'summary');
    const notes = world.sandbox.world.notes.filter(({ system }) => !system).length;

    await migrate(world.deps, 'SOW-1', 2);

    expect(world.sandbox.world.notes.filter(({ system }) => !system)).toHaveLength(notes + 1);
    const [told] = world.notes(world.epic('SOW-1'), 'migrated:');
    expect(told).toMatch(/^\*\*SOW-1 goes on by version 2 of Onboarding\*\*, no longer by version 1\./);
    expect(told).toMatch(/#\d+ Intake cloud was called `intake-aws` so far: the same issue\./);
    expect(told).toMatch(
      /Design review is not asked for: it came with this version, and \S+#\d+ Summary is done\./,
    );
    expect(told).toContain('procession migrate onboarding --back SOW-1');
  });

  it('is found again from the protected copy when the description is lost afterwards', async () => {
    const keys = newKeyPair();
    const seal = createSeal(
      [readPublicKey(keys.publicKey)].flatMap((key) => key ?? []),
      readPrivateKey(keys.privateKey),
    );
    world = await startOnboarding({ seal });
    await world.launch('SOW-1');
    await world.walk('SOW-1', 'assign', 'kick-off', 'intake-aws');
    await migrate(world.deps, 'SOW-1', 2);
    const before = world.shape('SOW-1');
    const epic = world.epic('SOW-1');

    world.sandbox.operations.updateEpic(world.sandbox.user('mira'), epic, {
      description: epic.description.replace(/<!-- procession:record .*-->/, ''),
    });
    await sweep(world.over(world.connect()));

    expect(world.shape('SOW-1')).toEqual(before);
    const state = await world.gitlab.readEngagement('SOW-1', { always: true });
    const decision = await decide(world.deps, state);
    expect(decision.kind === 'decided' && decision.facts.found.record?.version).toBe(2);
  });

  it('costs a fixed number of requests', async () => {
    world = await startOnboarding();
    await world.launch('SOW-1');
    await world.walk('SOW-1', 'assign', 'kick-off');
    const deps = world.over(world.connect());
    world.sandbox.ledger.clear();

    await migrate(deps, 'SOW-1', 2);

    expect({
      reads: world.sandbox.ledger.entries().length - world.sandbox.ledger.writes().length,
      writes: world.sandbox.ledger.writes().map(({ route }) => route),
    }).toMatchInlineSnapshot(`
      {
        "reads": 12,
        "writes": [
          "POST /groups/:id/labels",
          "POST /groups/:id/labels",
          "POST /groups/:id/labels",
          "POST /groups/:id/labels",
          "POST /projects/:id/issues",
          "POST /projects/:id/issues/:iid/links",
          "POST /projects/:id/issues/:iid/links",
          "PUT /projects/:id/issues/:iid",
          "PUT /projects/:id/issues/:iid",
          "PUT /groups/:id/epics/:iid/issues/:epic_issue_id",
          "DELETE /projects/:id/issues/:iid/links/:issue_link_id",
          "PUT /projects/:id/issues/:iid",
          "POST /groups/:id/epics/:epic_id/notes",
          "PUT /groups/:id/epics/:iid",
        ],
      }
    `);
  });
});

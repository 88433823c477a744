/** Words that were mended without a new version: running engagements keep theirs until somebody offers them the newer ones. */
import { afterEach, describe, expect, it } from 'vitest';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import { textsHash } from '#domain/versions/texts-hash.ts';
import { chooseVersion } from '#domain/versions/versions.ts';
import type { GitLab } from '#ports/gitlab.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { carryOutMigration, type Goal, planMigrationOf } from '#reconciler/loop/migrate.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { aProcess } from '#test/support/builders.ts';
import { Crash, dyingAfter } from '#test/support/dying.ts';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';

const KEY = 'SOW-1042';
const GOAL: Goal = { process: 'sample', to: 'texts', mapping: async () => null };

function worded(line: string): ProcessDefinition {
  const mail = `{{#kept.mail}}\n${line}, {{customer.name}}.\n{{/kept.mail}}`;
  return aProcess({
    epicBody: `${mail}\n\n## Notes\n`,
    steps: aProcess().steps.map((step) => ({ ...step, body: `${mail}\n\n${step.body}` })),
  });
}

const OLD = worded('Dear');
const NEW = worded('Hello');

/** The current files first, then the frozen copy. */
function storeOf(...definitions: readonly ProcessDefinition[]): ProcessStore {
  const choices = definitions.map((definition, index) => ({
    definition,
    version: definition.version,
    rules: rulesHash(definition),
    texts: () => textsHash(definition),
    frozen: index > 0,
  }));
  return {
    ids: ['sample'],
    fingerprint: '',
    find: (_id, _profile, which) =>
      which === undefined ? (definitions[0] ?? null) : (chooseVersion(choices, which)?.definition ?? null),
  };
}

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

function over(gitlab: GitLab, ...definitions: readonly ProcessDefinition[]): ReconcileDeps {
  const processes = storeOf(...(definitions.length === 0 ? [NEW, OLD] : definitions));
  return { ...world.over(gitlab), processes };
}

async function launched(): Promise<void> {
  world = await startLaunched({ process: OLD });
  world.forget();
}

async function planned(deps: ReconcileDeps) {
  const found = await planMigrationOf(deps, await deps.gitlab.readEngagement(KEY, { always: true }), GOAL);
  if (found?.kind !== 'planned') throw new Error(`not planned: ${found?.kind}`);
  return found.migration;
}

async function offered(deps: ReconcileDeps): Promise<string> {
  const { digest } = await planned(over(world.connect()));
  return (await carryOutMigration(deps, KEY, { goal: GOAL, digest })).kind;
}

const texts = (): readonly string[] =>
  [world.epic(), ...world.sandbox.world.issues].map(({ description }) =>
    description.includes('Hello, ') ? 'new' : description.includes('Dear, ') ? 'old' : 'none',
  );

describe('newer texts of the same version', () => {
  it('reach no running engagement by themselves', async () => {
    await launched();
    await world.walk('first');

    await sweep(over(world.connect()));

    expect(new Set(texts())).toEqual(new Set(['old']));
    world.forget();
    await sweep(over(world.connect()));
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('are planned section by section, and carried out: kept sections and nothing else, what is done stays', async () => {
    await launched();
    await world.walk('first');
    const second = world.issue('second');
    world.by('eli').write(second, `${second.description}\nDear, by Eli.\n`);
    const last = world.issue('last');
    world.by('eli').write(last, last.description.replace('Dear, ', 'Dearest, '));
    await world.reconcile();
    world.forget();

    const { effects } = await planned(over(world.connect()));
    expect(effects).toContainEqual({
      kind: 'reworded',
      step: 'second',
      section: 'mail',
      from: expect.stringContaining('Dear, '),
      to: expect.stringContaining('Hello, '),
      theirs: false,
    });
    expect(effects).toContainEqual(expect.objectContaining({ step: 'last', theirs: true }));
    expect(effects.every((effect) => !('step' in effect) || effect.step !== 'first')).toBe(true);

    expect(await offered(over(world.connect()))).toBe('migrated');

    expect(world.issue('second').description).toContain('Hello, ');
    expect(world.issue('second').description).toContain('\nDear, by Eli.');
    expect(world.issue('last').description).toContain('Dearest, ');
    expect(world.issue('first').description).toContain('Dear, ');
    expect(world.epic().description).toContain('Hello, ');
    expect(world.notes(world.epic()).filter(({ body }) => body.includes('version'))).toEqual([]);
    world.forget();
    await sweep(over(world.connect()));
    expect(world.sandbox.ledger.writes()).toEqual([]);
    expect(await carryOutMigration(over(world.connect()), KEY, { goal: GOAL, digest: '' })).toMatchObject({
      kind: 'there',
    });
  });

  it('killed after any call are completed by the same again', async () => {
    let died = 0;
    for (let calls = 1; ; calls += 1) {
      if (calls > 1) await world.close();
      await launched();
      const { digest } = await planned(over(world.connect()));
      const carryOut = async (gitlab: GitLab): Promise<string> =>
        (await carryOutMigration(over(gitlab), KEY, { goal: GOAL, digest })).kind;
      const first = await carryOut(dyingAfter(world.connect(), calls)).catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
        died += 1;
        return 'died';
      });
      // A sweep in between goes on by the texts that the record names, or by the new ones.
      await reconcile(over(world.connect()), KEY);
      expect(['migrated', 'there']).toContain(await carryOut(world.connect()));
      expect(new Set(texts())).toEqual(new Set(['new']));
      if (first !== 'died') break;
    }
    expect(died).toBeGreaterThan(5);
  });

  it('are refused when they are others than those that were reviewed', async () => {
    await launched();
    const { digest } = await planned(over(world.connect()));

    const late = carryOutMigration(over(world.connect(), worded('Good day'), OLD), KEY, {
      goal: GOAL,
      digest,
    });

    await expect(late).rejects.toThrow('Nothing was migrated');
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('are shown by the next run where the old ones are nowhere any more', async () => {
    await launched();

    await reconcile(over(world.connect(), NEW), KEY);

    expect(new Set(texts())).toEqual(new Set(['new']));
  });
});

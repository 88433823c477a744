/** From GitLab Free to Premium: every tracking issue becomes an epic, once, whatever happens on the way. */

import { afterEach, describe, expect, it } from 'vitest';
import { command as migrate } from '#cli/commands/migrate.ts';
import { parseMarker } from '#domain/text/marker.ts';
import type { GitLab } from '#ports/gitlab.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { aProcess } from '#test/support/builders.ts';
import { type CliResult, runCommand } from '#test/support/cli.ts';
import { Crash, dyingAfter } from '#test/support/dying.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { shownInEpic } from '#test/support/epic-order.ts';
import { readable } from '#test/support/records.ts';

let world: EngagementWorld;

/** An engagement that was launched on Free and has gone on a little, on a GitLab that has just become Premium. */
async function upgraded(): Promise<ReconcileDeps & { readonly gitlab: GitLab }> {
  world = await startEngagement({ tier: 'free', process: aProcess() });
  await world.apply();
  await world.walk('first');
  const tracking = world.epic();
  world.by('mira').write(tracking, `${tracking.description}\nThe customer likes tea.\n`);
  world.sandbox.operations.createNote(world.sandbox.user('mira'), tracking, 'Asked about tea.');
  world.sandbox.world.tier = 'premium';
  world.sandbox.ledger.clear();
  const gitlab = world.connect();
  return { ...world.over(gitlab), gitlab };
}

afterEach(async () => {
  await world.close();
});

async function run(deps: ReconcileDeps, ...args: readonly string[]): Promise<CliResult> {
  return await runCommand(migrate, ['tier', ...args], deps, { settings: () => deps.settings });
}

/** The world without the numbers that depend on how often something was tried. */
function shape(): unknown {
  const { epics, issues, links, notes } = world.sandbox.world;
  const text = (description: string): string =>
    readable(description)
      .replaceAll(/(#|=)\d+/g, '$1n')
      .replaceAll(/"issue":\d+/g, '"issue":n');
  const name = (id: number): string => {
    const marker = parseMarker(issues.find((issue) => issue.id === id)?.description ?? '');
    return marker?.step ?? 'tracking';
  };
  return {
    epics: epics.map((epic) => [epic.title, epic.state, text(epic.description), world.labels(epic)]),
    issues: issues.map((issue) => [
      name(issue.id),
      issue.state,
      text(issue.description),
      world.labels(issue).toSorted((a, b) => (a < b ? -1 : 1)),
      issue.epicId === null ? null : 'in the epic',
    ]),
    links: links.map((link) => `${name(link.sourceId)} ${link.type} ${name(link.targetId)}`).toSorted(),
    notes: notes.filter(({ system }) => !system).map(({ body }) => body),
    inEpic: shownInEpic(world.sandbox.world),
  };
}

describe('procession migrate tier', () => {
  it('shows the plan first and writes nothing then', async () => {
    const deps = await upgraded();

    const { code, stdout } = await run(deps, '--dry-run');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^SOW-1042\n/);
    expect(stdout).toContain('+ epic: SOW-1042');
    expect(stdout).toContain('- tracking issue services/engagements#1: it is an epic now');
    expect(stdout).toContain('put into its epic');
    expect(stdout).toContain('Would move 1 engagement into epics.');
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it.each([[[]], [['SOW-1042']]])('is what migrate %j does without the word, and says so', async (words) => {
    const deps = await upgraded();

    const { code, stdout, stderr } = await runCommand(migrate, [...words, '--dry-run'], deps, {
      settings: () => deps.settings,
    });

    expect(code).toBe(0);
    expect(stdout).toContain('Would move 1 engagement into epics.');
    expect(stderr).toContain('procession migrate tier');
  });

  it('makes an epic with everything that was in the tracking issue, and closes that with a comment', async () => {
    const deps = await upgraded();
    const [tracking] = world.sandbox.world.issues;
    if (tracking === undefined) throw new Error('nothing was launched');

    const { code, stdout } = await run(deps);

    expect(code).toBe(0);
    expect(stdout).toContain(
      'SOW-1042: moved from services/engagements#1 to http://gitlab.test/groups/services/-/epics/1',
    );
    const { epics, issues, links } = world.sandbox.world;
    expect(epics).toHaveLength(1);
    const [epic] = epics;
    expect(epic?.description).toContain('The customer likes tea.');
    expect(epic?.description).toContain('| | Step | State | Owner | Due |');
    expect(issues.filter(({ id }) => id !== tracking.id).map(({ epicId }) => epicId)).toEqual(
      issues.slice(1).map(() => epic?.id),
    );
    expect(shownInEpic(world.sandbox.world)).toEqual(['first', 'second', 'talks', 'last']);
    expect(links.filter(({ type }) => type === 'blocks')).toHaveLength(3);
    expect(tracking.state).toBe('closed');
    expect(tracking.description).toContain('**Moved.** SOW-1042 goes on in services&1;');
    expect(world.notesOf(tracking, 'moved').map(({ body }) => body)).toEqual([
      expect.stringContaining('SOW-1042 goes on in services&1:'),
    ]);
  });

  it('changes nothing the second time, and neither does any sweep; then the engagement lives to its end', async () => {
    const deps = await upgraded();
    await run(deps);
    world.sandbox.ledger.clear();

    expect((await run(world.over(world.connect()))).stdout).toContain('Moved 0 engagements into epics.');
    await sweep(deps);
    expect(world.sandbox.ledger.writes()).toEqual([]);

    const premium = { ...world, deps };
    for (const step of ['second', 'last']) {
      await premium.walk(step);
      await reconcile(deps, 'SOW-1042');
    }
    expect(world.sandbox.world.epics.map(({ state }) => state)).toEqual(['closed']);
    expect(world.sandbox.world.issues.filter(({ state }) => state === 'opened')).toEqual([]);
  });

  it('after a crash at any call, run again, ends in the same world with one of everything', async () => {
    await run(await upgraded());
    const wanted = shape();
    let died = 0;

    for (let call = 1; ; call += 1) {
      await world.close();
      const deps = await upgraded();
      const first = await run({ ...deps, gitlab: dyingAfter(deps.gitlab, call) });
      if (first.code === 0) break;
      died += 1;
      const after = await run(world.over(world.connect()));
      expect(after.code).toBe(0);
      expect({ call, shape: shape() }).toEqual({ call, shape: wanted });
    }

    expect(died).toBeGreaterThan(12);
  }, 240_000);

  it('after a crash is completed by the next sweep as well', async () => {
    const deps = await upgraded();
    const crashing: GitLab = {
      ...deps.gitlab,
      updateIssue: async () => {
        throw new Crash('in the middle');
      },
    };
    await run({ ...deps, gitlab: crashing }).catch(() => null);
    expect(world.sandbox.world.epics).toHaveLength(1);

    await sweep(world.over(world.connect()));

    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(world.sandbox.world.issues.map(({ epicId }) => epicId !== null)).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
    expect(world.sandbox.world.issues[0]?.state).toBe('closed');
  });

  it('says on GitLab Free that there is nothing to move to', async () => {
    await upgraded();
    world.sandbox.world.tier = 'free';

    const { code, stderr } = await run(world.over(world.connect()));

    expect(code).toBe(4);
    expect(stderr).toContain('This GitLab shows no epics');
  });
});

describe('a tracking issue on GitLab Premium that nobody has migrated', () => {
  it('still holds its engagement, found by a sweep, with blocking links from now on', async () => {
    const deps = await upgraded();

    const results = await sweep(deps);

    expect(results.map(({ engagement, outcome }) => [engagement, outcome.kind])).toEqual([
      ['SOW-1042', 'applied'],
    ]);
    expect(world.sandbox.world.epics).toEqual([]);
    expect(world.sandbox.world.links.filter(({ type }) => type === 'blocks')).toHaveLength(3);
  });

  it('is not launched a second time by its SOW', async () => {
    const deps = await upgraded();

    const outcome = await reconcile(deps, 'SOW-1042', { sow: world.sow, process: 'sample' });

    expect(outcome.kind).toBe('applied');
    expect(world.sandbox.world.epics).toEqual([]);
    expect(world.sandbox.world.issues).toHaveLength(5);
  });
});

describe('a subscription that ends and comes back', () => {
  it('costs no engagement: its SOW takes it up in a tracking issue, and the epic counts again afterwards', async () => {
    world = await startEngagement({ tier: 'premium', process: aProcess() });
    await world.apply();
    world.sandbox.world.tier = 'free';
    const free = world.over(world.connect());
    expect(await reconcile(free, 'SOW-1042')).toMatchObject({ kind: 'absent' });

    await reconcile(free, 'SOW-1042', { sow: world.sow, process: 'sample' });

    const { issues, epics } = world.sandbox.world;
    expect(issues).toHaveLength(5);
    expect(parseMarker(issues[4]?.description ?? '')?.kind).toBe('epic');
    expect((await reconcile(free, 'SOW-1042')).kind).toBe('unchanged');

    world.sandbox.world.tier = 'premium';
    await sweep(world.over(world.connect()));

    expect(epics.map(({ state }) => state)).toEqual(['opened']);
    expect(issues[4]?.state).toBe('closed');
    expect(issues.slice(0, 4).map(({ epicId }) => epicId)).toEqual(
      issues.slice(0, 4).map(() => epics[0]?.id),
    );
  });
});

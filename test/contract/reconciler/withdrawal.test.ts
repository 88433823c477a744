/** Engagements that are given up: asked first, closed with a reason, taken up again as they were. */
import { afterEach, describe, expect, it } from 'vitest';
import { command as check } from '#cli/commands/check.ts';
import { command as explain } from '#cli/commands/explain.ts';
import { command as report } from '#cli/commands/report.ts';
import type { GitLab } from '#ports/gitlab.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import type { Issue } from '#sandbox/world.ts';
import { aSow } from '#test/support/builders.ts';
import { runCommand } from '#test/support/cli.ts';
import { answerTo, COMMANDED, lookIn, sayIn } from '#test/support/commands.ts';
import { leftByDying } from '#test/support/dying.ts';
import {
  type EngagementOptions,
  type EngagementWorld,
  startFrom,
  startLaunched,
} from '#test/support/engagement.ts';

const KEY = 'SOW-1042';
const WON = aSow({ sow: { number: KEY, signed_on: '2026-11-02' } });
const LOST = { ...WON, stage: 'closed_lost', engagement: 'Another name' };

let world: EngagementWorld;
let now = new Date('2026-11-09T09:00:00Z');
const OPTIONS: EngagementOptions = { process: COMMANDED, sow: WON, now: () => now };

afterEach(async () => {
  await world.close();
  now = new Date('2026-11-09T09:00:00Z');
});

/** The first step is done, the second is begun, somebody has ordered a change. */
async function begun(options: EngagementOptions = {}): Promise<void> {
  world = await startLaunched({ ...OPTIONS, ...options });
  await world.walk('first');
  world.by('eli').label(world.issue('second'), 'workflow::in progress');
  sayIn(world, 'mira', world.issue('second'), '/ps add change-order More hours');
  await lookIn(world);
  await world.reconcile();
  world.forget();
}

const states = (): readonly unknown[] =>
  world.sandbox.world.issues.map((issue) => [
    issue.title,
    issue.state,
    world
      .labels(issue)
      .filter((label) => !label.startsWith('health::'))
      .toSorted(),
  ]);
const open = (): readonly Issue[] => world.sandbox.world.issues.filter(({ state }) => state === 'opened');
const asked = (): readonly string[] =>
  world
    .notes(world.epic())
    .map(({ body }) => body)
    .filter((body) => body.includes('proposal:withdrawal'));
const digest = (): string => /\/ps apply ([0-9a-f]{12})/.exec(asked().at(-1) ?? '')?.[1] ?? '';

async function wanted(): Promise<void> {
  sayIn(world, 'mira', world.issue('second'), '/ps withdraw the customer has no money');
  await lookIn(world);
  await lookIn(world);
}

async function withdrawn(options: EngagementOptions = {}): Promise<void> {
  await begun(options);
  await wanted();
  sayIn(world, 'mira', world.issue('second'), `/ps apply ${digest()}`);
  await lookIn(world);
}

describe.each(['ultimate', 'free'] as const)('a withdrawal (%s)', (tier) => {
  it('is asked about first: what it would close, and nothing is closed', async () => {
    await begun({ tier });
    const before = states();

    await wanted();

    expect(asked()).toHaveLength(1);
    expect(asked()[0]).toContain('would close 3 issues');
    expect(asked()[0]).toContain('the customer has no money');
    expect(states()).toEqual(before);
  });

  it('closes what is open with label and reason, leaves what is done, and then is quiet', async () => {
    await withdrawn({ tier });

    expect(open().filter(({ id }) => id !== world.epic().id)).toEqual([]);
    expect(world.state('first')).toBe('workflow::done');
    for (const step of ['second', 'last', 'change-order/1']) {
      expect(world.state(step)).toBe('workflow::withdrawn');
      expect(world.issue(step).description).toContain('**Withdrawn.**');
    }
    expect(world.epic().state).toBe('closed');
    expect(world.labels(world.epic()).filter((label) => label.startsWith('health::'))).toEqual([]);
    expect(world.epic().description).toContain(
      '**Withdrawn** on 2026-11-09, by `mira`: the customer has no money.',
    );
    expect(world.notesOf(world.epic(), 'withdrawn')).toHaveLength(1);
    expect(asked()[0]).toContain('Applied, as `mira` said');
    world.forget();
    await sweep(world.deps);
    await world.reconcile();
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('is taken back by /ps resume, as it was: done stays done, what was begun is ready', async () => {
    await begun({ tier });
    const before = new Map(world.sandbox.world.issues.map(({ id, state }) => [id, state]));
    await wanted();
    sayIn(world, 'mira', world.issue('second'), `/ps apply ${digest()}`);
    await lookIn(world);
    sayIn(world, 'mira', world.issue('second'), '/ps resume');

    await lookIn(world);

    expect(world.epic().state).toBe('opened');
    expect(world.labels(world.epic())).toContain('health::on track');
    for (const { id, state } of world.sandbox.world.issues) expect([id, state]).toEqual([id, before.get(id)]);
    expect(world.state('first')).toBe('workflow::done');
    expect(world.state('second')).toBe('workflow::ready');
    expect(world.notesOf(world.issue('second'), 'closed-too-early')).toEqual([]);
    world.forget();
    await world.reconcile();
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });
});

describe('a withdrawal', () => {
  it('is refused to an engineer, and to whoever saw something else', async () => {
    await begun();
    const note = sayIn(world, 'eli', world.issue('second'), '/ps withdraw no money');
    await lookIn(world);
    expect(answerTo(world, world.issue('second'), note)).toContain('manager');
    expect(asked()).toEqual([]);

    await wanted();
    const shown = digest();
    sayIn(world, 'mira', world.issue('second'), '/ps add change-order And more');
    await lookIn(world);
    await world.reconcile();
    const late = sayIn(world, 'mira', world.issue('last'), `/ps apply ${shown}`);
    await lookIn(world);
    expect(answerTo(world, world.issue('last'), late)).toContain('nothing that is proposed has the digest');
    expect(open().length).toBeGreaterThan(0);
  });

  it('can be declined, and is not asked again', async () => {
    await begun();
    await wanted();
    sayIn(world, 'mira', world.issue('second'), '/ps apply no they found some');

    await lookIn(world);
    await lookIn(world);

    expect(asked()[0]).toContain('Left as it was');
    expect(open()).toHaveLength(3);
  });

  it('is possible while the engagement is on hold', async () => {
    await begun();
    sayIn(world, 'mira', world.issue('second'), '/ps hold they are away');
    await lookIn(world);
    await wanted();
    sayIn(world, 'mira', world.issue('second'), `/ps apply ${digest()}`);

    await lookIn(world);

    expect(open()).toEqual([]);
  });

  it('leaves alone an issue that somebody opens afterwards, and reminds nobody', async () => {
    await withdrawn();
    world.by('eli').reopen(world.issue('last'));
    now = new Date('2027-06-01T09:00:00Z');

    await sweep(world.deps);

    expect(world.issue('last').state).toBe('opened');
    expect(world.notesOf(world.issue('last'), 'reminder')).toEqual([]);
  });

  it('is carried out to its end after a crash at any call, with one of everything; so is taking it up again', async () => {
    const look = async (gitlab: GitLab): Promise<unknown> =>
      await reconcile(world.over(gitlab), KEY, { comments: LOOK_EVERYWHERE });
    await begun();
    await wanted();
    for (const command of ['withdraw', 'resume']) {
      sayIn(
        world,
        'mira',
        world.issue('second'),
        command === 'resume' ? '/ps resume' : `/ps apply ${digest()}`,
      );
      const left = await leftByDying(world, look);
      expect(left.length).toBeGreaterThan(5);
      for (const snapshot of left) {
        await world.close();
        world = await startFrom(snapshot, OPTIONS);
        await look(world.connect());
        expect(open()).toHaveLength(command === 'withdraw' ? 0 : 3);
        expect(world.epic().state).toBe(command === 'withdraw' ? 'closed' : 'opened');
        expect(world.issue('first').state).toBe('closed');
        expect(world.notesOf(world.epic(), 'withdrawn')).toHaveLength(1);
        for (const issue of world.sandbox.world.issues)
          expect(world.notesOf(issue, 'closed-too-early')).toEqual([]);
        world.forget();
        await look(world.connect());
        expect(world.sandbox.ledger.writes()).toEqual([]);
      }
    }
  }, 240_000);

  it('is said everywhere: check passes, explain says why, the report counts it, nobody launches it again', async () => {
    await withdrawn();

    const checked = await runCommand(check, [], world.deps);
    expect(checked.stdout + checked.stderr).not.toContain('closed too early');
    expect(checked.code).toBe(0);
    const explained = await runCommand(explain, [KEY], world.deps);
    expect(explained.stdout).toContain('withdrawn on 2026-11-09 by mira: the customer has no money');
    const { stdout } = await runCommand(report, ['--json'], world.deps);
    expect(JSON.parse(stdout)).toMatchObject({
      counts: { running: 0, withdrawn: 1, paused: 0, late: 0 },
      people: [],
      engagements: [{ status: 'withdrawn', withdrawn: { by: 'mira', on: '2026-11-09' }, forecastEnd: null }],
    });
    world.forget();
    await world.apply();
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('by two at once ends the same', async () => {
    await begun();
    await wanted();
    sayIn(world, 'mira', world.issue('second'), `/ps apply ${digest()}`);

    const look = async (): Promise<unknown> =>
      await reconcile(world.over(world.connect()), KEY, { comments: LOOK_EVERYWHERE }).catch(() => null);
    await Promise.all([look(), look()]);
    await look();

    expect(open()).toEqual([]);
    expect(world.notesOf(world.epic(), 'withdrawn')).toHaveLength(1);
  });
});

describe('a deal that is lost', () => {
  it('asks, takes nothing else over, is withdrawn when the manager says so, and taken up when it is won again', async () => {
    await begun();
    await world.apply({ sow: LOST });
    expect(asked()[0]).toMatch(/@mira \*\*The deal of SOW-1042 is lost/);
    expect(asked()[0]).toContain('would close 3 issues');
    expect(open()).toHaveLength(3);
    sayIn(world, 'mira', world.issue('second'), `/ps apply ${digest()}`);
    await lookIn(world);
    expect(open()).toEqual([]);
    expect(world.epic().description).toContain('the deal is lost');
    await world.apply({ sow: LOST });
    expect(open()).toEqual([]);

    now = new Date('2026-12-01T09:00:00Z');
    await world.apply({ sow: WON });

    expect(open()).toHaveLength(3);
    expect(world.epic().state).toBe('opened');
    expect(world.issue('first').state).toBe('closed');
  });

  it('is asked about again when it is won more than 30 days later', async () => {
    await begun();
    await world.apply({ sow: LOST });
    sayIn(world, 'mira', world.issue('second'), `/ps apply ${digest()}`);
    await lookIn(world);

    now = new Date('2027-02-01T09:00:00Z');
    await world.apply({ sow: WON });
    expect(open()).toEqual([]);
    expect(asked().at(-1)).toContain('won again, more than 30 days after it was withdrawn');
    sayIn(world, 'mira', world.issue('second'), `/ps apply ${digest()}`);
    await lookIn(world);

    expect(open()).toHaveLength(3);
  });

  it('that is not lost but no longer won is for people to decide', async () => {
    await begun();

    await world.apply({ sow: { ...WON, stage: 'negotiation' } });

    expect(asked()[0]).toContain('/ps withdraw <reason>');
    expect(open()).toHaveLength(3);
  });
});

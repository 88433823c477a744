/** What people write while a run is under way stays, whatever they write and whenever. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { doStep } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess/assess.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import { aProcess, someSettings } from '#test/support/builders.ts';
import { COMMANDED, sayIn } from '#test/support/commands.ts';
import { type EngagementWorld, startEngagement, startLaunched } from '#test/support/engagement.ts';
import { assertRounds, PROOF, proofRuns } from '#test/support/proof.ts';

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

const STARTS_AT = Date.parse('2026-11-23T09:00:00Z');
let now = STARTS_AT;

/** Starts a launched engagement whose clock goes on while our side waits, and only then. */
async function launched(tier?: 'free'): Promise<EngagementWorld> {
  now = STARTS_AT;
  world = await startLaunched({
    process: aProcess(),
    now: () => new Date(now),
    ...(tier === undefined ? {} : { tier }),
  });
  return world;
}

/** The engine, with something that happens after every request and in every pause. */
function engine(between: (isPause: boolean) => void): ReconcileDeps {
  const gitlab = world.connect({
    // Of two requests at once nobody could say which of them saw what was written meanwhile.
    maxConcurrent: 1,
    onRequest: () => between(false),
    sleep: async (ms) => {
      now += ms;
      between(true);
    },
  });
  return world.over(gitlab);
}

/** As somebody who types at once, whenever it is. */
function write(item: Issue | Epic, description: string): void {
  world.by('ada').write(item, description);
}

function closeProperly(name: string): void {
  const step = world.process.steps.find(({ id }) => id === name);
  if (step === undefined) throw new Error(`no step ${name}`);
  doStep(
    world.sandbox.operations,
    world.sandbox.user('eli'),
    world.issue(name),
    evidenceFor(step, world.sow),
  );
}

const isOfIssues = ({ route }: { route: string }): boolean => route === 'GET /projects/:id/issues';
const reads = (): readonly string[] =>
  world.sandbox.ledger.reads().map(({ route, path }) => (path.includes('iids') ? `${route} again` : route));

describe('a text that is about to be written', () => {
  it('is read again, all issues with one list and the epic, so that a close costs four reads', async () => {
    await launched();
    closeProperly('first');
    world.forget();

    await reconcile(world.deps, 'SOW-1042');

    expect(reads().toSorted()).toEqual([
      'GET /groups/:id/epics',
      'GET /groups/:id/epics/:iid',
      'GET /projects/:id/issues',
      'GET /projects/:id/issues again',
    ]);
    expect(world.sandbox.ledger.byRoute()).toMatchObject({ 'PUT /projects/:id/issues/:iid': 3 });
  });

  it('is read again with one list on GitLab Free, the tracking issue among the others', async () => {
    await launched('free');
    closeProperly('first');
    world.forget();

    await reconcile(world.deps, 'SOW-1042');

    const again = world.sandbox.ledger.reads().filter(({ path }) => path.includes('iids'));
    expect(again).toHaveLength(1);
    expect(again[0]?.path).toContain(`=${world.epic().iid}&`);
    expect(world.epic().description).toContain('1 of 4 steps done');
  });

  it('is not read again for labels alone', async () => {
    await launched();
    world.by('ada').label(world.issue('second'), 'workflow::done');
    world.forget();

    await reconcile(world.deps, 'SOW-1042');

    expect(world.state('second')).toBe('workflow::blocked');
    expect(reads().filter((route) => route.endsWith('again'))).toEqual([]);
  });

  it('keeps a tick and a paragraph that people wrote after everything was read', async () => {
    await launched();
    closeProperly('first');
    let written = false;
    const deps = engine(() => {
      const isRead = world.sandbox.ledger.entries().some(isOfIssues);
      if (written || !isRead) return;
      written = true;
      write(world.issue('second'), world.issue('second').description.replace('- [ ] Hold', '- [x] Hold'));
      write(world.epic(), `${world.epic().description}\nCall them on Monday.\n`);
    });
    world.forget();

    await reconcile(deps, 'SOW-1042');

    expect(world.issue('second').description).toContain('- [x] Hold it');
    expect(world.issue('second').description).toContain('**Your turn.**');
    expect(world.epic().description).toContain('Call them on Monday.');
    expect(world.state('second')).toBe('workflow::ready');
  });

  it('keeps what people wrote while GitLab let us wait', async () => {
    await launched();
    closeProperly('first');
    world.forget();
    world.sandbox.faults.failNext({
      when: 'before',
      kind: 'status',
      status: 429,
      headers: { 'Retry-After': '30' },
      method: 'PUT',
    });
    const deps = engine(() => {
      if (now === STARTS_AT) return;
      for (const item of [world.issue('first'), world.issue('second'), world.epic()])
        if (!item.description.includes('MEANWHILE')) write(item, `${item.description}\nMEANWHILE\n`);
    });

    await reconcile(deps, 'SOW-1042');

    for (const item of [world.issue('first'), world.issue('second'), world.epic()])
      expect(item.description).toContain('MEANWHILE');
    expect(world.issue('second').description).toContain('**Your turn.**');
    // Once for all that were left, not item by item.
    expect(reads().filter((route) => route.endsWith('again'))).toHaveLength(2);
  });
});

describe('a record that another run has written meanwhile', () => {
  /** Another run follows a comment right after ours has read everything. */
  async function overtaken(run: (deps: ReconcileDeps) => Promise<unknown>): Promise<void> {
    now = STARTS_AT;
    world = await startLaunched({ process: COMMANDED, now: () => new Date(now) });
    closeProperly('first');
    let other: Promise<unknown> | null = null;
    const gitlab = world.connect();
    const slow = {
      ...gitlab,
      readNow: async (items: Parameters<typeof gitlab.readNow>[0]) => {
        if (other === null) {
          sayIn(world, 'mira', world.epic(), '/ps waive second they are on holiday');
          other = reconcile(world.deps, 'SOW-1042', { comments: LOOK_EVERYWHERE });
          await other;
        }
        return await gitlab.readNow(items);
      },
    };
    await run(world.over(slow));
  }

  it.each([
    ['an event', (deps: ReconcileDeps) => reconcile(deps, 'SOW-1042')],
    ['a sweep', (deps: ReconcileDeps) => sweep(deps)],
  ])('is not written over: %s reads and plans again', async (_, run) => {
    await overtaken(run);

    expect(world.epic().description).toContain('waived by `mira`');
    world.forget();
    await reconcile(world.deps, 'SOW-1042');
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });
});

type Deed = 'tick' | 'paragraph' | 'cell' | 'epic';

/** What somebody wrote, when, and how it is seen that it is still there. */
interface Written {
  readonly item: Issue | Epic;
  /** Requests that were answered before. */
  readonly after: number;
  /** The first request that surely saw what was written: beside one that waits, another may be under way. */
  readonly seenFrom: number;
  readonly stays: () => boolean;
}

/** Writes something that nothing else in the world says. */
function perform(deed: Deed, name: string, nth: number, isPause: boolean): Written | null {
  const after = world.sandbox.ledger.entries().length;
  const seenFrom = isPause ? after + 1 : after;
  const findItem = (step: string | null): Issue | Epic | undefined =>
    [...world.sandbox.world.epics, ...world.sandbox.world.issues].find(
      ({ description }) => parseMarker(description) !== null && parseMarker(description)?.step === step,
    );
  const item = findItem(deed === 'epic' ? null : deed === 'cell' ? 'second' : name);
  if (item === undefined) return null;
  const seen = (text: string): Written => ({
    item,
    after,
    seenFrom,
    stays: () => item.description.includes(text),
  });
  switch (deed) {
    case 'paragraph':
    case 'epic':
      write(item, `${item.description}\n\nREMARK ${nth}`);
      return seen(`REMARK ${nth}`);
    case 'cell':
      // One value after the other would hide a loss.
      if (/\| Held on \| (?!_)/.test(item.description)) return null;
      write(item, item.description.replace(/\| Held on \|.*\|/, `| Held on | 2026-11-2${nth} |`));
      return seen(`| Held on | 2026-11-2${nth} |`);
    case 'tick':
      if (!item.description.includes('- [ ] ')) return null;
      write(item, item.description.replace('- [ ] ', '- [x] '));
      return seen('- [x] ');
  }
}

/** Whether it was written after the text of the item was read again and before it was sent: nothing can be done about that. */
function isBetweenReadAndWrite({ item, after, seenFrom }: Written): boolean {
  const entries = world.sandbox.ledger.entries();
  const isWrite = (entry: (typeof entries)[number]): boolean =>
    entry.method === 'PUT' &&
    entry.path.endsWith(`/${item.kind === 'epic' ? 'epics' : 'issues'}/${item.iid}`);
  const isRead = ({ method, path, route }: (typeof entries)[number]): boolean =>
    method === 'GET' &&
    (item.kind === 'epic'
      ? route === 'GET /groups/:id/epics/:iid'
      : new RegExp(`iids(\\[\\]|%5B%5D)=${item.iid}(&|$)`).test(path));
  return entries.some((entry, at) => {
    if (!isWrite(entry) || at < after) return false;
    return entries.findLastIndex((other, index) => index < at && isRead(other)) < seenFrom;
  });
}

const deeds = fc.array(
  fc.record({
    deed: fc.constantFrom<Deed>('tick', 'paragraph', 'paragraph', 'cell', 'epic', 'epic'),
    step: fc.constantFrom('first', 'second', 'talks', 'last'),
    moment: fc.integer({ min: 1, max: 14 }),
  }),
  { minLength: 1, maxLength: 5 },
);
const fault = fc.option(
  fc.record({
    at: fc.integer({ min: 1, max: 12 }),
    fault: fc.constantFrom(
      { when: 'before', kind: 'status', status: 429, headers: { 'Retry-After': '20' } } as const,
      { when: 'after', kind: 'reset' } as const,
      { when: 'before', kind: 'reset' } as const,
      { when: 'after', kind: 'status', status: 502 } as const,
    ),
  }),
);

describe('whatever people write between two requests of a run', () => {
  it('is there afterwards, but for what they write between the last look and its write', {
    ...PROOF,
    timeout: 240_000,
  }, async () => {
    let rounds = 0;
    let excused = 0;
    let all = 0;
    await assertRounds(
      fc.asyncProperty(
        deeds,
        fault,
        fc.constantFrom('launch', 'close', 'close', 'comment', 'comment'),
        async (story, broken, begin) => {
          rounds += 1;
          now = STARTS_AT;
          const options = { process: aProcess(), now: () => new Date(now), settings: someSettings() };
          world = await (begin === 'launch' ? startEngagement(options) : startLaunched(options));
          try {
            if (begin === 'close') closeProperly('first');
            if (begin === 'comment')
              sayIn(world, 'mira', world.epic(), '/ps skip first nobody\n/ps due last 2027-02-01 away');
            const written: Written[] = [];
            let moments = 0;
            const deps = engine((isPause) => {
              moments += 1;
              for (const [nth, { deed, step, moment }] of story.entries()) {
                const done = moment === moments ? perform(deed, step, nth, isPause) : null;
                if (done !== null) written.push(done);
              }
            });
            world.forget();
            if (broken !== null) world.sandbox.faults.failAtRequest(broken.at, broken.fault);
            await reconcile(deps, 'SOW-1042', {
              comments: LOOK_EVERYWHERE,
              ...(begin === 'launch' ? { sow: world.sow, process: 'sample' } : {}),
            });
            const known = written.filter((one) => isBetweenReadAndWrite(one));
            excused += known.length;
            all += written.length;
            const lost = written.filter((one) => !one.stays() && !known.includes(one));
            expect(lost.map(({ item, after }) => [item.title, item.description, after])).toEqual([]);
          } finally {
            await world.close();
          }
        },
      ),
      proofRuns(60),
    );
    world = await launched();
    // How many rounds there are is a matter of time in the long run.
    expect(all).toBeGreaterThan(rounds / 2);
    expect(excused).toBeLessThan(all / 2);
  });
});

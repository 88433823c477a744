/** The adapter for webhooks and the watch over them, against the stand-in for GitLab. */
import { afterEach, describe, expect, it } from 'vitest';
import type { HookHealth } from '#domain/setup/hook-health.ts';
import type { GitLabOptions } from '#gitlab/engagement/create-gitlab.ts';
import { createHookAdmin } from '#gitlab/setup/hooks.ts';
import type { HookAdmin } from '#ports/hooks.ts';
import { SILENT } from '#ports/logger.ts';
import { createHookMemory, type HookMemory } from '#reconciler/hooks/hook-memory.ts';
import { watchHooks } from '#reconciler/hooks/watch-hooks.ts';
import type { Hook } from '#sandbox/world.ts';
import { startWorld, type TestWorld, type WorldOptions } from '#test/support/gitlab-world.ts';

const MINUTE = 60_000;
const URL = 'https://procession.test/webhooks/gitlab';
const PROJECT = '/projects/services%2Fengagements';
const GROUP = '/groups/services';
const HOOK = {
  url: URL,
  issues_events: true,
  confidential_issues_events: true,
  note_events: true,
  token: 's3cret',
};

interface Bench {
  readonly world: TestWorld;
  readonly clock: { now: Date };
  readonly receiver: { status: number; readonly keys: string[] };
  /** Sets up as a person with a token, outside of what the adapter is counted for. */
  ask(token: string, method: string, path: string, body?: object): Promise<any>;
  addHook(given?: object): Promise<Hook>;
  /** Makes so many issues, so that GitLab has something to deliver. */
  happen(times: number): Promise<void>;
  admin(options?: Partial<GitLabOptions>): HookAdmin;
  watch(memory: HookMemory, options?: Partial<GitLabOptions>): Promise<HookHealth>;
  pass(ms: number): void;
}

let open: TestWorld | undefined;

afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function start(options: WorldOptions = {}): Promise<Bench> {
  const clock = { now: new Date('2026-03-02T09:00:00.000Z') };
  const receiver = { status: 202, keys: [] as string[] };
  const world = await startWorld({
    now: () => clock.now,
    deliver: async (request) => {
      receiver.keys.push(request.headers.get('idempotency-key') ?? '');
      if (receiver.status === 0) throw new TypeError('fetch failed');
      return new Response('from the receiver', { status: receiver.status });
    },
    ...options,
  });
  open = world;
  const admin = (given: Partial<GitLabOptions> = {}): HookAdmin =>
    createHookAdmin({
      host: world.url,
      token: world.seed.bot.token,
      group: 'services',
      project: 'services/engagements',
      sleep: async (ms) => void world.slept.push(ms),
      now: () => clock.now.getTime(),
      ...given,
    });
  const bench: Bench = {
    world,
    clock,
    receiver,
    admin,
    async ask(token, method, path, body) {
      const answer = await world.sandbox.fetch(
        new Request(`${world.url}/api/v4${path}`, {
          method,
          headers: { 'PRIVATE-TOKEN': token, 'Content-Type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    async addHook(given = {}) {
      const { id } = await bench.ask(world.seed.bot.token, 'POST', `${PROJECT}/hooks`, { ...HOOK, ...given });
      world.forget();
      return hookOf(world, id);
    },
    async happen(times) {
      for (let n = 0; n < times; n += 1) {
        await bench.ask(world.seed.mira.token, 'POST', `${PROJECT}/issues`, { title: `Issue ${n}` });
        await world.sandbox.settled();
      }
      world.forget();
    },
    watch: (memory, given) =>
      watchHooks(
        { hooks: admin(given), clock: { now: () => clock.now.toISOString() }, logger: SILENT },
        memory,
      ),
    pass: (ms) => {
      clock.now = new Date(clock.now.getTime() + ms);
    },
  };
  return bench;
}

function hookOf(world: TestWorld, id: number): Hook {
  const hook = world.sandbox.world.hooks.find((it) => it.id === id);
  if (hook === undefined) throw new Error(`no hook ${id}`);
  return hook;
}

const writes = ({ world }: Bench) =>
  world.sandbox.ledger.writes().map(({ route, status }) => `${route} ${status}`);

describe('gitlab/hooks', () => {
  it('lists the hooks of group and project for an owner', async () => {
    const bench = await start();
    const { ada } = bench.world.seed;
    await bench.addHook();
    await bench.ask(ada.token, 'POST', `${GROUP}/hooks`, { url: 'https://x.test', issues_events: true });

    const list = await bench.admin({ token: ada.token }).listHooks();

    expect(list).toEqual({
      kind: 'hooks',
      unseen: [],
      hooks: [
        expect.objectContaining({ scope: 'group', url: 'https://x.test', tokenPresent: false }),
        {
          id: expect.any(Number),
          scope: 'project',
          url: URL,
          alertStatus: 'executable',
          disabledUntil: null,
          events: { issues: true, confidentialIssues: true, notes: true, confidentialNotes: false },
          tokenPresent: true,
          signingTokenPresent: false,
        },
      ],
    });
  });

  it('lists only those of the project for a maintainer, and on Free', async () => {
    const bench = await start({ tier: 'free' });
    await bench.addHook();

    for (const { token } of [bench.world.seed.bot, bench.world.seed.ada])
      expect(await bench.admin({ token }).listHooks()).toMatchObject({
        kind: 'hooks',
        hooks: [{ scope: 'project' }],
        unseen: ['group'],
      });
  });

  it.each(['eli', 'otto'] as const)('tells that %s may read none', async (name) => {
    const bench = await start();

    const list = await bench.admin({ token: bench.world.seed[name].token }).listHooks();

    expect(list).toMatchObject({ kind: 'not-allowed', reason: expect.stringMatching(/40[34]/) });
  });

  it('reads hooks and failed deliveries over pages', async () => {
    const bench = await start({ maxPerPage: 2 });
    for (let n = 0; n < 4; n += 1) await bench.addHook({ url: `https://x${n}.test` });
    const hook = await bench.addHook();
    hook.issuesEvents = true;
    bench.receiver.status = 500;
    await bench.happen(3);
    bench.receiver.status = 202;
    await bench.happen(5);
    const admin = bench.admin();

    const list = await admin.listHooks();
    const ours = list.kind === 'hooks' ? list.hooks.find(({ url }) => url === URL) : undefined;
    if (list.kind !== 'hooks' || ours === undefined) throw new Error('no hook');
    const failed = await admin.listFailedDeliveries(ours, {
      instant: '2026-03-02T08:00:00.000Z',
      afterId: 0,
    });

    expect(list.hooks).toHaveLength(5);
    expect(failed).toMatchObject([
      { status: '500', url: URL, hasArrived: false },
      { status: '500', hasArrived: false },
      { status: '500', hasArrived: false },
    ]);
    expect(failed.map(({ id }) => id)).toEqual(failed.map(({ id }) => id).toSorted((a, b) => b - a));
    expect(failed.map(({ key }) => key)).toEqual([...new Set(failed.map(({ key }) => key))]);
    const [newest] = failed;
    expect(await admin.listFailedDeliveries(ours, { instant: '', afterId: newest?.id ?? 0 })).toEqual([]);
    expect(
      await admin.listFailedDeliveries(ours, { instant: '2026-03-02T09:00:01.000Z', afterId: 0 }),
    ).toEqual([]);
  });

  it('asks for pages no larger than GitLab takes', async () => {
    const bench = await start();
    await bench.addHook();
    bench.receiver.status = 500;
    await bench.happen(1);

    await bench.watch(createHookMemory());

    const asked = bench.world.sandbox.ledger.entries().filter(({ route }) => route.endsWith('/events'));
    expect(
      asked.map(({ path }) => new globalThis.URL(path, 'https://x').searchParams.get('per_page')),
    ).toEqual(['20', '20']);
  });

  it('tells apart what the receiver, GitLab and its limit refuse', async () => {
    const bench = await start();
    const { id } = await bench.addHook();
    bench.receiver.status = 500;
    await bench.happen(1);
    const admin = bench.admin();
    const list = await admin.listHooks();
    const [hook] = list.kind === 'hooks' ? list.hooks : [];
    const delivery = bench.world.sandbox.world.deliveries.at(-1);
    if (hook === undefined || delivery === undefined) throw new Error('nothing there');

    expect(hook.id).toBe(id);
    expect(await admin.resend(hook, delivery.id)).toEqual({
      kind: 'not-delivered',
      reason: expect.stringContaining('500'),
    });
    expect(await admin.test(hook, 'issues_events')).toEqual({
      kind: 'not-delivered',
      reason: expect.stringContaining('from the receiver'),
    });
    expect(await admin.resend(hook, 999_999)).toMatchObject({ kind: 'refused' });
    bench.world.sandbox.limits.hookTestPerMinute = 0;
    expect(await admin.resend(hook, delivery.id)).toMatchObject({ kind: 'limited' });
    expect(bench.world.slept).toEqual([]);
    bench.world.sandbox.limits.hookTestPerMinute = null;
    bench.receiver.status = 200;
    expect(await admin.resend(hook, delivery.id)).toEqual({ kind: 'delivered' });
    expect(await admin.test(hook, 'issues_events')).toEqual({ kind: 'delivered' });
  });
});

describe('reconciler/watch-hooks on GitLab', () => {
  it('enables a disabled hook again and has everything that failed sent again, with the same keys', async () => {
    const bench = await start();
    bench.world.sandbox.limits.hookTestPerMinute = 5;
    const hook = await bench.addHook();
    bench.receiver.status = 500;
    await bench.happen(4);
    const failedKeys = bench.receiver.keys.splice(0);
    expect(hook).toMatchObject({ failures: 4, disabledUntil: '2026-03-02T09:01:00.000Z' });
    bench.receiver.status = 202;

    const memory = createHookMemory();
    const health = await bench.watch(memory);

    expect(health).toMatchObject({ state: 'ok', enabled: 1, resent: 4, left: 0, lastError: null });
    expect(health.text).toMatch(/had disabled it until .*4 failed deliveries were resent/);
    expect(hook).toMatchObject({ failures: 0, disabledUntil: null });
    expect(bench.receiver.keys.slice(1)).toEqual(failedKeys.toReversed());
    expect(writes(bench)).toEqual([
      'POST /projects/:id/hooks/:hook_id/test/:trigger 201',
      ...Array.from({ length: 4 }, () => 'POST /projects/:id/hooks/:hook_id/events/:delivery_id/resend 201'),
    ]);

    bench.world.forget();
    bench.pass(5 * MINUTE);
    expect(await bench.watch(memory)).toMatchObject({ state: 'ok', enabled: 0, resent: 0, left: 0 });
    expect(writes(bench)).toEqual([]);
    expect(bench.world.sandbox.ledger.reads().length).toBeLessThanOrEqual(3);
  });

  it('has sent again what got no answer at all', async () => {
    const bench = await start();
    await bench.addHook();
    bench.receiver.status = 0;
    await bench.happen(2);
    const failedKeys = bench.receiver.keys.splice(0);
    bench.receiver.status = 202;

    const health = await bench.watch(createHookMemory());

    expect(health).toMatchObject({ state: 'ok', resent: 2, left: 0 });
    expect(bench.receiver.keys).toEqual(failedKeys.toReversed());
  });

  it('enables a hook that is disabled for good', async () => {
    const bench = await start();
    const hook = await bench.addHook();
    bench.receiver.status = 500;
    for (let n = 0; n < 40; n += 1) {
      await bench.happen(1);
      bench.pass(24 * 60 * MINUTE + 1000);
    }
    const memory = createHookMemory();

    const down = await bench.watch(memory);
    bench.receiver.status = 202;
    const tooEarly = await bench.watch(memory);
    bench.pass(10 * MINUTE);
    const up = await bench.watch(memory);

    expect(down).toMatchObject({ state: 'disabled', enabled: 0 });
    expect(down.text).toMatch(/for good .*The test delivery failed: .*from the receiver/);
    expect(tooEarly).toMatchObject({ state: 'disabled', enabled: 0 });
    expect(up).toMatchObject({ state: 'ok', enabled: 1 });
    expect(hook).toMatchObject({ failures: 0, disabledUntil: null });
    expect(writes(bench).filter((it) => it.includes('/test/'))).toHaveLength(2);
  });

  it('keeps to five calls a minute', async () => {
    const bench = await start();
    bench.world.sandbox.limits.hookTestPerMinute = 5;
    const hook = await bench.addHook();
    bench.receiver.status = 500;
    for (let n = 0; n < 12; n += 1) {
      hook.failures = 0;
      await bench.happen(1);
    }
    const failedKeys = bench.receiver.keys.splice(0);
    bench.receiver.status = 202;
    const memory = createHookMemory();
    const runs: HookHealth[] = [];
    for (let n = 0; n < 6; n += 1) {
      runs.push(await bench.watch(memory));
      bench.pass(MINUTE / 2);
    }

    expect(runs.map(({ state, resent, left }) => [state, resent, left])).toEqual([
      ['failing', 5, 7],
      ['failing', 0, 7],
      ['failing', 5, 2],
      ['failing', 0, 2],
      ['ok', 2, 0],
      ['ok', 0, 0],
    ]);
    expect(bench.receiver.keys).toEqual(failedKeys.toReversed());
    expect(writes(bench).every((it) => it.endsWith(' 201'))).toBe(true);
  });

  it('leaves the rest for later when GitLab limits sooner, without waiting', async () => {
    const bench = await start();
    bench.world.sandbox.limits.hookTestPerMinute = 2;
    await bench.addHook();
    bench.receiver.status = 500;
    await bench.happen(3);
    bench.receiver.status = 202;
    const memory = createHookMemory();

    const first = await bench.watch(memory);
    bench.pass(MINUTE);
    const second = await bench.watch(memory);

    expect(first).toMatchObject({ state: 'failing', resent: 2, left: 1 });
    expect(first.lastError).toContain('429');
    expect(second).toMatchObject({ state: 'ok', resent: 1, left: 0, lastError: null });
    expect(bench.world.slept).toEqual([]);
  });

  it('sends nothing twice after a restart', async () => {
    const bench = await start();
    await bench.addHook();
    bench.receiver.status = 500;
    await bench.happen(2);
    bench.receiver.status = 202;

    const before = await bench.watch(createHookMemory());
    const memory = createHookMemory();
    const after = await bench.watch(memory);

    expect([before.resent, after.resent, after.left]).toEqual([2, 0, 0]);
    bench.world.forget();
    await bench.watch(memory);
    expect(bench.world.sandbox.ledger.reads().length).toBeLessThanOrEqual(3);
  });

  it('finds out by reading whether a resend whose answer was lost arrived', async () => {
    const bench = await start();
    await bench.addHook();
    bench.receiver.status = 500;
    await bench.happen(2);
    bench.receiver.status = 202;
    bench.receiver.keys.splice(0);
    const memory = createHookMemory();
    bench.world.sandbox.faults.failNext({ when: 'after', kind: 'status', method: 'POST', route: /resend/ });

    const lost = await bench.watch(memory);
    const next = await bench.watch(memory);

    expect(lost).toMatchObject({ resent: 0, left: 2, lastError: expect.stringContaining('not known') });
    expect(next).toMatchObject({ state: 'ok', resent: 1, left: 0 });
    expect(bench.receiver.keys).toHaveLength(2);
    expect(new Set(bench.receiver.keys).size).toBe(2);
  });

  it('does not hammer a receiver that is still down', async () => {
    const bench = await start();
    const hook = await bench.addHook();
    bench.receiver.status = 500;
    await bench.happen(3);
    bench.receiver.keys.splice(0);

    const health = await bench.watch(createHookMemory());

    expect(bench.receiver.keys).toHaveLength(1);
    expect(health).toMatchObject({ state: 'failing', resent: 0, left: 3 });
    expect(health.text).toMatch(/3 deliveries failed \(the newest: 500\)/);
    expect(hook.failures).toBe(4);
  });

  it('does not ask for what GitLab would refuse: deliveries to an earlier address', async () => {
    const bench = await start();
    const hook = await bench.addHook({ url: 'https://old.test/webhooks/gitlab' });
    bench.receiver.status = 500;
    await bench.happen(1);
    hook.url = URL;

    const memory = createHookMemory();
    expect(await bench.watch(memory)).toMatchObject({ state: 'failing', givenUp: 1, left: 0 });
    expect(await bench.watch(memory)).toMatchObject({ state: 'ok', givenUp: 0 });
    expect(writes(bench)).toEqual([]);
  });

  it('does nothing and reads little when all is well', async () => {
    const bench = await start();
    await bench.addHook();
    await bench.happen(3);

    const memory = createHookMemory();
    const runs = [await bench.watch(memory), await bench.watch(memory)];

    for (const health of runs)
      expect(health).toEqual({
        state: 'ok',
        text: 'GitLab reaches us.',
        hooks: [{ id: expect.any(Number), scope: 'project', url: URL, state: 'ok', texts: [] }],
        enabled: 0,
        resent: 0,
        left: 0,
        givenUp: 0,
        lastError: null,
        checkedAt: '2026-03-02T09:00:00.000Z',
      });
    expect(writes(bench)).toEqual([]);
    expect(bench.world.sandbox.ledger.reads()).toHaveLength(6);
  });

  it('says when it may not look', async () => {
    const bench = await start();
    await bench.addHook();

    const health = await bench.watch(createHookMemory(), { token: bench.world.seed.eli.token });

    expect(health).toMatchObject({
      state: 'not-allowed',
      hooks: [],
      lastError: expect.stringContaining('403'),
    });
    expect(health.text).toContain('Maintainer');
    expect(writes(bench)).toEqual([]);
  });

  it('says when a token may look but not repair', async () => {
    const bench = await start();
    await bench.addHook();
    bench.receiver.status = 500;
    await bench.happen(1);
    const { bot } = bench.world.seed;
    bench.world.sandbox.world.tokens.push({
      value: 'glpat-sandbox-reader',
      userId: bot.user.id,
      scopes: ['read_api'],
      expiresOn: null,
    });

    const health = await bench.watch(createHookMemory(), { token: 'glpat-sandbox-reader' });

    expect(health).toMatchObject({ state: 'failing', left: 1, lastError: expect.stringContaining('403') });
  });

  it('says when there is no hook of ours, and where it cannot see', async () => {
    const bench = await start();
    await bench.addHook({ url: 'https://other.test/hook' });

    const asBot = await bench.watch(createHookMemory());
    const asOwner = await bench.watch(createHookMemory(), { token: bench.world.seed.ada.token });

    expect([asBot.state, asOwner.state]).toEqual(['absent', 'absent']);
    expect(asBot.text).toMatch(
      /^No project webhook points to …\/webhooks\/gitlab.*Webhooks of the group may not/,
    );
    expect(asOwner.text).toMatch(/^No webhook points to/);
  });

  it('says what is wrong with the settings, and shows no secret', async () => {
    const bench = await start();
    const { id } = await bench.addHook({
      url: 'https://u:pw@procession.test/webhooks/gitlab?token=abc',
      token: '',
      note_events: false,
    });

    const health = await bench.watch(createHookMemory());

    expect(health).toMatchObject({
      state: 'misconfigured',
      hooks: [{ id, url: URL, state: 'misconfigured' }],
    });
    expect(health.text).toMatch(
      /neither a secret token nor a signing token.*No webhook sends comment events/,
    );
    expect(JSON.stringify(health)).not.toMatch(/abc|pw@/);
  });

  it('repairs a group hook as well', async () => {
    const bench = await start();
    const { ada } = bench.world.seed;
    await bench.ask(ada.token, 'POST', `${GROUP}/hooks`, HOOK);
    bench.receiver.status = 500;
    await bench.happen(4);
    bench.receiver.status = 202;

    const health = await bench.watch(createHookMemory(), { token: ada.token });

    expect(health).toMatchObject({ state: 'ok', enabled: 1, resent: 4, hooks: [{ scope: 'group' }] });
  });

  it.each(['status', 'reset'] as const)('does not know when GitLab is down (%s)', async (kind) => {
    const bench = await start();
    await bench.addHook();
    for (let n = 1; n <= 8; n += 1)
      bench.world.sandbox.faults.failNext({ when: 'before', kind, status: 503, nth: 1 });

    const health = await bench.watch(createHookMemory());

    expect(health).toMatchObject({ state: 'unknown', hooks: [] });
    expect(health.lastError).toMatch(/\/hooks/);
    expect(health.lastError).not.toContain('glpat');
    bench.world.forget();
  });

  it('still tells of a hook whose deliveries cannot be read', async () => {
    const bench = await start();
    await bench.addHook();
    for (let n = 1; n <= 4; n += 1)
      bench.world.sandbox.faults.failNext({ when: 'before', kind: 'status', status: 503, route: /events$/ });

    expect(await bench.watch(createHookMemory())).toMatchObject({
      state: 'unknown',
      hooks: [{ state: 'unknown' }],
      lastError: expect.stringContaining('503'),
    });
  });
});

import { describe, expect, it } from 'vitest';
import { GitLabRefusedError, GitLabUnavailableError } from '#domain/base/errors.ts';
import { type ActualHook, type FailedDelivery, isOurs, shownUrl } from '#domain/setup/actual-hook.ts';
import { reportHooks, worst } from '#domain/setup/hook-health.ts';
import type { HookLook } from '#domain/setup/hook-rules.ts';
import {
  isResendDue,
  isTestDue,
  isWorthResending,
  MAX_RESENDS,
  roomForCalls,
} from '#domain/setup/resends.ts';
import type { CallOutcome, HookAdmin } from '#ports/hooks.ts';
import { SILENT } from '#ports/logger.ts';
import { createHookMemory } from '#reconciler/hooks/hook-memory.ts';
import { watchHooks } from '#reconciler/hooks/watch-hooks.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-03-02T09:00:00.000Z');
const URL = 'https://procession.test/webhooks/gitlab';

function aHook(given: Partial<ActualHook> = {}): ActualHook {
  return {
    id: 1,
    scope: 'project',
    url: URL,
    alertStatus: 'executable',
    disabledUntil: null,
    events: { issues: true, confidentialIssues: true, notes: true, confidentialNotes: true },
    tokenPresent: true,
    signingTokenPresent: false,
    ...given,
  };
}

function aDelivery(id: number, given: Partial<FailedDelivery> = {}): FailedDelivery {
  return { id, key: `key-${id}`, url: URL, status: '500', hasArrived: false, ...given };
}

function aFinding(given: Partial<HookLook> = {}): HookLook {
  return { hook: aHook(), test: null, failed: [], resent: 0, givenUp: 0, ...given };
}

describe('domain/hook-health', () => {
  it.each([
    [URL, true],
    [`${URL}/`, true],
    [`${URL}?token=x`, true],
    ['https://other.test/sub/webhooks/gitlab', true],
    ['https://procession.test/webhooks/gitlab/more', false],
    ['https://procession.test/my-webhooks/gitlab', false],
    ['https://procession.test/?next=/webhooks/gitlab', false],
    ['https://{host}/webhooks/gitlab', true],
  ])('knows by its path whether %s is ours', (url, expected) => {
    expect(isOurs({ url }, { path: '/webhooks/gitlab' })).toBe(expected);
  });

  it('takes only the exact address where that is given', () => {
    const receiver = { path: '/webhooks/gitlab', url: `${URL}/` };

    expect(isOurs({ url: URL }, receiver)).toBe(true);
    expect(isOurs({ url: 'https://other.test/webhooks/gitlab' }, receiver)).toBe(false);
  });

  it('shows an address without what may be secret', () => {
    expect(shownUrl('https://me:pass@procession.test/webhooks/gitlab?token=abc#x')).toBe(URL);
    expect(shownUrl('https://procession.test/@me/webhooks/gitlab')).toBe(
      'https://procession.test/@me/webhooks/gitlab',
    );
  });

  it('tests a disabled hook every ten minutes, a working one never', () => {
    const disabled = aHook({ alertStatus: 'disabled' });

    expect(isTestDue(disabled, undefined, START)).toBe(true);
    expect(isTestDue(disabled, START, START + 10 * MINUTE - 1)).toBe(false);
    expect(isTestDue(disabled, START, START + 10 * MINUTE)).toBe(true);
    expect(isTestDue(aHook({ alertStatus: 'temporarily_disabled' }), undefined, START)).toBe(true);
    expect(isTestDue(aHook(), undefined, START)).toBe(false);
  });

  it('forgets what a clock has remembered that was ahead', () => {
    const ahead = START + 365 * 24 * 60 * MINUTE;

    expect(roomForCalls([ahead, ahead + 1], START)).toBe(roomForCalls([], START));
    expect(isTestDue(aHook({ alertStatus: 'disabled' }), ahead, START)).toBe(true);
    expect(isResendDue({ times: 1, lastMs: ahead }, START)).toBe(true);
  });

  it('allows five calls in any minute', () => {
    const calls = [START, START + 1, START + 2, START + 30_000];

    expect(roomForCalls(calls, START + 30_000)).toBe(1);
    expect(roomForCalls([...calls, START + 30_001, START + 30_002], START + 30_003)).toBe(0);
    expect(roomForCalls(calls, START + MINUTE)).toBe(2);
  });

  it('waits longer after each resend that failed, and gives up', () => {
    const dueAfter = (times: number): number | undefined =>
      [0, 1, 2, 4, 8].find((minutes) => isResendDue({ times, lastMs: START }, START + minutes * MINUTE));

    expect(isResendDue(undefined, START)).toBe(true);
    expect([1, 2, 3].map(dueAfter)).toEqual([2, 4, 8]);
    expect(isWorthResending(aHook(), aDelivery(1), { times: MAX_RESENDS - 1, lastMs: START })).toBe(true);
    expect(isWorthResending(aHook(), aDelivery(1), { times: MAX_RESENDS, lastMs: START })).toBe(false);
  });

  it('does not resend to an address the hook no longer has', () => {
    expect(isWorthResending(aHook(), aDelivery(1, { url: 'https://old.test/x' }), undefined)).toBe(false);
    expect(isWorthResending(aHook(), aDelivery(1, { url: null }), undefined)).toBe(true);
  });

  it('puts the worst state first', () => {
    expect(worst(['ok', 'misconfigured', 'disabled', 'failing'])).toBe('disabled');
    expect(worst(['unknown', 'misconfigured'])).toBe('misconfigured');
    expect(worst([])).toBe('ok');
  });

  const none = { issues: false, confidentialIssues: false, notes: false, confidentialNotes: false };
  it.each<[string, Partial<HookLook>, string, RegExp]>([
    ['nothing wrong', {}, 'ok', /^$/],
    ['no secret', { hook: aHook({ tokenPresent: false }) }, 'misconfigured', /GITLAB_WEBHOOK_SECRETS/],
    [
      'a signing token alone',
      { hook: aHook({ tokenPresent: false, signingTokenPresent: true }) },
      'ok',
      /^$/,
    ],
    [
      'a GitLab that does not tell of secrets',
      { hook: aHook({ tokenPresent: null, signingTokenPresent: null }) },
      'ok',
      /^$/,
    ],
    ['no events', { hook: aHook({ events: none }) }, 'misconfigured', /issue events and comment events/],
    [
      'no confidential issue events',
      { hook: aHook({ events: { ...none, issues: true, notes: true } }) },
      'ok',
      /confidential issues are only seen by the sweep/,
    ],
    [
      'disabled and not tested',
      { hook: aHook({ alertStatus: 'disabled' }), failed: null },
      'disabled',
      /for good .* every 10 minutes/,
    ],
    [
      'disabled and the test failed',
      {
        hook: aHook({ alertStatus: 'temporarily_disabled', disabledUntil: '2026-03-02T09:01:00.000Z' }),
        test: { isDelivered: false, reason: 'no answer.' },
        failed: null,
      },
      'disabled',
      /until 2026-03-02T09:01:00.000Z .*The test delivery failed: no answer\./,
    ],
    [
      'disabled and the test arrived',
      { hook: aHook({ alertStatus: 'disabled' }), test: { isDelivered: true, reason: '' } },
      'ok',
      /enabled it again\. .* a sweep looks for it/,
    ],
    ['deliveries unread', { failed: null }, 'unknown', /could not be read/],
    [
      'refused deliveries',
      { failed: [aDelivery(2, { status: '401' }), aDelivery(1)] },
      'failing',
      /401.*secret/,
    ],
    ['unreachable', { failed: [aDelivery(1, { status: 'internal error' })] }, 'failing', /certificate/],
    ['given up', { givenUp: 2 }, 'failing', /2 failed deliveries are not resent any more/],
  ])('reports a hook with %s', (_name, given, state, text) => {
    const [report] = reportHooks([aFinding(given)]);

    expect(report?.state).toBe(state);
    expect(report?.texts.join(' ')).toMatch(text);
    for (const line of report?.texts ?? []) expect(line).not.toContain('\n');
  });

  it('is content when two hooks share the events', () => {
    const issues = aHook({ events: { ...none, issues: true, confidentialIssues: true } });
    const notes = aHook({ id: 2, scope: 'group', events: { ...none, notes: true } });

    expect(
      reportHooks([aFinding({ hook: issues }), aFinding({ hook: notes })]).map((it) => it.state),
    ).toEqual(['ok', 'ok']);
  });
});

/** A GitLab of one hook whose answers a test sets. */
function aGitLab(hook: ActualHook, failed: readonly FailedDelivery[] = []) {
  const sent: number[] = [];
  const admin = {
    hook,
    failed,
    answer: (_id: number): CallOutcome | Error => ({ kind: 'delivered' }),
  };
  const answer = (id: number): CallOutcome => {
    sent.push(id);
    const outcome = admin.answer(id);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const hooks: HookAdmin = {
    listHooks: async () => ({ kind: 'hooks', hooks: [admin.hook], unseen: [] }),
    listFailedDeliveries: async (_hook, { afterId }) => admin.failed.filter(({ id }) => id > afterId),
    resend: async (_hook, id) => answer(id),
    test: async () => answer(0),
  };
  const clock = { ms: START, now: () => new Date(clock.ms).toISOString() };
  return { admin, sent, clock, deps: { hooks, clock, logger: SILENT } };
}

describe('reconciler/watch-hooks', () => {
  it('resends the newest first, five a minute, each once', async () => {
    const deliveries = [7, 6, 5, 4, 3, 2, 1].map((id) => aDelivery(id));
    const { sent, clock, deps } = aGitLab(aHook(), deliveries);
    const memory = createHookMemory();

    const first = await watchHooks(deps, memory);
    const again = await watchHooks(deps, memory);
    clock.ms += MINUTE;
    const second = await watchHooks(deps, memory);
    clock.ms += MINUTE;
    const third = await watchHooks(deps, memory);

    expect(sent).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect([first, again, second, third].map(({ state, resent, left }) => [state, resent, left])).toEqual([
      ['failing', 5, 2],
      ['failing', 0, 2],
      ['ok', 2, 0],
      ['ok', 0, 0],
    ]);
  });

  it('leaves alone what a later attempt has brought', async () => {
    const { sent, deps } = aGitLab(aHook(), [aDelivery(2, { hasArrived: true }), aDelivery(1)]);

    await watchHooks(deps, createHookMemory());

    expect(sent).toEqual([1]);
  });

  it('stops at the first that fails again and tries another one next', async () => {
    const { admin, sent, clock, deps } = aGitLab(aHook(), [aDelivery(3), aDelivery(2), aDelivery(1)]);
    admin.answer = (id) =>
      id === 3 ? { kind: 'not-delivered', reason: 'our side answered 500.' } : { kind: 'delivered' };
    const memory = createHookMemory();

    const first = await watchHooks(deps, memory);
    clock.ms += MINUTE;
    const second = await watchHooks(deps, memory);

    expect(sent).toEqual([3, 2, 1]);
    expect(first).toMatchObject({ state: 'failing', left: 3, lastError: 'our side answered 500.' });
    expect(second).toMatchObject({ state: 'failing', resent: 2, left: 1, lastError: null });
  });

  it('gives up what always fails, says so once, and keeps quiet then', async () => {
    const { admin, sent, clock, deps } = aGitLab(aHook(), [aDelivery(1)]);
    admin.answer = () => ({ kind: 'not-delivered', reason: 'our side answered 500.' });
    const memory = createHookMemory();
    const seen: (readonly [string, number, number])[] = [];

    for (let run = 0; run < 120; run += 1) {
      const { state, left, givenUp } = await watchHooks(deps, memory);
      seen.push([state, left, givenUp]);
      clock.ms += 5 * MINUTE;
    }

    expect(sent).toHaveLength(MAX_RESENDS);
    expect(seen.filter(([, , givenUp]) => givenUp > 0)).toEqual([['failing', 0, 1]]);
    expect(seen.at(-1)).toEqual(['ok', 0, 0]);
  });

  it.each<[string, CallOutcome | Error]>([
    ['limits', { kind: 'limited', reason: 'too many times' }],
    ['does not answer', new GitLabUnavailableError('no answer')],
  ])('leaves the rest for later when GitLab %s', async (_name, outcome) => {
    const { admin, sent, clock, deps } = aGitLab(aHook(), [aDelivery(2), aDelivery(1)]);
    const memory = createHookMemory();
    admin.answer = () => outcome;

    const first = await watchHooks(deps, memory);
    admin.answer = () => ({ kind: 'delivered' });
    clock.ms += MINUTE;
    const second = await watchHooks(deps, memory);

    expect(sent).toEqual([2, 2, 1]);
    expect(first).toMatchObject({ state: 'failing', resent: 0, left: 2 });
    expect(first.lastError).toMatch(/too many|no answer/);
    expect(second).toMatchObject({ state: 'ok', resent: 2, left: 0 });
  });

  it.each<[string, CallOutcome | Error, readonly number[]]>([
    ['stops when GitLab limits', { kind: 'limited', reason: 'too many times' }, [2]],
    ['stops when GitLab does not answer', new GitLabUnavailableError('no answer'), [2]],
    ['goes on when the first is refused', { kind: 'refused', reason: '403' }, [2, 1]],
    ['goes on when GitLab refuses the first', new GitLabRefusedError('409', 409), [2, 1]],
  ])('with two hooks, %s', async (_name, outcome, expected) => {
    const { admin, sent, deps } = aGitLab(aHook());
    const group = aHook({ id: 2, scope: 'group' });
    deps.hooks.listHooks = async () => ({ kind: 'hooks', hooks: [group, admin.hook], unseen: [] });
    deps.hooks.listFailedDeliveries = async ({ id }) => [aDelivery(id)];
    admin.answer = () => outcome;

    await watchHooks(deps, createHookMemory());

    expect(sent).toEqual(expected);
  });

  it('goes on with the others where GitLab refuses one', async () => {
    const { admin, sent, clock, deps } = aGitLab(aHook(), [aDelivery(2), aDelivery(1)]);
    admin.answer = (id) => (id === 2 ? { kind: 'refused', reason: '404' } : { kind: 'delivered' });
    const memory = createHookMemory();

    await watchHooks(deps, memory);
    clock.ms += MINUTE;
    await watchHooks(deps, memory);

    expect(sent).toEqual([2, 1]);
  });

  it('does not resend through a hook that is disabled', async () => {
    const { admin, sent, clock, deps } = aGitLab(aHook({ alertStatus: 'disabled' }), [aDelivery(1)]);
    admin.answer = () => ({ kind: 'not-delivered', reason: 'no answer' });
    const memory = createHookMemory();

    const runs: string[] = [];
    for (let run = 0; run < 11; run += 1) {
      runs.push((await watchHooks(deps, memory)).state);
      clock.ms += MINUTE;
    }

    expect(sent).toEqual([0, 0]);
    expect(new Set(runs)).toEqual(new Set(['disabled']));
  });

  it.each([
    [new GitLabUnavailableError('GitLab could not be reached'), 'unknown'],
    [new GitLabRefusedError('422', 422), 'unknown'],
  ])('is unknown when GitLab cannot be asked', async (error, state) => {
    const { deps } = aGitLab(aHook());
    deps.hooks.listHooks = async () => {
      throw error;
    };

    const health = await watchHooks(deps, createHookMemory());

    expect(health).toMatchObject({ state, lastError: error.message, hooks: [] });
  });

  it.each<[string, readonly ActualHook['alertStatus'][], readonly number[]]>([
    ['is well all the time', ['executable', 'executable'], [0, 0]],
    ['is enabled again by our test', ['disabled'], [1]],
    ['is enabled again by somebody else', ['temporarily_disabled', 'executable', 'executable'], [0, 1, 1]],
  ])('tells once that events were lost when a hook %s', async (_, statuses, expected) => {
    let status: ActualHook['alertStatus'] = 'executable';
    let times = 0;
    const hooks: HookAdmin = {
      listHooks: async () => ({ kind: 'hooks', hooks: [aHook({ alertStatus: status })], unseen: [] }),
      listFailedDeliveries: async () => [],
      resend: async () => ({ kind: 'delivered' }),
      test: async () =>
        statuses.length === 1 ? { kind: 'delivered' } : { kind: 'not-delivered', reason: 'no answer.' },
    };
    const memory = createHookMemory();
    const told: number[] = [];
    for (const next of statuses) {
      status = next;
      const clock = { now: () => new Date(START).toISOString() };
      await watchHooks({ hooks, clock, logger: SILENT, onReachable: () => void (times += 1) }, memory);
      told.push(times);
    }

    expect(told).toEqual(expected);
  });

  it('tells that events were lost also when GitLab was away in between, or no hook was there', async () => {
    const lists = [
      { kind: 'hooks', hooks: [], unseen: [] } as const,
      new GitLabUnavailableError('away'),
      { kind: 'hooks', hooks: [aHook()], unseen: [] } as const,
    ];
    let times = 0;
    const hooks: HookAdmin = {
      listHooks: async () => {
        const next = lists.shift();
        if (next === undefined || next instanceof Error) throw next ?? new Error('none');
        return next;
      },
      listFailedDeliveries: async () => [],
      resend: async () => ({ kind: 'delivered' }),
      test: async () => ({ kind: 'delivered' }),
    };
    const memory = createHookMemory();
    const told: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const clock = { now: () => new Date(START).toISOString() };
      await watchHooks({ hooks, clock, logger: SILENT, onReachable: () => void (times += 1) }, memory);
      told.push(times);
    }

    expect(told).toEqual([0, 0, 1]);
  });

  it('lets a mistake of ours out', async () => {
    const { deps } = aGitLab(aHook());
    deps.hooks.listHooks = async () => {
      throw new TypeError('oops');
    };

    await expect(watchHooks(deps, createHookMemory())).rejects.toThrow(TypeError);
  });

  it('logs a state once, when it changes', async () => {
    const { admin, clock, deps } = aGitLab(aHook({ tokenPresent: false }));
    const lines: string[] = [];
    const logger = {
      ...SILENT,
      info: (message: string) => void lines.push(`info ${message}`),
      warn: (message: string) => void lines.push(`warn ${message}`),
    };
    const memory = createHookMemory();
    const run = () => watchHooks({ ...deps, logger }, memory);

    await run();
    await run();
    admin.hook = aHook();
    clock.ms += MINUTE;
    await run();
    await run();

    expect(lines).toEqual(['warn webhook health', 'info webhook health']);
  });
});

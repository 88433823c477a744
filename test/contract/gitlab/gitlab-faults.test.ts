/**
 * The fault matrix: every write of the adapter against every way its answer can be lost. Afterwards there is
 * exactly one of the thing in GitLab, whatever the caller was told.
 */
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AppError,
  GitLabRateLimitedError,
  GitLabRefusedError,
  GitLabUnavailableError,
} from '#domain/base/errors.ts';
import type { ActualEpic, ActualIssue, ActualNote } from '#domain/engagement/state.ts';
import type { GitLab } from '#ports/gitlab.ts';
import type { Fault } from '#sandbox/faults.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';

interface Given {
  readonly world: TestWorld;
  readonly epic: ActualEpic;
  readonly open: ActualIssue;
  readonly closed: ActualIssue;
  readonly note: ActualNote;
}

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly route: string;
  readonly run: (gitlab: GitLab, given: Given) => Promise<unknown>;
  /** How many of the thing there are. */
  readonly count: (given: Given) => number;
}

const LABEL = 'SOW-1042';
const TIMEOUT_MS = 100;
const LATE_MS = 180;

const newEpic = (name: string) => ({
  holder: 'epic' as const,
  title: name,
  description: `<!-- procession: ${name} -->\nAbout it.`,
  labels: [LABEL],
  startDate: null,
  confidential: false,
  dueDate: '2026-06-30',
});
const newIssue = (epic: ActualEpic, name: string) => ({
  title: name,
  description: `<!-- procession: ${name} -->\nAbout it.`,
  labels: [LABEL, `step::${name}`],
  assigneeIds: [],
  dueDate: null,
  epicId: epic.id,
  confidential: false,
});

async function setUp(world: TestWorld): Promise<Given> {
  const { gitlab } = world;
  await gitlab.createLabel({ name: LABEL, color: '#6699cc', description: 'Statement of work' });
  const epic = await gitlab.createEpic(newEpic('first'));
  const open = await gitlab.createIssue(newIssue(epic, 'kick-off'));
  const second = await gitlab.createIssue(newIssue(epic, 'intake-aws'));
  const closed = await gitlab.updateIssue(second, { state: 'closed' });
  const note = await gitlab.createNote(open, 'Before');
  world.forget();
  return { world, epic, open, closed, note };
}

const data = ({ world }: Given) => world.sandbox.world;
const stateChanges = (given: Given, item: { readonly id: number }, state: 'closed' | 'reopened') =>
  data(given).events.filter(
    ({ target, change }) => target.id === item.id && change.kind === 'state' && change.state === state,
  ).length;
const labelled = (given: Given, item: { readonly id: number }, label: string) => {
  const labelId = data(given).labels.find(({ name }) => name === label)?.id;
  return data(given).events.filter(
    ({ target, change }) => target.id === item.id && change.kind === 'label' && change.labelId === labelId,
  ).length;
};
const notesSaying = (given: Given, body: string) =>
  data(given).notes.filter((note) => note.body === body).length;

const OPERATIONS: readonly Operation[] = [
  {
    name: 'create an epic',
    method: 'POST',
    route: '/groups/:id/epics',
    run: (gitlab) => gitlab.createEpic(newEpic('second')),
    count: (given) => data(given).epics.filter(({ title }) => title === 'second').length,
  },
  {
    name: 'create an issue',
    method: 'POST',
    route: '/projects/:id/issues',
    run: (gitlab, { epic }) => gitlab.createIssue(newIssue(epic, 'post-mortem')),
    count: (given) => data(given).issues.filter(({ title }) => title === 'post-mortem').length,
  },
  {
    name: 'link',
    method: 'POST',
    route: '/projects/:id/issues/:iid/links',
    run: (gitlab, { open, closed }) => gitlab.linkBlocks(open, closed),
    count: (given) =>
      data(given).links.filter(
        ({ sourceId, targetId, type }) =>
          sourceId === given.open.id && targetId === given.closed.id && type === 'blocks',
      ).length,
  },
  {
    name: 'create a label',
    method: 'POST',
    route: '/groups/:id/labels',
    run: (gitlab) => gitlab.createLabel({ name: 'step::extra', color: '#123456', description: '' }),
    count: (given) => data(given).labels.filter(({ name }) => name === 'step::extra').length,
  },
  {
    name: 'comment on an issue',
    method: 'POST',
    route: '/projects/:id/issues/:iid/notes',
    run: (gitlab, { open }) => gitlab.createNote(open, 'Waiting for **Intake**.'),
    count: (given) => notesSaying(given, 'Waiting for **Intake**.'),
  },
  {
    name: 'comment on an epic',
    method: 'POST',
    route: '/groups/:id/epics/:epic_id/notes',
    run: (gitlab, { epic }) => gitlab.createNote(epic, 'Launched.'),
    count: (given) => notesSaying(given, 'Launched.'),
  },
  {
    name: 'open a thread',
    method: 'POST',
    route: '/projects/:id/issues/:iid/discussions',
    run: (gitlab, { open }) => gitlab.openThread(open, '<!-- the first line -->\nA call.'),
    count: (given) => notesSaying(given, '<!-- the first line -->\nA call.'),
  },
  {
    name: 'delete a comment',
    method: 'DELETE',
    route: '/projects/:id/issues/:iid/notes/:note_id',
    run: (gitlab, { open, note }) => gitlab.deleteNote(open, note),
    count: (given) => 1 - notesSaying(given, 'Before'),
  },
  {
    name: 'change a comment',
    method: 'PUT',
    route: '/projects/:id/issues/:iid/notes/:note_id',
    run: (gitlab, { open, note }) => gitlab.updateNote(open, note, 'After'),
    count: (given) => notesSaying(given, 'After'),
  },
  {
    name: 'label an issue',
    method: 'PUT',
    route: '/projects/:id/issues/:iid',
    run: (gitlab, { open }) => gitlab.updateIssue(open, { addLabels: ['workflow::ready'] }),
    count: (given) => labelled(given, given.open, 'workflow::ready'),
  },
  {
    name: 'close an issue',
    method: 'PUT',
    route: '/projects/:id/issues/:iid',
    run: (gitlab, { open }) => gitlab.updateIssue(open, { state: 'closed' }),
    count: (given) => stateChanges(given, given.open, 'closed'),
  },
  {
    name: 'reopen an issue',
    method: 'PUT',
    route: '/projects/:id/issues/:iid',
    run: (gitlab, { closed }) => gitlab.updateIssue(closed, { state: 'opened' }),
    count: (given) => stateChanges(given, given.closed, 'reopened'),
  },
  {
    name: 'close an epic',
    method: 'PUT',
    route: '/groups/:id/epics/:iid',
    run: (gitlab, { epic }) => gitlab.updateEpic(epic, { state: 'closed', description: 'All done.' }),
    count: (given) => stateChanges(given, given.epic, 'closed'),
  },
];

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['500 before the commit', { when: 'before', kind: 'status', status: 500 }],
  ['500 after the commit', { when: 'after', kind: 'status', status: 500 }],
  ['502 before the commit', { when: 'before', kind: 'status', status: 502 }],
  ['502 after the commit', { when: 'after', kind: 'status', status: 502 }],
  ['503 after the commit', { when: 'after', kind: 'status', status: 503 }],
  ['404 though carried out', { when: 'after', kind: 'status', status: 404 }],
  ['409 though carried out', { when: 'after', kind: 'status', status: 409 }],
  [
    '409 Resource lock',
    { when: 'before', kind: 'status', status: 409, body: '{"message":"409 Conflict: Resource lock"}' },
  ],
  [
    '429 in plain text with Retry-After',
    { when: 'before', kind: 'status', status: 429, body: 'Retry later', headers: { 'Retry-After': '5' } },
  ],
  ['429 in plain text without', { when: 'before', kind: 'status', status: 429, body: 'Retry later' }],
  [
    '429 in JSON without Retry-After',
    {
      when: 'before',
      kind: 'status',
      status: 429,
      body: '{"message":{"error":"This endpoint has been requested too many times."}}',
      headers: { 'Content-Type': 'application/json' },
    },
  ],
  ['a reset before the commit', { when: 'before', kind: 'reset' }],
  ['a reset after the commit', { when: 'after', kind: 'reset' }],
  ['truncated JSON before the commit', { when: 'before', kind: 'truncated' }],
  ['truncated JSON after the commit', { when: 'after', kind: 'truncated' }],
  ['a time-out after the commit', { when: 'after', kind: 'slow', delayMs: LATE_MS }],
  ['a time-out, and the commit only then', { when: 'before', kind: 'slow', delayMs: LATE_MS }],
];

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(async () => {
  await world.close();
});

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => expect.fail('should have failed'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  expect([inspect(error, { depth: null, showHidden: true }), JSON.stringify(error)].join()).not.toContain(
    'glpat',
  );
  return error as AppError;
}

describe.each(OPERATIONS)('gitlab: $name', ({ method, route, run, count }) => {
  it('takes one request when all is well', async () => {
    const given = await setUp(world);

    await run(world.gitlab, given);

    expect(count(given)).toBe(1);
    expect(world.sandbox.ledger.entries()).toHaveLength(1);
  });

  it.each(FAULTS)('happens exactly once after %s', async (_name, fault) => {
    const given = await setUp(world);
    world.sandbox.faults.failNext({ method, route, ...fault });
    // Only where time itself is the fault a pause must really pass; a tenth of it is enough.
    const timing = fault.kind === 'slow' ? { timeoutMs: TIMEOUT_MS, sleep: shortened } : {};

    await run(world.connect(timing), given);

    expect(world.sandbox.faults.waiting()).toBe(0);
    expect(count(given)).toBe(1);
    const sent = world.sandbox.ledger.writes().filter((entry) => entry.route === `${method} ${route}`);
    // What was carried out is found, not sent again.
    expect(sent.length).toBeLessThanOrEqual(fault.when === 'after' && method === 'POST' ? 1 : 2);
  });

  it('happens exactly once even when the look after a lost answer fails too', async () => {
    const given = await setUp(world);
    world.sandbox.faults.failAtRequest(1, { when: 'after', kind: 'reset' });
    world.sandbox.faults.failAtRequest(2, { when: 'before', kind: 'status', status: 502 });

    await run(world.gitlab, given);

    expect(world.sandbox.faults.waiting()).toBe(0);
    expect(count(given)).toBe(1);
  });

  it('happens once or not at all when GitLab stays away, and says so', async () => {
    const given = await setUp(world);
    for (let n = 0; n < 6; n += 1)
      world.sandbox.faults.failNext({ method, route, when: 'before', kind: 'status', status: 503 });

    const error = await failure(run(world.gitlab, given));

    expect(error).toBeInstanceOf(GitLabUnavailableError);
    expect(error.disposition).toBe('retry');
    expect(error.message).toContain(`${method} /`);
    expect(count(given)).toBe(0);
    expect(world.sandbox.ledger.writes().length).toBeLessThanOrEqual(4);
  });

  it('is refused with 401 in the middle of a run, and works with a new token', async () => {
    const given = await setUp(world);
    world.sandbox.faults.failNext({
      method,
      route,
      when: 'before',
      kind: 'status',
      status: 401,
      body: '{"message":"401 Unauthorized"}',
    });

    const error = await failure(run(world.gitlab, given));

    expect(error).toBeInstanceOf(GitLabRefusedError);
    expect(error.message).toContain('GITLAB_TOKEN');
    expect(count(given)).toBe(0);
    await run(world.gitlab, given);
    expect(count(given)).toBe(1);
  });

  it('tells the caller how long to wait when the limit lasts longer than we wait', async () => {
    const given = await setUp(world);
    world.sandbox.faults.failNext({
      method,
      route,
      when: 'before',
      kind: 'status',
      status: 429,
      headers: { 'Retry-After': '600' },
    });

    const error = await failure(run(world.gitlab, given));

    expect(error).toBeInstanceOf(GitLabRateLimitedError);
    expect((error as GitLabRateLimitedError).retryAfterSeconds).toBe(600);
    expect(world.slept).toEqual([]);
  });
});

function shortened(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms / 10));
}

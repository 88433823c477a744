/** The rules people meet, against the sandbox: what they do, what the engine answers, what is in GitLab afterwards. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doStep, fillEvidence } from '#demo/do-step.ts';
import { DEFAULT_POLICY } from '#domain/base/settings.ts';
import { checkEngagement, findingsOf } from '#domain/explain/check.ts';
import { tickAll } from '#domain/text/fill-in.ts';
import { readManagedBlock } from '#domain/text/managed-block.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { decide } from '#reconciler/loop/decide.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import {
  BEFORE_CLOSING,
  type EngagementWorld,
  startEngagement,
  startLaunched,
} from '#test/support/engagement.ts';

let world: EngagementWorld;

beforeEach(async () => {
  world = await startLaunched();
  world.sandbox.ledger.clear();
});

afterEach(async () => {
  await world.close();
});

const block = (step: string): string => readManagedBlock(world.issue(step).description)?.content ?? '';

describe('a step closed too early', () => {
  it('is opened again with one note that names the open predecessors, their owners and due dates', async () => {
    world.by('eli').close(world.issue('kick-off'));

    await world.reconcile();

    expect(world.issue('kick-off').state).toBe('opened');
    expect(world.state('kick-off')).toBe('workflow::blocked');
    const [note, ...more] = world.notes(world.issue('kick-off'));
    expect(more).toEqual([]);
    expect(note?.body).toContain('@eli This step was closed');
    expect(note?.body).toContain(
      `- #${world.issue('welcome-email').iid} Send the welcome e-mail: \`mira\`, due 2026-11-25`,
    );
  });

  it('costs two writes, and one for the record', async () => {
    world.by('eli').close(world.issue('kick-off'));
    world.sandbox.ledger.clear();

    await world.reconcile();

    expect(world.sandbox.ledger.writes().map(({ route }) => route)).toEqual([
      'POST /projects/:id/issues/:iid/notes',
      'PUT /projects/:id/issues/:iid',
      'PUT /groups/:id/epics/:iid',
    ]);
  });

  it('gets no second note when it happens again: the first is there already', async () => {
    for (let time = 1; time <= 3; time += 1) {
      world.by('eli').close(world.issue('kick-off'));
      await world.reconcile();
    }

    expect(world.issue('kick-off').state).toBe('opened');
    expect(world.notes(world.issue('kick-off'))).toHaveLength(1);
  });

  it('gets its note edited when other things are missing the next time', async () => {
    world.by('eli').close(world.issue('kick-off'));
    await world.reconcile();
    await world.walk('assign-engineer', 'welcome-email');
    world.by('eli').close(world.issue('kick-off'));

    await world.reconcile();

    const notes = world.notes(world.issue('kick-off'));
    expect(notes).toHaveLength(1);
    expect(notes[0]?.body).not.toContain('welcome');
    expect(notes[0]?.body).toContain('- **Kick-off held on** is empty');
  });

  it('is opened again when list items are not ticked, naming them', async () => {
    const issue = world.issue('assign-engineer');
    world.sandbox.operations.updateIssue(world.sandbox.user('mira'), issue, {
      description: fillEvidence(
        issue.description,
        world.process.steps[0]?.done_when.evidence ?? [],
        issue.updatedAt.slice(0, 10),
      ),
    });
    world.by('mira').close(issue);

    await world.reconcile();

    expect(issue.state).toBe('opened');
    expect(world.notes(issue)[0]?.body).toContain('**Not ticked**');
    expect(world.notes(issue)[0]?.body).not.toContain('**Evidence**');
  });

  it('is opened again when evidence is missing, naming the fields', async () => {
    const issue = world.issue('assign-engineer');
    world.sandbox.operations.updateIssue(world.sandbox.user('mira'), issue, {
      description: tickAll(issue.description),
    });
    world.by('mira').close(issue);

    await world.reconcile();

    expect(issue.state).toBe('opened');
    expect(world.notes(issue)[0]?.body).toContain('**Evidence**');
    expect(world.notes(issue)[0]?.body).not.toContain('**Not ticked**');
  });

  it('stays closed in warn mode, and is only told', async () => {
    await world.close();
    world = await startLaunched({
      settings: { policy: { mode: 'warn', brakes: DEFAULT_POLICY.brakes } },
    });
    world.by('eli').close(world.issue('kick-off'));

    await world.reconcile();
    await world.reconcile();

    expect(world.issue('kick-off').state).toBe('closed');
    expect(world.notes(world.issue('kick-off'))).toHaveLength(1);
  });

  it('changes nothing in shadow mode', async () => {
    world.by('eli').close(world.issue('kick-off'));
    world.sandbox.ledger.clear();
    const shadow = {
      ...world.deps,
      settings: {
        ...world.deps.settings,
        policy: { ...world.deps.settings.policy, mode: 'shadow' as const },
      },
    };

    const outcome = await reconcile(shadow, 'SOW-1042');

    expect(outcome.kind).toBe('shadow');
    expect(world.sandbox.ledger.writes()).toEqual([]);
    expect(world.issue('kick-off').state).toBe('closed');
  });
});

describe('a blocked step moved on the board', () => {
  it('is set back with one note', async () => {
    world.by('eli').label(world.issue('project-summary'), 'workflow::in progress');

    await world.reconcile();

    expect(world.state('project-summary')).toBe('workflow::blocked');
    expect(world.notes(world.issue('project-summary'))).toHaveLength(1);
    expect(world.notes(world.issue('project-summary'))[0]?.body).toContain('moved to **in progress**');
  });

  it('keeps in progress and waiting on a step that nothing blocks', async () => {
    world.by('mira').label(world.issue('assign-engineer'), 'workflow::waiting');

    await world.reconcile();

    expect(world.state('assign-engineer')).toBe('workflow::waiting');
    expect(world.notes(world.issue('assign-engineer'))).toEqual([]);
  });

  it('repairs a state label that contradicts the facts', async () => {
    world.by('eli').label(world.issue('project-summary'), 'workflow::done');

    await world.reconcile();

    expect(world.state('project-summary')).toBe('workflow::blocked');
  });
});

describe('a step done', () => {
  it('makes its successors ready and mentions their assignee once', async () => {
    await world.walk('assign-engineer', 'welcome-email', 'kick-off');

    expect(['intake-aws', 'project-calls', 'internal-updates'].map((step) => world.state(step))).toEqual(
      Array.from({ length: 3 }, () => 'workflow::ready'),
    );
    expect(block('intake-aws')).toContain('**Your turn.** @eli');
    const eli = world.sandbox.user('eli').id;
    const told = world.sandbox.world.todos.filter(
      ({ userId, action, target }) =>
        userId === eli && action === 'mentioned' && target.id === world.issue('intake-aws').id,
    );
    expect(told).toHaveLength(1);
  });

  it('costs four reads, two of them right before writing, one write per step whose state changes, and one for the epic', async () => {
    await world.walk('assign-engineer', 'welcome-email');
    const step = world.process.steps.find(({ id }) => id === 'kick-off');
    doStep(
      world.sandbox.operations,
      world.sandbox.user('eli'),
      world.issue('kick-off'),
      step?.done_when.evidence ?? [],
    );
    world.sandbox.ledger.clear();

    await world.reconcile();

    expect(world.sandbox.ledger.reads()).toHaveLength(4);
    expect(world.sandbox.ledger.byRoute()).toMatchObject({
      'PUT /projects/:id/issues/:iid': 4,
      'PUT /groups/:id/epics/:iid': 1,
    });
    expect(world.sandbox.ledger.writes()).toHaveLength(5);
  });

  it('writes no comment in the whole life of a well-behaved engagement but the last', async () => {
    await world.walk(...BEFORE_CLOSING, 'financial-wrap-up', 'post-mortem');

    expect(
      world.sandbox.world.notes.filter(({ system }) => !system).map(({ target }) => target.kind),
    ).toEqual(['epic']);
  });

  it('lets the post-mortem begin when financial wrap-up has started', async () => {
    await world.walk(...BEFORE_CLOSING);
    expect(world.state('post-mortem')).toBe('workflow::blocked');

    world.by('eli').label(world.issue('financial-wrap-up'), 'workflow::in progress');
    await world.reconcile();

    expect(world.state('post-mortem')).toBe('workflow::ready');
  });

  it('puts its successor back to blocked when it is opened again', async () => {
    await world.walk('assign-engineer');
    expect(world.state('welcome-email')).toBe('workflow::ready');

    world.by('mira').reopen(world.issue('assign-engineer'));
    await world.reconcile();

    expect(world.state('assign-engineer')).toBe('workflow::ready');
    expect(world.state('welcome-email')).toBe('workflow::blocked');
  });
});

describe('the epic', () => {
  it('closes itself when the closing steps are done, with the evidence, and closes what runs alongside', async () => {
    await world.walk(...BEFORE_CLOSING, 'financial-wrap-up');
    expect(world.epic().state).toBe('opened');

    await world.walk('post-mortem');

    expect(world.epic().state).toBe('closed');
    expect([world.issue('project-calls').state, world.issue('internal-updates').state]).toEqual([
      'closed',
      'closed',
    ]);
    const [note, ...more] = world.notes(world.epic());
    expect(more).toEqual([]);
    expect(note?.body).toContain('**Financial wrap-up** closed by `eli`');
    expect(note?.body).toContain('**Actual hours**: 12');
  });

  it('is opened again when somebody closes it early, naming what is left', async () => {
    world.by('mira').close(world.epic());

    await world.reconcile();

    expect(world.epic().state).toBe('opened');
    expect(world.notes(world.epic())[0]?.body).toContain('Financial wrap-up: `eli`');
  });

  it('opens again when a closing step is opened again, and closes again without repeating its note', async () => {
    await world.walk(...BEFORE_CLOSING, 'financial-wrap-up', 'post-mortem');

    world.by('mira').reopen(world.issue('post-mortem'));
    await world.reconcile();
    expect(world.epic().state).toBe('opened');
    expect(world.issue('project-calls').state).toBe('closed');

    world.by('mira').close(world.issue('post-mortem'));
    await world.reconcile();
    expect(world.epic().state).toBe('closed');
    expect(world.notesOf(world.epic(), 'epic-completed')).toHaveLength(1);
  });

  it('keeps a health that a manager has set', async () => {
    world.by('mira').label(world.epic(), 'health::at risk');

    await world.reconcile();

    expect(world.labels(world.epic()).filter((label) => label.startsWith('health::'))).toEqual([
      'health::at risk',
    ]);
  });

  it('is written again where its kept lines were edited, while the text below stays', async () => {
    const epic = world.epic();
    const edited = epic.description
      .replace('**Waiting for**', '**Waiting for Godot**')
      .concat('\nOur own remark.');
    world.by('mira').write(epic, edited);

    await world.reconcile();

    expect(epic.description).not.toContain('Godot');
    expect(epic.description).toContain('\nOur own remark.');
  });

  it('reports a SOW record edited by hand, once, and changes nothing else until it is applied again', async () => {
    const epic = world.epic();
    world.by('mira').write(epic, epic.description.replace(/(procession:record v1 \S+ )\S{8}/, '$1AAAAAAAA'));
    world.by('eli').close(world.issue('kick-off'));

    const outcomes = [await world.reconcile(), await world.reconcile()];

    expect(outcomes.map(({ kind }) => kind)).toEqual(['record-damaged', 'record-damaged']);
    expect(world.notesOf(epic, 'record-damaged')).toHaveLength(1);
    expect(world.issue('kick-off').state).toBe('closed');

    await world.apply();
    expect(world.issue('kick-off').state).toBe('opened');
    expect((await world.reconcile()).kind).toBe('unchanged');
  });
});

describe('people', () => {
  it('keep their text, titles, own labels and assignments', async () => {
    const issue = world.issue('welcome-email');
    world.sandbox.operations.updateIssue(world.sandbox.user('mira'), issue, {
      title: 'My own title',
      description: `${issue.description}\n\nMy own remark`,
      addLabels: ['urgent'],
      assigneeIds: [world.sandbox.user('noor').id],
      dueDate: '2027-03-03',
    });

    await world.walk('assign-engineer');

    expect(issue.title).toBe('My own title');
    expect(issue.description).toContain('\n\nMy own remark');
    expect(world.labels(issue)).toContain('urgent');
    expect(issue.assigneeIds).toEqual([world.sandbox.user('noor').id]);
    expect(issue.dueDate).toBe('2027-03-03');
    expect(block('welcome-email')).toContain('@noor');
  });

  it('have issues of their own with the same labels that are never touched', async () => {
    const mine = world.sandbox.operations.createIssue(
      world.sandbox.user('eli'),
      world.issue('kick-off').projectId,
      {
        title: 'My subtask',
        description: 'Mine',
        labels: ['SOW-1042', 'step::kick-off', 'workflow::done'],
      },
    );
    const copy = world.sandbox.operations.createIssue(world.sandbox.user('eli'), mine.projectId, {
      title: 'A copy',
      description: world.issue('kick-off').description,
      labels: ['SOW-1042'],
    });
    const before = structuredClone([mine, copy]);

    await world.walk('assign-engineer', 'welcome-email');

    expect([mine, copy]).toEqual(before);
  });

  it('get an issue back that was deleted', async () => {
    world.sandbox.operations.deleteIssue(world.sandbox.user('ada'), world.issue('welcome-email'));

    await world.reconcile();

    expect(world.state('welcome-email')).toBe('workflow::blocked');
    expect(
      world.sandbox.world.links.filter(({ sourceId, targetId }) =>
        [sourceId, targetId].includes(world.issue('welcome-email').id),
      ),
    ).toHaveLength(2);
    expect((await world.reconcile()).kind).toBe('unchanged');
  });

  it('may delete the marker: the issue is known from the epic and gets it back', async () => {
    const issue = world.issue('welcome-email');
    world.sandbox.operations.updateIssue(world.sandbox.user('mira'), issue, { description: 'All gone' });

    await world.reconcile();

    expect(world.issue('welcome-email')).toBe(issue);
    expect(issue.description).toContain('All gone');
  });
});

describe('brakes', () => {
  /** More steps closed too early than may be opened again in one run. */
  function closeMany(): void {
    const first = world.issue('assign-engineer');
    const others = world.sandbox.world.issues.filter(({ id }) => id !== first.id);
    for (const issue of others.slice(-7)) world.by('eli').close(issue);
  }

  it('stop a mass change, change nothing and say so once on the epic', async () => {
    closeMany();
    world.sandbox.ledger.clear();

    const outcomes = [await world.reconcile(), await world.reconcile()];

    expect(outcomes.map(({ kind }) => kind)).toEqual(['braked', 'braked']);
    expect(world.sandbox.ledger.writes().map(({ route }) => route)).toEqual([
      'POST /groups/:id/epics/:epic_id/notes',
    ]);
    expect(world.issue('kick-off').state).toBe('closed');
  });

  it('let the mass change through when somebody has looked', async () => {
    closeMany();

    await world.reconcile({ allowMassChange: true });

    expect(world.issue('kick-off').state).toBe('opened');
    expect(world.state('kick-off')).toBe('workflow::blocked');
  });
});

describe('the loop fuse', () => {
  /** The same wrong close again, `pauseMs` after what came before, and a run of the engine a second later. */
  async function wrongClose(clock: { at: number }, pauseMs: number, by = 'eli'): Promise<string> {
    clock.at += pauseMs;
    world.by(by).close(world.issue('kick-off'));
    clock.at += 1_000;
    return (await world.reconcile()).kind;
  }

  async function startWithClock(): Promise<{ at: number }> {
    await world.close();
    const clock = { at: Date.parse('2026-11-24T09:00:00Z') };
    world = await startEngagement({ now: () => new Date(clock.at) });
    await world.apply();
    return clock;
  }

  const AT_ONCE = 3_000;
  const LATER = 60_000;

  it('pauses an engagement when a machine undoes the same change three times at once, and says so once', async () => {
    const clock = await startWithClock();

    const kinds: string[] = [];
    for (let time = 1; time <= 5; time += 1) kinds.push(await wrongClose(clock, AT_ONCE));

    expect(kinds).toEqual(['applied', 'applied', 'applied', 'paused', 'paused']);
    expect(world.issue('kick-off').state).toBe('closed');
    expect(world.notesOf(world.epic(), 'fuse')).toHaveLength(1);
    expect(world.epic().description).toContain('**Paused.**');
  });

  it('lets people close as often as they like: the step is open again each time, and done when it is closed properly', async () => {
    const clock = await startWithClock();
    await world.walk('assign-engineer', 'welcome-email');

    for (let time = 1; time <= 6; time += 1) expect(await wrongClose(clock, LATER)).toBe('applied');
    expect(world.issue('kick-off').state).toBe('opened');
    await world.walk('kick-off');

    expect(world.state('kick-off')).toBe('workflow::done');
  });

  it('begins to count anew when one reversal took its time', async () => {
    const clock = await startWithClock();

    const kinds: string[] = [];
    for (const pause of [AT_ONCE, AT_ONCE, AT_ONCE, LATER, AT_ONCE, AT_ONCE])
      kinds.push(await wrongClose(clock, pause));

    expect(kinds).toEqual(Array.from({ length: 6 }, () => 'applied'));
  });

  it('calls the manager with the third wrong close, once in the one note', async () => {
    const clock = await startWithClock();
    const text = (): string => world.notes(world.issue('kick-off'))[0]?.body ?? '';

    await wrongClose(clock, LATER);
    await wrongClose(clock, LATER);
    expect(text()).not.toContain('@mira');
    await wrongClose(clock, LATER);
    await wrongClose(clock, LATER);

    expect(world.notes(world.issue('kick-off'))).toHaveLength(1);
    expect(text().match(/@mira/g)).toHaveLength(1);
    expect(text()).toContain('It has been closed three times by now.');
  });

  it('lets nothing through while paused, until somebody resumes; then it begins anew', async () => {
    const clock = await startWithClock();
    for (let time = 1; time <= 4; time += 1) await wrongClose(clock, AT_ONCE);
    world.sandbox.ledger.clear();

    expect((await world.reconcile()).kind).toBe('paused');
    expect(world.sandbox.ledger.writes()).toEqual([]);

    expect((await world.reconcile({ resume: true })).kind).toBe('applied');
    expect(world.issue('kick-off').state).toBe('opened');
    expect(world.epic().description).not.toContain('**Paused.**');
    expect((await world.reconcile()).kind).toBe('unchanged');
    expect(await wrongClose(clock, AT_ONCE)).toBe('applied');
  });

  it('pauses where a machine closes the epic again and again', async () => {
    const clock = await startWithClock();

    const kinds: string[] = [];
    for (let time = 1; time <= 5; time += 1) {
      clock.at += AT_ONCE;
      world.by('eli').close(world.epic());
      clock.at += 1_000;
      kinds.push((await world.reconcile()).kind);
    }

    expect(kinds).toEqual(['applied', 'applied', 'applied', 'paused', 'paused']);
  });
});

describe('a close under the policy "warn"', () => {
  it('is judged once: it stays closed when the policy becomes "enforce", and check lists it until it is waived', async () => {
    await world.close();
    world = await startLaunched({
      settings: { policy: { ...DEFAULT_POLICY, mode: 'warn' } },
    });
    const enforcing = {
      ...world.deps,
      settings: {
        ...world.deps.settings,
        policy: { ...world.deps.settings.policy, mode: 'enforce' as const },
      },
    };
    const listed = async (): Promise<readonly string[]> => {
      const decision = await decide(enforcing, await world.gitlab.readEngagement('SOW-1042'), {
        comments: LOOK_EVERYWHERE,
      });
      if (decision.kind !== 'decided') throw new Error(decision.kind);
      return findingsOf(checkEngagement(decision.facts.assessment, decision.facts.found)).map(
        ({ message }) => message,
      );
    };
    world.by('eli').close(world.issue('assign-engineer'));
    await world.reconcile();
    const told = world.notes(world.issue('assign-engineer')).map(({ body }) => body);
    expect((await world.reconcile()).kind).toBe('unchanged');

    expect((await reconcile(enforcing, 'SOW-1042')).kind).toBe('unchanged');

    expect(world.issue('assign-engineer').state).toBe('closed');
    expect(world.notes(world.issue('assign-engineer')).map(({ body }) => body)).toEqual(told);
    expect(await listed()).toEqual([
      expect.stringMatching(
        /^Assign an engineer was closed by eli on \S+ although something was missing; the policy was "warn" then/,
      ),
    ]);

    const mira = world.gitlabAs('mira');
    const issue = (await mira.readEngagement('SOW-1042')).issues.find(
      ({ iid }) => iid === world.issue('assign-engineer').iid,
    );
    if (issue === undefined) throw new Error('no issue');
    await mira.createNote(issue, '/ps waive settled by phone');
    await reconcile(enforcing, 'SOW-1042', { comments: LOOK_EVERYWHERE });

    expect(await listed()).toEqual([]);
    expect(world.issue('assign-engineer').state).toBe('closed');
  });
});

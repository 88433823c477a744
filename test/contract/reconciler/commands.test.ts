import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillCells, tickAll } from '#domain/text/fill-in.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import type { Epic, Issue, Note } from '#sandbox/world.ts';
import { answerTo, COMMANDED, lookIn, reactionsTo, sayIn, settleIn } from '#test/support/commands.ts';
import { LIVELY } from '#test/support/deeds.ts';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';
import { recordIn, withForged } from '#test/support/records.ts';

let world: EngagementWorld;

beforeEach(async () => {
  world = await startLaunched({ process: COMMANDED });
});

afterEach(async () => {
  await world.close();
});

function say(username: string, item: Issue | Epic, body: string): Note {
  return sayIn(world, username, item, body);
}

function answer(item: Issue | Epic, note: Note): string {
  return answerTo(world, item, note);
}

function reactions(note: Note): readonly string[] {
  return reactionsTo(world, note);
}

async function look(): Promise<void> {
  await lookIn(world);
}

async function settle(): Promise<void> {
  await settleIn(world);
}

describe('comment commands', () => {
  it('waive lets a step be closed although something is missing, and says so with who, when and why', async () => {
    await world.walk('first');
    const note = say('mira', world.issue('second'), '/ps waive the customer has no time for it');
    await settle();
    world.by('eli').close(world.issue('second'));
    await settle();

    expect(world.issue('second').state).toBe('closed');
    expect(world.state('second')).toBe('workflow::waived');
    expect(world.issue('second').description).toMatch(
      /Waived by `mira` on \d{4}-\d\d-\d\d: the customer has no time for it/,
    );
    expect(world.epic().description).toContain('second: waived by `mira`');
    expect(reactions(note)).toEqual(['white_check_mark']);
    expect(world.notes(world.issue('second'))).toHaveLength(1);
    expect(world.state('last')).toBe('workflow::ready');
  });

  it('knows the people of the settings whatever the case, as GitLab does', async () => {
    await world.close();
    const roles = { manager: ['Mira'], engineer: ['ELI', 'noor'] };
    world = await startLaunched({ process: COMMANDED, settings: { roles } });
    const assigned = (): readonly number[] => world.issue('second').assigneeIds;
    await world.walk('first');
    await settle();
    expect(assigned()).toEqual([world.seed.eli.user.id]);

    const note = say('mira', world.issue('second'), '/ps assign engineer @NOOR');
    await settle();

    expect(reactions(note)).toEqual(['white_check_mark']);
    expect(assigned()).toEqual([world.seed.noor.user.id]);
  });

  it('a waiver of a step whose issue was deleted is said in the new one and in the epic, by the run that makes it', async () => {
    say('mira', world.epic(), '/ps waive first the customer has no time for it');
    await look();
    const { operations } = world.sandbox;
    operations.deleteIssue(world.sandbox.user('ada'), world.issue('first'));

    await look();

    expect(world.issue('first').description).toContain('Waived by `mira`');
    expect(world.epic().description).toContain('first: waived by `mira`');
    expect(await world.reconcile()).toMatchObject({ kind: 'unchanged' });
  });

  it('a waiver expires when the step is opened again', async () => {
    await world.walk('first');
    say('mira', world.issue('second'), '/ps waive not needed');
    await look();
    world.by('eli').close(world.issue('second'));
    await look();
    world.by('noor').reopen(world.issue('second'));
    await settle();
    expect(world.state('second')).toBe('workflow::ready');
    expect(world.epic().description).not.toContain('waived by');

    world.by('eli').close(world.issue('second'));
    await settle();

    expect(world.issue('second').state).toBe('opened');
    expect(world.notesOf(world.issue('second'), 'closed-too-early')).toHaveLength(1);
  });

  it('a waiver of what ends with the engagement is shown and used when it ends', async () => {
    await world.close();
    world = await startLaunched({ process: LIVELY });
    say('mira', world.epic(), '/ps waive talks nobody talks\n/ps skip last nobody needs it');
    await settle();

    expect(world.epic().state).toBe('closed');
    expect(world.state('talks')).toBe('workflow::waived');
  });

  it('a waiver that is taken back counts no longer, and cannot be taken back twice', async () => {
    await world.walk('first');
    say('mira', world.issue('second'), '/ps waive no time');
    await settle();
    const note = say('mira', world.issue('second'), '/ps unwaive');
    await settle();
    expect(reactions(note)).toEqual(['white_check_mark']);
    expect(world.epic().description).not.toContain('waived by');
    expect(world.issue('second').description).not.toContain('Waived by');
    world.by('eli').close(world.issue('second'));
    await settle();
    expect(world.issue('second').state).toBe('opened');

    const again = say('mira', world.epic(), '/ps unwaive second');
    await settle();
    expect(answer(world.epic(), again)).toContain('second has no waiver that could be taken back');
  });

  it('a waiver under which a step is done is ended by opening the issue, and said to be', async () => {
    await world.walk('first');
    say('mira', world.issue('second'), '/ps waive no time');
    await settle();
    world.by('eli').close(world.issue('second'));
    await settle();
    const note = say('mira', world.issue('second'), '/ps unwaive');
    await settle();

    expect(reactions(note)).toEqual(['x']);
    expect(answer(world.issue('second'), note)).toContain('open its issue again, which ends the waiver');
    expect(world.state('second')).toBe('workflow::waived');
  });

  it('a waiver may be taken back by whoever may give one', async () => {
    await world.close();
    world = await startLaunched({ process: COMMANDED, settings: { commands: { waive: ['engineer'] } } });
    await world.walk('first');
    say('eli', world.issue('second'), '/ps waive no time');
    const note = say('eli', world.issue('second'), '/ps unwaive');
    await settle();

    expect(reactions(note)).toEqual(['white_check_mark']);
  });

  it('deleting the comment of a waiver takes the waiver back until the step is done', async () => {
    await world.walk('first');
    const note = say('mira', world.issue('second'), '/ps waive no time');
    await settle();
    world.sandbox.operations.deleteNote(world.sandbox.user('mira'), note);
    await settle();

    expect(world.epic().description).not.toContain('waived by');
  });

  it.each([
    ['a waiver', '/ps waive no time'],
    ['an approval', '/ps approve'],
  ])(
    '%s whose comment says something else by now counts no longer when the step is closed',
    async (_, words) => {
      await world.walk('first');
      const note = say('mira', world.issue('second'), words);
      await settle();
      world.sandbox.operations.updateNote(
        world.sandbox.user('mira'),
        note,
        'No, not yet: please ask legal first.',
      );
      await world.walk('second');

      expect(world.issue('second').state).toBe('opened');
      expect(world.state('last')).toBe('workflow::blocked');
    },
  );

  it('an approval stays one’s own under another username', async () => {
    await world.walk('first');
    say('mira', world.issue('second'), '/ps approve');
    await settle();
    const mira = world.sandbox.user('mira');
    const manager = { username: mira.username };
    Object.assign(mira, { username: 'mira-married' });
    const issue = world.issue('second');
    const description = fillCells(tickAll(issue.description), new Map([['Held on', '2026-11-20']]));
    world.sandbox.operations.updateIssue(mira, issue, { description, stateEvent: 'close' });
    await world.reconcile();
    Object.assign(mira, manager);

    expect(issue.state).toBe('opened');
  });

  it('skip closes a step from the epic, and what comes after becomes ready', async () => {
    const note = say('mira', world.epic(), '/ps skip first there is nobody to choose');
    await settle();

    expect(world.issue('first').state).toBe('closed');
    expect(world.state('first')).toBe('workflow::waived');
    expect(world.state('second')).toBe('workflow::ready');
    expect(answer(world.epic(), note)).toContain('not to be done here');
  });

  it('an approval is given by the role, never by who does the step', async () => {
    await world.walk('first');
    const own = say('eli', world.issue('second'), '/ps approve');
    await settle();
    expect(reactions(own)).toEqual(['x']);
    expect(answer(world.issue('second'), own)).toContain('the role manager (`mira`)');

    say('mira', world.issue('second'), '/ps approve');
    await settle();
    await world.walk('second');

    expect(world.issue('second').state).toBe('closed');
    expect(world.issue('second').description).toContain('Approved by mira');
  });

  it('closing without the approval is undone and says who could give it', async () => {
    await world.walk('first');
    await world.walk('second');

    expect(world.issue('second').state).toBe('opened');
    const [note] = world.notesOf(world.issue('second'), 'closed-too-early');
    expect(note?.body).toContain('approval by somebody with the role manager is missing. Ask mira');
  });

  it('an approval that is no longer in the comments counts for nothing', async () => {
    await world.walk('first');
    const note = say('mira', world.issue('second'), '/ps approve');
    await look();
    world.sandbox.operations.deleteNote(world.sandbox.user('mira'), note);
    await world.walk('second');

    expect(world.issue('second').state).toBe('opened');
  });

  it('hold stops everything but answers; resume goes on', async () => {
    const held = say('mira', world.epic(), '/ps hold the contract is being renegotiated');
    await settle();
    expect(world.epic().description).toMatch(/\*\*On hold\*\* since .* by `mira`: the contract/);
    world.by('eli').close(world.issue('last'));
    await settle();
    expect(world.issue('last').state).toBe('closed');
    expect(answer(world.epic(), held)).toContain('/ps resume');

    say('mira', world.epic(), '/ps resume');
    await settle();

    expect(world.issue('last').state).toBe('opened');
    expect(world.epic().description).not.toContain('On hold');
  });

  it('add makes one more issue of an on-demand step, and what comes after waits for it', async () => {
    await world.walk('first');
    say('eli', world.epic(), '/ps add change-order More hours for the migration');
    await settle();

    const issue = world.issue('change-order/1');
    expect(issue.title).toContain('More hours for the migration');
    expect(world.labels(issue)).toContain('step::change-order');
    expect(world.state('change-order/1')).toBe('workflow::ready');
    // Its labels are right, so the labels of the group are not asked for again.
    expect(world.sandbox.ledger.reads().map(({ route }) => route)).not.toContain('GET /groups/:id/labels');
    say('mira', world.issue('second'), '/ps waive done by phone');
    world.by('eli').close(world.issue('second'));
    await settle();
    expect(world.state('last')).toBe('workflow::blocked');
    await world.walk('change-order/1');
    expect(world.state('last')).toBe('workflow::ready');
  });

  it('assign gives the open issues of a role to somebody, but never those a person took over', async () => {
    const noor = world.sandbox.user('noor');
    world.sandbox.operations.updateIssue(world.sandbox.user('mira'), world.issue('last'), {
      assigneeIds: [world.sandbox.user('mira').id],
    });
    say('mira', world.epic(), '/ps assign engineer @noor');
    await settle();

    expect(world.issue('second').assigneeIds).toEqual([noor.id]);
    expect(world.issue('last').assigneeIds).toEqual([world.sandbox.user('mira').id]);
    expect(
      world
        .notes(world.epic())
        .map(({ body }) => body)
        .join('\n'),
    ).toMatch(/What somebody is assigned to already stays there; assign it by hand: .*with `mira`\./);
  });

  describe('issues of a role that nobody had, once the settings name somebody', () => {
    beforeEach(async () => {
      await world.close();
      world = await startLaunched({ process: COMMANDED, settings: { roles: { manager: ['mira'] } } });
    });

    async function lookWithEngineers(): Promise<void> {
      const settings = { ...world.deps.settings, roles: { manager: ['mira'], engineer: ['eli'] } };
      await reconcile({ ...world.deps, settings }, 'SOW-1042', { comments: LOOK_EVERYWHERE });
    }

    const assigned = (step: string): readonly number[] => world.issue(step).assigneeIds;
    const idOf = (username: string): number => world.sandbox.user(username).id;
    const assign = (step: string, username: string): void => {
      const assigneeIds = [idOf(username)];
      world.sandbox.operations.updateIssue(world.sandbox.user('mira'), world.issue(step), { assigneeIds });
    };

    it('go with `/ps assign` from the manager, to whom they fell', async () => {
      expect(assigned('second')).toEqual([idOf('mira')]);
      await lookWithEngineers();
      say('mira', world.epic(), '/ps assign engineer @noor');
      await lookWithEngineers();

      expect([assigned('second'), assigned('last')]).toEqual([[idOf('noor')], [idOf('noor')]]);
    });

    it('stay with whom people chose meanwhile, the manager too who took one back', async () => {
      assign('second', 'noor');
      await look();
      assign('second', 'mira');
      await look();
      say('mira', world.epic(), '/ps assign engineer @noor');
      await lookWithEngineers();

      expect([assigned('second'), assigned('last')]).toEqual([[idOf('mira')], [idOf('noor')]]);
    });
  });

  it.each([
    ['nobody-here', 'nobody has this name'],
    ['otto', 'no member of the project'],
  ])('assign to %s is refused: %s', async (username) => {
    const note = say('mira', world.epic(), `/ps assign engineer @${username}`);
    await settle();

    expect(answer(world.epic(), note)).toContain(`\`${username}\` is no member of the project`);
    expect(world.issue('second').assigneeIds).toEqual([world.sandbox.user('eli').id]);
  });

  it('assign finds a user whatever the case, and one who became a member since', async () => {
    say('mira', world.epic(), '/ps assign engineer @Otto');
    await settle();
    world.seed.group.members.set(world.sandbox.user('otto').id, 30);
    say('mira', world.epic(), '/ps assign engineer @Otto');
    await settle();

    expect(world.issue('second').assigneeIds).toEqual([world.sandbox.user('otto').id]);
  });

  it('the assignee of a finished step that appoints gets the role', async () => {
    const noor = world.sandbox.user('noor');
    world.sandbox.operations.updateIssue(world.sandbox.user('mira'), world.issue('first'), {
      assigneeIds: [noor.id],
    });
    await world.walk('first');
    await settle();

    expect(world.issue('second').assigneeIds).toEqual([noor.id]);
  });

  it('due moves a date once, with a reason; a person may move it again', async () => {
    const note = say('mira', world.issue('second'), '/ps due 2027-02-01 the customer is away');
    await settle();
    expect(world.issue('second').dueDate).toBe('2027-02-01');
    expect(answer(world.issue('second'), note)).toContain('the customer is away');

    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), world.issue('second'), {
      dueDate: '2027-02-08',
    });
    await settle();
    expect(world.issue('second').dueDate).toBe('2027-02-08');
  });

  it('help, status and explain are answered once, and mention nobody', async () => {
    const note = say('eli', world.issue('second'), '/ps help\n/ps status\n/ps explain');
    await settle();

    const text = answer(world.issue('second'), note);
    expect(text).toContain('`/ps skip <step> <reason>`');
    expect(text).toContain('**Waiting for**');
    expect(text).toContain('**second**: blocked');
    expect(text.replaceAll(/`[^`]*`/g, '')).not.toMatch(/@\w/);
  });

  it.each([
    ['in a code block', '```\n/ps skip first no reason\n```'],
    ['in a quote', '> /ps skip first no reason'],
    ['in an HTML comment', '<!--\n/ps skip first no reason\n-->'],
    ['in the middle of a line', 'please do /ps skip first no reason'],
    ['indented as code', '    /ps skip first no reason'],
  ])('a command %s is none', async (_, body) => {
    say('mira', world.epic(), body);
    await settle();

    expect(world.issue('first').state).toBe('opened');
    expect(world.notes(world.epic())).toHaveLength(1);
  });

  it('a command that somebody has reacted to before it is read is followed: reactions are no edits', async () => {
    const note = say('mira', world.issue('first'), '/ps waive done by phone');
    Object.assign(note, { createdAt: new Date(Date.parse(note.createdAt) - 60_000).toISOString() });
    const { iid, projectId } = world.issue('first');
    const reacted = await world.sandbox.fetch(
      new Request(
        `${world.sandbox.world.baseUrl}/api/v4/projects/${projectId}/issues/${iid}/notes/${note.id}/award_emoji?name=thumbsup`,
        { method: 'POST', headers: { 'PRIVATE-TOKEN': world.seed.eli.token } },
      ),
    );
    expect(reacted.status).toBe(201);
    expect(Date.parse(note.updatedAt) - Date.parse(note.createdAt)).toBeGreaterThanOrEqual(60_000);

    await settle();

    expect(reactionsTo(world, note)).toContain('white_check_mark');
    expect(recordIn(world.epic()).rulings.waivers).toHaveLength(1);
  });

  it('a comment counts as it stands when it is read: its author may have mended it', async () => {
    const note = say('mira', world.epic(), '/ps skip frist nobody to choose');
    note.body = '/ps skip first nobody to choose';
    note.updatedAt = new Date(Date.parse(note.createdAt) + 60_000).toISOString();

    await settle();

    expect(world.issue('first').state).toBe('closed');
  });
});

/** Said in this order: what changes issues or the epic, and what is seen of it. */
const CHANGES: readonly (readonly [string, () => void])[] = [
  ['/ps due second 2027-02-01 they are away', () => expect(world.issue('second').dueDate).toBe('2027-02-01')],
  [
    '/ps assign engineer @noor',
    () => expect(world.issue('second').assigneeIds).toEqual([world.sandbox.user('noor').id]),
  ],
  [
    '/ps skip first there is nobody to choose',
    () => {
      expect(world.state('first')).toBe('workflow::waived');
      expect(world.issue('first').state).toBe('closed');
    },
  ],
  ['/ps add change-order More hours', () => expect(world.issue('change-order/1').state).toBe('opened')],
  [
    '/ps health at risk they are unhappy',
    () => expect(world.labels(world.epic())).toContain('health::at risk'),
  ],
];

/** What people see of issues and epics, but for the epic's text. */
function seen(): unknown {
  const { issues } = world.sandbox.world;
  return [...issues, world.epic()].map((item) => [
    item.state,
    world.labels(item),
    item.kind === 'issue' ? [item.description, item.dueDate, item.assigneeIds] : [],
  ]);
}

function pause(): void {
  const epic = world.epic();
  epic.description = withForged(epic, (record) => ({
    ...record,
    memory: { ...record.memory, paused: true },
  }));
}

describe('what is said while an engagement is stopped', () => {
  describe.each([
    ['on hold', () => say('mira', world.epic(), '/ps hold the contract is being renegotiated')],
    ['paused', pause],
  ])('%s', (_, stop) => {
    it.each(CHANGES)(
      '%s changes nothing, is answered so, and is done when it goes on',
      async (said, done) => {
        stop();
        await settle();
        const before = seen();
        const note = say('mira', world.epic(), said);
        await settle();
        expect(seen()).toEqual(before);
        expect(answer(world.epic(), note)).toContain('this is done when somebody comments `/ps resume`');

        say('mira', world.epic(), '/ps resume');
        await settle();

        done();
      },
    );
  });

  it.each(CHANGES)(
    '%s right before the hold, read together with it, is done when it goes on',
    async (said, done) => {
      say('mira', world.epic(), said);
      say('mira', world.epic(), '/ps hold they are away');
      const before = seen();
      await settle();
      expect(seen()).toEqual(before);

      say('mira', world.epic(), '/ps resume');
      await settle();

      done();
    },
  );

  it.each(CHANGES)('%s in one comment with resume is done at once', async (said, done) => {
    say('mira', world.epic(), '/ps hold they are away');
    await settle();
    const note = say('mira', world.epic(), `${said}\n/ps resume`);
    await settle();

    done();
    expect(answer(world.epic(), note)).not.toContain('this is done when');
  });

  it('all of it waits together, the last word about a thing counts, and a resume from the command line is enough', async () => {
    pause();
    for (const [said] of CHANGES) say('mira', world.epic(), said);
    say('mira', world.issue('second'), '/ps due 2027-03-01 they are away for longer');
    await settle();
    expect(world.issue('second').dueDate).not.toBe('2027-03-01');

    await world.reconcile({ resume: true });
    await settle();

    for (const [, done] of CHANGES.slice(1)) done();
    expect(world.issue('second').dueDate).toBe('2027-03-01');
    expect(recordIn(world.epic()).rulings.owed).toBeNull();
  });

  it('a health set by hand follows the facts again after `/ps health auto` and the resume', async () => {
    world.by('mira').label(world.epic(), 'health::at risk');
    await settle();
    say('mira', world.epic(), '/ps hold they are away');
    say('mira', world.epic(), '/ps health auto');
    await settle();
    expect(world.labels(world.epic())).toContain('health::at risk');

    say('mira', world.epic(), '/ps resume');
    await settle();

    expect(world.labels(world.epic())).toContain('health::on track');
  });

  it('a step that appoints, done during the hold, hands its issues over when it goes on', async () => {
    const noor = world.sandbox.user('noor');
    say('mira', world.epic(), '/ps hold they are away');
    await settle();
    world.sandbox.operations.updateIssue(world.sandbox.user('mira'), world.issue('first'), {
      assigneeIds: [noor.id],
    });
    await world.walk('first');
    // Records what is known, the appointment with it.
    say('mira', world.epic(), '/ps status');
    await settle();
    say('mira', world.epic(), '/ps resume');
    await settle();

    expect(world.issue('second').assigneeIds).toEqual([noor.id]);
  });

  it('a step that is skipped, opened again during the hold by somebody, and not skipped again stays open', async () => {
    say('mira', world.epic(), '/ps skip first there is nobody to choose');
    await settle();
    say('mira', world.epic(), '/ps hold they are away');
    await settle();
    world.by('noor').reopen(world.issue('first'));
    await settle();
    say('mira', world.epic(), '/ps resume');
    await settle();

    expect(world.issue('first').state).toBe('opened');
  });

  it('waivers and approvals given during the hold count when it goes on', async () => {
    await world.walk('first');
    say('mira', world.epic(), '/ps hold they are away');
    await settle();
    say('mira', world.issue('second'), '/ps waive done by phone');
    await settle();
    world.by('eli').close(world.issue('second'));
    await settle();
    say('mira', world.epic(), '/ps resume');
    await settle();

    expect(world.state('second')).toBe('workflow::waived');
  });

  it('what is read in the run that trips the loop fuse is answered, and done when somebody resumes', async () => {
    world.by('eli').close(world.issue('last'));
    for (let round = 1; round <= 3; round += 1) {
      await world.reconcile();
      world.by('eli').close(world.issue('last'));
    }
    const note = say('mira', world.epic(), '/ps due second 2027-02-01 they are away');
    const outcome = await world.reconcile({ comments: LOOK_EVERYWHERE });
    expect(outcome.kind).toBe('paused');
    await settle();
    expect(answer(world.epic(), note)).toContain('this is done when');
    expect(world.issue('second').dueDate).not.toBe('2027-02-01');

    say('mira', world.epic(), '/ps resume');
    await settle();

    expect(world.issue('second').dueDate).toBe('2027-02-01');
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Epic, Issue, Note } from '#sandbox/world.ts';
import { answerTo, COMMANDED, lookIn, reactionsTo, sayIn, settleIn } from '#test/support/commands.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

let world: EngagementWorld;

beforeEach(async () => {
  world = await startEngagement({ process: COMMANDED });
  await world.apply();
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

  it('a command that was edited in later is refused, because others may edit comments too', async () => {
    const note = say('mira', world.epic(), 'I will look at it.');
    await look();
    note.body = '/ps skip first no reason';
    note.updatedAt = new Date(Date.parse(note.createdAt) + 60_000).toISOString();
    await settle();
    expect(world.issue('first').state).toBe('opened');
  });
});

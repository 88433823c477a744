/** A command is carried out once in its life, whatever becomes of the comment that gave it. */
import { afterEach, describe, expect, it } from 'vitest';
import { takeId } from '#sandbox/new-world.ts';
import type { Issue, Note, Project } from '#sandbox/world.ts';
import { newKeyPair, openSeal } from '#seal/ed25519.ts';
import { COMMANDED, lookIn, reactionsTo, sayIn, settleIn } from '#test/support/commands.ts';
import { type EngagementWorld, startEngagement, startLaunched } from '#test/support/engagement.ts';
import { recordIn } from '#test/support/records.ts';

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

const second = (): Issue => world.issue('second');

function say(body: string, item = second()): Note {
  return sayIn(world, 'mira', item, body);
}

/** Moves the second step into another project of the group. */
function move(): void {
  const { operations, world: data } = world.sandbox;
  const project: Project = {
    ...world.seed.project,
    id: takeId(data, 'project'),
    path: `other-${data.projects.length}`,
    nextIid: 1,
  };
  data.projects.push(project);
  operations.moveIssue(world.sandbox.user('mira'), second(), project);
}

/** Everything that commands have brought about. */
const rulings = () => {
  const { readings: _, ...said } = recordIn(world.epic()).rulings;
  return said;
};

const issueCount = (): number =>
  world.sandbox.world.issues.filter(({ movedToId }) => movedToId === undefined).length;

describe('an issue that is moved to another project', () => {
  it('has nothing followed again: no second issue, no date, no waiver that has expired', async () => {
    world = await startLaunched({ process: COMMANDED });
    await world.walk('first');
    say('/ps due 2027-02-01 they are away until #1 is signed');
    say('/ps add change-order More hours');
    say('/ps waive see #1');
    await settleIn(world);
    world.by('eli').close(second());
    await lookIn(world);
    world.by('eli').reopen(second());
    await lookIn(world);
    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), second(), { dueDate: '2027-02-08' });
    await settleIn(world);
    const [before, count, notes] = [rulings(), issueCount(), world.notes(second()).length];

    move();
    await settleIn(world);

    expect(second().projectId).not.toBe(world.seed.project.id);
    expect(second().dueDate).toBe('2027-02-08');
    expect(rulings()).toEqual(before);
    expect(issueCount()).toBe(count);
    expect(world.notes(second())).toHaveLength(notes);
  });

  it('keeps an approval given before, until its copied comment is deleted; a later command is followed', async () => {
    world = await startLaunched({ process: COMMANDED });
    await world.walk('first');
    say('/ps approve');
    await settleIn(world);
    move();
    await settleIn(world);
    await world.walk('second');
    expect(second().state).toBe('closed');

    world.by('mira').reopen(second());
    await lookIn(world);
    for (const note of world.notes(second()).filter(({ body }) => body === '/ps approve'))
      world.sandbox.operations.deleteNote(world.sandbox.user('mira'), note);
    await world.walk('second');
    expect(second().state).toBe('opened');

    const note = say('/ps waive they are content');
    await settleIn(world);
    expect(reactionsTo(world, note)).toEqual(['white_check_mark']);
    expect(rulings().waivers).toHaveLength(1);
  });

  it('has followed in its copy what nobody had read before the move, also after two moves', async () => {
    world = await startLaunched({ process: COMMANDED });
    await world.walk('first');
    say('/ps snooze 3');
    await settleIn(world);
    move();
    await settleIn(world);
    say('/ps due 2027-02-01 they are away');
    move();
    await settleIn(world);

    expect(second().dueDate).toBe('2027-02-01');
    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), second(), { dueDate: '2027-02-08' });
    move();
    await settleIn(world);
    expect(second().dueDate).toBe('2027-02-08');
  });
});

describe('a record that is restored from its protected copy', () => {
  it('has nothing followed again', async () => {
    const pair = newKeyPair();
    world = await startEngagement({ process: COMMANDED, seal: openSeal([pair.publicKey], pair.privateKey) });
    await world.apply();
    await world.walk('first');
    say('/ps add change-order More hours');
    say('/ps due 2027-02-01 they are away');
    await settleIn(world);
    world.sandbox.operations.updateIssue(world.sandbox.user('eli'), second(), { dueDate: '2027-02-08' });
    await settleIn(world);
    const count = issueCount();

    const epic = world.epic();
    epic.description = epic.description.replace(/(procession:record v1 \S+ )\S+/, '$1AAAA');
    await lookIn(world);
    await settleIn(world);

    expect(world.notesOf(epic, 'record-restored')).toHaveLength(1);
    expect(second().dueDate).toBe('2027-02-08');
    expect(issueCount()).toBe(count);
  });
});

describe('a comment on the epic that waives several steps', () => {
  it('keeps every waiver in later runs that read it again', async () => {
    world = await startLaunched({ process: COMMANDED });
    sayIn(world, 'mira', world.epic(), '/ps waive second by phone\n/ps waive last by phone');
    await settleIn(world);
    sayIn(world, 'mira', world.epic(), '/ps status');
    await settleIn(world);

    expect(recordIn(world.epic()).rulings.waivers.map(({ step }) => step)).toEqual(['second', 'last']);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMENT_COMMANDS, type CommandName } from '#domain/base/commands.ts';
import type { Epic, Issue, Note } from '#sandbox/world.ts';
import { answerTo, COMMANDED, lookIn, reactionsTo, sayIn, settleIn } from '#test/support/commands.ts';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';
import { readable, withForged } from '#test/support/records.ts';

let world: EngagementWorld;

beforeEach(async () => {
  world = await startLaunched({ process: COMMANDED });
});

afterEach(async () => {
  await world.close();
});

const EXAMPLES: Readonly<Record<CommandName, string>> = {
  help: '/ps help',
  status: '/ps status',
  explain: '/ps explain first',
  assign: '/ps assign engineer @noor',
  waive: '/ps waive first no time for it',
  unwaive: '/ps unwaive first',
  approve: '/ps approve second',
  retry: '/ps retry first',
  hold: '/ps hold no money left',
  resume: '/ps resume',
  withdraw: '/ps withdraw the deal is lost',
  skip: '/ps skip first no time for it',
  add: '/ps add change-order More hours',
  snooze: '/ps snooze first 3',
  due: '/ps due first 2027-02-01 they are away',
  replan: '/ps replan',
  health: '/ps health at risk it looks bad',
  call: '/ps call first skip they are away',
  apply: '/ps apply',
  reconcile: '/ps reconcile',
};
/** What people may do who only do steps; the manager may do all. */
const ENGINEER: ReadonlySet<CommandName> = new Set(['help', 'status', 'explain', 'add', 'reconcile']);
const ANY_MEMBER: ReadonlySet<CommandName> = new Set(['help', 'status', 'explain', 'reconcile']);

/** Everything that people see, but for our answers and how far comments were read. */
function shape(): unknown {
  const { epics, issues, notes } = world.sandbox.world;
  return {
    epics: epics.map((epic) => [epic.state, world.labels(epic), readable(epic.description)]),
    issues: issues.map((issue) => [
      issue.state,
      world.labels(issue),
      issue.description,
      issue.dueDate,
      issue.assigneeIds,
    ]),
    notes: notes
      .filter(({ system, body }) => !system && !body.includes('procession:note answer:'))
      .map(({ body }) => body),
  };
}

describe.each(COMMENT_COMMANDS.map(({ name }) => [name] as const))('/ps %s', (name) => {
  const cases = [
    ['a guest', 'gus', false],
    ["a customer's contact with the Reporter role", 'casey', ANY_MEMBER.has(name)],
    ['an engineer', 'noor', ENGINEER.has(name)],
    ['the manager', 'mira', true],
  ] as const;

  it.each(cases)('from %s', async (_, username, allowed) => {
    const note = sayIn(world, username, world.epic(), EXAMPLES[name]);
    const before = shape();
    await settleIn(world);

    const answered = answerTo(world, world.epic(), note);
    // Nothing is waived, no step is done by a pipeline, none comes again and again, nothing is proposed.
    const isEmpty = ['retry', 'unwaive', 'call', 'replan', 'apply'].includes(name);
    expect(answered.includes('not followed')).toBe(!allowed || isEmpty);
    expect(/was not followed: (that takes the role|only members)/.test(answered)).toBe(!allowed);
    expect(allowed ? before : shape()).toEqual(before);
  });
});

describe('people who leave or change', () => {
  it('somebody who is no member gets a sign and no words', async () => {
    const note = sayIn(world, 'casey', world.issue('first'), '/ps help');
    world.seed.group.members.delete(world.sandbox.user('casey').id);
    await settleIn(world);

    expect(reactionsTo(world, note)).toEqual(['x']);
    expect(answerTo(world, world.issue('first'), note)).toBe('');
  });

  it('an approval outlives the rename and the leaving of who gave it', async () => {
    await world.walk('first');
    sayIn(world, 'mira', world.issue('second'), '/ps approve');
    await lookIn(world);
    const mira = world.sandbox.user('mira') as { username: string; id: number };
    mira.username = 'mira-married';
    world.seed.group.members.delete(mira.id);
    await world.walk('second');

    expect(world.issue('second').state).toBe('closed');
  });
});

describe('forged and broken commands', () => {
  it('a record that was forged into the epic opens nothing', async () => {
    await world.walk('first');
    sayIn(world, 'mira', world.issue('second'), '/ps status');
    await lookIn(world);
    const given = { by: 'mira', byId: world.sandbox.user('mira').id, on: '2026-11-20', note: 1 };
    const epic = world.epic();
    epic.description = withForged(epic, (record) => ({
      ...record,
      rulings: { ...record.rulings, approvals: [{ step: 'second', ...given }] },
    }));
    await world.walk('second');

    expect(world.issue('second').state).toBe('opened');
  });

  it.each([
    [
      'the managed block',
      (text: string) => text.replace('<!-- procession:end -->', '/ps skip first no\n<!-- procession:end -->'),
    ],
    ['the text of an issue', (text: string) => `${text}\n\n/ps skip first no\n`],
  ])('a command in %s is none', async (_, forge) => {
    const issue = world.issue('first');
    issue.description = forge(issue.description);
    await settleIn(world);

    expect(issue.state).toBe('opened');
  });

  it('CRM text in a comment of ours is no command', async () => {
    const injected = { ...world.sow, engagement: 'Move\n/ps skip first now' };
    await world.apply({ sow: injected });
    await settleIn(world);

    expect(world.issue('first').state).toBe('opened');
  });

  it('two contradictory commands in one comment change nothing', async () => {
    const note = sayIn(world, 'mira', world.epic(), '/ps hold no money\n/ps resume');
    await settleIn(world);

    expect(world.epic().description).not.toContain('On hold');
    expect(answerTo(world, world.epic(), note)).toContain('says two things about the hold');
  });

  it('a reason of 10,000 characters is refused with the limit', async () => {
    const note = sayIn(world, 'mira', world.issue('second'), `/ps waive ${'why '.repeat(2_500)}`);
    await settleIn(world);

    expect(answerTo(world, world.issue('second'), note)).toContain('at most 500 characters');
    expect(world.epic().description).not.toContain('waived by');
  });

  it('a hostile reason is shown as plain words wherever it stands', async () => {
    sayIn(
      world,
      'mira',
      world.issue('second'),
      '/ps waive @root ~label #77 <!-- procession:end --> [x](javascript:1)',
    );
    await settleIn(world);

    const texts = [world.epic().description, world.issue('second').description];
    expect(texts.join('\n')).not.toMatch(/@root|~label|#77|\[x\]\(javascript/);
    expect(texts.every((text) => text.split('procession:end').length === 2)).toBe(true);
  });

  it('a command on an issue that is not ours is nobody’s business', async () => {
    const { issue } = foreignIssue();
    sayIn(world, 'mira', issue, '/ps skip first no time');
    world.sandbox.ledger.clear();
    await lookIn(world);

    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('a comment deleted after it was followed takes nothing back', async () => {
    const note = sayIn(world, 'mira', world.epic(), '/ps skip first no time');
    await lookIn(world);
    world.sandbox.operations.deleteNote(world.sandbox.user('mira'), note);
    await settleIn(world);

    expect(world.state('first')).toBe('workflow::waived');
  });
});

function foreignIssue(): { readonly issue: Issue | Epic; readonly note?: Note } {
  const mira = world.sandbox.user('mira');
  const issue = world.sandbox.operations.createIssue(mira, world.seed.project.id, {
    title: 'Something else',
    description: 'Not ours.',
    labels: ['SOW-1042'],
  });
  return { issue };
}

/** Calls and updates week by week: a thread for each, minutes by reply, actions that come back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addCalendarDays } from '#domain/base/calendar.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { readPortfolio } from '#reconciler/portfolio/portfolio-reader.ts';
import { sayIn } from '#test/support/commands.ts';
import { dyingAfter } from '#test/support/dying.ts';
import { type RecurringWorld, startRecurring } from '#test/support/recurring.ts';

let world: RecurringWorld;

beforeEach(async () => {
  world = await startRecurring();
});

afterEach(async () => {
  await world.close();
});

async function kickedOff(): Promise<void> {
  world.clock('2027-01-25 11:00');
  world.finish('kick-off', { 'Weekly call': 'Tue 10:00 Europe/Berlin' });
  await world.at('2027-01-25 11:00');
}

async function weeks(from: string, to: string): Promise<void> {
  for (let day = from; day <= to; day = addCalendarDays(day, 1)) await world.at(`${day} 09:00`);
}

/** Requests of one run, by method. */
function requests(): { readonly reads: number; readonly writes: number } {
  const entries = world.sandbox.ledger.entries();
  const writes = entries.filter(({ method }) => method !== 'GET').length;
  return { reads: entries.length - writes, writes };
}

describe('threads', () => {
  it('open with the slot of the kick-off, the next one at once, and say what people need', async () => {
    await kickedOff();

    expect(world.ids('project-calls')).toEqual(['2027-01-26']);
    expect(world.ids('internal-updates')).toEqual([]);
    expect(world.threads('project-calls')[0]?.body).toMatchInlineSnapshot(`
      "<!-- procession:occurrence project-calls 2027-01-26 -->
      ## Call of Tuesday 26 January 2027, 10:00 Europe/Berlin

      Where: <https://meet.example.com/bakery>

      Expected: Ada Example, eli

      Welcome: mira

      **Facts**

      - Hours: none recorded yet, of 400 h; 400 left
      - End by the SOW: 2027-06-30
      - Open changes: none
      - Late: nothing

      **Open actions:** none

      **Agenda**

      1. Actions of the last call.
      2. Progress of GitLab on AWS.

      **Minutes:** please reply to this comment. A reply counts as the minutes when a line of it begins with \`Attended:\`, or with \`No call:\` and the reason. Actions in a table like this one, or as a list of tasks, come back in the next thread until they are done.

      \`\`\`\`markdown
      **Attended:** …

      | Action | Owner | Due | Done |
      |---|---|---|---|
      | … | … | … | |
      \`\`\`\`"
    `);
    await world.at('2027-01-27 09:00');
    expect(world.ids('internal-updates')).toEqual(['2027-01-28']);
  });

  it('open once, however often and from wherever somebody looks', async () => {
    await kickedOff();
    world.sandbox.ledger.clear();
    await world.at('2027-01-25 11:05');
    await reconcile(world.over(world.connect()), world.sow.sow.number, { comments: LOOK_EVERYWHERE });

    expect(requests().writes).toBe(0);
    expect(world.ids('project-calls')).toEqual(['2027-01-26']);
  });

  it('cost one list and three writes, and nothing more while nothing is due', async () => {
    await kickedOff();
    await weeks('2027-01-26', '2027-01-27');
    world.reply('eli', 'project-calls', '2027-01-26', 'Attended: Ada');
    world.reply('eli', 'internal-updates', '2027-01-28', 'Done: a lot');
    await weeks('2027-01-28', '2027-01-31');
    world.forget();
    await world.at('2027-01-31 12:00');
    expect(world.sandbox.ledger.entries().filter(({ route }) => route.includes('discussions'))).toEqual([]);
    expect(requests().writes).toBe(0);

    world.forget();
    await world.at('2027-02-01 09:00');
    const routes = world.sandbox.ledger.entries().map(({ method, route }) => `${method} ${route}`);
    expect(routes.filter((route) => /^GET .*discussions$/.test(route))).toHaveLength(1);
    expect(routes.filter((route) => !route.startsWith('GET'))).toHaveLength(3);
  });

  it('are no news to the next look, not even the first one on an issue', async () => {
    await kickedOff();
    world.forget();
    await world.at('2027-01-25 11:15');
    expect(world.sandbox.ledger.entries().filter(({ route }) => route.includes('discussions'))).toEqual([]);
    expect(requests().writes).toBe(0);
  });

  it('are opened by no one twice when a run dies after any request', async () => {
    await kickedOff();
    await weeks('2027-01-26', '2027-01-31');
    world.clock('2027-02-01 09:00');
    for (let calls = 0; calls < 12; calls += 1) {
      const dying = world.over(dyingAfter(world.connect(), calls));
      await reconcile(dying, world.sow.sow.number).catch(() => null);
      expect(world.ids('project-calls').filter((id) => id === '2027-02-02').length).toBeLessThanOrEqual(1);
    }
    await world.reconcile();
    expect(world.ids('project-calls')).toEqual(['2027-01-26', '2027-02-02']);
  });

  it('of two writers: the older one stays, the other goes, or says where it goes on when somebody has replied', async () => {
    await kickedOff();
    const issue = world.issue('project-calls');
    const [first] = world.threads('project-calls');
    if (first === undefined) throw new Error('no thread');
    world.sandbox.operations.createNote(world.sandbox.user('procession-bot'), issue, first.body);
    expect(world.ids('project-calls')).toHaveLength(2);
    await world.reconcile();
    expect(world.threads('project-calls').map(({ id }) => id)).toEqual([first.id]);

    const double = world.sandbox.operations.createNote(
      world.sandbox.user('procession-bot'),
      issue,
      first.body,
    );
    if (double === null) throw new Error('no note');
    world.sandbox.operations.replyTo(world.sandbox.user('eli'), issue, double, 'Am I right here?');
    await world.reconcile();
    await world.reconcile();
    expect(world.threads('project-calls')[1]?.body).toContain('**Twice the same.**');
  });
});

describe('minutes', () => {
  it('are a reply, and what they name comes back until it is done', async () => {
    await kickedOff();
    await world.at('2027-01-26 12:00');
    world.reply(
      'eli',
      'project-calls',
      '2027-01-26',
      '**Attended:** Ada, Eli\n\n| Action | Owner | Due | |\n|---|---|---|---|\n| Open the firewall | Ada | 2027-02-01 | |\n| Send the plan | Eli | 2027-01-28 | done |\n\n- [ ] Order @root certificates',
    );
    await world.at('2027-01-26 13:00');
    expect(world.lines('project-calls')).toContain('minutes 1 of 1 · [last minutes](');
    expect(world.lines(null)).toContain('1 held, 0 held over, 0 missed · minutes 1 of 1');

    await world.at('2027-02-01 09:00');
    const opened = world.threads('project-calls')[1]?.body ?? '';
    expect(opened).toMatch(/1\. Open the firewall · Ada · due 2027-02-01 · \[from\]\(\S+#note_\d+\)/);
    expect(opened).toMatch(/2\. Order @\u2060root certificates/);
    expect(opened).not.toContain('Send the plan');
  });

  it.each([
    ['a word of another kind', 'We met and it was fine.', 0],
    ['the form as it was given', '**Attended:** …', 0],
    ['a quotation', '> Attended: Ada', 0],
    ['the word without bold, in lower case', 'attended: Ada and Eli', 1],
    ['a list below the word', 'Attended:\n\n- Ada\n- Eli', 1],
    ['that there was none', 'No call: Ada was ill', 1],
  ])('%s counts as it should', async (_, body, count) => {
    await kickedOff();
    await world.at('2027-01-26 12:00');
    world.reply('eli', 'project-calls', '2027-01-26', body);
    await world.at('2027-01-26 13:00');
    expect(world.lines('project-calls')).toContain(`minutes ${count} of 1`);
  });

  it('of a Guest do not count, and those that are deleted count no longer', async () => {
    await kickedOff();
    await world.at('2027-01-26 12:00');
    world.reply('gus', 'project-calls', '2027-01-26', 'Attended: Gus');
    await world.at('2027-01-26 13:00');
    expect(world.lines('project-calls')).toContain('minutes 0 of 1');
    const note = world.reply('eli', 'project-calls', '2027-01-26', 'Attended: Ada');
    await world.at('2027-01-26 13:05');
    expect(world.lines('project-calls')).toContain('minutes 1 of 1');
    world.sandbox.operations.deleteNote(world.sandbox.user('eli'), note);
    await world.at('2027-01-26 13:10');
    expect(world.lines('project-calls')).toContain('minutes 0 of 1');
  });

  it('that stand outside of the thread do not count, and their author is told once', async () => {
    await kickedOff();
    sayIn(world, 'eli', world.issue('project-calls'), 'Attended: Ada');
    await world.at('2027-01-26 13:00');
    await world.at('2027-01-26 13:05');
    expect(world.lines('project-calls')).toContain('minutes 0 of 1');
    expect(world.notesOf(world.issue('project-calls'), 'minutes-place')).toHaveLength(1);
  });

  it('in a new thread are told of as well, with a reply in it', async () => {
    await kickedOff();
    await world.at('2027-01-26 12:00');
    const { operations } = world.sandbox;
    const [issue, eli] = [world.issue('project-calls'), world.sandbox.user('eli')];
    const own = operations.createNote(eli, issue, 'Call of Tuesday');
    if (own === null) throw new Error('no note');
    operations.replyTo(eli, issue, own, '**Attended:** Ada\n\n- [ ] Open the firewall');
    await world.at('2027-01-26 13:00');
    expect(world.lines('project-calls')).toContain('minutes 0 of 1');
    expect(world.notesOf(issue, 'minutes-place')).toHaveLength(1);
  });

  it('count from the edit on that makes them minutes; an edit that unmakes them is noticed with the next comment', async () => {
    await kickedOff();
    await world.at('2027-01-26 12:00');
    const note = world.reply('eli', 'project-calls', '2027-01-26', 'We talked for an hour.');
    await world.at('2027-01-26 13:00');
    world.sandbox.operations.updateNote(world.sandbox.user('eli'), note, 'Attended: Ada');
    await world.reconcile({ comments: LOOK_EVERYWHERE });
    expect(world.lines('project-calls')).toContain('minutes 1 of 1');
    world.clock('2027-01-26 14:00');
    world.sandbox.operations.updateNote(world.sandbox.user('eli'), note, 'Sorry, wrong issue.');
    sayIn(world, 'eli', world.issue('project-calls'), 'The minutes follow.');
    await world.reconcile({ comments: LOOK_EVERYWHERE });
    expect(world.lines('project-calls')).toContain('minutes 0 of 1');
  });

  it('that fill ten thousand lines are read, and name twenty actions at most', async () => {
    await kickedOff();
    await world.at('2027-01-26 12:00');
    const lines = Array.from({ length: 10_000 }, (_, index) => `- [ ] Item ${index}`);
    world.reply('eli', 'project-calls', '2027-01-26', ['Attended: Ada', '', ...lines].join('\n'));
    await world.at('2027-01-26 13:00');
    expect(world.lines('project-calls')).toContain('minutes 1 of 1');
    await world.at('2027-02-01 09:00');
    const opened = world.threads('project-calls')[1]?.body ?? '';
    expect(opened).toContain('20. Item 19');
    expect(opened).toContain('and 9980 more');
  });

  it.each(['2027-13-99', '2099-01-06', '2027-02-16', 'never'])(
    'are looked for in their thread alone: whoever edits its line into %s breaks nothing, and the next one opens in time',
    async (id) => {
      await kickedOff();
      await world.at('2027-01-26 12:00');
      const [first] = world.threads('project-calls');
      if (first === undefined) throw new Error('no thread');
      world.sandbox.operations.updateNote(
        world.sandbox.user('mira'),
        first,
        first.body.replace('2027-01-26 -->', `${id} -->`),
      );
      await world.reconcile({ comments: LOOK_EVERYWHERE });
      await weeks('2027-01-27', '2027-02-01');
      expect(world.ids('project-calls')).toContain('2027-02-02');
      expect(world.threads('project-calls')).toHaveLength(2);
      expect(world.lines('project-calls')).toContain('Next: Tue 9 Feb');
    },
  );

  it('are asked for no more when their thread was deleted: it is missed, and opened by nobody again', async () => {
    await kickedOff();
    await world.at('2027-01-26 12:00');
    const [first] = world.threads('project-calls');
    if (first === undefined) throw new Error('no thread');
    world.sandbox.operations.deleteNote(world.sandbox.user('mira'), first);
    await world.reconcile({ comments: LOOK_EVERYWHERE });
    await weeks('2027-01-27', '2027-02-01');
    expect(world.ids('project-calls')).toEqual(['2027-02-02']);
    expect(world.lines('project-calls')).toContain('1 held, 0 held over, 1 missed');
  });

  it('that are missing are asked for once, in the first note, and two in a row are a matter of health', async () => {
    await kickedOff();
    await world.at('2027-01-27 17:00');
    expect(world.threads('project-calls')[0]?.body).not.toContain('Minutes are missing');
    await world.at('2027-01-28 09:00');
    expect(world.threads('project-calls')[0]?.body).toContain('**Minutes are missing.** @');
    const asked = world.threads('project-calls')[0]?.updatedAt;
    await weeks('2027-01-29', '2027-02-04');
    expect(world.threads('project-calls')[0]?.updatedAt).toBe(asked);
    expect(world.labels(world.epic())).toContain('health::needs attention');
    expect(world.lines(null)).toContain('2 calls without minutes, the last of 2027-02-02');
  });

  it('of an update say how things are: shown in the epic, and set by nobody but people', async () => {
    await kickedOff();
    await world.at('2027-01-27 09:00');
    const table = '| Health | | Why |\n|---|---|---|\n| Overall | At risk | Access |\n';
    world.reply('eli', 'internal-updates', '2027-01-28', `Done: a lot\n\n${table}`);
    await world.at('2027-01-28 12:00');
    expect(world.lines(null)).toContain('Update of Thu 28 Jan says **at risk** (`eli`)');
    expect(world.labels(world.epic())).toContain('health::on track');
  });
});

describe('a hold', () => {
  it('lets calls be held over, and the next one opens on the day the work goes on', async () => {
    await kickedOff();
    await weeks('2027-01-26', '2027-02-28');
    world.clock('2027-03-01 08:30');
    sayIn(world, 'mira', world.issue('kick-off'), '/ps hold the customer moves');
    await world.reconcile({ comments: LOOK_EVERYWHERE });
    await weeks('2027-03-01', '2027-03-29');
    const before = world.ids('project-calls');
    world.clock('2027-03-30 09:30');
    sayIn(world, 'mira', world.issue('kick-off'), '/ps resume');
    await world.reconcile({ comments: LOOK_EVERYWHERE });

    expect(before.at(-1)).toBe('2027-02-23');
    expect(world.ids('project-calls').at(-1)).toBe('2027-03-30');
    expect(world.lines('project-calls')).toContain('4 held over, 0 missed');
  });
});

describe('the end', () => {
  it('opens nothing after the step it runs until, and the last call wants its minutes before the tracker closes', async () => {
    await kickedOff();
    await weeks('2027-01-26', '2027-02-02');
    world.finish('project-summary');
    await world.at('2027-02-02 16:00');
    await weeks('2027-02-03', '2027-02-12');
    expect(world.ids('project-calls')).toEqual(['2027-01-26', '2027-02-02']);

    world.finish('project-calls');
    await world.reconcile();
    expect(world.issue('project-calls').state).toBe('opened');
    world.reply('eli', 'project-calls', '2027-02-02', 'Attended: Ada');
    world.by('eli').close(world.issue('project-calls'));
    await world.reconcile();
    expect(world.issue('project-calls').state).toBe('closed');
    expect(world.state('project-calls')).toBe('workflow::done');
  });
});

describe('the look back', () => {
  it('is prompted once a month from the launch on, on a confidential issue', async () => {
    await weeks('2027-02-01', '2027-03-05');
    expect(world.issue('retrospective').confidential).toBe(true);
    expect(world.ids('retrospective')).toEqual(['2027-02-03', '2027-03-03']);
  });

  it('asks nobody for minutes, and their lack is no matter of health', async () => {
    await weeks('2027-02-01', '2027-03-08');
    expect(world.threads('retrospective').filter(({ body }) => body.includes('@'))).toEqual([]);
    expect(world.lines(null)).not.toContain('without minutes');
    expect(world.issue('retrospective').description).toContain('**Under way** (`mira`).');
  });
});

describe('what managers see', () => {
  it('tells of each occurrence how it went, and whose minutes are missing', async () => {
    await kickedOff();
    await world.at('2027-01-26 12:00');
    world.reply('eli', 'project-calls', '2027-01-26', 'Attended: Ada');
    await weeks('2027-01-27', '2027-02-02');
    world.reply('eli', 'project-calls', '2027-02-02', 'No call: Ada is at a fair');
    await weeks('2027-02-03', '2027-02-08');
    world.clock('2027-02-09 08:30');
    sayIn(world, 'mira', world.issue('kick-off'), '/ps hold the customer moves');
    await world.reconcile({ comments: LOOK_EVERYWHERE });
    world.clock('2027-02-11 09:30');
    sayIn(world, 'mira', world.issue('kick-off'), '/ps resume');
    await world.reconcile({ comments: LOOK_EVERYWHERE });
    await weeks('2027-02-12', '2027-02-18');

    const { engagements } = await readPortfolio(world.deps, world.deps.clock.now());
    const steps = engagements[0]?.steps ?? [];
    const seen = steps.find(({ step }) => step === 'project-calls')?.occurrences;
    expect(seen?.days).toEqual([
      { on: '2027-01-26', fate: 'held' },
      { on: '2027-02-02', fate: 'not held' },
      { on: '2027-02-09', fate: 'held over' },
      { on: '2027-02-16', fate: 'no minutes' },
    ]);
    expect(seen?.lacking).toBe(1);
    expect(steps.find(({ step }) => step === 'retrospective')?.occurrences?.lacking).toBe(0);
  });
});

describe('the evidence of the last minutes', () => {
  const cells = (): readonly string[] =>
    world
      .issue('project-calls')
      .description.split('\n')
      .filter((line) => line.startsWith('| Last'));

  it('is written into empty cells once no thread follows', async () => {
    await kickedOff();
    await world.at('2027-01-26 12:00');
    const { id } = world.reply('eli', 'project-calls', '2027-01-26', 'Attended: Ada');
    await world.at('2027-01-26 12:30');
    expect(cells()).toEqual(['| Last call on | _YYYY-MM-DD_ |', '| Last minutes |  |']);

    world.finish('project-summary');
    await world.at('2027-01-26 13:00');
    expect(cells()).toEqual([
      '| Last call on | 2027-01-26 |',
      expect.stringMatching(new RegExp(`^\\| Last minutes \\| http.*/issues/\\d+#note_${id} \\|$`)),
    ]);
  });

  it('leaves alone what people have written', async () => {
    await kickedOff();
    await world.at('2027-01-26 12:00');
    world.reply('eli', 'project-calls', '2027-01-26', 'Attended: Ada');
    const issue = world.issue('project-calls');
    world.by('eli').write(issue, issue.description.replace('_YYYY-MM-DD_', '2027-01-25'));
    world.finish('project-summary');
    await world.at('2027-01-26 13:00');
    expect(cells()[0]).toBe('| Last call on | 2027-01-25 |');
  });
});

describe('what people say about calls', () => {
  const say = async (moment: string, body: string): Promise<void> => {
    world.clock(moment);
    sayIn(world, 'eli', world.issue('project-calls'), body);
    await world.reconcile({ comments: LOOK_EVERYWHERE });
  };

  it('moves the next one, also when its thread is open, and asks for its minutes later', async () => {
    await kickedOff();
    await weeks('2027-01-26', '2027-02-01');
    await say('2027-02-01 10:00', '/ps call moved 2027-02-04 14:00 Ada is ill');

    const opened = world.threads('project-calls')[1]?.body ?? '';
    expect(opened).toContain(
      '**Moved.** To Thursday 4 February 2027, 14:00 (2027-02-04). Ada is ill (`eli`)',
    );
    await weeks('2027-02-02', '2027-02-05');
    expect(world.threads('project-calls')[1]?.body).not.toContain('Minutes are missing');
    await world.at('2027-02-08 09:00');
    expect(world.threads('project-calls')[1]?.body).toContain('**Minutes are missing.**');
    expect(world.ids('project-calls')).toEqual(['2027-01-26', '2027-02-02', '2027-02-09']);
  });

  it('calls one off that has no thread yet', async () => {
    await kickedOff();
    await say('2027-01-27 10:00', '/ps call skip a fair');
    await weeks('2027-01-28', '2027-02-08');
    expect(world.ids('project-calls')).toEqual(['2027-01-26', '2027-02-09']);
    expect(world.lines('project-calls')).toContain('1 called off');
  });

  it('gives the calls another slot from the next one on that is not open', async () => {
    await kickedOff();
    await say('2027-01-27 10:00', '/ps call slot Thu 14:00');
    await weeks('2027-01-28', '2027-02-11');
    expect(world.ids('project-calls')).toEqual(['2027-01-26', '2027-02-04', '2027-02-11']);
    expect(world.threads('project-calls')[1]?.body).toContain('Thursday 4 February 2027, 14:00');
  });

  it.each([
    ['/ps call moved 2027-01-01 10:00 late', '2027-01-01 is over'],
    ['/ps call moved 2027-01-30 10:00 free', 'nobody works on Saturday 30 January 2027'],
    ['/ps call moved 2027-02-03 10:00 later', 'is not before the next one'],
    ['/ps call slot Thursday', 'a slot needs a weekday and a time'],
    ['/ps call off', 'it needs one of: moved, skip, slot'],
    ['/ps call skip', 'it needs a reason'],
  ])('is refused with what to do: %s', async (body, why) => {
    await kickedOff();
    await say('2027-01-25 12:00', body);
    const notes = world.notes(world.issue('project-calls')).map((note) => note.body);
    expect(notes.filter((note) => note.includes('was not followed'))).toEqual([expect.stringContaining(why)]);
  });
});

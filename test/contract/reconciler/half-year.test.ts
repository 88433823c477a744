/** Half a year of the shipped delivery: launched, held, left alone for a week, ended; every working day is swept once. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addCalendarDays, isWorkingDay } from '#domain/base/calendar.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { sayIn } from '#test/support/commands.ts';
import { realProcess } from '#test/support/engagement.ts';
import { BERLIN, type RecurringWorld, startRecurring } from '#test/support/recurring.ts';

let world: RecurringWorld;

/** Some 120 sweeps. */
const LONG = 600_000;

beforeEach(async () => {
  world = await startRecurring({ process: await realProcess('delivery') });
});

afterEach(async () => {
  await world.close();
});

/** Sweeps on every working day, and writes minutes for each call and update on the day after its thread has opened. */
async function days(from: string, to: string): Promise<void> {
  for (let day = from; day <= to; day = addCalendarDays(day, 1)) {
    if (!isWorkingDay(day, BERLIN)) continue;
    await world.at(`${day} 09:00`);
    writeMinutes();
  }
}

const recorded = new Set<string>();

function writeMinutes(): void {
  for (const [step, text] of [
    ['project-calls', 'Attended: Ada, Eli'],
    ['internal-updates', 'Done: what was planned'],
  ] as const)
    for (const id of world.ids(step)) {
      const name = `${step} ${id}`;
      if (recorded.has(name)) continue;
      recorded.add(name);
      world.reply('eli', step, id, text);
    }
}

async function say(moment: string, text: string): Promise<void> {
  world.clock(moment);
  sayIn(world, 'mira', world.issue('kick-off'), text);
  await world.reconcile({ comments: LOOK_EVERYWHERE });
}

async function walkAt(moment: string, ...steps: readonly string[]): Promise<void> {
  world.clock(moment);
  await world.walk(...steps);
}

it(
  'has 23 calls and 22 updates with a thread and 4 held over of each; what nobody could open in May is opened late',
  async () => {
    recorded.clear();
    await walkAt('2027-01-20 11:00', 'assign-engineer', 'welcome-email');
    await walkAt('2027-01-25 11:00', 'kick-off');
    expect(world.ids('project-calls')).toEqual(['2027-01-26']);
    await days('2027-01-26', '2027-02-02');
    expect(world.ids('internal-updates')).toEqual(['2027-01-28']);
    await walkAt('2027-02-03 16:00', 'intake-aws');
    await days('2027-02-04', '2027-02-26');

    await say('2027-03-01 08:30', '/ps hold the customer moves house');
    for (const day of ['2027-03-02', '2027-03-10', '2027-03-24']) await days(day, day);
    await say('2027-03-30 09:30', '/ps resume');
    expect(world.ids('project-calls').slice(-2)).toEqual(['2027-02-23', '2027-03-30']);
    await days('2027-03-31', '2027-04-30');

    const before = world.ids('project-calls').length;
    await days('2027-05-10', '2027-05-10');
    expect(world.ids('project-calls').slice(before)).toEqual(['2027-05-04', '2027-05-11']);
    const late = (step: string) =>
      world
        .threads(step)
        .filter(({ body }) => body.includes('**Opened late.**'))
        .map(({ body }) => /occurrence \S+ (\S+)/.exec(body)?.[1]);
    expect([late('project-calls'), late('internal-updates')]).toEqual([['2027-05-04'], ['2027-05-06']]);
    expect(world.threads('internal-updates').at(-1)?.body).toContain('## Update of Wednesday 5 May 2027');

    await days('2027-05-11', '2027-07-27');
    await walkAt('2027-07-27 16:00', 'project-summary');
    await days('2027-07-28', '2027-08-06');

    expect(world.ids('project-calls')).toHaveLength(23);
    expect(world.ids('internal-updates')).toHaveLength(22);
    expect(world.lines('project-calls')).toContain('23 held, 4 held over, 0 missed · minutes 23 of 23');
    expect(world.lines('internal-updates')).toContain('22 held, 4 held over, 0 missed · minutes 22 of 22');
    expect(world.ids('retrospective')).toEqual([
      '2027-02-03',
      '2027-04-07',
      '2027-05-05',
      '2027-06-02',
      '2027-07-07',
      '2027-08-04',
    ]);

    for (const step of ['project-calls', 'internal-updates']) {
      world.finish(step);
      await world.reconcile();
      expect(world.state(step)).toBe('workflow::done');
    }
    const [last] = /\| Last call on \|.*/.exec(world.issue('project-calls').description) ?? [];
    expect(last).toBe('| Last call on | 2027-07-27 |');
  },
  LONG,
);

/**
 * Ten months of SOW-2001, from Closed Won to paid, by the shipped delivery: launched, kicked off late, changed twice,
 * held, left alone for a week, over its hours, accepted by silence. Every working day is swept once, and what people see
 * is looked at on each day on which something is different.
 */
import { stdout } from 'node:process';
import { afterEach, expect, it } from 'vitest';
import { addCalendarDays, isWorkingDay } from '#domain/base/calendar.ts';
import { explain } from '#domain/explain/explain.ts';
import { fillCells } from '#domain/text/fill-in.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { decide } from '#reconciler/loop/decide.ts';
import type { Note } from '#sandbox/world.ts';
import { CHANGE_ROLES, settle, writeEffects } from '#test/support/changes.ts';
import { type DatesWorld, startDates } from '#test/support/dates.ts';
import { recordIn } from '#test/support/records.ts';
import { BERLIN } from '#test/support/recurring.ts';

let world: DatesWorld;

/** Some 200 sweeps. */
const LONG = 900_000;

afterEach(async () => await world.close());

const BOOKED = ['project-summary', 'customer-sign-off', 'financial-wrap-up', 'post-mortem'] as const;
const TRACKERS = ['project-calls', 'internal-updates'] as const;
const MINUTES = {
  'project-calls': 'Attended: Ada, Eli',
  'internal-updates': 'Done: what was planned',
} as const;

function dues(...steps: readonly string[]): readonly (string | null)[] {
  return steps.map((step) => world.due(step));
}

function threads(step: string): readonly Note[] {
  return world.notes(world.issue(step)).filter(({ body }) => body.startsWith('<!-- procession:occurrence'));
}

function idOf({ body }: Note): string {
  return /(\d{4}-\d{2}-\d{2}) -->/.exec(body)?.[1] ?? '';
}

const ids = (step: string): readonly string[] => threads(step).map(idOf);

/** Sweeps on every working day after the clock has stood on one; minutes are written for each thread. */
async function sweep(from: string, to: string): Promise<void> {
  for (let day = from; day <= to; day = addCalendarDays(day, 1)) {
    if (!isWorkingDay(day, BERLIN)) continue;
    await world.at(`${day} 09:00`);
    writeMinutes();
  }
}

let recorded: Set<string>;

function writeMinutes(): void {
  const { operations } = world.sandbox;
  for (const step of TRACKERS)
    for (const first of threads(step)) {
      const name = `${step} ${idOf(first)}`;
      if (recorded.has(name)) continue;
      recorded.add(name);
      operations.replyTo(world.sandbox.user('eli'), world.issue(step), first, MINUTES[step]);
    }
}

async function say(moment: string, step: string, words: string): Promise<void> {
  world.clock(moment);
  await world.say('mira', step, words);
}

const [MORE, LATER] = ['change-request/1', 'change-request/2'];
const D3 = '{ id: D3, title: Second region, acceptance_criteria: Failover shown }';

/** An engineer asks for a change, and writes what it changes. */
async function change(moment: string, step: string, ...effects: readonly string[]): Promise<void> {
  world.clock(moment);
  await world.say('eli', 'project-summary', '/ps add change-request');
  writeEffects(world, step, ...effects);
  await world.reconcile();
}

/** People approve, the paper is filled in, and the manager applies what is shown then, which is returned. */
async function agree(
  moment: string,
  step: string,
  result: string,
  ...people: readonly string[]
): Promise<string> {
  world.clock(moment);
  for (const who of people) await world.say(who, step, '/ps approve');
  settle(world, step, { result, document: 'https://example.com/paper.pdf' });
  await world.reconcile();
  const shown = world.notes(world.issue(step)).map(({ body }) => body);
  await world.say('mira', step, '/ps apply');
  await world.done(moment, step);
  return shown.join('\n');
}

async function changeSeen(step: string): Promise<unknown> {
  const decided = await decide(world.deps, await world.gitlab.readEngagement('SOW-2001'));
  if (decided.kind !== 'decided') throw new Error(decided.kind);
  const { facts, settings } = decided;
  const found = explain({ ...facts, settings }).steps.find((one) => one.step === step);
  return found?.included === true ? found.change : null;
}

const record = () => recordIn(world.epic(), 'SOW-2001');

let imported = new Map<string, { readonly hours: number; readonly unbilled: number }>();

/** Finance imports the hours of a day. */
async function book(moment: string, hours: number): Promise<void> {
  world.clock(moment);
  const [day = ''] = moment.split(' ');
  imported = new Map([...imported, [day, { hours, unbilled: 0 }]]);
  await world.reconcile({ statement: { source: 'time tool', on: day, days: imported } });
  await world.reconcile();
}

function epicNotes(rule: string): readonly string[] {
  return world.notesOf(world.epic(), rule).map(({ body }) => body);
}

const health = (): readonly string[] =>
  world.labels(world.epic()).filter((label) => label.startsWith('health::'));
const money = (): readonly string[] =>
  world.labels(world.epic()).filter((label) => label.startsWith('money::'));
const isShown = (step: string, text: string): boolean => world.issue(step).description.includes(text);

it(
  'lives through changes, a hold, a silent week and too many hours as everybody expects',
  async () => {
    recorded = new Set();
    imported = new Map();

    // Friday, 4 December: won.
    world = await startDates({ settings: { roles: CHANGE_ROLES } });
    const { ledger } = world.sandbox;
    expect(dues('assign-engineer', 'welcome-email', 'kick-off', 'intake-aws')).toEqual([
      '2026-12-08',
      '2026-12-09',
      '2027-01-11',
      '2027-01-18',
    ]);
    expect(dues(...BOOKED)).toEqual(['2027-06-30', '2027-07-07', '2027-07-14', '2027-07-14']);
    expect(world.epicLines()).toContain('**Forecast:** closes 2027-07-14');
    expect(ids('retrospective').length).toBeLessThanOrEqual(1);

    await world.done('2026-12-08', 'assign-engineer');
    await world.done('2026-12-09', 'welcome-email');
    await sweep('2026-12-10', '2027-01-11');
    expect(world.proposals()).toEqual([]);

    // The kick-off is late: one comment, which then calls the manager; the intake is not late.
    await sweep('2027-01-12', '2027-01-12');
    expect(world.notesOf(world.issue('kick-off'), 'reminder').map(({ body }) => body)).toEqual([
      expect.stringContaining('is still open'),
    ]);
    await sweep('2027-01-13', '2027-01-14');
    const [late, ...others] = world.notesOf(world.issue('kick-off'), 'reminder');
    expect([late?.body.includes('@mira'), others]).toEqual([true, []]);
    await sweep('2027-01-15', '2027-01-22');
    expect(world.notesOf(world.issue('intake-aws'), 'reminder')).toEqual([]);
    expect(health()).toEqual(['health::at risk']);

    // Monday, 25 January: kicked off.
    await world.done('2027-01-25 11:00', 'kick-off');
    expect(world.proposals()).toEqual([expect.stringContaining('| 2027-01-18 | 2027-02-01 |')]);
    expect(health()).toEqual(['health::on track']);
    expect(ids('project-calls')).toEqual(['2027-01-26']);
    await say('2027-01-25 12:00', 'intake-aws', '/ps replan');
    expect(dues('intake-aws')).toEqual(['2027-02-01']);
    await sweep('2027-01-26', '2027-01-27');
    expect(ids('internal-updates')).toEqual(['2027-01-28']);
    await sweep('2027-01-28', '2027-02-02');

    // Wednesday, 3 February: two days late, and nothing that follows moves.
    await world.done('2027-02-03 16:00', 'intake-aws');
    expect(world.proposals()).toHaveLength(1);
    expect(dues(...BOOKED)).toEqual(['2027-06-30', '2027-07-07', '2027-07-14', '2027-07-14']);
    await sweep('2027-02-04', '2027-02-05');

    // Monday, 8 February: 80 hours and a third deliverable more are asked for.
    await change('2027-02-08 10:00', MORE, 'hours: +80', `deliverables: { add: [${D3}] }`);
    expect(await changeSeen(MORE)).toMatchObject({
      kind: 'increase',
      paper: 'signed order',
      state: 'assessed',
      approvals: [
        { role: 'manager', by: null },
        { role: 'engagement-manager', by: null },
        { role: 'finance', by: null },
      ],
    });
    await sweep('2027-02-09', '2027-02-16');

    // Wednesday, 17 February: signed, three approvals, applied.
    const signed = await agree('2027-02-17 10:00', MORE, 'executed', 'mira', 'noor', 'casey');
    expect(signed).toContain('Hours are told anew at 360 h (75 %), 432 h (90 %) and 480 h (100 %).');
    expect(record().history.revisions.map(({ number }) => number)).toEqual([2]);
    expect(record().sow.hours?.scoped).toBe(480);
    const texts = [world.epic(), ...BOOKED.map((step) => world.issue(step))].map(
      ({ description }) => description,
    );
    expect(texts.filter((text) => /Hours[^|]*\| 400/.test(text))).toEqual([]);
    expect(texts.filter((text) => /Hours[^|]*\| 480/.test(text)).length).toBeGreaterThan(1);
    expect(isShown('project-summary', 'Second region')).toBe(true);
    await sweep('2027-02-18', '2027-02-26');

    // Monday, 1 March, to Tuesday, 30 March: on hold.
    await say('2027-03-01 08:30', 'project-summary', '/ps hold the customer moves house');
    await sweep('2027-03-02', '2027-03-29');
    expect(ids('project-calls').at(-1)).toBe('2027-02-23');
    await say('2027-03-30 09:30', 'project-summary', '/ps resume');
    expect(ids('project-calls').slice(-2)).toEqual(['2027-02-23', '2027-03-30']);
    expect(world.epicLines()).toContain('forecast 2027-07-27, 19 working days after');
    expect(world.proposals().at(-1)).toMatch(/2027-07-07 \| 2027-08-03[^]*2027-07-14 \| 2027-08-10/);
    await sweep('2027-03-31', '2027-04-08');

    // Friday, 9 April: the end is agreed to be later.
    await change('2027-04-09 09:00', LATER, 'end: 2027-07-27');
    expect(await changeSeen(LATER)).toMatchObject({ kind: 'dates', paper: 'written confirmation' });
    await agree('2027-04-09 10:00', LATER, 'confirmed in writing', 'mira');
    expect(record().history.revisions.map(({ number }) => number)).toEqual([2, 3]);
    expect(dues(...BOOKED)).toEqual(['2027-07-27', '2027-08-03', '2027-08-10', '2027-08-10']);
    expect(world.epic().dueDate).toBe('2027-07-27');
    expect(world.epicLines()).not.toContain('cannot be held');
    await sweep('2027-04-12', '2027-04-30');

    // No sweep in the first week of May.
    const [calls, updates] = [ids('project-calls').length, ids('internal-updates').length];
    await sweep('2027-05-10', '2027-05-10');
    expect(ids('project-calls').slice(calls)).toEqual(['2027-05-04', '2027-05-11']);
    expect(ids('internal-updates').slice(updates)).toEqual(['2027-05-06']);
    await sweep('2027-05-11', '2027-05-28');

    // Hours: 365, then 436, then 484 of 480.
    await book('2027-05-31 10:00', 365);
    expect(epicNotes('hours:notice:480')).toHaveLength(1);
    expect(health()).toEqual(['health::on track']);
    await sweep('2027-06-01', '2027-06-29');
    await book('2027-06-30 10:00', 71);
    expect(epicNotes('hours:attention:480')).toHaveLength(1);
    expect(health()).toEqual(['health::needs attention']);
    expect(world.state('work-exception/1')).toBe('workflow::ready');
    await sweep('2027-07-01', '2027-07-15');
    await book('2027-07-16 10:00', 48);
    expect(health()).toEqual(['health::at risk']);
    expect(epicNotes('hours:limit:480')).toHaveLength(1);
    await sweep('2027-07-19', '2027-07-27');

    // Tuesday, 27 July: the summary is acknowledged in the call.
    await world.done('2027-07-27 16:00', 'project-summary');
    expect(world.state('project-summary')).toBe('workflow::done');
    expect([ids('project-calls').length, ids('internal-updates').length]).toEqual([23, 22]);
    await sweep('2027-07-28', '2027-07-28');
    expect(world.issue('project-calls').description).toContain('23 held, 4 held over, 0 missed');
    expect(world.issue('internal-updates').description).toContain('22 held, 4 held over, 0 missed');

    // Wednesday, 28 July: sent for acceptance; silence until Tuesday, 3 August.
    world.clock('2027-07-28 11:00');
    const signOff = world.issue('customer-sign-off');
    const sent = new Map([
      ['Sent on', '2027-07-28'],
      ['Sent to', 'Ada Sample'],
    ]);
    world.by('eli').write(signOff, fillCells(signOff.description, sent));
    await world.reconcile();
    expect(isShown('customer-sign-off', 'Counts as accepted after 2027-08-03')).toBe(true);
    await sweep('2027-07-29', '2027-07-30');
    expect(world.notesOf(signOff, 'acceptance')).toEqual([]);
    await sweep('2027-08-02', '2027-08-02');
    expect(world.notes(signOff).filter(({ body }) => body.includes('2027-08-03'))).toHaveLength(1);
    await sweep('2027-08-03', '2027-08-03');
    expect(signOff.state).toBe('opened');
    await sweep('2027-08-04', '2027-08-04');
    expect([signOff.state, world.state('customer-sign-off')]).toEqual(['closed', 'workflow::done']);
    expect(isShown('customer-sign-off', 'Accepted by silence: sent on 2027-07-28')).toBe(true);

    // Thursday, 5 August: the books are begun.
    world.clock('2027-08-05 10:00');
    world.by('eli').label(world.issue('financial-wrap-up'), 'workflow::in progress');
    await world.reconcile();
    expect(world.state('post-mortem')).toBe('workflow::ready');
    expect(isShown('financial-wrap-up', '484')).toBe(true);
    expect(isShown('financial-wrap-up', '400')).toBe(true);
    await say('2027-08-05 11:00', 'work-exception/1', '/ps approve');
    await world.done('2027-08-05 12:00', 'work-exception/1');
    await sweep('2027-08-06', '2027-08-09');

    // Tuesday, 10 August: closed, once the hours are those of the time tool; money is open.
    const wrapUp = world.issue('financial-wrap-up');
    await world.done('2027-08-10 10:00', 'financial-wrap-up');
    expect([wrapUp.state, world.notesOf(wrapUp, 'closed-too-early').length]).toEqual(['opened', 1]);
    world.by('eli').write(wrapUp, fillCells(wrapUp.description, new Map([['Actual hours', '484']])));
    world.by('eli').close(wrapUp);
    await world.reconcile();
    expect(wrapUp.state).toBe('closed');
    await world.done('2027-08-10 11:00', 'post-mortem');
    expect([world.epic().state, money()]).toEqual(['closed', ['money::open']]);
    expect(world.epicLines()).toContain(
      '**Closed.** The work is finished and accepted. **Completed** when this is done:',
    );
    await sweep('2027-08-11', '2027-09-29');

    // Thursday, 30 September: paid.
    const before = world.notes(world.epic()).length;
    await world.done('2027-09-30 10:00', 'money-received');
    expect([world.epic().state, money()]).toEqual(['closed', ['money::completed']]);
    expect(world.notes(world.epic()).length - before).toBe(1);
    await world.reconcile({ comments: LOOK_EVERYWHERE });

    const bot = world.epic().authorId;
    const comments = world.sandbox.world.notes.filter(({ authorId, system }) => authorId === bot && !system);
    const unknown = ledger.entries().flatMap(({ unknownParameters }) => unknownParameters);
    expect(unknown).toEqual([]);
    stdout.write(
      `SOW-2001 from won to paid: ${ledger.entries().length} requests, ${ledger.writes().length} of them writes; ${comments.length} comments of Procession\n`,
    );
  },
  LONG,
);

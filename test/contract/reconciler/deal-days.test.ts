/**
 * A deal from its first day to the money, day by day, by the shipped Quote to Sign-off and delivery: dates count forward,
 * nothing is closed by a stage, and what is signed becomes a delivery in the same run.
 */
import { afterEach, expect, it } from 'vitest';
import { instantOf } from '#domain/base/calendar.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import type { Outcome } from '#reconciler/loop/reconcile.ts';
import { aDeal, type ChainWorld, startChain } from '#test/support/chain.ts';
import { sow2001 } from '#test/support/dates.ts';
import { BERLIN } from '#test/support/recurring.ts';

/** A busy machine takes as long. */
const LONG = 240_000;
const DEAL = 'DEAL-2001';
const SOW = 'SOW-2001';

let world: ChainWorld;
let now: Date;

afterEach(async () => await world.close());

/** @param moment `2026-11-05 16:00`, as on the wall; in the morning when no time is given */
function clock(moment: string): void {
  const [date = '', time = '10:00'] = moment.split(' ');
  now = new Date(instantOf(date, time, BERLIN));
}

/** What the CRM says on a day. */
async function tell(moment: string, stage: string): Promise<Outcome> {
  clock(moment);
  const { engagement, type, deliverables, services, passive_acceptance } = sow2001();
  const { deal } = await aDeal(stage);
  return await world.tell(
    await aDeal(stage, {
      deal: { ...deal, key: DEAL, expected_close: '2026-12-04', changed_at: now.toISOString() },
      sow: stage === 'closed_won' ? { number: SOW, signed_on: '2026-12-03' } : undefined,
      statement: { engagement, type, deliverables, services, passive_acceptance },
    }),
  );
}

/** Does a step of the deal, or of the delivery, on a day. */
async function done(
  moment: string,
  key: string,
  step: string,
  values: Readonly<Record<string, string>> = {},
): Promise<void> {
  clock(moment);
  world.perform(key, step, values);
  await world.run(key);
  expect(world.state(key, step), `${step} on ${moment}`).toBe('workflow::done');
}

/** A day without a deed: the schedule looks at both. */
async function on(day: string): Promise<void> {
  clock(day);
  await world.run(SOW);
  await world.run(DEAL);
}

async function say(key: string, who: string, step: string, words: string): Promise<void> {
  world.sandbox.operations.createNote(world.sandbox.user(who), world.issue(key, step), words);
  await world.run(key, { comments: LOOK_EVERYWHERE });
}

const dues = (key: string, ...steps: readonly string[]): readonly (string | null)[] =>
  steps.map((step) => world.issue(key, step).dueDate);

/** Step, date now and date then of the proposal on the deal's epic. */
function proposed(): readonly (readonly string[])[] {
  const { id } = world.epic(DEAL);
  const note = world.sandbox.world.notes.findLast(
    ({ target, body }) => target.id === id && body.includes('procession:note dates'),
  );
  const rows = (note?.body ?? '').matchAll(/^\| \S+#\d+ ([^|]+) \| (\S+) \| (\S+) \|/gm);
  return [...rows].map(([, ...cells]) => cells);
}

/** Row of a step in the deal's epic, by its title. */
function row(title: string): string {
  const found = lines(DEAL)
    .split('\n')
    .find((line) => line.includes(` ${title} | `));
  if (found === undefined) throw new Error(`no row of ${title}`);
  return found;
}

const referenceOf = (step: string): string => `services/engagements#${world.issue(SOW, step).iid}`;

/** Kept lines of an epic. */
const lines = (key: string): string => world.epic(key).description.split('procession:end')[0] ?? '';

it(
  'goes from the first talk to the money, each date and each stage as everybody expects',
  async () => {
    clock('2026-11-02');
    world = await startChain({ now: () => now, settings: { calendar: BERLIN } });

    // Monday, 2 November: an estimate is wanted.
    await tell('2026-11-02', 'scoping');
    const first = ['discovery', 'rom-estimate', 'rom-approval', 'opportunity', 'approval-decision'];
    expect(dues(DEAL, ...first)).toEqual([
      '2026-11-05',
      '2026-11-10',
      '2026-11-11',
      '2026-11-12',
      '2026-11-13',
    ]);
    await done('2026-11-05', DEAL, 'discovery');
    await done('2026-11-10', DEAL, 'rom-estimate');
    await done('2026-11-11', DEAL, 'rom-approval');
    await done('2026-11-12', DEAL, 'opportunity');

    // Friday, 13 November: whoever decides asks more; the decision waits for the answers.
    clock('2026-11-13');
    world.perform(DEAL, 'approval-decision', { Decision: 'ask more' });
    await world.run(DEAL);
    expect(world.issue(DEAL, 'approval-decision').state).toBe('opened');
    expect(world.state(DEAL, 'more-discovery/1')).toBe('workflow::ready');
    await done('2026-11-19', DEAL, 'more-discovery/1');

    // Friday, 20 November: decided, and the dates behind move by what was lost.
    await done('2026-11-20', DEAL, 'approval-decision', { Decision: 'approve' });
    expect(proposed()).toEqual([
      ['Quote', '2026-11-18', '2026-11-25'],
      ['Draft the SOW', '2026-11-20', '2026-11-27'],
      ['Internal approvals', '2026-11-25', '2026-12-02'],
      ['Scheduling intake', '2026-11-24', '2026-12-01'],
    ]);
    await say(DEAL, 'mira', 'quote', '/ps replan');
    const second = ['quote', 'sow-draft', 'approvals', 'scheduling-intake', 'signature'];
    expect(dues(DEAL, ...second)).toEqual([
      '2026-11-25',
      '2026-11-27',
      '2026-12-02',
      '2026-12-01',
      '2026-12-04',
    ]);

    // The quote is with the customer; then people are looked for.
    await tell('2026-11-23', 'proposal');
    await done('2026-11-25', DEAL, 'quote');
    expect(world.state(DEAL, 'scheduling-intake')).toBe('workflow::blocked');
    await tell('2026-11-26', 'negotiating');
    expect(world.state(DEAL, 'scheduling-intake')).toBe('workflow::ready');
    await done('2026-11-27', DEAL, 'sow-draft', { 'SOW number': SOW });
    await done('2026-11-30', DEAL, 'scheduling-intake', {
      'Wanted from': '2027-01-11',
      'Wanted until': '2027-06-30',
      Hours: '400',
      'Soft-booked': 'Eli, 11 Jan – 30 Jun',
      'Open questions': 'Who owns the runners',
    });

    // Tuesday, 1 December: the CRM is ahead.
    await tell('2026-12-01', 'signature');
    expect(lines(DEAL)).toMatch(
      /\*\*The stage is ahead:\*\* the deal is in the stage signature, and \S+ Internal approvals is open/,
    );
    expect(world.state(DEAL, 'approvals')).toBe('workflow::ready');
    expect(world.state(DEAL, 'signature')).toBe('workflow::blocked');

    // Wednesday, 2 December: approved.
    await done('2026-12-02', DEAL, 'approvals');
    expect(lines(DEAL)).not.toContain('The stage is ahead');
    clock('2026-12-03');
    world.write(DEAL, 'signature', {
      'Signed document': 'https://contracts.example.com/sow/2001',
      'Cost estimate': 'https://contracts.example.com/estimate/2001',
      'Purchase order': 'none needed',
      'Quote equals document': 'yes',
    });
    await world.run(DEAL);
    expect([world.issue(DEAL, 'signature').state, world.epics()]).toEqual(['opened', [DEAL]]);

    // Friday, 4 December: won. Signature and delivery in the same run.
    const won = await tell('2026-12-04', 'closed_won');
    const reasons = 'plan' in won ? won.plan.actions : [];
    expect(reasons).toContainEqual(
      expect.objectContaining({
        step: 'signature',
        why: expect.arrayContaining(['close: the stage of the deal says that it is done']),
      }),
    );
    expect(world.state(DEAL, 'signature')).toBe('workflow::done');
    expect(world.issue(DEAL, 'signature').description).toContain(
      '| Signed by the customer on | 2026-12-03 |',
    );
    expect(world.epics()).toEqual([DEAL, SOW]);
    const assign = world.issue(SOW, 'assign-engineer').description;
    expect(assign).toContain('Eli, 11 Jan – 30 Jun');
    expect(assign).toContain('Who owns the runners');
    expect(
      dues(SOW, 'assign-engineer', 'welcome-email', 'kick-off', 'intake-aws', 'project-summary'),
    ).toEqual(['2026-12-08', '2026-12-09', '2027-01-11', '2027-01-18', '2027-06-30']);
    expect(dues(DEAL, 'billing')).toEqual(['2026-12-11']);
    expect(dues(SOW, 'money-received')).toEqual(['2027-08-18']);
    expect(row('Accepted by the customer')).toContain(referenceOf('customer-sign-off'));
    expect(row('Collect the money')).toContain('2027-08-18');
    expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
    expect(await world.run(SOW)).toMatchObject({ kind: 'unchanged' });
    await done('2026-12-08', SOW, 'assign-engineer');
    await done('2026-12-09', SOW, 'welcome-email');
    await done('2026-12-11', DEAL, 'billing');
    expect(row('Delivery under way')).toContain('ready');
    await done('2027-01-11', SOW, 'kick-off');
    expect(row('Delivery under way')).toContain('done');
    expect(lines(DEAL)).toMatch(
      /\*\*Waiting for\*\*\n\n- \S+ \*\*Accepted by the customer\*\*: SOW-2001, due 2027-07-07\n/,
    );
    expect(lines(DEAL)).toContain('**Forecast:** closes 2027-08-18');

    // Wednesday, 28 July: sent for acceptance, four weeks late; silence until Tuesday, 3 August.
    await done('2027-01-18', SOW, 'intake-aws');
    await done('2027-07-27', SOW, 'project-summary');
    clock('2027-07-28');
    world.write(SOW, 'customer-sign-off', { 'Sent on': '2027-07-28', 'Sent to': 'Ada Sample' });
    await world.run(SOW);
    await on('2027-08-03');
    expect(row('Accepted by the customer')).not.toContain('done');
    await on('2027-08-04');
    expect(world.issue(SOW, 'customer-sign-off').description).toContain(
      'Accepted by silence: sent on 2027-07-28, 5 working days without an objection, over on 2027-08-03',
    );
    expect(row('Accepted by the customer')).toContain(
      `${referenceOf('customer-sign-off')} Accepted by the customer | done`,
    );

    // Tuesday, 10 August: the delivery is closed; the money is due 25 working days after that.
    await done('2027-08-10', SOW, 'financial-wrap-up');
    await done('2027-08-10 11:00', SOW, 'post-mortem');
    expect([world.epic(SOW).state, world.epic(DEAL).state]).toEqual(['closed', 'opened']);
    expect([dues(SOW, 'money-received'), row('Collect the money')]).toEqual([
      ['2027-09-14'],
      expect.stringContaining('2027-09-14'),
    ]);

    // Thursday, 30 September: paid; the deal is over in the same run.
    await done('2027-09-30', SOW, 'money-received');
    expect([world.epic(SOW).state, world.epic(DEAL).state]).toEqual(['closed', 'closed']);
    expect(lines(DEAL)).toContain('**Closed.**');
    expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
    expect(await world.run(SOW)).toMatchObject({ kind: 'unchanged' });
    const closing = world.sandbox.world.notes.findLast(({ body }) =>
      body.startsWith(`${DEAL} is **closed**`),
    );
    expect(closing?.body).toContain(
      `${referenceOf('money-received')} **Collect the money** closed by \`eli\` on 2027-09-30`,
    );
  },
  LONG,
);

/** Deals under attack: whoever writes in their issues, or sends what a CRM sends, wants a delivery, or that of others. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Deal } from '#domain/sow/deal.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { aDeal, type ChainWorld, startChain, TO_SIGNATURE } from '#test/support/chain.ts';
import { beginFrom, type Snapshot, snapshotOf } from '#test/support/copied-world.ts';
import { BEFORE_CLOSING, sampleSow } from '#test/support/engagement.ts';
import { recordIn } from '#test/support/records.ts';

let world: ChainWorld;

afterEach(async () => {
  await world.close();
});

/** A busy machine takes as long. */
const LONG = 240_000;
const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';

let almost: Snapshot | null = null;

/** A deal that has everything but its signature; reached once. */
async function toSignature(): Promise<void> {
  world = await startChain();
  if (almost !== null) {
    beginFrom(world, almost);
    return;
  }
  await world.tell(await aDeal('scoping'));
  await world.tell(await aDeal('negotiating'));
  await world.walk(DEAL, ...TO_SIGNATURE);
  almost = snapshotOf(world);
}

/** A deal that is won, of which only its people say which SOW it has. */
async function won(changes: Readonly<Record<string, unknown>> = {}): Promise<Deal> {
  return await aDeal('closed_won', { sow: undefined, ...changes });
}

async function aSow(changes: Partial<Sow> = {}, number = SOW): Promise<Sow> {
  const sow = await sampleSow(SOW);
  return { ...sow, ...changes, sow: { ...sow.sow, number } };
}

const record = (key = SOW) => recordIn(world.epic(key), key);
const shownOf = (key: string): string => world.epic(key).description.split('<!-- procession:record')[0] ?? '';
const notesWith = (text: string): readonly string[] =>
  world.sandbox.world.notes
    .filter(({ body, system }) => !system && body.includes(text))
    .map(({ body }) => body);

describe('a number of a SOW that somebody has typed into an issue of a deal', () => {
  it('changes nothing in the delivery that has this number, and does not take it over', async () => {
    await toSignature();
    const victim = await aSow({
      hours: { scoped: 400 },
      engagement: 'Something of another deal',
      opportunity: { url: 'https://crm.example.com/opportunities/99' },
    });
    await world.tell(victim);
    const before = record();
    world.write(DEAL, 'sow-draft', { 'SOW number': SOW });
    world.perform(DEAL, 'signature', { 'Signed by the customer on': victim.sow.signed_on });
    await world.tell(await won());
    await world.run(DEAL);

    expect(record()).toEqual(before);
  });

  it('of another customer shows neither of them anything of the other, and is told on the deal', async () => {
    await toSignature();
    const victim = await aSow({
      customer: { name: 'Quite Another Company' },
      opportunity: { url: 'https://crm.example.com/opportunities/99' },
    });
    await world.tell(victim);
    world.write(DEAL, 'sow-draft', { 'SOW number': SOW });
    world.perform(DEAL, 'signature');
    const { customer } = await won();
    await world.tell(await won());
    await world.run(DEAL);

    expect(notesWith(customer.name)).toEqual([]);
    expect(notesWith('Quite Another')).toEqual([]);
    expect(shownOf(SOW)).not.toContain(DEAL);
    expect(record().chain).toEqual([]);
    expect(notesWith('hand-over').join()).toContain(SOW);
    expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
  });

  it('launches one delivery, and no second one when it is written anew', async () => {
    await toSignature();
    await world.correct(DEAL, 'sow-draft', { 'SOW number': SOW });
    world.perform(DEAL, 'signature');
    await world.tell(await won());
    expect(world.epics()).toEqual([DEAL, SOW]);

    world.write(DEAL, 'sow-draft', { 'SOW number': 'SOW-6666' });
    await world.run(DEAL);
    await world.tell(await won());
    expect(world.epics()).toEqual([DEAL, SOW]);
  });

  it('is asked for in its form when the SOW is drafted, before anybody approves it', async () => {
    await toSignature();
    world.sandbox.operations.updateIssue(world.sandbox.user('mira'), world.issue(DEAL, 'sow-draft'), {
      stateEvent: 'reopen',
    });
    await world.run(DEAL);
    world.perform(DEAL, 'sow-draft', { 'SOW number': '90.011/A' });
    await world.run(DEAL);

    expect(world.issue(DEAL, 'sow-draft').state).toBe('opened');
    expect(notesWith('closed-too-early').join()).toContain(
      '**SOW number** needs the number of a SOW, such as SOW-1042, got 90.011/A',
    );
  });

  it('is no number of a deal', async () => {
    await toSignature();
    world.write(DEAL, 'sow-draft', { 'SOW number': DEAL });
    world.perform(DEAL, 'signature');
    await world.tell(await won());

    expect(world.epics()).toEqual([DEAL]);
    expect(notesWith('hand-over').join()).toContain('sow.number');
  });
});

describe('a deal that a file told of first', () => {
  const FILE = { kind: 'file', name: 'deals/DEAL-1.yml', commit: null, at: null } as const;
  const signed = async (): Promise<void> => {
    await world.walk(DEAL, ...TO_SIGNATURE);
    await world.correct(DEAL, 'sow-draft', { 'SOW number': SOW });
    world.perform(DEAL, 'signature');
    await world.run(DEAL);
  };

  it('is handed over by its signature while no CRM tells of it, and not before it is won once one does', async () => {
    const deal = await aDeal('negotiating', { sow: undefined });
    world = await startChain();
    await world.tell(deal, { origin: FILE });
    await world.tell(deal);
    await signed();
    expect(world.epics()).toEqual([DEAL]);
    await world.close();

    world = await startChain();
    await world.tell(deal, { origin: FILE });
    await signed();
    expect(world.epics()).toEqual([DEAL, SOW]);
  });
});

describe('evidence of a step that is done', () => {
  async function withoutHours(): Promise<Deal> {
    const deal = await aDeal('closed_won');
    const { hours: _, ...statement } = deal.statement ?? {};
    return { ...deal, statement };
  }

  it('that somebody changes afterwards is not handed over, and is asked about where the deal waits', async () => {
    await toSignature();
    world.write(DEAL, 'scheduling-intake', { Hours: '4000' });
    world.perform(DEAL, 'signature');
    await world.tell(await withoutHours());
    await world.run(DEAL);

    expect(world.epics()).toEqual([DEAL]);
    const [note = ''] = notesWith('hand-over');
    expect(note).toContain('Scheduling intake was changed after the step was done');
    expect(shownOf(DEAL)).toContain('The hand-over is stuck');
    expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
  });

  it('is handed over as it stands when the step was opened again and closed with it', async () => {
    await toSignature();
    await world.correct(DEAL, 'scheduling-intake', { Hours: '4000' });
    world.perform(DEAL, 'signature');
    await world.tell(await withoutHours());

    expect(record().sow.hours?.scoped).toBe(4000);
  });

  it('is handed over as it was when it is put back, and counts for nothing where the source says another value', async () => {
    await toSignature();
    const { description } = world.issue(DEAL, 'scheduling-intake');
    world.write(DEAL, 'scheduling-intake', { Hours: '4000' });
    world.perform(DEAL, 'signature');
    await world.tell(await withoutHours());
    const { sandbox } = world;
    sandbox.operations.updateIssue(sandbox.user('eli'), world.issue(DEAL, 'scheduling-intake'), {
      description,
    });
    await world.run(DEAL);
    expect(record().sow.hours?.scoped).not.toBe(4000);
    expect(notesWith('hand-over').join()).toContain('Settled');
    await world.close();

    await toSignature();
    world.write(DEAL, 'scheduling-intake', { Hours: '4000' });
    world.perform(DEAL, 'signature');
    await world.tell(await aDeal('closed_won'));
    expect(record().sow.hours?.scoped).not.toBe(4000);
  });
});

describe('a delivery that was handed over', () => {
  it('keeps its hours, whatever is written into the deal afterwards', async () => {
    await toSignature();
    await world.correct(DEAL, 'scheduling-intake', { Hours: '400' });
    world.perform(DEAL, 'signature');
    const deal = await aDeal('closed_won');
    const { hours: _, ...statement } = deal.statement ?? {};
    await world.tell({ ...deal, statement });
    expect(record().sow.hours?.scoped).toBe(400);
    world.write(DEAL, 'scheduling-intake', { Hours: '4000' });
    await world.run(DEAL);
    expect(record().sow.hours?.scoped).toBe(400);
  });

  it(
    'keeps them also when the deal is closed',
    async () => {
      await toSignature();
      await world.correct(DEAL, 'scheduling-intake', { Hours: '400' });
      world.perform(DEAL, 'signature');
      const deal = await aDeal('closed_won');
      const { hours: _, ...statement } = deal.statement ?? {};
      await world.tell({ ...deal, statement });
      await world.walk(DEAL, 'billing');
      await world.walk(SOW, ...BEFORE_CLOSING, 'financial-wrap-up', 'post-mortem', 'money-received');
      expect(world.epic(DEAL).state).toBe('closed');
      const before = record().sow;
      world.write(DEAL, 'scheduling-intake', { Hours: '4000' });
      world.sandbox.ledger.clear();
      await world.run(DEAL);
      await world.tell({ ...deal, statement });

      expect(record().sow).toEqual(before);
      expect(world.sandbox.ledger.writes()).toEqual([]);
    },
    LONG,
  );

  it('stays the only one when its number changes in the source', async () => {
    await toSignature();
    world.perform(DEAL, 'signature');
    await world.tell(await aDeal('closed_won'));
    await world.tell(await aDeal('closed_won', { sow: { number: 'SOW-77', signed_on: '2026-11-18' } }));
    await world.run(DEAL);

    expect(world.epics()).toEqual([DEAL, SOW]);
  });

  it('that is gone is made again when the deal is told of, and by nothing else', async () => {
    await toSignature();
    world.perform(DEAL, 'signature');
    await world.tell(await aDeal('closed_won'));
    const { epics, issues } = world.sandbox.world;
    epics.splice(epics.indexOf(world.epic(SOW)), 1);
    const left = issues.filter(({ description }) => description.includes(` ${SOW} `));
    for (const issue of left) issues.splice(issues.indexOf(issue), 1);
    world.write(DEAL, 'sow-draft', { 'SOW number': 'SOW-6666' });
    await world.run(DEAL);
    expect(world.epics()).toEqual([DEAL]);

    await world.tell(await aDeal('closed_won'));
    expect(world.epics()).toEqual([DEAL, SOW]);
  });

  it('is not asked for again where the SOW came first', async () => {
    await toSignature();
    await world.tell(await aSow());
    world.perform(DEAL, 'signature');
    await world.tell(
      await aDeal('closed_won', { statement: undefined, sow: { number: SOW, signed_on: '2026-11-18' } }),
    );
    const { sow } = record();
    world.write(DEAL, 'sow-draft', { 'SOW number': 'SOW-6666' });
    await world.run(DEAL);

    expect(notesWith('hand-over')).toEqual([]);
    expect(world.epics()).toEqual([DEAL, SOW]);
    expect(shownOf(DEAL)).toContain(`Delivery ${SOW}`);
    expect(record().sow).toEqual(sow);
  });
});

describe('a statement that says which deal it came of', () => {
  it('is believed when that deal names it, and by nothing else', async () => {
    world = await startChain();
    await world.tell(await aDeal('scoping'));
    await world.tell(await aSow({ handover: { deal: DEAL } }, 'SOW-5'));
    await world.run(DEAL);

    expect(shownOf('SOW-5')).not.toContain(DEAL);
    expect(shownOf(DEAL)).not.toContain('SOW-5');
    await world.tell(await aDeal('negotiating', { sow: { number: 'SOW-5' } }));
    expect(shownOf('SOW-5')).toContain(DEAL);
    expect(shownOf(DEAL)).toContain('SOW-5');
  });

  it('does not keep the deal away that names it', async () => {
    world = await startChain();
    await world.tell(await aDeal('scoping', {}));
    const other = await aDeal('scoping');
    await world.tell({ ...other, deal: { ...other.deal, key: 'DEAL-9' } });
    await world.tell(await aSow({ handover: { deal: 'DEAL-9' } }));
    const outcome = await world.tell(await aDeal('negotiating', { sow: { number: SOW } }));

    expect(outcome.kind).toBe('applied');
    expect(shownOf(SOW)).toContain(DEAL);
  });
});

describe('a number that the source has corrected', () => {
  it('before the signature leaves the wrong SOW alone: neither names the other, and the deal does not wait for it', async () => {
    world = await startChain();
    await world.tell(await aDeal('scoping'));
    await world.tell(await aSow({}, 'SOW-9'));
    await world.tell(await aDeal('negotiating', { sow: { number: 'SOW-9' } }));
    expect(shownOf('SOW-9')).toContain(DEAL);
    await world.tell(await aDeal('negotiating', { sow: { number: SOW } }));
    await world.run('SOW-9');

    expect(shownOf(DEAL)).not.toContain('SOW-9');
    expect(shownOf('SOW-9')).not.toContain(DEAL);
    expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
    const other = await aDeal('negotiating', { sow: { number: 'SOW-9' } });
    const outcome = await world.tell({ ...other, deal: { ...other.deal, key: 'DEAL-9' } });
    expect(outcome.kind).toBe('applied');
    expect(shownOf('SOW-9')).toContain('DEAL-9');
  });
});

describe('what people write into a deal and the delivery gets', () => {
  it('calls nobody, does nothing, and breaks no table', async () => {
    await toSignature();
    const evil = '@all /close @mira <img src=x> &#64;noor [x](javascript:1) `</details>` ~"workflow::done"';
    await world.correct(DEAL, 'scheduling-intake', {
      'Soft-booked': evil,
      'Open questions': `${evil}<br>/close<br>/assign @noor`,
      'Hand-over material': 'https://drive.example.com/@all/close',
    });
    world.perform(DEAL, 'signature');
    await world.tell(await aDeal('closed_won'));
    const { description, state } = world.issue(SOW, 'assign-engineer');
    const people = description.split('<!-- procession:end -->')[1] ?? '';

    expect(state).toBe('opened');
    expect(people).toContain('Soft-booked');
    expect(people.replaceAll(/`[^`\n]*`/g, '')).not.toMatch(/@(?:all|mira|noor)\b/);
    expect(people).not.toMatch(/^\s*\/(?:close|assign)/m);
    expect(people).not.toMatch(/<img|\]\(javascript:/);
    expect(people).not.toContain('&#64;');
    expect(await world.run(SOW)).toMatchObject({ kind: 'unchanged' });
  });

  it('stands in no mention of what is said to be missing either', async () => {
    await toSignature();
    world.write(DEAL, 'sow-draft', { 'SOW number': '@all /close `SOW`' });
    world.perform(DEAL, 'signature');
    await world.tell(await won());

    const [note = ''] = notesWith('hand-over');
    expect(note).toContain('sow.number');
    expect(note.replaceAll(/`[^`\n]*`/g, '')).not.toMatch(/@all/);
    expect(note).not.toMatch(/^\s*\/close/m);
  });
});

describe('a deal that was won and is lost in the minute of its signature', () => {
  it('launches nothing until it is won again', async () => {
    await toSignature();
    await world.tell(await aDeal('closed_won'));
    world.perform(DEAL, 'signature');
    await world.tell(await aDeal('lost', { sow: { number: SOW } }));
    await world.run(DEAL);
    expect(world.epics()).toEqual([DEAL]);

    await world.tell(await aDeal('closed_won'));
    expect(world.epics()).toEqual([DEAL, SOW]);
  });
});

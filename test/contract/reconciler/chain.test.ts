/** A deal and its delivery: one epic each, one issue for what both ask for, and the one begins where the other ends. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Tier } from '#sandbox/world.ts';
import { aDeal, type ChainWorld, startChain, TO_SIGNATURE } from '#test/support/chain.ts';
import { snapshotOf } from '#test/support/copied-world.ts';
import { BEFORE_CLOSING, sampleSow } from '#test/support/engagement.ts';

let world: ChainWorld;

afterEach(async () => {
  await world.close();
});

/** A busy machine takes as long. */
const LONG = 240_000;
const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';

/** A deal that is about to be signed. */
async function scoped(options: Parameters<typeof startChain>[0] = {}): Promise<void> {
  world = await startChain(options);
  await world.tell(await aDeal('scoping'));
  await world.tell(await aDeal('negotiating'));
  await world.walk(DEAL, ...TO_SIGNATURE);
}

/** A deal whose delivery was launched. */
async function handedOver(options: Parameters<typeof startChain>[0] = {}): Promise<void> {
  await scoped(options);
  world.perform(DEAL, 'signature');
  await world.tell(await aDeal('closed_won'));
}

describe.each<readonly [Tier, string, boolean]>(
  (['free', 'premium', 'ultimate'] as const).flatMap((tier) => [
    [tier, 'where everything is', false] as const,
    [tier, 'in a place of its own', true] as const,
  ]),
)('a deal on GitLab %s, %s', (tier, _where, apart) => {
  it(
    'becomes a delivery when it is won and signed, and ends with the money',
    async () => {
      await handedOver({ tier, apart });

      expect(world.epics()).toEqual([DEAL, SOW]);
      expect(world.epic(DEAL).description).toContain(`Delivery ${SOW}`);
      expect(world.epic(SOW).description).toContain(`Deal [${DEAL}]`);

      await world.walk(SOW, ...BEFORE_CLOSING, 'financial-wrap-up', 'post-mortem');
      await world.walk(DEAL, 'billing');
      expect(world.epic(SOW).state).toBe('closed');
      expect(world.epic(DEAL).state).toBe('opened');

      await world.walk(SOW, 'money-received');
      expect(world.epic(DEAL).state).toBe('closed');
      expect(world.epics()).toEqual([DEAL, SOW]);
      expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
      expect(await world.run(SOW)).toMatchObject({ kind: 'unchanged' });
    },
    LONG,
  );
});

const handOverNotes = (): readonly string[] =>
  world.sandbox.world.notes
    .filter(({ body, system }) => !system && body.includes('hand-over'))
    .map(({ body }) => body);

describe('the hand-over', () => {
  it('carries people, links, the soft booking and open questions to the delivery', async () => {
    await scoped();
    world.perform(DEAL, 'signature');
    const intake = world.issue(DEAL, 'scheduling-intake');
    expect(intake.description).toContain('| Soft-booked |');
    await world.tell(await aDeal('closed_won'));

    const { description } = world.issue(SOW, 'assign-engineer');
    const said = description.slice(description.indexOf('procession:end'));
    expect(said).toMatch(/^procession:end -->\s+\*\*Soft-booked:\*\* \S.*\s+## Purpose/);
    expect(description).toMatch(new RegExp(`\\| Handed over from \\| \\S+/issues/${intake.iid}> \\|`));
    expect(world.epic(SOW).description).toContain('Lena Exemplar');
  });

  it('waits for the CRM to say that the deal is won, however signed it is', async () => {
    await scoped();
    await world.walk(DEAL, 'signature');

    expect(world.epics()).toEqual([DEAL]);
  });

  it('waits for the signature, however won the deal is', async () => {
    await scoped();
    await world.tell(await aDeal('closed_won'));

    expect(world.epics()).toEqual([DEAL]);
    expect(world.issue(DEAL, 'signature').state).toBe('opened');
  });

  it('needs nobody to say won where no CRM tells of the deal', async () => {
    world = await startChain();
    const file = { origin: { kind: 'file', name: 'deals/DEAL-1.yml', commit: null, at: null } } as const;
    const sow = { number: SOW, signed_on: '2026-11-18' };
    await world.tell(await aDeal('negotiating', { sow }), file);
    await world.walk(DEAL, ...TO_SIGNATURE, 'signature');

    expect(world.epics()).toEqual([DEAL, SOW]);
  });

  it('says everything that is missing in one comment, launches nothing, and goes on when it is there', async () => {
    await scoped();
    const signed = { number: SOW, signed_on: '2026-11-18' };
    world.perform(DEAL, 'signature');
    await world.tell(await aDeal('closed_won', { statement: undefined, sow: signed }));
    await world.run(DEAL);

    expect(world.epics()).toEqual([DEAL]);
    expect(handOverNotes()).toHaveLength(1);
    // By the names that the file of the deal has for them.
    expect(handOverNotes()[0]).toContain('**statement.deliverables**');
    expect(handOverNotes()[0]).toContain('**statement.type**');
    world.sandbox.ledger.clear();
    expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });

    await world.tell(await aDeal('closed_won'));
    expect(world.epics()).toEqual([DEAL, SOW]);
    expect(handOverNotes()).toHaveLength(1);
    expect(handOverNotes()[0]).toContain('Settled');
  });

  it('joins a delivery that was launched by hand before the deal was known', async () => {
    world = await startChain();
    await world.tell(await sampleSow(SOW));
    await world.tell(await aDeal('signature', { sow: { number: SOW } }));

    expect(world.epics()).toEqual([DEAL, SOW]);
    expect(world.epic(SOW).description).toContain(`Deal [${DEAL}]`);
    expect(world.epic(DEAL).description).toContain(`Delivery ${SOW}`);
  });

  const second = async (changes: Readonly<Record<string, unknown>> = {}) => {
    const { deal } = await aDeal('signature');
    return await aDeal('signature', { deal: { ...deal, key: 'DEAL-2' }, ...changes });
  };

  it('refuses a SOW to a second deal, names the first, and changes nothing', async () => {
    world = await startChain();
    await world.tell(await sampleSow(SOW));
    await world.tell(await aDeal('signature', { sow: { number: SOW } }));
    const before = snapshotOf(world);

    expect(await world.tell(await second({ sow: { number: SOW } }))).toMatchObject({
      kind: 'sow-taken',
      taken: [{ key: SOW, deal: DEAL }],
    });
    expect(snapshotOf(world)).toEqual(before);
  });

  it('refuses it to a deal that runs, whatever else came with it, says so on its epic once, and takes the corrected one', async () => {
    world = await startChain();
    await world.tell(await sampleSow(SOW));
    await world.tell(await aDeal('signature', { sow: { number: SOW } }));
    await world.tell(await second({ sow: { number: 'SOW-2' } }));
    const { description } = world.epic('DEAL-2');
    const wrong = await second({ sow: { number: 'SOW-2', others: [SOW] }, ask: 'Something else.' });
    for (const _ of [1, 2]) expect((await world.tell(wrong)).kind).toBe('sow-taken');

    expect(world.epic('DEAL-2').description).toBe(description);
    const told = world.sandbox.world.notes.filter(({ body }) => body.includes('is not of this deal'));
    expect(told.map(({ body, target }) => [target.id, body])).toEqual([
      [world.epic('DEAL-2').id, expect.stringContaining(`- ${SOW} is the SOW of ${DEAL} already.`)],
    ]);
    expect(await world.run('DEAL-2')).toMatchObject({ kind: 'unchanged' });
    const right = await second({ sow: { number: 'SOW-2', others: ['SOW-3'] }, ask: 'Something else.' });
    expect(await world.tell(right)).toMatchObject({ kind: 'applied' });
  });

  it('leaves a delivery to the deal that it came of first, where both named it before there was one', async () => {
    world = await startChain();
    await world.tell(await aDeal('signature', { sow: { number: SOW } }));
    await world.tell(await second({ sow: { number: SOW } }));
    await world.tell(await sampleSow(SOW));
    await world.run(DEAL);
    await world.tell(await second({ sow: { number: SOW } }));

    expect(world.epic('DEAL-2').description).toContain(`${SOW} came of ${DEAL}`);
    expect(world.epic('DEAL-2').description).not.toContain(`Delivery ${SOW}`);
    expect(world.epic(SOW).description).not.toContain('Deal [DEAL-2]');
  });

  it(
    'says of a second SOW that nothing runs under it, and closes the deal when both are paid',
    async () => {
      await scoped();
      world.perform(DEAL, 'signature');
      const sow = { number: SOW, signed_on: '2026-11-18', others: ['SOW-2'] };
      await world.tell(await aDeal('closed_won', { sow }));
      await world.walk(DEAL, 'billing');
      const all = [...BEFORE_CLOSING, 'financial-wrap-up', 'post-mortem', 'money-received'];
      const told = (): boolean =>
        world
          .epic(DEAL)
          .description.includes(
            '**A SOW without an engagement:** the deal names SOW-2, too, and nothing runs under that number.',
          );

      await world.walk(SOW, ...all);
      expect([world.epic(DEAL).state, told()]).toEqual(['opened', true]);
      expect(world.epic(DEAL).description).toContain('`procession apply sows/SOW-2.yml`');

      const second = await sampleSow(SOW);
      await world.tell({ ...second, sow: { ...second.sow, number: 'SOW-2' } });
      await world.run(DEAL);
      expect(world.epics()).toEqual([DEAL, SOW, 'SOW-2']);
      expect([world.epic(DEAL).state, told()]).toEqual(['opened', false]);
      await world.walk('SOW-2', ...all);
      expect(world.epic(DEAL).state).toBe('closed');
    },
    LONG,
  );

  it('costs nothing while nothing changes, and a delivery that changed two reads of its deal', async () => {
    await handedOver();
    world.sandbox.ledger.clear();
    await world.run(SOW);
    const idle = world.sandbox.ledger.entries().length;
    world.sandbox.ledger.clear();
    await world.run(DEAL);
    const deal = world.sandbox.ledger.entries().length;

    expect({ idle, deal }).toEqual({ idle: 2, deal: 4 });
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });
});

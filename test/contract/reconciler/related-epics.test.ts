/** The epic of a deal and that of its delivery are related, where GitLab relates epics: an addition that holds up nothing. */
import { afterEach, describe, expect, it } from 'vitest';
import { sweep } from '#reconciler/work/sweep.ts';
import { aDeal, type ChainOptions, type ChainWorld, startChain, TO_SIGNATURE } from '#test/support/chain.ts';
import { sampleSow } from '#test/support/engagement.ts';

const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';
/** Milliseconds: whole engagements, on a machine that does other things too. */
const LONG = 240_000;

let world: ChainWorld;

afterEach(async () => {
  await world.close();
});

async function signed(options: ChainOptions): Promise<void> {
  world = await startChain(options);
  await world.tell(await aDeal('scoping'));
  await world.tell(await aDeal('negotiating'));
  await world.walk(DEAL, ...TO_SIGNATURE);
  world.perform(DEAL, 'signature');
  world.sandbox.ledger.clear();
}

async function handedOver(options: ChainOptions): Promise<void> {
  await signed(options);
  await world.tell(await aDeal('closed_won'));
  expect(world.epics()).toEqual([DEAL, SOW]);
}

/** Status of every request about related epics. */
function asked(): readonly (number | null)[] {
  const { ledger } = world.sandbox;
  return ledger
    .entries()
    .filter(({ path }) => path.includes('/related_epics'))
    .map(({ status }) => status);
}

function related(): readonly (readonly number[])[] {
  return world.sandbox.world.epicLinks.map(({ sourceId, targetId }) => [sourceId, targetId]);
}

describe('a deal that hands over', () => {
  it.each([
    ['in one group', false],
    ['in a group of its own', true],
  ])(
    'is related to its delivery on Ultimate, once: %s',
    async (_, apart) => {
      await handedOver({ tier: 'ultimate', apart });
      expect(related()).toEqual([[world.epic(DEAL).id, world.epic(SOW).id]]);

      await sweep(world.deps);
      await world.run(DEAL);
      await world.run(SOW);
      expect(asked()).toEqual([201]);
      const { ledger } = world.sandbox;
      expect(ledger.entries().flatMap(({ unknownParameters }) => unknownParameters)).toEqual([]);
    },
    LONG,
  );

  it(
    'is not related again when somebody has taken the relation away',
    async () => {
      await handedOver({ tier: 'ultimate' });
      world.sandbox.world.epicLinks.splice(0);
      world.sandbox.operations.updateIssue(world.sandbox.user('eli'), world.issue(SOW, 'assign-engineer'), {
        title: 'Assign somebody',
      });
      await sweep(world.deps);
      await world.tell(await aDeal('closed_won'));

      expect(related()).toEqual([]);
      expect(asked()).toEqual([201]);
    },
    LONG,
  );

  it(
    'is named in the lines alone on Premium, which is asked once',
    async () => {
      await handedOver({ tier: 'premium' });
      await sweep(world.deps);
      await world.run(DEAL);

      expect(asked()).toEqual([403]);
      expect(world.epic(DEAL).description).toContain(`Delivery ${SOW}: [`);
      expect(world.epic(SOW).description).toContain(`Deal [${DEAL}](`);
      expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
    },
    LONG,
  );

  it(
    'is related to its delivery on GitLab Free, tracking issue to tracking issue',
    async () => {
      await handedOver({ tier: 'free', apart: true });
      const ends = [world.epic(DEAL).id, world.epic(SOW).id];
      const between = world.sandbox.world.links.filter(
        ({ sourceId, targetId }) => ends.includes(sourceId) && ends.includes(targetId),
      );

      expect(between).toMatchObject([{ type: 'relates_to' }]);
      expect(asked()).toEqual([]);
    },
    LONG,
  );

  it(
    'hands over all the same when GitLab fails at the relation',
    async () => {
      await signed({ tier: 'ultimate' });
      world.sandbox.faults.failNext({
        method: 'POST',
        route: '/groups/:id/epics/:iid/related_epics',
        when: 'before',
        kind: 'status',
        status: 500,
      });
      await world.tell(await aDeal('closed_won'));

      expect(related()).toEqual([]);
      expect(world.epics()).toEqual([DEAL, SOW]);
      expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
      expect(await world.run(SOW)).toMatchObject({ kind: 'unchanged' });
    },
    LONG,
  );
});

describe('a SOW that came before its deal', () => {
  it(
    'is related to the deal that joins it, and without a deal nothing is asked for',
    async () => {
      world = await startChain({ tier: 'ultimate' });
      await world.tell(await sampleSow(SOW));
      expect(asked()).toEqual([]);

      await world.tell(await aDeal('negotiating', { sow: { number: SOW } }));
      await world.run(DEAL);

      expect(related()).toEqual([[world.epic(DEAL).id, world.epic(SOW).id]]);
      expect(asked()).toEqual([201]);
    },
    LONG,
  );
});

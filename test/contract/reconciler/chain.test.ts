/** A deal and its delivery: one epic each, one issue for what both ask for, and the one begins where the other ends. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Tier } from '#sandbox/world.ts';
import { aDeal, type ChainWorld, startChain } from '#test/support/chain.ts';
import { BEFORE_CLOSING, sampleSow } from '#test/support/engagement.ts';

let world: ChainWorld;

afterEach(async () => {
  await world.close();
});

const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';
const TO_QUOTE = ['discovery', 'rom-estimate', 'rom-approval', 'opportunity', 'approval-decision', 'quote'];
const TO_SIGNATURE = [...TO_QUOTE, 'sow-draft', 'approvals', 'scheduling-intake'];

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

describe.each<Tier>(['free', 'premium', 'ultimate'])('a deal on GitLab %s', (tier) => {
  it('becomes a delivery when it is won and signed, and ends with the money', async () => {
    await handedOver({ tier });

    expect(world.epics()).toEqual([DEAL, SOW]);
    expect(world.epic(DEAL).description).toContain(`Delivery ${SOW}`);
    expect(world.epic(SOW).description).toContain(`Deal ${DEAL}`);

    await world.walk(SOW, ...BEFORE_CLOSING, 'financial-wrap-up', 'post-mortem');
    await world.walk(DEAL, 'billing');
    expect(world.epic(SOW).state).toBe('closed');
    expect(world.epic(DEAL).state).toBe('opened');

    await world.walk(SOW, 'money-received');
    expect(world.epic(DEAL).state).toBe('closed');
    expect(world.epics()).toEqual([DEAL, SOW]);
    expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
    expect(await world.run(SOW)).toMatchObject({ kind: 'unchanged' });
  });
});

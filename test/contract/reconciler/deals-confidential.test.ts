/** Deals that live among deliveries are confidential: guests, as customers often are, see nothing of them. */
import { afterEach, describe, expect, it } from 'vitest';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import type { Epic, Issue, Tier } from '#sandbox/world.ts';
import { aDeal, type ChainWorld, startChain, TO_SIGNATURE } from '#test/support/chain.ts';

let world: ChainWorld;

afterEach(async () => {
  await world.close();
});

/** Milliseconds: whole engagements, on a machine that does other things too. */
const LONG = 240_000;

const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';

/** What carries the label of an engagement. */
function everything(key: string): readonly (Epic | Issue)[] {
  const { epics, issues, labels } = world.sandbox.world;
  const label = labels.find(({ name }) => name === key)?.id ?? 0;
  return [...epics, ...issues].filter(({ labelIds }) => labelIds.includes(label));
}

async function seenBy(username: string, key: string): Promise<number> {
  const { epics, issues } = await world.gitlabAs(username).readEngagement(key, { always: true });
  return epics.length + issues.length;
}

describe.each<Tier>(['free', 'premium', 'ultimate'])('a deal among deliveries on GitLab %s', (tier) => {
  it(
    'is confidential with everything in it, and its delivery is not',
    async () => {
      world = await startChain({ tier });
      await world.tell(await aDeal('scoping'));
      await world.tell(await aDeal('negotiating'));
      await world.walk(DEAL, ...TO_SIGNATURE);
      world.perform(DEAL, 'signature');
      await world.tell(await aDeal('closed_won'));
      const { sandbox } = world;
      sandbox.operations.createNote(sandbox.user('mira'), world.epic(DEAL), '/ps add more-discovery');
      await world.run(DEAL, { comments: LOOK_EVERYWHERE });

      expect(world.epics()).toEqual([DEAL, SOW]);
      expect(everything(DEAL).length).toBeGreaterThan(12);
      expect(everything(DEAL).filter(({ confidential }) => !confidential)).toEqual([]);
      expect(world.epic(SOW).confidential).toBe(false);
      expect(await seenBy('gus', DEAL)).toBe(0);
      expect(await seenBy('gus', SOW)).toBeGreaterThan(5);
      expect(await seenBy('eli', DEAL)).toBe(everything(DEAL).length);
      expect(world.epic(SOW).description).not.toContain(world.epic(DEAL).title);
    },
    LONG,
  );
});

describe('a deal among deliveries', () => {
  it('stays confidential when a step or the tracking issue is made again', async () => {
    world = await startChain({ tier: 'free' });
    await world.tell(await aDeal('scoping'));
    const { sandbox } = world;
    const { operations } = sandbox;
    operations.deleteIssue(sandbox.user('ada'), world.issue(DEAL, 'discovery'));
    await world.run(DEAL);

    expect(world.issue(DEAL, 'discovery').confidential).toBe(true);
    expect(everything(DEAL).every(({ confidential }) => confidential)).toBe(true);
  });

  it('is asked about once where somebody opens it to everybody, and left as people made it', async () => {
    world = await startChain({ tier: 'free' });
    await world.tell(await aDeal('scoping'));
    const { sandbox } = world;
    const { operations } = sandbox;
    operations.updateIssue(sandbox.user('ada'), world.epic(DEAL) as unknown as Issue, {
      confidential: false,
    });
    await world.run(DEAL);
    await world.run(DEAL);

    expect(world.epic(DEAL).confidential).toBe(false);
    const asked = world.sandbox.world.notes.filter(({ body }) =>
      body.includes('Deals are confidential here'),
    );
    expect(asked).toHaveLength(1);
    expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
  });

  it('is shown whole in its own epic, where who reads it may read its issues too', async () => {
    world = await startChain();
    await world.tell(await aDeal('scoping'));
    await world.walk(DEAL, 'discovery');
    const { sandbox } = world;
    const issue = world.issue(DEAL, 'rom-estimate');
    sandbox.operations.createNote(sandbox.user('mira'), issue, '/ps waive the customer knows the price');
    await world.run(DEAL);

    expect(world.epic(DEAL).confidential).toBe(true);
    expect(world.epic(DEAL).description).toContain('the customer knows the price');
    expect(world.epic(DEAL).description).not.toContain('stands on a confidential issue');
  });
});

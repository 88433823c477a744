/**
 * A deal from the first event of the CRM to the money, through the service's real app, inbox, worker and sweeps: from
 * events alone, and the same whether they come once and in order, or shuffled, twice, late and in part never.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tier } from '#sandbox/world.ts';
import { CLEAN, COUNT, type Course, DEAL, EVENTS, liveChain, SOW } from '#test/support/chain-life.ts';
import type { ComposedChain } from '#test/support/composed-service.ts';
import { way } from '#test/support/held-network.ts';
import { assertRounds, PROOF, proofRuns } from '#test/support/proof.ts';

/** A busy machine takes as long. */
const LONG = 240_000;
const TIERS: readonly Tier[] = ['free', 'premium'];

const cleans = new Map<Tier, Promise<unknown>>();

/** The world at the end when each event comes once and in order; lived once for each tier. */
async function cleanEnd(tier: Tier): Promise<unknown> {
  const known = cleans.get(tier) ?? liveChain(CLEAN, { tier });
  cleans.set(tier, known);
  return await known;
}

/** What there is after a phase. */
function seen(world: ComposedChain): Readonly<Record<string, string>> {
  const epics = world.epics();
  return Object.fromEntries([
    ...epics.map((key) => [key, world.epic(key).state]),
    ...(epics.includes(SOW) ? [['accepted', world.issue(SOW, 'customer-sign-off').state]] : []),
    ['signed', world.issue(DEAL, 'signature').state],
  ]);
}

describe.each(TIERS)('a deal on GitLab %s, by events alone', (tier) => {
  it(
    'launches, walks through its stages, becomes a delivery that silence accepts, and ends with the money',
    async () => {
      const phases: Readonly<Record<string, string>>[] = [];
      const end = liveChain(CLEAN, { tier }, (world) => phases.push(seen(world)));
      cleans.set(tier, end);
      await end;

      const open = { signed: 'opened', [DEAL]: 'opened' };
      const delivered = { signed: 'closed', [DEAL]: 'opened', [SOW]: 'opened' };
      expect(phases).toEqual([
        open,
        open,
        open,
        ...Array.from({ length: 3 }, () => ({ ...delivered, accepted: 'opened' })),
        { ...delivered, accepted: 'closed', [SOW]: 'closed' },
        { signed: 'closed', accepted: 'closed', [DEAL]: 'closed', [SOW]: 'closed' },
      ]);
    },
    LONG,
  );
});

const late = fc.array(fc.array(fc.nat({ max: EVENTS - 1 }), { maxLength: 3 }), {
  minLength: COUNT,
  maxLength: COUNT,
});
const course: fc.Arbitrary<Course> = fc.record({
  ways: fc.array(way, { minLength: COUNT, maxLength: COUNT }),
  late,
  dated: fc.boolean(),
});

describe('events of the CRM and of GitLab', () => {
  it(
    'that are shuffled, doubled, late and lost end in the same world as the clean stream, with one of everything',
    PROOF,
    async () => {
      await assertRounds(
        fc.asyncProperty(course, fc.constantFrom(...TIERS), async (given, tier) => {
          expect(await liveChain(given, { tier })).toEqual(await cleanEnd(tier));
        }),
        { ...proofRuns(2), endOnFailure: true },
      );
    },
  );
});

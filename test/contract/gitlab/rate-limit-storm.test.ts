/** Twenty launches at once on a GitLab that allows far less: everything is made, once. */
import { expect, it } from 'vitest';
import { AppError } from '#domain/base/errors.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { createWriteBudget } from '#gitlab/http/write-budget.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { aProcess } from '#test/support/builders.ts';
import { startEngagement } from '#test/support/engagement.ts';

const LAUNCHES = 20;
const STARTS_AT = Date.parse('2026-11-23T09:00:00Z');

it.each([
  ['with', true],
  ['without', false],
])(
  'finishes 20 launches against both kinds of limit, %s Retry-After, with one of everything',
  async (_, retryAfter) => {
    let now = STARTS_AT;
    const world = await startEngagement({
      process: aProcess(),
      now: () => new Date(now),
      gitlab: {
        sleep: async (ms) => {
          now += ms;
        },
      },
    });
    const { sandbox } = world;
    Object.assign(sandbox.limits, { issueCreationPerMinute: 30, apiPerMinute: 120, retryAfter });

    /** As the service does: what GitLab has no room for is tried again later. */
    async function launch(number: string): Promise<void> {
      const sow = { ...world.sow, sow: { ...world.sow.sow, number } };
      for (let attempt = 1; attempt <= 10; attempt += 1) {
        try {
          await reconcile(world.deps, number, { sow, process: 'sample' });
          return;
        } catch (error) {
          if (!(error instanceof AppError) || error.disposition !== 'retry') throw error;
          now += 60_000;
        }
      }
      throw new Error(`${number} did not get through`);
    }

    await Promise.all(Array.from({ length: LAUNCHES }, (_, n) => launch(`SOW-${3000 + n}`)));

    const { epics, issues, links } = sandbox.world;
    const steps = issues.map(({ description }) => {
      const marker = parseMarker(description);
      return `${marker?.engagement} ${marker?.step}`;
    });
    expect(epics).toHaveLength(LAUNCHES);
    expect(steps).toHaveLength(LAUNCHES * 4);
    expect(new Set(steps).size).toBe(LAUNCHES * 4);
    expect(links).toHaveLength(LAUNCHES * 3);
    expect(sandbox.ledger.entries().filter(({ status }) => status === 429).length).toBeGreaterThan(5);
    await world.close();
  },
  150_000,
);

it('never meets a limit that it was told, and launches go on while comments wait', async () => {
  let now = STARTS_AT;
  const world = await startEngagement({
    process: aProcess(),
    now: () => new Date(now),
    gitlab: {
      budget: createWriteBudget(
        { issuesPerMinute: 30, notesPerMinute: 10, requestsPerMinute: 120 },
        () => now,
      ),
      // One clock for all: whoever waits longest moves it, as on a wall.
      sleep: async (ms) => {
        const until = now + ms;
        await new Promise(setImmediate);
        now = Math.max(now, until);
      },
    },
  });
  const { sandbox } = world;
  Object.assign(sandbox.limits, { issueCreationPerMinute: 30, apiPerMinute: 120, noteCreationPerMinute: 10 });

  for (let n = 0; n < LAUNCHES; n += 1) {
    const number = `SOW-${4000 + n}`;
    const sow = { ...world.sow, sow: { ...world.sow.sow, number } };
    await reconcile(world.deps, number, { sow, process: 'sample' });
  }

  expect(sandbox.world.epics).toHaveLength(LAUNCHES);
  expect(sandbox.world.issues).toHaveLength(LAUNCHES * 4);
  expect(sandbox.ledger.entries().filter(({ status }) => status === 429)).toEqual([]);
  await world.close();
}, 150_000);

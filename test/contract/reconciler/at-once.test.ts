/** Whatever number of requests is under way at once: lost answers and refusals leave one of everything. */
import { describe, expect, it } from 'vitest';
import { AppError } from '#domain/base/errors.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { aProcess } from '#test/support/builders.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

const STARTS_AT = Date.parse('2026-11-23T09:00:00Z');
const shape = (world: EngagementWorld) => ({
  epics: world.sandbox.world.epics.map((epic) => [epic.title, world.labels(epic).toSorted()]),
  issues: world.sandbox.world.issues
    .map(
      (issue) =>
        `${parseMarker(issue.description)?.step} ${world.labels(issue).toSorted().join()} ${issue.epicId !== null}`,
    )
    .toSorted(),
  links: world.sandbox.world.links.length,
  notes: world.sandbox.world.notes.filter(({ system }) => !system).length,
  labels: world.sandbox.world.labels.map(({ name }) => name).toSorted(),
});

describe.each([1, 2, 50])('%i requests at once', (maxConcurrent) => {
  it.each(['POST', 'PUT'] as const)(
    'a lost answer of any %s',
    async (method) => {
      const live = async (nth: number, kind: 'reset' | 'truncated' | 'status'): Promise<unknown> => {
        const world = await startEngagement({ process: aProcess(), gitlab: { maxConcurrent } });
        try {
          if (nth > 0) {
            world.sandbox.faults.failNext({ method, nth, when: 'after', kind, status: 502 } as never);
            world.sandbox.faults.failNext({
              method,
              nth: nth + 2,
              when: 'after',
              kind,
              status: 502,
            } as never);
          }
          for (let attempt = 1; ; attempt += 1)
            try {
              await reconcile(world.over(world.connect({ maxConcurrent })), 'SOW-1042', {
                sow: world.sow,
                process: 'sample',
              });
              break;
            } catch (error) {
              if (!(error instanceof AppError) || error.disposition !== 'retry' || attempt > 5) throw error;
            }
          await world.reconcile();
          return shape(world);
        } finally {
          await world.close();
        }
      };
      const plain = await live(0, 'reset');
      for (let nth = 1; nth <= 40; nth += 6)
        for (const kind of ['reset', 'status'] as const)
          expect({ nth, kind, ...((await live(nth, kind)) as object) }).toEqual({
            nth,
            kind,
            ...(plain as object),
          });
    },
    120_000,
  );

  it('refuses many with 429', async () => {
    let now = STARTS_AT;
    const world = await startEngagement({
      process: aProcess(),
      now: () => new Date(now),
      gitlab: {
        maxConcurrent,
        sleep: async (ms) => {
          now += ms;
        },
      },
    });
    Object.assign(world.sandbox.limits, { issueCreationPerMinute: 10, apiPerMinute: 60, retryAfter: true });
    const launch = async (number: string): Promise<void> => {
      for (let attempt = 1; attempt <= 20; attempt += 1)
        try {
          await reconcile(world.deps, number, {
            sow: { ...world.sow, sow: { ...world.sow.sow, number } },
            process: 'sample',
          });
          return;
        } catch (error) {
          if (!(error instanceof AppError) || error.disposition !== 'retry') throw error;
          now += 60_000;
        }
      throw new Error('not through');
    };
    await Promise.all(Array.from({ length: 8 }, (_, n) => launch(`SOW-${3000 + n}`)));
    const { epics, issues, links } = world.sandbox.world;
    expect([epics.length, issues.length, links.length]).toEqual([8, 32, 24]);
    await world.close();
  }, 60_000);
});

import { describe, expect, it } from 'vitest';
import { GitLabUnavailableError } from '#domain/base/errors.ts';
import { UNSEALED } from '#domain/record/line.ts';
import { encodeMarker } from '#domain/text/marker.ts';
import { SILENT } from '#ports/logger.ts';
import { createLookAhead } from '#reconciler/work/look-ahead.ts';
import { runSweeps, type Swept } from '#reconciler/work/sweep-schedule.ts';
import { anEpic, aProcess, aState, someSettings } from '#test/support/builders.ts';
import { storeOf } from '#test/support/engagement.ts';
import { looksInMemory } from '#test/support/look-memory.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-03-02T09:00:00.000Z');
const EPIC = encodeMarker({
  kind: 'epic',
  engagement: 'SOW-1',
  process: 'sample',
  profile: null,
  step: null,
});

/** What happens between two sweeps: time passes, or somebody asks; GitLab is away or not. */
interface Turn {
  readonly minutes: number;
  readonly asked?: boolean;
  readonly away?: boolean;
}

/** Lives through the turns. A damaged record is drift that needs no process. */
async function live(turns: readonly Turn[]) {
  const asked: (string | null)[] = [];
  const keys: string[] = [];
  const results: Swept[] = [];
  const ending = new AbortController();
  let nowMs = START;
  let turn = 0;
  const gitlab = {
    readLaunched: async () => ['SOW-1', 'SOW-9'],
    readAll: async (options: { updatedAfter?: string } = {}) => {
      asked.push(options.updatedAfter ?? null);
      if (turns[turn]?.away === true) throw new GitLabUnavailableError('away');
      return [aState({ epics: [anEpic({ description: EPIC })] })];
    },
  };
  await runSweeps(
    {
      gitlab: gitlab as never,
      processes: storeOf(aProcess()),
      settings: someSettings(),

      seal: UNSEALED,
      logger: SILENT,
      inbox: {
        put: async ({ dedupeKey }) => {
          keys.push(dedupeKey);
          return 'stored';
        },
      },
      clock: { now: () => new Date(nowMs).toISOString() },
      lookAhead: createLookAhead(),
      looks: looksInMemory(),
      everyMs: 5 * MINUTE,
      sooner: {
        ring: () => {},
        wait: async () => {
          turn += 1;
          const next = turns[turn];
          if (next === undefined) ending.abort();
          else nowMs += next.minutes * MINUTE;
          return next?.asked === true ? 'rung' : 'silent';
        },
      },
      onSweep: (result) => results.push(result),
    },
    ending.signal,
  );
  return { asked, keys, results };
}

describe('reconciler/sweep-schedule', () => {
  it('looks at everything at the start and once a day, else at what changed since, with two minutes to spare', async () => {
    const day = 24 * 60;
    const { asked } = await live([{ minutes: 0 }, { minutes: 5 }, { minutes: 5 }, { minutes: day - 10 }]);

    expect(asked).toEqual([null, '2026-03-02T08:58:00.000Z', '2026-03-02T09:03:00.000Z', null]);
  });

  it('looks at everything again when the clock is set back from another year', async () => {
    const year = 365 * 24 * 60;
    const { asked } = await live([{ minutes: 0 }, { minutes: year }, { minutes: 5 - year }, { minutes: 5 }]);

    expect(asked).toEqual([null, null, null, '2026-03-02T09:03:00.000Z']);
  });

  it('goes back to the last one that went well after one that failed', async () => {
    const { asked, results } = await live([
      { minutes: 0, away: true },
      { minutes: 5 },
      { minutes: 5, away: true },
      { minutes: 5 },
    ]);

    expect(asked).toEqual([null, null, '2026-03-02T09:03:00.000Z', '2026-03-02T09:03:00.000Z']);
    expect(results.map((result) => 'failed' in result)).toEqual([true, false, true, false]);
  });

  it('makes one wake-up of the sweeps of all replicas in one interval, but not of one at the start or on request', async () => {
    const { keys } = await live([
      { minutes: 0 },
      { minutes: 1, asked: true },
      { minutes: 1, asked: true },
      { minutes: 5 },
      { minutes: 0 },
    ]);

    expect(keys.map((key) => key.split(':').at(-1))).toEqual(Array.from({ length: 5 }, () => 'SOW-1'));
    expect(new Set(keys).size).toBe(4);
    expect(keys[3]).toBe(keys[4]);
  });
});

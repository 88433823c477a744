/** When sweeps with a memory are full, and whose comments they read. */
import { expect, it } from 'vitest';
import { checksum } from '#domain/base/record-line.ts';
import { lookOfSweep } from '#reconciler/loop/comment-look.ts';
import {
  fingerprintOf,
  parseSweepMemory,
  rememberSweep,
  type SweepMemory,
  sweepFrom,
} from '#reconciler/work/sweep-memory.ts';

const DAY = 86_400_000;
/** Sweeps with a state file at these moments; when each was full. */
function fulls(moments: readonly number[]): readonly number[] {
  let memory: SweepMemory | null = null;
  const full: number[] = [];
  for (const ms of moments) {
    const at = new Date(ms).toISOString();
    const isFull = sweepFrom(memory, at, 'f') === null;
    if (isFull) full.push(ms);
    const nothing = new Map();
    memory = rememberSweep(memory, {
      startedAt: at,
      full: isFull,
      whole: isFull,
      fingerprint: 'f',
      looks: nothing,
      lookedAt: nothing,
      created: nothing,
      over: new Set(),
      missing: [],
      sows: null,
    });
  }
  return full;
}
const BEGUN = Date.parse('2026-11-02T02:00:00Z');
/** A runner picks a job up within a minute. */
const jitter = (n: number): number => (Number.parseInt(checksum(`${n}`).slice(0, 6), 16) % 60) * 1000;

it.each([
  ['nightly', DAY],
  ['hourly', DAY / 24],
  ['every five minutes', DAY / 288],
])('full sweeps are one a day: %s', (_, every) => {
  const full = fulls(
    Array.from({ length: Math.floor((60 * DAY) / every) }, (_, n) => BEGUN + n * every + jitter(n)),
  );
  const gaps = full.slice(1).map((ms, n) => (ms - (full[n] ?? 0)) / DAY);
  expect(Math.max(...gaps)).toBeLessThan(1.1);
});

it.each([
  ['nightly', DAY],
  ['hourly', DAY / 24],
  ['every five minutes', DAY / 288],
])(
  'the comments of a running epic are read within a fortnight: %s',
  (_, every) => {
    const full = fulls(
      Array.from({ length: Math.floor((400 * DAY) / every) }, (_, n) => BEGUN + n * every + jitter(n)),
    );
    const worst = Array.from({ length: 40 }, (_, n) => {
      const key = `SOW-${1000 + n}` as const;
      const read = full.filter(
        (ms) =>
          lookOfSweep(key, {
            updatedAfter: null,
            now: new Date(ms).toISOString(),
            lookedAt: new Map([[key, 'x']]),
          }).epic === 'always',
      );
      return Math.max(
        ...read.slice(1).map((ms, at) => (ms - (read[at] ?? 0)) / DAY),
        ((full.at(-1) ?? 0) - (read.at(-1) ?? BEGUN)) / DAY,
      );
    });
    expect(Math.max(...worst)).toBeLessThan(15.1);
  },
  60_000,
);

it('a memory that is odd costs a full sweep or nothing', () => {
  for (const text of [
    '',
    'null',
    '[]',
    '{',
    '{"version":2}',
    '{"version":1}',
    JSON.stringify({
      version: 1,
      lastSuccess: '2026-99-01T00:00:00Z',
      lastFull: '2026-11-02T00:00:00Z',
      fingerprint: 'f',
    }),
  ])
    expect(sweepFrom(parseSweepMemory(text), '2026-11-02T10:00:00Z', 'f')).toBeNull();
  const future = parseSweepMemory(
    JSON.stringify({
      version: 1,
      lastSuccess: '2026-11-02T09:00:00Z',
      lastFull: '2030-11-02T00:00:00Z',
      fingerprint: 'f',
    }),
  );
  expect(sweepFrom(future, '2026-11-02T10:00:00Z', 'f')).toBeNull();
  expect(typeof fingerprintOf).toBe('function');
});

/** Kept texts that are remembered say what they would say if nobody remembered anything. */
import { expect, it } from 'vitest';
import { checksum } from '#domain/base/record-line.ts';
import { renderKept } from '#domain/template/render-kept.ts';
import { templateView } from '#domain/template/view.ts';
import { lookOfSweep } from '#reconciler/loop/comment-look.ts';
import {
  fingerprintOf,
  parseSweepMemory,
  rememberSweep,
  type SweepMemory,
  sweepFrom,
} from '#reconciler/work/sweep-memory.ts';
import { realProcess, sampleSow } from '#test/support/engagement.ts';

const paths = (value: unknown, path: readonly string[] = []): (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? [path, ...Object.entries(value).flatMap(([key, one]) => paths(one, [...path, key]))]
    : [path];
function changed(value: any, [first, ...rest]: readonly string[], to: unknown): any {
  if (first === undefined) return to;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[first as never] = changed(copy[first as never], rest, to);
  return copy;
}

it('whatever fact changes', async () => {
  const sow = await sampleSow('SOW-1042');
  const process = await realProcess('delivery');
  let compared = 0;
  let sections = 0;
  for (const [template, step] of [
    [process.epicBody, null],
    ...process.steps.map((one) => [one.body, one] as const),
  ] as const) {
    const view = templateView({
      sow,
      process,
      people: {
        manager: { name: 'mira', username: 'mira', email: null, chosen: true },
        engineer: { name: null, username: null, email: null, chosen: false },
        customer: { name: 'x', username: null, email: 'a@b.c', chosen: true },
      },
      showAmounts: false,
      evidence: [],
      ...(step === null
        ? {}
        : { step: { id: step.id, title: 'T', dueOn: '2026-12-01', afterTitles: ['a'], nextTitles: ['b'] } }),
    });
    const kept = renderKept(template, view, { partials: process.partials, file: 'x' });
    sections += kept.length;
    if (kept.length === 0) continue;
    for (const path of paths(view.values).filter((one) => one.length > 0))
      for (const to of ['', 'other *text* | x', null, true, [{ title: 'A', text: 'B' }, { title: 'A2' }]]) {
        const other = { ...view, values: changed(view.values, path, to) };
        const remembered = renderKept(template, other, { partials: process.partials, file: 'x' });
        const fresh = renderKept(template, other, { partials: { ...process.partials }, file: 'x' });
        expect({ path, to, kept: remembered }).toEqual({ path, to, kept: fresh });
        compared += 1;
      }
  }
  expect(sections).toBeGreaterThan(3);
  expect(compared).toBeGreaterThan(1000);
}, 60_000);

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

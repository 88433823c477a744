import { describe, expect, it } from 'vitest';
import {
  dueLooks,
  fingerprintOf,
  isOfOtherPlace,
  isWholeDue,
  knownEngagements,
  parseSweepMemory,
  rememberedLooks,
  rememberSweep,
  type SweepMemory,
  sweepFrom,
} from '#reconciler/work/sweep-memory.ts';
import { someSettings } from '#test/support/builders.ts';

const MEMORY: SweepMemory = {
  version: 1,
  lastSuccess: '2026-11-25T09:00:00.000Z',
  lastFull: '2026-11-25T03:00:00.000Z',
  lastWhole: '2026-11-25T03:00:00.000Z',
  fingerprint: 'a',
  looks: { 'SOW-1': '2026-11-25T09:30:00.000Z', 'SOW-2': '2026-11-26T08:00:00.000Z' },
  lookedAt: { 'SOW-1': '2026-11-25T08:00:00.000Z' },
  created: { 'SOW-1': '2026-01-05T08:00:00.000Z', 'SOW-2': '2026-02-05T08:00:00.000Z' },
  over: ['SOW-1'],
  seen: ['SOW-1', 'SOW-2'],
  missing: ['SOW-9'],
  sows: null,
};

const NOTHING_NEW = { whole: false, created: new Map(), over: new Set<string>() };

describe('reconciler/sweep-memory', () => {
  it('begins a little before the last success, because clocks differ', () => {
    expect(sweepFrom(MEMORY, '2026-11-25T10:00:00.000Z', 'a')).toBe('2026-11-25T08:50:00.000Z');
  });

  it.each([
    ['nothing is remembered', null, '2026-11-25T10:00:00.000Z', 'a'],
    ['processes or settings are others', MEMORY, '2026-11-25T10:00:00.000Z', 'b'],
    ['the last full sweep is a day ago', MEMORY, '2026-11-26T03:00:00.000Z', 'a'],
    ['the memory comes from the future', MEMORY, '2026-11-25T08:59:59.999Z', 'a'],
  ])('looks at everything when %s', (_, memory, now, fingerprint) => {
    expect(sweepFrom(memory, now, fingerprint)).toBeNull();
  });

  it('is full in a nightly job that begins a minute sooner than the day before', () => {
    expect(sweepFrom(MEMORY, '2026-11-26T02:59:00.000Z', 'a')).toBeNull();
  });

  it('knows a memory of another instance, group or project', () => {
    const deps = {
      processes: { ids: [], fingerprint: 'p', find: () => null },
      settings: someSettings(),
    };
    const here = { url: 'https://gitlab.test', group: 'services', project: 'services/engagements' };
    const fingerprint = fingerprintOf(deps, here);
    const isOther = (now: string): boolean => isOfOtherPlace({ ...MEMORY, fingerprint }, now);

    for (const change of [{ url: 'https://staging.test' }, { group: 'staging' }, { project: 'services/x' }])
      expect(isOther(fingerprintOf(deps, { ...here, ...change }))).toBe(true);
    const others = { ...deps, processes: { ...deps.processes, fingerprint: 'q' } };
    expect(isOther(fingerprintOf(others, here))).toBe(false);
    // Written before files named their place.
    expect(isOfOtherPlace(MEMORY, fingerprint)).toBe(false);
  });

  it('remembers when it began, and the last time it saw everything', () => {
    const done = {
      ...NOTHING_NEW,
      startedAt: '2026-11-25T10:00:00.000Z',
      fingerprint: 'a',
      looks: new Map(),
      lookedAt: new Map([['SOW-1', '2026-11-25T08:00:00.000Z']]),
      missing: ['SOW-9'],
      sows: null,
    };

    expect(rememberSweep(MEMORY, { ...done, full: false })).toEqual({
      ...MEMORY,
      lastSuccess: '2026-11-25T10:00:00.000Z',
    });
    expect(rememberSweep(MEMORY, { ...done, full: true }).lastFull).toBe(done.startedAt);
    expect(rememberSweep(null, { ...done, full: false }).lastFull).toBe(done.startedAt);
  });

  it('knows what is over from the sweep that has seen it so until one sees it otherwise', () => {
    const done = {
      startedAt: '2026-11-25T10:00:00.000Z',
      full: false,
      whole: false,
      fingerprint: 'a',
      looks: new Map([['SOW-1', null]]),
      lookedAt: new Map(),
      created: new Map([['SOW-1', '2026-03-01T08:00:00.000Z']]),
      missing: [],
      sows: null,
    };
    const known = (over: readonly string[]) =>
      knownEngagements(
        rememberSweep(MEMORY, { ...done, over: new Set(over) }),
        '2026-11-25T10:15:00.000Z',
        'a',
      );

    expect(known(['SOW-1'])).toEqual({
      changedSince: '2026-11-25T09:50:00.000Z',
      created: new Map(Object.entries(MEMORY.created)),
      over: new Set(['SOW-1']),
    });
    expect(known([])?.over).toEqual(new Set());
  });

  it.each([
    ['nothing is remembered', null, '2026-11-25T10:00:00.000Z', 'a'],
    ['processes or settings are others', { ...MEMORY, missing: [] }, '2026-11-25T10:00:00.000Z', 'b'],
    ['the memory comes from the future', { ...MEMORY, missing: [] }, '2026-11-25T08:59:59.999Z', 'a'],
    ['one that was there is missing', MEMORY, '2026-11-25T10:00:00.000Z', 'a'],
    [
      'an older release has written it',
      parseSweepMemory(JSON.stringify({ ...MEMORY, missing: [], created: undefined })),
      '2026-11-25T10:00:00.000Z',
      'a',
    ],
  ])('leaves nothing out when %s', (_, memory, now, fingerprint) => {
    expect(knownEngagements(memory, now, fingerprint)).toBeNull();
  });

  it('leaves nothing out once in a fortnight', () => {
    expect(isWholeDue(MEMORY, '2026-12-08T02:59:59.999Z')).toBe(false);
    expect(isWholeDue(MEMORY, '2026-12-08T03:00:00.000Z')).toBe(true);
    expect(isWholeDue({ lastWhole: null }, '2026-11-25T10:00:00.000Z')).toBe(true);
  });

  it('looks at those whose time has come', () => {
    expect(dueLooks(MEMORY, '2026-11-25T09:29:59.999Z')).toEqual([]);
    expect(dueLooks(MEMORY, '2026-11-25T09:30:00.000Z')).toEqual(['SOW-1']);
    expect(dueLooks(null, '2026-11-25T09:30:00.000Z')).toEqual([]);
  });

  it('keeps the times of those it did not see, and after a full sweep no others', () => {
    const looks = new Map([
      ['SOW-1', null],
      ['SOW-3', '2026-11-27T08:00:00.000Z'],
    ]);
    const done = {
      ...NOTHING_NEW,
      startedAt: '2026-11-25T10:00:00.000Z',
      fingerprint: 'a',
      looks,
      lookedAt: new Map(),
      missing: [],
      sows: null,
    };

    expect(rememberSweep(MEMORY, { ...done, full: false }).looks).toEqual({
      'SOW-2': '2026-11-26T08:00:00.000Z',
      'SOW-3': '2026-11-27T08:00:00.000Z',
    });
    expect(rememberSweep(MEMORY, { ...done, full: true }).looks).toEqual({
      'SOW-3': '2026-11-27T08:00:00.000Z',
    });
  });

  it('remembers which epics were looked at and when those had changed, and forgets what is left to look at', () => {
    const lookedAt = new Map([
      ['SOW-1', null],
      ['SOW-2', '2026-11-25T09:40:00.000Z'],
    ]);
    const done = {
      ...NOTHING_NEW,
      startedAt: '2026-11-25T10:00:00.000Z',
      fingerprint: 'a',
      looks: new Map(),
      lookedAt,
      missing: [],
      sows: null,
    };

    expect(rememberSweep(MEMORY, { ...done, full: false }).lookedAt).toEqual({
      'SOW-2': '2026-11-25T09:40:00.000Z',
    });
    expect(rememberedLooks(MEMORY, 'a')).toEqual(new Map([['SOW-1', '2026-11-25T08:00:00.000Z']]));
  });

  it.each([
    ['nothing is remembered', null, 'a'],
    ['processes or settings are others', MEMORY, 'b'],
    [
      'an older release has written it',
      parseSweepMemory(JSON.stringify({ ...MEMORY, lookedAt: undefined })),
      'a',
    ],
    ['it is damaged', parseSweepMemory(JSON.stringify({ ...MEMORY, lookedAt: 'x' })), 'a'],
  ])('takes no comment for read when %s', (_, memory, fingerprint) => {
    expect(rememberedLooks(memory, fingerprint)).toEqual(new Map());
  });

  it('remembers whom it has seen, and who is missing', () => {
    const looks = new Map([['SOW-3', null]]);
    const done = {
      ...NOTHING_NEW,
      startedAt: '2026-11-25T10:00:00.000Z',
      fingerprint: 'a',
      looks,
      lookedAt: new Map(),
      missing: ['SOW-2'],
      sows: null,
    };

    expect(rememberSweep(MEMORY, { ...done, full: false })).toMatchObject({
      seen: ['SOW-1', 'SOW-2', 'SOW-3'],
      missing: ['SOW-2'],
      sows: null,
    });
    expect(rememberSweep(MEMORY, { ...done, full: true }).seen).toEqual(['SOW-3']);
    expect(
      parseSweepMemory(JSON.stringify({ ...MEMORY, seen: ['x', 5, 'SOW-1'], missing: 'SOW-9' })),
    ).toEqual({
      ...MEMORY,
      seen: ['SOW-1'],
      missing: [],
      sows: null,
    });
  });

  it.each([
    [undefined, {}],
    [null, {}],
    ['x', {}],
    [{ 'SOW-1': 'soon', 'not a key': '2026-11-26T08:00:00.000Z', 'SOW-2': 5 }, {}],
    [{ 'SOW-2': '2026-11-26T08:00:00.000Z' }, { 'SOW-2': '2026-11-26T08:00:00.000Z' }],
  ])('reads of the times only what is one: %j', (looks, read) => {
    expect(parseSweepMemory(JSON.stringify({ ...MEMORY, looks }))?.looks).toEqual(read);
  });

  it('reads back what it wrote, and nothing else', () => {
    expect(parseSweepMemory(JSON.stringify(MEMORY))).toEqual(MEMORY);
    for (const text of ['', '{', 'null', '[]', '{"version":2}', JSON.stringify({ ...MEMORY, lastFull: 'x' })])
      expect(parseSweepMemory(text)).toBeNull();
  });
});

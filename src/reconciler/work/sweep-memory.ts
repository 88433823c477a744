/** What a sweep remembers for the next one in another job: from when on changes are unseen, and when all was seen. */
import { compareText } from '#domain/base/compare-text.ts';
import { type EngagementKey, isEngagementKey } from '#domain/base/keys.ts';
import { isRecentInstant } from '#domain/base/recent.ts';
import { canonicalJson, checksum } from '#domain/base/record-line.ts';
import { earlier, type KnownEngagements } from '#domain/engagement/known.ts';
import type { LookedAt } from '#reconciler/loop/comment-look.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { later } from '#reconciler/loop/retry.ts';
import { WHOLE_EVERY_MS } from './over.ts';

const VERSION = 1;

export interface SweepMemory {
  readonly version: typeof VERSION;
  /** When the last sweep that came to its end began. What was left undone is among the looks. ISO 8601, UTC. */
  readonly lastSuccess: string;
  /** When the last full one of them began. */
  readonly lastFull: string;
  /** When the last one began that left nothing out. `null`: not known. */
  readonly lastWhole: string | null;
  /** Of processes and settings; with another one everything must be looked at again. */
  readonly fingerprint: string;
  /** When engagements are to be looked at though nothing happens to them: time passes, a pipeline runs. ISO 8601. */
  readonly looks: Readonly<Record<EngagementKey, string>>;
  /** `updated_at` of the epics whose comments were looked at. Equal or not is all that is asked: no clock counts. */
  readonly lookedAt: Readonly<Record<EngagementKey, string>>;
  /** When the oldest item of each engagement was created. */
  readonly created: Readonly<Record<EngagementKey, string>>;
  /** Those of which nothing comes any more. */
  readonly over: readonly EngagementKey[];
  /** Every engagement that a sweep has seen. */
  readonly seen: readonly EngagementKey[];
  /** Those of which the last look saw nothing any more. */
  readonly missing: readonly EngagementKey[];
  /** Digest of each SOW file that was seen, by name; `null`: none was looked at. */
  readonly sows: Readonly<Record<string, string>> | null;
}

/**
 * A full sweep also finds what no `updated_after` shows: a deleted label, a day that has passed. 23 hours: a nightly job
 * begins some seconds or minutes sooner than the day before when a runner is free sooner, and would be full every other
 * night.
 */
const FULL_EVERY_MS = 82_800_000;
/** Clocks of runners differ from GitLab's, whose `updated_at` may be older than the moment it can be seen. */
const OVERLAP_MS = 600_000;

/** Where engagements live: the same SOW is another engagement elsewhere. */
export interface SweptPlace {
  /** Address of the instance. */
  readonly url: string;
  readonly group: string;
  readonly project: string;
}

/** By name: where settings come from may hold more, such as the job that runs, which is another one each time. */
const DECISIVE = [
  'amendments',
  'calendar',
  'changeKinds',
  'commands',
  'deals',
  'formerUsers',
  'hours',
  'labels',
  'launch',
  'moveDates',
  'policy',
  'reminders',
  'roles',
  'showAmounts',
] as const satisfies readonly (keyof ReconcileDeps['settings'])[];

/** Between the place and the rest of a fingerprint; no sign of a checksum. */
const AFTER_PLACE = '@';

/**
 * What verdicts rest on besides GitLab: with other processes or settings everything must be looked at again.
 *
 * @param place for a memory that may be read in another place; `null`: it stays in one
 */
export function fingerprintOf(
  { processes, settings }: Pick<ReconcileDeps, 'processes' | 'settings'>,
  place: SweptPlace | null = null,
): string {
  const decisive = Object.fromEntries(DECISIVE.map((name) => [name, settings[name]]));
  const by = checksum(canonicalJson({ processes: processes.fingerprint, ...decisive }));
  if (place === null) return by;
  const { url, group, project } = place;
  return `${checksum(canonicalJson({ url, group, project }))}${AFTER_PLACE}${by}`;
}

/** Whether a memory is known to be of another place: what it knows is no engagement of this one. */
export function isOfOtherPlace({ fingerprint }: SweepMemory, now: string): boolean {
  const placeOf = (text: string): string | null =>
    text.includes(AFTER_PLACE) ? (text.split(AFTER_PLACE)[0] ?? null) : null;
  // Files of earlier releases name no place: everything is looked at again, and what they have seen is still known.
  return placeOf(fingerprint) !== null && placeOf(fingerprint) !== placeOf(now);
}

/** `null` for anything that is no memory: it only costs a full sweep. */
export function parseSweepMemory(text: string): SweepMemory | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { version, lastSuccess, lastFull, lastWhole, fingerprint, ...rest } = value as Readonly<
    Record<string, unknown>
  >;
  return version === VERSION &&
    isInstant(lastSuccess) &&
    isInstant(lastFull) &&
    typeof fingerprint === 'string'
    ? {
        version,
        lastSuccess,
        lastFull,
        lastWhole: isInstant(lastWhole) ? lastWhole : null,
        fingerprint,
        looks: parseLooks(rest['looks']),
        lookedAt: parseLooks(rest['lookedAt']),
        created: parseLooks(rest['created']),
        over: parseKeys(rest['over']),
        seen: parseKeys(rest['seen']),
        missing: parseKeys(rest['missing']),
        sows: parseDigests(rest['sows']),
      }
    : null;
}

/** What is no look is left out: the next full sweep makes it anew. */
function parseLooks(value: unknown): SweepMemory['looks'] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => isEngagementKey(entry[0]) && isInstant(entry[1])),
  );
}

function parseDigests(value: unknown): SweepMemory['sows'] {
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function parseKeys(value: unknown): readonly EngagementKey[] {
  return Array.isArray(value) ? value.filter((one) => isEngagementKey(one)) : [];
}

function isInstant(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

/**
 * From when on changes are to be looked at; `null`: everything is.
 *
 * @param startedAt when this sweep begins. ISO 8601, UTC
 */
export function sweepFrom(memory: SweepMemory | null, startedAt: string, fingerprint: string): string | null {
  if (memory === null || whyInFull(memory, startedAt, fingerprint) !== null) return null;
  return later(memory.lastSuccess, -OVERLAP_MS);
}

/**
 * Why everything is to be looked at though a sweep is remembered: processes or settings are others, a clock was wrong, or
 * it is time; `null`: no reason.
 */
export function whyInFull(
  { lastSuccess, lastFull, fingerprint: before }: SweepMemory,
  startedAt: string,
  fingerprint: string,
): 'other' | 'future' | 'daily' | null {
  if (before !== fingerprint) return 'other';
  const now = Date.parse(startedAt);
  if (Date.parse(lastSuccess) > now || Date.parse(lastFull) > now) return 'future';
  return isRecentInstant(lastFull, FULL_EVERY_MS, startedAt) ? null : 'daily';
}

/**
 * What a full sweep goes by that leaves out what is over; `null`: nothing is known for certain.
 *
 * @param startedAt when this sweep begins. ISO 8601, UTC
 */
export function knownEngagements(
  memory: SweepMemory | null,
  startedAt: string,
  fingerprint: string,
): KnownEngagements | null {
  if (memory === null || memory.fingerprint !== fingerprint) return null;
  const { created, over, seen, missing, lastSuccess } = memory;
  if (Date.parse(lastSuccess) > Date.parse(startedAt)) return null;
  if (missing.length > 0 || seen.some((engagement) => created[engagement] === undefined)) return null;
  return {
    changedSince: later(lastSuccess, -OVERLAP_MS),
    created: new Map(
      seen.flatMap((engagement) => {
        const at = created[engagement];
        return at === undefined ? [] : [[engagement, at]];
      }),
    ),
    over: new Set(over),
  };
}

/** Whether everything is to be read, what is over too: once in a fortnight. */
export function isWholeDue(memory: Pick<SweepMemory, 'lastWhole'> | null, startedAt: string): boolean {
  const lastWhole = memory?.lastWhole ?? null;
  return !isRecentInstant(lastWhole, WHOLE_EVERY_MS, startedAt);
}

/** The engagements whose time has come. */
export function dueLooks(memory: SweepMemory | null, startedAt: string): readonly EngagementKey[] {
  return Object.entries(memory?.looks ?? {})
    .filter(([, at]) => Date.parse(at) <= Date.parse(startedAt))
    .map(([engagement]) => engagement);
}

export interface SweepDone {
  readonly startedAt: string;
  readonly full: boolean;
  /** Nothing was left out of a full one. */
  readonly whole: boolean;
  readonly fingerprint: string;
  /** Of every engagement that it saw, when it is to be looked at again. */
  readonly looks: ReadonlyMap<EngagementKey, string | null>;
  /** Of every engagement that it saw, `updated_at` of the epic as its comments were looked at; `null`: something is left. */
  readonly lookedAt: ReadonlyMap<EngagementKey, string | null>;
  /** Of every engagement that it saw, when its oldest item was created; `null`: it was not read. */
  readonly created: ReadonlyMap<EngagementKey, string | null>;
  /** Those among them of which nothing comes any more. */
  readonly over: ReadonlySet<EngagementKey>;
  /** Engagements that are known and of which it saw nothing. */
  readonly missing: readonly EngagementKey[];
  /** Digests of SOW files; `null`: none was looked at. */
  readonly sows: ReadonlyMap<string, string> | null;
}

/** What the next sweep is to remember after one that came to its end. */
export function rememberSweep(memory: SweepMemory | null, done: SweepDone): SweepMemory {
  const lastFull = done.full || memory === null ? done.startedAt : memory.lastFull;
  const before = done.full ? null : memory;
  return {
    version: VERSION,
    lastSuccess: done.startedAt,
    lastFull,
    lastWhole: done.whole ? done.startedAt : (memory?.lastWhole ?? null),
    fingerprint: done.fingerprint,
    looks: replaced(before?.looks, done.looks),
    lookedAt: replaced(before?.lookedAt, done.lookedAt),
    created: replaced(before?.created, earliest(memory, done.created)),
    over: [...(before?.over ?? []).filter((key) => !done.looks.has(key)), ...done.over].toSorted(compareText),
    seen: [...new Set([...(before?.seen ?? []), ...done.looks.keys()])].toSorted(compareText),
    missing: [...done.missing].toSorted(compareText),
    sows: done.sows === null ? (memory?.sows ?? null) : Object.fromEntries(done.sows),
  };
}

/** When engagements were created, as far as any sweep has read it: one by a label may not bring the oldest item. */
function earliest(
  memory: SweepMemory | null,
  created: SweepDone['created'],
): ReadonlyMap<EngagementKey, string | null> {
  return new Map([...created].map(([key, at]) => [key, earlier(memory?.created[key] ?? null, at)]));
}

/** What was known, with what is new in its place; what is no longer is left out. */
function replaced(
  before: Readonly<Record<EngagementKey, string>> = {},
  after: ReadonlyMap<EngagementKey, string | null>,
): Readonly<Record<EngagementKey, string>> {
  const all = new Map<EngagementKey, string | null>([...Object.entries(before), ...after]);
  return Object.fromEntries([...all].flatMap(([key, at]) => (at === null ? [] : [[key, at]])));
}

/** What earlier sweeps have looked at, as far as it counts: under other processes or settings all is read again. */
export function rememberedLooks(memory: SweepMemory | null, fingerprint: string): LookedAt {
  return new Map(memory?.fingerprint === fingerprint ? Object.entries(memory.lookedAt) : []);
}

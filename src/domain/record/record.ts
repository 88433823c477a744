/**
 * The record of an engagement: everything that Procession keeps in GitLab for itself and that decides what happens. One
 * line in the epic's managed block holds it (`line.ts`), a note of ours holds a copy of what cannot be made again from
 * the facts (`copy.ts`).
 *
 * The format number grows when an older release could misread a record; fields that this release does not know are
 * kept.
 */
import { z } from 'zod';
import { EngagementKeyText, isStepKey, type StepKey, SUBJECTS, subjectOf } from '#domain/base/keys.ts';
import { canonicalJson } from '#domain/base/record-line.ts';
import { type DriftMemory, NO_DRIFT } from '#domain/engagement/drift-memory.ts';
import { type Edge, EMPTY_MEMORY, type EngagementMemory } from '#domain/engagement/memory.ts';
import { HoursMemory, NO_HOURS } from '#domain/hours/memory.ts';
import { ProposalMemory } from '#domain/proposals/memory.ts';
import { TrackerMemory } from '#domain/recurring/memory.ts';
import { NO_RULINGS, Rulings, saidIn } from '#domain/rulings/rulings.ts';
import { NO_HISTORY, SowHistory } from '#domain/sow/history.ts';
import { type Subject, SubjectData } from '#domain/sow/subject.ts';
import { Chained } from './chained.ts';
import { Done } from './done.ts';
import { Migrated, migratedData } from './migrated.ts';

const Key = z.string().refine(isStepKey);

/** What Procession has put an issue or the epic to last, and how often that was undone: what the fuse decides from. */
export const Touch = z.object({
  /** State and label, as far as they were changed. @example `opened ready` */
  to: z.string(),
  /** By GitLab's clock; `null` while it is only planned. */
  at: z.iso.datetime().nullable(),
  /** How often in a row it was undone within seconds, as only machines do. */
  undone: z.int().min(0).default(0),
  /** How often the step was closed although something was missing, since it was done last. */
  wrongCloses: z.int().min(0).default(0),
});
export type Touch = Readonly<z.infer<typeof Touch>>;
/** Touches by step; under `null` that of the epic. */
export type Touches = ReadonlyMap<StepKey | null, Touch>;

const RecordedStep = z.looseObject({
  /** Global id of the issue; absent in the copy, which is written before there are issues. */
  issue: z.int().optional(),
  done: Done.optional(),
  baseline: z.iso.date().optional(),
  fellTo: z.string().optional(),
  touch: Touch.optional(),
});

const EDGE = /^([^>]+)>([^>]+)$/;

const StoredRecord = z.looseObject({
  format: z.literal(1),
  /** What the engagement is about. */
  subject: z.enum(SUBJECTS),
  key: EngagementKeyText,
  process: z.string().min(1),
  profile: z.string().nullable(),
  /** Of the process; `null`: made before processes had versions. */
  version: z.int().min(1).nullable(),
  /** Hash of the rules the engagement is judged by, see `rulesHash`; `null`: made before there was one. */
  rules: z.string().nullable(),
  /** Hash of the texts that it shows, see `textsHash`; absent: whichever belong to the rules. */
  texts: z.string().optional(),
  /** Grows with every record written; an older one put back is noticed by whoever remembers a newer. */
  revision: z.int().min(1),
  /** The SOW, or the deal, of which the field has the same name for the sake of both. */
  sow: SubjectData,
  /** Revisions of the SOW, and what its sources have said. */
  history: SowHistory.optional(),
  proposals: z.array(ProposalMemory).optional(),
  steps: z.record(Key, RecordedStep).default({}),
  /** Of the epic. */
  touch: Touch.optional(),
  /** `kick-off>intake-aws`: the first blocks the second. */
  links: z.array(z.string().regex(EDGE)).default([]),
  rulings: Rulings.prefault({}),
  drift: z.object({ healed: z.array(z.string()), asked: z.array(z.string()) }).optional(),
  migrated: Migrated.optional(),
  occurrences: z.record(Key, TrackerMemory).optional(),
  hours: HoursMemory.optional(),
  chain: z.array(Chained).optional(),
  handOver: z.string().optional(),
  handed: z.record(z.string(), z.string()).optional(),
  /** `paused`: by the loop fuse. `moved`: the engagement goes on in an epic. */
  state: z.enum(['running', 'paused', 'moved']).default('running'),
});

/** A record as decisions read it. */
export interface EngagementRecord {
  readonly key: string;
  readonly process: string;
  readonly profile: string | null;
  readonly version: number | null;
  readonly rules: string | null;
  readonly texts: string | null;
  readonly revision: number;
  readonly sow: Subject;
  readonly history: SowHistory;
  /** What people are asked, and what they have said no to. */
  readonly proposals: readonly ProposalMemory[];
  readonly memory: EngagementMemory;
  readonly done: ReadonlyMap<StepKey, Done>;
  /** The due date that Procession gave an issue when it made it; unknown of issues that are older than this field. */
  readonly baseline: ReadonlyMap<StepKey, string>;
  /** Users whose issues are theirs because nobody had the role of the step, as long as they alone have it. */
  readonly fellTo: ReadonlyMap<StepKey, string>;
  readonly touches: Touches;
  readonly rulings: Rulings;
  readonly drift: DriftMemory;
  /** Migrations between versions of the process; `null`: there were none. */
  readonly migrated: Migrated | null;
  /** Of recurring steps, how far their occurrences are decided on. */
  readonly occurrences: ReadonlyMap<StepKey, TrackerMemory>;
  readonly hours: HoursMemory;
  /** The deal that the engagement came of, or those that came of it, with their steps that it shows. */
  readonly chain: readonly Chained[];
  /** What people were told that a deal lacks to be handed over, as a checksum; `null`: nothing. */
  readonly handOver: string | null;
  /** Of a deal, hashes of the evidence that goes to its delivery, by its path there, as it was when its steps were found done. */
  readonly handed: Readonly<Record<string, string>>;
  /** What a newer release has added: kept as it is. */
  readonly others: Readonly<Record<string, unknown>>;
}

/** What {@link readRecord} made of a text. */
export type RecordParse =
  | { readonly kind: 'ok'; readonly record: EngagementRecord }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The record as canonical JSON: equal records give equal texts. */
export function recordText(record: EngagementRecord): string {
  const {
    memory,
    done,
    baseline,
    fellTo,
    touches,
    drift,
    migrated,
    rulings,
    occurrences,
    hours,
    chain,
    handOver,
    handed,
    history,
    proposals,
    others,
    sow,
    texts,
    ...named
  } = record;
  const touched = [...touches.keys()].filter((step) => step !== null);
  const steps = new Set([
    ...memory.issues.keys(),
    ...done.keys(),
    ...baseline.keys(),
    ...fellTo.keys(),
    ...touched,
  ]);
  return canonicalJson({
    ...others,
    format: 1,
    subject: subjectOf(record.key),
    ...named,
    texts: texts ?? undefined,
    sow,
    history: canonicalJson(history) === canonicalJson(NO_HISTORY) ? undefined : history,
    proposals: proposals.length === 0 ? undefined : proposals,
    steps: Object.fromEntries(
      [...steps].map((step) => [
        step,
        {
          issue: memory.issues.get(step),
          done: done.get(step),
          baseline: baseline.get(step),
          fellTo: fellTo.get(step),
          touch: touchText(touches.get(step)),
        },
      ]),
    ),
    touch: touchText(touches.get(null)),
    links: memory.links.map(({ from, to }) => `${from}>${to}`),
    rulings: saidIn(rulings),
    occurrences: occurrences.size === 0 ? undefined : Object.fromEntries(occurrences),
    hours: hoursText(hours),
    chain: chain.length === 0 ? undefined : chain,
    handOver: handOver ?? undefined,
    handed: Object.keys(handed).length === 0 ? undefined : handed,
    drift:
      drift.healed.size + drift.asked.size === 0
        ? undefined
        : { healed: [...drift.healed].toSorted(), asked: [...drift.asked].toSorted() },
    migrated: migrated === null ? undefined : migratedData(migrated),
    state: memory.paused ? 'paused' : memory.moved ? 'moved' : 'running',
  });
}

/** Without what is as by default. */
function hoursText(hours: HoursMemory): Readonly<Record<string, unknown>> | undefined {
  const said = Object.entries(hours).filter(([, value]) =>
    typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== undefined,
  );
  return said.length === 0 ? undefined : Object.fromEntries(said);
}

/** Without what is as by default. */
function touchText(touch: Touch | undefined): Readonly<Record<string, unknown>> | undefined {
  if (touch === undefined) return undefined;
  const { to, at, undone, wrongCloses } = touch;
  return { to, at, undone: undone || undefined, wrongCloses: wrongCloses || undefined };
}

/** Reads what {@link recordText} wrote. */
export function readRecord(text: string): RecordParse {
  const stored = StoredRecord.safeParse(parseJson(text));
  if (!stored.success) {
    const [issue] = stored.error.issues;
    return { kind: 'unreadable', reason: `does not fit at ${issue?.path.join('.')}: ${issue?.message}` };
  }
  const {
    format: _,
    subject: __,
    key,
    process,
    profile,
    version,
    rules,
    texts = null,
    revision,
    sow,
    ...rest
  } = stored.data;
  const {
    steps,
    touch: epicTouch,
    links,
    rulings,
    drift,
    migrated,
    occurrences,
    hours,
    chain = [],
    handOver = null,
    handed = {},
    history = NO_HISTORY,
    proposals = [],
    state,
    ...others
  } = rest;
  const entries = Object.entries(steps);
  return {
    kind: 'ok',
    record: {
      key,
      process,
      profile,
      version,
      rules,
      texts,
      revision,
      sow,
      history,
      proposals,
      memory: memoryIn(entries, links, state),
      done: byStep(entries, ({ done }) => done),
      baseline: byStep(entries, ({ baseline }) => baseline),
      fellTo: byStep(entries, ({ fellTo }) => fellTo),
      touches: touchesIn(epicTouch, entries),
      rulings,
      drift: drift === undefined ? NO_DRIFT : { healed: new Set(drift.healed), asked: new Set(drift.asked) },
      migrated: migrated ?? null,
      occurrences: new Map(Object.entries(occurrences ?? {})),
      hours: hours ?? NO_HOURS,
      chain,
      handOver,
      handed,
      others,
    },
  };
}

function memoryIn(
  entries: readonly (readonly [string, { readonly issue?: number | undefined }])[],
  links: readonly string[],
  state: 'running' | 'paused' | 'moved',
): EngagementMemory {
  return {
    issues: byStep(entries, ({ issue }) => issue),
    links: links.flatMap(edgeOf),
    paused: state === 'paused',
    moved: state === 'moved',
  };
}

function byStep<S, T>(
  entries: readonly (readonly [string, S])[],
  valueOf: (step: S) => T | undefined,
): Map<StepKey, T> {
  return new Map(
    entries.flatMap(([step, stored]) => {
      const value = valueOf(stored);
      return value === undefined ? [] : [[step, value] as const];
    }),
  );
}

function touchesIn(
  ofEpic: Touch | undefined,
  entries: readonly (readonly [string, { readonly touch?: Touch | undefined }])[],
): Touches {
  return new Map<StepKey | null, Touch>([
    ...(ofEpic === undefined ? [] : [[null, ofEpic] as const]),
    ...entries.flatMap(([step, { touch }]) => (touch === undefined ? [] : [[step, touch] as const])),
  ]);
}

/** Whether two records say the same; the revision does not count. */
export function sameRecord(one: EngagementRecord, other: EngagementRecord): boolean {
  return recordText({ ...one, revision: 1 }) === recordText({ ...other, revision: 1 });
}

/**
 * The part of a record that cannot be made again from what GitLab shows: a change of it is written into the protected
 * copy. Which issue is which step, which links there are and what is done is found again; the fuse begins anew.
 */
export function lasting(record: EngagementRecord): EngagementRecord {
  const { waivers, approvals, appointments, hold, withdrawal, holds } = record.rulings;
  const { calls, instances, changes, health, snoozes, labelIds, pinned, moved } = record.rulings;
  return {
    ...record,
    memory: { ...EMPTY_MEMORY, paused: record.memory.paused },
    done: new Map(),
    baseline: new Map(),
    fellTo: new Map(),
    touches: new Map(),
    drift: NO_DRIFT,
    occurrences: new Map(),
    // How the other sources grew is seen again.
    hours: { ...record.hours, consumed: [], spent: [] },
    rulings: {
      ...NO_RULINGS,
      waivers,
      approvals,
      appointments,
      hold,
      withdrawal,
      holds,
      calls,
      instances,
      changes,
      health,
      snoozes,
      labelIds,
      pinned,
      moved,
    },
  };
}

function edgeOf(text: string): Edge[] {
  const [, from = '', to = ''] = EDGE.exec(text) ?? [];
  return isStepKey(from) && isStepKey(to) ? [{ from, to }] : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * How the SOW of an engagement came to be what it is: its revisions, what each source said when it was applied last, and
 * what a source says now that nobody has agreed to yet. Kept in the record, so that every run decides alike.
 */

import { z } from 'zod';
import { msBetween } from '#domain/base/calendar.ts';
import { PAPERS, type Paper } from '#domain/base/settings.ts';
import { UNCOMPILED } from '#domain/base/uncompiled.ts';
import { type SowChange, sowChanges } from './changes.ts';
import { dealStageOf, isDealStage, type StageMap, StageMemory, stageAfter } from './deal-stage.ts';
import { isSameValue, mergeSow, patchBetween, patched, type SowPatch } from './merge.ts';
import { isGivenUp, LAUNCH_STAGE } from './stage.ts';
import { isDeal, type Subject, stageIn } from './subject.ts';

/** Kinds of sources. `crm`: a signed delivery, to the service or to a pipeline. */
export const SOURCE_KINDS = ['file', 'crm'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** Where a SOW comes from, and how new it is there. */
const SowOrigin = z.object({
  kind: z.enum([...SOURCE_KINDS, 'change']),
  /** Path of the file, or step of the change; `null`: not known. */
  name: z.string().nullable(),
  /** Commit of the file; `null`: none, or not known. */
  commit: z.string().nullable(),
  /** When it was committed, or signed. ISO 8601; `null`: not known, and nothing is older than it. */
  at: z.string().nullable(),
});
export type SowOrigin = Readonly<z.infer<typeof SowOrigin>>;

const Patch = z.record(z.string(), z.unknown());

/** What is remembered of a source. */
const SourceMemory = z.object({
  /** The newest that was applied or offered. */
  at: z.string().nullable(),
  /** What it said when it was applied last, where that is other than the record. */
  differs: Patch.default({}),
  /** What it says now and nobody has agreed to, where that is other than the record. */
  offer: z.object({ origin: SowOrigin, fields: Patch }).nullable().default(null),
});
type SourceMemory = Readonly<z.infer<typeof SourceMemory>>;

/** One change of the SOW. The first revision is the launch, which is not listed. */
const Revision = z.object({
  number: z.int().min(2),
  on: z.iso.date(),
  origin: SowOrigin,
  /** Names of the fields that changed, without values. */
  fields: z.array(z.string()),
  /** Username of whoever agreed to it; `null`: it was applied as it came. */
  by: z.string().nullable(),
  /** Of a change request: what both sides have agreed on. */
  paper: z.enum(PAPERS).optional(),
});
export type Revision = Readonly<z.infer<typeof Revision>>;

export const SowHistory = z.object({
  revisions: z.array(Revision).default([]),
  sources: z.partialRecord(z.enum(SOURCE_KINDS), SourceMemory).default({}),
  /** The end that was signed last, where another one holds by a written confirmation alone; `null`: none was signed. */
  signedEnd: z.iso.date().nullable().optional(),
  /** Of a deal. */
  stage: StageMemory.optional(),
});
export type SowHistory = Readonly<z.infer<typeof SowHistory>>;

/** History of a SOW that was launched and never changed. */
export const NO_HISTORY: SowHistory = SowHistory.parse({}, UNCOMPILED);

/** Revisions kept; the number goes on. */
const MOST_REVISIONS = 20;
/** Names of fields kept of one revision. */
const MOST_FIELDS = 30;

/** Number of the revision that holds: 1 since the launch. */
export function revisionOf({ revisions }: SowHistory): number {
  return revisions.at(-1)?.number ?? 1;
}

/** Day on which a deal came into its stage; `undefined`: it was launched in it, or that is too long ago. */
export function stagedOn({ revisions }: Pick<SowHistory, 'revisions'>): string | undefined {
  return revisions.findLast(({ fields }) => fields.includes('deal.stage'))?.on;
}

/** End of the work that the last signed paper says, SOW or order; `null`: none says any. */
export function signedEndOf({ sow, history }: KeptSow): string | null {
  return history.signedEnd === undefined ? (sow.dates?.end ?? null) : history.signedEnd;
}

/** The SOW of an engagement with its history. */
export interface KeptSow {
  readonly sow: Subject;
  readonly history: SowHistory;
}

/** A SOW as its source has it now. */
export interface SourceSow {
  readonly origin: SowOrigin & { readonly kind: SourceKind };
  /** As it may stand in GitLab. */
  readonly sow: Subject;
}

/** What a source says, held against the record. */
export type Reading =
  /** Something newer from this source was applied or offered. `since`: when that was committed or signed. */
  | { readonly kind: 'older'; readonly since: string }
  /** The deal is not won: nothing else of it counts but why. */
  | { readonly kind: 'not-won'; readonly stage: string; readonly reason: string | null }
  /** Nothing that people are to be asked about. */
  | { readonly kind: 'same'; readonly sow: Subject }
  | { readonly kind: 'amendment'; readonly sow: Subject; readonly changes: readonly SowChange[] }
  /** Source and record have gone different ways: what the source would change, and where that collides. */
  | { readonly kind: 'conflict'; readonly changes: readonly SowChange[]; readonly fields: readonly string[] };

/** Holds what a source says against the record. */
function readSource(kept: KeptSow, { origin, sow }: SourceSow): Reading {
  const since = kept.history.sources[origin.kind]?.at ?? null;
  if (since !== null && origin.at !== null && msBetween(since, origin.at) < 0)
    return { kind: 'older', since };
  return readOffer(kept, origin.kind, sow);
}

/** Holds what a source has said last against the record. */
function readOffer(kept: KeptSow, kind: SourceKind, said: Subject): Reading {
  const stage = stageIn(said);
  if (isDeal(said) ? isGivenUp(stage) : stage !== LAUNCH_STAGE)
    return { kind: 'not-won', stage, reason: said.deal?.lost_reason ?? null };
  const merged = mergeSow(baseOf(kept, kind), said, kept.sow);
  if (merged.kind === 'conflict')
    return { kind: 'conflict', changes: sowChanges(kept.sow, said), fields: merged.fields };
  const changes = sowChanges(kept.sow, merged.sow);
  return changes.length === 0
    ? { kind: 'same', sow: merged.sow }
    : { kind: 'amendment', sow: merged.sow, changes };
}

/** The source as it was applied last. One that never was goes by the record: whatever it says otherwise it changes. */
function baseOf({ sow, history }: KeptSow, kind: SourceKind): Subject {
  return patched(sow, history.sources[kind]?.differs ?? {}) ?? sow;
}

/** Offers that wait for an answer, each held against the record. */
export function openOffers(
  kept: KeptSow,
): readonly { readonly origin: SowOrigin; readonly kind: SourceKind; readonly reading: Reading }[] {
  return SOURCE_KINDS.flatMap((kind) => {
    const offer = kept.history.sources[kind]?.offer ?? null;
    const said = offer === null ? null : patched(kept.sow, offer.fields);
    return offer === null || said === null
      ? []
      : [{ origin: offer.origin, kind, reading: readOffer(kept, kind, said) }];
  });
}

/** Keeps what a source says until somebody agrees to it. What it has offered before is replaced. */
function offered(kept: KeptSow, { origin, sow }: SourceSow): KeptSow {
  const before = kept.history.sources[origin.kind];
  const fields = offeredFields(kept.sow, sow);
  const at = newest(before, origin);
  // The same again, a moment later, is no news.
  if (before !== undefined && isSameValue(before.offer?.fields, fields))
    return at === before.at ? kept : withSource(kept, origin.kind, { ...before, at });
  return withSource(kept, origin.kind, { at, differs: before?.differs ?? {}, offer: { origin, fields } });
}

/** Of what is not won, or given up, nothing but the stage counts, and why. */
function offeredFields(record: Subject, said: Subject): SowPatch {
  if (isDeal(record) && isDeal(said)) {
    const { lost_reason: _, ...known } = record.deal;
    const { stage, lost_reason: reason } = said.deal;
    return { deal: { ...known, stage, ...(reason === undefined ? {} : { lost_reason: reason }) } };
  }
  return stageIn(said) === LAUNCH_STAGE ? patchBetween(record, said) : { stage: stageIn(said) };
}

/** Takes back what a source has offered: it says what the record does. */
function withoutOffer(kept: KeptSow, kind: SourceKind): KeptSow {
  const before = kept.history.sources[kind];
  return before === undefined ? kept : withSource(kept, kind, { ...before, offer: null });
}

function newest(before: SourceMemory | undefined, { at }: Pick<SowOrigin, 'at'>): string | null {
  const known = before?.at ?? null;
  if (at === null || known === null) return at ?? known;
  return msBetween(known, at) < 0 ? known : at;
}

function withSource({ sow, history }: KeptSow, kind: SourceKind, memory: SourceMemory): KeptSow {
  return { sow, history: { ...history, sources: { ...history.sources, [kind]: memory } } };
}

/**
 * Makes another SOW the one that holds: a new revision, where people see a difference. What every source has said stays
 * remembered.
 *
 * @param said what the source says, where a source is the reason
 */
function amended(
  kept: KeptSow,
  {
    to,
    origin,
    said = null,
    on,
    by,
    paper,
  }: {
    readonly to: Subject;
    readonly origin: SowOrigin;
    readonly said?: Subject | null;
    readonly on: string;
    readonly by: string | null;
    readonly paper?: Paper;
  },
): KeptSow {
  const fields = sowChanges(kept.sow, to).map(({ field }) => field);
  const revision = {
    number: revisionOf(kept.history) + 1,
    on,
    origin,
    fields: fields.slice(0, MOST_FIELDS),
    by,
    ...(paper === undefined ? {} : { paper }),
  };
  const revisions =
    fields.length === 0
      ? kept.history.revisions
      : [...kept.history.revisions, revision].slice(-MOST_REVISIONS);
  const sources = SOURCE_KINDS.flatMap((kind) => {
    const before = kept.history.sources[kind];
    if (kind === origin.kind && said !== null) {
      const memory = { at: newest(before, origin), differs: patchBetween(to, said), offer: null };
      return [[kind, memory] as const];
    }
    return [[kind, rebased(kept, before ?? SILENT, to)] as const];
  });
  const signed = signedEndAfter(kept, to, paper);
  return { sow: to, history: { revisions, sources: Object.fromEntries(sources), ...signed } };
}

/** An end that comes from a source stands in a signed SOW; one that was only confirmed leaves the signed one as it was. */
function signedEndAfter(kept: KeptSow, to: Subject, paper: Paper | undefined): Pick<SowHistory, 'signedEnd'> {
  const { signedEnd } = kept.history;
  if (kept.sow.dates?.end === to.dates?.end) return signedEnd === undefined ? {} : { signedEnd };
  return paper === 'written confirmation' ? { signedEnd: signedEndOf(kept) } : {};
}

/** A change of the SOW that both sides have agreed on, ready to be carried out. */
export interface AgreedChange {
  readonly to: Subject;
  /** Key of the change request. */
  readonly step: string;
  readonly paper: Paper;
  /** The paper names the end, be it the one that holds already. */
  readonly namesEnd: boolean;
  readonly on: string;
  readonly by: string;
}

/** Makes what was agreed on the SOW that holds. */
export function changedBy(kept: KeptSow, { to, step, paper, namesEnd, on, by }: AgreedChange): KeptSow {
  const origin: SowOrigin = { kind: 'change', name: step, commit: null, at: null };
  const { sow, history } = amended(kept, { to, origin, on, by, paper });
  if (!namesEnd || paper === 'written confirmation') return { sow, history };
  const { signedEnd: _, ...others } = history;
  return { sow, history: others };
}

/** A source that has said nothing since the launch: it said what the record says. */
const SILENT: SourceMemory = { at: null, differs: {}, offer: null };

/** What a source has said, seen from another SOW. */
function rebased({ sow }: KeptSow, memory: SourceMemory, to: Subject): SourceMemory {
  const over = (patch: SowPatch): SowPatch => patchBetween(to, patched(sow, patch) ?? to);
  const { offer } = memory;
  return {
    ...memory,
    differs: over(memory.differs),
    offer: offer === null ? null : { ...offer, fields: over(offer.fields) },
  };
}

/** What is known of a SOW that launches. */
export function launchedWith({ origin, sow }: SourceSow): KeptSow {
  return { sow, history: { ...NO_HISTORY, sources: { [origin.kind]: { ...SILENT, at: origin.at } } } };
}

/** Why a SOW that somebody wants to apply is not taken. */
export type RefusedSow = Extract<Reading, { kind: 'older' | 'conflict' }>;

/** The SOW after a source was heard, or why it was not taken. */
export type Taken = { readonly kind: 'taken'; readonly kept: KeptSow } | RefusedSow;

/** Why a SOW is not taken, as half a sentence; paths and instants alone. */
export function refusedReason(reading: RefusedSow): string {
  return reading.kind === 'older'
    ? `the SOW is older than what holds: something newer from the same source, of ${reading.since}, was applied before`
    : `the source and the engagement have both changed ${reading.fields.join(', ')} since the source was applied, and say different things`;
}

/**
 * Hears what a source says. A SOW that is not won is only ever asked about; what is said of a deal holds as it comes.
 *
 * @param mode `apply`: somebody who has looked at it carries it out. `ask`: it waits for an answer
 * @param on date in the calendar's time zone
 */
export function takeSource(kept: KeptSow, source: SourceSow, how: TakeMode): Taken {
  const taken = hear(kept, source, how);
  if (taken.kind !== 'taken' || !isDeal(kept.sow) || !isDeal(source.sow)) return taken;
  const { stage: _, ...history } = taken.kept.history;
  const before = { stage: kept.sow.deal.stage, memory: kept.history.stage };
  const stage = stageAfter(before, { stage: stageIn(taken.kept.sow), said: source.sow.deal.stage });
  return {
    kind: 'taken',
    kept: { sow: taken.kept.sow, history: stage === null ? history : { ...history, stage } },
  };
}

interface TakeMode {
  readonly mode: 'apply' | 'ask';
  readonly on: string;
}

function hear(kept: KeptSow, source: SourceSow, { mode, on }: TakeMode): Taken {
  const { origin } = source;
  const said = inKnownStage(kept, source);
  const reading = readSource(kept, { ...source, sow: said });
  switch (reading.kind) {
    case 'older':
      return reading;
    case 'not-won':
      return { kind: 'taken', kept: offered(kept, { ...source, sow: said }) };
    case 'same': {
      // What is older and comes later must be known for older. A CRM that tells of a deal decides from its first word on
      // when the deal is won: the signature alone hands it over no more.
      const before = kept.history.sources[origin.kind];
      const isFirstOfCrm = origin.kind === 'crm' && isDeal(said) && before === undefined;
      const remembers = isFirstOfCrm || newest(before, origin) !== null;
      const { history } = remembers
        ? heard(kept, origin.kind, newest(before, origin))
        : withoutOffer(kept, origin.kind);
      return { kind: 'taken', kept: { sow: reading.sow, history } };
    }
    case 'conflict':
      return mode === 'apply' ? reading : { kind: 'taken', kept: offered(kept, source) };
    case 'amendment':
      return {
        kind: 'taken',
        kept:
          mode === 'ask' && !isDeal(said)
            ? offered(kept, source)
            : amended(kept, { to: reading.sow, origin, said, on, by: null }),
      };
  }
}

/** A stage that nobody knows changes nothing: the deal stays where it is. */
function inKnownStage({ sow: record, history }: KeptSow, { origin, sow: said }: SourceSow): Subject {
  if (!isDeal(record) || !isDeal(said) || isDealStage(said.deal.stage)) return said;
  const offer = history.sources[origin.kind]?.offer ?? null;
  const before = offer === null ? null : patched(record, offer.fields);
  // What was said before and is being asked about is not taken back by a word that nobody knows.
  return { ...said, deal: { ...said.deal, stage: stageIn(before ?? record) } };
}

/** Takes back what a source has offered and remembers how new it is. */
function heard(kept: KeptSow, kind: SourceKind, at: string | null): KeptSow {
  return withSource(kept, kind, { ...(kept.history.sources[kind] ?? SILENT), at, offer: null });
}

/** Makes the SOW that holds what a source has offered, as somebody has agreed to; `null` where there is nothing to take. */
export function takeOffer(
  kept: KeptSow,
  kind: SourceKind,
  given: { readonly on: string; readonly by: string },
): KeptSow | null {
  const offer = kept.history.sources[kind]?.offer ?? null;
  const said = offer === null ? null : patched(kept.sow, offer.fields);
  if (offer === null || said === null) return null;
  const reading = readOffer(kept, kind, said);
  if (reading.kind !== 'amendment') return null;
  return amended(kept, { to: reading.sow, origin: { ...offer.origin, kind }, said, ...given });
}

/**
 * The deal in the stage that the settings have a meaning for by now, where its source has called it what nobody knew;
 * `null`: there is no such thing.
 */
export function inStageNowKnown({ sow, history }: KeptSow, stages: StageMap): SourceSow | null {
  const said = history.stage?.unknown;
  const stage = said === undefined ? null : dealStageOf(said, stages);
  if (!isDeal(sow) || stage === null || !isDealStage(stage)) return null;
  const origin = { kind: 'crm', name: null, commit: null, at: null } as const;
  return { origin, sow: { ...sow, deal: { ...sow.deal, stage } } };
}

/**
 * The record as one invisible line of a text: `<!-- procession:record v1 <signature> <base64url of the record> -->`.
 *
 * The signature covers the record *and* the place of the line, so a line that is copied to another epic, cut or changed
 * opens nowhere. Where no keys are set a checksum stands in its place: it notices a hand edit, and stops nobody who
 * recomputes it.
 */
import type { EngagementKey } from '#domain/base/keys.ts';
import { checksum, fromBase64Url, toBase64Url } from '#domain/base/record-line.ts';
import { decodeDriftMemory } from '#domain/engagement/drift-memory.ts';
import { decodeMemory } from '#domain/engagement/memory.ts';
import type { ActualEpic } from '#domain/engagement/state.ts';
import { NO_HOURS } from '#domain/hours/memory.ts';
import { decodeRulings } from '#domain/rulings/rulings.ts';
import { NO_HISTORY } from '#domain/sow/history.ts';
import { decodeSowRecord } from '#domain/sow/record.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { type EngagementRecord, readRecord, recordText } from './record.ts';

/** What opens records: the public keys. */
export interface SealReader {
  /** Whether only sealed records count, because public keys are set. */
  readonly required: boolean;
  /** Whether one of the public keys made this signature (base64url) for this message. */
  verify(message: string, signature: string): boolean;
}

/** What opens and seals records. */
export interface Seal extends SealReader {
  /** The signature as base64url; `null` where records are not sealed. @throws ConfigError when sealing is asked for and the private key is missing */
  sign(message: string): string | null;
}

/** Where no keys are set. */
export const UNSEALED: Seal = { required: false, verify: () => false, sign: () => null };

/**
 * What was found in the place of a record.
 *
 * `newborn`: sealed before its epic had an id. `unsealed`: written where no keys were set. `v1`: the lines of releases
 * before records.
 */
export type Opened =
  | {
      readonly kind: 'ok';
      readonly record: EngagementRecord;
      readonly as: 'sealed' | 'newborn' | 'unsealed' | 'v1';
    }
  /** There is none: nobody need have done anything wrong, editors lose invisible lines. */
  | { readonly kind: 'absent' }
  /** `record`: what an unsealed one says, for people who take it over. */
  | { readonly kind: 'damaged'; readonly reason: string; readonly record: EngagementRecord | null };

/** The place of a record: `epic 71`, `issue 501`. Global ids, which no rename and no move to another group changes. */
export function placeOf({ id, tracking }: Pick<ActualEpic, 'id' | 'tracking'>): string {
  return `${tracking === null ? 'epic' : 'issue'} ${id}`;
}

/** The place of a record whose epic is about to be made. */
export const NEWBORN = 'newborn';

/** Every line of ours that is no text for people, those of releases before records among them. */
const RECORD_LINES = /^[ \t]*<!--[ \t]*procession:(?:record|sow|rulings|state|drift)\b[^\r\n]*(?:\r?\n|$)/gm;
const LINE = /^[ \t]*<!--[ \t]*procession:record\b([^\r\n]*)$/m;
const PARTS = /^[ \t]+v1[ \t]+([A-Za-z0-9_-]+)[ \t]+([A-Za-z0-9_-]+)[ \t]*-->[ \t]*$/;
const CHECKSUM = /^[0-9a-f]{16}$/;
const SIGNATURE = /^[A-Za-z0-9_-]{86}$/;

/** The line that holds the record at this place. @throws ConfigError as {@link Seal.sign} */
export function recordLine(record: EngagementRecord, place: string, seal: Seal): string {
  const data = toBase64Url(recordText(record));
  return `<!-- procession:record v1 ${seal.sign(messageOf(place, data)) ?? checksum(data)} ${data} -->`;
}

/** A text without its record line: what two blocks are compared by. */
export function withoutRecordLine(text: string): string {
  return text.replaceAll(RECORD_LINES, '');
}

/** Tells whether two texts hold the same record, or both none. */
export function sameRecordLine(a: string, b: string): boolean {
  const lineOf = (text: string): string | undefined => LINE.exec(text)?.[1]?.trim();
  return lineOf(a) === lineOf(b);
}

/** Opens the record in a description or a note. @param place see {@link placeOf} */
export function openRecord(
  text: string,
  { place, key }: { readonly place: string; readonly key: EngagementKey },
  seal: SealReader,
): Opened {
  const line = LINE.exec(text);
  if (line === null) return openV1(text, key, seal);
  const [, signature = '', data = ''] = PARTS.exec(line[1] ?? '') ?? [];
  if (data === '') return damaged('the record is cut off or of a later version');
  const as = sealOf(signature, data, place, seal);
  const parsed = readRecord(fromBase64Url(data) ?? '');
  if (as === null) {
    const isOpen = signature === checksum(data) && parsed.kind === 'ok' && parsed.record.key === key;
    if (isOpen) return damaged('the record carries no seal', parsed.record);
    return damaged(
      seal.required
        ? 'the record was altered, or belongs to another place: its seal does not fit'
        : 'the record was edited by hand: its checksum does not fit',
    );
  }
  if (parsed.kind === 'unreadable') return damaged(`the record ${parsed.reason}`);
  if (parsed.record.key !== key) return damaged(`the record is that of ${parsed.record.key}`);
  return { kind: 'ok', record: parsed.record, as };
}

function sealOf(
  signature: string,
  data: string,
  place: string,
  seal: SealReader,
): 'sealed' | 'newborn' | 'unsealed' | null {
  if (CHECKSUM.test(signature)) return !seal.required && signature === checksum(data) ? 'unsealed' : null;
  if (seal.verify(messageOf(place, data), signature)) return 'sealed';
  if (seal.verify(messageOf(NEWBORN, data), signature)) return 'newborn';
  // Sealed once, and no keys are set any more.
  return seal.required || !SIGNATURE.test(signature) ? null : 'unsealed';
}

/** The three lines of releases before records, as one record. */
function openV1(text: string, key: EngagementKey, seal: SealReader): Opened {
  const sow = decodeSowRecord(text);
  if (sow.kind === 'absent') return sow;
  const marker = parseMarker(text);
  if (sow.kind === 'damaged') return damaged(sow.reason);
  if (marker === null || marker.engagement !== key) return { kind: 'absent' };
  const record: EngagementRecord = {
    key,
    process: marker.process,
    profile: marker.profile,
    version: null,
    rules: null,
    texts: null,
    revision: 0,
    sow: sow.sow,
    memory: decodeMemory(text),
    done: new Map(),
    rulings: decodeRulings(text),
    drift: decodeDriftMemory(text),
    baseline: new Map(),
    fellTo: new Map(),
    migrated: null,
    history: NO_HISTORY,
    proposals: [],
    occurrences: new Map(),
    hours: NO_HOURS,
    chain: [],
    handOver: null,
    handed: {},
    touches: new Map(),
    others: {},
  };
  return seal.required ? damaged('the record carries no seal', record) : { kind: 'ok', record, as: 'v1' };
}

function damaged(reason: string, record: EngagementRecord | null = null): Opened {
  return { kind: 'damaged', reason, record };
}

function messageOf(place: string, data: string): string {
  return ['procession record v1', place, data].join('\n');
}

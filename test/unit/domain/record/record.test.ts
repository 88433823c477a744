import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StepKey } from '#domain/base/keys.ts';
import { canonicalJson, fromBase64Url, toBase64Url } from '#domain/base/record-line.ts';
import { NO_HOURS } from '#domain/hours/memory.ts';
import { copyNote, needsCopy, newestCopy } from '#domain/record/copy.ts';
import {
  NEWBORN,
  openRecord,
  placeOf,
  recordLine,
  UNSEALED,
  withoutRecordLine,
} from '#domain/record/line.ts';
import { type EngagementRecord, lasting, readRecord, recordText, sameRecord } from '#domain/record/record.ts';
import { newMemory } from '#domain/recurring/memory.ts';
import { NO_RULINGS } from '#domain/rulings/rulings.ts';
import { NO_HISTORY } from '#domain/sow/history.ts';
import { encodeSowRecord } from '#domain/sow/record.ts';
import { createSeal, newKeyPair, readPrivateKey, readPublicKey } from '#seal/ed25519.ts';
import { aSow } from '#test/support/builders.ts';
import { PROOF, proofRuns } from '#test/support/proof.ts';

const pair = newKeyPair();
const seal = createSeal(
  [readPublicKey(pair.publicKey)].flatMap((key) => key ?? []),
  readPrivateKey(pair.privateKey),
);
const other = newKeyPair();
const foreign = createSeal(
  [readPublicKey(other.publicKey)].flatMap((key) => key ?? []),
  readPrivateKey(other.privateKey),
);

const HERE = { place: placeOf({ id: 71, tracking: null }), key: 'SOW-1042' };
const given = { by: 'mira', byId: 7, on: '2027-01-25', note: 900 };

function aRecord(changes: Partial<EngagementRecord> = {}): EngagementRecord {
  return {
    key: 'SOW-1042',
    process: 'delivery',
    profile: null,
    version: 1,
    rules: '9f2c51b07a3de418',
    texts: '1f0c9a3be2d4a871',
    revision: 3,
    sow: aSow(),
    memory: {
      issues: new Map<StepKey, number>([
        ['kick-off', 501],
        ['intake-aws', 502],
      ]),
      links: [{ from: 'kick-off', to: 'intake-aws' }],
      paused: false,
      moved: false,
    },
    baseline: new Map(),
    fellTo: new Map([['kick-off', 'mira']]),
    touches: new Map([
      ['intake-aws', { to: 'opened ready', at: '2027-01-25T09:00:00.000Z', undone: 2, wrongCloses: 1 }],
      [null, { to: 'opened', at: '2027-01-25T09:00:00.000Z', undone: 0, wrongCloses: 0 }],
    ]),
    done: new Map([['kick-off', { on: '2027-01-25', by: 'eli', how: 'rules' }]]),
    rulings: {
      ...NO_RULINGS,
      waivers: [{ step: 'intake-aws', reason: 'x', skip: true, used: false, ...given }],
    },
    hours: NO_HOURS,
    chain: [],
    handOver: null,
    handed: {},
    occurrences: new Map([['project-calls', newMemory('2027-01-25', [])]]),
    drift: { healed: new Set(['kick-off:epic']), asked: new Set() },
    migrated: null,
    history: NO_HISTORY,
    proposals: [],
    others: { invoices: { sent: 12 } },
    ...changes,
  };
}

describe('domain/record', () => {
  it('is read back as it was written, with what a newer release has added', () => {
    expect(readRecord(recordText(aRecord()))).toEqual({ kind: 'ok', record: aRecord() });
    expect(recordText(aRecord())).toContain('"invoices":{"sent":12}');
  });

  it('is of an unknown format to this release when the number has grown', () => {
    const later = recordText(aRecord()).replace('"format":1', '"format":2');

    expect(readRecord(later)).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('format'),
    });
  });

  it('says the same whatever its revision, and something else after a ruling', () => {
    expect(sameRecord(aRecord(), aRecord({ revision: 9 }))).toBe(true);
    expect(sameRecord(aRecord(), aRecord({ rulings: NO_RULINGS }))).toBe(false);
  });
});

describe('the line of a record', () => {
  it('opens in its place, sealed', () => {
    const line = recordLine(aRecord(), HERE.place, seal);

    expect(openRecord(`text\n  ${line}\n<!-- procession:end -->`, HERE, seal)).toEqual({
      kind: 'ok',
      as: 'sealed',
      record: aRecord(),
    });
    expect(withoutRecordLine(`text\n${line}`)).toBe('text\n');
  });

  it('opens nowhere else, for nobody else and not under another key', () => {
    const line = recordLine(aRecord(), HERE.place, seal);

    expect(openRecord(line, { ...HERE, place: 'epic 72' }, seal)).toMatchObject({ kind: 'damaged' });
    expect(openRecord(line, { ...HERE, place: 'issue 71' }, seal)).toMatchObject({ kind: 'damaged' });
    expect(openRecord(line, { ...HERE, key: 'SOW-1' }, seal)).toMatchObject({ kind: 'damaged' });
    expect(openRecord(line, HERE, foreign)).toMatchObject({ kind: 'damaged' });
  });

  it('opens before its epic has an id, and is known to be that', () => {
    const line = recordLine(aRecord(), NEWBORN, seal);

    expect(openRecord(line, HERE, seal)).toMatchObject({ kind: 'ok', as: 'newborn' });
  });

  it('needs no seal where no keys are set, and counts for nothing without one where they are', () => {
    const line = recordLine(aRecord(), HERE.place, UNSEALED);

    expect(openRecord(line, HERE, UNSEALED)).toMatchObject({ kind: 'ok', as: 'unsealed' });
    expect(openRecord(line, HERE, seal)).toEqual({
      kind: 'damaged',
      reason: 'the record carries no seal',
      record: aRecord(),
    });
  });

  it('takes the lines of earlier releases for a record, where no keys are set', () => {
    const text = [
      '<!-- procession:epic v1 SOW-1042 delivery profile=strict -->',
      encodeSowRecord(aSow()),
      '<!-- procession:state v1 paused kick-off=501 | -->',
      '<!-- procession:end -->',
    ].join('\n');

    expect(openRecord(text, HERE, UNSEALED)).toMatchObject({
      kind: 'ok',
      as: 'v1',
      record: { process: 'delivery', profile: 'strict', revision: 0, rules: null, memory: { paused: true } },
    });
    expect(openRecord(text, HERE, seal)).toMatchObject({ kind: 'damaged', record: { process: 'delivery' } });
    expect(openRecord('nothing of ours', HERE, seal)).toEqual({ kind: 'absent' });
  });

  it('never opens after any change of it: letters, cuts, splices of two, forged contents', PROOF, () => {
    const line = recordLine(aRecord(), HERE.place, seal);
    const newer = recordLine(aRecord({ revision: 4, rulings: NO_RULINGS }), HERE.place, seal);
    const genuine = [aRecord(), aRecord({ revision: 4, rulings: NO_RULINGS })].map(recordText);
    const letter = fc.tuple(fc.nat(line.length - 1), fc.constantFrom(...'ABCabc019_- '.split('')));
    const attack = fc.oneof(
      letter.map(([at, sign]) => line.slice(0, at) + sign + line.slice(at + 1)),
      fc.nat(line.length - 1).map((at) => line.slice(0, at)),
      fc.nat(line.length - 1).map((at) => line.slice(0, at) + newer.slice(at)),
      fc.record({ by: fc.string(), step: fc.constantFrom('kick-off', 'intake-aws') }).map(({ by, step }) => {
        const [, , , signature = '', data = ''] = line.split(' ');
        const forged = JSON.parse(fromBase64Url(data) ?? '{}') as { rulings: { waivers: object[] } };
        forged.rulings.waivers = [{ ...given, by, step, reason: 'r', skip: true, used: false }];
        return line.replace(data, toBase64Url(canonicalJson(forged))).replace(signature, signature);
      }),
    );
    fc.assert(
      fc.property(attack, (text) => {
        const opened = openRecord(text, HERE, seal);
        // A changed blank around the line, or a letter put where it was, changes nothing that was signed.
        expect([null, ...genuine]).toContain(opened.kind === 'ok' ? recordText(opened.record) : null);
      }),
      proofRuns(200),
    );
  });
});

describe('the protected copy', () => {
  it('holds what cannot be made again, and the newest valid one counts whoever wrote it', () => {
    const old = { body: copyNote(aRecord({ revision: 1 }), HERE.place, seal) };
    const newest = { body: copyNote(aRecord({ revision: 5 }), HERE.place, seal) };
    const elsewhere = { body: copyNote(aRecord({ revision: 9 }), 'epic 72', seal) };
    const forged = { body: copyNote(aRecord({ revision: 8 }), HERE.place, foreign) };
    const unsealed = { body: copyNote(aRecord({ revision: 7 }), HERE.place, UNSEALED) };

    expect(newestCopy([newest, old, elsewhere, forged, unsealed, { body: 'hello' }], HERE, seal)).toEqual(
      lasting(aRecord({ revision: 5 })),
    );
    expect(newestCopy([elsewhere, forged], HERE, seal)).toBeNull();
    expect(lasting(aRecord()).rulings.waivers).toHaveLength(1);
    expect(lasting(aRecord()).memory.issues.size).toBe(0);
  });

  it('is written anew for a ruling or an amendment, never because a step was closed', () => {
    const closed = aRecord({ done: new Map() });
    const amended = aRecord({ sow: { ...aSow(), engagement: 'Another' } });

    expect(needsCopy(aRecord(), closed)).toBe(false);
    expect(needsCopy(aRecord(), amended)).toBe(true);
    expect(needsCopy(aRecord(), aRecord({ rulings: NO_RULINGS }))).toBe(true);
    expect(needsCopy(null, aRecord())).toBe(true);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '#domain/base/record-line.ts';
import { decodeSowRecord, encodeSowRecord } from '#domain/sow/record.ts';
import { Sow } from '#domain/sow/sow.ts';

function aSow(changes: Partial<Sow> = {}): Sow {
  return Sow.parse({
    sow: { number: 'SOW-1042', signed_on: '2026-02-20' },
    customer: { name: 'Ørsted & Søn – 東京 \u{1F680}' },
    engagement: 'GitLab on AWS',
    stage: 'closed_won',
    closed_won_on: '2026-03-01',
    type: 't&m',
    deployment: 'aws',
    deliverables: [{ title: 'Reference architecture' }],
    contacts: { customer: { main: { name: 'Ada --> <!-- x' } } },
    ...changes,
  });
}

const RECORD = encodeSowRecord(aSow());

describe('domain/sow-record', () => {
  it('writes one comment line that holds nothing but harmless characters', () => {
    expect(RECORD).toMatch(/^<!-- procession:sow v1 [0-9a-f]{16} [A-Za-z0-9_-]+ -->$/);
  });

  it('reads back what it wrote, from the middle of a description with any line breaks', () => {
    expect(decodeSowRecord(RECORD)).toEqual({ kind: 'ok', sow: aSow() });
    expect(decodeSowRecord(`a\r\n  ${RECORD}  \r\nb`)).toEqual({ kind: 'ok', sow: aSow() });
  });

  it('writes equal SOWs equally', () => {
    const { sow, customer, ...rest } = aSow();

    expect(encodeSowRecord({ hours: undefined, ...rest, customer, sow })).toBe(RECORD);
  });

  it('sorts keys by code unit and leaves out undefined', () => {
    expect(canonicalJson({ b: [{ z: 1, a: null }], B: 'x', a: undefined })).toBe(
      '{"B":"x","b":[{"a":null,"z":1}]}',
    );
  });

  it('uses FNV-1a with its published values', () => {
    // Reference: 64-bit FNV-1a computed with BigInt from the published prime and offset.
    const data = RECORD.split(' ')[4] ?? '';
    let expected = 0xcbf29ce484222325n;
    for (const character of data)
      expected = ((expected ^ BigInt(character.codePointAt(0) ?? 0)) * 0x100000001b3n) % 2n ** 64n;

    expect(RECORD.split(' ')[3]).toBe(expected.toString(16).padStart(16, '0'));
  });

  it.each([
    ['', 'absent'],
    ['procession:sow v1', 'absent'],
    [`text ${RECORD}`, 'absent'],
    [RECORD.replace('v1', 'v2'), 'damaged'],
    [RECORD.slice(0, -20), 'damaged'],
    [RECORD.replace(' -->', '\n-->'), 'damaged'],
    ['<!-- procession:sow -->', 'damaged'],
    ['<!-- procession:sow v1 0000000000000000 e30 -->', 'damaged'],
  ])('finds %j to be %s', (text, kind) => {
    expect(decodeSowRecord(text).kind).toBe(kind);
  });

  it('does not adopt data that does not fit the schema, even with a correct checksum', () => {
    const forged = encodeSowRecord({ ...aSow(), deployment: 'moon' } as unknown as Sow);

    expect(decodeSowRecord(forged)).toMatchObject({
      kind: 'damaged',
      reason: expect.stringContaining('deployment'),
    });
  });

  it('survives any text in any field', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const sow = aSow({ assumptions: [`x${text.toWellFormed()}y`.trim()] });
        expect(decodeSowRecord(encodeSowRecord(sow))).toEqual({ kind: 'ok', sow });
      }),
    );
  });

  it('never reads a changed record as other data', () => {
    fc.assert(
      fc.property(fc.nat(RECORD.length - 1), fc.string({ maxLength: 3 }), fc.nat(3), (at, insert, remove) => {
        const changed = RECORD.slice(0, at) + insert + RECORD.slice(at + remove);
        const read = decodeSowRecord(changed);
        expect(read).toEqual(read.kind === 'ok' ? { kind: 'ok', sow: aSow() } : read);
      }),
      { numRuns: 3_000 },
    );
  });

  it('carries a SOW of a megabyte', () => {
    const sow = aSow({
      assumptions: Array.from({ length: 100 }, (_, index) => `${index} ${'é'.repeat(9_000)}`),
    });

    expect(decodeSowRecord(encodeSowRecord(sow))).toEqual({ kind: 'ok', sow });
  });
});

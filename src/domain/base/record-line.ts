/**
 * Data of ours kept in a description as one HTML comment line: `<!-- procession:<name> v1 <checksum> <base64url of
 * canonical JSON> -->`. Canonical (sorted keys, nothing undefined), so equal values give equal lines and an unchanged
 * value is no write.
 *
 * The checksum is FNV-1a, 64 bits, over the base64url text: it notices a hand edit or a cut-off line. It does not
 * stop somebody who recomputes it; who may edit the epic may change the engagement anyway.
 *
 * @see http://www.isthe.com/chongo/tech/comp/fnv/
 */

/** Which record a line holds: the SOW, or what people have ruled by comment. */
export type RecordName = 'sow' | 'rulings';

/** What {@link decodeRecord} found. `damaged` is reported to people and never adopted. */
export type RecordRead =
  | { readonly kind: 'ok'; readonly value: unknown }
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly reason: string };

const RECORD_LINES: Readonly<Record<RecordName, RegExp>> = {
  sow: /^[ \t]*<!--[ \t]*procession:sow\b([^\r\n]*)$/m,
  rulings: /^[ \t]*<!--[ \t]*procession:rulings\b([^\r\n]*)$/m,
};
const RECORD = /^[ \t]+v1[ \t]+([0-9a-f]{16})[ \t]+([A-Za-z0-9_-]+)[ \t]*-->[ \t]*$/;

export function encodeRecord(name: RecordName, value: unknown): string {
  const data = toBase64Url(canonicalJson(value));
  return `<!-- procession:${name} v1 ${checksum(data)} ${data} -->`;
}

/** Reads the first line of this record in a text. A line that was edited, cut off or written by another version is `damaged`. */
export function decodeRecord(name: RecordName, text: string): RecordRead {
  const line = RECORD_LINES[name].exec(text);
  if (line === null) return { kind: 'absent' };
  const [, found = '', data = ''] = RECORD.exec(line[1] ?? '') ?? [];
  if (data === '') return { kind: 'damaged', reason: 'is cut off or of another version' };
  if (checksum(data) !== found)
    return { kind: 'damaged', reason: 'was edited by hand: its checksum does not fit' };
  const value = parseJson(data);
  return value === undefined ? { kind: 'damaged', reason: 'cannot be read' } : { kind: 'ok', value };
}

/** JSON with sorted keys and without undefined fields: equal values give equal texts, whatever the order they were built in. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const record = value as Readonly<Record<string, unknown>>;
    let fields = '';
    for (const name of Object.keys(record).toSorted()) {
      const field = record[name];
      if (field === undefined) continue;
      fields += `${fields === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(field)}`;
    }
    return `{${fields}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(fromBase64Url(data) ?? '');
  } catch {
    return undefined;
  }
}

/** FNV-1a, 64 bits, as 16 hexadecimal digits. Two 32-bit halves: BigInt would be 30 times slower on a megabyte. */
export function checksum(text: string): string {
  // Four parts of 16 bits, the lowest last: every product stays a small integer. No lists: one a character costs ten times as much.
  let a = 0xcbf2;
  let b = 0x9ce4;
  let c = 0x8422;
  let d = 0x2325;
  for (let at = 0; at < text.length; at += 1) {
    d ^= text.charCodeAt(at);
    // times 0x00000100_000001b3, modulo 2^64
    const p = d * 0x1b3;
    const q = c * 0x1b3 + (p >>> 16);
    const r = b * 0x1b3 + (d << 8) + (q >>> 16);
    const s = a * 0x1b3 + (c << 8) + (r >>> 16);
    a = s & 0xffff;
    b = r & 0xffff;
    c = q & 0xffff;
    d = p & 0xffff;
  }
  return [a, b, c, d].map((part) => part.toString(16).padStart(4, '0')).join('');
}

/** A text as base64url of its UTF-8 bytes, without padding. */
export function toBase64Url(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCodePoint(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The text in base64url; `null` when it is none, or not UTF-8. */
export function fromBase64Url(data: string): string | null {
  try {
    const binary = atob(data.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

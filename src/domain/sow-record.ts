/**
 * The SOW as it is kept in the epic, so that CI jobs and a service without memory can reconcile from GitLab alone.
 */
import { Sow } from './sow.ts';

/** What {@link decodeSowRecord} found. `damaged` is reported to people and never adopted. */
export type SowRecord =
  | { readonly kind: 'ok'; readonly sow: Sow }
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly reason: string };

const RECORD_LINE = /^[ \t]*<!--[ \t]*procession:sow\b([^\r\n]*)$/m;
const RECORD = /^[ \t]+v1[ \t]+([0-9a-f]{16})[ \t]+([A-Za-z0-9_-]+)[ \t]*-->[ \t]*$/;

/**
 * One HTML comment line: `<!-- procession:sow v1 <checksum> <base64url of canonical JSON> -->`.
 * Canonical (sorted keys, nothing undefined), so equal SOWs give equal lines and an unchanged SOW is no write.
 *
 * The checksum is FNV-1a, 64 bits, over the base64url text: it notices a hand edit or a cut-off line. It does not
 * stop somebody who recomputes it; who may edit the epic may change the engagement anyway.
 *
 * @see http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function encodeSowRecord(sow: Sow): string {
  const data = toBase64Url(utf8Bytes(canonicalJson(sow)));
  return `<!-- procession:sow v1 ${checksum(data)} ${data} -->`;
}

/**
 * Reads the first record line of a text. A record that was edited, cut off, written by another version, or no longer fits
 * the schema is `damaged`: the engagement is left as it is and somebody is told.
 */
export function decodeSowRecord(text: string): SowRecord {
  const line = RECORD_LINE.exec(text);
  if (line === null) return { kind: 'absent' };
  const [, found = '', data = ''] = RECORD.exec(line[1] ?? '') ?? [];
  if (data === '') return { kind: 'damaged', reason: 'the SOW record is cut off or of another version' };
  if (checksum(data) !== found)
    return { kind: 'damaged', reason: 'the SOW record was edited by hand: its checksum does not fit' };
  const json = parseJson(data);
  if (json === undefined) return { kind: 'damaged', reason: 'the SOW record cannot be read' };
  const sow = Sow.safeParse(json);
  if (!sow.success) {
    const [issue] = sow.error.issues;
    return {
      kind: 'damaged',
      reason: `the SOW record does not fit the schema at ${issue?.path.join('.')}: ${issue?.message}`,
    };
  }
  return { kind: 'ok', sow: sow.data };
}

/** JSON with sorted keys and without undefined fields: equal values give equal texts, whatever the order they were built in. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
    return `{${fields.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(utf8Text(fromBase64Url(data)));
  } catch {
    return undefined;
  }
}

/** FNV-1a, 64 bits, as 16 hexadecimal digits. Two 32-bit halves: BigInt would be 30 times slower on a megabyte. */
export function checksum(text: string): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let at = 0; at < text.length; at += 1) {
    low = (low ^ text.charCodeAt(at)) >>> 0;
    // (high, low) * 0x00000100_000001b3 modulo 2^64
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + (low << 8) + Math.floor(product / 2 ** 32)) >>> 0;
    low = product >>> 0;
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

function utf8Bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function utf8Text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCodePoint(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.codePointAt(0) ?? 0);
}

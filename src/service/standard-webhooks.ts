/** The part of Standard Webhooks that the headers alone decide: who claims what, signed when, and in which scheme. */

/** Looks up a header by its name in lower case; `undefined` for one that the request does not have. */
export type ReadHeader = (name: string) => string | undefined;

/** Claim in the headers of a signed delivery, unproven until the signature is checked. */
export interface SignedClaim {
  /** `webhook-id`, which a sender repeats when sending again. */
  readonly id: string;
  /** `webhook-timestamp` exactly as sent, because the signature covers those characters. */
  readonly timestamp: string;
  /** The `v1` signatures of the header, 32 bytes each; several while the sender changes keys. */
  readonly signatures: readonly Buffer[];
}

/** Claim of the headers, or the reason why there is none. */
export type ReadClaim =
  | { readonly kind: 'claim'; readonly claim: SignedClaim }
  | { readonly kind: 'refused'; readonly why: string };

/** Seconds that sender and receiver may disagree, either way, both ends included. */
const TOLERANCE_SECONDS = 5 * 60;

/** More signatures than any change of keys needs; each costs a comparison. */
const MOST_SIGNATURES = 16;

/** HMAC-SHA256 is 32 bytes, which is 44 characters of base64. Anything else was not made by this scheme. */
const V1_SIGNATURE = /^v1,([A-Za-z0-9+/]{43}=)$/;

/** Seconds since 1970, written in the one way there is. Twelve digits last for 30,000 years. */
const TIMESTAMP = /^(?:0|[1-9]\d{0,11})$/;

/** What the specification allows in an identifier, and short enough to keep. */
const ID = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads `webhook-id`, `webhook-timestamp` and `webhook-signature`. Signatures of other versions are passed over.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function readClaim(header: ReadHeader, nowSeconds: number): ReadClaim {
  const signature = header('webhook-signature');
  const id = header('webhook-id');
  const timestamp = header('webhook-timestamp');
  if (signature === undefined || signature === '') return refused('no signature');
  if (id === undefined || !ID.test(id)) return refused('no webhook-id');
  if (timestamp === undefined || !TIMESTAMP.test(timestamp)) return refused('no webhook-timestamp');
  const ageSeconds = Math.floor(nowSeconds) - Number(timestamp);
  if (ageSeconds > TOLERANCE_SECONDS) return refused('timestamp too old');
  if (ageSeconds < -TOLERANCE_SECONDS) return refused('timestamp in the future');
  const signatures = readSignatures(signature);
  return signatures.length === 0
    ? refused('no v1 signature')
    : { kind: 'claim', claim: { id, timestamp, signatures } };
}

function refused(why: string): ReadClaim {
  return { kind: 'refused', why };
}

/** The header is a list with blanks between; a proxy that joins two such headers puts a comma there too. */
function readSignatures(header: string): readonly Buffer[] {
  const signatures: Buffer[] = [];
  for (const part of header.split(/,? +/, MOST_SIGNATURES)) {
    const base64 = V1_SIGNATURE.exec(part)?.[1];
    if (base64 !== undefined) signatures.push(Buffer.from(base64, 'base64'));
  }
  return signatures;
}

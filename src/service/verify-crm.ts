/** Proves that our CRM sent a delivery: Standard Webhooks, by the library of its authors. */
import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Secret } from '#domain/base/secret.ts';
import { signingKey } from './signing-key.ts';
import { readClaim, type SignedClaim } from './standard-webhooks.ts';
import type { Verify } from './verdict.ts';

/**
 * All secrets are good at once. The library's own `verify` reads the clock of the process and parses the body, so
 * only its signature is used; what the headers say is checked by {@link readClaim}.
 *
 * @param secrets signing tokens, `whsec_…`; others prove nothing and are passed over
 * @see https://www.standardwebhooks.com/
 */
export function createVerifyCrm(secrets: readonly Secret[]): Verify {
  const signers = secrets.flatMap((secret) => {
    const key = signingKey(secret.reveal());
    return key === null ? [] : [new Webhook(key, { format: 'raw' })];
  });
  return (header, nowSeconds) => {
    const read = readClaim(header, nowSeconds);
    if (read.kind === 'refused') return read;
    const { claim } = read;
    return {
      kind: 'signed',
      id: claim.id,
      check(body) {
        const text = decode(body);
        if (text === null) return 'not-utf-8';
        return isSignedBy(signers, claim, text) ? 'authentic' : 'unauthentic';
      },
    };
  };
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The library signs text. Decoding must lose nothing, or other bytes would have the same signature. */
function decode(body: Buffer): string | null {
  try {
    return UTF_8.decode(body);
  } catch {
    return null;
  }
}

function isSignedBy(signers: readonly Webhook[], claim: SignedClaim, text: string): boolean {
  const at = new Date(Number(claim.timestamp) * 1000);
  let matches = false;
  for (const signer of signers) {
    const mac = Buffer.from(signer.sign(claim.id, at, text).slice('v1,'.length), 'base64');
    for (const signature of claim.signatures) matches = timingSafeEqual(signature, mac) || matches;
  }
  return matches;
}

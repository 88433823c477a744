/**
 * Proves that GitLab sent a delivery: by a plain secret in a header, or by a signature. Secrets are turned into
 * digests and keys once; no value of theirs is kept.
 */
import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Secret } from '#domain/base/secret.ts';
import { isSigningToken, signingKey } from './signing-key.ts';
import { readClaim, type SignedClaim } from './standard-webhooks.ts';
import type { HeaderVerdict, Verify } from './verdict.ts';

/**
 * All secrets are good at once, so that they can be changed without losing a delivery. A signature header alone
 * decides where there is one: falling back to the token would let whoever learnt the token strip the signature.
 *
 * @param secrets plain secrets (`X-Gitlab-Token`) and signing tokens (`whsec_…`)
 * @see https://docs.gitlab.com/user/project/integrations/webhooks/
 */
export function createVerifyGitLab(secrets: readonly Secret[]): Verify {
  const values = secrets.map((secret) => secret.reveal());
  const digests = values.filter((value) => !isSigningToken(value)).map(digestOf);
  const keys = values.flatMap((value) => {
    const key = signingKey(value);
    // A prepared key makes a signature three times as fast to check as the bytes do.
    return key === null ? [] : [createSecretKey(key)];
  });

  return (header, nowSeconds) => {
    if (header('webhook-signature') === undefined) return checkToken(header('x-gitlab-token'), digests);
    if (keys.length === 0) return { kind: 'refused', why: 'signed, but no signing token is configured' };
    const read = readClaim(header, nowSeconds);
    if (read.kind === 'refused') return read;
    const { claim } = read;
    return {
      kind: 'signed',
      id: claim.id,
      check: (body) => (isSignedBy(keys, claim, body) ? 'authentic' : 'unauthentic'),
    };
  };
}

function checkToken(token: string | undefined, digests: readonly Buffer[]): HeaderVerdict {
  if (token === undefined || token === '') return { kind: 'refused', why: 'no token and no signature' };
  const digest = digestOf(token);
  // Every digest is looked at, also after a match: how long it takes says nothing.
  let matches = false;
  for (const known of digests) matches = timingSafeEqual(digest, known) || matches;
  return matches ? { kind: 'authentic' } : { kind: 'refused', why: 'wrong token' };
}

/** Digests are equally long whatever the secrets are, so that comparing them does not show a length. */
function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

function isSignedBy(keys: readonly KeyObject[], claim: SignedClaim, body: Buffer): boolean {
  const signed = `${claim.id}.${claim.timestamp}.`;
  let matches = false;
  for (const key of keys) {
    const mac = createHmac('sha256', key).update(signed).update(body).digest();
    for (const signature of claim.signatures) matches = timingSafeEqual(signature, mac) || matches;
  }
  return matches;
}

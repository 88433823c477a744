/** The form of signing tokens in Standard Webhooks. */
const PREFIX = 'whsec_';

/** Tells whether a secret is a signing token and not a plain one. */
export function isSigningToken(secret: string): boolean {
  return secret.startsWith(PREFIX);
}

/** The key inside `whsec_<base64>`; `null` when there is none. Also the base64 of URLs, with or without padding. */
export function signingKey(secret: string): Buffer | null {
  const base64 = secret.slice(PREFIX.length);
  if (!isSigningToken(secret) || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) return null;
  const key = Buffer.from(base64, 'base64');
  return key.length === 0 ? null : key;
}

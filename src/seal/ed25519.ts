/** Seals with Ed25519, by Node's own crypto: RFC 8032, keys as base64 of PKCS#8 (private) and SPKI (public) DER. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { ConfigError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import type { Seal } from '#domain/record/line.ts';

/** A pair as text: what `procession init` prints, once. */
export interface KeyPair {
  /** For `PROCESSION_SEAL_KEY`: secret. */
  readonly privateKey: string;
  /** For `seal.keys` in `procession.yml`. */
  readonly publicKey: string;
}

/** Makes a new pair. */
export function newKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  };
}

/** The private key in a text, `null` when the text is none. */
export function readPrivateKey(text: string): KeyObject | null {
  return ed25519(() => createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' }));
}

/** The public key in a text, `null` when the text is none. */
export function readPublicKey(text: string): KeyObject | null {
  return ed25519(() => createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }));
}

/** The public key that belongs to a private one, as it stands in `seal.keys`. */
export function publicKeyOf(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
}

/**
 * The seal of an installation from its settings.
 *
 * @throws ConfigError when the private key belongs to none of the public ones: whatever it sealed would count for nothing
 */
export function openSeal(publicKeys: readonly string[], privateKey: string | null): Seal {
  const own = privateKey === null ? null : readPrivateKey(privateKey);
  if (own !== null && publicKeys.length > 0 && !publicKeys.includes(publicKeyOf(own)))
    throw new ConfigError([
      problem(
        { at: 'PROCESSION_SEAL_KEY' },
        'belongs to none of the public keys under seal.keys in procession.yml',
        `Add its public key to seal.keys: ${publicKeyOf(own)}`,
      ),
    ]);
  return createSeal(
    publicKeys.flatMap((key) => readPublicKey(key) ?? []),
    own,
  );
}

/**
 * The seal of an installation.
 *
 * @param publicKeys of `seal.keys`; empty: nothing is sealed, and nothing need be
 * @param privateKey of `PROCESSION_SEAL_KEY`; `null`: records are opened, and sealing one is refused
 */
export function createSeal(publicKeys: readonly KeyObject[], privateKey: KeyObject | null): Seal {
  return {
    required: publicKeys.length > 0,
    verify: (message, signature) => {
      const bytes = Buffer.from(signature, 'base64url');
      return publicKeys.some((key) => verify(null, Buffer.from(message), key, bytes));
    },
    sign: (message) => {
      if (privateKey !== null) return sign(null, Buffer.from(message), privateKey).toString('base64url');
      if (publicKeys.length === 0) return null;
      throw new ConfigError(
        [
          problem(
            { at: 'PROCESSION_SEAL_KEY' },
            'is missing, and seal.keys in procession.yml asks for sealed records',
            'Give this job or service the private key (base64, also as PROCESSION_SEAL_KEY_FILE). Commands that only read, such as check, plan --note and explain, need none.',
          ),
        ],
        'Nothing can be written without the key that seals records:',
      );
    },
  };
}

function ed25519(read: () => KeyObject): KeyObject | null {
  try {
    const key = read();
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

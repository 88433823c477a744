import { describe, expect, it } from 'vitest';
import { ConfigError } from '#domain/base/errors.ts';
import { createSeal, newKeyPair, publicKeyOf, readPrivateKey, readPublicKey } from '#seal/ed25519.ts';

function keys(): {
  readonly secret: NonNullable<ReturnType<typeof readPrivateKey>>;
  readonly open: NonNullable<ReturnType<typeof readPublicKey>>;
} {
  const pair = newKeyPair();
  const [secret, open] = [readPrivateKey(pair.privateKey), readPublicKey(pair.publicKey)];
  if (secret === null || open === null) throw new Error('a new pair cannot be read');
  return { secret, open };
}

describe('seal/ed25519', () => {
  it('opens what its own private key has sealed, and nothing else', () => {
    const [ours, theirs] = [keys(), keys()];
    const seal = createSeal([ours.open], ours.secret);
    const signature = seal.sign('one message') ?? '';

    expect(seal.verify('one message', signature)).toBe(true);
    expect(seal.verify('another message', signature)).toBe(false);
    expect(seal.verify('one message', createSeal([], theirs.secret).sign('one message') ?? '')).toBe(false);
    expect(['', '!', 'AAAA', signature.slice(1)].map((text) => seal.verify('one message', text))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('opens with the old key and the new one while keys are changed', () => {
    const [before, after] = [keys(), keys()];
    const seal = createSeal([after.open, before.open], after.secret);

    expect(seal.verify('m', createSeal([], before.secret).sign('m') ?? '')).toBe(true);
    expect(seal.verify('m', seal.sign('m') ?? '')).toBe(true);
  });

  it('asks for no seal where no keys are set, and refuses to write unsealed where they are', () => {
    expect(createSeal([], null)).toMatchObject({ required: false });
    expect(createSeal([], null).sign('m')).toBeNull();
    const reading = createSeal([keys().open], null);
    expect(reading.required).toBe(true);
    expect(() => reading.sign('m')).toThrow(ConfigError);
    expect(() => reading.sign('m')).toThrow(/PROCESSION_SEAL_KEY/);
  });

  it('takes Ed25519 keys and nothing else, and knows the public key of a private one', () => {
    const pair = newKeyPair();
    const secret = readPrivateKey(pair.privateKey);

    expect(secret === null ? '' : publicKeyOf(secret)).toBe(pair.publicKey);
    expect(['', 'abc', pair.publicKey].map(readPrivateKey)).toEqual([null, null, null]);
    expect(['', 'abc', pair.privateKey].map(readPublicKey)).toEqual([null, null, null]);
  });
});

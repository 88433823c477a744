import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { Secret } from '#domain/base/secret.ts';
import { createVerifyGitLab } from '#service/verify-gitlab.ts';

const NOW = 1_780_000_000;
const BODY = '{"object_kind":"issue","title":"Müller ☃"}';
const KEY = randomBytes(32);
const TOKEN = `whsec_${KEY.toString('base64')}`;

type Headers = Record<string, string>;

/** Signed by the library of the authors of the scheme, not by us. */
function signed({ key = KEY, id = 'msg_1', at = NOW, body = BODY } = {}): Headers {
  const signature = new Webhook(key, { format: 'raw' }).sign(id, new Date(at * 1000), body);
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': signature };
}

function verdict(
  secrets: readonly string[],
  headers: Headers,
  body: string | Buffer = BODY,
  now = NOW,
): string {
  const verify = createVerifyGitLab(secrets.map((value) => new Secret(value)));
  const result = verify((name) => headers[name], now);
  if (result.kind === 'signed') return result.check(Buffer.from(body));
  return result.kind === 'refused' ? result.why : result.kind;
}

describe('service/verify-gitlab', () => {
  it('agrees with the library of Standard Webhooks', () => {
    for (const body of ['', '{}', BODY, 'x'.repeat(100_000)])
      expect(verdict([TOKEN], signed({ body }), body)).toBe('authentic');
  });

  it('takes several secrets of both kinds at once', () => {
    const old = randomBytes(32);
    const secrets = ['plain-one', TOKEN, 'plain-two', `whsec_${old.toString('base64')}`];

    expect(verdict(secrets, signed())).toBe('authentic');
    expect(verdict(secrets, signed({ key: old }))).toBe('authentic');
    expect(verdict(secrets, { 'x-gitlab-token': 'plain-one' })).toBe('authentic');
    expect(verdict(secrets, { 'x-gitlab-token': 'plain-two' })).toBe('authentic');
    expect(verdict(secrets, signed({ key: randomBytes(32) }))).toBe('unauthentic');
  });

  it('takes a signing token in the base64 of URLs, and without padding', () => {
    const token = `whsec_${KEY.toString('base64url')}`;

    expect(verdict([token], signed())).toBe('authentic');
  });

  it('does not take a signing token as a plain secret: whoever sees a key could sign with it', () => {
    expect(verdict([TOKEN], { 'x-gitlab-token': TOKEN })).toBe('wrong token');
  });

  it('lets a signature alone decide, even when no signing token is known', () => {
    expect(verdict(['plain'], { ...signed(), 'x-gitlab-token': 'plain' })).toMatch(/no signing token/u);
    expect(verdict(['plain', TOKEN], { 'webhook-signature': '', 'x-gitlab-token': 'plain' })).toBe(
      'no signature',
    );
  });

  it('refuses everything when there are no secrets', () => {
    expect(verdict([], { 'x-gitlab-token': '' })).toMatch(/^no token/u);
    expect(verdict([], { 'x-gitlab-token': 'x' })).toBe('wrong token');
    expect(verdict([], signed())).toMatch(/no signing token/u);
  });

  it('covers the raw bytes: two bodies that decode alike are not the same', () => {
    const lossy = Buffer.from([0x22, 0xff, 0x22]);
    const body = '"\u{FFFD}"';

    expect(verdict([TOKEN], signed({ body }), body)).toBe('authentic');
    expect(verdict([TOKEN], signed({ body }), lossy)).toBe('unauthentic');
  });

  it.each([
    [-301, 'timestamp too old'],
    [-300, 'authentic'],
    [-299, 'authentic'],
    [0, 'authentic'],
    [299, 'authentic'],
    [300, 'authentic'],
    [301, 'timestamp in the future'],
  ])('judges a timestamp %i s from now as: %s', (offset, expected) => {
    expect(verdict([TOKEN], signed({ at: NOW + offset }))).toBe(expected);
    // A fraction of a second more on our side changes nothing.
    expect(verdict([TOKEN], signed({ at: NOW + offset }), BODY, NOW + 0.9)).toBe(expected);
  });

  it.each(['', ' ', '-1', '1e9', '1780000000.5', '01780000000', '0x6a18', 'NaN', '9'.repeat(13), '١٧٨'])(
    'refuses the timestamp %j',
    (timestamp) => {
      expect(verdict([TOKEN], { ...signed(), 'webhook-timestamp': timestamp })).toBe('no webhook-timestamp');
    },
  );

  it.each(['', 'with blank', 'x'.repeat(256), 'bell\u{7}'])('refuses the id %j', (id) => {
    expect(verdict([TOKEN], { ...signed(), 'webhook-id': id })).toBe('no webhook-id');
  });

  it('finds the right signature among several, also when a proxy has joined two headers', () => {
    const good = signed();
    const wrong = `v1,${randomBytes(32).toString('base64')}`;
    const list = (...parts: string[]): Headers => ({ ...good, 'webhook-signature': parts.join(' ') });
    const right = good['webhook-signature'] ?? '';

    expect(verdict([TOKEN], list(wrong, right))).toBe('authentic');
    expect(verdict([TOKEN], list('v1a,ed25519', 'v2,abc', right))).toBe('authentic');
    expect(verdict([TOKEN], list(`${wrong},`, right))).toBe('authentic');
    expect(verdict([TOKEN], list(wrong, wrong))).toBe('unauthentic');
    expect(verdict([TOKEN], list(...Array.from({ length: 16 }, () => wrong), right))).toBe('unauthentic');
  });

  it.each([
    ['no version', (mac: string) => mac],
    ['an unknown version', (mac: string) => `v2,${mac}`],
    ['a version in capitals', (mac: string) => `V1,${mac}`],
    ['a cut signature', (mac: string) => `v1,${mac.slice(0, -4)}`],
    ['no padding', (mac: string) => `v1,${mac.slice(0, -1)}`],
    ['more behind it', (mac: string) => `v1,${mac}AAAA`],
    ['hexadecimal', (mac: string) => `v1,${Buffer.from(mac, 'base64').toString('hex')}`],
    ['nothing behind the version', () => 'v1,'],
  ])('refuses a signature with %s before the body is read', (_, write) => {
    const mac = (signed()['webhook-signature'] ?? '').slice(3);

    expect(verdict([TOKEN], { ...signed(), 'webhook-signature': write(mac) })).toBe('no v1 signature');
  });

  it('refuses every change of one byte of the body', () => {
    const bytes = Buffer.from(BODY);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(verdict([TOKEN], signed(), changed)).toBe('unauthentic');
    }
  });
});

import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { Secret } from '#domain/base/secret.ts';
import { createVerifyCrm } from '#service/verify-crm.ts';
import { createVerifyGitLab } from '#service/verify-gitlab.ts';

const NOW = 1_780_000_000;
const KEY = randomBytes(32);
const TOKEN = `whsec_${KEY.toString('base64')}`;

type Headers = Record<string, string>;

function signed(body: string, { key = KEY, id = 'deal-1', at = NOW } = {}): Headers {
  const signature = new Webhook(key, { format: 'raw' }).sign(id, new Date(at * 1000), body);
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': signature };
}

function verdict(secrets: readonly string[], headers: Headers, body: string | Buffer): string {
  const verify = createVerifyCrm(secrets.map((value) => new Secret(value)));
  const result = verify((name) => headers[name], NOW);
  if (result.kind === 'signed') return result.check(Buffer.from(body));
  return result.kind === 'refused' ? result.why : result.kind;
}

describe('service/verify-crm', () => {
  it('takes what the library signs, with any of several secrets', () => {
    const old = randomBytes(24);
    const secrets = [`whsec_${old.toString('base64')}`, TOKEN];

    for (const body of ['', '{"name":"Müller ☃ 👩‍🚀"}', '\u{FEFF}{}', 'x'.repeat(200_000)]) {
      expect(verdict(secrets, signed(body), body)).toBe('authentic');
      expect(verdict(secrets, signed(body, { key: old }), body)).toBe('authentic');
    }
  });

  it('agrees with our own check of GitLab deliveries', () => {
    const verify = createVerifyGitLab([new Secret(TOKEN)]);
    for (const body of ['{}', '{"a":"ü"}', '{}\n']) {
      const headers = signed('{}');
      const other = verify((name) => headers[name], NOW);
      expect(other.kind === 'signed' && other.check(Buffer.from(body))).toBe(verdict([TOKEN], headers, body));
    }
  });

  it('takes no plain secret, and knows no secret that is none', () => {
    expect(verdict([TOKEN], { 'x-gitlab-token': TOKEN }, '{}')).toBe('no signature');
    expect(verdict(['plain', 'whsec_', 'whsec_!!'], signed('{}'), '{}')).toBe('unauthentic');
  });

  it('keeps to the window of five minutes by the clock it is given, not by that of the process', () => {
    expect(verdict([TOKEN], signed('{}', { at: NOW - 299 }), '{}')).toBe('authentic');
    expect(verdict([TOKEN], signed('{}', { at: NOW + 299 }), '{}')).toBe('authentic');
    expect(verdict([TOKEN], signed('{}', { at: NOW - 301 }), '{}')).toBe('timestamp too old');
    expect(verdict([TOKEN], signed('{}', { at: NOW + 301 }), '{}')).toBe('timestamp in the future');
  });

  it('says so when a body is not UTF-8, because its signature cannot be checked', () => {
    const latin1 = Buffer.from('{"name":"Müller"}', 'latin1');

    expect(verdict([TOKEN], signed('{"name":"M\u{FFFD}ller"}'), latin1)).toBe('not-utf-8');
  });

  it('refuses another body, another id and another key', () => {
    expect(verdict([TOKEN], signed('{}'), '{ }')).toBe('unauthentic');
    expect(verdict([TOKEN], { ...signed('{}'), 'webhook-id': 'deal-2' }, '{}')).toBe('unauthentic');
    expect(verdict([TOKEN], signed('{}', { key: randomBytes(32) }), '{}')).toBe('unauthentic');
  });
});

import { describe, expect, it } from 'vitest';
import { requestIdOf, toDedupeKey } from '#service/request-id.ts';

const idOf = (headers: Record<string, string>): string =>
  requestIdOf(
    (name) => headers[name],
    () => 'new',
  );

describe('service/request-id', () => {
  it('takes the id that the sender shows, the most particular first', () => {
    const all = { 'x-gitlab-webhook-uuid': 'uuid-1', 'webhook-id': 'msg_1', 'x-request-id': 'proxy:1' };

    expect(idOf(all)).toBe('uuid-1');
    expect(idOf({ ...all, 'x-gitlab-webhook-uuid': 'not an id' })).toBe('msg_1');
    expect(idOf({ 'x-request-id': 'proxy:1' })).toBe('proxy:1');
  });

  it.each(['', ' ', 'a b', 'a\nb', '{"level":50}', 'x'.repeat(101), '-rf', '\u{1b}[31m', 'ü', '<script>'])(
    'makes a new one instead of %j',
    (value) => {
      expect(idOf({ 'x-gitlab-webhook-uuid': value })).toBe('new');
    },
  );

  it('keeps keys that are short and plain, and only the digest of others', () => {
    expect(toDedupeKey('f5e5f430-f57b-4e6e-9fac-d9128cd7232f')).toBe('f5e5f430-f57b-4e6e-9fac-d9128cd7232f');
    expect(toDedupeKey('x'.repeat(201))).toMatch(/^sha256:[0-9a-f]{64}$/u);
    expect(toDedupeKey('a b')).not.toBe(toDedupeKey('a  b'));
  });
});

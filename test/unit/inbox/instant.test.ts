import { describe, expect, it } from 'vitest';
import { InvariantError } from '#domain/base/errors.ts';
import { toInstant, toMillis } from '#inbox/instant.ts';

describe('instant', () => {
  it('reads the same instant from different writings', () => {
    const writings = ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z', '2026-01-02T04:04:05+01:00'];

    expect(new Set(writings.map(toMillis)).size).toBe(1);
    expect(toInstant(toMillis('2026-01-02T03:04:05Z'))).toBe('2026-01-02T03:04:05.000Z');
  });

  it('refuses what is no instant', () => {
    expect(() => toMillis('yesterday')).toThrow(InvariantError);
  });
});

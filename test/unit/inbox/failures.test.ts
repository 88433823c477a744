import { describe, expect, it } from 'vitest';
import { ConfigError, InvariantError } from '#domain/base/errors.ts';
import { InboxUnavailableError } from '#inbox/inbox-unavailable-error.ts';
import { toPostgresFailure, toPostgresOpenFailure } from '#inbox/postgres-failure.ts';
import { toConfigError, toUnavailable } from '#inbox/sqlite-failure.ts';

function sqliteError(errcode: number): Error {
  return Object.assign(new Error('as SQLite says it'), { code: 'ERR_SQLITE_ERROR', errcode });
}

function postgresError(code: string): Error {
  return Object.assign(new Error('as PostgreSQL says it'), { code });
}

describe('toUnavailable', () => {
  it.each([
    [5, /another process keeps the database locked/],
    [261, /locked/],
    [8, /cannot be written/],
    [10, /disk failed/],
    [11, /damaged/],
    [13, /disk is full/],
    [26, /not an SQLite database/],
    [1, /as SQLite says it/],
  ])('names file and reason for SQLite result %i', (errcode, reason) => {
    const error = toUnavailable(sqliteError(errcode), 'data/procession.db');

    expect(error).toBeInstanceOf(InboxUnavailableError);
    expect(error).toMatchObject({ disposition: 'retry', message: expect.stringMatching(reason) as string });
    expect(String(error)).toContain('data/procession.db');
  });

  it('leaves a mistake of ours as it is', () => {
    const mistake = new TypeError('x is not a function');

    expect(toUnavailable(mistake, 'f')).toBe(mistake);
  });
});

describe('toConfigError', () => {
  it('says what to do about a folder that cannot be written', () => {
    const error = toConfigError(
      Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }),
      'f.db',
    );

    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(/f\.db: .*EACCES.*Fix: Let the user that runs Procession/);
  });
});

describe('toPostgresFailure', () => {
  it.each(['57P01', '08006', '53100', '53300', '40P01', 'ECONNREFUSED', 'ECONNRESET', ''])(
    'asks to try again for %j',
    (code) => {
      expect(toPostgresFailure(postgresError(code))).toBeInstanceOf(InboxUnavailableError);
    },
  );

  it.each(['22021', '23514', '54000'])('blames the data for %s', (code) => {
    expect(toPostgresFailure(postgresError(code))).toBeInstanceOf(InvariantError);
  });

  it('shows every address that was tried', () => {
    const tried = new AggregateError([postgresError('ECONNREFUSED'), new Error('other')], '');

    expect(toPostgresFailure(tried).message).toContain('as PostgreSQL says it; other');
  });
});

describe('toPostgresOpenFailure', () => {
  it.each(['28P01', '3D000', '42501', '25006'])('stops for %s', (code) => {
    expect(toPostgresOpenFailure(postgresError(code))).toBeInstanceOf(ConfigError);
  });

  it('asks to try again while the server starts', () => {
    expect(toPostgresOpenFailure(postgresError('57P03'))).toBeInstanceOf(InboxUnavailableError);
  });
});

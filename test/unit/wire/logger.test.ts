import { describe, expect, it } from 'vitest';
import type { LogLevel } from '#config/environment.ts';
import type { Logger } from '#ports/logger.ts';
import { openLogger } from '#wire/logger.ts';

async function lines(level: LogLevel, log: (logger: Logger) => void): Promise<readonly unknown[]> {
  const written: string[] = [];
  log(await openLogger(level, { write: (text) => written.push(text) }));
  return written.map((line) => JSON.parse(line));
}

describe('wire/logger', () => {
  it('writes one JSON object a line from its level up', async () => {
    const written = await lines('warn', (logger) => {
      logger.info('nothing');
      logger.warn('slow', { ms: 1200 });
      logger.error('broken', { reason: new RangeError('too far') });
    });

    expect(written).toEqual([
      { time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), level: 'warn', message: 'slow', ms: 1200 },
      {
        time: expect.any(String),
        level: 'error',
        message: 'broken',
        reason: { name: 'RangeError', message: 'too far' },
      },
    ]);
  });

  it('leaves out what is called a secret, at any depth', async () => {
    const [line] = await lines('debug', (logger) =>
      logger.debug('request', {
        token: 'a',
        request: { headers: { 'PRIVATE-TOKEN': 'b', Authorization: 'c', accept: 'json' } },
      }),
    );

    expect(line).toMatchObject({
      token: '[removed]',
      request: { headers: { 'PRIVATE-TOKEN': '[removed]', Authorization: '[removed]', accept: 'json' } },
    });
  });

  it('writes nothing where it is to be silent', async () => {
    expect(await lines('silent', (logger) => logger.error('broken'))).toEqual([]);
  });
});

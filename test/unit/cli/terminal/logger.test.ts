import { describe, expect, it } from 'vitest';
import { createLogger, logLevelOf } from '#cli/terminal/logger.ts';

function lines(
  level: Parameters<typeof createLogger>[1],
  log: (logger: ReturnType<typeof createLogger>) => void,
): readonly unknown[] {
  const written: string[] = [];
  log(createLogger({ write: (text) => written.push(text) }, level, () => '2026-11-23T12:00:00.000Z'));
  return written.map((line) => JSON.parse(line));
}

describe('cli/logger', () => {
  it('writes one JSON object a line from its level up', () => {
    const written = lines('warn', (logger) => {
      logger.info('nothing');
      logger.warn('slow', { ms: 1200 });
      logger.error('broken', { reason: new RangeError('too far') });
    });

    expect(written).toEqual([
      { time: '2026-11-23T12:00:00.000Z', level: 'warn', message: 'slow', ms: 1200 },
      {
        time: '2026-11-23T12:00:00.000Z',
        level: 'error',
        message: 'broken',
        reason: { name: 'RangeError', message: 'too far' },
      },
    ]);
  });

  it('leaves out what is called a secret, at any depth', () => {
    const [line] = lines('debug', (logger) =>
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

  it('is silent for commands unless told otherwise', () => {
    expect([undefined, '', 'nonsense'].map(logLevelOf)).toEqual(['silent', 'silent', 'silent']);
    expect(['TRACE', ' info ', 'fatal'].map(logLevelOf)).toEqual(['debug', 'info', 'error']);
  });
});

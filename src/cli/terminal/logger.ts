import type { Logger } from '#ports/logger.ts';
import type { TextStream } from './io.ts';

/** From most to least. `silent` writes nothing. */
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const SECRET_NAME = /token|secret|password|authorization|cookie/i;

/**
 * Log lines as JSON, one object a line: `{"time":…,"level":…,"message":…,…data}`. Values whose name sounds like a
 * secret are left out, errors are reduced to name, code and message.
 */
export function createLogger(stream: TextStream, level: LogLevel, now: () => string): Logger {
  const lowest = LOG_LEVELS.indexOf(level);
  function writer(own: Exclude<LogLevel, 'silent'>): Logger['info'] {
    if (LOG_LEVELS.indexOf(own) < lowest) return () => {};
    return (message, data = {}) => {
      stream.write(`${JSON.stringify({ time: now(), level: own, message, ...data }, harmless)}\n`);
    };
  }
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
}

function harmless(name: string, value: unknown): unknown {
  if (SECRET_NAME.test(name)) return '[removed]';
  if (!(value instanceof Error)) return value;
  return { name: value.name, message: value.message, ...('code' in value ? { code: value.code } : {}) };
}

/**
 * The level for `LOG_LEVEL`. Commands say what matters themselves, so without it they log nothing; a value that is no
 * level is refused with the other settings.
 */
export function logLevelOf(text: string | undefined): LogLevel {
  const level = text?.trim().toLowerCase() ?? '';
  if (level === 'trace') return 'debug';
  if (level === 'fatal') return 'error';
  return LOG_LEVELS.find((known) => known === level) ?? 'silent';
}

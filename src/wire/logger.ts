/** The one log: a JSON line on stderr per event, `{"level":"warn","time":"2026-11-23T12:00:00.000Z","message":"slow","ms":1200}`. */
import type { LogLevel } from '#config/environment.ts';
import type { Logger } from '#ports/logger.ts';

/** Stream for the lines of the log; `null`: stderr, written behind the work so that no request waits for the log. */
export interface LogDestination {
  write(text: string): unknown;
}

/** Log that can be written out before the process ends. */
export type FlushedLogger = Logger & { flush(): void };

const SILENT: FlushedLogger = { debug() {}, info() {}, warn() {}, error() {}, flush() {} };
const SECRET_NAME = /token|secret|password|authorization|cookie/i;

/**
 * Opens the log. Values whose name sounds like a secret are replaced, at any depth; errors are reduced to name, message
 * and code. Nothing is loaded for `silent`.
 */
export async function openLogger(
  level: LogLevel,
  destination: LogDestination | null,
): Promise<FlushedLogger> {
  if (level === 'silent') return SILENT;
  const { pino } = await import('pino');
  const behind = destination === null ? pino.destination({ dest: 2, sync: false }) : null;
  const log = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (data) => harmless(data) },
    },
    behind ?? { write: (text) => destination?.write(text) },
  );
  return {
    debug: (message, data) => log.debug(data ?? {}, message),
    info: (message, data) => log.info(data ?? {}, message),
    warn: (message, data) => log.warn(data ?? {}, message),
    error: (message, data) => log.error(data ?? {}, message),
    flush: () => behind?.flushSync(),
  };
}

function harmless(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(data, harmlessValue)) as Record<string, unknown>;
}

function harmlessValue(name: string, value: unknown): unknown {
  if (SECRET_NAME.test(name)) return '[removed]';
  if (!(value instanceof Error)) return value;
  return { name: value.name, message: value.message, ...('code' in value ? { code: value.code } : {}) };
}

import { pino } from 'pino';
import type { Logger } from '#ports/logger.ts';

/** The service's log: one JSON line on stderr per event, written behind the request so that it costs little. */
export function createServiceLogger(level: string): Logger & { flush(): void } {
  const destination = pino.destination({ dest: 2, sync: false });
  const log = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'message' },
    destination,
  );
  return {
    debug: (message, data) => log.debug(data ?? {}, message),
    info: (message, data) => log.info(data ?? {}, message),
    warn: (message, data) => log.warn(data ?? {}, message),
    error: (message, data) => log.error(data ?? {}, message),
    flush: () => destination.flushSync(),
  };
}

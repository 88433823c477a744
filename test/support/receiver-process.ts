/** The receiver alone in a process, so that its memory can be measured. Told `figures`, it answers them. */
import { startService } from '#service/start-service.ts';
import { aReceiver } from './receiver.ts';

const { app, kept } = aReceiver({ bodyTimeoutMs: 2_000 });
const { url } = await startService(app, {
  host: '127.0.0.1',
  port: 0,
  timeouts: { headersMs: 1_000, requestMs: 4_000 },
});
let peakBytes = 0;
setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 2);

process.on('message', () => {
  globalThis.gc?.();
  const rssBytes = process.memoryUsage.rss();
  process.send?.({ rssBytes, peakBytes: Math.max(peakBytes, rssBytes), kept: kept.length });
  peakBytes = 0;
});
process.on('disconnect', () => process.exit(0));
process.send?.({ url });

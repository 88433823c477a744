import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import type { ServiceEnv } from './incoming.ts';

export interface ServedService {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  /** Stops accepting, lets begun requests end, then resolves. */
  close(): Promise<void>;
}

/** GitLab gives up after 10 s, so nobody honest needs longer; a slow sender holds a socket no longer than this. */
const REQUEST_TIMEOUT_MS = 10_000;
const HEADERS_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 65_000;
/** Requests that have not ended by then are cut off. */
const CLOSE_AFTER_MS = 5_000;
const MAX_HEADER_BYTES = 16_384;

/** Starts listening; port 0 takes a free one. @throws when the address is taken or not allowed. */
export async function startService(
  app: Hono<ServiceEnv>,
  options: { readonly host: string; readonly port: number },
): Promise<ServedService> {
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const starting = serve(
      {
        fetch: app.fetch,
        hostname: options.host,
        port: options.port,
        overrideGlobalObjects: false,
        serverOptions: {
          maxHeaderSize: MAX_HEADER_BYTES,
          requestTimeout: REQUEST_TIMEOUT_MS,
          headersTimeout: HEADERS_TIMEOUT_MS,
          keepAliveTimeout: KEEP_ALIVE_MS,
          connectionsCheckingInterval: 1_000,
        },
      },
      () => resolve(starting),
    );
    starting.once('error', reject);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    close: async () =>
      await new Promise((resolve) => {
        const cut = setTimeout(() => {
          if ('closeAllConnections' in server) server.closeAllConnections();
        }, CLOSE_AFTER_MS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        if ('closeIdleConnections' in server) server.closeIdleConnections();
      }),
  };
}

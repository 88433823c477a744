import { createServer, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { ConfigError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import type { Reply } from './answer.ts';
import type { ServiceApp } from './app.ts';

/** Service that listens on a port. */
export interface ServedService {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  /** Stops accepting, lets begun requests end, then resolves. */
  close(): Promise<void>;
}

/** Address and port to listen on. */
export interface ServiceOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly timeouts?: Partial<ServiceTimeouts>;
  /**
   * Replaces `Request` and `Response` of the whole process by the server's, which lets one core answer half as many
   * deliveries again; `true` when not given.
   */
  readonly overrideGlobals?: boolean;
}

/** Times after which the server drops a connection. */
export interface ServiceTimeouts {
  /** Until the headers are complete. A slow sender holds a socket no longer than this. */
  readonly headersMs: number;
  /** Time until the whole body is there; longer than the app waits, because the app's answer says what is wrong. */
  readonly requestMs: number;
  /**
   * Time between requests; longer than load balancers wait, which would otherwise use a connection that is just
   * closing.
   */
  readonly keepAliveMs: number;
  /** Requests that have not ended so long after the end was asked for are cut off. */
  readonly graceMs: number;
}

const DEFAULT_TIMEOUTS: ServiceTimeouts = {
  headersMs: 5_000,
  requestMs: 15_000,
  keepAliveMs: 65_000,
  graceMs: 5_000,
};
const MAX_HEADER_BYTES = 16_384;
/** How often node looks for requests over their time: 30 s of its own accord. */
const CHECK_EVERY_MS = 1_000;

/**
 * Starts listening; senders that dribble are cut off.
 *
 * @throws ConfigError when the address is taken or not allowed
 * @see https://nodejs.org/api/http.html#serverrequesttimeout
 */
export async function startService(app: ServiceApp, options: ServiceOptions): Promise<ServedService> {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const { host, port, overrideGlobals = true } = options;
  const throughRoutes = getRequestListener(app.fetch, { overrideGlobalObjects: overrideGlobals });
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: timeouts.requestMs,
      headersTimeout: timeouts.headersMs,
      keepAliveTimeout: timeouts.keepAliveMs,
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, timeouts.headersMs),
    },
    (incoming, outgoing) => {
      const delivered = app.deliver(incoming);
      if (delivered === null) void throughRoutes(incoming, outgoing);
      else void delivered.then((reply) => send(outgoing, reply));
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(toConfigError(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const opened = typeof address === 'object' && address !== null ? address.port : port;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${opened}`,
    close: async () => {
      closing ??= close(server, timeouts.graceMs);
      await closing;
    },
  };
}

/** How long a sender may go on with a body that nobody reads, so that the answer reaches it: longer, and it is cut off. */
const UNREAD_MS = 500;

function send(outgoing: ServerResponse, { status, headers, text }: Reply): void {
  const { req: incoming } = outgoing;
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
  if (incoming.complete) return;
  incoming.resume();
  const cut = setTimeout(() => incoming.destroy(), UNREAD_MS);
  incoming.once('close', () => clearTimeout(cut));
}

/** What a person can do something about is not a mistake of ours. */
function toConfigError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const known: Readonly<Record<string, readonly [path: string, message: string, fix: string]>> = {
    EADDRINUSE: ['PORT', `port ${port} is in use`, 'Stop what uses it, or set PORT to another one.'],
    EACCES: ['PORT', `port ${port} is not allowed`, 'Set PORT to one above 1023.'],
    EADDRNOTAVAIL: [
      'HOST',
      `${host} is no address of this machine`,
      'Set HOST to one, or to 0.0.0.0 for all.',
    ],
    ENOTFOUND: ['HOST', `${host} is not known`, 'Set HOST to an address of this machine.'],
  };
  const [path, message, fix] = known[error.code ?? ''] ?? [];
  if (path === undefined || message === undefined || fix === undefined) return error;
  return new ConfigError([problem({ at: path }, message, fix)]);
}

/** A connection that is kept alive becomes idle only after its last answer, so it is looked for until all are gone. */
async function close(server: Server, graceMs: number): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearInterval(idle);
  clearTimeout(cut);
}

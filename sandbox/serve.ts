import type { ServerType } from '@hono/node-server';
import { serve } from '@hono/node-server';
import type { Sandbox } from './create-sandbox.ts';
import { BROKEN, ConnectionReset } from './faults.ts';

export interface ServedSandbox {
  /** `http://127.0.0.1:40123`, without a trailing slash. */
  readonly url: string;
  /** Stops listening and breaks what is open. */
  close(): Promise<void>;
}

interface NodeEnvironment {
  readonly outgoing: {
    destroy(): unknown;
    writeHead(status: number, headers: Record<string, string>): unknown;
    write(chunk: Uint8Array, done: () => void): unknown;
  };
}

/** Tells the server that there is nothing left to answer. */
const ALREADY_SENT = { headers: { 'x-hono-already-sent': 'true' } };

/** Serves a sandbox on a port; 0 takes a free one. A `reset` fault destroys the socket. */
export async function serveSandbox(
  sandbox: Sandbox,
  options: { readonly host: string; readonly port: number },
): Promise<ServedSandbox> {
  const server = await new Promise<ServerType>((resolve, reject) => {
    const starting = serve(
      {
        fetch: (request: Request, environment: unknown) =>
          answer(sandbox, request, environment as NodeEnvironment),
        hostname: options.host,
        port: options.port,
        // Its own Request and Response would replace the global ones of the whole process.
        overrideGlobalObjects: false,
      },
      () => resolve(starting),
    );
    starting.once('error', reject);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

async function answer(sandbox: Sandbox, request: Request, environment: NodeEnvironment): Promise<Response> {
  try {
    const response = await sandbox.fetch(request);
    return BROKEN.has(response) ? await breakOff(response, environment) : response;
  } catch (error) {
    if (!(error instanceof ConnectionReset)) throw error;
    environment.outgoing.destroy();
    return new Response(null, ALREADY_SENT);
  }
}

/** Sends what there is of a truncated answer, then destroys the socket: the server itself would end it tidily. */
async function breakOff(response: Response, { outgoing }: NodeEnvironment): Promise<Response> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  try {
    for await (const chunk of response.body ?? []) {
      await new Promise<void>((resolve) => {
        outgoing.write(chunk, resolve);
      });
    }
  } catch {
    outgoing.destroy();
  }
  return new Response(null, ALREADY_SENT);
}

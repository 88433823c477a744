import type { ServerType } from '@hono/node-server';
import { serve } from '@hono/node-server';
import type { Sandbox } from './create-sandbox.ts';
import { ConnectionReset } from './faults.ts';

export interface ServedSandbox {
  /** `http://127.0.0.1:40123`, without a trailing slash. */
  readonly url: string;
  /** Stops listening and breaks what is open. */
  close(): Promise<void>;
}

interface NodeEnvironment {
  readonly outgoing: { destroy(): unknown };
}

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
    return await sandbox.fetch(request);
  } catch (error) {
    if (!(error instanceof ConnectionReset)) throw error;
    environment.outgoing.destroy();
    // Tells the server that there is nothing left to answer.
    return new Response(null, { headers: { 'x-hono-already-sent': 'true' } });
  }
}

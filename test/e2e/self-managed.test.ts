/** A GitLab as companies run it: under a path, with a certificate of their own authority, behind a proxy. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createProxy, type Server } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '#demo/free-port.ts';
import { createSandbox, type Sandbox } from '#sandbox/create-sandbox.ts';
import { seed } from '#sandbox/seed.ts';
import { BUILT_ENV, MAIN } from '#test/support/built.ts';
import { SHIPPED } from '#test/support/shipped.ts';

const root = join(import.meta.dirname, '../..');
const tls = (file: string): string => join(root, 'test/fixtures/tls', file);

let sandbox: Sandbox;
let url = '';
let proxyUrl = '';
let folder = '';
const tunnels: string[] = [];
const servers: Pick<Server, 'close' | 'closeAllConnections'>[] = [];

beforeAll(async () => {
  const port = await freePort('127.0.0.1');
  url = `https://127.0.0.1:${port}/gitlab`;
  sandbox = createSandbox({ baseUrl: url });
  seed(sandbox);
  const listener = getRequestListener((request) => sandbox.fetch(request), { overrideGlobalObjects: false });
  const key = { key: readFileSync(tls('server.key.pem')), cert: readFileSync(tls('server.pem')) };
  const gitlab = createServer(key, (request, response) => void listener(request, response));
  await new Promise<void>((resolve) => gitlab.listen(port, '127.0.0.1', resolve));
  const proxy = createProxy((_, response) => response.writeHead(400).end());
  proxy.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    const target = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket);
      socket.pipe(target);
    });
    for (const end of [target, socket]) end.on('error', () => end.destroy());
  });
  const proxyPort = await freePort('127.0.0.1');
  await new Promise<void>((resolve) => proxy.listen(proxyPort, '127.0.0.1', resolve));
  proxyUrl = `http://127.0.0.1:${proxyPort}`;
  servers.push(gitlab, proxy);
  folder = await mkdtemp(join(tmpdir(), 'procession-self-managed-'));
  await writeFile(
    join(folder, 'procession.yml'),
    'gitlab: { group: services, project: services/engagements }\nroles: { manager: [mira], engineer: [eli] }\n',
  );
});

afterAll(async () => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  await rm(folder, { recursive: true, force: true });
});

function apply(env: Readonly<Record<string, string>>): Promise<{ code: number; text: string }> {
  const args = [MAIN, 'apply', join(root, 'sows/SOW-1042.yml')];
  const all = { ...BUILT_ENV, GITLAB_URL: url, GITLAB_TOKEN: 'glpat-sandbox-bot', ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env: all }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, text: stdout + stderr }),
    );
  });
}

describe('a GitLab under a path, with a certificate of its own authority, behind a proxy', () => {
  it('is not believed without its authority, and the message says what to set', async () => {
    const { code, text } = await apply({});

    expect(code).toBe(75);
    expect(text).toContain('for a private certificate authority set NODE_EXTRA_CA_CERTS');
    expect(sandbox.ledger.entries()).toEqual([]);
  }, 60_000);

  it('gets a whole launch through the proxy, every request below its path', async () => {
    const { code, text } = await apply({
      NODE_EXTRA_CA_CERTS: tls('ca.pem'),
      NODE_USE_ENV_PROXY: '1',
      HTTPS_PROXY: proxyUrl,
    });

    expect(text).toContain(`Epic: ${url}/groups/services/-/epics/1`);
    expect(code).toBe(0);
    expect(sandbox.world.issues).toHaveLength(SHIPPED.issues);
    expect(new Set(tunnels)).toEqual(new Set([new URL(url).host]));
    const paths = sandbox.ledger.entries().map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith('/gitlab/api/v4/'))).toEqual([]);
    expect(paths.length).toBeGreaterThan(25);
  }, 60_000);
});

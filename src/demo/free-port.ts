import { createServer } from 'node:net';

/** A port nobody listens on now. The sandbox must know its address before it starts, for the links in its answers. */
export async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  if (address === null || typeof address === 'string') throw new Error('the operating system gave no port');
  return address.port;
}

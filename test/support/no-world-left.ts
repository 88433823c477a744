/** Files share a worker: a world that one leaves open keeps the next from the network, so the one that leaves it fails. */
import { afterAll } from 'vitest';
import { openHosts } from './in-process-network.ts';

afterAll(() => {
  const open = openHosts();
  if (open.length > 0)
    throw new Error(`this file has started worlds and not closed them: ${open.join(', ')}`);
});

/**
 * `fetch` without sockets: requests to hosts that have joined are answered by a function of this process. While a host
 * is joined, requests anywhere else fail, so that no test reaches the network unnoticed.
 */

type Answer = (request: Request) => Promise<Response>;

const hosts = new Map<string, Answer>();
const network = globalThis.fetch;

/** Finds a host name that nobody has joined with: `gitlab.test`, `gitlab-2.test` … */
export function freeHost(): string {
  for (let n = 1; ; n += 1) {
    const host = n === 1 ? 'gitlab.test' : `gitlab-${n}.test`;
    if (!hosts.has(host)) return host;
  }
}

/** Answers requests to `host` from now on. @returns what ends that */
export function join(host: string, answer: Answer): () => void {
  hosts.set(host, answer);
  globalThis.fetch = fetchInProcess;
  return () => {
    hosts.delete(host);
    if (hosts.size === 0) globalThis.fetch = network;
  };
}

/** Hosts whose worlds are still open. */
export function openHosts(): readonly string[] {
  return [...hosts.keys()];
}

const fetchInProcess: typeof fetch = async (input, init) => {
  const request = new Request(input, init);
  const answer = hosts.get(new URL(request.url).host);
  if (answer === undefined)
    throw new Error(`a test reached for the network: ${request.method} ${request.url}`);
  return await untilAborted(answer(request), request.signal);
};

/** An answer that comes after the caller gave up is not seen, but what it did is done. */
async function untilAborted(answer: Promise<Response>, signal: AbortSignal): Promise<Response> {
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

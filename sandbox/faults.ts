import { setTimeout as sleep } from 'node:timers/promises';

export interface Fault {
  /** `before`: nothing happens; `after`: the write is committed and only then its answer is lost or replaced. */
  readonly when: 'before' | 'after';
  /** `reset`: the connection breaks without an answer; `truncated`: in the middle of one; `slow`: a right answer, late. */
  readonly kind: 'status' | 'reset' | 'truncated' | 'slow';
  /** Of `status`; 502 when not given. */
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of `slow`; 1000 when not given. */
  readonly delayMs?: number;
}

export interface FaultFilter {
  readonly method?: string;
  /** Matched on the pattern without its method: `/projects/:id/issues` exactly, or a regular expression. */
  readonly route?: string | RegExp;
  /** 1 is the next matching request. */
  readonly nth?: number;
}

/** Makes chosen API requests fail. Every fault strikes once. */
export interface Faults {
  failNext(fault: Fault & FaultFilter): void;
  /** Fails the nth API request from now on, whatever it is; 1 is the next. */
  failAtRequest(n: number, fault: Fault): void;
  clear(): void;
  /** Faults that have not struck yet. */
  waiting(): number;
  take(method: string, route: string): Fault | null;
}

/** The network between client and server broke: what `fetch` throws then. */
export class ConnectionReset extends TypeError {
  constructor() {
    super('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) });
  }
}

interface Waiting {
  readonly fault: Fault;
  readonly method: string | null;
  readonly route: string | RegExp | null;
  left: number;
}

export function createFaults(): Faults {
  let waiting: Waiting[] = [];
  return {
    failNext(fault) {
      const { method = null, route = null, nth = 1 } = fault;
      waiting.push({ fault, method: method?.toUpperCase() ?? null, route, left: nth });
    },
    failAtRequest(n, fault) {
      waiting.push({ fault, method: null, route: null, left: n });
    },
    clear() {
      waiting = [];
    },
    waiting: () => waiting.length,
    take(method, route) {
      const matching = waiting.filter((it) => strikes(it, method, route));
      for (const it of matching) it.left -= 1;
      const due = matching.find((it) => it.left <= 0);
      waiting = waiting.filter((it) => it !== due);
      return due?.fault ?? null;
    },
  };
}

function strikes(it: Waiting, method: string, route: string): boolean {
  if (it.method !== null && it.method !== method) return false;
  if (it.route === null) return true;
  return typeof it.route === 'string'
    ? it.route === route || it.route === `${method} ${route}`
    : it.route.test(route);
}

/**
 * Answers a request as the fault says; `answer` does what the request asks.
 * @throws {ConnectionReset}
 */
export async function withFault(fault: Fault | null, answer: () => Promise<Response>): Promise<Response> {
  if (fault === null) return answer();
  if (fault.kind === 'slow') {
    if (fault.when === 'before') await sleep(fault.delayMs ?? 1000);
    const late = await answer();
    if (fault.when === 'after') await sleep(fault.delayMs ?? 1000);
    return late;
  }
  const committed = fault.when === 'after' ? await answer() : null;
  if (fault.kind === 'reset') throw new ConnectionReset();
  if (fault.kind === 'truncated') return truncated(committed ?? new Response('{"message":'));
  return new Response(fault.body ?? 'GitLab is not responding', {
    status: fault.status ?? 502,
    headers: { 'Content-Type': 'text/plain', ...fault.headers },
  });
}

/** Answers that break off; on a port their socket has to be destroyed. */
export const BROKEN = new WeakSet<Response>();

/** The head of the answer and half of its body; then the connection breaks. */
async function truncated(response: Response): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const half = bytes.slice(0, Math.ceil(bytes.length / 2));
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      controller.enqueue(half);
      await sleep(0);
      controller.error(new TypeError('terminated'));
    },
  });
  const broken = new Response(body, { status: response.status, headers: response.headers });
  BROKEN.add(broken);
  return broken;
}

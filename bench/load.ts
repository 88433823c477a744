/** Deliveries, signed one by one beforehand, sent by wrk from a core of its own over loopback. */
import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LOAD_CORE, onCore, putFirst } from './pinned-server.ts';

/** How a kind of server wants to be spoken to. */
export interface Dialect {
  readonly path: string;
  readonly body: string;
  /** The same in every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names of the headers that differ from request to request. */
  readonly signedHeaders: readonly [id: string, signature: string];
  sign(id: string): string;
}

export interface LoadOptions {
  readonly dialect: Dialect;
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly folder: string;
  /** Before the other work of the machine; root only. */
  readonly first: boolean;
  /** A connection for each delivery, as senders without keep-alive have. */
  readonly close: boolean;
}

/** What wrk saw; milliseconds. */
export interface LoadResult {
  readonly acknowledged: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Answers other than 2xx, broken connections, and answers that did not come. */
  readonly failed: number;
}

/** More than any server here answers: no delivery is sent twice. */
const MOST_PER_SECOND = 20_000;
const MOST_PER_CONNECTION_AND_SECOND = 6_000;

const run = promisify(execFile);

/** GitLab's signed deliveries. @see https://docs.gitlab.com/user/project/integrations/webhooks/ */
export function gitlabDialect(body: string, key: Buffer): Dialect {
  const at = Math.floor(Date.now() / 1000);
  return {
    path: '/webhooks/gitlab',
    body,
    headers: { 'webhook-timestamp': String(at), 'x-gitlab-event': 'Issue Hook' },
    signedHeaders: ['webhook-id', 'webhook-signature'],
    sign: (id) => `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`,
  };
}

/** GitHub's, for Probot. @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export function githubDialect(body: string, secret: string): Dialect {
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return {
    path: '/api/github/webhooks',
    body,
    headers: { 'x-github-event': 'issues', 'user-agent': 'GitHub-Hookshot/bench' },
    signedHeaders: ['x-github-delivery', 'x-hub-signature-256'],
    sign: () => signature,
  };
}

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { connections, seconds, port, first } = options;
  const rate = Math.min(MOST_PER_SECOND, connections * MOST_PER_CONNECTION_AND_SECOND);
  const script = writeScript(options, Math.ceil(rate * seconds));
  const wrk = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}/`];
  const [command, rest] = onCore(LOAD_CORE, wrk);
  const running = run(command, rest, { detached: true } as object);
  if (first) putFirst(running.child.pid);
  const { stdout } = await running.catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error(MISSING, { cause: error }) : error;
  });
  const line = /^RESULT (.*)$/m.exec(stdout)?.[1];
  if (line === undefined) throw new Error(`wrk gave no result:\n${stdout}`);
  const seen = JSON.parse(line) as { requests: number; us: number; failed: number } & LoadResult;
  const acknowledged = seen.requests - seen.failed;
  const { p50, p99, max, failed } = seen;
  return { acknowledged, perSecond: (acknowledged / seen.us) * 1e6, p50, p99, max, failed };
}

const MISSING = 'taskset or wrk is missing. Debian: apt-get install util-linux wrk';

/** Every request has an identifier and a signature of its own, made before the clock runs. */
function writeScript({ dialect, folder, close }: LoadOptions, requests: number): string {
  const name = randomBytes(4).toString('hex');
  const deliveries = join(folder, `${name}.txt`);
  const lines = Array.from({ length: requests }, (_, n) => {
    const id = idOf(name, n);
    return `${id} ${dialect.sign(id)}\n`;
  });
  writeFileSync(deliveries, lines.join(''));
  const body = join(folder, `${name}.json`);
  writeFileSync(body, dialect.body);
  const script = join(folder, `${name}.lua`);
  writeFileSync(script, lua(dialect, { deliveries, body, close }));
  return script;
}

/** As random as GitLab's, which are UUIDs: keys that come in order are cheaper to keep. */
function idOf(run: string, n: number): string {
  const mixed = (Math.imul(n + 1, 0x9e_37_79_b1) >>> 0).toString(16).padStart(8, '0');
  return `${mixed}-${run.slice(0, 4)}-4${run.slice(4, 7)}-8${run.slice(5)}-${n.toString(16).padStart(12, '0')}`;
}

function lua(
  dialect: Dialect,
  { deliveries, body, close }: { deliveries: string; body: string; close: boolean },
): string {
  const [id, signature] = dialect.signedHeaders;
  const usual = { 'content-type': 'application/json', ...(close ? { connection: 'close' } : {}) };
  const fixed = Object.entries({ ...usual, ...dialect.headers })
    .map(([header, value]) => `["${header}"] = "${value}"`)
    .join(', ');
  return `local lines, n = {}, 0
for line in io.lines("${deliveries}") do lines[#lines + 1] = line end
local file = io.open("${body}")
local body = file:read("*a")
file:close()
local headers = { ${fixed} }
function request()
  n = n + 1
  headers["${id}"], headers["${signature}"] = lines[(n - 1) % #lines + 1]:match("(%S+) (%S+)")
  return wrk.format("POST", "${dialect.path}", headers, body)
end
function done(summary, latency, requests)
  local e = summary.errors
  local failed = e.status + e.connect + e.read + e.write + e.timeout
  print(string.format('RESULT {"requests":%d,"us":%d,"failed":%d,"p50":%.3f,"p99":%.3f,"max":%.3f}',
    summary.requests, summary.duration, failed,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
`;
}

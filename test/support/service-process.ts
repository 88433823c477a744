/** `procession serve` as an operator runs it: a process of its own that can be killed, over a GitLab on a port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '#demo/free-port.ts';
import type { Settings } from '#domain/base/settings.ts';
import { BUILT_ENV, MAIN } from './built.ts';
import type { TestWorld } from './gitlab-world.ts';
import { addSigningHook } from './sandbox-records.ts';

/** How long a start may take on a machine that is busy with everything else. */
const READY_MS = 90_000;

const PLAIN_SECRET = 'a-plain-secret-of-the-test';

export interface ServiceProcess {
  readonly url: string;
  /** Where SQLite keeps what was accepted. */
  readonly data: string;
  /** Signs what it takes from GitLab and from the CRM. */
  readonly signingToken: string;
  /** GitLab may send this one instead. */
  readonly plainSecret: string;
  /** What all processes so far have logged. */
  log(): string;
  /** Resolves when it answers. */
  start(): Promise<void>;
  /** Sends SIGKILL, and waits for nothing; {@link ServiceProcess.stop} does. */
  kill(): void;
  /** @returns the exit code, `null` when the signal ended it */
  stop(signal: NodeJS.Signals): Promise<number | null>;
  post(path: string, body: string, headers: Readonly<Record<string, string>>): Promise<Answered>;
  get(path: string): Promise<string>;
  /** Headers of Standard Webhooks. */
  signed(id: string, body: string, at?: number): Record<string, string>;
  /** Adds a webhook of the group that signs. */
  addHook(): void;
  /** Kills what runs and removes its folder. */
  remove(): Promise<void>;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

const ROLES: Settings['roles'] = { manager: ['mira'], engineer: ['eli', 'noor'] };

/** Prepares a folder, a port and secrets; nothing runs yet. @param env beside what every service needs */
export async function aServiceProcess(
  world: TestWorld,
  env: Readonly<Record<string, string>> = {},
  roles = ROLES,
): Promise<ServiceProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'procession-serve-'));
  const port = await freePort('127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const data = join(folder, 'data');
  const key = randomBytes(32);
  const signingToken = `whsec_${key.toString('base64')}`;
  await writeFile(
    join(folder, 'procession.yml'),
    `gitlab: { group: services, project: services/engagements }\nroles: ${JSON.stringify(roles)}\n`,
  );
  let child: ChildProcess | null = null;
  let log = '';

  async function stop(signal: NodeJS.Signals): Promise<number | null> {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null)
      return ending?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => {
      ending.once('exit', resolve);
    });
    ending.kill(signal);
    return await ended;
  }

  return {
    url,
    data,
    signingToken,
    plainSecret: PLAIN_SECRET,
    log: () => log,
    async start() {
      const started = spawn(process.execPath, [MAIN, 'serve'], {
        cwd: folder,
        env: {
          ...BUILT_ENV,
          GITLAB_URL: world.url,
          GITLAB_TOKEN: world.seed.bot.token,
          GITLAB_WEBHOOK_SECRETS: `${PLAIN_SECRET},${signingToken}`,
          CRM_WEBHOOK_SECRETS: signingToken,
          PORT: String(port),
          PROCESSION_DATA: data,
          ...env,
        },
      });
      child = started;
      started.stderr?.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
      for (const until = Date.now() + READY_MS; Date.now() < until; await delay(20)) {
        if (await isUp(url)) return;
        if (started.exitCode !== null) break;
      }
      throw new Error(`the service did not start:\n${log.slice(-2_000)}`);
    },
    kill: () => child?.kill('SIGKILL'),
    stop,
    async post(path, body, headers) {
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      });
      return { status: response.status, body: await response.json() };
    },
    get: async (path) => await (await fetch(`${url}${path}`)).text(),
    signed(id, body, at = Math.floor(Date.now() / 1000)) {
      const mac = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
      return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${mac}` };
    },
    addHook() {
      addSigningHook(world, { url: `${url}/webhooks/gitlab`, signingToken });
    },
    async remove() {
      await stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function isUp(url: string): Promise<boolean> {
  return await fetch(`${url}/healthz`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

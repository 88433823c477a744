/**
 * Acknowledged deliveries per second: `procession serve` (verified, deduplicated, on disk) against bare Hono that
 * verifies and keeps nothing, in one run. The server has one core, the load (wrk) the other.
 *
 * Needs wrk and taskset (Debian: wrk, util-linux). Loopback only, bounded: 3 levels × 2 servers × SECONDS.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startWorldOnPort } from '#test/support/gitlab-world.ts';

const SECONDS = 6;
const CONNECTIONS = [1, 50, 200];
const PORT = 39_217;
const key = randomBytes(32);
const secret = `whsec_${key.toString('base64')}`;
const folder = mkdtempSync(join(tmpdir(), 'procession-bench-'));
// An issue event of about the size GitLab sends, of an issue in no engagement's group: stored as a wake-up.
const body = JSON.stringify({
  object_kind: 'issue',
  event_type: 'issue',
  user: { id: 5, username: 'eli' },
  object_attributes: { id: 1, iid: 3, action: 'update', description: 'x'.repeat(5_000) },
  labels: [{ title: 'SOW-1042' }],
});

/** Lua for wrk: every request its own id and signature. */
function script(requests: number): string {
  const at = Math.floor(Date.now() / 1000);
  const run = randomBytes(4).toString('hex');
  const lines = Array.from({ length: requests }, (_, n) => {
    const id = `${run}-${n}`;
    return `"${id} ${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}"`;
  });
  const file = join(folder, `load-${run}.lua`);
  // Lua allows few constants in one function: a string to split is one.
  writeFileSync(
    file,
    `local s = {}\nfor w in ([[${lines.map((line) => line.slice(1, -1)).join('\n')}]]):gmatch("[^\\n]+") do s[#s + 1] = w end\nlocal n = 0\nlocal body = [[${body}]]\nfunction request()\n  n = n + 1\n  local id, mac = s[(n - 1) % #s + 1]:match("(%S+) (%S+)")\n  return wrk.format("POST", "/webhooks/gitlab", { ["content-type"] = "application/json", ["webhook-id"] = id, ["webhook-timestamp"] = "${at}", ["webhook-signature"] = "v1," .. mac }, body)\nend\n`,
  );
  return file;
}

async function started(command: readonly string[], env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn('taskset', ['-c', '0', process.execPath, ...command], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: String(PORT), GITLAB_WEBHOOK_SECRETS: secret, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (let turn = 0; turn < 200; turn += 1) {
    if (
      await fetch(`http://127.0.0.1:${PORT}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return child;
    await sleep(50);
  }
  throw new Error('the server did not start');
}

function peakMegabytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

async function measure(
  name: string,
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<void> {
  const server = await started(command, env);
  for (const connections of CONNECTIONS) {
    const load = script(connections === 1 ? 30_000 : 120_000);
    const out = execFileSync(
      'taskset',
      [
        '-c',
        '1',
        'wrk',
        '-t1',
        `-c${connections}`,
        `-d${SECONDS}s`,
        '--latency',
        '-s',
        load,
        `http://127.0.0.1:${PORT}/`,
      ],
      { encoding: 'utf8' },
    );
    const rate = /Requests\/sec:\s+([\d.]+)/.exec(out)?.[1];
    const latency = (what: string): string => new RegExp(`${what}%\\s+(\\S+)`).exec(out)?.[1] ?? '?';
    const worst = /Latency\s+\S+\s+\S+\s+(\S+)/.exec(out)?.[1];
    const failed = /Non-2xx or 3xx responses: (\d+)/.exec(out)?.[1] ?? '0';
    console.log(
      `| ${name} | ${connections} | ${rate} | ${latency('50')} | ${latency('99')} | ${worst} | ${peakMegabytes(server.pid)} MB | ${failed} |`,
    );
  }
  const ended = new Promise((resolve) => {
    server.once('exit', resolve);
  });
  server.kill('SIGKILL');
  await ended;
}

const world = await startWorldOnPort();
writeFileSync(join(folder, 'procession.yml'), 'gitlab: { group: services, project: services/engagements }\n');
console.log(
  '| server | connections | acknowledged/s | p50 | p99 | max | peak RSS | not 2xx |\n|---|---|---|---|---|---|---|---|',
);
const here = import.meta.dirname;
await measure('bare Hono, keeps nothing', [join(here, 'bare-server.ts')]);
await measure('procession serve, SQLite', [join(here, '../src/main.ts'), 'serve'], {
  GITLAB_URL: world.url,
  GITLAB_TOKEN: world.seed.bot.token,
  CRM_WEBHOOK_SECRETS: secret,
  PROCESSION_DATA: join(folder, 'data'),
  LOG_LEVEL: 'warn',
});
await world.close();
rmSync(folder, { recursive: true, force: true });

/** `procession serve` as an operator runs it: a process of its own, the sandbox on a port, webhooks over the network. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '#demo/free-port.ts';
import { parseMarker } from '#domain/marker.ts';
import type { Sow } from '#domain/sow.ts';
import type { Issue } from '#sandbox/world.ts';
import { sampleSow } from '#test/support/engagement.ts';
import { startWorldOnPort, type TestWorld } from '#test/support/gitlab-world.ts';

const root = join(import.meta.dirname, '../..');
const key = randomBytes(32);
const secret = `whsec_${key.toString('base64')}`;
const plain = 'a-plain-secret-of-the-test';

let world: TestWorld;
let folder: string;
let port: number;
let service: ChildProcess | null = null;
let log = '';
let sow: Sow;

beforeEach(async () => {
  world = await startWorldOnPort();
  folder = await mkdtemp(join(tmpdir(), 'procession-serve-'));
  port = await freePort('127.0.0.1');
  await writeFile(
    join(folder, 'procession.yml'),
    'gitlab: { group: services, project: services/engagements }\nroles: { manager: [mira], engineer: [eli, noor] }\n',
  );
  sow = await sampleSow('SOW-1042');
  log = '';
  await start();
});

afterEach(async () => {
  service?.kill('SIGKILL');
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  service = spawn(process.execPath, [join(root, 'src/main.ts'), 'serve'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      GITLAB_URL: world.url,
      GITLAB_TOKEN: world.seed.bot.token,
      GITLAB_WEBHOOK_SECRETS: `${plain},${secret}`,
      CRM_WEBHOOK_SECRETS: secret,
      PORT: String(port),
      PROCESSION_DATA: join(folder, 'data'),
    },
  });
  service.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  await expect
    .poll(
      async () =>
        await fetch(`http://127.0.0.1:${port}/healthz`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 30_000, interval: 20 },
    )
    .toBe(200);
}

async function stop(signal: NodeJS.Signals): Promise<number | null> {
  const child = service;
  if (child === null) return null;
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  child.kill(signal);
  return await ended;
}

async function post(
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.status, body: await response.json() };
}

function signed(id: string, body: string, at = Math.floor(Date.now() / 1000)): Record<string, string> {
  const mac = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${mac}` };
}

async function launch(id = 'deal-1'): Promise<void> {
  const body = JSON.stringify(sow);
  expect((await post('/webhooks/crm', body, signed(id, body))).status).toBe(202);
  await expect.poll(() => world.sandbox.world.links.length, { timeout: 10_000 }).toBe(11);
}

const issue = (step: string): Issue | undefined =>
  world.sandbox.world.issues.find(({ description }) => parseMarker(description)?.step === step);

function hook(): void {
  world.sandbox.world.hooks.push({
    id: 1,
    groupId: world.seed.group.id,
    projectId: null,
    url: `http://127.0.0.1:${port}/webhooks/gitlab`,
    token: null,
    signingToken: secret,
    issuesEvents: true,
    confidentialIssuesEvents: true,
    noteEvents: true,
    enableSslVerification: true,
    failures: 0,
    disabledUntil: null,
    createdAt: new Date().toISOString(),
  });
}

describe('procession serve', () => {
  it('launches what the CRM sends and answers within a second what people do in GitLab', async () => {
    await launch();
    hook();
    const kickOff = issue('kick-off');
    if (kickOff === undefined) throw new Error('no kick-off');

    world.sandbox.operations.setState(world.sandbox.user('eli'), kickOff, 'closed');

    await expect.poll(() => kickOff.state, { timeout: 1_500, interval: 10 }).toBe('opened');
    expect(
      world.sandbox.world.deliveries
        .map(({ responseStatus }) => responseStatus)
        .every((status) => status === null || (status >= 200 && status < 300)),
    ).toBe(true);
  });

  it('finishes after kill -9 what it has accepted', async () => {
    const body = JSON.stringify(sow);
    expect((await post('/webhooks/crm', body, signed('deal-1', body))).status).toBe(202);
    await stop('SIGKILL');

    await start();

    // A claim of the killed process is waited for until its lease ends; a repeated delivery is a duplicate all the same.
    expect((await post('/webhooks/crm', body, signed('deal-1', body))).status).toBe(200);
    await expect.poll(() => world.sandbox.world.links.length, { timeout: 90_000, interval: 100 }).toBe(11);
    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(world.sandbox.world.issues).toHaveLength(11);
  });

  it('repairs without any webhook what happened while it was down', async () => {
    await launch();
    await stop('SIGTERM');
    const kickOff = issue('kick-off');
    if (kickOff === undefined) throw new Error('no kick-off');
    world.sandbox.operations.setState(world.sandbox.user('eli'), kickOff, 'closed');

    await start();

    await expect.poll(() => kickOff.state, { timeout: 10_000 }).toBe('opened');
  });

  it('ends on SIGTERM with 0, and says nowhere what is secret', async () => {
    await launch();

    expect(await stop('SIGTERM')).toBe(0);

    for (const canary of [plain, secret, key.toString('base64'), world.seed.bot.token])
      expect(log).not.toContain(canary);
    expect(log).toContain('"delivery answered"');
    expect(log).toContain('"engagement reconciled"');
  });

  it('refuses what is not authentic, and lists every problem of a SOW that is not right', async () => {
    const body = JSON.stringify({ ...sow, type: 'guess', closed_won_on: '2026-02-30' });

    expect((await post('/webhooks/gitlab', '{}', { 'x-gitlab-token': 'wrong' })).status).toBe(401);
    expect((await post('/webhooks/crm', body, {})).status).toBe(401);
    expect((await post('/webhooks/crm', body, signed('x', `${body} `))).status).toBe(401);
    const answer = await post('/webhooks/crm', body, signed('bad-sow', body));

    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain('closed_won_on');
    expect(JSON.stringify(answer.body)).toContain('type');
    expect(world.sandbox.world.epics).toEqual([]);
  });

  it('says how it is: health, readiness and figures', async () => {
    await launch();
    const get = async (path: string): Promise<string> =>
      await fetch(`http://127.0.0.1:${port}${path}`).then(async (response) => await response.text());

    expect(JSON.parse(await get('/readyz'))).toMatchObject({
      ready: true,
      problems: [],
      gitlab: { reachable: true },
    });
    // The delivery is settled a moment after the last link.
    await expect
      .poll(() => get('/metrics'), { timeout: 10_000 })
      .toMatch(/procession_event_to_applied_seconds_count 1/);
    const metrics = await get('/metrics');
    expect(metrics).toContain('procession_deliveries_total{source="crm",result="stored"} 1');
    expect(metrics).toMatch(/procession_inbox_deliveries\{state="dead"\} 0/);
  });
});

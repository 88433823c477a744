/** `procession serve` as an operator runs it: a process of its own, the sandbox on a port, webhooks over the network. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sow } from '#domain/sow/sow.ts';
import { parseMarker } from '#domain/text/marker.ts';
import type { Issue } from '#sandbox/world.ts';
import { sampleSow } from '#test/support/engagement.ts';
import { startWorldOnPort, type TestWorld } from '#test/support/gitlab-world.ts';
import { aServiceProcess, type ServiceProcess } from '#test/support/service-process.ts';
import { SHIPPED } from '#test/support/shipped.ts';

let world: TestWorld;
let service: ServiceProcess;
let sow: Sow;

beforeEach(async () => {
  world = await startWorldOnPort();
  sow = await sampleSow('SOW-1042');
  service = await aServiceProcess(world);
  await service.start();
});

afterEach(async () => {
  await service.remove();
  await world.close();
});

async function launch(id = 'deal-1'): Promise<void> {
  const body = JSON.stringify(sow);
  expect((await service.post('/webhooks/crm', body, service.signed(id, body))).status).toBe(202);
  await expect.poll(() => world.sandbox.world.links.length, { timeout: 10_000 }).toBe(SHIPPED.links);
}

const issue = (step: string): Issue | undefined =>
  world.sandbox.world.issues.find(({ description }) => parseMarker(description)?.step === step);

describe('procession serve', () => {
  it('launches what the CRM sends and answers at once what people do in GitLab', async () => {
    await launch();
    service.addHook();
    const kickOff = issue('kick-off');
    if (kickOff === undefined) throw new Error('no kick-off');

    world.sandbox.operations.setState(world.sandbox.user('eli'), kickOff, 'closed');

    await expect.poll(() => kickOff.state, { timeout: 10_000, interval: 10 }).toBe('opened');
    expect(
      world.sandbox.world.deliveries
        .map(({ responseStatus }) => responseStatus)
        .every((status) => status === null || (status >= 200 && status < 300)),
    ).toBe(true);
  });

  it('finishes after kill -9 what it has accepted', async () => {
    const body = JSON.stringify(sow);
    expect((await service.post('/webhooks/crm', body, service.signed('deal-1', body))).status).toBe(202);
    await service.stop('SIGKILL');

    await service.start();

    // A claim of the killed process is waited for until its lease ends; a repeated delivery is a duplicate all the same.
    expect((await service.post('/webhooks/crm', body, service.signed('deal-1', body))).status).toBe(200);
    await expect
      .poll(() => world.sandbox.world.links.length, { timeout: 90_000, interval: 100 })
      .toBe(SHIPPED.links);
    expect(world.sandbox.world.epics).toHaveLength(1);
    expect(world.sandbox.world.issues).toHaveLength(SHIPPED.issues);
  });

  it('repairs without any webhook what happened while it was down', async () => {
    await launch();
    await service.stop('SIGTERM');
    const kickOff = issue('kick-off');
    if (kickOff === undefined) throw new Error('no kick-off');
    world.sandbox.operations.setState(world.sandbox.user('eli'), kickOff, 'closed');

    await service.start();

    await expect.poll(() => kickOff.state, { timeout: 10_000 }).toBe('opened');
  });

  it('ends on SIGTERM with 0, and says nowhere what is secret', async () => {
    await launch();

    expect(await service.stop('SIGTERM')).toBe(0);

    for (const canary of [
      service.plainSecret,
      service.signingToken,
      service.signingToken.slice(6),
      world.seed.bot.token,
    ])
      expect(service.log()).not.toContain(canary);
    expect(service.log()).toContain('"delivery answered"');
    expect(service.log()).toContain('"engagement reconciled"');
  });

  it('refuses what is not authentic, and lists every problem of a SOW that is not right', async () => {
    const body = JSON.stringify({ ...sow, type: 'guess', closed_won_on: '2026-02-30' });

    expect((await service.post('/webhooks/gitlab', '{}', { 'x-gitlab-token': 'wrong' })).status).toBe(401);
    expect((await service.post('/webhooks/crm', body, {})).status).toBe(401);
    expect((await service.post('/webhooks/crm', body, service.signed('x', `${body} `))).status).toBe(401);
    const answer = await service.post('/webhooks/crm', body, service.signed('bad-sow', body));

    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain('closed_won_on');
    expect(JSON.stringify(answer.body)).toContain('type');
    expect(world.sandbox.world.epics).toEqual([]);
  });

  it('says how it is: health, readiness and figures', async () => {
    await launch();
    expect(JSON.parse(await service.get('/readyz'))).toMatchObject({
      ready: true,
      problems: [],
      gitlab: { reachable: true },
    });
    // The delivery is settled a moment after the last link.
    await expect
      .poll(() => service.get('/metrics'), { timeout: 10_000 })
      .toMatch(/procession_event_to_applied_seconds_count 1/);
    const metrics = await service.get('/metrics');
    expect(metrics).toContain('procession_deliveries_total{source="crm",result="stored"} 1');
    expect(metrics).toMatch(/procession_inbox_deliveries\{state="dead"\} 0/);
  });
});

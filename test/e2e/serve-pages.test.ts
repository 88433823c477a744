/** The pages of the service as a manager reaches them: over the network, with the password, from the real GitLab adapter. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { deliveryEngine, sampleSow } from '#test/support/engagement.ts';
import { startWorldOnPort, type TestWorld } from '#test/support/gitlab-world.ts';
import { aServiceProcess, type ServiceProcess } from '#test/support/service-process.ts';

const PASSWORD = 'canary-of-a-pages-password';
const login = { authorization: `Basic ${btoa(`procession:${PASSWORD}`)}` };

let world: TestWorld;
let service: ServiceProcess | null = null;

beforeEach(async () => {
  world = await startWorldOnPort();
  const sow = await sampleSow('SOW-1042');
  await reconcile(await deliveryEngine(world.gitlab), 'SOW-1042', { sow, process: 'delivery' });
});

afterEach(async () => {
  await service?.remove();
  service = null;
  await world.close();
});

async function served(env: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  service = await aServiceProcess(world, env);
  await service.start();
  return service;
}

describe('procession serve', () => {
  it('shows nobody any page unless it is told to whom', async () => {
    const { url } = await served({});

    for (const path of ['/', '/engagements/SOW-1042', '/engagements/SOW-1042.json', '/report.json'])
      expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 404]);
  });

  it('shows who knows the password who is waited for, engagement by engagement, and logs neither', async () => {
    const running = await served({
      PROCESSION_PAGES: 'password',
      PROCESSION_PAGES_PASSWORD: PASSWORD,
    });
    const { url } = running;

    expect((await fetch(`${url}/`)).status).toBe(401);
    const page = await (await fetch(`${url}/`, { headers: login })).text();
    expect(page).toContain('Most of all mira: 1 step');
    const one = await fetch(`${url}/engagements/SOW-1042`, { headers: login });
    expect(one.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await one.text()).toContain('Waiting for');
    const json = await fetch(`${url}/engagements/SOW-1042.json`, { headers: login });
    expect(await json.json()).toMatchObject({ version: 1, waitingFor: [{ step: 'assign-engineer' }] });
    expect(running.log()).not.toContain('canary');
    expect(running.log()).not.toContain('Nordlicht');
  });
});

/** kill -9 of the service in the middle of a hand-over: what the CRM said is done in the end, with one of everything. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { parseMarker } from '#domain/text/marker.ts';
import { aDeal, type ChainWorld, startChain, TO_SIGNATURE } from '#test/support/chain.ts';
import { PROOF } from '#test/support/proof.ts';
import { aServiceProcess, type ServiceProcess } from '#test/support/service-process.ts';
import { SHIPPED } from '#test/support/shipped.ts';

const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';
/** Issues that the delivery has when the service is killed. */
const CUT_AT = 4;
/** The lease of the process that was killed ends first. */
const LEASE = { timeout: 90_000, interval: 200 };

let world: ChainWorld;
let service: ServiceProcess;

afterEach(async () => {
  await service.remove();
  await world.close();
});

/** Steps of the delivery that have an issue, each as often as it has one. */
const delivered = (): readonly string[] =>
  world.sandbox.world.issues.flatMap(({ description }) => {
    const marker = parseMarker(description);
    return marker?.engagement === SOW && marker.step !== null ? [marker.step] : [];
  });

async function quiet(): Promise<void> {
  await expect
    .poll(async () => {
      const { inbox, lastSweep } = JSON.parse(await service.get('/readyz'));
      return { left: inbox.waiting + inbox.working, swept: lastSweep !== null };
    }, LEASE)
    .toEqual({ left: 0, swept: true });
}

it('launches the delivery that was cut in the middle, once, and both know each other', PROOF, async () => {
  world = await startChain({ onPort: true, now: () => new Date() });
  await world.tell(await aDeal('scoping'));
  await world.tell(await aDeal('negotiating'));
  await world.walk(DEAL, ...TO_SIGNATURE);
  world.perform(DEAL, 'signature');
  service = await aServiceProcess(world);
  await service.start();
  await quiet();

  const body = JSON.stringify(await aDeal('closed_won'));
  expect((await service.post('/webhooks/crm', body, service.signed('won', body))).status).toBe(202);
  while (delivered().length < CUT_AT) await delay(1);
  await service.stop('SIGKILL');
  expect(delivered().length).toBeLessThan(SHIPPED.issues);

  await service.start();
  expect((await service.post('/webhooks/crm', body, service.signed('won', body))).status).toBe(200);
  await expect.poll(() => delivered().length, LEASE).toBe(SHIPPED.issues);
  await quiet();

  expect(await service.stop('SIGTERM')).toBe(0);
  expect(new Set(delivered()).size).toBe(SHIPPED.issues);
  expect(world.epics()).toEqual([DEAL, SOW]);
  expect(world.epic(DEAL).description).toContain(`Delivery ${SOW}`);
  expect(world.epic(SOW).description).toContain(`Deal [${DEAL}]`);
});

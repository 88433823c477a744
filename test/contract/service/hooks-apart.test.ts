/** The service looks after the webhooks of both places, where deals live apart. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Hook } from '#sandbox/world.ts';
import { aDeal } from '#test/support/chain.ts';
import { addHook, type ComposedChain, startComposedChain } from '#test/support/composed-service.ts';

describe('the webhooks of a service whose deals live apart', () => {
  let chain: ComposedChain;

  afterEach(async () => {
    await chain.close();
  });

  /** With the webhook of the group of deliveries; of the group of deals another one is added where it is wanted. */
  async function begun(ofDeals: Partial<Hook> | null): Promise<Hook | null> {
    chain = await startComposedChain({ apart: true, token: ({ seed }) => seed.ada.token });
    addHook(chain);
    const groupId = chain.sandbox.world.groups.find(({ path }) => path === 'sales')?.id ?? 0;
    return ofDeals === null ? null : addHook(chain, { groupId, ...ofDeals });
  }

  async function looked(state: string): Promise<{ readonly webhooks: { readonly text: string } }> {
    chain.pass();
    await expect
      .poll(async () => await chain.get('/metrics'), { timeout: 10_000 })
      .toContain(`procession_webhook_state{state="${state}"} 1`);
    return JSON.parse(await chain.get('/readyz'));
  }

  it('are both looked at, and nothing is wrong while both deliver', async () => {
    await begun({});

    const { webhooks } = await looked('ok');
    expect(webhooks).toMatchObject({ hooks: [{ id: 1 }, { id: 2 }] });
  });

  it('are told by their place when that of deals is missing', async () => {
    await begun(null);

    const { webhooks } = await looked('absent');
    expect(webhooks.text).toMatch(/^Deals \(sales\/deals\): No webhook points to/);
    expect(chain.log).toContainEqual(
      expect.objectContaining({
        data: expect.objectContaining({ place: 'Deals (sales/deals)', state: 'absent' }),
      }),
    );
  });

  it('are not taken for working by what GitLab delivers of the other place', async () => {
    await begun(null);
    const { sandbox } = chain;
    sandbox.operations.createIssue(sandbox.user('eli'), sandbox.world.projects[0]?.id ?? 0, {
      title: 'About',
      labels: ['SOW-1042'],
    });
    await chain.quiet();
    const stored = await chain.store.list({ limit: 9 });
    expect(stored).toContainEqual(expect.objectContaining({ source: 'gitlab', engagement: 'SOW-1042' }));

    const { webhooks } = await looked('absent');
    expect(webhooks.text).toContain('Deals (sales/deals): No webhook points to');
  });

  it('are enabled again when GitLab has disabled that of deals', async () => {
    const hook = await begun({ failures: 40, disabledUntil: '2026-01-01T00:00:00.000Z' });
    await chain.run('DEAL-1', { sow: await aDeal('scoping') });

    await looked('ok');
    expect(hook).toMatchObject({ failures: 0, disabledUntil: null });
    expect(await chain.get('/metrics')).toContain('procession_webhook_repairs_total{kind="enabled"} 1');
  });
});

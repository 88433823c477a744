/** Words that only a deal holds, looked for in everything that people of its delivery, and of the service, may read. */
import { afterEach, expect, it } from 'vitest';
import type { Deal } from '#domain/sow/deal.ts';
import { readPortfolio } from '#reconciler/portfolio/portfolio-reader.ts';
import { aDeal, TO_SIGNATURE } from '#test/support/chain.ts';
import { type ComposedChain, startComposedChain } from '#test/support/composed-service.ts';
import { readable } from '#test/support/records.ts';

const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';
/** Words begin with it, numbers hold it. */
const CANARY = /kingfisher-[a-z]+|771239/g;

let world: ComposedChain;

afterEach(async () => {
  await world.close();
});

const found = (text: unknown): readonly string[] => [
  ...new Set((typeof text === 'string' ? text : JSON.stringify(text)).match(CANARY) ?? []),
];

/** Tells of the deal as the CRM has it, and waits. */
async function told(
  id: string,
  stage: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const known = await aDeal(stage, ['closed_won', 'lost'].includes(stage) ? { sow: { number: SOW } } : {});
  const deal = { ...known.deal, name: 'Harbour kingfisher-name', amount: 771_239, ...changes };
  const { statement } = known;
  const told: Omit<Deal, 'deal'> & { readonly deal: object } = {
    ...known,
    deal,
    ask: 'Before the merger with kingfisher-ask.',
    hours: { low: 771_239, high: 771_239 },
    ...(statement === undefined ? {} : { statement: { ...statement, engagement: 'GitLab for the harbour' } }),
  };
  await world.won(told, id);
  await world.quiet();
}

/** Every byte of the delivery in GitLab, its records in words. */
function delivered(): string {
  const { labels, epics, issues, notes } = world.sandbox.world;
  const label = labels.find(({ name }) => name === SOW)?.id ?? 0;
  const items = [...epics, ...issues].filter(({ labelIds }) => labelIds.includes(label));
  const on = notes.filter(({ target }) =>
    items.some(({ kind, id }) => kind === target.kind && id === target.id),
  );
  return JSON.stringify([items, items.map(({ description }) => readable(description)), on]);
}

it('stand with the deal alone: not in its delivery, log, audit log, inbox or report', async () => {
  world = await startComposedChain();
  await told('1', 'scoping');
  const { sandbox } = world;
  const { operations } = sandbox;
  const discovery = world.issue(DEAL, 'discovery');
  operations.createNote(sandbox.user('eli'), world.epic(DEAL), 'They pay for kingfisher-note.');
  operations.createNote(sandbox.user('mira'), discovery, '/ps hold kingfisher-hold');
  operations.updateIssue(sandbox.user('eli'), discovery, { title: 'Discovery of kingfisher-title' });
  await told('2', 'kingfisher-stage');
  operations.createNote(sandbox.user('mira'), discovery, '/ps resume');
  await told('3', 'negotiating');
  for (const step of [...TO_SIGNATURE, 'signature']) {
    world.perform(DEAL, step);
    await world.run(DEAL);
  }
  await told('4', 'closed_won');
  await told('5', 'lost', { lost_reason: 'kingfisher-lost' });
  await told('6', 'closed_won', { amount: '771239 EUR' });
  await world.sweep();

  expect(world.epics()).toEqual([DEAL, SOW]);
  expect(found(readable(world.epic(DEAL).description)).toSorted()).toEqual(
    expect.arrayContaining(['kingfisher-ask', 'kingfisher-lost', 'kingfisher-name']),
  );
  expect(delivered()).toContain('GitLab for the harbour');
  expect(found(delivered())).toEqual([]);

  expect(world.log.length).toBeGreaterThan(20);
  expect(found(world.log)).toEqual([]);
  const audit = await world.store.audit.read({ limit: 1_000 });
  expect(audit.length).toBeGreaterThan(20);
  expect(found(audit)).toEqual([]);
  const reasons = (await world.store.list({ limit: 100 })).map(({ reason }) => reason);
  expect(reasons.join()).toContain('deal.amount');
  expect(found(reasons)).toEqual([]);

  // What pages and reports of a delivery are made from.
  const { engagements } = await readPortfolio(world.deps, world.deps.clock.now());
  const report = engagements.find(({ engagement }) => engagement === SOW);
  expect(JSON.stringify(report)).toContain('GitLab for the harbour');
  expect(found(report)).toEqual([]);
  expect(found(await world.get('/metrics'))).toEqual([]);
});

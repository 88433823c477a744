/** What a CRM sends that is authentic and wrong: moments, keys, sizes, and the deals of others. */
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import { readSubject } from '#domain/sow/read-deal.ts';
import type { Logger } from '#ports/logger.ts';
import { type Outcome, reconcile } from '#reconciler/loop/reconcile.ts';
import { aDealProcess } from '#test/support/deals.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { aDealFile, anInputDeal } from '#test/support/inputs.ts';
import { readable, recordIn } from '#test/support/records.ts';
import { aDelivery, aStore, startWorker } from '#test/support/service.ts';

let world: EngagementWorld;
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await world.close();
});

const KEY = 'DEAL-88121';

async function start(): Promise<void> {
  world = await startEngagement({
    sow: anInputDeal(),
    process: aDealProcess(),
    now: () => new Date(),
  });
}

async function told(
  deal: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Outcome> {
  const subject = anInputDeal(deal, changes);
  const origin = { kind: 'crm', name: null, commit: null, at: subject.deal.changed_at ?? null } as const;
  return await world.reconcile({ sow: subject, origin, amend: 'ask' });
}

const stage = (): string | undefined => recordIn(world.epic(), KEY).sow.deal?.stage;
const said = (): readonly string[] =>
  world.sandbox.world.notes.flatMap(({ body, system }) => (system ? [] : [body]));

describe('a moment in which a deal was changed', () => {
  it.each(['2099-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])(
    'that lies as far ahead as %s holds nothing up: what comes after it holds',
    async (changed_at) => {
      await start();
      await told({ stage: 'scoping', changed_at });
      await told({ stage: 'proposal', changed_at });
      await told({ stage: 'negotiating', changed_at: new Date().toISOString() });
      expect(stage()).toBe('negotiating');
    },
  );

  it('of a clock that is some hours ahead still orders what it tells', async () => {
    await start();
    const ahead = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
    await told({ stage: 'scoping' });
    await told({ stage: 'negotiating', changed_at: ahead(6) });
    await told({ stage: 'proposal', changed_at: ahead(5) });
    expect(stage()).toBe('negotiating');
  });

  it.each([
    ['nothing has changed', 'scoping', 'scoping'],
    ['people are being asked', 'lost', 'scoping'],
  ])('is remembered also where %s: what is older and comes later changes nothing', async (_, said, holds) => {
    await start();
    const [first, second, third, fourth] = [9, 7, 5, 3].map((hours) =>
      new Date(Date.now() - hours * 3_600_000).toISOString(),
    );
    await told({ stage: 'scoping', changed_at: first });
    await told({ stage: said, changed_at: second });
    await told({ stage: said, changed_at: fourth });
    const late = await told({ stage: 'negotiating', changed_at: third });

    expect(late.kind).toBe('sow-refused');
    expect(stage()).toBe(holds);
    world.sandbox.ledger.clear();
    await told({ stage: said, changed_at: fourth });
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('that lies far ahead holds nothing up in the inbox either, in one batch or one after the other', async () => {
    await start();
    const { store, remove } = await aStore();
    const worker = startWorker(world.deps, store);
    ends.push(async () => {
      await worker.stop();
      await store.close();
      await remove();
    });
    const event = (stage: string, changed_at: string) =>
      aDelivery({
        source: 'crm',
        kind: 'sow',
        engagement: KEY,
        payload: { ...aDealFile(), deal: { ...Object(aDealFile()['deal']), stage, changed_at } },
      });
    await store.put(event('scoping', '2099-01-01T00:00:00Z'));
    await worker.quiet();
    await store.put(event('proposal', '2099-01-02T00:00:00Z'));
    await store.put(event('negotiating', new Date().toISOString()));
    await worker.quiet();

    expect(worker.failures).toEqual([]);
    expect(stage()).toBe('negotiating');
  });

  it.each(['2026-13-45T10:00:00Z', '2026-11-25T99:99:00Z', 'tomorrow', '2026-11-25'])(
    'that is none, like %s, is refused',
    async (changed_at) => {
      await start();
      const file = aDealFile();
      const read = readSubject({ ...file, deal: { ...Object(file['deal']), changed_at } }, DEFAULT_DEALS);
      expect(read.kind === 'invalid' ? read.problems.map(({ path }) => path) : read.kind).toEqual([
        'deal.changed_at',
      ]);
    },
  );
});

describe('a deal of others with the same key', () => {
  it('changes nothing, shows no number, and says where to look', async () => {
    await start();
    await told({ stage: 'scoping' });
    const before = recordIn(world.epic(), KEY);
    const outcome = await told(
      { stage: 'negotiating', url: 'https://other-crm.example.com/7', amount: 77_123 },
      { customer: { name: 'Quite Another Company' }, ask: 'Something else.' },
    );

    expect(outcome.kind).toBe('other-engagement');
    expect(recordIn(world.epic(), KEY)).toEqual(before);
    expect(said().at(-1)).toContain(`deals/${KEY}.yml`);
    expect(said().join()).not.toContain('77123');
  });

  it('is no other one when the customer is renamed, or the opportunity has moved', async () => {
    await start();
    await told({ stage: 'scoping' });
    await told({ stage: 'scoping' }, { customer: { name: 'Example Holding SE' } });
    await told(
      { stage: 'proposal', url: 'https://other-crm.example.com/7' },
      { customer: { name: 'Example Holding SE' } },
    );
    expect(stage()).toBe('proposal');
  });
});

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const json = (more: string): unknown => JSON.parse(`{${JSON.stringify(aDealFile()).slice(1, -1)},${more}}`);

describe('a payload', () => {
  it.each([
    ['deal is a list', '"deal":[1]'],
    ['deal is a text', '"deal":"DEAL-1"'],
    ['deal is nothing', '"deal":null'],
    ['ask is deep', `"ask":${deep(5_000)}`],
    ['an unknown field is deep', `"more":${deep(5_000)}`],
    ['a known group is deep', `"customer":{"name":${deep(5_000)}}`],
    ['prototypes', '"__proto__":{"deal":{"key":"DEAL-1"}},"constructor":{"prototype":{"polluted":1}}'],
    ['prototypes in groups', '"customer":{"name":"Example","__proto__":{"polluted":1}}'],
    [
      'ten thousand other SOWs',
      `"sow":{"number":"SOW-1","others":${JSON.stringify(Array.from({ length: 10_000 }, (_, n) => `SOW-${n}`))}}`,
    ],
    ['a statement that is a list', '"statement":[[]]'],
  ])('in which %s is read or refused, with a few problems and nothing else', async (_, more) => {
    await start();
    const read = readSubject(json(more), DEFAULT_DEALS);
    const told = read.kind === 'invalid' ? read.problems : read.warnings;
    expect(told.length).toBeLessThan(10);
    expect(JSON.stringify(told).length).toBeLessThan(5_000);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
    'with the stage %s is in a stage that nobody knows',
    async (name) => {
      await start();
      const file = aDealFile();
      const read = readSubject({ ...file, deal: { ...Object(file['deal']), stage: name } }, DEFAULT_DEALS);
      expect(read.kind === 'ok' ? read.subject.deal?.stage : read).toBe(name);
      expect(read.warnings.map(({ message }) => message).join()).toContain('is no stage of ours');
    },
  );

  it.each([
    'SOW-1',
    'DEAL-',
    'DEAL-1/../2',
    'DEAL-1\n',
    'DEAL-１',
    'DEAL-1 2',
    'DEAL-1::x',
    `DEAL-${'1'.repeat(42)}`,
    'deal-1',
  ])('with the key %j is refused', async (key) => {
    await start();
    const file = aDealFile();
    const read = readSubject({ ...file, deal: { ...Object(file['deal']), key } }, DEFAULT_DEALS);
    expect(read.kind === 'invalid' ? read.problems.map(({ path }) => path) : read).toEqual(['deal.key']);
  });

  it('with a key that differs in noughts alone is another deal', async () => {
    await start();
    await told({ key: 'DEAL-1' });
    const before = world.sandbox.world.epics.length;
    await reconcile(world.deps, 'DEAL-0001', { sow: anInputDeal({ key: 'DEAL-0001' }) });
    expect(world.sandbox.world.epics.length).toBe(before + 1);
  });
});

describe('amounts of a deal', () => {
  const AMOUNT = '771239';
  const PRICES = {
    statement: {
      billing: { rate: 771_239, price: 771_239, terms: 'net 30' },
      services: [{ name: 'Work', price: 771_239 }],
    },
  };

  it('stand neither in GitLab nor in the log, whatever becomes of the delivery', async () => {
    await start();
    const lines: unknown[] = [];
    const line = (message: string, fields?: unknown): void => void lines.push([message, fields]);
    const logger: Logger = { ...world.deps.logger, info: line, warn: line, error: line };
    const { store, remove } = await aStore();
    const worker = startWorker({ ...world.deps, logger }, store);
    ends.push(async () => {
      await worker.stop();
      await store.close();
      await remove();
    });
    const event = (deal: object, more: object = {}) =>
      aDelivery({
        source: 'crm',
        kind: 'sow',
        engagement: KEY,
        payload: {
          ...aDealFile(),
          ...PRICES,
          ...more,
          deal: { ...Object(aDealFile()['deal']), amount: 771_239, ...deal },
        },
      });
    for (const delivery of [
      event({}),
      event({ stage: 'proposal', amount: 771_239.5 }),
      event({ stage: 'lost' }),
      event(
        { stage: 'negotiating', url: 'https://other-crm.example.com/7' },
        { customer: { name: 'Another Company' } },
      ),
      event({ amount: '771,239 EUR' }),
    ]) {
      await store.put(delivery);
      await worker.quiet();
    }
    const dead = (await store.list({ state: 'dead', limit: 50 })).map(({ reason }) => reason);
    expect(dead).toHaveLength(2);
    const { epics, issues, notes } = world.sandbox.world;
    const shown = [...epics, ...issues].map(({ description, ...others }) => [readable(description), others]);
    for (const told of [shown, notes, lines, dead, worker.outcomes])
      expect(JSON.stringify(told)).not.toMatch(new RegExp(`${AMOUNT}|771,239`));
  });
});

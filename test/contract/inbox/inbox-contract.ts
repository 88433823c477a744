/** What every store of deliveries must do; run by `inbox-sqlite.test.ts` and `inbox-postgres.test.ts`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AuditEntry } from '#ports/audit-log.ts';
import type { Claim, Inbox, QuarantinedDelivery } from '#ports/inbox.ts';
import type { Store } from '#ports/store.ts';
import {
  aDelivery,
  afterLease,
  claimed,
  type InboxHarness,
  now,
  type StoreUnderTest,
} from './inbox-harness.ts';
import { inboxProperties } from './inbox-properties.ts';

const NEVER = new AbortController().signal;

function aQuarantined(changes: Partial<QuarantinedDelivery> = {}): QuarantinedDelivery {
  return { ...aDelivery(), kind: 'unknown', engagement: null, reason: 'unknown event type', ...changes };
}

function anEntry(changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at: now(),
    engagement: 'SOW-1042',
    event: 'gitlab issue update 12',
    requestId: 'request-1',
    rule: null,
    action: 'set-workflow kick-off: ready',
    result: 'done',
    detail: null,
    ...changes,
  };
}

function keysOf({ deliveries }: Claim): string[] {
  return deliveries.map(({ dedupeKey }) => dedupeKey);
}

export function inboxContract(name: string, harness: InboxHarness, propertyRuns: number): void {
  describe(`inbox in ${name}`, () => {
    const open = async (): Promise<Store> => (await openTwice(1)).first;

    async function openTwice(times = 2): Promise<{ first: Store; second: Store; store: StoreUnderTest }> {
      const store = await harness.newStore();
      const opened: Store[] = [];
      for (let count = 0; count < times; count += 1) opened.push(await store.open());
      onTestFinished(async () => {
        for (const inbox of opened) await inbox.close();
      });
      const [first, second = first] = opened;
      if (first === undefined || second === undefined) throw new Error('not opened');
      return { first, second, store };
    }

    putting(open);
    claiming(open, openTwice);
    ending(open, openTwice);
    operating(open);
    auditing(open, openTwice);
    rememberingLooks(openTwice);
    arriving(open, openTwice);
    closing(harness);
    inboxProperties(harness, propertyRuns);
  });
}

type Open = () => Promise<Store>;
type OpenTwice = () => Promise<{ first: Store; second: Store; store: StoreUnderTest }>;

function putting(open: Open): void {
  it('keeps a delivery as it was put', async () => {
    const inbox = await open();
    const delivery = aDelivery({
      source: 'crm',
      kind: 'sow',
      payload: { sow: { number: 'SOW-1' }, list: [1, null] },
    });

    expect(await inbox.put(delivery)).toBe('stored');

    const [stored] = await inbox.list({ limit: 10 });
    expect(stored).toEqual({
      ...delivery,
      id: stored?.id,
      state: 'waiting',
      attempts: 0,
      notBefore: delivery.receivedAt,
      reason: null,
    });
    expect(await inbox.show(stored?.id ?? '')).toEqual(stored);
  });

  it('stores one of a hundred identical deliveries that come at once', async () => {
    const inbox = await open();
    const delivery = aDelivery();

    const results = await Promise.all(Array.from({ length: 100 }, () => inbox.put(delivery)));

    expect(results.filter((result) => result === 'stored')).toHaveLength(1);
    expect(await inbox.list({ limit: 100 })).toHaveLength(1);
  });

  it('finds what was put under a key, until it is dropped', async () => {
    const inbox = await open();
    const delivery = aDelivery({ source: 'crm', kind: 'sow', dedupeKey: 'deal-1', payload: { hours: 80 } });
    await inbox.put(delivery);

    expect(await inbox.find('crm', 'deal-1')).toMatchObject({ dedupeKey: 'deal-1', payload: { hours: 80 } });
    expect(await inbox.find('gitlab', 'deal-1')).toBeNull();
    expect(await inbox.find('crm', 'deal-2')).toBeNull();

    await inbox.drop((await inbox.find('crm', 'deal-1'))?.id ?? '');
    expect(await inbox.find('crm', 'deal-1')).toBeNull();
  });

  it('takes the same key of another source as another delivery', async () => {
    const inbox = await open();

    expect(await inbox.put(aDelivery({ dedupeKey: 'same', source: 'gitlab' }))).toBe('stored');
    expect(await inbox.put(aDelivery({ dedupeKey: 'same', source: 'crm' }))).toBe('stored');
  });

  it('knows the key of a delivery that is worked on, done, dead or dropped', async () => {
    const inbox = await open();
    const delivery = aDelivery();
    await inbox.put(delivery);

    const first = await claimed(inbox);
    expect(await inbox.put(delivery)).toBe('duplicate');
    await inbox.bury(first, 'broken');
    expect(await inbox.put(delivery)).toBe('duplicate');
    const id = first.deliveries[0]?.id ?? '';
    await inbox.replay(id, now());
    await inbox.done(await claimed(inbox), now());
    expect(await inbox.put(delivery)).toBe('duplicate');
    await inbox.replay(id, now());
    expect(await inbox.drop(id)).toBe(true);
    expect(await inbox.put(delivery)).toBe('duplicate');
    expect(await inbox.list({ limit: 10 })).toEqual([]);
  });

  it('keeps a quarantined delivery as a dead letter, also one of no engagement', async () => {
    const inbox = await open();
    const delivery = aQuarantined();

    expect(await inbox.quarantine(delivery)).toBe('stored');
    expect(await inbox.quarantine(delivery)).toBe('duplicate');

    expect(await inbox.claim(now())).toBeNull();
    const [stored] = await inbox.list({ state: 'dead', limit: 10 });
    expect(stored).toMatchObject({ engagement: null, kind: 'unknown', reason: 'unknown event type' });
  });

  it('keeps hostile strings apart and gives them back unchanged', async () => {
    const inbox = await open();
    const texts = [
      '\0',
      'a\0b',
      '\ud800',
      '\udfff',
      '\ud801',
      '😀',
      `'";--`,
      '\\',
      '\\u0000',
      '\\\\',
      ' ',
      '\u202e',
      '\ufeff',
      '\n',
      '{}',
    ];

    for (const text of texts) {
      const delivery = aDelivery({
        dedupeKey: text,
        engagement: `SOW-${text}`,
        requestId: text,
        payload: { [text]: text },
      });
      expect(await inbox.put(delivery)).toBe('stored');
      const claim = await claimed(inbox);
      expect(claim.engagement).toBe(delivery.engagement);
      expect(claim.deliveries).toMatchObject([delivery]);
      await inbox.bury(claim, text);
      expect(
        (await inbox.list({ engagement: delivery.engagement, limit: 9 })).map(({ reason }) => reason),
      ).toEqual([text]);
    }
  });

  it('keeps a payload of a megabyte and a key of ten thousand characters', async () => {
    const inbox = await open();
    const payload = { text: 'ä'.repeat(500_000), more: 'x'.repeat(100_000) };
    const key = Array.from({ length: 10_000 }, (_, index) =>
      String.fromCharCode(33 + ((index * 7919) % 90)),
    ).join('');

    expect(await inbox.put(aDelivery({ payload, dedupeKey: key }))).toBe('stored');
    expect(await inbox.put(aDelivery({ payload, dedupeKey: key }))).toBe('duplicate');
    expect(await inbox.put(aDelivery({ payload, dedupeKey: `${key}.` }))).toBe('stored');

    expect((await claimed(inbox)).deliveries.map((delivery) => delivery.payload)).toEqual([payload, payload]);
  });

  it('fails a delivery that cannot be written, and only that one', async () => {
    const inbox = await open();
    const circle: { self?: unknown } = {};
    circle.self = circle;

    const results = await Promise.allSettled([
      inbox.put(aDelivery()),
      inbox.put(aDelivery({ payload: circle })),
      inbox.put(aDelivery({ receivedAt: 'yesterday' })),
      inbox.put(aDelivery({ kind: null as never })),
      inbox.put(aDelivery()),
    ]);

    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(await inbox.list({ limit: 10 })).toHaveLength(2);
  });
}

function claiming(open: Open, openTwice: OpenTwice): void {
  it('gives one claim everything that waits for an engagement, oldest first', async () => {
    const inbox = await open();
    for (const dedupeKey of ['c', 'a', 'b']) await inbox.put(aDelivery({ dedupeKey }));
    await inbox.put(aDelivery({ dedupeKey: 'other', engagement: 'SOW-2' }));

    const first = await claimed(inbox);
    const second = await claimed(inbox);

    expect(keysOf(first)).toEqual(['c', 'a', 'b']);
    expect(first.deliveries.map(({ state, attempts }) => [state, attempts])).toEqual(
      Array.from({ length: 3 }, () => ['working', 1]),
    );
    expect(keysOf(second)).toEqual(['other']);
    expect(await inbox.claim(now())).toBeNull();
  });

  it('keeps the order of deliveries that were put at once', async () => {
    const inbox = await open();
    const keys = Array.from({ length: 50 }, (_, index) => `at-once-${(index * 37) % 50}`);

    await Promise.all(keys.map((dedupeKey) => inbox.put(aDelivery({ dedupeKey }))));

    expect(keysOf(await claimed(inbox))).toEqual(keys);
  });

  it('gives an engagement to one worker at a time, whichever process asks', async () => {
    const { first, second } = await openTwice();
    const engagements = Array.from({ length: 10 }, (_, index) => `SOW-${index}`);
    for (const engagement of engagements) {
      for (let count = 0; count < 3; count += 1) await first.put(aDelivery({ engagement }));
    }

    const asked = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? first : second).claim(now()));
    const claims = (await Promise.all(asked)).filter((claim) => claim !== null);
    for (let claim = await first.claim(now()); claim !== null; claim = await first.claim(now()))
      claims.push(claim);

    expect(claims.map(({ engagement }) => engagement).toSorted()).toEqual(engagements.toSorted());
    expect(claims.every(({ deliveries }) => deliveries.length === 3)).toBe(true);
  });

  it('works on what a clock that was wrong has put off until another year', async () => {
    const inbox = await open();
    const nextYear = now(365 * 86_400_000);
    await inbox.put(aDelivery({ engagement: 'SOW-1', receivedAt: nextYear }));
    await inbox.put(aDelivery({ engagement: 'SOW-2' }));

    await inbox.done(await claimed(inbox), now());
    expect((await claimed(inbox)).deliveries).toHaveLength(1);
    expect(await inbox.claim(now())).toBeNull();
  });

  it('puts nothing off until another year, whatever the clock says', async () => {
    const inbox = await open();
    await inbox.put(aDelivery());
    await inbox.retry(await claimed(inbox), now(365 * 86_400_000), 'GitLab was away');

    const [waiting] = await inbox.list({ state: 'waiting', limit: 1 });
    const taken = (await inbox.claim(now())) === null ? Date.parse(waiting?.notBefore ?? '') : 0;
    expect(taken - Date.now()).toBeLessThan(3_700_000);
  });

  it('leaves what comes in during a claim to the next one', async () => {
    const { first, second } = await openTwice();
    await first.put(aDelivery({ dedupeKey: 'early' }));
    const claim = await claimed(first);
    await first.put(aDelivery({ dedupeKey: 'late' }));

    expect(await second.claim(now())).toBeNull();
    await first.done(claim, now());

    expect(keysOf(await claimed(second))).toEqual(['late']);
  });

  it('never works on one engagement twice at once and answers everything, with many workers in two processes', async () => {
    const { first, second } = await openTwice();
    const busy = new Set<string>();
    const answered: string[] = [];
    let clashes = 0;
    let putting = true;

    async function work(inbox: Inbox): Promise<void> {
      for (;;) {
        const last = !putting;
        const claim = await inbox.claim(now());
        if (claim === null && last) return;
        if (claim === null) await inbox.arrival(20, NEVER);
        else {
          if (busy.has(claim.engagement)) clashes += 1;
          busy.add(claim.engagement);
          await sleep(1);
          busy.delete(claim.engagement);
          answered.push(...keysOf(claim));
          await inbox.done(claim, now());
        }
      }
    }

    const workers = [first, first, first, second, second, second].map(work);
    const keys = Array.from({ length: 200 }, (_, index) => `many-${index}`);
    await Promise.all(
      keys.map(async (dedupeKey, index) => {
        await sleep(index % 40);
        await (index % 2 === 0 ? first : second).put(
          aDelivery({ dedupeKey, engagement: `SOW-${index % 7}` }),
        );
      }),
    );
    putting = false;
    await Promise.all(workers);

    expect(clashes).toBe(0);
    expect(answered.toSorted()).toEqual(keys.toSorted());
  });

  it('takes a storm about one engagement in one claim, in order, and ends all of it', async () => {
    const inbox = await open();
    const keys = Array.from({ length: 450 }, (_, number) => `storm-${number}`);
    await Promise.all(keys.map((dedupeKey) => inbox.put(aDelivery({ dedupeKey }))));

    const claim = await claimed(inbox);
    await inbox.put(aDelivery({ dedupeKey: 'meanwhile' }));
    await inbox.release(claim);
    const again = await claimed(inbox);
    await inbox.done(again, now());

    expect(keysOf(claim)).toEqual(keys);
    expect(keysOf(again)).toEqual([...keys, 'meanwhile']);
    expect(new Set(again.deliveries.map(({ attempts }) => attempts))).toEqual(new Set([1]));
    expect(await inbox.figures()).toMatchObject({ waiting: 0, working: 0, dead: 0 });
    expect(await inbox.list({ state: 'done', limit: 999 })).toHaveLength(451);
    expect(await inbox.claim(now())).toBeNull();
  });

  it('returns the work of a worker that died, and tells it when it was only slow', async () => {
    const { first, second, store } = await openTwice();
    await first.put(aDelivery({ dedupeKey: 'kept' }));
    const lost = await claimed(first);
    await first.put(aDelivery({ dedupeKey: 'meanwhile' }));

    await store.expireLeases();
    const taken = await claimed(second, afterLease());

    expect(taken.deliveries.map(({ dedupeKey, attempts }) => [dedupeKey, attempts])).toEqual([
      ['kept', 2],
      ['meanwhile', 1],
    ]);
    expect(await first.renew(lost, now())).toBe(false);
    await first.done(lost, now());
    await first.retry(lost, now(), 'late');
    await first.bury(lost, 'late');
    await first.release(lost);
    expect(await second.figures()).toMatchObject({ working: 2, dead: 0, waiting: 0 });
    expect(await second.renew(taken, afterLease())).toBe(true);
    await second.done(taken, now());
    expect(await first.claim(now())).toBeNull();
    expect(await first.list({ state: 'done', limit: 9 })).toHaveLength(2);
  });

  it('keeps a renewed claim', async () => {
    const { first, second } = await openTwice();
    await first.put(aDelivery());
    const claim = await claimed(first);

    expect(await first.renew(claim, now(5 * 60_000))).toBe(true);

    expect(await second.claim(now(5 * 60_000))).toBeNull();
    await first.done(claim, now());
    expect(await first.renew(claim, now())).toBe(false);
  });
}

function ending(open: Open, openTwice: OpenTwice): void {
  it('keeps why nothing came of a delivery that is done', async () => {
    const inbox = await open();
    await inbox.put(aDelivery());
    await inbox.done(await claimed(inbox), now(), 'its stage is "negotiating"');

    expect(await inbox.list({ limit: 1 })).toMatchObject([
      { state: 'done', reason: 'its stage is "negotiating"' },
    ]);
  });

  it('forgets why a delivery failed at first when it is done in the end', async () => {
    const inbox = await open();
    await inbox.put(aDelivery());
    await inbox.retry(await claimed(inbox), now(), 'gitlab_unavailable: 502');
    await inbox.done(await claimed(inbox), now());

    expect(await inbox.list({ limit: 1 })).toMatchObject([{ state: 'done', attempts: 2, reason: null }]);
  });

  it('says why nothing came of a delivery that had failed at first', async () => {
    const inbox = await open();
    await inbox.put(aDelivery());
    await inbox.retry(await claimed(inbox), now(), 'gitlab_unavailable: 502');
    await inbox.done(await claimed(inbox), now(), 'the engagement is paused');

    expect(await inbox.list({ limit: 1 })).toMatchObject([{ reason: 'the engagement is paused' }]);
  });

  it('ends some deliveries of a claim, and keeps the others in it', async () => {
    const { first, second } = await openTwice();
    const keys = Array.from({ length: 450 }, (_, number) => `part-${number}`);
    await Promise.all(keys.map((dedupeKey) => first.put(aDelivery({ dedupeKey }))));
    const claim = await claimed(first);
    const ids = claim.deliveries.map(({ id }) => id);

    await first.endPart(claim, ids.slice(0, 300), { kind: 'bury', reason: 'its SOW is wrong' });
    await first.endPart(claim, ids.slice(300, 301), { kind: 'done', now: now(), why: 'overtaken' });
    await first.endPart(claim, [], { kind: 'bury', reason: 'none' });
    await first.endPart(claim, ['no id of ours', '999999'], { kind: 'bury', reason: 'none' });

    expect(await first.figures()).toMatchObject({ working: 149, dead: 300 });
    expect(await first.show(ids[0] ?? '')).toMatchObject({ state: 'dead', reason: 'its SOW is wrong' });
    expect(await first.show(ids[300] ?? '')).toMatchObject({ state: 'done', reason: 'overtaken' });
    expect(await second.claim(now())).toBeNull();
    expect(await first.renew(claim, now())).toBe(true);
    await first.retry(claim, now(), 'GitLab was away');
    expect(keysOf(await claimed(second))).toEqual(keys.slice(301));
  });

  it('ends no part of a claim that was lost, and lets all parts of one end', async () => {
    const { first, second, store } = await openTwice();
    await first.put(aDelivery());
    const lost = await claimed(first);
    const ids = lost.deliveries.map(({ id }) => id);
    await store.expireLeases();
    const taken = await claimed(second, afterLease());

    await first.endPart(lost, ids, { kind: 'bury', reason: 'late' });
    expect(await second.figures()).toMatchObject({ working: 1, dead: 0 });
    await second.endPart(taken, ids, { kind: 'bury', reason: 'broken' });
    await second.done(taken, now());

    expect(await second.figures()).toMatchObject({ working: 0, dead: 1 });
    expect(await second.replay(ids[0] ?? '', now())).toBe(true);
    expect((await claimed(first)).deliveries).toHaveLength(1);
  });

  it('gives a retried delivery back not before its time, and says why it failed', async () => {
    const { first, second } = await openTwice();
    await first.put(aDelivery({ dedupeKey: 'again' }));
    const notBefore = now(400);

    await first.retry(await claimed(first), notBefore, 'gitlab_unavailable: 502');

    expect(await first.claim(now())).toBeNull();
    expect(await second.claim(now())).toBeNull();
    expect(await first.list({ limit: 1 })).toMatchObject([
      { state: 'waiting', notBefore, reason: 'gitlab_unavailable: 502', attempts: 1 },
    ]);
    await sleep(450);
    expect((await claimed(second)).deliveries).toMatchObject([{ dedupeKey: 'again', attempts: 2 }]);
  });

  it('does not let a delivery that waits for its retry hold back a new one', async () => {
    const inbox = await open();
    await inbox.put(aDelivery({ dedupeKey: 'failed' }));
    await inbox.retry(await claimed(inbox), now(60_000), 'failed');
    await inbox.put(aDelivery({ dedupeKey: 'new' }));

    const claim = await claimed(inbox);

    expect(keysOf(claim)).toEqual(['new']);
    await inbox.done(claim, now());
    expect(await inbox.claim(now())).toBeNull();
    expect(await inbox.figures()).toMatchObject({ waiting: 1, working: 0 });
  });

  it('never brings a buried delivery by itself, and brings a replayed one as new', async () => {
    const inbox = await open();
    await inbox.put(aDelivery({ dedupeKey: 'dead' }));
    const claim = await claimed(inbox);
    await inbox.bury(claim, 'gitlab_refused: 403');

    expect(await inbox.claim(afterLease())).toBeNull();
    const [dead] = await inbox.list({ state: 'dead', limit: 9 });
    expect(dead).toMatchObject({ dedupeKey: 'dead', reason: 'gitlab_refused: 403', attempts: 1 });

    expect(await inbox.replay(dead?.id ?? '', now())).toBe(true);
    expect(await inbox.replay(dead?.id ?? '', now())).toBe(false);
    expect((await claimed(inbox)).deliveries).toMatchObject([{ dedupeKey: 'dead', attempts: 1 }]);
  });

  it('releases a claim as if it had not been', async () => {
    const { first, second } = await openTwice();
    await first.put(aDelivery({ dedupeKey: 'one' }));
    await first.put(aDelivery({ dedupeKey: 'two' }));

    await first.release(await claimed(first));

    const again = await claimed(second);
    expect(again.deliveries.map(({ dedupeKey, attempts }) => [dedupeKey, attempts])).toEqual([
      ['one', 1],
      ['two', 1],
    ]);
  });

  it('ends the claim it is given, not a later one of the same engagement', async () => {
    const inbox = await open();
    await inbox.put(aDelivery());
    const earlier = await claimed(inbox);
    await inbox.release(earlier);
    const later = await claimed(inbox);

    await inbox.done(earlier, now());

    expect(later.id).not.toBe(earlier.id);
    expect(await inbox.figures()).toMatchObject({ working: 1 });
    expect(await inbox.renew(later, now())).toBe(true);
  });
}

function operating(open: Open): void {
  it('lists newest first, by state and engagement, up to the limit', async () => {
    const inbox = await open();
    for (const dedupeKey of ['a', 'b', 'c']) await inbox.put(aDelivery({ dedupeKey, engagement: 'SOW-1' }));
    await inbox.done(await claimed(inbox), now());
    for (const dedupeKey of ['d', 'e']) await inbox.put(aDelivery({ dedupeKey, engagement: 'SOW-2' }));
    await inbox.quarantine(aQuarantined({ dedupeKey: 'f', engagement: 'SOW-1' }));
    const keys = async (filter: Parameters<Inbox['list']>[0]): Promise<string[]> =>
      (await inbox.list(filter)).map(({ dedupeKey }) => dedupeKey);

    expect(await keys({ limit: 100 })).toEqual(['f', 'e', 'd', 'c', 'b', 'a']);
    expect(await keys({ limit: 2 })).toEqual(['f', 'e']);
    expect(await keys({ state: 'done', limit: 2 })).toEqual(['c', 'b']);
    expect(await keys({ state: 'dead', limit: 9 })).toEqual(['f']);
    expect(await keys({ engagement: 'SOW-1', limit: 9 })).toEqual(['f', 'c', 'b', 'a']);
    expect(await keys({ engagement: 'SOW-2', state: 'waiting', limit: 9 })).toEqual(['e', 'd']);
    expect(await keys({ engagement: 'SOW-3', limit: 9 })).toEqual([]);
  });

  it('counts what is open, and from when the oldest of it is', async () => {
    const inbox = await open();
    expect(await inbox.figures()).toEqual({ waiting: 0, working: 0, dead: 0, oldest: null });
    const oldest = '2026-01-02T03:04:05.678Z';

    await inbox.quarantine(aQuarantined({ receivedAt: '2025-01-01T00:00:00.000Z' }));
    expect(await inbox.figures()).toEqual({ waiting: 0, working: 0, dead: 1, oldest: null });
    await inbox.put(aDelivery({ engagement: 'SOW-1', receivedAt: oldest }));
    await inbox.put(aDelivery({ engagement: 'SOW-2' }));
    await inbox.put(aDelivery({ engagement: 'SOW-2' }));
    const claim = await claimed(inbox);

    expect(claim.engagement).toBe('SOW-1');
    expect(await inbox.figures()).toEqual({ waiting: 2, working: 1, dead: 1, oldest });
    await inbox.done(claim, now());
    expect(await inbox.figures()).toMatchObject({ waiting: 2, working: 0 });
  });

  it('drops a waiting or dead delivery, and nothing else', async () => {
    const inbox = await open();
    await inbox.put(aDelivery({ dedupeKey: 'waiting', engagement: 'SOW-1' }));
    await inbox.quarantine(aQuarantined({ dedupeKey: 'dead' }));
    const [dead, waiting] = await inbox.list({ limit: 9 });

    expect(await inbox.drop(waiting?.id ?? '')).toBe(true);
    expect(await inbox.drop(waiting?.id ?? '')).toBe(false);
    expect(await inbox.drop(dead?.id ?? '')).toBe(true);
    expect(await inbox.claim(now())).toBeNull();
    expect(await inbox.show(waiting?.id ?? '')).toBeNull();
    expect(await inbox.replay(waiting?.id ?? '', now())).toBe(false);

    await inbox.put(aDelivery({ engagement: 'SOW-1' }));
    const claim = await claimed(inbox);
    expect(await inbox.drop(claim.deliveries[0]?.id ?? '')).toBe(false);
    expect(await inbox.replay(claim.deliveries[0]?.id ?? '', now())).toBe(false);
    await inbox.done(claim, now());
    expect(await inbox.drop(claim.deliveries[0]?.id ?? '')).toBe(false);
  });

  it('cannot replay a delivery of no engagement', async () => {
    const inbox = await open();
    await inbox.quarantine(aQuarantined({ engagement: null }));
    const [dead] = await inbox.list({ limit: 1 });

    expect(await inbox.replay(dead?.id ?? '', now())).toBe(false);
    expect(await inbox.figures()).toMatchObject({ dead: 1, waiting: 0 });
  });

  it('answers texts that are no id of ours', async () => {
    const inbox = await open();

    for (const id of [
      '',
      '0',
      '-1',
      '1.5',
      'abc',
      `1' OR '1'='1`,
      '99999999999999999999',
      '999999',
      '1e3',
      '\0',
    ]) {
      expect(await inbox.show(id)).toBeNull();
      expect(await inbox.replay(id, now())).toBe(false);
      expect(await inbox.drop(id)).toBe(false);
    }
  });

  it('prunes what was done or dropped before the instant, with its key, and nothing that is open', async () => {
    const inbox = await open();
    const old = aDelivery({ dedupeKey: 'old' });
    await inbox.put(old);
    await inbox.done(await claimed(inbox), now(-60_000));
    await inbox.put(aDelivery({ dedupeKey: 'recent' }));
    await inbox.done(await claimed(inbox), now());
    await inbox.quarantine(aQuarantined({ dedupeKey: 'dead', receivedAt: now(-120_000) }));
    await inbox.put(aDelivery({ dedupeKey: 'waiting', receivedAt: now(-120_000) }));

    expect(await inbox.prune(now(-30_000))).toBe(1);

    expect((await inbox.list({ limit: 9 })).map(({ dedupeKey }) => dedupeKey)).toEqual([
      'waiting',
      'dead',
      'recent',
    ]);
    expect(await inbox.put(old)).toBe('stored');
    expect(await inbox.put(aDelivery({ dedupeKey: 'recent' }))).toBe('duplicate');
    const [again] = await inbox.list({ limit: 1 });
    expect(await inbox.drop(again?.id ?? '')).toBe(true);
    expect(await inbox.prune(now(60_000))).toBe(2);
    expect(await inbox.put(old)).toBe('stored');
  });

  it('prunes more than fits in one transaction', async () => {
    const inbox = await open();
    await Promise.all(Array.from({ length: 4500 }, () => inbox.put(aDelivery())));
    await inbox.done(await claimed(inbox), now(-60_000));

    expect(await inbox.prune(now())).toBe(4500);
    expect(await inbox.list({ limit: 9 })).toEqual([]);
  });
}

function rememberingLooks(openTwice: OpenTwice): void {
  it('remembers what sweeps have looked at, for every process and over a restart', async () => {
    const { first, second, store } = await openTwice();

    await first.looks.write(
      'one',
      new Map([
        ['SOW-1', '2026-01-01'],
        ['SOW-2', '2026-01-02'],
      ]),
      'all',
    );
    await second.looks.write(
      'one',
      new Map([
        ['SOW-2', '2026-01-03'],
        ['SOW-3', '2026-01-03'],
      ]),
      'some',
    );
    const later = await store.open();
    onTestFinished(async () => await later.close());

    expect(await later.looks.read('one')).toEqual(
      new Map([
        ['SOW-1', '2026-01-01'],
        ['SOW-2', '2026-01-03'],
        ['SOW-3', '2026-01-03'],
      ]),
    );
  });

  it('forgets what a full sweep no longer names, and counts nothing of other processes and settings', async () => {
    const { first } = await openTwice();
    const many = new Map(Array.from({ length: 1_200 }, (_, n) => [`SOW-${n}`, 'then'] as const));

    await first.looks.write('one', many, 'all');
    await first.looks.write('two', new Map([['SOW-7', 'now']]), 'some');

    expect((await first.looks.read('one')).size).toBe(1_199);
    expect(await first.looks.read('two')).toEqual(new Map([['SOW-7', 'now']]));
    await first.looks.write('two', new Map([['SOW-7', 'now']]), 'all');
    expect(await first.looks.read('one')).toEqual(new Map());
    await first.looks.write('two', new Map(), 'all');
    expect(await first.looks.read('two')).toEqual(new Map());
  });
}

function auditing(open: Open, openTwice: OpenTwice): void {
  it('reads the audit log newest first, by engagement and instant, up to the limit', async () => {
    const { first, second } = await openTwice();
    const early = anEntry({ at: '2026-01-01T00:00:00.000Z', action: 'one' });
    const none = anEntry({
      at: '2026-01-02T00:00:00.000Z',
      action: 'two',
      engagement: null,
      rule: 'order',
      detail: 'why',
    });
    const late = anEntry({
      at: '2026-01-03T00:00:00.000Z',
      action: 'three',
      result: 'failed',
      detail: '\0\\\ud800😀',
    });

    await first.audit.append([early, none]);
    await first.audit.append([]);
    await second.audit.append([late]);

    expect(await first.audit.read({ limit: 9 })).toEqual([late, none, early]);
    expect(await first.audit.read({ limit: 2 })).toEqual([late, none]);
    expect(await second.audit.read({ engagement: 'SOW-1042', limit: 9 })).toEqual([late, early]);
    expect(await second.audit.read({ since: '2026-01-02T00:00:00Z', limit: 9 })).toEqual([late, none]);
    expect(
      await second.audit.read({ engagement: 'SOW-1042', since: '2026-01-02T00:00:00Z', limit: 9 }),
    ).toEqual([late]);
    expect(await second.audit.read({ engagement: 'SOW-9', limit: 9 })).toEqual([]);
  });

  it('forgets lines that are older than asked, more than fit in one transaction, and never those of 90 days', async () => {
    const { first, second } = await openTwice();
    const day = 86_400_000;
    const recent = anEntry({ at: now(-30 * day), action: 'recent' });
    const older = anEntry({ at: now(-399 * day), action: 'older' });
    const old = Array.from({ length: 4_500 }, () => anEntry({ at: now(-401 * day) }));
    await first.audit.append([...old, older, recent]);

    expect(await second.audit.prune(now(-400 * day))).toBe(4_500);
    expect(await second.audit.prune(now(-400 * day))).toBe(0);

    expect(await first.audit.read({ limit: 9 })).toEqual([recent, older]);
    await expect(first.audit.prune(now())).rejects.toThrow(/append-only/);
    expect(await first.audit.read({ limit: 9 })).toContainEqual(recent);
  });

  it('appends all lines of a call or none', async () => {
    const inbox = await open();

    await expect(inbox.audit.append([anEntry(), anEntry({ result: 'invented' as never })])).rejects.toThrow(
      /constraint/,
    );

    expect(await inbox.audit.read({ limit: 9 })).toEqual([]);
  });
}

function arriving(open: Open, openTwice: OpenTwice): void {
  async function waitedFor(work: Promise<void>): Promise<number> {
    const began = performance.now();
    await work;
    return performance.now() - began;
  }

  it('tells a waiting worker of a delivery at once', async () => {
    const inbox = await open();
    await inbox.claim(now());

    const waited = waitedFor(inbox.arrival(5000, NEVER));
    await sleep(50);
    const putAt = performance.now();
    await inbox.put(aDelivery());
    await waited;

    expect(performance.now() - putAt).toBeLessThan(2_500);
    expect(await waited).toBeGreaterThan(45);
  });

  it('tells a worker of another process soon', async () => {
    const { first, second } = await openTwice();
    await second.claim(now());

    const waited = waitedFor(second.arrival(5000, NEVER));
    await first.put(aDelivery());

    expect(await waited).toBeLessThan(2_500);
    expect(await second.claim(now())).not.toBeNull();
  });

  it('does not forget a delivery that came in while no worker waited', async () => {
    const inbox = await open();
    expect(await inbox.claim(now())).toBeNull();
    await inbox.put(aDelivery());

    expect(await waitedFor(inbox.arrival(5000, NEVER))).toBeLessThan(2_500);
  });

  it('sends nobody for an engagement that is worked on, however much comes in, and tells when it became free', async () => {
    const inbox = await open();
    await inbox.put(aDelivery());
    const claim = await claimed(inbox);
    expect(await inbox.claim(now())).toBeNull();

    const inVain = waitedFor(inbox.arrival(600, NEVER));
    await Promise.all([inbox.put(aDelivery()), inbox.put(aDelivery())]);
    expect(await inVain).toBeGreaterThan(500);
    const freed = waitedFor(inbox.arrival(5000, NEVER));
    await inbox.done(claim, now());
    expect(await freed).toBeLessThan(2_500);

    expect((await claimed(inbox)).deliveries).toHaveLength(2);
  });

  it('tells of an engagement that became free, and of a replay', async () => {
    const inbox = await open();
    await inbox.put(aDelivery());
    const claim = await claimed(inbox);
    await inbox.put(aDelivery());
    expect(await inbox.claim(now())).toBeNull();

    const freed = waitedFor(inbox.arrival(5000, NEVER));
    await inbox.bury(claim, 'broken');
    expect(await freed).toBeLessThan(2_500);
    await inbox.done(await claimed(inbox), now());
    expect(await inbox.claim(now())).toBeNull();
    const replayed = waitedFor(inbox.arrival(5000, NEVER));
    await inbox.replay(claim.deliveries[0]?.id ?? '', now());
    expect(await replayed).toBeLessThan(2_500);
  });

  it('lets a worker go after its time, at its signal, and when the inbox closes', async () => {
    const inbox = await open();
    await inbox.claim(now());
    const stop = new AbortController();

    expect(await waitedFor(inbox.arrival(60, NEVER))).toBeGreaterThan(50);
    const aborted = waitedFor(inbox.arrival(5000, stop.signal));
    stop.abort();
    expect(await aborted).toBeLessThan(2_500);
    expect(await waitedFor(inbox.arrival(5000, stop.signal))).toBeLessThan(2_500);
    const closed = waitedFor(inbox.arrival(5000, NEVER));
    await inbox.close();
    expect(await closed).toBeLessThan(2_500);
  });
}

function closing(harness: InboxHarness): void {
  it('stores what was put before it closed, and refuses the rest', async () => {
    const store = await harness.newStore();
    const inbox = await store.open();
    const puts = Array.from({ length: 50 }, () => inbox.put(aDelivery()));

    const closed = inbox.close();

    expect(await Promise.all(puts)).toEqual(Array(50).fill('stored'));
    await closed;
    await inbox.close();
    await expect(inbox.put(aDelivery())).rejects.toMatchObject({
      code: 'inbox_unavailable',
      disposition: 'retry',
    });
    await expect(inbox.claim(now())).rejects.toMatchObject({ code: 'inbox_unavailable' });
    await expect(inbox.figures()).rejects.toMatchObject({ code: 'inbox_unavailable' });
    await expect(inbox.audit.read({ limit: 1 })).rejects.toMatchObject({ code: 'inbox_unavailable' });
    const again = await store.open();
    expect(await again.list({ limit: 100 })).toHaveLength(50);
    await again.close();
  });

  it('still knows everything after it was closed and opened', async () => {
    const store = await harness.newStore();
    const before = await store.open();
    await before.put(aDelivery({ dedupeKey: 'dead', engagement: 'SOW-1' }));
    await before.bury(await claimed(before), 'broken');
    await before.put(aDelivery({ dedupeKey: 'waiting', engagement: 'SOW-2' }));
    const listed = await before.list({ limit: 9 });
    await before.close();

    const after = await store.open();

    expect(await after.list({ limit: 9 })).toEqual(listed);
    expect(keysOf(await claimed(after))).toEqual(['waiting']);
    await after.close();
  });
}

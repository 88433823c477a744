/**
 * Somebody with the role Developer who wants to skip the sign-off: whatever is written into descriptions changes no verdict,
 * people are told once, and everything is as it was afterwards.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { checkEngagement, findingsOf } from '#domain/explain/check.ts';
import { openRecord, placeOf, recordLine, type Seal, UNSEALED } from '#domain/record/line.ts';
import { decide } from '#reconciler/loop/decide.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import { newKeyPair, openSeal } from '#seal/ed25519.ts';
import { aProcess, aStep } from '#test/support/builders.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { assertRounds, PROOF, proofRuns } from '#test/support/proof.ts';

const process_ = aProcess({
  steps: [
    aStep('first'),
    aStep('second', { after: [{ step: 'first', until: 'done' }] }),
    aStep('last', { after: [{ step: 'second', until: 'done' }] }),
  ],
  closeWhen: ['last'],
});

let world: EngagementWorld;
let seal: Seal;

afterEach(async () => {
  await world.close();
});

async function launched(): Promise<void> {
  const pair = newKeyPair();
  seal = openSeal([pair.publicKey], pair.privateKey);
  world = await startEngagement({ process: process_, seal });
  await world.apply();
  await world.walk('first');
}

function write(item: Epic | Issue, description: string): void {
  world.by('eli').write(item, description);
}

/** The record as its author would forge it: without the key, with whatever stands in public. */
function forged(change: (data: string) => string): string {
  const epic = world.epic();
  return epic.description.replace(
    /(procession:record v1 )(\S+) (\S+)/,
    (_, head: string, signature: string, data: string) => `${head}${signature} ${change(data)}`,
  );
}

function unsealedWaiver(): string {
  const epic = world.epic();
  const place = placeOf({ id: epic.id, tracking: null });
  const opened = openRecord(epic.description, { place, key: 'SOW-1042' }, seal);
  if (opened.kind !== 'ok') throw new Error('the record of the world is damaged');
  const given = { by: 'mira', byId: 7, on: '2026-11-20', note: 1 };
  const waivers = ['second', 'last'].map((step) => ({
    step,
    reason: 'r',
    skip: true,
    used: false,
    ...given,
  }));
  const record = { ...opened.record, rulings: { ...opened.record.rulings, waivers } };
  return epic.description.replace(/<!-- procession:record .*-->/, recordLine(record, place, UNSEALED));
}

const ATTACKS: readonly (readonly [name: string, attack: () => void])[] = [
  ['a waiver forged into the record', () => write(world.epic(), unsealedWaiver())],
  [
    'a letter changed',
    () =>
      write(
        world.epic(),
        forged((data) => `A${data.slice(1)}`),
      ),
  ],
  [
    'the record cut off',
    () =>
      write(
        world.epic(),
        forged((data) => data.slice(0, 40)),
      ),
  ],
  [
    'the record deleted',
    () => write(world.epic(), world.epic().description.replace(/<!-- procession:record .*-->\n?/, '')),
  ],
  [
    'the marker deleted',
    () => write(world.epic(), world.epic().description.replace(/<!-- procession:epic .*-->\n?/, '')),
  ],
  [
    'the marker of a later version',
    () => write(world.epic(), world.epic().description.replace('procession:epic v1', 'procession:epic v2')),
  ],
  [
    'the marker of another engagement',
    () => write(world.epic(), world.epic().description.replace('epic v1 SOW-1042', 'epic v1 SOW-7')),
  ],
  [
    'the marker of another process',
    () => write(world.epic(), world.epic().description.replace(' sample -->', ' other -->')),
  ],
  ['the description emptied', () => write(world.epic(), '')],
  [
    'every description emptied',
    () => {
      for (const item of [world.epic(), world.issue('first'), world.issue('second'), world.issue('last')])
        write(item, 'Nothing to see');
    },
  ],
  [
    'paused in the words of earlier releases',
    () => write(world.epic(), `${world.epic().description}\n<!-- procession:state v1 paused | -->`),
  ],
  [
    'two steps that say they are each other',
    () => {
      const [second, last] = [world.issue('second'), world.issue('last')];
      const [a, b] = [second.description, last.description];
      write(world.epic(), '');
      write(second, b);
      write(last, a);
    },
  ],
];

describe('a Developer who edits what Procession keeps in descriptions', () => {
  it.each(ATTACKS)('%s: the sign-off is still asked for, told once, put back', async (_, attack) => {
    await launched();
    const last = world.issue('last');
    const before = { epics: world.sandbox.world.epics.length, issues: world.sandbox.world.issues.length };
    attack();
    world.by('eli').close(last);

    await world.reconcile();
    await world.reconcile();

    expect(last.state).toBe('opened');
    expect(world.state('second')).toBe('workflow::ready');
    expect(world.sandbox.world.issues.find(({ id }) => id === last.id)?.title).toBe(last.title);
    expect({ epics: world.sandbox.world.epics.length, issues: world.sandbox.world.issues.length }).toEqual(
      before,
    );
    expect(world.sandbox.world.issues.filter(({ state }) => state === 'opened')).toHaveLength(2);
    const place = placeOf({ id: world.epic().id, tracking: null });
    expect(openRecord(world.epic().description, { place, key: 'SOW-1042' }, seal)).toMatchObject({
      kind: 'ok',
      as: 'sealed',
    });
    world.sandbox.ledger.clear();
    await world.reconcile();
    expect(world.sandbox.ledger.writes()).toEqual([]);
    expect(world.notesOf(world.epic(), 'record-restored').length).toBeLessThanOrEqual(1);
  });

  it('makes check fail until the record is put back, and nothing else', async () => {
    await launched();
    write(world.epic(), unsealedWaiver());
    const actual = await world.gitlab.readEngagement('SOW-1042', { always: true });

    const decision = await decide(world.deps, actual);

    if (decision.kind !== 'decided') throw new Error(decision.kind);
    const findings = findingsOf(checkEngagement(decision.facts.assessment, decision.facts.found));
    expect(findings.map(({ rule }) => rule)).toEqual(['record-damaged']);
    await world.reconcile();
    expect(world.notesOf(world.epic(), 'record-restored')).toHaveLength(1);
  });

  it('who puts back an older description makes nothing looser', async () => {
    await launched();
    const older = world.epic().description;
    await world.walk('second');
    write(world.epic(), older);
    world.by('eli').close(world.issue('last'));

    await world.reconcile();

    expect(world.state('second')).toBe('workflow::done');
  });

  it('whatever is cut, changed or put together of two: no verdict changes', PROOF, async () => {
    await launched();
    const older = world.epic().description;
    world.by('mira').label(world.epic(), 'health::at risk');
    await world.reconcile();
    const now = world.epic().description;
    const at = fc.nat(now.length - 1);
    const attack = fc.oneof(
      at.map((cut) => now.slice(0, cut)),
      at.map((cut) => now.slice(cut)),
      fc
        .tuple(at, fc.constantFrom('A', 'b', ' ', '<', '\n'))
        .map(([cut, sign]) => now.slice(0, cut) + sign + now.slice(cut + 1)),
      at.map((cut) => older.slice(0, cut) + now.slice(cut)),
    );
    await assertRounds(
      fc.asyncProperty(attack, async (text) => {
        write(world.epic(), text);
        world.by('eli').close(world.issue('last'));
        await world.reconcile();
        expect(world.issue('last').state).toBe('opened');
        expect(world.sandbox.world.epics).toHaveLength(1);
      }),
      proofRuns(12),
    );
  });

  it('who copies the record of a launch into an older epic takes nothing over: the epic that the seal names survives', async () => {
    const pair = newKeyPair();
    seal = openSeal([pair.publicKey], pair.privateKey);
    world = await startEngagement({ process: process_, seal });
    const { operations } = world.sandbox;
    const older = operations.createEpic(world.sandbox.user('eli'), world.seed.group.id, {
      title: 'Plans',
      description: '',
      labels: ['SOW-1042'],
    });
    let newborn = '';
    await world.apply({
      onDone: ({ kind }) => {
        if (kind === 'create-epic') newborn = world.epic().description;
      },
    });
    const own = world.epic();
    write(older, newborn);

    await world.reconcile();
    write(own, '');
    await world.reconcile();
    await world.reconcile();

    expect(own.state).toBe('opened');
    expect(world.sandbox.world.issues.every(({ epicId }) => epicId === own.id)).toBe(true);
    const place = placeOf({ id: own.id, tracking: null });
    expect(openRecord(own.description, { place, key: 'SOW-1042' }, seal)).toMatchObject({
      kind: 'ok',
      as: 'sealed',
    });
  });

  it('who pastes a marker into an issue of another engagement closes nothing there', async () => {
    await launched();
    await reconcile(world.deps, 'SOW-2', {
      sow: { ...world.sow, sow: { ...world.sow.sow, number: 'SOW-2' } },
      process: process_.id,
    });
    const theirs = world.sandbox.world.issues.find(({ description }) =>
      description.includes('SOW-2 sample second'),
    );
    if (theirs === undefined) throw new Error('SOW-2 has no second step');
    write(theirs, world.issue('second').description);
    world.by('eli').label(theirs, 'SOW-1042');

    await world.reconcile();
    await reconcile(world.deps, 'SOW-2');

    expect(theirs.state).toBe('opened');
    expect(world.notesOf(theirs, 'twin')).toEqual([]);
  });

  it('a double that we made ourselves is still closed', async () => {
    await launched();
    const second = world.issue('second');
    const names = world.labels(second);
    const double = world.sandbox.operations.createIssue(
      world.sandbox.user('procession-bot'),
      world.seed.project.id,
      { title: second.title, description: second.description, labels: names },
    );

    await world.reconcile();

    expect(second.state).toBe('opened');
    expect(double.state).toBe('closed');
    expect(world.notesOf(double, 'twin')).toHaveLength(1);
  });
});

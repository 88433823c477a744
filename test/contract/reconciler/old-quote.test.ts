/** An engagement of version 1 of Quote to sign-off, under the number of its SOW, becomes the deal which that came of. */
import { afterEach, describe, expect, it } from 'vitest';
import { formatProblem } from '#domain/base/input-problem.ts';
import { carryOutMigration, planMigrationOf } from '#reconciler/loop/migrate.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import type { Tier } from '#sandbox/world.ts';
import { createSeal, newKeyPair, readPrivateKey, readPublicKey } from '#seal/ed25519.ts';
import { beginFrom, type Snapshot, snapshotOf } from '#test/support/copied-world.ts';
import { watched } from '#test/support/dying.ts';
import { sampleSow } from '#test/support/engagement.ts';
import {
  DEAL,
  FIRST_STEPS,
  type OldQuote,
  SOW,
  startOldQuote,
  theDeal,
  toDeal,
} from '#test/support/old-quote.ts';
import { PROOF, proofPoints } from '#test/support/proof.ts';

const now = (): Date => new Date('2026-11-20T10:00:00Z');

let world: OldQuote;

afterEach(async () => {
  await world.close();
});

/** The first two steps are done, the third is begun, and people have written where they may. */
async function begun(options: Parameters<typeof startOldQuote>[0]): Promise<void> {
  world = await startOldQuote({ now, ...options });
  await world.done('discovery', 'rom-estimate');
  const { operations } = world.sandbox;
  const eli = world.sandbox.user('eli');
  const mira = world.sandbox.user('mira');
  const approval = world.issue(SOW, 'rom-approval');
  operations.updateIssue(eli, approval, {
    addLabels: ['workflow::in progress'],
    title: 'Our approval of the estimate',
    description: `${approval.description}\r\nWritten by Eli.\r\n`,
  });
  operations.createNote(mira, world.issue(SOW, 'opportunity'), '/ps waive the customer has one');
  await world.look(SOW);
  await world.look(SOW);
}

const DONE: readonly string[] = ['migrated', 'finished', 'there'];

/** A sweep in the middle opens by the old version what is about to be retired, and says so on the issue. */
function shapeOf(isSwept: boolean): unknown {
  return isSwept ? world.shape().map((item) => ({ ...item, notes: 0 })) : world.shape();
}

/** Why it is refused, or stays as it is. */
async function refusal(deal: Awaited<ReturnType<typeof theDeal>> | null): Promise<string> {
  world.forget();
  const outcome = await world.migrate(deal);
  expect(world.sandbox.ledger.writes()).toEqual([]);
  if (outcome.kind === 'stays') return outcome.why;
  if (outcome.kind !== 'failed') throw new Error(outcome.kind);
  return outcome.problems.map(formatProblem).join('\n');
}

function closings(): readonly unknown[] {
  return world.sandbox.world.issues
    .filter(({ state }) => state === 'closed')
    .map(({ id, closedAt }) => [id, closedAt]);
}

async function expectQuiet(): Promise<void> {
  world.sandbox.ledger.clear();
  await sweep(world.deps);
  expect(world.sandbox.ledger.writes()).toEqual([]);
}

describe.each<Tier>(['premium', 'free'])('on GitLab %s', (tier) => {
  it('is the deal from then on: what people wrote, did and ruled is kept, nothing is opened, and one comment tells of it', async () => {
    await begun({ tier });
    const texts = world.peoplesText();
    const closed = closings();
    const made = world.sandbox.world.notes.filter(({ system }) => !system).length;

    expect(await world.migrate(await theDeal())).toMatchObject({ kind: 'migrated' });

    expect(world.epics()).toEqual([DEAL]);
    const { epics, issues } = world.sandbox.world;
    const named = [...epics, ...issues].filter(({ description }) => description.includes(` v1 ${SOW} `));
    expect(named.map(({ title }) => title)).toEqual([]);
    expect(JSON.stringify(world.shape())).not.toContain(`"${SOW}"`);
    expect(issues.every(({ confidential }) => confidential)).toBe(true);
    expect(world.epic(DEAL)).toMatchObject({
      confidential: true,
      title: 'DEAL-88121 · Nordlicht Example Shipping AG · GitLab for the harbour',
      state: 'opened',
    });
    expect(world.issue(DEAL, 'rom-approval').title).toBe('Our approval of the estimate');
    expect(world.issue(DEAL, 'quote').title).toBe('Quote · Nordlicht Example Shipping AG (DEAL-88121)');
    expect(world.state(DEAL, 'discovery')).toBe('workflow::done');
    expect(world.state(DEAL, 'opportunity')).toBe('workflow::blocked');
    expect(world.issue(DEAL, 'opportunity').description).toContain('the customer has one');
    expect(world.state(DEAL, 'delivery-handover')).toBe('workflow::retired');
    expect(world.state(DEAL, 'scheduling-intake')).toBe('workflow::ready');
    const before = new Set(texts.map((text) => text.split('\n', 1)[0]));
    expect(world.peoplesText().filter((text) => before.has(text.split('\n', 1)[0]))).toEqual(texts);
    expect(closings()).toEqual(expect.arrayContaining([...closed]));
    const told = world.sandbox.world.notes.filter(({ system }) => !system).slice(made);
    expect(
      told.filter(({ body }) => body.includes('procession:note migrated:')).map(({ target }) => target.id),
    ).toEqual([world.epic(DEAL).id]);
    expect(told.filter(({ target }) => target.id !== world.epic(DEAL).id)).toEqual([]);
    expect(world.sandbox.ledger.entries().flatMap(({ unknownParameters }) => unknownParameters)).toEqual([]);
    await expectQuiet();
    expect(await world.migrate(await theDeal())).toMatchObject({ kind: 'there', as: DEAL });
    await expectQuiet();
  });

  it('leaves its number to the delivery, which joins the deal', async () => {
    await begun({ tier });
    await world.migrate(await theDeal());

    await world.tell(await sampleSow(SOW));
    await world.look(DEAL);
    await world.look(SOW);

    expect(world.epics()).toEqual([DEAL, SOW]);
    expect(world.epic(DEAL).description).toContain(`Delivery ${SOW}`);
    expect(world.epic(SOW).description).toContain(`Deal [${DEAL}]`);
    expect(world.issue(SOW, 'kick-off').confidential).toBe(false);
    await expectQuiet();
    expect(await world.migrate(await theDeal())).toMatchObject({ kind: 'there', as: DEAL });
  });

  it(
    'killed after any call, and looked at by a sweep in between, is completed by the same again',
    PROOF,
    async () => {
      await begun({ tier });
      const before = snapshotOf(world);
      await world.migrate(await theDeal());
      await sweep(world.deps);
      const [told, untold] = [shapeOf(false), shapeOf(true)];
      const wanted = (isSwept: boolean): unknown => (isSwept ? untold : told);
      await world.close();
      world = await startOldQuote({ tier, now }, async (one) => beginFrom(one, before));
      const left: Snapshot[] = [];
      await world.migrate(
        await theDeal(),
        watched(world.connect(), () => left.push(snapshotOf(world))),
      );
      expect(left.length).toBeGreaterThan(40);

      let isSwept = true;
      for (const point of proofPoints(left.length, 4)) {
        isSwept = !isSwept;
        await world.close();
        world = await startOldQuote({ tier, now }, async (one) => beginFrom(one, left[point] as Snapshot));
        if (isSwept) await sweep(world.over(world.connect()));
        const { kind } = await world.migrate(await theDeal(), world.connect());
        expect({ point, isDone: DONE.includes(kind) }).toEqual({ point, isDone: true });
        await sweep(world.over(world.connect()));
        expect({ point, isSwept, shape: shapeOf(isSwept) }).toEqual({
          point,
          isSwept,
          shape: wanted(isSwept),
        });
        await expectQuiet();
      }
    },
  );
});

describe('it is refused, with nothing written', () => {
  it('where no deal names it', async () => {
    world = await startOldQuote({ now });

    expect(await refusal(null)).toContain(
      'no file in deals/ names it as its SOW. Fix: Write deals/DEAL-<n>.yml',
    );
    expect(await refusal(await theDeal({ sow: { number: 'SOW-1050' } }))).toContain('names it as its SOW');
  });

  it('where the deal is there already', async () => {
    world = await startOldQuote({ now });
    await world.tell(await theDeal({ sow: undefined }));

    expect(await refusal(await theDeal())).toContain(`there is an engagement ${DEAL} already: http`);
  });

  it('where it is an engagement of another process', async () => {
    world = await startOldQuote({ now }, async (one) => void (await one.tell(await sampleSow(SOW))));

    expect(await refusal(await theDeal())).toMatch(
      /it is no engagement of quote-to-signoff.*procession versions/,
    );
  });

  it('where deals have a group of their own: an epic cannot be moved there', async () => {
    world = await startOldQuote({ now, apart: true });

    expect(await refusal(await theDeal())).toMatch(
      /deals have a place of their own here \(sales\).*moves no epic.*a number of its own \(SOW-1042-1, say\)/,
    );
  });

  it('while its epic holds something of people that everybody can read', async () => {
    world = await startOldQuote({ now });
    const { operations } = world.sandbox;
    const eli = world.sandbox.user('eli');
    const theirs = operations.createIssue(eli, world.seed.project.id, {
      title: 'Theirs',
      epicId: world.epic(SOW).id,
    });

    expect(await refusal(await theDeal())).toMatch(
      /#\d+ in its epic can be read by everybody.*Make it confidential/,
    );

    operations.updateIssue(eli, theirs, { confidential: true });
    expect(await world.migrate(await theDeal())).toMatchObject({ kind: 'migrated' });
    expect(theirs).toMatchObject({ title: 'Theirs', labelIds: [] });
  });

  it('when the deal says something else than what was reviewed, or work was done', async () => {
    world = await startOldQuote({ now });
    const planned = await world.plan(await theDeal());
    if (planned.kind !== 'planned') throw new Error(planned.kind);
    const { digest } = planned.migration;
    const other = await theDeal({ ask: 'Something else.' });
    world.forget();

    await expect(carryOutMigration(world.deps, SOW, { goal: toDeal(other), digest })).rejects.toThrow(
      'means something else by now than what was reviewed',
    );
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('on the way back: the number may be that of a delivery by now', async () => {
    world = await startOldQuote({ now });
    await world.migrate(await theDeal());
    const state = await world.deps.gitlab.readEngagement(DEAL, { always: true });

    expect(await planMigrationOf(world.deps, state, { ...toDeal(null), to: null })).toMatchObject({
      kind: 'stays',
      why: 'its last migration gave it the key of its deal, which is not taken back',
    });
  });
});

it('with sealed records is sealed under the new key, its copy, too', async () => {
  const pair = newKeyPair();
  const [open, secret] = [readPublicKey(pair.publicKey), readPrivateKey(pair.privateKey)];
  const seal = createSeal(open === null ? [] : [open], secret);
  await begun({ seal });
  await world.migrate(await theDeal());
  await expectQuiet();

  const epic = world.epic(DEAL);
  world.sandbox.operations.updateEpic(world.sandbox.user('mira'), epic, { description: 'Lost.' });
  await world.look(DEAL);

  expect(world.epics()).toEqual([DEAL]);
  expect(world.issue(DEAL, 'opportunity').description).toContain('the customer has one');
  expect(world.state(DEAL, 'discovery')).toBe('workflow::done');
});

it('that is closed gives its number back, too, and stays closed', async () => {
  world = await startOldQuote({ now });
  await world.done(...FIRST_STEPS);
  expect(world.epic(SOW).state).toBe('closed');
  const closed = closings();

  expect(await world.migrate(await theDeal())).toMatchObject({ kind: 'migrated' });

  expect(world.epic(DEAL).state).toBe('closed');
  expect(closings()).toEqual(closed);
  expect(() => world.issue(DEAL, 'scheduling-intake')).toThrow('nothing is scheduling-intake');
  await expectQuiet();
});

describe('a deal that names an engagement of Quote to sign-off as its SOW', () => {
  it('is not launched beside it, and is told what to do', async () => {
    world = await startOldQuote({ now });

    const outcome = await world.tell(await theDeal());

    expect(outcome).toMatchObject({ kind: 'sow-taken', taken: [{ key: SOW, process: 'quote-to-signoff' }] });
    expect(world.epics()).toEqual([SOW]);
  });

  it('does not take it for its delivery when it runs already, and is told how the number becomes free', async () => {
    world = await startOldQuote({ now });
    await world.tell(await theDeal({ sow: undefined }));
    const before = world.epic(SOW).description;

    expect((await world.tell(await theDeal())).kind).toBe('sow-taken');
    await world.look(DEAL);

    expect(world.epic(DEAL).description).not.toContain(`Delivery ${SOW}`);
    expect(world.epic(SOW).description).toBe(before);
    const said = world.sandbox.world.notes.filter(({ target }) => target.id === world.epic(DEAL).id);
    expect(said.map(({ body }) => body).join()).toContain(
      `procession migrate quote-to-signoff --to <n> ${SOW}`,
    );
  });
});

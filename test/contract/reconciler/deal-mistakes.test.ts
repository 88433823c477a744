/** Mistakes of people around a hand-over: told where they look, and never answered by a second or somebody else's delivery. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { command as apply } from '#cli/commands/apply.ts';
import { command as check } from '#cli/commands/check.ts';
import { command as explain } from '#cli/commands/explain.ts';
import { command as status } from '#cli/commands/status.ts';
import { command as sweepCommand } from '#cli/commands/sweep.ts';
import type { Deal } from '#domain/sow/deal.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { aDeal, type ChainWorld, startChain } from '#test/support/chain.ts';
import { type CliResult, runCommand } from '#test/support/cli.ts';
import { beginFrom, snapshotOf } from '#test/support/copied-world.ts';
import { sampleSow } from '#test/support/engagement.ts';

const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';
const OTHER = 'SOW-2042';
const BAKERY = 'SOW-1001';
const BEFORE_DRAFT = [
  'discovery',
  'rom-estimate',
  'rom-approval',
  'opportunity',
  'approval-decision',
  'quote',
];
/** A busy machine takes as long. */
const LONG = 240_000;

let world: ChainWorld;
let quoted: ReturnType<typeof snapshotOf>;

/** A deal whose SOW is yet to be drafted, made once. */
beforeAll(async () => {
  world = await startChain();
  await world.tell(await aDeal('scoping'));
  await world.tell(await unnumbered('negotiating'));
  await world.walk(DEAL, ...BEFORE_DRAFT);
  quoted = snapshotOf(world);
  await world.close();
}, LONG);

afterEach(async () => {
  await world.close();
});

/** The deal in a stage; the number of its SOW stands in the evidence alone. */
async function unnumbered(stage: string, changes: Readonly<Record<string, unknown>> = {}): Promise<Deal> {
  return await aDeal(stage, { sow: undefined, ...changes });
}

async function begin(): Promise<void> {
  world = await startChain();
  beginFrom(world, quoted);
}

/** Drafts with this number and goes on to the signature, which nobody has given yet. */
async function drafted(number: string, { intake = true } = {}): Promise<void> {
  world.perform(DEAL, 'sow-draft', { 'SOW number': number });
  await world.run(DEAL);
  await world.walk(DEAL, 'approvals', ...(intake ? ['scheduling-intake'] : []));
  world.perform(DEAL, 'signature');
}

const won = async (): Promise<void> => {
  await world.tell(await unnumbered('closed_won'));
};

const cli = async (
  command: Parameters<typeof runCommand>[0],
  ...args: readonly string[]
): Promise<CliResult> => await runCommand(command, args, world.deps);

const said = (words: string): readonly string[] =>
  world.sandbox.world.notes
    .filter(({ body, system }) => !system && body.includes(words))
    .map(({ body }) => body);

/** A manager writes on the epic of the deal, and the engine looks. */
async function say(text: string): Promise<void> {
  const { sandbox } = world;
  sandbox.operations.createNote(sandbox.user('mira'), world.epic(DEAL), text);
  await world.run(DEAL, { comments: LOOK_EVERYWHERE });
}

const proposed = (): string =>
  /\/ps apply ([0-9a-f]{12})/.exec(said('proposal:hand-over').at(-1) ?? '')?.[1] ?? '';

/** Another customer's delivery, which came of no deal. */
async function bakery(): Promise<void> {
  const sow = await sampleSow(SOW);
  const customer = { ...sow.customer, name: 'Example Bakery' };
  await world.tell({ ...sow, customer, sow: { ...sow.sow, number: BAKERY } });
}

describe('the number of another customer', () => {
  it(
    'that people wrote into the draft joins nothing, leaves no word there, and is told wherever somebody looks at the deal',
    async () => {
      await begin();
      await bakery();
      const before = world.epic(BAKERY);
      const { description } = before;
      await drafted(BAKERY);
      await won();
      await world.run(DEAL);

      expect(world.epics()).toEqual([DEAL, BAKERY]);
      expect(world.epic(BAKERY).description).toBe(description);
      const onBakery = world.sandbox.world.notes.filter(({ target }) => target.id === before.id);
      expect(onBakery.filter(({ system }) => !system)).toEqual([]);
      const text = `${BAKERY} runs already, for another customer`;
      expect(world.epic(DEAL).description).toContain(text);
      expect(world.epic(DEAL).description).not.toContain(`Delivery ${BAKERY}`);
      expect(said('hand-over')[0]).toContain(text);
      expect(said('hand-over').filter((body) => body.includes('Settled'))).toEqual([]);
      expect((await cli(check, DEAL)).stdout).toContain(text);
      expect((await cli(explain, DEAL)).stdout).toContain(text);
      expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
    },
    LONG,
  );

  it('that comes with the deal is refused with everything else, and ends with 3', async () => {
    world = await startChain();
    await bakery();
    const wrong = await aDeal('negotiating', { sow: { number: BAKERY } });

    expect(await world.tell(wrong)).toMatchObject({
      kind: 'sow-taken',
      taken: [{ key: BAKERY, deal: null }],
    });
    expect(world.epics()).toEqual([BAKERY]);
  });

  it('is no other number where the opportunity of the SOW is the deal, whatever the customer is called', async () => {
    world = await startChain();
    const sow = await sampleSow(SOW);
    const customer = { ...sow.customer, name: 'Another spelling' };
    const { deal } = await aDeal('signature');
    await world.tell({ ...sow, customer, opportunity: { url: deal.url } });
    await world.tell(await aDeal('signature', { sow: { number: SOW } }));

    expect(world.epic(DEAL).description).toContain(`Delivery ${SOW}`);
  });
});

describe('a number that changes after the hand-over', () => {
  async function renamed(): Promise<void> {
    await begin();
    await drafted(SOW);
    await won();
    expect(world.epics()).toEqual([DEAL, SOW]);
    world.write(DEAL, 'sow-draft', { 'SOW number': OTHER });
    await world.run(DEAL);
  }

  it(
    'is asked about, and launches nothing by itself',
    async () => {
      await renamed();
      await world.run(DEAL);

      expect(world.epics()).toEqual([DEAL, SOW]);
      expect(said('proposal:hand-over')).toHaveLength(1);
      expect(said('proposal:hand-over')[0]).toContain(`names ${OTHER} now, and its delivery is ${SOW}`);
      expect(world.epic(DEAL).description).toContain('The SOW has another number');
      expect((await cli(check, DEAL)).stdout).toContain('The SOW has another number');
      expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
    },
    LONG,
  );

  it(
    'launches the other delivery when a manager says so, and the deal waits for the first no more',
    async () => {
      await renamed();
      await say(`/ps apply ${proposed()}`);

      expect(world.epics()).toEqual([DEAL, SOW, OTHER]);
      expect(world.epic(DEAL).description).toContain(`Delivery ${OTHER}`);
      expect(world.epic(DEAL).description).not.toContain(SOW);
      expect(world.epic(SOW).state).toBe('opened');
      expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
    },
    LONG,
  );

  it(
    'leaves everything as it is when a manager says no, and when the number is put back',
    async () => {
      await renamed();
      await say('/ps apply no it was a typing mistake');
      expect(world.epics()).toEqual([DEAL, SOW]);
      world.write(DEAL, 'sow-draft', { 'SOW number': SOW });
      await world.run(DEAL);

      expect(world.epics()).toEqual([DEAL, SOW]);
      expect(world.epic(DEAL).description).not.toContain('The SOW has another number');
      expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
    },
    LONG,
  );
});

describe('a delivery that was withdrawn', () => {
  async function withdrawn(): Promise<void> {
    await begin();
    await drafted(SOW);
    await won();
    const { sandbox } = world;
    const comment = async (text: string): Promise<void> => {
      sandbox.operations.createNote(sandbox.user('mira'), world.epic(SOW), text);
      await world.run(SOW, { comments: LOOK_EVERYWHERE });
    };
    await comment('/ps withdraw the customer has no money');
    const digest = /\/ps apply ([0-9a-f]{12})/.exec(said('proposal:withdrawal').at(-1) ?? '')?.[1] ?? '';
    await comment(`/ps apply ${digest}`);
    await world.run(DEAL);
  }

  it(
    'is told on its deal with what a manager can do, and its steps can be skipped there, which ends the deal',
    async () => {
      await withdrawn();
      const { description } = world.epic(DEAL);
      expect(description).toContain('**The delivery was withdrawn:**');
      expect(description).toContain('`/ps skip delivery <reason>`');

      await world.walk(DEAL, 'billing');
      for (const step of ['delivery', 'acceptance', 'collections'])
        await say(`/ps skip ${step} the customer has no money`);

      expect(world.epic(DEAL).state).toBe('closed');
      expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
    },
    LONG,
  );

  it(
    'does not hold up a deal of which another delivery goes on',
    async () => {
      await withdrawn();
      await world.tell(await aDeal('closed_won', { sow: { number: SOW, others: [OTHER] } }));
      const sow = await sampleSow(SOW);
      await world.tell({ ...sow, sow: { ...sow.sow, number: OTHER } });
      await world.run(DEAL);

      const { description } = world.epic(DEAL);
      expect(description).toContain('**A delivery was withdrawn:**');
      expect(description).toMatch(/Accepted by the customer \| blocked \| SOW-2042/);
    },
    LONG,
  );
});

describe('a hand-over that waits or is stuck', () => {
  it(
    'says wherever people look that the signed deal is not won yet',
    async () => {
      await begin();
      await drafted(SOW);
      await world.run(DEAL);
      world.write(DEAL, 'signature', {});
      await world.run(DEAL);

      const text = 'Signed, not handed over';
      expect(world.epic(DEAL).description).toContain(text);
      expect((await cli(check, DEAL)).stdout).toContain(text);
      expect((await cli(explain, DEAL, 'delivery')).stdout).toContain(text);
      expect((await cli(status)).stdout).toContain(text);
    },
    LONG,
  );

  it(
    'says how many problems there are and where they are listed',
    async () => {
      await begin();
      await drafted(SOW);
      await world.tell(await unnumbered('closed_won', { statement: undefined }));

      const text = 'The hand-over is stuck';
      expect(world.epics()).toEqual([DEAL]);
      expect(world.epic(DEAL).description).toMatch(
        /The hand-over is stuck:\*\* .* \d problems \(.*deliverables.*\)\. A comment on .* Signature lists them/,
      );
      expect(world.epic(DEAL).description).toContain(
        '- **Delivery under way**: `mira`, until the delivery has begun',
      );
      expect((await cli(check, DEAL)).stdout).toContain(text);
      expect((await cli(explain, DEAL)).stdout).toContain(text);
      expect((await cli(status)).stdout).toContain(text);
    },
    LONG,
  );

  it(
    'waits for the scheduling intake, whose answers the delivery begins with, or for a manager who does without',
    async () => {
      await begin();
      await drafted(SOW, { intake: false });
      await won();
      expect(world.epics()).toEqual([DEAL]);
      expect(world.epic(DEAL).description).toMatch(/launched when .*Scheduling intake is done/);

      await world.walk(DEAL, 'scheduling-intake');
      expect(world.epics()).toEqual([DEAL, SOW]);
      expect(world.issue(SOW, 'assign-engineer').description).toContain('Soft-booked');
    },
    LONG,
  );
});

describe('a sweep that hands over', () => {
  it(
    'has seen the delivery that it launched',
    async () => {
      await begin();
      await world.tell(await unnumbered('closed_won'));
      await drafted(SOW);
      const { code, stderr, stdout } = await cli(sweepCommand);

      expect(world.epics()).toEqual([DEAL, SOW]);
      expect(stderr).not.toContain('not seen');
      expect(stdout + stderr).toContain(SOW);
      expect(code).toBe(0);
    },
    LONG,
  );

  it(
    'leaves apply to say, too, what it has launched',
    async () => {
      await begin();
      await world.tell(await unnumbered('closed_won'));
      await drafted(SOW);
      const { code, stdout } = await cli(apply, DEAL);

      expect(code).toBe(0);
      expect(stdout).toContain(`${SOW}: `);
    },
    LONG,
  );
});

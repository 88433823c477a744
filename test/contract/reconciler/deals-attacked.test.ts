/** What people do to a deal and its delivery to be done sooner, or by mistake: neither of the two moves by it. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Deal } from '#domain/sow/deal.ts';
import { rulesHash } from '#domain/versions/rules-hash.ts';
import { chooseVersion } from '#domain/versions/versions.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { addPlace } from '#sandbox/seed.ts';
import type { Epic, Issue } from '#sandbox/world.ts';
import { aDeal, type ChainWorld, CRM, startChain, TO_SIGNATURE } from '#test/support/chain.ts';
import { beginFrom, type Snapshot, snapshotOf } from '#test/support/copied-world.ts';
import { realProcess } from '#test/support/engagement.ts';
import { readable, recordIn } from '#test/support/records.ts';

const DEAL = 'DEAL-1';
const SOW = 'SOW-1042';
/** A busy machine takes as long. */
const LONG = 240_000;

let world: ChainWorld;
let signed: Snapshot;
let handed: Snapshot;

beforeAll(async () => {
  world = await startChain();
  await world.tell(await aDeal('scoping'));
  await world.tell(await aDeal('negotiating'));
  await world.walk(DEAL, ...TO_SIGNATURE);
  world.perform(DEAL, 'signature');
  signed = snapshotOf(world);
  await world.tell(await aDeal('closed_won'));
  handed = snapshotOf(world);
  await world.close();
}, LONG);

afterEach(async () => {
  await world.close();
});

async function begin(from: Snapshot): Promise<void> {
  world = await startChain();
  beginFrom(world, from);
}

const shownOf = (key: string): string => world.epic(key).description.split('<!-- procession:record')[0] ?? '';
const lineOf = (key: string, title: string): string =>
  shownOf(key)
    .split('\n')
    .find((line) => line.startsWith('|') && line.includes(title)) ?? '';

/** Both look, with all comments, twice: the second time nothing is left to do. */
async function settle(): Promise<void> {
  for (const key of [SOW, DEAL]) await world.run(key, { comments: LOOK_EVERYWHERE });
  for (const key of [SOW, DEAL])
    expect({ key, kind: (await world.run(key)).kind }).toEqual({ key, kind: 'unchanged' });
}

function say(item: Epic | Issue, text: string): void {
  const { sandbox } = world;
  sandbox.operations.createNote(sandbox.user('mira'), item, text);
}

/** Digest of the last proposal of a kind on an epic. */
function proposed(key: string, kind: string): string {
  const { id } = world.epic(key);
  const notes = world.sandbox.world.notes.filter(
    ({ target, body }) => target.id === id && body.includes(kind),
  );
  return /\/ps apply ([0-9a-f]{12})/.exec(notes.at(-1)?.body ?? '')?.[1] ?? '';
}

describe('an issue that serves both epics', () => {
  it('that is moved to another project is followed there, and one moved out of sight is done for neither', async () => {
    await begin(handed);
    const { sandbox, seed } = world;
    const { operations } = sandbox;
    const { project } = addPlace(sandbox, 'more', { project: 'other', people: { mira: 40 } });
    Object.assign(project, { groupId: seed.group.id });
    const moved = operations.moveIssue(sandbox.user('mira'), world.issue(SOW, 'customer-sign-off'), project);
    await settle();
    expect(lineOf(DEAL, 'Accepted by the customer')).toContain(`services/other#${moved.iid}`);
    expect(lineOf(DEAL, 'Accepted by the customer')).toContain('blocked');

    const away = addPlace(sandbox, 'elsewhere', { project: 'p', people: { mira: 40 } });
    operations.setState(sandbox.user('mira'), moved, 'closed');
    operations.moveIssue(sandbox.user('mira'), moved, away.project);
    await settle();
    expect(lineOf(DEAL, 'Accepted by the customer')).toContain('blocked');
    expect(world.epic(DEAL).state).toBe('opened');
  });

  it('is not the copy that somebody makes of it, with marker and labels, and closes', async () => {
    await begin(handed);
    const { sandbox } = world;
    const real = world.issue(SOW, 'money-received');
    const labels = real.labelIds.map((id) => sandbox.world.labels.find((one) => one.id === id)?.name ?? '');
    const { title, description, epicId } = real;
    const fields = { title, description, labels, epicId };
    const copy = sandbox.operations.createIssue(sandbox.user('eli'), real.projectId, fields);
    sandbox.operations.setState(sandbox.user('eli'), copy, 'closed');
    await settle();

    expect(lineOf(DEAL, 'Collect the money')).toContain(`#${real.iid} `);
    expect(lineOf(DEAL, 'Collect the money')).toContain('blocked');
    expect(world.epic(DEAL).state).toBe('opened');
  });

  it.each(['money-received', 'customer-sign-off'])(
    'that is closed before everything else (%s) is opened again, and the deal stays where it is',
    async (step) => {
      await begin(handed);
      const before = shownOf(DEAL);
      world.perform(SOW, step);
      await settle();

      expect(world.issue(SOW, step).state).toBe('opened');
      expect(shownOf(DEAL)).toBe(before);
      expect(world.epic(DEAL).state).toBe('opened');
    },
  );

  it('that a person makes confidential shows the deal no reason that was given on it', async () => {
    await begin(handed);
    const { sandbox } = world;
    const issue = world.issue(SOW, 'customer-sign-off');
    sandbox.operations.updateIssue(sandbox.user('eli'), issue, { confidential: true });
    say(issue, '/ps waive they quarrel about kingfisher');
    await settle();

    for (const key of [DEAL, SOW]) expect(readable(world.epic(key).description)).not.toContain('kingfisher');
  });
});

describe('a deal that runs', () => {
  const inDeployment = async (stage: string, deployment: Deal['deployment']): Promise<Deal> =>
    await aDeal(stage, { deployment });

  it('is handed over with the deployment that it has by then, and moves its delivery by none that it has later', async () => {
    await begin(signed);
    await world.tell(await inDeployment('negotiating', 'none'));
    await world.tell(await inDeployment('closed_won', 'on-prem'));
    expect(world.issue(SOW, 'intake-on-prem').state).toBe('opened');
    const before = recordIn(world.epic(SOW));

    await world.tell(await inDeployment('closed_won', 'aws'));
    await settle();
    expect(recordIn(world.epic(SOW))).toEqual(before);
    expect(() => world.issue(SOW, 'intake-aws')).toThrow('nothing is intake-aws');
  });

  it('hands over by the rules that it was launched with, whatever process.yml says by now', async () => {
    await begin(signed);
    const launched = await realProcess('quote-to-signoff');
    const { handsOver: _, ...without } = launched;
    const edited: ProcessDefinition = without;
    const choices = [edited, launched].map((definition, index) => ({
      definition,
      version: definition.version,
      rules: rulesHash(definition),
      frozen: index > 0,
    }));
    const { processes, ...deps } = world.deps;
    const find: typeof processes.find = (id, profile, which) =>
      id !== launched.id
        ? processes.find(id, profile, which)
        : which === undefined
          ? edited
          : (chooseVersion(choices, which)?.definition ?? null);
    const after = { ...deps, processes: { ...processes, find } };
    await reconcile(after, DEAL, { sow: await aDeal('closed_won'), origin: CRM });

    expect(world.epics()).toEqual([DEAL, SOW]);
    expect(await reconcile(after, DEAL)).toMatchObject({ kind: 'unchanged' });
  });
});

it('two deals that hand over one SOW side by side make one delivery, of one of them', async () => {
  await begin(signed);
  const other = async (stage: string): Promise<Deal> => {
    const deal = await aDeal(stage, { sow: undefined });
    return { ...deal, deal: { ...deal.deal, key: 'DEAL-2', url: 'https://crm.example.com/opportunities/2' } };
  };
  await world.tell(await other('scoping'));
  await world.tell(await other('negotiating'));
  await world.walk('DEAL-2', ...TO_SIGNATURE.filter((step) => step !== 'sow-draft'));
  world.perform('DEAL-2', 'sow-draft', { 'SOW number': SOW });
  await world.run('DEAL-2');
  await world.walk('DEAL-2', 'approvals');
  world.perform('DEAL-2', 'signature');
  const told = [
    [DEAL, await aDeal('closed_won')],
    ['DEAL-2', await other('closed_won')],
  ] as const;
  await Promise.all(
    told.map(async ([key, sow]) => await reconcile(world.over(world.connect()), key, { sow, origin: CRM })),
  );
  for (const [key] of [...told, ...told]) await world.run(key);
  for (const [key] of told) expect(await world.run(key)).toMatchObject({ kind: 'unchanged' });

  const open = world.sandbox.world.epics.filter(({ state }) => state === 'opened');
  expect(open).toHaveLength(3);
  const [owner = ''] = recordIn(world.epic(SOW)).chain.map(({ key }) => key);
  const [loser] = told.map(([key]) => key).filter((key) => key !== owner);
  expect(shownOf(owner)).toContain(`Delivery ${SOW}`);
  expect(shownOf(loser ?? '')).not.toContain(`Delivery ${SOW}`);
  expect(shownOf(loser ?? '')).toContain(`${SOW} is the SOW of ${owner} already`);
});

describe('a number that changes while the delivery asks whether it is given up', () => {
  async function both(): Promise<{ readonly withdrawal: string; readonly handOver: string }> {
    await begin(handed);
    say(world.epic(SOW), '/ps withdraw there is no money');
    await world.run(SOW, { comments: LOOK_EVERYWHERE });
    await world.tell(await aDeal('closed_won', { sow: { number: 'SOW-77', signed_on: '2026-11-18' } }));
    return {
      withdrawal: proposed(SOW, 'proposal:withdrawal'),
      handOver: proposed(DEAL, 'proposal:hand-over'),
    };
  }
  const answer = async (key: string, text: string): Promise<void> => {
    say(world.epic(key), text);
    await world.run(key, { comments: LOOK_EVERYWHERE });
  };

  it.each(['withdrawal first', 'number first'])(
    'ends the first delivery and launches the other when both are agreed to, %s',
    async (order) => {
      const { withdrawal, handOver } = await both();
      const answers = [
        async () => await answer(SOW, `/ps apply ${withdrawal}`),
        async () => await answer(DEAL, `/ps apply ${handOver}`),
      ];
      for (const next of order === 'number first' ? answers.toReversed() : answers) await next();
      await settle();

      expect(world.epics()).toEqual([DEAL, SOW, 'SOW-77']);
      expect(world.epic(SOW).state).toBe('closed');
      expect(shownOf(DEAL)).toContain('Delivery SOW-77');
      expect(shownOf(DEAL)).not.toContain(SOW);
    },
  );

  it.each(['withdrawal first', 'number first'])(
    'launches nothing when the number is refused, and names the steps that will not come, %s',
    async (order) => {
      const { withdrawal, handOver } = await both();
      const answers = [
        async () => await answer(SOW, `/ps apply ${withdrawal}`),
        async () => await answer(DEAL, `/ps apply no ${handOver} it is a typing mistake`),
      ];
      for (const next of order === 'number first' ? answers.toReversed() : answers) await next();
      await settle();

      expect(world.epics()).toEqual([DEAL, SOW]);
      expect(shownOf(DEAL)).toContain('`/ps skip collections <reason>`');
      expect(shownOf(DEAL)).not.toContain('open:  will');
    },
  );
});

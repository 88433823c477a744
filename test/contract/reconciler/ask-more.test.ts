/** Answers in the evidence that make an issue or give a deal up: `makes` and `gives_up`. */
import { afterEach, describe, expect, it } from 'vitest';
import { parseMarker } from '#domain/text/marker.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { aDeal, type ChainWorld, startChain } from '#test/support/chain.ts';
import { beginFrom, snapshotOf } from '#test/support/copied-world.ts';
import { Crash, dyingAfter } from '#test/support/dying.ts';

let world: ChainWorld;

afterEach(async () => {
  await world.close();
});

const DEAL = 'DEAL-1';

/** A deal about which it is time to decide. */
async function toDecide(): Promise<void> {
  world = await startChain();
  await world.tell(await aDeal('scoping'));
  await world.walk(DEAL, 'discovery', 'rom-estimate', 'rom-approval', 'opportunity');
}

/** Writes the decision into its issue, without telling anybody. */
function write(decision: string, on: string): void {
  const { sandbox } = world;
  const issue = world.issue(DEAL, 'approval-decision');
  const description = issue.description
    .replace(/^\| Decision \|.*$/m, `| Decision | ${decision} |`)
    .replace(/^\| Decided on \|.*$/m, `| Decided on | ${on} |`);
  sandbox.operations.updateIssue(sandbox.user('mira'), issue, { description });
}

async function decide(decision: string, on = '2026-11-20'): Promise<void> {
  write(decision, on);
  await world.run(DEAL);
  expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
}

function questions(): readonly string[] {
  return world.sandbox.world.issues.flatMap(({ description, state }) => {
    const step = parseMarker(description)?.step ?? '';
    return step.startsWith('more-discovery/') ? [`${step} ${state}`] : [];
  });
}

const asked = (): readonly string[] =>
  world.sandbox.world.notes.flatMap(({ body }) => (body.includes('would be withdrawn') ? [body] : []));

describe('a decision to ask more', () => {
  it('makes an issue for the questions, which the decision waits for, and another one for each time it is taken', async () => {
    await toDecide();
    await decide('ask more');
    expect(questions()).toEqual(['more-discovery/1 opened']);
    expect(world.issue(DEAL, 'approval-decision').state).toBe('opened');

    await world.walk(DEAL, 'more-discovery/1');
    expect(questions()).toEqual(['more-discovery/1 closed']);
    await decide('ask more', '2026-11-19');
    expect(questions()).toEqual(['more-discovery/1 closed', 'more-discovery/2 opened']);

    write('approve', '2026-11-20');
    world.sandbox.operations.updateIssue(world.sandbox.user('mira'), world.issue(DEAL, 'approval-decision'), {
      stateEvent: 'close',
    });
    await world.run(DEAL);
    expect(world.issue(DEAL, 'approval-decision').state).toBe('opened');
    await world.walk(DEAL, 'more-discovery/2', 'approval-decision');
    expect(world.state(DEAL, 'quote')).toBe('workflow::ready');
    expect(questions()).toEqual(['more-discovery/1 closed', 'more-discovery/2 closed']);
  });

  it('makes no second issue for the day that is written later, nor beside one that somebody has asked for', async () => {
    await toDecide();
    const { sandbox } = world;
    const issue = world.issue(DEAL, 'approval-decision');
    sandbox.operations.createNote(
      sandbox.user('mira'),
      issue,
      '/ps add more-discovery Which versions they run',
    );
    await decide('ask more', '');
    await decide('ask more', '2026-11-20');
    await world.walk(DEAL, 'more-discovery/1');

    expect(questions()).toEqual(['more-discovery/1 closed']);
  });

  it('makes another one on the same day when it was something else meanwhile', async () => {
    await toDecide();
    await decide('ask more');
    await world.walk(DEAL, 'more-discovery/1');
    await decide('–');
    await decide('ask more');

    expect(questions()).toEqual(['more-discovery/1 closed', 'more-discovery/2 opened']);
  });

  it('makes nothing before it is time to decide', async () => {
    world = await startChain();
    await world.tell(await aDeal('scoping'));
    await decide('ask more');

    expect(questions()).toEqual([]);
  });

  it('makes one issue, after a crash at any call too', async () => {
    await toDecide();
    write('ask more', '2026-11-20');
    const before = snapshotOf(world);
    for (let calls = 1; ; calls += 1) {
      await world.close();
      world = await startChain();
      beginFrom(world, before);
      const outcome = await reconcile(world.over(dyingAfter(world.connect(), calls)), DEAL).catch(
        (error: unknown) => {
          if (!(error instanceof Crash)) throw error;
          return null;
        },
      );
      await reconcile(world.over(world.connect()), DEAL);
      expect(questions(), `after ${calls} calls`).toEqual(['more-discovery/1 opened']);
      if (outcome !== null) break;
    }
  }, 120_000);
});

describe('a decision to decline', () => {
  it('asks whether the deal is given up, makes nothing ready, and ends it when the manager says so', async () => {
    await toDecide();
    await decide('decline');
    expect(asked()).toHaveLength(1);
    expect(asked()[0]).toContain('says "decline"');
    expect(world.state(DEAL, 'quote')).toBe('workflow::blocked');

    const { sandbox } = world;
    sandbox.operations.createNote(sandbox.user('mira'), world.issue(DEAL, 'quote'), '/ps apply');
    await world.run(DEAL);
    expect(world.epic(DEAL).state).toBe('closed');
    expect(world.epic(DEAL).description).toContain('Approve, or ask more: decline');
    expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
    await world.tell(await aDeal('scoping'));
    expect(world.epic(DEAL).state).toBe('closed');
  });

  it('is one question when the CRM says that the deal is lost, too, and none when it is taken back', async () => {
    await toDecide();
    await decide('decline');
    await world.tell(await aDeal('lost'));
    const open = asked().filter((body) => !body.includes('Settled'));
    expect(open).toEqual([]);
    const lost = world.sandbox.world.notes.filter(({ body }) => body.includes('is lost'));
    expect(lost).toHaveLength(1);

    await decide('approve');
    await world.tell(await aDeal('proposal'));
    expect(world.epic(DEAL).state).toBe('opened');
    expect(await world.run(DEAL)).toMatchObject({ kind: 'unchanged' });
  });
});

/** The epic shows its issues in the order of the process, and people may order them as they like. */

import { afterEach, describe, expect, it } from 'vitest';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { COMMANDED, lookIn, sayIn } from '#test/support/commands.ts';
import { Crash, dyingAfter } from '#test/support/dying.ts';
import { type EngagementOptions, type EngagementWorld, startEngagement } from '#test/support/engagement.ts';
import { moveOf, shownInEpic } from '#test/support/epic-order.ts';
import { recordIn } from '#test/support/records.ts';
import { SHIPPED } from '#test/support/shipped.ts';

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

async function launched(options: EngagementOptions = {}): Promise<void> {
  world = await startEngagement(options);
  await world.apply();
  world.sandbox.ledger.clear();
}

const shown = (): readonly string[] => shownInEpic(world.sandbox.world);
const placing = (): number => {
  const routes = world.sandbox.ledger.byRoute();
  return (
    (routes['GET /groups/:id/epics/:iid/issues'] ?? 0) +
    (routes['PUT /groups/:id/epics/:iid/issues/:epic_issue_id'] ?? 0)
  );
};

describe('a launched epic', () => {
  it('shows the steps in the order of the process, without a request for it', async () => {
    world = await startEngagement();
    await world.apply();

    const made = new Set(shown());
    expect(shown()).toEqual(world.process.steps.map(({ id }) => id).filter((id) => made.has(id)));
    expect(made.size).toBe(SHIPPED.issues);
    expect(placing()).toBe(0);
  });

  it('has texts without numbers of issues that were not there yet, and with them once they change', async () => {
    await launched();

    expect(world.issue('kick-off').description).toMatch(
      /^\*\*Blocked\.\*\* Waits for [^#\n]+ to be done\.$/m,
    );
    sayIn(world, 'mira', world.issue('kick-off'), '/ps add change-request More hours');
    await lookIn(world);

    const { iid } = world.issue('intake-aws');
    expect(world.issue('project-summary').description).toContain(`Waits for #${iid} `);
  });

  it('stays as people order it', async () => {
    await launched({ process: COMMANDED });
    await moveOf(world, 'last', { after: null });
    const theirs = shown();
    expect(theirs[0]).toBe('last');

    await world.walk('first');
    await world.reconcile();

    expect(shown()).toEqual(theirs);
  });
});

describe('a step that comes later', () => {
  const order = ['first', 'second', 'change-order/1', 'last'];

  it('made by a command comes to its place, for one list and one move', async () => {
    await launched({ process: COMMANDED });
    sayIn(world, 'mira', world.issue('first'), '/ps add change-order More hours');

    await lookIn(world);

    expect(shown()).toEqual(order);
    expect(placing()).toBe(2);
    world.sandbox.ledger.clear();
    await lookIn(world);
    expect(placing()).toBe(0);
  });

  it('comes behind the step before it, also where people have ordered the others', async () => {
    await launched({ process: COMMANDED });
    await moveOf(world, 'second', { after: 'last' });
    sayIn(world, 'mira', world.issue('first'), '/ps add change-order More hours');

    await lookIn(world);

    expect(shown()).toEqual(['first', 'last', 'second', 'change-order/1']);
  });

  it.each(['first', 'second', 'last'])('made anew after %s was deleted comes to its place', async (step) => {
    await launched({ process: COMMANDED });
    const { operations } = world.sandbox;
    operations.deleteIssue(world.sandbox.user('ada'), world.issue(step));

    await world.reconcile();

    expect(shown()).toEqual(['first', 'second', 'last']);
  });

  it.each(['first', 'second', 'last'])(
    'comes back to its place after %s was taken out of the epic',
    async (step) => {
      await launched({ process: COMMANDED });
      world.sandbox.operations.updateIssue(world.sandbox.user('mira'), world.issue(step), { epicId: 0 });

      await world.reconcile();

      expect(shown()).toEqual(['first', 'second', 'last']);
    },
  );

  it('comes to its place after a crash anywhere between its creation and the record in the epic', async () => {
    let died = 0;
    for (let call = 1; ; call += 1) {
      if (call > 1) await world.close();
      await launched({ process: COMMANDED });
      sayIn(world, 'mira', world.issue('first'), '/ps add change-order More hours');
      try {
        await reconcile(world.over(dyingAfter(world.connect(), call)), 'SOW-1042', {
          comments: LOOK_EVERYWHERE,
        });
        break;
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        died += 1;
      }
      await lookIn(world);
      expect({ call, shown: shown() }).toEqual({ call, shown: order });
    }
    expect(died).toBeGreaterThan(4);
  });

  it('stays on top where GitLab refuses to move it, which is said, and everything else goes on', async () => {
    await launched({ process: COMMANDED });
    sayIn(world, 'mira', world.issue('first'), '/ps add change-order More hours');
    world.sandbox.faults.failNext({
      method: 'PUT',
      route: '/groups/:id/epics/:iid/issues/:epic_issue_id',
      when: 'before',
      kind: 'status',
      status: 403,
    });

    const outcome = await world.reconcile({ comments: LOOK_EVERYWHERE });

    expect(outcome).toMatchObject({
      kind: 'applied',
      warnings: [expect.stringMatching(/#4: GitLab did not move this to its place .*services&1\./)],
    });
    expect(shown()[0]).toBe('change-order/1');
    expect(recordIn(world.epic()).memory.issues.get('change-order/1')).toBe(world.issue('change-order/1').id);
  });
});

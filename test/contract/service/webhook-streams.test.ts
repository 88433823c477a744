/**
 * Webhooks that come shuffled, twice, or not at all end in the same world as those that come once and in order:
 * through the service's real app, with what the sandbox really sends, its inbox, worker and sweep.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doStep } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess/assess.ts';
import { tickAll } from '#domain/text/fill-in.ts';
import type { Epic, Issue, User } from '#sandbox/world.ts';
import { aProcess } from '#test/support/builders.ts';
import { addHook, type ComposedWorld, startComposed } from '#test/support/composed-service.ts';
import { HeldNetwork, STRAIGHT, type Way, way } from '#test/support/held-network.ts';
import { assertRounds, PROOF, proofRuns } from '#test/support/proof.ts';
import { readable } from '#test/support/records.ts';

const STEPS = ['first', 'second', 'talks', 'last'] as const;

type StepId = (typeof STEPS)[number];

/** Something a person does to an issue. */
type Deed = readonly [
  what: 'do' | 'close' | 'reopen' | 'tick' | 'remark' | 'label' | 'unlabel',
  step: StepId,
];

/** People act; then what they did is told, in this order and with these losses. */
interface Phase extends Way {
  readonly deeds: readonly Deed[];
}

const deed: fc.Arbitrary<Deed> = fc.tuple(
  fc.constantFrom('do', 'do', 'do', 'close', 'reopen', 'tick', 'remark', 'label', 'unlabel'),
  fc.constantFrom(...STEPS),
);

const phase: fc.Arbitrary<Phase> = fc
  .tuple(fc.array(deed, { minLength: 1, maxLength: 5 }), way)
  .map(([deeds, rest]) => ({ deeds, ...rest }));

function perform(world: ComposedWorld, [what, step]: Deed): void {
  const { operations } = world.sandbox;
  const issue = world.issue(step);
  const eli = world.sandbox.user('eli');
  switch (what) {
    case 'do':
      return properly(world, step, eli);
    case 'close':
    case 'reopen':
      return operations.setState(eli, issue, what === 'close' ? 'closed' : 'opened');
    case 'tick':
      operations.updateIssue(eli, issue, { description: tickAll(issue.description) });
      return;
    case 'remark':
      operations.updateIssue(eli, issue, { description: `${issue.description}\n\nA remark.` });
      return;
    case 'label':
      operations.updateIssue(eli, issue, { addLabels: ['workflow::done'] });
      return;
    case 'unlabel':
      operations.updateIssue(eli, issue, { removeLabels: [`step::${step}`, 'workflow::ready'] });
      return;
  }
}

function properly(world: ComposedWorld, id: StepId, user: User): void {
  const step = world.process.steps.find((candidate) => candidate.id === id);
  if (step === undefined) throw new Error(`no step ${id}`);
  doStep(world.sandbox.operations, user, world.issue(id), evidenceFor(step, world.sow));
}

/** Everything that people see, without numbers and instants that depend on the order of requests. */
function snapshot(world: ComposedWorld): unknown {
  const { epics, issues, links, notes } = world.sandbox.world;
  const shown = (item: Epic | Issue): unknown => ({
    title: item.title,
    state: item.state,
    description: readable(item.description),
    labels: world.labels(item).toSorted(),
    assignees: item.kind === 'issue' ? item.assigneeIds : [],
    epic: item.kind === 'issue' ? item.epicId : null,
    notes: notes
      .filter(({ system, target }) => !system && target.kind === item.kind && target.id === item.id)
      .map(({ body }) => body)
      .toSorted(),
  });
  return {
    epics: epics.map(shown),
    issues: issues.map(shown),
    links: links.map(({ sourceId, targetId, type }) => `${sourceId} ${type} ${targetId}`).toSorted(),
  };
}

/** Lives the phases, with every webhook once and in order, or as each phase says. @returns the world after each phase */
async function live(phases: readonly Phase[], clean: boolean): Promise<readonly unknown[]> {
  const network = new HeldNetwork();
  let deliver: (request: Request) => Promise<Response> = async () => new Response(null, { status: 502 });
  const world = await startComposed({
    process: aProcess(),
    network: async (request, toService) => {
      deliver = toService;
      return await network.carry(request, toService);
    },
  });
  try {
    addHook(world);
    await world.won(world.sow, 'deal-1');
    await world.quiet();
    const worlds: unknown[] = [];
    for (const each of phases) {
      network.close();
      const before = world.sandbox.world.deliveries.length;
      for (const done of each.deeds) perform(world, done);
      const sent = world.sandbox.world.deliveries.length - before;
      await expect.poll(() => network.waiting, { interval: 1 }).toBe(sent);
      await network.open(clean ? STRAIGHT : each, (request) => deliver(request));
      // A hook that loses too much would be disabled; what that does is proven elsewhere.
      for (const hook of world.sandbox.world.hooks) Object.assign(hook, { failures: 0, disabledUntil: null });
      await world.quiet();
      if (!clean) await world.sweep();
      worlds.push(snapshot(world));
    }
    return worlds;
  } finally {
    await world.close();
  }
}

describe('webhooks', () => {
  it('that are shuffled, doubled and lost end in the same world as the clean stream', PROOF, async () => {
    await assertRounds(
      fc.asyncProperty(fc.array(phase, { minLength: 1, maxLength: 4 }), async (phases) => {
        expect(await live(phases, false)).toEqual(await live(phases, true));
      }),
      proofRuns(8),
    );
  });
});

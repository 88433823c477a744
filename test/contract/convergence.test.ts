/** Whatever people do: one run brings order, a second one writes nothing, and what belongs to people stays. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillEvidence } from '#demo/do-step.ts';
import { tickAll } from '#domain/fill-in.ts';
import { writeManagedBlock } from '#domain/managed-block.ts';
import { stepMarker } from '#domain/plan-creation.ts';
import { Refusal } from '#sandbox/operations.ts';
import type { Issue, User } from '#sandbox/world.ts';
import { aProcess } from '#test/support/builders.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

const STEPS = ['first', 'second', 'talks', 'last'] as const;
const LABELS = ['blocked', 'ready', 'in progress', 'waiting', 'done', 'waived'].map(
  (state) => `workflow::${state}`,
);

/** Owner, Maintainer, Developer, a customer with Reporter, Guest: each does what their rights allow. */
const PEOPLE = ['ada', 'mira', 'eli', 'casey', 'gus'] as const;

/** Something a person does. */
type Deed = (StepDeed | EpicDeed) & { readonly by: (typeof PEOPLE)[number] };
type StepDeed =
  | {
      readonly kind:
        | 'close'
        | 'reopen'
        | 'do'
        | 'remark'
        | 'tick'
        | 'unlabel'
        | 'spoil-block'
        | 'delete-marker'
        | 'delete'
        | 'leave-epic'
        | 'unlabel-sow'
        | 'unlink'
        | 'hide';
      readonly step: (typeof STEPS)[number];
    }
  | { readonly kind: 'label'; readonly step: (typeof STEPS)[number]; readonly label: string };
interface EpicDeed {
  readonly kind: 'close-epic' | 'reopen-epic' | 'foreign' | 'spoil-epic';
}

const by = fc.constantFrom('ada', 'ada', 'ada', ...PEOPLE);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    by,
    kind: fc.constantFrom(
      'close',
      'reopen',
      'do',
      'do',
      'do',
      'remark',
      'tick',
      'unlabel',
      'spoil-block',
      'delete-marker',
      'delete',
      'leave-epic',
      'unlabel-sow',
      'unlink',
      'hide',
    ),
    step: fc.constantFrom(...STEPS),
  }),
  fc.record({
    by,
    kind: fc.constant('label' as const),
    step: fc.constantFrom(...STEPS),
    label: fc.constantFrom(...LABELS),
  }),
  fc.record({ by, kind: fc.constantFrom('close-epic', 'reopen-epic', 'foreign', 'spoil-epic') }),
);

/** Of one run: every issue told and changed, three of them with links made anew, and the epic. */
const MOST_WRITES = 16;

let world: EngagementWorld;

/** @returns whether the person had the right to do it */
function perform(done: Deed): boolean {
  try {
    performAs(done, world.sandbox.user(done.by));
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function performAs(done: Deed, user: User): void {
  const { operations } = world.sandbox;
  if (done.kind === 'foreign') {
    const copied = ours('first');
    operations.createIssue(user, world.seed.project.id, {
      title: 'Not ours',
      description: copied?.description ?? '',
      labels: ['SOW-1042', 'step::first', 'workflow::done'],
    });
    return;
  }
  if (done.kind === 'close-epic' || done.kind === 'reopen-epic')
    return operations.setState(user, world.epic(), done.kind === 'close-epic' ? 'closed' : 'opened');
  if (done.kind === 'spoil-epic') {
    return world
      .by(user.username)
      .write(world.epic(), world.epic().description.replace('| | Step', '| | Stoop'));
  }
  if ('step' in done) performOnStep(done, user);
}

function performOnStep(done: StepDeed, user: User): void {
  const { operations } = world.sandbox;
  const issue = ours(done.step);
  if (issue === undefined) return;
  const step = world.process.steps.find(({ id }) => id === done.step);
  switch (done.kind) {
    case 'close':
    case 'reopen':
      return operations.setState(user, issue, done.kind === 'close' ? 'closed' : 'opened');
    case 'do':
      operations.updateIssue(user, issue, {
        description: fillEvidence(tickAll(issue.description), step?.done_when.evidence ?? []),
      });
      return operations.setState(user, issue, 'closed');
    case 'tick':
      operations.updateIssue(user, issue, { description: tickAll(issue.description) });
      return;
    case 'remark':
      operations.updateIssue(user, issue, { description: `${issue.description}\n\nREMARK ${issue.id}` });
      return;
    case 'label':
      operations.updateIssue(user, issue, { addLabels: [done.label] });
      return;
    case 'unlabel':
      operations.updateIssue(user, issue, {
        removeLabels: [...LABELS, `step::${done.step}`, 'role::engineer'],
      });
      return;
    case 'spoil-block':
      operations.updateIssue(user, issue, {
        description: writeManagedBlock(
          issue.description,
          stepMarker({ engagement: 'SOW-1042', process: world.process }, done.step),
          'Rubbish',
        ),
      });
      return;
    case 'delete-marker':
      operations.updateIssue(user, issue, {
        description: issue.description.replaceAll(/<!-- procession:.*-->/g, '') || 'emptied',
      });
      return;
    case 'delete':
      operations.deleteIssue(user, issue);
      return;
    case 'leave-epic':
      operations.updateIssue(user, issue, { epicId: null });
      return;
    case 'unlabel-sow':
      operations.updateIssue(user, issue, { removeLabels: ['SOW-1042'] });
      return;
    case 'hide':
      operations.updateIssue(user, issue, { confidential: true });
      return;
    case 'unlink':
      for (const link of world.sandbox.world.links.filter(({ targetId }) => targetId === issue.id))
        operations.unlinkIssues(user, link);
      return;
  }
}

/** The issue the epic remembers for a step: also without its marker. */
function ours(step: string): Issue | undefined {
  const id = new RegExp(`(?:^|\\s)${step}=(\\d+)`, 'm').exec(
    /procession:state.*/.exec(world.epic().description)?.[0] ?? '',
  )?.[1];
  return world.sandbox.world.issues.find((issue) => issue.id === Number(id));
}

function workflow(issue: Issue): readonly string[] {
  return world.labels(issue).filter((label) => label.startsWith('workflow::'));
}

/** What was undone twice is left, and there is one comment about it. */
function isLeft(key: string): boolean {
  return / asked ([^|]*)-->/.exec(world.epic().description)?.[1]?.split(' ').includes(key) === true;
}

function invariants(remarks: ReadonlySet<number>): void {
  const found = STEPS.flatMap((step) => {
    const issue = ours(step);
    expect(issue !== undefined || isLeft(`${step}:issue`), `${step} has an issue or is left`).toBe(true);
    return issue === undefined ? [] : [{ step, issue }];
  });
  const closed = (step: (typeof STEPS)[number]): boolean => ours(step)?.state === 'closed';
  for (const { step, issue } of found) {
    expect(workflow(issue)).toHaveLength(1);
    expect(workflow(issue)[0] === 'workflow::done').toBe(issue.state === 'closed');
    expect(issue.epicId === world.epic().id || isLeft(`${step}:epic`)).toBe(true);
    expect(world.labels(issue).includes('SOW-1042') || isLeft(`${step}:sow`)).toBe(true);
  }
  expect(closed('second') && !closed('first')).toBe(false);
  expect(closed('last') && !closed('second')).toBe(false);
  expect(closed('last') && ours('talks')?.state === 'opened').toBe(false);
  expect(world.epic().state === 'closed').toBe(closed('last'));
  const lost = [...remarks].filter(
    (id) =>
      world.sandbox.world.issues.find((issue) => issue.id === id)?.description.includes(`REMARK ${id}`) ===
      false,
  );
  expect(lost).toEqual([]);
  const perRule = world.sandbox.world.notes
    .filter(({ system }) => !system)
    .map(({ target, body }) => `${target.kind} ${target.id} ${/procession:note (\S+)/.exec(body)?.[1]}`);
  expect(new Set(perRule).size).toBe(perRule.length);
}

describe('whatever people do', () => {
  it('is put in order by one run, and a second run writes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ deed, run: fc.boolean() }), { minLength: 1, maxLength: 14 }),
        async (story) => {
          world = await startEngagement({ process: aProcess() });
          try {
            await world.apply();
            const remarks = new Set<number>();
            for (const { deed: done, run } of story) {
              const target = done.kind === 'remark' ? ours(done.step) : undefined;
              const isDone = perform(done);
              if (target !== undefined && isDone) remarks.add(target.id);
              world.sandbox.ledger.clear();
              if (run) await world.reconcile();
              expect(world.sandbox.ledger.writes().length).toBeLessThanOrEqual(MOST_WRITES);
            }
            const foreign = world.sandbox.world.issues
              .filter(({ title }) => title === 'Not ours')
              .map((issue) => structuredClone(issue));

            await world.reconcile();
            world.sandbox.ledger.clear();
            const second = await world.reconcile();

            expect(second.kind).toBe('unchanged');
            expect(world.sandbox.ledger.writes()).toEqual([]);
            invariants(remarks);
            expect(world.sandbox.world.issues.filter(({ title }) => title === 'Not ours')).toEqual(foreign);
          } finally {
            await world.close();
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 240_000);

  it('ends the same however often and in whatever order the triggers come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        async (deeds, repeats) => {
          const ends: unknown[] = [];
          for (const times of [1, repeats]) {
            world = await startEngagement({ process: aProcess() });
            try {
              await world.apply();
              for (const done of deeds) perform(done);
              for (let time = 0; time < times; time += 1)
                await Promise.all([world.reconcile(), ...(time > 0 ? [world.reconcile()] : [])]);
              ends.push(
                world.sandbox.world.issues.map((issue) => ({
                  title: issue.title,
                  state: issue.state,
                  labels: world.labels(issue).toSorted(),
                  description: issue.description,
                })),
              );
            } finally {
              await world.close();
            }
          }
          expect(ends[1]).toEqual(ends[0]);
        },
      ),
      { numRuns: 25 },
    );
  }, 240_000);
});

/** Whatever people do: one run brings order, a second one writes nothing, and what belongs to people stays. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rulings } from '#domain/rulings/rulings.ts';
import { parseNoteMarker } from '#domain/text/marker.ts';
import { LOOK_EVERYWHERE } from '#reconciler/loop/comment-look.ts';
import type { Issue } from '#sandbox/world.ts';
import { reactionsTo, sayIn } from '#test/support/commands.ts';
import { deed, LIVELY, ours, perform, type SaidNote, STEPS, speech } from '#test/support/deeds.ts';
import { type EngagementWorld, startLaunched } from '#test/support/engagement.ts';
import { assertRounds, PROOF, proofRuns } from '#test/support/proof.ts';
import { recordIn } from '#test/support/records.ts';

/** Of one run: every issue told and changed, some of them with links made anew, and the epic. */
const MOST_WRITES = 18;
/** For a comment: a reaction, an answer, and an issue made with its link. */
const MOST_WRITES_EACH = 5;

let world: EngagementWorld;

function rulings(): Rulings {
  return recordIn(world.epic()).rulings;
}

function workflow(issue: Issue): readonly string[] {
  return world.labels(issue).filter((label) => label.startsWith('workflow::'));
}

/** What was undone twice is left, and there is one comment about it. */
function isLeft(key: string): boolean {
  return / asked ([^|]*)-->/.exec(world.epic().description)?.[1]?.split(' ').includes(key) === true;
}

/** What is not as it must be, in words; each of the following finds some of it. */
type Problems = readonly string[];

function unless(isRight: boolean, problem: string): Problems {
  return isRight ? [] : [problem];
}

function outOfOrder(): Problems {
  const added = rulings().instances.map(({ step }) => step);
  const waived = new Set(rulings().waivers.map(({ step }) => step));
  const isClosed = (step: string): boolean => ours(world, step)?.state === 'closed';
  const early = (step: string, earlier: readonly string[]): Problems =>
    !isClosed(step) || waived.has(step)
      ? []
      : earlier.filter((other) => !isClosed(other)).map((other) => `${step} is done before ${other}`);
  const talksOn = isClosed('last') && ours(world, 'talks')?.state === 'opened';
  return [
    ...[...STEPS.slice(0, 4), ...added].flatMap(wrongStep),
    ...early('second', ['first']),
    ...early('last', ['second', ...added]),
    ...unless(!talksOn, 'talks go on after the end'),
    ...unless((world.epic().state === 'closed') === isClosed('last'), `the epic is ${world.epic().state}`),
  ];
}

function wrongStep(step: string): Problems {
  const issue = ours(world, step);
  if (issue === undefined) return unless(isLeft(`${step}:issue`), `${step} has no issue`);
  const shown = workflow(issue);
  const isDone = shown[0] === 'workflow::done' || shown[0] === 'workflow::waived';
  const isRight = shown.length === 1 && isDone === (issue.state === 'closed');
  const isInside = issue.epicId === world.epic().id || isLeft(`${step}:epic`);
  const isLabelled = world.labels(issue).includes('SOW-1042') || isLeft(`${step}:sow`);
  return [
    ...unless(isRight, `${step} is ${issue.state} and shown as ${shown.join()}`),
    ...unless(isInside, `${step} is not in the epic`),
    ...unless(isLabelled, `${step} has lost its label`),
  ];
}

function notesTwice(): Problems {
  const rules = world.sandbox.world.notes.flatMap(({ target, body, system }) => {
    const rule = system ? null : parseNoteMarker(body);
    return rule === null ? [] : [`${target.kind} ${target.id} ${rule}`];
  });
  return rules.filter((rule, index) => rules.indexOf(rule) !== index);
}

/** One sign on an issue, one answer in words on the epic; nothing elsewhere, and no yes to those who may not. */
function wronglyAnswered(said: readonly SaidNote[]): Problems {
  const { notes, issues } = world.sandbox.world;
  return said.flatMap(({ note, item, by, mayBeFollowed, isOurs }) => {
    const isGone = !notes.includes(note) || (item.kind === 'issue' && !issues.includes(item));
    if (isGone) return [];
    const answers = world.notesOf(item, `answer:${note.id}`);
    const signs = reactionsTo(world, note);
    const what = `${note.body} by ${by} on ${item.kind} ${item.id}`;
    if (!isOurs) return unless(answers.length + signs.length === 0, `${what} is answered`);
    const times = item.kind === 'issue' ? signs.length : answers.length;
    const saidYes =
      signs.includes('white_check_mark') || answers.some(({ body }) => !/not followed/i.test(body));
    return [
      ...unless(
        times === 1 || (item.kind === 'epic' && isStranger(by)),
        `${what} is answered ${times} times`,
      ),
      ...unless(mayBeFollowed || !saidYes, `${what} is followed`),
    ];
  });
}

function isStranger(username: string): boolean {
  return !world.seed.group.members.has(world.sandbox.user(username).id);
}

/** Dates and people in commands say whose word they are, see `deeds.ts`. */
function followedWrongly(): Problems {
  const { waivers, approvals, appointments, hold, instances, health, owed } = rulings();
  const managers = [...waivers, ...approvals, ...appointments.filter(({ note }) => note > 0), hold, health];
  const { issues } = world.sandbox.world;
  return [
    ...managers.flatMap((ruling) =>
      unless(ruling === null || ruling.by === 'mira', `ruled by ${ruling?.by}`),
    ),
    ...instances.flatMap(({ by }) => unless(['mira', 'eli', 'noor', 'casey'].includes(by), `added by ${by}`)),
    ...unless(owed === null, 'something is still owed'),
    ...issues.flatMap(({ dueDate, title }) =>
      unless(dueDate?.startsWith('2027-06') !== true, `${title} is due as strangers said`),
    ),
    ...issues.flatMap(({ assigneeIds, title }) =>
      unless(!assigneeIds.includes(world.seed.gus.user.id), `${title} is assigned to gus`),
    ),
  ];
}

/** Nobody moves due dates but by comment: the last one that was answered as followed is on the issue. */
function datesLost(said: readonly SaidNote[]): Problems {
  const dates = said.flatMap(({ note, item }) =>
    world
      .notesOf(item, `answer:${note.id}`)
      .flatMap(({ body }) => [...body.matchAll(/^(.+) is due (\S+), said/gm)])
      .map(([, title = '', date = '']) => ({ title, date, saidAt: note.createdAt })),
  );
  return STEPS.flatMap((step) => {
    const issue = ours(world, step);
    const last = dates.findLast(({ title }) => issue?.title.startsWith(`${title} (`) === true);
    // One that was deleted and made again is another issue.
    if (issue === undefined || last === undefined || issue.createdAt > last.saidAt) return [];
    return unless(issue.dueDate === last.date, `${step} is due ${issue.dueDate}, not ${last.date}`);
  });
}

function problems(said: readonly SaidNote[]): Problems {
  return [
    ...outOfOrder(),
    ...notesTwice(),
    ...wronglyAnswered(said),
    ...followedWrongly(),
    ...datesLost(said),
  ];
}

/** Comments may be added to them by people; nothing else happens there. */
function foreignIssues(): readonly Issue[] {
  return world.sandbox.world.issues
    .filter(({ title }) => title === 'Not ours')
    .map((issue) => structuredClone(issue));
}

/** What there is, but for comments and the text of the epic. */
function seen(): unknown {
  const { issues, epics, links } = world.sandbox.world;
  return structuredClone({
    issues: issues.map((issue) => ({ ...issue, updatedAt: '' })),
    epics: epics.map(({ state, title, labelIds }) => ({ state, title, labelIds })),
    links,
  });
}

async function run(): Promise<string> {
  return (await world.reconcile({ comments: LOOK_EVERYWHERE })).kind;
}

describe('whatever people do and say', () => {
  it(
    'is put in order by one run, a second run writes nothing, and everybody is answered once',
    PROOF,
    async () => {
      await assertRounds(
        fc.asyncProperty(
          fc.array(fc.record({ deed, run: fc.boolean() }), { minLength: 1, maxLength: 14 }),
          async (story) => {
            world = await startLaunched({ process: LIVELY });
            try {
              const remarks = new Set<number>();
              const said: SaidNote[] = [];
              let unanswered = 0;
              for (const { deed: deedNow, run: now } of story) {
                const target = deedNow.kind === 'remark' ? ours(world, deedNow.step) : undefined;
                const result = perform(world, deedNow);
                if (target !== undefined && result.done) remarks.add(target.id);
                if (result.said !== null) said.push(result.said);
                unanswered += result.said === null ? 0 : 1;
                // GitLab counts comments: one deleted and one written between two looks leave the count as it was.
                if (!now && deedNow.kind !== 'unsay') continue;
                world.sandbox.ledger.clear();
                await run();
                expect(world.sandbox.ledger.writes().length).toBeLessThanOrEqual(
                  MOST_WRITES + MOST_WRITES_EACH * unanswered,
                );
                unanswered = 0;
              }
              sayIn(world, 'mira', world.epic(), '/ps resume');
              const foreign = foreignIssues();

              await run();
              world.sandbox.ledger.clear();
              const second = await run();

              expect(second).toBe('unchanged');
              expect(world.sandbox.ledger.writes()).toEqual([]);
              expect(problems(said)).toEqual([]);
              const kept = world.sandbox.world.issues.filter(({ id }) => remarks.has(id));
              expect(kept.filter(({ id, description }) => !description.includes(`REMARK ${id}`))).toEqual([]);
              expect(foreignIssues()).toEqual(foreign);
            } finally {
              await world.close();
            }
          },
        ),
        proofRuns(30),
      );
    },
  );

  it('ends the same however often and in whatever order the triggers come', PROOF, async () => {
    await assertRounds(
      fc.asyncProperty(
        fc.array(deed, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 2, max: 4 }),
        async (deeds, repeats) => {
          const ends: unknown[] = [];
          for (const times of [1, repeats]) {
            world = await startLaunched({ process: LIVELY });
            try {
              for (const done of deeds) perform(world, done);
              for (let time = 0; time < times; time += 1)
                await Promise.all([run(), ...(time > 0 ? [run()] : [])]);
              ends.push(
                world.sandbox.world.issues.map((issue) => ({
                  title: issue.title,
                  state: issue.state,
                  labels: world.labels(issue).toSorted(),
                  description: issue.description,
                  dueDate: issue.dueDate,
                  assignees: issue.assigneeIds,
                })),
              );
            } finally {
              await world.close();
            }
          }
          expect(ends[1]).toEqual(ends[0]);
        },
      ),
      proofRuns(8),
    );
  });

  it(
    'while an engagement is on hold, only answers and the record of what was said are written; the rest is done when it goes on',
    PROOF,
    async () => {
      const held = fc
        .oneof(deed, speech, speech)
        .filter((done) => done.kind !== 'say' || done.commands.every(({ word }) => word !== 'resume'));
      await assertRounds(
        fc.asyncProperty(fc.array(held, { minLength: 1, maxLength: 10 }), async (deeds) => {
          world = await startLaunched({ process: LIVELY });
          try {
            sayIn(world, 'mira', world.epic(), '/ps hold they are away');
            await run();
            const said = deeds.flatMap((done) => perform(world, done).said ?? []);
            const before = seen();
            await run();

            expect(seen()).toEqual(before);
            world.sandbox.ledger.clear();
            await run();
            expect(world.sandbox.ledger.writes()).toEqual([]);

            sayIn(world, 'mira', world.epic(), '/ps resume');
            await run();
            expect(await run()).toBe('unchanged');
            expect(problems(said)).toEqual([]);
          } finally {
            await world.close();
          }
        }),
        proofRuns(10),
      );
    },
  );
});

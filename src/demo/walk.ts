/** The walk of the demo: one SOW through its whole life, each scene done by somebody and answered by the engine. */
import { evidenceFor } from '#domain/assess/assess.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { parseMarker, parseNoteMarker } from '#domain/text/marker.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import type { Epic, Issue, Note } from '#sandbox/world.ts';
import type { DemoWorld } from './demo-world.ts';
import { doStep } from './do-step.ts';

/** Where the walk tells what happens. `scene` opens a scene; `fact` is something that can be checked in the browser. */
export interface Narrator {
  scene(title: string): void;
  fact(text: string, url?: string): void;
}

export interface WalkResult {
  readonly epicUrl: string;
  readonly epicState: 'opened' | 'closed';
  readonly requests: number;
}

/**
 * Walks a delivery from Closed Won to the closed epic.
 *
 * @throws Error when the engine did not answer as it should: the demo is a test too.
 */
export async function walk(
  world: DemoWorld,
  sow: Sow,
  process: ProcessDefinition,
  narrator: Narrator,
): Promise<WalkResult> {
  const cast = createCast(world, sow, process, narrator);
  await launch(cast);
  await closeTooEarly(cast);
  await inOrder(cast, ['assign-engineer', 'welcome-email']);
  await startTooEarly(cast);
  await withoutEvidence(cast, 'kick-off');
  await inOrder(cast, cast.between('kick-off', 'project-summary'));
  await inOrder(cast, ['project-summary', 'customer-sign-off']);
  await closeEpicTooEarly(cast);
  await inOrder(cast, ['financial-wrap-up', 'post-mortem']);
  return finish(cast);
}

interface Cast {
  readonly world: DemoWorld;
  readonly sow: Sow;
  readonly process: ProcessDefinition;
  readonly narrator: Narrator;
  readonly issue: (step: string) => Issue;
  readonly epic: () => Epic;
  readonly between: (first: string, last: string) => readonly string[];
  readonly url: (item: Issue | Epic) => string;
  readonly notes: (item: Issue | Epic) => readonly Note[];
}

function createCast(world: DemoWorld, sow: Sow, process: ProcessDefinition, narrator: Narrator): Cast {
  const { sandbox, url } = world;
  const of = (description: string): ReturnType<typeof parseMarker> => {
    const marker = parseMarker(description);
    return marker?.engagement === sow.sow.number ? marker : null;
  };
  const find = (step: string): Issue | undefined =>
    sandbox.world.issues.find(({ description }) => of(description)?.step === step);
  return {
    world,
    sow,
    process,
    narrator,
    issue: (step) => present(find(step), `the issue of ${step}`),
    epic: () =>
      present(
        sandbox.world.epics.find(({ description }) => of(description) !== null),
        'the epic',
      ),
    between: (first, last) => {
      const ids = process.steps
        .filter(({ until, id }) => until === undefined && find(id) !== undefined)
        .map(({ id }) => id);
      return ids.slice(ids.indexOf(first), ids.indexOf(last));
    },
    url: (item) =>
      item.kind === 'epic'
        ? `${url}/groups/${world.seed.group.path}/-/epics/${item.iid}`
        : `${url}/${world.seed.group.path}/${world.seed.project.path}/-/issues/${item.iid}`,
    notes: (item) =>
      sandbox.world.notes.filter(
        ({ target, system }) => target.kind === item.kind && target.id === item.id && !system,
      ),
  };
}

async function launch({ world, sow, narrator, process, epic, url }: Cast): Promise<void> {
  narrator.scene(`Closed Won: ${sow.sow.number}, ${sow.engagement} for ${sow.customer.name}, is applied`);
  world.sandbox.ledger.clear();
  const outcome = await reconcile(world.deps, sow.sow.number, { sow, process: process.id });
  expect(outcome.kind === 'applied', 'the SOW is launched');
  const { issues, links } = world.sandbox.world;
  narrator.fact(
    `an epic with ${issues.length} issues and ${links.length} blocking links, in ${world.sandbox.ledger.entries().length} requests`,
    url(epic()),
  );
  world.sandbox.ledger.clear();
  await reconcile(world.deps, sow.sow.number, { sow, process: process.id });
  narrator.fact(
    `applied again: ${world.sandbox.ledger.reads().length} reads, ${world.sandbox.ledger.writes().length} writes`,
  );
}

async function closeTooEarly(cast: Cast): Promise<void> {
  const issue = cast.issue('kick-off');
  await scene(cast, 'eli closes the kick-off although nobody is assigned and nothing was sent', () => {
    cast.world.sandbox.operations.setState(cast.world.sandbox.user('eli'), issue, 'closed');
  });
  expect(issue.state === 'opened', 'the kick-off is open again');
  tellNote(cast, issue, 'the kick-off is open again; the comment says');
}

async function startTooEarly(cast: Cast): Promise<void> {
  const issue = cast.issue('project-summary');
  await scene(cast, 'eli drags the project summary to "in progress" on the board, far too early', () => {
    cast.world.sandbox.operations.updateIssue(cast.world.sandbox.user('eli'), issue, {
      addLabels: ['workflow::in progress'],
    });
  });
  tellNote(cast, issue, 'it is blocked again; the comment says');
}

async function withoutEvidence(cast: Cast, step: string): Promise<void> {
  const issue = cast.issue(step);
  await scene(cast, 'eli holds the kick-off and closes it, but records nothing', () => {
    cast.world.sandbox.operations.setState(cast.world.sandbox.user('eli'), issue, 'closed');
  });
  expect(issue.state === 'opened', 'the kick-off is open again');
  tellNote(cast, issue, 'open again; the same comment, edited, now says');
}

async function closeEpicTooEarly(cast: Cast): Promise<void> {
  const epic = cast.epic();
  await scene(
    cast,
    'mira closes the epic: the customer is happy, but nobody has sent the last invoice',
    () => {
      cast.world.sandbox.operations.setState(cast.world.sandbox.user('mira'), epic, 'closed');
    },
  );
  expect(epic.state === 'opened', 'the epic is open again');
  tellNote(cast, epic, 'the epic is open again; the comment says');
}

async function inOrder(cast: Cast, steps: readonly string[]): Promise<void> {
  const { world, process, narrator } = cast;
  for (const id of steps) {
    const step = present(
      process.steps.find((candidate) => candidate.id === id),
      `the step ${id}`,
    );
    const who = step.owner === 'manager' ? 'mira' : 'eli';
    const issue = cast.issue(id);
    const before = ready(cast);
    await scene(cast, `${who} does "${step.title}", records the evidence and closes it`, () => {
      doStep(world.sandbox.operations, world.sandbox.user(who), issue, evidenceFor(step, cast.sow));
    });
    expect(issue.state === 'closed', `${id} stays closed`);
    const now = ready(cast).filter((title) => !before.includes(title));
    if (now.length > 0) narrator.fact(`ready now: ${now.join(', ')}`);
  }
}

function finish({ world, epic, url, notes, narrator, issue, process }: Cast): WalkResult {
  const closed = epic();
  expect(closed.state === 'closed', 'the epic closes itself');
  const alongside = process.steps.filter(({ until }) => until !== undefined);
  expect(
    alongside.every(({ id }) => issue(id).state === 'closed'),
    'what ran alongside is closed',
  );
  narrator.scene('The epic closes itself');
  const note = notes(closed).find(({ body }) => parseNoteMarker(body) === 'epic-completed');
  for (const line of quoted(note?.body ?? '')) narrator.fact(line);
  return { epicUrl: url(closed), epicState: closed.state, requests: world.sandbox.ledger.entries().length };
}

/** Somebody does something; then the engine answers. */
async function scene({ world, narrator }: Cast, title: string, act: () => void): Promise<void> {
  narrator.scene(title);
  act();
  await world.settled();
}

function ready({ world, process }: Cast): readonly string[] {
  const { issues, labels } = world.sandbox.world;
  const label = labels.find(({ name }) => name === 'workflow::ready');
  return issues
    .filter(({ state, labelIds }) => state === 'opened' && label !== undefined && labelIds.includes(label.id))
    .flatMap(
      ({ description }) => process.steps.find(({ id }) => id === parseMarker(description)?.step)?.title ?? [],
    );
}

function tellNote({ notes, narrator, url }: Cast, item: Issue | Epic, intro: string): void {
  const note = notes(item).at(-1);
  expect(note !== undefined, 'a comment explains it');
  narrator.fact(`${intro}:`, url(item));
  for (const line of quoted(note?.body ?? '').slice(0, 8)) narrator.fact(`  ${line}`);
}

/** A note as plain lines for a terminal. */
function quoted(body: string): readonly string[] {
  return body
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('<!--'))
    .map((line) => line.replaceAll(/[`*\\\u2060]/g, ''));
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`The demo cannot find ${what}.`);
  return value;
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(`The demo expected that ${what}, but it is not so.`);
}

import { GitLabConflictError } from '#domain/base/errors.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import type { Action, Plan } from '#domain/plan/action.ts';
import { answerRule } from '#domain/plan/answers.ts';
import { epicMarker, stepMarker } from '#domain/plan/creation.ts';
import { issueTextNow, recordNow, textsToWrite, withRecord } from '#domain/plan/written.ts';
import { sideBySide } from '#domain/policy/side-by-side.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { COPY_RULE, copyNote } from '#domain/record/copy.ts';
import type { Identified } from '#domain/record/identify.ts';
import { NEWBORN, placeOf, type Seal, sameRecordLine } from '#domain/record/line.ts';
import { writeKept } from '#domain/text/kept-sections.ts';
import { readManagedBlock, writeManagedBlock } from '#domain/text/managed-block.ts';
import { newIssueText, resolveReferences } from '#domain/text/references.ts';
import type { Clock } from '#ports/clock.ts';
import type { GitLab, ItemChanges } from '#ports/gitlab.ts';
import { changeThread } from './apply-threads.ts';
import { closeTwin, retireTracking } from './end-items.ts';
import { ensureNote } from './ensure-note.ts';
import type { StartedRuns } from './read-runs.ts';
import { textsNow } from './texts-now.ts';
import { epicOf, issueOf, stepOf, targetOf, textOf, type World } from './world.ts';

/** Listener that is told before each action; `done` counts from 0. */
export type Progress = (step: {
  readonly done: number;
  readonly total: number;
  readonly action: Action;
}) => void;

/** Plan to be carried out, with what that takes. */
export interface Application {
  readonly gitlab: GitLab;
  readonly clock: Clock;
  readonly plan: Plan;
  readonly process: ProcessDefinition;
  readonly found: Identified;
  readonly seal: Seal;
  readonly onProgress?: Progress | undefined;
  /** Told after each action that has been carried out. */
  readonly onDone?: ((action: Action) => void) | undefined;
}

/** Outcome of carrying out a plan. Warnings are for people: nothing that stops the engagement. */
export interface Applied {
  readonly epic: ActualEpic | null;
  readonly issues: ReadonlyMap<StepKey, ActualIssue>;
  readonly warnings: readonly string[];
  readonly started: StartedRuns;
}

/**
 * Carries out a plan in its order, and side by side what does not touch each other. Each action is safe to repeat, so
 * what a crash leaves undone the next run completes. When one fails, those under way are waited for, and nothing else
 * begins.
 *
 * @throws GitLabConflictError when somebody else is launching the same engagement, or has written its record since it was
 * read: read and plan again
 */
export async function applyPlan({ onProgress, onDone, ...given }: Application): Promise<Applied> {
  const { gitlab, clock, plan, found } = given;
  const world: World = {
    ...given,
    texts: textsNow({ gitlab, clock }, textsToWrite(plan, found)),
    epic: found.epic,
    issues: new Map(found.issues),
    warnings: [],
    counted: new Map(),
    started: new Map(),
    people: lookUpPeople(gitlab, plan),
  };
  let done = 0;
  const carryOut = async (action: Action): Promise<void> => {
    onProgress?.({ done, total: plan.actions.length, action });
    done += 1;
    await perform(world, action);
    onDone?.(action);
  };
  for (const group of sideBySide(plan.actions)) await allOf(group.map(carryOut));
  return { epic: world.epic, issues: world.issues, warnings: world.warnings, started: world.started };
}

/** Waits for all, so that nothing is written any more when the first failure is thrown. */
async function allOf(underWay: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(underWay);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

/** Looks up everybody to whom an issue is assigned, at once and beside whatever comes first. */
function lookUpPeople(gitlab: GitLab, { actions }: Plan): World['people'] {
  const named = new Set(actions.flatMap((action) => ('assignee' in action ? (action.assignee ?? []) : [])));
  const found = [...named].map((username) => [username, gitlab.findMember(username)] as const);
  // Whoever needs the answer sees the failure; a run that ends before does not.
  for (const [, answer] of found) answer.catch(() => {});
  return new Map(found);
}

async function perform(world: World, action: Action): Promise<void> {
  switch (action.kind) {
    case 'create-label':
      return await createLabel(world, action);
    case 'create-epic':
      return await createEpic(world, action);
    case 'create-issue':
      return await createIssue(world, action);
    case 'add-link':
      await world.gitlab.linkBlocks(issueOf(world, action.from), issueOf(world, action.to));
      return;
    case 'remove-link':
      await world.gitlab.unlinkBlocks(issueOf(world, action.from), issueOf(world, action.to));
      return;
    case 'relate':
      // Where GitLab has no such relation, the lines of both epics name the other all the same.
      await world.gitlab.relateEpics(epicOf(world), action.reference);
      return;
    case 'place-issues':
      return await placeIssues(world, action);
    case 'start-pipeline':
      return await startPipeline(world, action);
    case 'open-thread':
    case 'edit-thread':
    case 'delete-thread':
      return await changeThread(world.gitlab, issueOf(world, action.step), action);
    case 'close-twin':
      return await closeTwin(world, action);
    case 'write-copy':
      return await writeCopy(world, action);
    case 'retire-tracking':
      return await retireTracking(world, action);
    case 'write-note':
      return await writeNote(world, action);
    case 'answer':
      return await answer(world, action);
    case 'update-issue':
      return await updateIssue(world, action);
    case 'update-epic':
      return await updateEpic(world, action);
  }
}

async function writeNote(world: World, action: Extract<Action, { kind: 'write-note' }>): Promise<void> {
  const { target, rule, body, ends, once, counted } = action;
  const given = { mayMake: ends !== true, once: once === true };
  const outcome = await ensureNote(world, targetOf(world, target), rule, body, given);
  if (outcome === 'there' || counted !== true || target.kind !== 'step') return;
  world.counted.set(target.step, (world.counted.get(target.step) ?? 0) + 1);
}

async function startPipeline(
  { gitlab, started }: World,
  action: Extract<Action, { kind: 'start-pipeline' }>,
): Promise<void> {
  started.set(action.step, { attempt: action.attempt, result: await gitlab.startPipeline(action) });
}

async function createLabel(
  world: World,
  { label, claims }: Extract<Action, { kind: 'create-label' }>,
): Promise<void> {
  const result = await world.gitlab.createLabel(label);
  if (claims && result === 'existed')
    throw new GitLabConflictError(
      `The label ${label.name} exists already, so somebody else has launched or is launching this engagement. It is read again before anything is created.`,
    );
}

async function createEpic(world: World, action: Extract<Action, { kind: 'create-epic' }>): Promise<void> {
  const description = withRecord(
    resolveReferences(await epicText(world, action), world.issues, 'epic'),
    recordNow(action.record, world.issues, null),
    NEWBORN,
    world.seal,
  );
  world.epic = await world.gitlab.createEpic({ ...action, description });
}

/** A tracking issue that becomes an epic takes with it what people have written there by now. */
async function epicText(
  { found, texts }: World,
  { description }: Extract<Action, { kind: 'create-epic' }>,
): Promise<string> {
  const planned = readManagedBlock(description);
  if (found.epic === null || planned === null) return description;
  return writeManagedBlock(await texts.of(found.epic), planned.marker, planned.content);
}

async function createIssue(world: World, action: Extract<Action, { kind: 'create-issue' }>): Promise<void> {
  const epic = epicOf(world);
  const assignee = await assigneeId(world, action.assignee, action.step);
  const issue = await world.gitlab.createIssue({
    title: action.title,
    description: newIssueText(action.description, world.issues),
    labels: action.labels,
    assigneeIds: assignee === null ? [] : [assignee],
    dueDate: action.dueDate,
    epicId: epic.tracking === null ? epic.id : null,
    confidential: action.confidential,
  });
  if (assignee !== null && issue.assignees.length === 0)
    world.warnings.push(
      `${issue.reference}: GitLab did not assign ${action.assignee}; is this user a member of the project?`,
    );
  world.issues.set(action.step, issue);
  if (epic.tracking !== null) await relate(world, epic, issue);
}

/** The order in the epic is for the eye: that GitLab refuses it is told, and everything else goes on. */
async function placeIssues(
  world: World,
  { places }: Extract<Action, { kind: 'place-issues' }>,
): Promise<void> {
  const wanted = places.map(({ step, after }) => ({
    issue: issueOf(world, step),
    after: issueOf(world, after),
  }));
  const epic = epicOf(world);
  if ((await world.gitlab.placeInEpic(epic, wanted)) === 'placed') return;
  const references = wanted.map(({ issue }) => issue.reference).join(', ');
  world.warnings.push(
    `${references}: GitLab did not move this to its place among the issues of ${epic.reference}. Drag it there by hand if you like; everything else works without it.`,
  );
}

/** On GitLab Free a step belongs to its tracking issue by a plain relation. */
async function relate(world: World, epic: ActualEpic, issue: ActualIssue): Promise<void> {
  if ((await world.gitlab.linkRelated(epic, issue)) === 'refused')
    world.warnings.push(
      `${issue.reference}: GitLab did not relate it to ${epic.reference}; an issue can have 100 relations. Everything else works without it.`,
    );
}

async function assigneeId(world: World, username: string | null, step: StepKey): Promise<number | null> {
  if (username === null) return null;
  const user = (await world.people.get(username)) ?? null;
  if (user === null)
    world.warnings.push(
      `${step}: ${username} is no member of the project; the issue stays unassigned. Correct the roles in procession.yml or the SOW's contacts.ours.`,
    );
  return user?.id ?? null;
}

async function updateIssue(world: World, action: Extract<Action, { kind: 'update-issue' }>): Promise<void> {
  const issue = issueOf(world, action.step);
  const assignee = await assigneeId(world, action.assignee, action.step);
  const { evidence: cells } = action;
  // Of a step that is gone, or made on demand, no cell is ever filled in.
  const evidence = cells.length === 0 ? null : { cells, step: stepOf(world, action.step) };
  const block = action.block === null ? null : resolveReferences(action.block, world.issues, 'issue');
  const { kept = [] } = action;
  const marker = stepMarker({ engagement: world.plan.engagement, process: world.process }, action.step);
  const epic = action.joinEpic ? epicOf(world) : null;
  const updated = await world.gitlab.updateIssue(issue, {
    ...namesAndReaders(action),
    ...(block === null && evidence === null && kept.length === 0
      ? {}
      : {
          description: textOf(world, issue, (now) => issueTextNow(now, { marker, block, evidence, kept })),
        }),
    ...labelChanges(action),
    ...(action.state === null ? {} : { state: action.state }),
    ...(assignee === null ? {} : { assigneeIds: [assignee] }),
    ...(action.dueDate === null ? {} : { dueDate: action.dueDate }),
    ...(epic !== null && epic.tracking === null ? { epicId: epic.id } : {}),
  });
  world.texts.written(issue);
  world.issues.set(action.step, updated);
  if (epic !== null && epic.tracking !== null) await relate(world, epic, updated);
}

async function updateEpic(world: World, action: Extract<Action, { kind: 'update-epic' }>): Promise<void> {
  const epic = epicOf(world);
  const { record } = action;
  const block = action.block === null ? null : resolveReferences(action.block, world.issues, 'epic');
  const isWritten = block !== null && record !== null;
  if (isWritten) await insistOnRecord(world, epic);
  const marker = epicMarker({ engagement: world.plan.engagement, process: world.process });
  const make = (now: string): string =>
    block === null || record === null
      ? now
      : withRecord(
          writeManagedBlock(writeKept(now, action.kept ?? []), marker, block),
          recordNow(record, world.issues, epic, world.counted),
          placeOf(epic),
          world.seal,
        );
  world.epic = await world.gitlab.updateEpic(epic, {
    ...namesAndReaders(action),
    ...(isWritten ? { description: textOf(world, epic, make) } : {}),
    ...(action.startDate === undefined ? {} : { startDate: action.startDate }),
    ...(action.dueDate === undefined ? {} : { dueDate: action.dueDate }),
    ...labelChanges(action),
    ...(action.state === null ? {} : { state: action.state }),
  });
  world.texts.written(epic);
}

/** A record that somebody has written since it was read says what this plan does not know: it must not be lost. */
async function insistOnRecord({ texts, plan: { engagement } }: World, epic: ActualEpic): Promise<void> {
  if (sameRecordLine(await texts.of(epic), epic.description)) return;
  throw new GitLabConflictError(
    `${epic.reference}: the record of ${engagement} is not the one that this run has read: another run, or a person, has changed it meanwhile. It stays as it is, and is read again.`,
  );
}

async function writeCopy(world: World, { record }: Extract<Action, { kind: 'write-copy' }>): Promise<void> {
  const epic = epicOf(world);
  const body = copyNote(recordNow(record, world.issues, epic), placeOf(epic), world.seal);
  await ensureNote(world, epic, COPY_RULE, body, { isNew: world.found.epic === null });
}

/** What only a migration changes. */
function namesAndReaders({
  title,
  confidential,
}: Pick<Extract<Action, { kind: 'update-issue' | 'update-epic' }>, 'title' | 'confidential'>): Pick<
  ItemChanges,
  'title' | 'confidential'
> {
  return { ...(title === undefined ? {} : { title }), ...(confidential === true ? { confidential } : {}) };
}

function labelChanges({
  addLabels,
  removeLabels,
}: {
  readonly addLabels: readonly string[];
  readonly removeLabels: readonly string[];
}): { readonly addLabels?: readonly string[]; readonly removeLabels?: readonly string[] } {
  return {
    ...(addLabels.length > 0 ? { addLabels } : {}),
    ...(removeLabels.length > 0 ? { removeLabels } : {}),
  };
}

const REACTIONS = { done: 'white_check_mark', refused: 'x' } as const;

/** Epics have no reactions we could rely on: there the answer is always in words. */
async function answer(world: World, action: Extract<Action, { kind: 'answer' }>): Promise<void> {
  const target = targetOf(world, action.target);
  if (target.kind === 'issue') await world.gitlab.react(target, action.noteId, REACTIONS[action.outcome]);
  if (action.body !== null)
    await ensureNote(world, target, answerRule(action.noteId), action.body, { internal: action.internal });
}

/** World of one run: what a plan began with, and what it has made so far. */
import { InvariantError } from '#domain/base/errors.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { ActualEpic, ActualIssue, ActualUser, NoteTarget } from '#domain/engagement/state.ts';
import type { Plan } from '#domain/plan/action.ts';
import type { ProcessDefinition, Step } from '#domain/process/process.ts';
import type { Identified } from '#domain/record/identify.ts';
import type { Seal } from '#domain/record/line.ts';
import { descriptionFullNote } from '#domain/texts/epic-notes.ts';
import type { GitLab } from '#ports/gitlab.ts';
import { ensureNote } from './ensure-note.ts';
import type { StartedRun } from './read-runs.ts';
import type { TextsNow } from './texts-now.ts';

/** What actions of one plan share. */
export interface World {
  readonly gitlab: GitLab;
  readonly plan: Plan;
  readonly process: ProcessDefinition;
  readonly found: Identified;
  readonly seal: Seal;
  readonly texts: TextsNow;
  epic: ActualEpic | null;
  readonly issues: Map<StepKey, ActualIssue>;
  readonly warnings: string[];
  /** Comments of ours that this run has made on issues, and that nobody has to read again. */
  readonly counted: Map<StepKey, number>;
  readonly started: Map<StepKey, StartedRun>;
  /** By username; `null`: no member of the project. */
  readonly people: ReadonlyMap<string, Promise<ActualUser | null>>;
}

/** GitLab's limit for descriptions, in characters. @see https://docs.gitlab.com/api/issues/ */
const LONGEST_DESCRIPTION = 1_048_576;

/**
 * Text of an item for its next write, made from what stands there then. One that would be longer than GitLab takes is
 * left as it is, and a comment asks for room; everything else goes on.
 */
export function textOf(
  world: World,
  item: ActualEpic | ActualIssue,
  make: (now: string) => string,
): () => Promise<string> {
  let times = 0;
  return async () => {
    times += 1;
    const now = await world.texts.of(item, times > 1);
    const text = make(now);
    // Characters are at least half as many as these units.
    if (text.length <= LONGEST_DESCRIPTION || Array.from(text).length <= LONGEST_DESCRIPTION) return text;
    await ensureNote(world, item, 'description-full', descriptionFullNote());
    return now;
  };
}

/** The epic or issue that a note belongs to. @throws InvariantError before it is created */
export function targetOf(world: World, target: NoteTarget): ActualEpic | ActualIssue {
  return target.kind === 'epic' ? epicOf(world) : issueOf(world, target.step);
}

/** The epic. @throws InvariantError before it is created */
export function epicOf(world: World): ActualEpic {
  if (world.epic === null)
    throw new InvariantError(`The plan for ${world.plan.engagement} needs its epic before it is created.`);
  return world.epic;
}

/** The issue of a step. @throws InvariantError before it is created */
export function issueOf(world: World, step: StepKey): ActualIssue {
  const issue = world.issues.get(step);
  if (issue === undefined)
    throw new InvariantError(
      `The plan for ${world.plan.engagement} needs the issue of ${step} before it is created.`,
    );
  return issue;
}

/** The step as the process has it. @throws InvariantError for one that the process does not have */
export function stepOf(world: World, key: StepKey): Step {
  const step = world.process.steps.find(({ id }) => id === key);
  if (step === undefined) throw new InvariantError(`${world.process.id} has no step ${key}.`);
  return step;
}

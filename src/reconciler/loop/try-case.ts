/** Lets the engine judge the case of a process: the very judgement that sweeps and `check` make, over a GitLab held in memory. */

import { InvariantError } from '#domain/base/errors.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import { canonicalJson } from '#domain/base/record-line.ts';
import { type Judged, type Mismatch, mismatches } from '#domain/case/judgement.ts';
import { caseFacts } from '#domain/case/process-case.ts';
import {
  launchedState,
  notesOfCase,
  pipelinesOfCase,
  type ReadyCase,
  settingsOf,
  speechIndex,
  stateOfCase,
  userNamed,
  withAdded,
} from '#domain/case/world.ts';
import { type ActualState, PREMIUM } from '#domain/engagement/state.ts';
import { checkEngagement } from '#domain/explain/check.ts';
import { plan } from '#domain/plan/plan.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { type Identified, identify } from '#domain/record/identify.ts';
import { UNSEALED } from '#domain/record/line.ts';
import { LAUNCH_STAGE } from '#domain/sow/stage.ts';
import { begunOn, isDeal, keyOf, type Subject } from '#domain/sow/subject.ts';
import { unknownItems } from '#domain/text/fill-in.ts';
import { resolveReferences } from '#domain/text/references.ts';
import type { GitLab } from '#ports/gitlab.ts';
import { LOOK_EVERYWHERE } from './comment-look.ts';
import { type Judged as JudgedFacts, judge } from './decide.ts';
import type { ReconcileOptions } from './deps.ts';
import type { StartedRuns } from './read-runs.ts';

/** GitLab's access level of a Developer: everybody who speaks in a case is a member. */
const MEMBER = 30;

/** Result of trying the case of a process. */
export type CaseResult =
  | { readonly kind: 'holds' }
  | { readonly kind: 'fails'; readonly mismatches: readonly Mismatch[] }
  /** It cannot be tried: it speaks of list items that the template does not have. */
  | { readonly kind: 'broken'; readonly problems: readonly InputProblem[] };

/**
 * Tries a case: launches it, lets people speak, and compares what is decided with what the case expects.
 *
 * @param gitlab with nothing in it, that cannot be written
 */
export async function tryCase(gitlab: GitLab, ready: ReadyCase): Promise<CaseResult> {
  const { given } = ready;
  const before = await launchedOnce(gitlab, ready);
  const state = given.said.length === 0 ? before : await withAddedIssues(gitlab, ready, before);
  const found = identify(state);
  const problems = itemProblems(ready, found);
  if (problems.length > 0) return { kind: 'broken', problems };
  const judged = await judgedOnComments(gitlab, ready, stateOfCase(state, found, ready), found);
  const { assessment } = judged.facts;
  const due = new Map([...found.issues].map(([step, issue]) => [step, issue.dueDate]));
  const differences = mismatches(given, {
    assessment,
    check: checkEngagement(assessment, judged.facts.found),
    due,
    answers: answersOf(ready, judged),
  });
  return differences.length === 0 ? { kind: 'holds' } : { kind: 'fails', mismatches: differences };
}

/** What launches made, by process, and by everything else that a launch goes by. */
const LAUNCHES = new WeakMap<ProcessDefinition, Map<string, Promise<ActualState>>>();

/** Cases of one process begin from few launches, and a launch is most of the work of a case. */
async function launchedOnce(gitlab: GitLab, ready: ReadyCase): Promise<ActualState> {
  const ofProcess = LAUNCHES.get(ready.process) ?? new Map<string, Promise<ActualState>>();
  LAUNCHES.set(ready.process, ofProcess);
  const pipelines = [...pipelinesOfCase(ready)];
  const key = canonicalJson([ready.sow, settingsOf(ready), ready.given.today ?? null, pipelines]);
  const launched = ofProcess.get(key) ?? launchedOf(gitlab, ready);
  ofProcess.set(key, launched);
  return await launched;
}

async function launchedOf(gitlab: GitLab, ready: ReadyCase): Promise<ActualState> {
  const { sow, process } = ready;
  // What is not won yet makes no engagement; a case asks what the rules say once it is.
  const launch = { sow: inLaunchStage(sow, process), process: process.id, profile: process.profile };
  const empty: ActualState = {
    engagement: keyOf(sow),
    epics: [],
    issues: [],
    capabilities: PREMIUM,
  };
  return launchedState(plan(await judged(gitlab, ready, empty, launch)), ready);
}

/** What comments asked for is there before anything is said to be so about it. */
async function withAddedIssues(gitlab: GitLab, ready: ReadyCase, state: ActualState): Promise<ActualState> {
  const found = identify(state);
  return withAdded(state, found, plan(await judgedOnComments(gitlab, ready, state, found)));
}

/** What is judged when the comments of the case are read. */
async function judgedOnComments(
  gitlab: GitLab,
  ready: ReadyCase,
  state: ActualState,
  found: Identified,
): Promise<JudgedFacts> {
  const steps = new Map([...found.issues].map(([step, { id }]) => [id, step]));
  const speaking: GitLab = {
    ...gitlab,
    readNotes: async (item) => notesOfCase(ready, item.kind === 'epic' ? null : (steps.get(item.id) ?? '')),
    readThreads: async ({ id }) =>
      notesOfCase(ready, steps.get(id) ?? '').map((note) => ({ id: `${note.id}`, notes: [note] })),
    readAccessLevel: async () => MEMBER,
    findMember: async (username) => userNamed(username),
  };
  return await judged(speaking, ready, state, { comments: LOOK_EVERYWHERE });
}

function answersOf({ given }: ReadyCase, { said }: JudgedFacts): Judged['answers'] {
  const answers = new Map(said.followed.answers.map((answer) => [speechIndex(answer.noteId), answer]));
  return given.said.map((_, index) => {
    const answer = answers.get(index);
    if (answer === undefined) return null;
    const words = answer.replies.flatMap((reply) =>
      reply.kind === 'text' ? [resolveReferences(reply.text, new Map(), 'epic')] : [],
    );
    return { refused: answer.outcome === 'refused', words };
  });
}

/** The SOW won, or the deal in a stage in which its process launches. */
function inLaunchStage(sow: Subject, { launchStages }: ReadyCase['process']): Subject {
  if (!isDeal(sow)) return { ...sow, stage: LAUNCH_STAGE };
  const [first = sow.deal.stage] = launchStages;
  const stage = launchStages.some((one) => one === sow.deal.stage) ? sow.deal.stage : first;
  return { ...sow, deal: { ...sow.deal, stage } };
}

async function judged(
  gitlab: GitLab,
  ready: ReadyCase,
  state: ActualState,
  options: ReconcileOptions,
): Promise<JudgedFacts> {
  const { process } = ready;
  const processes = {
    ids: [process.id],
    fingerprint: process.id,
    find: (id: string, profile: string | null) =>
      id === process.id && profile === process.profile ? process : null,
  };
  const today = ready.given.today ?? begunOn(ready.sow);
  const clock = { now: () => `${today}T12:00:00.000Z` };
  const deps = { gitlab, processes, settings: settingsOf(ready), clock, seal: UNSEALED };
  const decision = await judge(deps, state, { ...options, started: startedIn(ready) });
  if (decision.kind === 'decided') return decision;
  throw new InvariantError(`A case of ${process.id} could not be decided: ${decision.kind}.`);
}

function startedIn(ready: ReadyCase): StartedRuns {
  return new Map(
    [...pipelinesOfCase(ready)].map(([step, pipeline]) => [
      step,
      { attempt: 1, result: { kind: 'started', pipeline } },
    ]),
  );
}

function itemProblems({ given }: ReadyCase, found: Identified): readonly InputProblem[] {
  return [...caseFacts(given)].flatMap(([step, { ticked, not_ticked: open }]) => {
    if (!found.issues.has(step))
      return [
        problem(
          { at: given.facts[step] === undefined ? ['done', given.done.indexOf(step)] : ['facts', step] },
          `there is no issue of ${step}`,
          'Let somebody ask for it: said: [{ by: eli, text: /ps add change-order }].',
        ),
      ];
    const description = found.issues.get(step)?.description ?? '';
    return (['ticked', 'not_ticked'] as const).flatMap((field) => {
      const texts = (field === 'ticked' ? ticked : open) ?? [];
      return typeof texts === 'string'
        ? []
        : unknownItems(description, texts).map((text) =>
            problem(
              { at: ['facts', step, field, texts.indexOf(text)] },
              `no list item of ${step} begins with "${text}"`,
              'Copy the beginning of an item from the template.',
            ),
          );
    });
  });
}

/**
 * The state of GitLab that a case describes: what a launch makes, as the plan says, and what people then did.
 * Nothing here decides: the engine reads the result like any other.
 */

import { evidenceFor } from '#domain/assess/assess.ts';
import { type StepKey, stepIdOf } from '#domain/base/keys.ts';
import { labelName, type WorkflowState } from '#domain/base/labels.ts';
import { checksum } from '#domain/base/record-line.ts';
import { DEFAULT_SETTINGS, type Settings } from '#domain/base/settings.ts';
import { isSameUser, userKey } from '#domain/base/username.ts';
import {
  type ActualEpic,
  type ActualIssue,
  type ActualNote,
  type ActualState,
  type ActualUser,
  PREMIUM,
} from '#domain/engagement/state.ts';
import type { Action, Plan } from '#domain/plan/action.ts';
import { epicMarker } from '#domain/plan/creation.ts';
import { recordNow, withRecord } from '#domain/plan/written.ts';
import type { ProcessDefinition, Step } from '#domain/process/process.ts';
import type { Identified } from '#domain/record/identify.ts';
import { placeOf, UNSEALED } from '#domain/record/line.ts';
import { personInRole } from '#domain/rulings/people.ts';
import type { ActualPipeline } from '#domain/rulings/pipeline-run.ts';
import { begunOn, type Subject } from '#domain/sow/subject.ts';
import { fillCells, tickAll, tickItems } from '#domain/text/fill-in.ts';
import { writeManagedBlock } from '#domain/text/managed-block.ts';
import { newIssueText, resolveReferences } from '#domain/text/references.ts';
import { fittingValue } from './fitting-value.ts';
import { caseFacts, type ProcessCase, type WholeFacts } from './process-case.ts';

/** Case with everything that the case refers to. */
export interface ReadyCase {
  readonly process: ProcessDefinition;
  /** SOW with the fields of the case. */
  readonly sow: Subject;
  readonly given: ProcessCase;
}

/** Procession itself: who makes epics and issues, and who closes what runs alongside. */
const PROCESSION: ActualUser = { id: 1, username: 'procession' };
const FIRST_ISSUE_ID = 501;

/** Gives settings that belong to nobody, so that a case says the same wherever it is run. */
export function settingsOf({ given }: ReadyCase): Settings {
  const policy = { ...DEFAULT_SETTINGS.policy, mode: given.policy };
  return { ...DEFAULT_SETTINGS, policy, roles: given.roles };
}

/**
 * Gives the state right after a launch was carried out.
 *
 * @param plan of a SOW against an empty GitLab
 */
export function launchedState(plan: Plan, { process, sow, given }: ReadyCase): ActualState {
  const at = `${given.today ?? begunOn(sow)}T09:00:00.000Z`;
  const issues = new Map<StepKey, ActualIssue>();
  addIssues(issues, plan, at);
  const epics = plan.actions
    .filter((action) => action.kind === 'create-epic')
    .map(
      (action): ActualEpic => ({
        kind: 'epic',
        ...item(action, at, { id: 90, iid: 1 }),
        confidential: action.confidential,
        tracking: null,
      }),
    );
  const update = plan.actions.find((action) => action.kind === 'update-epic');
  const marker = epicMarker({ engagement: plan.engagement, process });
  const described = epics.map((epic) => {
    const { block, record } = update ?? { block: null, record: null };
    if (block === null || record === null) return epic;
    const text = writeManagedBlock(epic.description, marker, resolveReferences(block, issues, 'epic'));
    return {
      ...epic,
      description: withRecord(text, recordNow(record, issues, epic), placeOf(epic), UNSEALED),
    };
  });
  return {
    engagement: plan.engagement,
    epics: described,
    issues: [...issues.values()],
    capabilities: PREMIUM,
  };
}

/**
 * Adds the issues that comments asked for to a state.
 *
 * @param found who is who in `state`
 */
export function withAdded(state: ActualState, found: Pick<Identified, 'issues'>, plan: Plan): ActualState {
  const issues = new Map(found.issues);
  addIssues(issues, plan, state.epics[0]?.createdAt ?? '');
  return { ...state, issues: [...issues.values()] };
}

function addIssues(issues: Map<StepKey, ActualIssue>, plan: Plan, at: string): void {
  for (const action of plan.actions)
    if (action.kind === 'create-issue')
      issues.set(action.step, launchedIssue(action, { at, iid: issues.size + 1, issues }));
}

type Creation = Extract<Action, { kind: 'create-epic' | 'create-issue' }>;

function item(
  { title, description, labels }: Creation,
  at: string,
  number: { readonly id: number; readonly iid: number },
): Omit<ActualEpic, 'kind' | 'confidential' | 'tracking'> {
  return {
    ...number,
    title,
    description,
    state: 'opened',
    labels,
    url: `https://gitlab.example.com/groups/services/-/epics/${number.iid}`,
    reference: `services&${number.iid}`,
    author: PROCESSION,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
  };
}

function launchedIssue(
  action: Extract<Action, { kind: 'create-issue' }>,
  world: {
    readonly at: string;
    readonly iid: number;
    readonly issues: ReadonlyMap<StepKey, ActualIssue>;
  },
): ActualIssue {
  const { at, iid, issues } = world;
  return {
    kind: 'issue',
    ...item(action, at, { id: FIRST_ISSUE_ID + iid, iid }),
    description: newIssueText(action.description, issues),
    url: `https://gitlab.example.com/services/engagements/-/issues/${iid}`,
    reference: `services/engagements#${iid}`,
    projectId: 7,
    assignees: action.assignee === null ? [] : [userNamed(action.assignee)],
    dueDate: action.dueDate,
    epicId: 90,
    confidential: action.confidential,
    blockingCount: null,
    closedBy: null,
    timeSpentSeconds: 0,
    notesCount: null,
    movedToId: null,
  };
}

/**
 * Gives the state with everything that people did since the launch.
 *
 * @param found who is who in `state`
 */
export function stateOfCase(
  state: ActualState,
  found: Pick<Identified, 'issues'>,
  ready: ReadyCase,
): ActualState {
  const { given, process, sow } = ready;
  const steps = new Map([...found.issues].map(([step, { id }]) => [id, step]));
  const all = caseFacts(given);
  const issues = state.issues.map((issue) => {
    const key = steps.get(issue.id);
    const step = process.steps.find(({ id }) => key !== undefined && id === stepIdOf(key));
    const facts = key === undefined ? undefined : all.get(key);
    return step === undefined || facts === undefined ? issue : withFacts(issue, { step, facts, ready });
  });
  const at = `${given.today ?? begunOn(sow)}T12:00:00.000Z`;
  const epics = state.epics.map(
    (epic): ActualEpic => (given.epic === 'closed' ? { ...epic, state: 'closed', closedAt: at } : epic),
  );
  return { ...state, epics, issues };
}

interface Done {
  readonly step: Step;
  readonly facts: WholeFacts;
  readonly ready: ReadyCase;
}

function withFacts(issue: ActualIssue, done: Done): ActualIssue {
  const { step, facts, ready } = done;
  const isClosed = facts.is === 'closed' || facts.is === 'done';
  const by = facts.by ?? personInRole(step.owner, ready, settingsOf(ready)).username ?? step.owner;
  return {
    ...issue,
    description: descriptionWith(issue.description, done),
    labels: labelsWith(issue.labels, done),
    timeSpentSeconds: (facts.hours ?? 0) * 3_600,
    ...(isClosed
      ? {
          state: 'closed' as const,
          closedAt: `${dayOf(facts, ready)}T12:00:00.000Z`,
          closedBy: userNamed(by),
        }
      : {}),
  };
}

/** When it was done. */
function dayOf(facts: WholeFacts, { given, sow }: ReadyCase): string {
  return facts.on ?? given.today ?? begunOn(sow);
}

function descriptionWith(description: string, { step, facts, ready }: Done): string {
  const fields = evidenceFor(step, ready.sow);
  const { ticked, not_ticked: open = [], evidence } = facts;
  let text = description;
  if (facts.is === 'done' || ticked === 'all') text = tickAll(text);
  else if (ticked !== undefined) text = tickItems(text, ticked, true);
  if (open.length > 0) text = tickItems(text, open, false);
  const on = dayOf(facts, ready);
  if (facts.is === 'done' || evidence === 'all')
    text = fillCells(text, new Map(fields.map((field) => [field.field, fittingValue(field, on)])));
  if (typeof evidence !== 'object') return text;
  return fillCells(text, new Map(Object.entries(evidence).map(([field, value]) => [field, String(value)])));
}

const SHOWN: Readonly<Partial<Record<WholeFacts['is'], WorkflowState>>> = {
  started: 'in progress',
  waiting: 'waiting',
};

function labelsWith(labels: readonly string[], { facts }: Done): readonly string[] {
  const { add_labels: added = [], remove_labels: removed = [] } = facts;
  const state = SHOWN[facts.is];
  const shown = state === undefined ? [] : [labelName('workflow', state)];
  const left = labels.filter(
    (label) => !(shown.length > 0 && label.startsWith(labelName('workflow', ''))) && !removed.includes(label),
  );
  return [...new Set([...left, ...shown, ...added])];
}

const FIRST_PIPELINE_ID = 9_001;

/** Gives the pipelines that do steps, by step, as GitLab would show them. */
export function pipelinesOfCase({ given, process, sow }: ReadyCase): ReadonlyMap<StepKey, ActualPipeline> {
  const day = given.today ?? begunOn(sow);
  const stands = [...caseFacts(given)].flatMap(([key, facts]): [StepKey, string, string][] => {
    const step = process.steps.find(({ id }) => id === stepIdOf(key));
    const status = facts.pipeline ?? (facts.is === 'done' ? 'success' : undefined);
    return step?.pipeline === undefined || status === undefined ? [] : [[key, status, facts.on ?? day]];
  });
  return new Map(
    stands.map(([key, status, on], index) => {
      const id = FIRST_PIPELINE_ID + index;
      const url = `https://gitlab.example.com/services/provisioning/-/pipelines/${id}`;
      return [key, { id, url, status, finishedAt: `${on}T12:00:00.000Z`, failedJob: null }];
    }),
  );
}

const FIRST_NOTE_ID = 7_001;

/** Position of the comment with this id among the comments of a case. */
export function speechIndex(noteId: number): number {
  return noteId - FIRST_NOTE_ID;
}

/** Gives the comments on the epic (`null`) or on the issue of a step. */
export function notesOfCase({ given, sow }: ReadyCase, about: StepKey | null): readonly ActualNote[] {
  return given.said.flatMap((speech, index): ActualNote[] => {
    if ((speech.about ?? null) !== about) return [];
    const at = `${speech.on ?? given.today ?? begunOn(sow)}T11:00:00.000Z`;
    const author = userNamed(speech.by);
    const id = FIRST_NOTE_ID + index;
    return [{ id, author, body: speech.text, system: false, internal: false, createdAt: at, updatedAt: at }];
  });
}

/** User of a name, whatever the order in which names come up: the same id for each way of writing one. */
export function userNamed(username: string): ActualUser {
  if (isSameUser(username, PROCESSION.username)) return PROCESSION;
  return { id: 1_000 + Number.parseInt(checksum(userKey(username)).slice(0, 8), 16), username };
}

/** Reads more where what was read first does not fit what the epic remembers. Costs nothing where it fits. */

import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import { driftMemoryOf, suspectBlockers } from '#domain/drift/drift.ts';
import type { Edge } from '#domain/engagement/memory.ts';
import type { ActualState } from '#domain/engagement/state.ts';
import { knownLinks } from '#domain/plan/links.ts';
import type { Identified } from '#domain/record/identify.ts';
import { parseMarker } from '#domain/text/marker.ts';
import type { GitLabReader, Places } from '#ports/gitlab.ts';
import { gitlabOf } from './place.ts';

/**
 * One engagement with its issues, by its label; by everything that names it where the label brings nothing at all, because
 * somebody took it off everywhere or deleted it: then every epic and issue is read.
 */
export async function readWhole(places: Places, engagement: EngagementKey): Promise<ActualState> {
  const gitlab = gitlabOf(places, engagement);
  const labelled = await gitlab.readEngagement(engagement, { always: true });
  if (labelled.epics.length + labelled.issues.length > 0) return labelled;
  for (const state of await gitlab.readAll()) if (state.engagement === engagement) return state;
  return labelled;
}

/** The epic that the label did not bring although our issues are in one: a launch must not make a second. */
export async function withUnlabelledEpic(
  gitlab: Pick<GitLabReader, 'findEpics'>,
  actual: ActualState,
  { epic, issues }: Identified,
): Promise<ActualState> {
  if (epic !== null || ![...issues.values()].some(({ epicId }) => epicId !== null)) return actual;
  const inside = [...issues.values()].flatMap(({ epicId }) => epicId ?? []);
  const epics = await gitlab.findEpics(actual.engagement, new Set(inside));
  return epics.length === 0 ? actual : { ...actual, epics: [...actual.epics, ...epics] };
}

/**
 * Issues that the epic remembers and that the label did not bring, because somebody took the label off or moved them to
 * another project: one request for the issues in the epic.
 */
export async function withUnlabelled(
  gitlab: Pick<GitLabReader, 'readEpicIssues'>,
  actual: ActualState,
  { epic, memory }: Identified,
): Promise<ActualState> {
  const here = new Set(actual.issues.filter(({ movedToId }) => movedToId === null).map(({ id }) => id));
  const isWhole = [...memory.issues.values()].every((id) => here.has(id));
  // A tracking issue has no list of its own.
  if (epic === null || epic.tracking !== null || isWhole) return actual;
  const remembered = new Set(memory.issues.values());
  const known = new Set(actual.issues.map(({ id }) => id));
  const others = (await gitlab.readEpicIssues(epic)).filter(
    ({ id, description }) =>
      !known.has(id) && (remembered.has(id) || parseMarker(description)?.engagement === actual.engagement),
  );
  return others.length === 0 ? actual : { ...actual, issues: [...actual.issues, ...others] };
}

/**
 * Finds links that should be there, are remembered and are gone: one request for each issue that blocks fewer open
 * issues than it should. A link removed while another was added by hand is not noticed; the order is kept from the
 * facts, not from links.
 */
export async function readLostLinks(
  gitlab: Pick<GitLabReader, 'readLinks'>,
  edges: readonly Edge[],
  {
    found,
    resume,
    reopening,
  }: {
    readonly found: Identified;
    readonly resume: boolean;
    /** Steps whose closed issues this run opens again. */
    readonly reopening: ReadonlySet<StepKey>;
  },
): Promise<readonly Edge[]> {
  const remembered = edges.filter(knownLinks(found));
  const lost: Edge[] = [];
  for (const step of suspectBlockers(remembered, found, driftMemoryOf({ found, resume }), reopening)) {
    const issue = found.issues.get(step);
    if (issue === undefined) continue;
    const blocked = new Set(
      (await gitlab.readLinks(issue)).filter(({ type }) => type === 'blocks').map(({ issueId }) => issueId),
    );
    lost.push(
      ...remembered.filter(({ from, to }) => from === step && !blocked.has(found.issues.get(to)?.id ?? -1)),
    );
  }
  return lost;
}

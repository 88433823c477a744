/**
 * Which of the things that carry an engagement's label are ours. A label alone proves nothing: people label
 * their own issues too. Ours carry our marker *and* were made by us, or are remembered in the epic.
 */

import type { StepKey } from '#domain/base/keys.ts';
import { type Marker, parseMarker } from '#domain/text/marker.ts';
import { decodeMemory, EMPTY_MEMORY, type EngagementMemory } from './memory.ts';
import type { ActualEpic, ActualIssue, ActualState } from './state.ts';
import { asTracking } from './tracking.ts';

export interface Identified {
  /** The engagement's epic: the oldest that carries its marker; where there is none, the oldest tracking issue. */
  readonly epic: ActualEpic | null;
  readonly marker: Marker | null;
  readonly memory: EngagementMemory;
  readonly issues: ReadonlyMap<StepKey, ActualIssue>;
  /** Doubles made by two writers at once; still open ones are closed with a note. */
  readonly twinEpics: readonly ActualEpic[];
  readonly twinIssues: readonly { readonly step: StepKey; readonly issue: ActualIssue }[];
  /** Tracking issues of an engagement that has an epic by now and do not say so yet. */
  readonly leftTracking: readonly ActualEpic[];
  /** Tracking issues that say that their engagement goes on in an epic. */
  readonly movedTracking: readonly ActualEpic[];
  /** What remains of issues that were moved to another project: closed, and no longer anybody's step. */
  readonly moved: ReadonlyMap<StepKey, ActualIssue>;
  /** Carry a marker of ours but were made by somebody we do not know: left alone. */
  readonly doubtful: readonly ActualIssue[];
  /** The same for tracking issues. */
  readonly doubtfulTracking: readonly ActualIssue[];
}

/**
 * An epic needs no author whom we know: making one takes the role Planner, whose holders may rewrite ours anyway.
 * An issue can be made, with labels, by any Guest, so a tracking issue counts only when one of us made it.
 *
 * @param ownUserIds users known to be us beside the authors of our epics (the token's user)
 * @param formerUsers usernames of earlier bots of ours
 */
export function identify(
  actual: ActualState,
  ownUserIds: readonly number[] = [],
  formerUsers: readonly string[] = [],
): Identified {
  const isOurs = ({ author }: ActualIssue): boolean =>
    ownUserIds.includes(author.id) || formerUsers.includes(author.username);
  const epics = actual.epics.flatMap((epic) => holderIn(epic, actual)).toSorted(byAge);
  const marked = actual.issues.flatMap((issue) =>
    holderIn(asTracking(issue), actual).map((holder) => ({ issue, holder })),
  );
  const tracking = marked
    .filter(({ issue }) => isOurs(issue))
    .map(({ holder }) => holder)
    .toSorted(byAge);
  const live = [...epics, ...tracking.filter(({ memory }) => !memory.moved)];
  const first = live[0] ?? null;
  const memory = first?.memory ?? EMPTY_MEMORY;
  const steps = new Set(memory.issues.values());
  // An issue that is known to be a step stays one, whatever marker somebody has pasted into it.
  const others = live.slice(1).filter(({ epic }) => epic.tracking === null || !steps.has(epic.id));
  const isTwin = ({ epic }: Holder): boolean => (epic.tracking === null) === (first?.epic.tracking === null);
  const ours = new Set([...ownUserIds, ...live.map(({ epic }) => epic.author.id)]);
  const { known, moved, doubtful } = sortIssues(actual, memory, ours);
  const { issues, twins } = oldestFirst(known, first?.epic.id ?? null, memory);
  return {
    epic: first?.epic ?? null,
    marker: first?.marker ?? null,
    memory,
    issues,
    twinEpics: others.filter(isTwin).map(({ epic }) => epic),
    twinIssues: twins,
    leftTracking: others.filter((holder) => !isTwin(holder)).map(({ epic }) => epic),
    movedTracking: tracking.filter((holder) => holder.memory.moved).map(({ epic }) => epic),
    moved: new Map(moved.map(({ step, issue }) => [step, issue])),
    doubtful,
    doubtfulTracking: marked
      .map(({ issue }) => issue)
      .filter((issue) => !isOurs(issue) && !steps.has(issue.id)),
  };
}

/** The step's issue is inside the holder: GitLab says so of an epic; of a tracking issue its memory does, written after the link. */
export function isInHolder(
  step: StepKey,
  issue: ActualIssue,
  { epic, memory }: Pick<Identified, 'epic' | 'memory'>,
): boolean {
  if (epic === null) return false;
  return epic.tracking === null ? issue.epicId === epic.id : memory.issues.get(step) === issue.id;
}

interface Holder {
  readonly epic: ActualEpic;
  readonly marker: Marker;
  readonly memory: EngagementMemory;
}

function holderIn(epic: ActualEpic, { engagement }: ActualState): Holder[] {
  const marker = parseMarker(epic.description);
  return marker?.kind === 'epic' && marker.engagement === engagement
    ? [{ epic, marker, memory: decodeMemory(epic.description) }]
    : [];
}

function byAge(a: Holder, b: Holder): number {
  return a.epic.id - b.epic.id;
}
interface Known {
  readonly step: StepKey;
  readonly issue: ActualIssue;
}

function sortIssues(
  actual: ActualState,
  memory: EngagementMemory,
  ours: ReadonlySet<number>,
): { known: Known[]; moved: Known[]; doubtful: ActualIssue[] } {
  const stepById = new Map([...memory.issues].map(([step, id]) => [id, step]));
  const [known, moved]: [Known[], Known[]] = [[], []];
  const doubtful: ActualIssue[] = [];
  for (const issue of actual.issues) {
    const remembered = stepById.get(issue.id);
    const marker = parseMarker(issue.description);
    const marked = marker?.kind === 'step' && marker.engagement === actual.engagement ? marker.step : null;
    const step = remembered ?? (ours.has(issue.author.id) ? marked : null);
    if (step !== null) (issue.movedToId === null ? known : moved).push({ step, issue });
    else if (marked !== null && issue.movedToId === null) doubtful.push(issue);
  }
  return { known, moved, doubtful };
}

/** The remembered issue wins, then one that is already in the epic, then the oldest. */
function oldestFirst(
  known: readonly Known[],
  epicId: number | null,
  memory: EngagementMemory,
): { issues: Map<StepKey, ActualIssue>; twins: Known[] } {
  const rank = ({ step, issue }: Known): number => {
    if (memory.issues.get(step) === issue.id) return 0;
    return issue.epicId === epicId ? 1 : 2;
  };
  const issues = new Map<StepKey, ActualIssue>();
  const twins: Known[] = [];
  for (const { step, issue } of known.toSorted((a, b) => rank(a) - rank(b) || a.issue.id - b.issue.id)) {
    if (issues.has(step)) twins.push({ step, issue });
    else issues.set(step, issue);
  }
  return { issues, twins };
}

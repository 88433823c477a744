/**
 * Which of the things that carry an engagement's label are ours. A label alone proves nothing: people label
 * their own issues too. Ours carry our marker *and* were made by us, or are remembered in the epic.
 */
import { decodeMemory, EMPTY_MEMORY, type EngagementMemory } from './engagement-state.ts';
import type { StepKey } from './keys.ts';
import { type Marker, parseMarker } from './marker.ts';
import type { ActualEpic, ActualIssue, ActualState } from './state.ts';

export interface Identified {
  /** The engagement's epic: the oldest that carries its marker. */
  readonly epic: ActualEpic | null;
  readonly marker: Marker | null;
  readonly memory: EngagementMemory;
  readonly issues: ReadonlyMap<StepKey, ActualIssue>;
  /** Doubles made by two writers at once; still open ones are closed with a note. */
  readonly twinEpics: readonly ActualEpic[];
  readonly twinIssues: readonly { readonly step: StepKey; readonly issue: ActualIssue }[];
  /** Carry a marker of ours but were made by somebody we do not know: left alone. */
  readonly doubtful: readonly ActualIssue[];
}

/**
 * @param ownUserIds users known to be us beside the authors of our epics (the token's user).
 */
export function identify(actual: ActualState, ownUserIds: readonly number[] = []): Identified {
  const epics = actual.epics
    .flatMap((epic) => {
      const marker = parseMarker(epic.description);
      return marker?.kind === 'epic' && marker.engagement === actual.engagement ? [{ epic, marker }] : [];
    })
    .toSorted((a, b) => a.epic.id - b.epic.id);
  const first = epics[0] ?? null;
  const memory = first === null ? EMPTY_MEMORY : decodeMemory(first.epic.description);
  const ours = new Set([...ownUserIds, ...epics.map(({ epic }) => epic.author.id)]);
  const { known, doubtful } = sortIssues(actual, memory, ours);
  const { issues, twins } = oldestFirst(known, first?.epic.id ?? null, memory);
  return {
    epic: first?.epic ?? null,
    marker: first?.marker ?? null,
    memory,
    issues,
    twinEpics: epics.slice(1).map(({ epic }) => epic),
    twinIssues: twins,
    doubtful,
  };
}

interface Known {
  readonly step: StepKey;
  readonly issue: ActualIssue;
}

function sortIssues(
  actual: ActualState,
  memory: EngagementMemory,
  ours: ReadonlySet<number>,
): { known: Known[]; doubtful: ActualIssue[] } {
  const stepById = new Map([...memory.issues].map(([step, id]) => [id, step]));
  const known: Known[] = [];
  const doubtful: ActualIssue[] = [];
  for (const issue of actual.issues) {
    const remembered = stepById.get(issue.id);
    const marker = parseMarker(issue.description);
    const marked = marker?.kind === 'step' && marker.engagement === actual.engagement ? marker.step : null;
    if (remembered !== undefined) known.push({ step: remembered, issue });
    else if (marked !== null && ours.has(issue.author.id)) known.push({ step: marked, issue });
    else if (marked !== null) doubtful.push(issue);
  }
  return { known, doubtful };
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

/**
 * Which of the things that carry an engagement's label are ours. A label alone proves nothing: people label
 * their own issues too. Ours carry our marker *and* were made by us, or are remembered in the epic.
 */

import type { EngagementKey, StepKey } from '#domain/base/keys.ts';
import { isAmong } from '#domain/base/username.ts';
import { decodeMemory, EMPTY_MEMORY, type EngagementMemory } from '#domain/engagement/memory.ts';
import type { ActualEpic, ActualIssue, ActualState } from '#domain/engagement/state.ts';
import { asTracking } from '#domain/engagement/tracking.ts';
import { type Marker, parseMarker } from '#domain/text/marker.ts';
import { type Opened, openRecord, placeOf, type SealReader, UNSEALED } from './line.ts';
import { asideIssues } from './migrated.ts';
import type { EngagementRecord } from './record.ts';

export interface Identified {
  /** The engagement's epic: the oldest that carries its marker; where there is none, the oldest tracking issue. */
  readonly epic: ActualEpic | null;
  readonly marker: Marker | null;
  /** What stands in the place of its record; `absent` where there is no epic. */
  readonly opened: Opened;
  /** Its record, from the description or from the protected copy; `null` where neither can be read. */
  readonly record: EngagementRecord | null;
  /**
   * The record is that of the protected copy, because the one in the description was lost or altered; `taken over`: it
   * carries no seal, and people have asked to seal it.
   */
  readonly restored: 'lost' | 'altered' | 'taken over' | null;
  /** That of the record. */
  readonly memory: EngagementMemory;
  readonly issues: ReadonlyMap<StepKey, ActualIssue>;
  /** Issues that a migration set aside, by their global ids: they are no step of the version of now. */
  readonly setAside: ReadonlyMap<number, ActualIssue>;
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
 * An epic needs no author whom we know: making one takes the role Planner, and who has that role may rewrite ours anyway.
 * An issue can be made, with labels, by any Guest, so a tracking issue counts only when one of us made it.
 *
 * @param known.ownUserIds users known to be us beside the authors of our epics (the token's user)
 * @param known.formerUsers usernames of earlier bots of ours
 * @param known.restored records from protected copies, by the id of their epic: they count in place of damaged ones
 * @param known.takenOver these are no copies, but unsealed records that people have asked to seal
 */
export function identify(
  given: ActualState,
  seal: SealReader = UNSEALED,
  known: {
    readonly ownUserIds?: readonly number[];
    readonly formerUsers?: readonly string[];
    readonly restored?: ReadonlyMap<number, EngagementRecord>;
    readonly takenOver?: boolean;
  } = {},
): Identified {
  const { ownUserIds = [], formerUsers = [], restored = new Map<number, EngagementRecord>() } = known;
  const actual = withoutOthers(given, seal);
  const holdersIn = (epic: ActualEpic): Holder[] => holderIn(epic, actual, seal, restored);
  const isOurs = ({ author }: ActualIssue): boolean =>
    ownUserIds.includes(author.id) || isAmong(author.username, formerUsers);
  const epics = actual.epics.flatMap(holdersIn).toSorted(byAge);
  const marked = actual.issues.flatMap((issue) =>
    holdersIn(asTracking(issue)).map((holder) => ({ issue, holder })),
  );
  const tracking = marked
    .filter(({ issue }) => isOurs(issue))
    .map(({ holder }) => holder)
    .toSorted(byAge);
  const claiming = [...epics, ...tracking.filter(({ memory }) => !memory.moved)];
  const unmarked = unmarkedHolders(actual, ownUserIds, restored);
  const live = seal.required
    ? believed([...claiming, ...unmarked], holdingEpics(actual))
    : claiming.length > 0
      ? claiming
      : unmarked;
  const first = live[0] ?? null;
  const memory = first?.memory ?? EMPTY_MEMORY;
  const steps = new Set(memory.issues.values());
  // An issue that is known to be a step stays one, whatever marker somebody has pasted into it.
  const others = live
    .slice(1)
    .filter(({ epic }) => epic.tracking === null || !steps.has(epic.id))
    .filter(({ record }) => !seal.required || record !== null);
  const isTwin = ({ epic }: Holder): boolean => (epic.tracking === null) === (first?.epic.tracking === null);
  const ours = new Set([
    ...ownUserIds,
    ...[...live.slice(0, 1), ...others].map(({ epic }) => epic.author.id),
  ]);
  const aside = asideIssues(first?.record?.migrated ?? null);
  const ownIssues = actual.issues.filter(({ id }) => !aside.has(id));
  const { known: found, moved, doubtful } = sortIssues({ ...actual, issues: ownIssues }, memory, ours);
  const { issues, twins } = oldestFirst(found, first?.epic.id ?? null, memory);
  return {
    epic: first?.epic ?? null,
    marker: first?.marker ?? null,
    opened: first?.opened ?? { kind: 'absent' },
    record: first?.record ?? null,
    restored:
      first === null || !restored.has(first.epic.id)
        ? null
        : restorationOf(first.opened, known.takenOver === true),
    memory,
    issues,
    setAside: new Map(actual.issues.flatMap((issue) => (aside.has(issue.id) ? [[issue.id, issue]] : []))),
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
  /** `null` where nothing is left of it. */
  readonly marker: Marker | null;
  readonly opened: Opened;
  readonly record: EngagementRecord | null;
  readonly memory: EngagementMemory;
}

function holderIn(
  epic: ActualEpic,
  { engagement }: ActualState,
  seal: SealReader,
  restored: ReadonlyMap<number, EngagementRecord>,
): Holder[] {
  const marker = parseMarker(epic.description);
  if (!claims(marker, engagement)) return [];
  const opened = openRecord(epic.description, { place: placeOf(epic), key: engagement }, seal);
  const record = restored.get(epic.id) ?? (opened.kind === 'ok' ? opened.record : null);
  // Of releases before records: which issue is which step is known even where their SOW line is damaged.
  const remembered = seal.required ? EMPTY_MEMORY : decodeMemory(epic.description);
  return [{ epic, marker, opened, record, memory: record?.memory ?? remembered }];
}

/**
 * Epics that carry the engagement's label and hold issues of ours, or were made by us, although nothing in their
 * description says so any more.
 */
function unmarkedHolders(
  { engagement, epics, issues }: ActualState,
  ownUserIds: readonly number[],
  restored: ReadonlyMap<number, EngagementRecord>,
): Holder[] {
  const holding = holdingEpics({ engagement, issues });
  return epics
    .filter(({ description }) => !claims(parseMarker(description), engagement))
    .filter(({ id, author }) => holding.has(id) || ownUserIds.includes(author.id))
    .map((epic): Holder => {
      const record = restored.get(epic.id) ?? null;
      const memory = record?.memory ?? EMPTY_MEMORY;
      return { epic, marker: null, opened: { kind: 'absent' }, record, memory };
    })
    .toSorted(byAge);
}

/**
 * Without epics that are another engagement's, and without the issues that its record names: while a migration gives an
 * engagement another key, its issues carry the labels of both.
 */
function withoutOthers(actual: ActualState, seal: SealReader): ActualState {
  const { engagement, epics, issues } = actual;
  const here = new Set(issues.map(({ id }) => id));
  const others = new Map(
    epics.flatMap((epic): [number, readonly number[]][] => {
      const key = parseMarker(epic.description)?.engagement ?? engagement;
      if (key === engagement) return [];
      const opened = openRecord(epic.description, { place: placeOf(epic), key }, seal);
      const named = opened.kind === 'ok' ? [...opened.record.memory.issues.values()] : [];
      return named.some((id) => here.has(id)) ? [[epic.id, named]] : [];
    }),
  );
  if (others.size === 0) return actual;
  const foreign = new Set([...others.values()].flat());
  return {
    ...actual,
    epics: epics.filter(({ id }) => !others.has(id)),
    issues: issues.filter(({ id }) => !foreign.has(id)),
  };
}

/** Whether a marker says that its epic is this engagement's. */
function claims(marker: Marker | null, engagement: EngagementKey): marker is Marker {
  return marker?.kind === 'epic' && marker.engagement === engagement;
}

/** Global ids of epics with issues that carry the engagement's marker. */
function holdingEpics({
  engagement,
  issues,
}: Pick<ActualState, 'engagement' | 'issues'>): ReadonlySet<number> {
  return new Set(
    issues.flatMap(({ description, epicId }) =>
      parseMarker(description)?.engagement === engagement && epicId !== null ? [epicId] : [],
    ),
  );
}

/**
 * Where records are sealed, an epic whose record is sealed for its very place counts before all others. A record that was
 * sealed before its epic had an id fits every epic, so one with it counts only before an epic that has lost its record
 * and holds the issues when it holds issues itself. Epics come before tracking issues, which they replace.
 */
function believed(holders: readonly Holder[], holding: ReadonlySet<number>): readonly Holder[] {
  const rank = ({ epic, opened, record }: Holder): number => {
    if (epic.tracking !== null) return record === null ? 5 : 4;
    const holds = holding.has(epic.id);
    if (record === null) return holds ? 2 : 5;
    const isNewborn = opened.kind === 'ok' && opened.as === 'newborn';
    if (!isNewborn) return 0;
    return holds ? 1 : 3;
  };
  return holders.toSorted((one, other) => rank(one) - rank(other) || byAge(one, other));
}

function restorationOf(opened: Opened, takenOver: boolean): Identified['restored'] {
  if (opened.kind === 'ok') return null;
  if (takenOver) return 'taken over';
  return opened.kind === 'damaged' ? 'altered' : 'lost';
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

/** Engagements as GitLab holds them: their epics and issues. */
import { type EngagementKey, SowNumber } from '#domain/base/keys.ts';
import type { ActualEpic, ActualIssue, ActualState } from '#domain/engagement/state.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { type Connection, readList } from '#gitlab/http/connection.ts';
import { Epic, Issue } from './schema.ts';
import type { Session } from './session.ts';

/** More changed engagements than this are cheaper to read all at once than one by one. */
const MANY = 40;

/** Narrows a list: to items with a label, or to those updated after an instant (ISO 8601). */
export interface ListFilter {
  readonly labels?: string;
  readonly updatedAfter?: string;
}

/** Reads the epics and issues with the engagement's label; issues also without an epic when `always` is set. */
export async function readEngagement(
  session: Session,
  engagement: EngagementKey,
  options: { readonly always?: boolean } = {},
): Promise<ActualState> {
  const epics = await epicsIfAny(session, { labels: engagement });
  const wanted = epics === null || epics.length > 0 || options.always === true;
  return {
    engagement,
    epics: epics ?? [],
    issues: wanted ? await listIssues(session.connection, { labels: engagement }) : [],
    capabilities: await session.capabilities.get(),
  };
}

/** Reads every engagement of some processes, or those that changed since an instant (ISO 8601). */
export async function readAll(
  session: Session,
  processIds: readonly string[],
  options: { readonly updatedAfter?: string } = {},
): Promise<readonly ActualState[]> {
  const labelsOfProcesses = processIds.map((id) => session.connection.processLabel(id));
  return options.updatedAfter === undefined
    ? await readFull(session, labelsOfProcesses)
    : await readChanged(session, labelsOfProcesses, options.updatedAfter);
}

/** Reads the issues in an epic, whatever their labels and project. */
export async function readEpicIssues(
  { connection }: Session,
  epic: ActualEpic,
): Promise<readonly ActualIssue[]> {
  const { group, epicIssues } = connection;
  return await readList<ActualIssue>(connection, {
    what: `GET /groups/${group}/epics/${epic.iid}/issues`,
    item: Issue,
    fetchPage: (page) => epicIssues.all(group, epic.iid, { ...page }),
  });
}

/** Finds the epics marked as an engagement's, whatever their labels, and those with the given ids, among all epics of the group. */
export async function findEpics(
  { connection }: Session,
  engagement: EngagementKey,
  ids: ReadonlySet<number> = new Set(),
): Promise<readonly ActualEpic[]> {
  const epics = await listEpics(connection, {});
  return epics.filter(({ id, description }) => {
    const marker = parseMarker(description);
    return ids.has(id) || (marker?.kind === 'epic' && marker.engagement === engagement);
  });
}

/**
 * Lists epics of the group itself, oldest first, open and closed.
 *
 * @see https://docs.gitlab.com/api/epics/#list-epics-for-a-group
 */
export function listEpics(connection: Connection, filter: ListFilter): Promise<readonly ActualEpic[]> {
  const query = {
    ...filter,
    state: 'all',
    orderBy: 'created_at',
    sort: 'asc',
    includeDescendantGroups: false,
  } as const;
  return readList<ActualEpic>(connection, {
    what: `GET /groups/${connection.group}/epics`,
    item: Epic,
    fetchPage: (page) => connection.epics.all(connection.group, { ...query, ...page }),
  });
}

/**
 * Lists issues of the project, oldest first, open and closed, whoever wrote them.
 *
 * @see https://docs.gitlab.com/api/issues/#list-project-issues
 */
export function listIssues(connection: Connection, filter: ListFilter): Promise<readonly ActualIssue[]> {
  const query = { ...filter, state: 'all', scope: 'all', orderBy: 'created_at', sort: 'asc' } as const;
  return readList<ActualIssue>(connection, {
    what: `GET /projects/${connection.project}/issues`,
    item: Issue,
    fetchPage: (page) => connection.issues.all({ projectId: connection.project, ...query, ...page } as never),
  });
}

/** `null` where this GitLab has no epics. */
function epicsIfAny(
  { connection, capabilities }: Session,
  filter: ListFilter,
): Promise<readonly ActualEpic[] | null> {
  return capabilities.ifEpics(() => listEpics(connection, filter));
}

async function readChanged(
  session: Session,
  labelsOfProcesses: readonly string[],
  updatedAfter: string,
): Promise<readonly ActualState[]> {
  const [epics, issues] = await Promise.all([
    epicsIfAny(session, { updatedAfter }),
    listIssues(session.connection, { updatedAfter }),
  ]);
  const changed = new Set([...(epics ?? []), ...issues].flatMap(engagementsOf));
  if (changed.size > MANY) {
    const all = await readFull(session, labelsOfProcesses);
    return all.filter(({ engagement }) => changed.has(engagement));
  }
  const states = await Promise.all(
    [...changed].map((engagement) => readEngagement(session, engagement, { always: true })),
  );
  const isOne = isOneOf(labelsOfProcesses);
  return states.filter((state) => [...state.epics, ...state.issues].some(isOne));
}

async function readFull(
  session: Session,
  labelsOfProcesses: readonly string[],
): Promise<readonly ActualState[]> {
  const { connection, capabilities } = session;
  const lists = await Promise.all(labelsOfProcesses.map((label) => epicsIfAny(session, { labels: label })));
  const found = lists.flatMap((list) => list ?? []);
  const offers = await capabilities.get();
  // Where there are epics and none is ours, a look at one page spares reading a project that has nothing of ours.
  if (found.length === 0 && offers.epics && !(await hasTracking(connection, labelsOfProcesses))) return [];
  const all = await listIssues(connection, {});
  const epics = byEngagement(new Map(found.map((epic) => [epic.id, epic])).values());
  const issues = byEngagement(all);
  const tracked = all.filter(isOneOf(labelsOfProcesses)).flatMap(engagementsOf);
  const known = new Set([...epics.keys(), ...tracked]);
  const unlabelled = [...issues].filter(
    ([engagement, group]) =>
      !known.has(engagement) && group.some((issue) => isStepOf(connection, issue, labelsOfProcesses)),
  );
  const others = await Promise.all(unlabelled.map(([engagement]) => readEngagement(session, engagement)));
  const states = [...known].map((engagement) => ({
    engagement,
    epics: epics.get(engagement) ?? [],
    issues: issues.get(engagement) ?? [],
    capabilities: offers,
  }));
  return [...states, ...others.filter((state) => state.epics.length > 0)];
}

async function hasTracking(connection: Connection, labels: readonly string[]): Promise<boolean> {
  const lists = await Promise.all(labels.map((label) => listIssues(connection, { labels: label })));
  return lists.some((list) => list.length > 0);
}

/** Whether an issue is marked as a step of one of the processes: then there is an epic, even if its label was taken off. */
function isStepOf(
  { processLabel }: Connection,
  issue: ActualIssue,
  labelsOfProcesses: readonly string[],
): boolean {
  const marker = parseMarker(issue.description);
  return marker?.kind === 'step' && labelsOfProcesses.includes(processLabel(marker.process));
}

/** Only what holds an engagement carries the label of its process: the epic, or the tracking issue. */
function isOneOf(labelsOfProcesses: readonly string[]): (item: ActualEpic | ActualIssue) => boolean {
  return ({ labels }) => labels.some((label) => labelsOfProcesses.includes(label));
}

/** By its labels, and by its marker where somebody took the label off. */
function engagementsOf(item: ActualEpic | ActualIssue): readonly EngagementKey[] {
  const labelled = item.labels.filter((label) => SowNumber.safeParse(label).success);
  const marked = parseMarker(item.description)?.engagement;
  return marked === undefined || labelled.includes(marked) ? labelled : [...labelled, marked];
}

function byEngagement<T extends ActualEpic | ActualIssue>(items: Iterable<T>): Map<EngagementKey, T[]> {
  const groups = new Map<EngagementKey, T[]>();
  for (const item of items) {
    for (const engagement of engagementsOf(item)) {
      const group = groups.get(engagement) ?? [];
      groups.set(engagement, group);
      group.push(item);
    }
  }
  return groups;
}

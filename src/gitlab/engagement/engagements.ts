/** Engagements as GitLab holds them: their epics and issues. */
import { type EngagementKey, SowNumber } from '#domain/base/keys.ts';
import type { ActualEpic, ActualIssue, ActualState } from '#domain/engagement/state.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { type Connection, readList } from '#gitlab/http/connection.ts';
import { Epic, Issue } from './schema.ts';
import type { Session } from './session.ts';

/** More changed engagements than this are cheaper to read all at once than one by one. */
const MANY = 40;

/** Narrows a list: to items with a label, to those updated after an instant (ISO 8601), to some numbers. */
export interface ListFilter {
  readonly labels?: string;
  readonly updatedAfter?: string;
  /** Of issues. */
  readonly iids?: readonly number[];
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

/**
 * Reads every engagement of which anything is left, whatever its process and its labels, or those that changed since an
 * instant (ISO 8601).
 */
export async function readAll(
  session: Session,
  options: { readonly updatedAfter?: string } = {},
): Promise<readonly ActualState[]> {
  return options.updatedAfter === undefined
    ? await readFull(session)
    : await readChanged(session, options.updatedAfter);
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
 * Lists issues of the project, or of another one, oldest first, open and closed, whoever wrote them.
 *
 * @see https://docs.gitlab.com/api/issues/#list-project-issues
 */
export function listIssues(
  connection: Connection,
  filter: ListFilter,
  projectId: string | number = connection.project,
): Promise<readonly ActualIssue[]> {
  const query = { ...filter, state: 'all', scope: 'all', orderBy: 'created_at', sort: 'asc' } as const;
  return readList<ActualIssue>(connection, {
    what: `GET /projects/${projectId}/issues`,
    item: Issue,
    fetchPage: (page) => connection.issues.all({ projectId, ...query, ...page } as never),
  });
}

/** `null` where this GitLab has no epics. */
function epicsIfAny(
  { connection, capabilities }: Session,
  filter: ListFilter,
): Promise<readonly ActualEpic[] | null> {
  return capabilities.ifEpics(() => listEpics(connection, filter));
}

async function readChanged(session: Session, updatedAfter: string): Promise<readonly ActualState[]> {
  const [epics, issues] = await Promise.all([
    epicsIfAny(session, { updatedAfter }),
    listIssues(session.connection, { updatedAfter }),
  ]);
  const stripped = await strippedEpics(session, epics ?? []);
  const changed = new Set([...(epics ?? []), ...issues].flatMap(engagementsOf).concat([...stripped.keys()]));
  if (changed.size > MANY) {
    const all = await readFull(session);
    return all.filter(({ engagement }) => changed.has(engagement));
  }
  return await Promise.all(
    [...changed].map(async (engagement) => {
      const state = await readEngagement(session, engagement, { always: true });
      return { ...state, epics: [...state.epics, ...(stripped.get(engagement) ?? [])] };
    }),
  );
}

/** Epics of ours that name no engagement any more, by the engagement of the issues in them. */
async function strippedEpics(
  session: Session,
  epics: readonly ActualEpic[],
): Promise<Map<EngagementKey, readonly ActualEpic[]>> {
  const nameless = epics.filter((epic) => engagementsOf(epic).length === 0);
  if (nameless.length === 0) return new Map();
  const { id: me } = await session.me.get();
  const stripped = nameless.filter(({ author }) => author.id === me);
  const issues = await Promise.all(stripped.map(async (epic) => await readEpicIssues(session, epic)));
  return byEngagement(stripped, insideOf(issues.flat()));
}

async function readFull(session: Session): Promise<readonly ActualState[]> {
  const { connection, capabilities } = session;
  const [listed, all] = await Promise.all([epicsIfAny(session, {}), listIssues(connection, {})]);
  const offers = await capabilities.get();
  const epics = byEngagement(listed ?? [], insideOf(all));
  const issues = byEngagement(all);
  return [...new Set([...epics.keys(), ...issues.keys()])].map((engagement) => ({
    engagement,
    epics: epics.get(engagement) ?? [],
    issues: issues.get(engagement) ?? [],
    capabilities: offers,
  }));
}

/** By its labels, and by its marker where somebody took the label off. */
function engagementsOf(item: ActualEpic | ActualIssue): readonly EngagementKey[] {
  const labelled = item.labels.filter((label) => SowNumber.safeParse(label).success);
  const marked = parseMarker(item.description)?.engagement;
  return marked === undefined || labelled.includes(marked) ? labelled : [...labelled, marked];
}

/** Global id of an epic → engagements of the issues in it. */
type Inside = ReadonlyMap<number, ReadonlySet<EngagementKey>>;

function insideOf(issues: readonly ActualIssue[]): Inside {
  const inside = new Map<number, Set<EngagementKey>>();
  for (const issue of issues) {
    if (issue.epicId === null) continue;
    const engagements = inside.get(issue.epicId) ?? new Set();
    inside.set(issue.epicId, engagements);
    for (const engagement of engagementsOf(issue)) engagements.add(engagement);
  }
  return inside;
}

/** @param inside by it, an epic that names no engagement belongs to that of its issues */
function byEngagement<T extends ActualEpic | ActualIssue>(
  items: Iterable<T>,
  inside: Inside = new Map(),
): Map<EngagementKey, T[]> {
  const groups = new Map<EngagementKey, T[]>();
  for (const item of items) {
    const named = engagementsOf(item);
    for (const engagement of named.length > 0 ? named : (inside.get(item.id) ?? [])) {
      const group = groups.get(engagement) ?? [];
      groups.set(engagement, group);
      group.push(item);
    }
  }
  return groups;
}

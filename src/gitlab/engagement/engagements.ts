/** Engagements as GitLab holds them: their epics and issues. */
import { z } from 'zod';
import type { EngagementKey } from '#domain/base/keys.ts';
import type { ActualEpic, ActualIssue, ActualState } from '#domain/engagement/state.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { type Connection, type PageOptions, readList, readPage } from '#gitlab/http/connection.ts';
import { type CreatedBetween, readParts } from '#gitlab/http/read-parts.ts';
import { Epic, Issue } from './schema.ts';
import type { Session } from './session.ts';

/** Narrows a list: to items with a label, to those updated after an instant (ISO 8601), to some numbers. */
export interface ListFilter {
  readonly labels?: string;
  readonly updatedAfter?: string;
  /** Of issues. */
  readonly iids?: readonly number[];
}

/**
 * Reads the epics and issues with the engagement's label: side by side when issues are wanted whether there is an epic or
 * not, which `always` says; else issues only where there is one.
 */
export async function readEngagement(
  session: Session,
  engagement: EngagementKey,
  options: { readonly always?: boolean } = {},
): Promise<ActualState> {
  const readIssues = async (): Promise<readonly ActualIssue[]> =>
    await listIssues(session.connection, { labels: engagement });
  const [epics, beside] = await Promise.all([
    epicsIfAny(session, { labels: engagement }),
    options.always === true ? readIssues() : null,
  ]);
  return {
    engagement,
    epics: epics ?? [],
    issues: beside ?? (epics === null || epics.length > 0 ? await readIssues() : []),
    capabilities: await session.capabilities.get(),
  };
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

/** Lists epics of the group itself, oldest first, open and closed. */
export function listEpics(connection: Connection, filter: ListFilter): Promise<readonly ActualEpic[]> {
  return readList<ActualEpic>(connection, {
    what: `GET /groups/${connection.group}/epics`,
    item: Epic,
    fetchPage: (page) => fetchEpics(connection, filter, page),
  });
}

/** An epic holds record and table, and is several times as long as an issue. */
const PAGES_OF_EPICS = 8;

/** Narrows a list that is read part by part. */
export interface Since {
  /** Only items that were created at this instant or later. ISO 8601. */
  readonly from?: string;
}

/** Lists all epics of the group itself, part by part. */
export function everyEpic(connection: Connection, since: Since = {}): AsyncIterable<readonly ActualEpic[]> {
  return readParts<ActualEpic>(connection, {
    what: `GET /groups/${connection.group}/epics`,
    item: Epic,
    fetchPage: (page, created) => fetchEpics(connection, created, page),
    pagesOfAPart: PAGES_OF_EPICS,
    ...since,
  });
}

/** Lists issues of the project, or of another one, oldest first, open and closed, whoever wrote them. */
export function listIssues(
  connection: Connection,
  filter: ListFilter,
  projectId: string | number = connection.project,
): Promise<readonly ActualIssue[]> {
  return readList<ActualIssue>(connection, {
    what: `GET /projects/${projectId}/issues`,
    item: Issue,
    fetchPage: (page) => fetchIssues(connection, { ...filter, projectId }, page),
  });
}

/** Lists all issues of the project, part by part. */
export function everyIssue(connection: Connection, since: Since = {}): AsyncIterable<readonly ActualIssue[]> {
  const { project: projectId } = connection;
  return readParts<ActualIssue>(connection, {
    what: `GET /projects/${projectId}/issues`,
    item: Issue,
    fetchPage: (page, created) => fetchIssues(connection, { ...created, projectId }, page),
    ...since,
  });
}

/** GitLab counts no longer list. @see https://docs.gitlab.com/api/rest/#pagination-response-headers */
const MOST_COUNTED = 10_000;

/** Pages of everything there is, at least; epics `null` where this GitLab has none. Costs a request each. */
export async function countPages({
  connection,
  capabilities,
}: Session): Promise<{ readonly epics: number | null; readonly issues: number }> {
  const { group, project, pageSize } = connection;
  const count = async (what: string, fetchPage: (page: PageOptions) => Promise<unknown>): Promise<number> => {
    const { pages } = await readPage(connection, { what, item: z.unknown(), fetchPage }, 1);
    return pages ?? MOST_COUNTED / pageSize;
  };
  const [epics, issues] = await Promise.all([
    capabilities.ifEpics(() =>
      count(`GET /groups/${group}/epics`, (page) => fetchEpics(connection, {}, page)),
    ),
    count(`GET /projects/${project}/issues`, (page) => fetchIssues(connection, { projectId: project }, page)),
  ]);
  return { epics, issues };
}

const OLDEST_FIRST = { orderBy: 'created_at', sort: 'asc' } as const;

/** @see https://docs.gitlab.com/api/epics/#list-epics-for-a-group */
async function fetchEpics(
  { epics, group }: Connection,
  filter: ListFilter & CreatedBetween,
  page: PageOptions,
): Promise<unknown> {
  const query = { ...filter, state: 'all', ...OLDEST_FIRST, includeDescendantGroups: false } as const;
  return await epics.all(group, { ...query, ...page });
}

/** @see https://docs.gitlab.com/api/issues/#list-project-issues */
async function fetchIssues(
  { issues }: Connection,
  filter: ListFilter & CreatedBetween & { readonly projectId: string | number },
  page: PageOptions,
): Promise<unknown> {
  const query = { ...filter, state: 'all', scope: 'all', ...OLDEST_FIRST };
  return await issues.all({ ...query, ...page } as never);
}

/** `null` where this GitLab has no epics. */
export function epicsIfAny(
  { connection, capabilities }: Session,
  filter: ListFilter,
): Promise<readonly ActualEpic[] | null> {
  return capabilities.ifEpics(() => listEpics(connection, filter));
}

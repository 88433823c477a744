/** gitbeaker's resources on our requester, and what every operation of this folder needs besides. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  EpicIssues,
  EpicNotes,
  Epics,
  GroupLabels,
  IssueDiscussions,
  IssueLabelEvents,
  IssueLinks,
  IssueNoteAwardEmojis,
  IssueNotes,
  Issues,
  Jobs,
  LinkedEpics,
  Pipelines,
  ProjectMembers,
  Users,
} from '@gitbeaker/rest';
import { z } from 'zod';
import { GitLabUnavailableError, UnexpectedResponseError } from '#domain/base/errors.ts';
import { parseAnswer } from './answer.ts';
import { createSend, type RequesterFn, type RequesterOptions, requesterFn, type Send } from './requester.ts';

/** Address, token and places in GitLab. */
export interface ConnectionOptions extends RequesterOptions {
  /** Base address of GitLab, with a relative URL root where there is one: `https://example.com/gitlab`. */
  readonly host: string;
  readonly token: string;
  /** Full path of the group that holds epics and labels: `services`. */
  readonly group: string;
  /** Full path of the project that holds the issues: `services/engagements`. */
  readonly project: string;
  /** Items per page, at most (and by default) 100. */
  readonly pageSize?: number;
}

/** Everything an operation needs. Only this file and the requester know the token. */
export interface Connection {
  readonly group: string;
  readonly project: string;
  readonly epics: Epics;
  readonly issues: Issues;
  readonly issueDiscussions: IssueDiscussions;
  readonly issueLabelEvents: IssueLabelEvents;
  readonly issueLinks: IssueLinks;
  readonly issueNotes: IssueNotes;
  readonly issueNoteReactions: IssueNoteAwardEmojis;
  readonly epicIssues: EpicIssues;
  /** Takes the epic's global id, all other epic resources its iid. */
  readonly epicNotes: EpicNotes;
  readonly linkedEpics: LinkedEpics;
  readonly groupLabels: GroupLabels;
  readonly users: Users;
  readonly members: ProjectMembers;
  readonly pipelines: Pipelines;
  readonly jobs: Jobs;
  /**
   * Sends a `PUT` whose body is made right before every try, after all waits. gitbeaker would make the body first, and send
   * the same again a minute later.
   *
   * @param endpoint below `/api/v4`, every part encoded
   */
  readonly put: (endpoint: string, body: () => Promise<object>) => Promise<unknown>;
  readonly pageSize: number;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly random: () => number;
  readonly now: () => number;
}

/** Settings that every resource of gitbeaker is made with. */
export interface ResourceSettings {
  readonly host: string;
  readonly token: string;
  readonly requesterFn: RequesterFn;
  readonly queryTimeout: number;
  readonly rateLimits: Record<string, never>;
}

/** Gives the settings for resources of gitbeaker that send through us. */
export function resourceSettings(
  options: ConnectionOptions,
  send: Send = createSend(options),
): ResourceSettings {
  return {
    host: hostOf(options),
    token: options.token,
    requesterFn: requesterFn(send),
    // Ours per try is enough; gitbeaker's own would span all tries and their waits.
    queryTimeout: 0,
    // Its limiter counts per process and knows 300 notes a minute where GitLab.com allows 60: useless to us.
    rateLimits: {},
  };
}

/** Makes the resources of a connection; sends no request. */
export function connect(options: ConnectionOptions): Connection {
  const send = createSend(options);
  const resource = resourceSettings(options, send);
  return {
    group: options.group,
    project: options.project,
    epics: new Epics(resource),
    issues: new Issues(resource),
    issueDiscussions: new IssueDiscussions(resource),
    issueLabelEvents: new IssueLabelEvents(resource),
    issueLinks: new IssueLinks(resource),
    issueNotes: new IssueNotes(resource),
    issueNoteReactions: new IssueNoteAwardEmojis(resource),
    epicIssues: new EpicIssues(resource),
    epicNotes: new EpicNotes(resource),
    linkedEpics: new LinkedEpics(resource),
    groupLabels: new GroupLabels(resource),
    users: new Users(resource),
    members: new ProjectMembers(resource),
    pipelines: new Pipelines(resource),
    jobs: new Jobs(resource),
    put: async (endpoint, body) => {
      const prefixUrl = `${hostOf(options)}/api/v4`;
      const headers = { 'content-type': 'application/json', 'private-token': options.token };
      const made = async (): Promise<string> => JSON.stringify(await body());
      return (await send(endpoint, { method: 'PUT', prefixUrl, headers, body: made })).body;
    },
    pageSize: options.pageSize ?? 100,
    sleep: options.sleep ?? delay,
    random: options.random ?? Math.random,
    now: options.now ?? Date.now,
  };
}

function hostOf({ host }: ConnectionOptions): string {
  return host.replace(/\/+$/, '');
}

/** Parameters of a request for one page. The explicit number also keeps gitbeaker from following `Link` by itself. */
export interface PageOptions {
  readonly page: number;
  readonly perPage: number;
  readonly showExpanded: true;
}

const Page = z.object({
  data: z.array(z.unknown()),
  paginationInfo: z.object({ next: z.number().nullable(), total: z.unknown(), totalPages: z.unknown() }),
});

/**
 * Reads a list to its end: all of it or an error. Pages after the first are asked for at once where GitLab says how
 * many there are (up to 10,000 items), else one after the other. `fetchPage` must ask in a stable order, oldest
 * first, so that items created meanwhile come at the end.
 *
 * @throws GitLabUnavailableError when items vanished while reading, twice: one may have slipped through;
 * UnexpectedResponseError when the list has no end.
 * @see https://docs.gitlab.com/api/rest/#pagination
 */
export async function readList<T extends { readonly id: number | string }>(
  connection: Connection,
  list: {
    readonly what: string;
    readonly item: z.ZodType<T>;
    readonly fetchPage: (page: PageOptions) => Promise<unknown>;
    /** `false`: GitLab's count tells nothing, because it leaves out what may not be seen. */
    readonly isCounted?: boolean;
  },
): Promise<readonly T[]> {
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    const items = await readPages(connection, list);
    if (items !== null) return items;
  }
  throw new GitLabUnavailableError(`${list.what}: the list changed while it was read, twice. Try again.`);
}

/** Three times what 5,000 engagements have: a list with more pages is a server that always names another. */
const MOST_PAGES = 2_000;

function neverEnds({ what }: { readonly what: string }, how: string): UnexpectedResponseError {
  return new UnexpectedResponseError(
    `${what}: GitLab's list does not end: ${how}. What was read so far is not used. Check GITLAB_URL and any proxy in front of GitLab.`,
  );
}

type List<T> = Parameters<typeof readList<T & { readonly id: number | string }>>[1];

/** One page, and what GitLab says of the list. */
export interface ReadPage<T> {
  readonly items: readonly T[];
  /** Number of the next page; `null`: this is the last one. */
  readonly next: number | null;
  /** `null`: GitLab does not tell, because the list has more than 10,000 items. */
  readonly pages: number | null;
  readonly total: number | null;
}

/** Reads one page of a list. */
export async function readPage<T>(
  { pageSize }: Pick<Connection, 'pageSize'>,
  list: Pick<List<T>, 'what' | 'fetchPage'> & { readonly item: z.ZodType<T> },
  page: number,
): Promise<ReadPage<T>> {
  const answer = await list.fetchPage({ page, perPage: pageSize, showExpanded: true });
  const { data, paginationInfo: info } = parseAnswer(Page, answer, list.what);
  const told = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  return {
    items: parseAnswer(z.array(list.item), data, list.what),
    next: info.next,
    pages: told(info.totalPages),
    total: told(info.total),
  };
}

/** `null` when there are fewer items than GitLab counts: one was deleted and the pages moved under us. */
async function readPages<T extends { readonly id: number | string }>(
  connection: Connection,
  list: List<T>,
): Promise<readonly T[] | null> {
  const pages = new Map<number, readonly T[]>();
  let total = 0;

  async function read(page: number): Promise<ReadPage<T>> {
    const answer = await readPage(connection, list, page);
    pages.set(page, answer.items);
    // The highest count any page told: a deletion lowers it for the later ones.
    total = Math.max(total, answer.total ?? 0);
    return answer;
  }

  const first = await read(1);
  let { next } = first;
  const told = first.pages ?? 0;
  if (told > MOST_PAGES) throw neverEnds(list, `it has ${told} pages`);
  if (next !== null && told > 2) {
    const middle = Array.from({ length: told - 2 }, (_, index) => index + 2);
    await Promise.all(middle.map(read));
    next = told;
  }
  const seen = new Set([...pages.values()].flat().map(({ id }) => id));
  while (next !== null) {
    const page: number = next;
    if (pages.has(page)) throw neverEnds(list, `page ${page} is named as the next one again`);
    if (page > MOST_PAGES) throw neverEnds(list, `page ${page} is named as the next one`);
    ({ next } = await read(page));
    const items = pages.get(page) ?? [];
    // GitLab takes out what may not be seen after it has counted the page, so an empty one says nothing.
    if (next !== null && items.length > 0 && items.every(({ id }) => seen.has(id)))
      throw neverEnds(list, `page ${page} holds what the pages before it held`);
    for (const { id } of items) seen.add(id);
  }
  // What was created meanwhile can push an item onto a second page.
  const inOrder = [...pages].toSorted(([a], [b]) => a - b).flatMap(([, items]) => items);
  const byId = new Map(inOrder.map((item) => [item.id, item]));
  return list.isCounted !== false && byId.size < total ? null : [...byId.values()];
}

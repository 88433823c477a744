/** Reads what GitLab holds. Every list is complete or an error. */
import { z } from 'zod';
import type { EngagementKey } from '#domain/keys.ts';
import { SowNumber } from '#domain/sow.ts';
import type { ActualEpic, ActualIssue, ActualNote, ActualState, ActualUser } from '#domain/state.ts';
import type { ActualLink, GitLabReader } from '#ports/gitlab.ts';
import { type Connection, readList } from './connection.ts';
import { orNull } from './look-before-repeat.ts';
import { CurrentUser, Epic, Issue, Label, Link, Member, Note, parseAnswer, User } from './schema.ts';

/** More changed engagements than this are cheaper to read all at once than one by one. */
const MANY = 40;

/** A reader, and what the writer next to it tells it. */
export interface Reader extends GitLabReader {
  /** Adds to the labels already read; does nothing before they are. */
  rememberLabel(name: string): void;
}

/** Creates the reading half of the adapter. What does not change is asked for once. */
export function createReader(connection: Connection): Reader {
  const { group, project, issueLinks, issueNotes, epicNotes, users } = connection;
  const labels = once(() => listLabels(connection));
  const me = once(async () => parseAnswer(CurrentUser, await users.showCurrentUser(), 'GET /user'));
  const byUsername = new Map<string, () => Promise<ActualUser | null>>();

  async function readEngagement(
    engagement: EngagementKey,
    options: { readonly always?: boolean } = {},
  ): Promise<ActualState> {
    const epics = await listEpics(connection, { labels: engagement });
    const wanted = epics.length > 0 || options.always === true;
    return { engagement, epics, issues: wanted ? await listIssues(connection, { labels: engagement }) : [] };
  }

  /** In place of `readAll` when only what changed is asked for. */
  async function readChanged(
    labelsOfProcesses: readonly string[],
    updatedAfter: string,
  ): Promise<readonly ActualState[]> {
    const isOurs = (epic: ActualEpic): boolean =>
      epic.labels.some((label) => labelsOfProcesses.includes(label));
    const [epics, issues] = await Promise.all([
      listEpics(connection, { updatedAfter }),
      listIssues(connection, { updatedAfter }),
    ]);
    const changed = new Set([...epics, ...issues].flatMap(engagementsOf));
    if (changed.size > MANY) {
      return (await readFull(labelsOfProcesses)).filter(({ engagement }) => changed.has(engagement));
    }
    const states = await Promise.all([...changed].map((engagement) => readEngagement(engagement)));
    return states.filter((state) => state.epics.some(isOurs));
  }

  async function readFull(labelsOfProcesses: readonly string[]): Promise<readonly ActualState[]> {
    const lists = await Promise.all(
      labelsOfProcesses.map((label) => listEpics(connection, { labels: label })),
    );
    const epics = byEngagement(new Map(lists.flat().map((epic) => [epic.id, epic])).values());
    if (epics.size === 0) return [];
    const issues = byEngagement(await listIssues(connection, {}));
    return [...epics].map(([engagement, found]) => ({
      engagement,
      epics: found,
      issues: issues.get(engagement) ?? [],
    }));
  }

  return {
    readEngagement,
    readAll(processIds, options = {}) {
      const labelsOfProcesses = processIds.map((id) => connection.processLabel(id));
      return options.updatedAfter === undefined
        ? readFull(labelsOfProcesses)
        : readChanged(labelsOfProcesses, options.updatedAfter);
    },
    async readNotes(target) {
      const order = { orderBy: 'created_at', sort: 'asc' } as const;
      const notes = await readList<ActualNote>(connection, {
        what: `GET ${notesPath(target)}`,
        item: Note,
        fetchPage: (page) =>
          target.kind === 'issue'
            ? issueNotes.all(target.projectId, target.iid, { ...order, ...page })
            : epicNotes.all(group, target.id, { ...order, ...page }),
      });
      return notes.filter((note) => !note.system);
    },
    async readLinks(issue): Promise<readonly ActualLink[]> {
      const answer = await issueLinks.all(issue.projectId, issue.iid);
      return parseAnswer(z.array(Link), answer, `GET /projects/${project}/issues/${issue.iid}/links`);
    },
    readLabels: labels.get,
    rememberLabel(name) {
      void labels.known()?.then((known) => known.add(name));
    },
    whoAmI: me.get,
    async readAccessLevel(userId) {
      const what = `GET /projects/${project}/members/all/${userId}`;
      const member = await orNull(connection.members.show(project, userId, { includeInherited: true }));
      return member === null ? null : parseAnswer(Member, member, what).access_level;
    },
    findUser(username) {
      const key = username.toLowerCase();
      const find = byUsername.get(key) ?? once(() => findUser(connection, username)).get;
      byUsername.set(key, find);
      return find();
    },
  };
}

/**
 * Epics of the group itself, oldest first, open and closed.
 *
 * @see https://docs.gitlab.com/api/epics/#list-epics-for-a-group
 */
export function listEpics(
  connection: Connection,
  filter: { readonly labels?: string; readonly updatedAfter?: string },
): Promise<readonly ActualEpic[]> {
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
 * Issues of the project, oldest first, open and closed, whoever wrote them.
 *
 * @see https://docs.gitlab.com/api/issues/#list-project-issues
 */
export function listIssues(
  connection: Connection,
  filter: { readonly labels?: string; readonly updatedAfter?: string },
): Promise<readonly ActualIssue[]> {
  const query = { ...filter, state: 'all', scope: 'all', orderBy: 'created_at', sort: 'asc' } as const;
  return readList<ActualIssue>(connection, {
    what: `GET /projects/${connection.project}/issues`,
    item: Issue,
    fetchPage: (page) => connection.issues.all({ projectId: connection.project, ...query, ...page } as never),
  });
}

/** Where the notes of an item are: an issue is named by its iid, an epic, against the rule, by its id. */
export function notesPath(target: ActualEpic | ActualIssue): string {
  return target.kind === 'issue'
    ? `/projects/${target.projectId}/issues/${target.iid}/notes`
    : `/groups/:id/epics/${target.id}/notes`;
}

async function listLabels(connection: Connection): Promise<Set<string>> {
  const labels = await readList(connection, {
    what: `GET /groups/${connection.group}/labels`,
    item: Label,
    fetchPage: (page) => connection.groupLabels.all(connection.group, { ...page }),
  });
  return new Set(labels.map(({ name }) => name));
}

async function findUser(connection: Connection, username: string): Promise<ActualUser | null> {
  const found = parseAnswer(z.array(User), await connection.users.all({ username }), 'GET /users');
  return found.find((user) => user.username.toLowerCase() === username.toLowerCase()) ?? null;
}

function engagementsOf(item: ActualEpic | ActualIssue): readonly EngagementKey[] {
  return item.labels.filter((label) => SowNumber.safeParse(label).success);
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

/** Asks once and keeps the answer; those who ask meanwhile share the request, and a failure is not kept. */
function once<T>(ask: () => Promise<T>): {
  readonly get: () => Promise<T>;
  readonly known: () => Promise<T> | undefined;
} {
  let kept: Promise<T> | undefined;
  return {
    get() {
      kept ??= ask().catch((error: unknown) => {
        kept = undefined;
        throw error;
      });
      return kept;
    },
    known: () => kept,
  };
}

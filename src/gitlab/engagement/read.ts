/** Reads what GitLab holds. Every list is complete or an error. */
import { z } from 'zod';
import { type EngagementKey, SowNumber } from '#domain/base/keys.ts';
import type {
  ActualEpic,
  ActualIssue,
  ActualNote,
  ActualState,
  ActualUser,
  Capabilities,
} from '#domain/engagement/state.ts';
import { parseMarker } from '#domain/text/marker.ts';
import { type Connection, readList } from '#gitlab/http/connection.ts';
import { orNull } from '#gitlab/http/look-before-repeat.ts';
import {
  CurrentUser,
  Epic,
  Issue,
  Label,
  Link,
  Member,
  Note,
  parseAnswer,
  User,
} from '#gitlab/http/schema.ts';
import type { ActualLink, GitLabReader } from '#ports/gitlab.ts';
import { createCapabilityProbe } from './capabilities.ts';

/** More changed engagements than this are cheaper to read all at once than one by one. */
const MANY = 40;

/** A reader, and what the writer next to it tells it. */
export interface Reader extends Omit<GitLabReader, 'readPipeline' | 'readLabelEvents'> {
  /** Adds to the labels already read; does nothing before they are. */
  rememberLabel(name: string): void;
}

/** Creates the reading half of the adapter. What does not change is asked for once. */
export function createReader(connection: Connection): Reader {
  const { group, project, issueLinks, issueNotes, epicIssues, epicNotes, users } = connection;
  const capabilities = createCapabilityProbe(connection);
  const labels = once(() => listLabels(connection));
  const me = once(async () => parseAnswer(CurrentUser, await users.showCurrentUser(), 'GET /user'));
  const byUsername = new Map<string, () => Promise<ActualUser | null>>();

  /** `null` where this GitLab has no epics. */
  const epicsOf = (filter: Parameters<typeof listEpics>[1]): Promise<readonly ActualEpic[] | null> =>
    capabilities.ifEpics(() => listEpics(connection, filter));

  async function readEngagement(
    engagement: EngagementKey,
    options: { readonly always?: boolean } = {},
  ): Promise<ActualState> {
    const epics = await epicsOf({ labels: engagement });
    const wanted = epics === null || epics.length > 0 || options.always === true;
    return {
      engagement,
      epics: epics ?? [],
      issues: wanted ? await listIssues(connection, { labels: engagement }) : [],
      capabilities: await capabilities.get(),
    };
  }

  /** In place of `readAll` when only what changed is asked for. */
  async function readChanged(
    labelsOfProcesses: readonly string[],
    updatedAfter: string,
  ): Promise<readonly ActualState[]> {
    const [epics, issues] = await Promise.all([
      epicsOf({ updatedAfter }),
      listIssues(connection, { updatedAfter }),
    ]);
    const changed = new Set([...(epics ?? []), ...issues].flatMap(engagementsOf));
    if (changed.size > MANY) {
      return (await readFull(labelsOfProcesses)).filter(({ engagement }) => changed.has(engagement));
    }
    const states = await Promise.all(
      [...changed].map((engagement) => readEngagement(engagement, { always: true })),
    );
    const isHolder = isOneOf(labelsOfProcesses);
    return states.filter((state) => [...state.epics, ...state.issues].some(isHolder));
  }

  async function readFull(labelsOfProcesses: readonly string[]): Promise<readonly ActualState[]> {
    const lists = await Promise.all(labelsOfProcesses.map((label) => epicsOf({ labels: label })));
    const found = lists.flatMap((list) => list ?? []);
    const offers = await capabilities.get();
    if (found.length === 0 && !(await hasTracking(labelsOfProcesses, offers))) return [];
    const all = await listIssues(connection, {});
    const epics = byEngagement(new Map(found.map((epic) => [epic.id, epic])).values());
    const issues = byEngagement(all);
    const tracked = all.filter(isOneOf(labelsOfProcesses)).flatMap(engagementsOf);
    const unlabelled = [...issues].filter(
      ([engagement, group]) =>
        !epics.has(engagement) &&
        !tracked.includes(engagement) &&
        group.some((issue) => isStepOf(issue, labelsOfProcesses)),
    );
    const others = await Promise.all(unlabelled.map(([engagement]) => readEngagement(engagement)));
    const states = [...new Set([...epics.keys(), ...tracked])].map((engagement) => ({
      engagement,
      epics: epics.get(engagement) ?? [],
      issues: issues.get(engagement) ?? [],
      capabilities: offers,
    }));
    return [...states, ...others.filter((state) => state.epics.length > 0)];
  }

  /** Whether an issue is marked as a step of one of the processes: then there is an epic, even if its label was taken off. */
  function isStepOf(issue: ActualIssue, labelsOfProcesses: readonly string[]): boolean {
    const marker = parseMarker(issue.description);
    return marker?.kind === 'step' && labelsOfProcesses.includes(connection.processLabel(marker.process));
  }

  /** Where there are epics and none is ours, a look at one page spares reading a project that has nothing of ours. */
  async function hasTracking(labels: readonly string[], { epics }: Capabilities): Promise<boolean> {
    if (!epics) return true;
    const lists = await Promise.all(labels.map((label) => listIssues(connection, { labels: label })));
    return lists.some((list) => list.length > 0);
  }

  return {
    readCapabilities: () => capabilities.get(),
    readEngagement,
    readAll(processIds, options = {}) {
      const labelsOfProcesses = processIds.map((id) => connection.processLabel(id));
      return options.updatedAfter === undefined
        ? readFull(labelsOfProcesses)
        : readChanged(labelsOfProcesses, options.updatedAfter);
    },
    async readNotes(target) {
      const projectId = projectOf(target);
      const order = { orderBy: 'created_at', sort: 'asc' } as const;
      const notes = await readList<ActualNote>(connection, {
        what: `GET ${notesPath(target)}`,
        item: Note,
        fetchPage: (page) =>
          projectId === null
            ? epicNotes.all(group, target.id, { ...order, ...page })
            : issueNotes.all(projectId, target.iid, { ...order, ...page }),
      });
      return notes.filter((note) => !note.system);
    },
    async readLinks(issue): Promise<readonly ActualLink[]> {
      const answer = await issueLinks.all(issue.projectId, issue.iid);
      return parseAnswer(z.array(Link), answer, `GET /projects/${project}/issues/${issue.iid}/links`);
    },
    async readEpicIssues(epic) {
      return await readList<ActualIssue>(connection, {
        what: `GET /groups/${group}/epics/${epic.iid}/issues`,
        item: Issue,
        fetchPage: (page) => epicIssues.all(group, epic.iid, { ...page }),
      });
    },
    async findEpics(engagement) {
      const epics = await listEpics(connection, {});
      return epics.filter(({ description }) => {
        const marker = parseMarker(description);
        return marker?.kind === 'epic' && marker.engagement === engagement;
      });
    },
    async readLabels(options = {}) {
      if (options.anew === true) labels.forget();
      return await labels.get();
    },
    rememberLabel(name) {
      void labels.known()?.then((known) => known.add(name));
    },
    whoAmI: me.get,
    async readAccessLevel(userId) {
      const what = `GET /projects/${project}/members/all/${userId}`;
      const member = await orNull(connection.members.show(project, userId, { includeInherited: true }));
      return member === null ? null : parseAnswer(Member, member, what).access_level;
    },
    async findUser(username) {
      const key = username.toLowerCase();
      const find = byUsername.get(key) ?? once(() => findUser(connection, username)).get;
      byUsername.set(key, find);
      const user = await find();
      if (user === null) byUsername.delete(key);
      return user;
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

/** The project of what is an issue in GitLab, a step's or a tracking issue; `null` for an epic. */
export function projectOf(target: ActualEpic | ActualIssue): number | null {
  return target.kind === 'issue' ? target.projectId : (target.tracking?.projectId ?? null);
}

/** Where the notes of an item are: an issue is named by its iid, an epic, against the rule, by its id. */
export function notesPath(target: ActualEpic | ActualIssue): string {
  const projectId = projectOf(target);
  return projectId === null
    ? `/groups/:id/epics/${target.id}/notes`
    : `/projects/${projectId}/issues/${target.iid}/notes`;
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

/** Asks once and keeps the answer; those who ask meanwhile share the request, and a failure is not kept. */
function once<T>(ask: () => Promise<T>): {
  readonly get: () => Promise<T>;
  readonly known: () => Promise<T> | undefined;
  readonly forget: () => void;
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
    forget() {
      kept = undefined;
    },
  };
}

/**
 * Epics and issues, created and changed, and what came back checked.
 *
 * @see https://docs.gitlab.com/api/epics/
 * @see https://docs.gitlab.com/api/issues/
 */
import type { z } from 'zod';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import { isEngagementKey } from '#domain/base/keys.ts';
import type { ActualEpic, ActualIssue } from '#domain/engagement/state.ts';
import { asTracking } from '#domain/engagement/tracking.ts';
import { parseAnswer } from '#gitlab/http/answer.ts';
import type { Connection } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat, orNull } from '#gitlab/http/look-before-repeat.ts';
import type { ItemChanges, NewEpic, NewIssue } from '#ports/gitlab.ts';
import { listEpics, listIssues } from './engagements.ts';
import { Epic, Issue } from './schema.ts';
import type { Session } from './session.ts';

/** Creates the epic of an engagement, or the tracking issue that stands for one. */
export async function createEpic(session: Session, epic: NewEpic): Promise<ActualEpic> {
  if (epic.holder === 'tracking issue') return asTracking(await createIssue(session, trackingIssue(epic)));
  const { connection } = session;
  const { group, epics } = connection;
  const made = await lookBeforeRepeat<ActualEpic>(connection, {
    send: async () => {
      const answer = await epics.create(group, epic.title, newEpicParameters(epic));
      return parseAnswer(Epic, answer, `POST /groups/${group}/epics`);
    },
    find: async () => await findCreated(session, epic, listEpics),
  });
  return checked(made, { addLabels: epic.labels });
}

/** Creates the issue of a step. */
export async function createIssue(session: Session, issue: NewIssue): Promise<ActualIssue> {
  const { connection } = session;
  const { project, issues } = connection;
  const made = await lookBeforeRepeat<ActualIssue>(connection, {
    send: async () => {
      const answer = await issues.create(project, issue.title, newIssueParameters(issue));
      return parseAnswer(Issue, answer, `POST /projects/${project}/issues`);
    },
    find: async () => await findCreated(session, issue, listIssues),
  });
  return checked(made, { addLabels: issue.labels });
}

/** Changes an epic or tracking issue. Asked for nothing, sends nothing. */
export async function updateEpic(
  { connection }: Session,
  epic: ActualEpic,
  changes: ItemChanges,
): Promise<ActualEpic> {
  if (isNothing(changes)) return epic;
  if (epic.tracking !== null)
    return asTracking(await editIssue(connection, { ...epic, ...epic.tracking }, changes));
  const { group, epics } = connection;
  const endpoint = `groups/${encodeURIComponent(group)}/epics/${epic.iid}`;
  const show = async (): Promise<unknown> => await orNull(epics.show(group, epic.iid));
  return await edit<ActualEpic>(connection, { endpoint, schema: Epic, show, dates: epicDates }, changes);
}

/** Changes an issue. Asked for nothing, sends nothing. */
export async function updateIssue(
  { connection }: Session,
  issue: ActualIssue,
  changes: ItemChanges,
): Promise<ActualIssue> {
  return isNothing(changes) ? issue : await editIssue(connection, issue, changes);
}

async function editIssue(
  connection: Connection,
  { projectId, iid }: Pick<ActualIssue, 'projectId' | 'iid'>,
  changes: ItemChanges,
): Promise<ActualIssue> {
  const endpoint = `projects/${projectId}/issues/${iid}`;
  const show = async (): Promise<unknown> => await orNull(connection.issues.show(iid, { projectId }));
  return await edit<ActualIssue>(connection, { endpoint, schema: Issue, show, dates: issueDates }, changes);
}

/** An item of GitLab that can be changed and looked at. */
interface Edited<T> {
  /** Below `/api/v4`. */
  readonly endpoint: string;
  readonly schema: z.ZodType<T>;
  /** Answer of a read; `null` when it is gone. */
  readonly show: () => Promise<unknown>;
  /** How its dates are sent. */
  readonly dates: (changes: Pick<ItemChanges, 'startDate' | 'dueDate'>) => object;
}

/** Sends changes. A text that is made late is made anew for every try, and looked for as it was sent last. */
async function edit<T extends ActualEpic | ActualIssue>(
  connection: Connection,
  { endpoint, schema, show, dates }: Edited<T>,
  changes: ItemChanges,
): Promise<T> {
  let sent: SentChanges = { ...changes, description: undefined };
  const make = async (): Promise<object> => {
    const { description } = changes;
    sent = { ...changes, description: typeof description === 'function' ? await description() : description };
    return { ...changeParameters(sent), ...dates(sent), ...issueParameters(sent) };
  };
  const updated = await lookBeforeRepeat<T>(connection, {
    send: async () => parseAnswer(schema, await connection.put(endpoint, make), `PUT /${endpoint}`),
    find: async () => {
      const now = await show();
      return now === null ? null : ifChanged(parseAnswer(schema, now, `GET /${endpoint}`), sent);
    },
  });
  return checked(updated, changes);
}

/** Reads items again, as they stand now: one list per project, and epics one by one. Those that are gone are left out. */
export async function readNow(
  session: Session,
  items: readonly (ActualEpic | ActualIssue)[],
): Promise<readonly (ActualEpic | ActualIssue)[]> {
  const projectOf = (item: ActualEpic | ActualIssue): number | null =>
    (item.kind === 'issue' ? item : item.tracking)?.projectId ?? null;
  const read = [...Map.groupBy(items, projectOf)].map(async ([project, inside]) =>
    project === null ? await epicsNow(session, inside) : await issuesNow(session, project, inside),
  );
  return (await Promise.all(read)).flat();
}

async function epicsNow(
  { connection: { group, epics } }: Session,
  items: readonly Pick<ActualEpic, 'iid'>[],
): Promise<readonly ActualEpic[]> {
  const shown = await Promise.all(items.map(({ iid }) => orNull(epics.show(group, iid))));
  return shown
    .filter((epic) => epic !== null)
    .map((epic) => parseAnswer(Epic, epic, `GET /groups/${group}/epics`));
}

async function issuesNow(
  { connection }: Session,
  project: number,
  items: readonly (ActualEpic | ActualIssue)[],
): Promise<readonly (ActualEpic | ActualIssue)[]> {
  const tracking = new Set(items.filter(({ kind }) => kind === 'epic').map(({ id }) => id));
  const issues = await listIssues(connection, { iids: items.map(({ iid }) => iid) }, project);
  return issues.map((issue) => (tracking.has(issue.id) ? asTracking(issue) : issue));
}

/** The item that our own lost request made: by us, with the same marker. */
async function findCreated<T extends ActualEpic | ActualIssue>(
  { connection, me }: Session,
  wanted: NewEpic | NewIssue,
  list: (connection: Connection, filter: { readonly labels: string }) => Promise<readonly T[]>,
): Promise<T | null> {
  const { id: ownId } = await me.get();
  const key = wanted.labels.find((label) => isEngagementKey(label)) ?? wanted.labels.join(',');
  const candidates = await list(connection, { labels: key });
  return candidates.find((item) => item.author.id === ownId && isSameItem(item, wanted)) ?? null;
}

/** The first line is our marker, unique per epic and step; without one the title must do. */
function isSameItem(item: ActualEpic | ActualIssue, wanted: NewEpic | NewIssue): boolean {
  const firstLine = wanted.description.trimStart().split('\n', 1)[0]?.trim() ?? '';
  return firstLine.startsWith('<!--') ? item.description.includes(firstLine) : item.title === wanted.title;
}

/** Dates count only together with `…_is_fixed`; without, GitLab takes them from the children. */
function newEpicParameters(epic: NewEpic): Record<string, string | boolean> {
  return {
    description: epic.description,
    labels: epic.labels.join(','),
    ...(epic.startDate === null ? {} : { startDateIsFixed: true, startDateFixed: epic.startDate }),
    ...(epic.dueDate === null ? {} : { dueDateIsFixed: true, dueDateFixed: epic.dueDate }),
    ...(epic.confidential ? { confidential: true } : {}),
  };
}

/** What stands for an epic on GitLab Free: an issue of the project, which has no start date. */
function trackingIssue({ title, description, labels, dueDate, confidential }: NewEpic): NewIssue {
  return { title, description, labels, dueDate, assigneeIds: [], epicId: null, confidential };
}

function newIssueParameters(issue: NewIssue): object {
  return {
    description: issue.description,
    labels: issue.labels.join(','),
    ...(issue.epicId === null ? {} : { epicId: issue.epicId }),
    ...(issue.assigneeIds.length === 0 ? {} : { assigneeIds: [...issue.assigneeIds] }),
    ...(issue.dueDate === null ? {} : { dueDate: issue.dueDate }),
    ...(issue.confidential ? { confidential: true } : {}),
  };
}

/** Changes as they were sent, the text made. */
type SentChanges = Omit<ItemChanges, 'description'> & { readonly description?: string | undefined };

/** GitLab refuses a change of nothing. */
function isNothing({ description, ...others }: ItemChanges): boolean {
  return (
    description === undefined &&
    Object.keys({ ...changeParameters(others), ...epicDates(others), ...issueParameters(others) }).length ===
      0
  );
}

/** What epics and issues take alike. An unchanged or empty part is not sent. */
function changeParameters(changes: SentChanges): Record<string, string | boolean> {
  const { title, description, addLabels = [], removeLabels = [], state, confidential } = changes;
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(addLabels.length === 0 ? {} : { add_labels: addLabels.join(',') }),
    ...(removeLabels.length === 0 ? {} : { remove_labels: removeLabels.join(',') }),
    ...(state === undefined ? {} : { state_event: state === 'closed' ? 'close' : 'reopen' }),
    ...(confidential === undefined ? {} : { confidential }),
  };
}

function issueDates({ dueDate }: Pick<ItemChanges, 'dueDate'>): object {
  return dueDate === undefined ? {} : { due_date: dueDate };
}

/** As in {@link newEpicParameters}. @see https://docs.gitlab.com/api/epics/#update-an-epic */
function epicDates({ startDate, dueDate }: Pick<ItemChanges, 'startDate' | 'dueDate'>): object {
  return {
    ...(startDate === undefined ? {} : { start_date_is_fixed: true, start_date_fixed: startDate }),
    ...(dueDate === undefined ? {} : { due_date_is_fixed: true, due_date_fixed: dueDate }),
  };
}

function issueParameters({ assigneeIds, epicId }: SentChanges): object {
  return {
    // GitLab unassigns everybody on `0`.
    ...(assigneeIds === undefined ? {} : { assignee_ids: assigneeIds.length === 0 ? [0] : [...assigneeIds] }),
    ...(epicId === undefined ? {} : { epic_id: epicId }),
  };
}

/** The item when it already is as asked, else `null`. */
function ifChanged<T extends ActualEpic | ActualIssue>(item: T, changes: SentChanges): T | null {
  const { title, description, assigneeIds, dueDate, epicId } = changes;
  const isAsked =
    notDone(item, changes).length === 0 &&
    (title === undefined || title === item.title) &&
    (description === undefined || plain(description) === plain(item.description)) &&
    (item.kind === 'epic' ||
      ((epicId === undefined || item.epicId === epicId) &&
        (dueDate === undefined || item.dueDate === dueDate) &&
        (assigneeIds === undefined ||
          isSameSet(
            assigneeIds,
            item.assignees.map(({ id }) => id),
          ))));
  return isAsked ? item : null;
}

function plain(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}

function isSameSet(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}

/**
 * What GitLab accepted with a 2xx and left undone, in words. It does so for a close or a label that the
 * token's user may not set; a dropped assignee is not counted, the caller sees it in the item.
 */
function notDone(
  item: ActualEpic | ActualIssue,
  changes: Omit<ItemChanges, 'description'>,
): readonly string[] {
  const { addLabels = [], removeLabels = [], state, confidential } = changes;
  const missing = addLabels.filter((label) => !item.labels.includes(label));
  const kept = removeLabels.filter((label) => item.labels.includes(label) && !addLabels.includes(label));
  return [
    ...(state === undefined || state === item.state ? [] : [`it is still ${item.state}`]),
    ...(confidential === undefined || item.confidential ? [] : ['everybody can still read it']),
    ...(missing.length === 0
      ? []
      : [`it lacks the label ${missing.map((label) => `"${label}"`).join(', ')}`]),
    ...(kept.length === 0 ? [] : [`it still has the label ${kept.map((label) => `"${label}"`).join(', ')}`]),
  ];
}

function checked<T extends ActualEpic | ActualIssue>(item: T, changes: Omit<ItemChanges, 'description'>): T {
  const left = notDone(item, changes);
  if (left.length === 0) return item;
  throw new GitLabRefusedError(
    `${item.reference}: GitLab answered 200 but ${left.join(' and ')}. The token's user probably lacks the right: give it at least the role Planner (GitLab before 17.7: Reporter) in the group.`,
    200,
  );
}

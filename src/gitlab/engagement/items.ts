/**
 * Epics and issues, created and changed, and what came back checked.
 *
 * @see https://docs.gitlab.com/api/epics/
 * @see https://docs.gitlab.com/api/issues/
 */
import { GitLabRefusedError } from '#domain/base/errors.ts';
import { SowNumber } from '#domain/base/keys.ts';
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
  const what = `/groups/${group}/epics/${epic.iid}`;
  const updated = await lookBeforeRepeat<ActualEpic>(connection, {
    send: async () =>
      parseAnswer(Epic, await epics.edit(group, epic.iid, changeParameters(changes)), `PUT ${what}`),
    find: async () => {
      const now = await orNull(epics.show(group, epic.iid));
      return now === null ? null : ifChanged(parseAnswer(Epic, now, `GET ${what}`), changes);
    },
  });
  return checked(updated, changes);
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
  const { issues } = connection;
  const parameters = { ...changeParameters(changes), ...issueParameters(changes) };
  const what = `/projects/${projectId}/issues/${iid}`;
  const updated = await lookBeforeRepeat<ActualIssue>(connection, {
    send: async () => parseAnswer(Issue, await issues.edit(projectId, iid, parameters), `PUT ${what}`),
    find: async () => {
      const now = await orNull(issues.show(iid, { projectId }));
      return now === null ? null : ifChanged(parseAnswer(Issue, now, `GET ${what}`), changes);
    },
  });
  return checked(updated, changes);
}

/** The item that our own lost request made: by us, with the same marker. */
async function findCreated<T extends ActualEpic | ActualIssue>(
  { connection, me }: Session,
  wanted: NewEpic | NewIssue,
  list: (connection: Connection, filter: { readonly labels: string }) => Promise<readonly T[]>,
): Promise<T | null> {
  const { id: ownId } = await me.get();
  const key = wanted.labels.find((label) => SowNumber.safeParse(label).success) ?? wanted.labels.join(',');
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
  };
}

/** What stands for an epic on GitLab Free: an issue of the project, which has no start date. */
function trackingIssue({ title, description, labels, dueDate }: NewEpic): NewIssue {
  return { title, description, labels, dueDate, assigneeIds: [], epicId: null, confidential: false };
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

/** GitLab refuses a change of nothing. */
function isNothing(changes: ItemChanges): boolean {
  return Object.keys({ ...changeParameters(changes), ...issueParameters(changes) }).length === 0;
}

/** What epics and issues take alike. An unchanged or empty part is not sent. */
function changeParameters(changes: ItemChanges): Record<string, string> {
  const { description, addLabels = [], removeLabels = [], state } = changes;
  return {
    ...(description === undefined ? {} : { description }),
    ...(addLabels.length === 0 ? {} : { addLabels: addLabels.join(',') }),
    ...(removeLabels.length === 0 ? {} : { removeLabels: removeLabels.join(',') }),
    ...(state === undefined ? {} : { stateEvent: state === 'closed' ? 'close' : 'reopen' }),
  };
}

function issueParameters({ assigneeIds, dueDate, epicId }: ItemChanges): object {
  return {
    ...(dueDate === undefined ? {} : { dueDate }),
    // GitLab unassigns everybody on `0`.
    ...(assigneeIds === undefined ? {} : { assigneeIds: assigneeIds.length === 0 ? [0] : [...assigneeIds] }),
    ...(epicId === undefined ? {} : { epicId }),
  };
}

/** The item when it already is as asked, else `null`. */
function ifChanged<T extends ActualEpic | ActualIssue>(item: T, changes: ItemChanges): T | null {
  const { description, assigneeIds, dueDate, epicId } = changes;
  const isAsked =
    notDone(item, changes).length === 0 &&
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
function notDone(item: ActualEpic | ActualIssue, changes: ItemChanges): readonly string[] {
  const { addLabels = [], removeLabels = [], state } = changes;
  const missing = addLabels.filter((label) => !item.labels.includes(label));
  const kept = removeLabels.filter((label) => item.labels.includes(label) && !addLabels.includes(label));
  return [
    ...(state === undefined || state === item.state ? [] : [`it is still ${item.state}`]),
    ...(missing.length === 0
      ? []
      : [`it lacks the label ${missing.map((label) => `"${label}"`).join(', ')}`]),
    ...(kept.length === 0 ? [] : [`it still has the label ${kept.map((label) => `"${label}"`).join(', ')}`]),
  ];
}

function checked<T extends ActualEpic | ActualIssue>(item: T, changes: ItemChanges): T {
  const left = notDone(item, changes);
  if (left.length === 0) return item;
  throw new GitLabRefusedError(
    `${item.reference}: GitLab answered 200 but ${left.join(' and ')}. The token's user probably lacks the right: give it at least the role Planner (GitLab before 17.7: Reporter) in the group.`,
    200,
  );
}

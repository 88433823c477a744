/** Changes fields of an item and leaves the traces GitLab leaves. */
import type { Engine } from './engine.ts';
import { allowedAssignees, epicToJoin } from './item-checks.ts';
import { findOrCreateLabels, labelsAfter } from './labels.ts';
import { takeId } from './new-world.ts';
import type { EpicChanges, IssueChanges } from './operations.ts';
import type { Item } from './reading.ts';
import { hasPremium, itemAccess, labelOwner, referenceTo, userById } from './reading.ts';
import { findEpicById } from './records.ts';
import { positionOnTop } from './relative-position.ts';
import { applyTime } from './time-tracking.ts';
import { addEvent, addSystemNote, addTodo } from './traces.ts';
import type { Epic, Issue, User } from './world.ts';

export type ItemChanges = IssueChanges & EpicChanges;

/** Sets labels, assignees, dates, weight, time, epic and confidentiality. `quiet` while the item is being created. */
export function applyMetadata(
  engine: Engine,
  actor: User,
  item: Item,
  changes: ItemChanges,
  quiet: boolean,
): void {
  applyLabels(engine, actor, item, changes);
  if (item.kind === 'issue') {
    if (changes.assigneeIds !== undefined) applyAssignees(engine, actor, item, changes.assigneeIds);
    if (changes.weight !== undefined && hasPremium(engine.world)) item.weight = changes.weight;
    if (changes.discussionLocked !== undefined) item.discussionLocked = changes.discussionLocked;
    applyTime(engine, actor, item, changes, quiet);
  }
  if (changes.confidential !== undefined && changes.confidential !== item.confidential) {
    item.confidential = changes.confidential;
    const what = item.confidential
      ? `made the ${item.kind} confidential`
      : `made the ${item.kind} visible to everyone`;
    if (!quiet) addSystemNote(engine, actor, item, what);
  }
  applyDates(engine, actor, item, changes, quiet);
  if (item.kind === 'issue' && changes.epicId !== undefined) applyEpic(engine, actor, item, changes.epicId);
}

function applyLabels(engine: Engine, actor: User, item: Item, changes: ItemChanges): void {
  if (changes.labels === undefined && changes.addLabels === undefined && changes.removeLabels === undefined)
    return;
  const owner = labelOwner(engine.world, item);
  const mayCreate = itemAccess(engine.world, actor, item) >= 15;
  const find = (names: readonly string[] | undefined): number[] =>
    findOrCreateLabels(engine, owner, names ?? [], mayCreate);
  const ids = labelsAfter(engine, {
    existing: item.labelIds,
    replace: changes.labels === undefined ? undefined : find(changes.labels),
    add: find(changes.addLabels),
    remove: findOrCreateLabels(engine, owner, changes.removeLabels ?? [], false),
  });
  for (const labelId of ids.filter((it) => !item.labelIds.includes(it))) {
    addEvent(engine, actor, item, { kind: 'label', action: 'add', labelId });
  }
  for (const labelId of item.labelIds.filter((it) => !ids.includes(it))) {
    addEvent(engine, actor, item, { kind: 'label', action: 'remove', labelId });
  }
  item.labelIds = ids;
}

function applyAssignees(engine: Engine, actor: User, issue: Issue, wanted: readonly number[]): void {
  const before = issue.assigneeIds;
  const after = allowedAssignees(engine, issue, wanted);
  issue.assigneeIds = after;
  const names = (ids: readonly number[]): string =>
    ids.map((id) => `@${userById(engine.world, id).username}`).join(' and ');
  const added = after.filter((id) => !before.includes(id));
  const removed = before.filter((id) => !after.includes(id));
  const parts = [
    added.length > 0 ? `assigned to ${names(added)}` : '',
    removed.length > 0 ? `unassigned ${names(removed)}` : '',
  ].filter((part) => part !== '');
  if (parts.length > 0) addSystemNote(engine, actor, issue, parts.join(' and '));
  for (const userId of added) addTodo(engine, actor, issue, { userId, action: 'assigned' });
}

function applyDates(engine: Engine, actor: User, item: Item, changes: ItemChanges, quiet: boolean): void {
  const parts: string[] = [];
  if (item.kind === 'epic' && changes.startDate !== undefined && changes.startDate !== item.startDate) {
    item.startDate = changes.startDate;
    parts.push(
      item.startDate === null ? 'removed start date' : `changed start date to ${longDate(item.startDate)}`,
    );
  }
  if (changes.dueDate !== undefined && changes.dueDate !== item.dueDate) {
    item.dueDate = changes.dueDate;
    parts.push(item.dueDate === null ? 'removed due date' : `changed due date to ${longDate(item.dueDate)}`);
  }
  if (parts.length > 0 && !quiet) addSystemNote(engine, actor, item, parts.join(' and '));
}

const LONG_DATE = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', dateStyle: 'long' });

function longDate(date: string): string {
  return LONG_DATE.format(new Date(`${date}T00:00:00Z`));
}

/**
 * Puts the issue into an epic, moves it from another, or takes it out (`0` or `null`). A new child comes on **top** of
 * its epic.
 *
 * @see app/services/work_items/parent_links/create_service.rb and ee/app/services/epic_issues/create_service.rb (`move_to_start`)
 */
export function applyEpic(engine: Engine, actor: User, issue: Issue, epicId: number | null): void {
  const old = findEpicById(engine.world, issue.epicId) ?? null;
  const next = epicId === null || epicId === 0 ? null : epicToJoin(engine, actor, epicId, issue);
  if (old === next) return;
  issue.epicId = next?.id ?? null;
  issue.epicIssueId = next === null ? null : takeId(engine.world, 'epicIssue');
  if (next === null) delete issue.epicPosition;
  else issue.epicPosition = positionOnTop(otherPositions(engine, next, issue));
  const name = (epic: Epic): string => referenceTo(engine.world, epic, issue);
  if (old !== null) addSystemNote(engine, actor, old, `removed issue ${referenceTo(engine.world, issue)}`);
  if (next !== null) addSystemNote(engine, actor, next, `added issue ${referenceTo(engine.world, issue)}`);
  if (next === null && old !== null) addSystemNote(engine, actor, issue, `removed from epic ${name(old)}`);
  else if (next !== null)
    addSystemNote(
      engine,
      actor,
      issue,
      `${old === null ? 'added to' : 'changed epic to'} epic ${name(next)}`.replace(
        'epic to epic',
        'epic to',
      ),
    );
}

function otherPositions({ world }: Engine, epic: Epic, issue: Issue): number[] {
  return world.issues.flatMap((it) => (it.epicId === epic.id && it !== issue ? (it.epicPosition ?? 0) : []));
}

/** Filters and orders lists of issues and epics. */
import type { Item } from '#sandbox/reading.ts';
import type { Issue } from '#sandbox/world.ts';
import type { Call } from './call.ts';

type Filter<T> = (item: T) => boolean;

/** The filters that issues and epics share. A search counts against the search limit. */
export function itemFilters(call: Call): Filter<Item>[] {
  const { parameters, engine } = call;
  const search = parameters.text('search');
  if (search !== undefined && search !== '') engine.limits.count('search', call.user?.id ?? 0);
  const state = parameters.oneOf('state', ['opened', 'closed', 'all']) ?? 'all';
  const confidential = parameters.boolean('confidential');
  const authorId = parameters.integer('author_id');
  const authorName = parameters.text('author_username');
  const notAuthorId = parameters.integer('not[author_id]');
  const notAuthorName = parameters.text('not[author_username]');
  const nameOf = (item: Item): string | undefined =>
    engine.world.users.find((user) => user.id === item.authorId)?.username;
  return [
    (item) => state === 'all' || item.state === state,
    (item) => confidential === undefined || item.confidential === confidential,
    (item) => authorId === undefined || item.authorId === authorId,
    (item) => authorName === undefined || nameOf(item) === authorName,
    (item) => notAuthorId === undefined || item.authorId !== notAuthorId,
    (item) => notAuthorName === undefined || nameOf(item) !== notAuthorName,
    ...labelFilters(call),
    ...timeFilters(call),
    searchFilter(search, parameters.text('in')),
  ];
}

/** `labels` must all be there, `not[labels]` none; `None` and `Any` are taken by their meaning. */
function labelFilters(call: Call): Filter<Item>[] {
  const carries = (item: Item, ids: ReadonlySet<number>): boolean => item.labelIds.some((id) => ids.has(id));
  const idsOf = (name: string): ReadonlySet<number> =>
    new Set(call.engine.world.labels.filter((label) => label.name === name).map((label) => label.id));
  const wanted = call.parameters.list('labels') ?? [];
  const unwanted = call.parameters.list('not[labels]') ?? [];
  const wantedIds = wanted.map(idsOf);
  const unwantedIds = unwanted.map(idsOf);
  const isWildcard = (list: readonly string[], name: string): boolean =>
    list.length === 1 && list[0]?.toLowerCase() === name;
  return [
    (item) => {
      if (isWildcard(wanted, 'none')) return item.labelIds.length === 0;
      if (isWildcard(wanted, 'any')) return item.labelIds.length > 0;
      return wantedIds.every((ids) => carries(item, ids));
    },
    (item) => unwantedIds.every((ids) => !carries(item, ids)),
  ];
}

function timeFilters(call: Call): Filter<Item>[] {
  const bound = (name: string, passes: (item: Item, at: number) => boolean): Filter<Item>[] => {
    const at = call.parameters.instant(name);
    return at === undefined ? [] : [(item) => passes(item, at)];
  };
  return [
    ...bound('created_after', (item, at) => Date.parse(item.createdAt) >= at),
    ...bound('created_before', (item, at) => Date.parse(item.createdAt) <= at),
    ...bound('updated_after', (item, at) => Date.parse(item.updatedAt) >= at),
    ...bound('updated_before', (item, at) => Date.parse(item.updatedAt) <= at),
  ];
}

function searchFilter(search: string | undefined, where: string | undefined): Filter<Item> {
  const fields = (where ?? 'title,description').split(',');
  const words = (search ?? '')
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  if (words.length === 0) return () => true;
  return (item) => {
    const text = fields
      .map((field) => (field === 'title' ? item.title : field === 'description' ? item.description : ''))
      .join('\n')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

/** What only issues can be filtered by. Filters on what the stand-in does not keep (milestones, iterations) match nothing but "none". */
export function issueFilters(call: Call): Filter<Issue>[] {
  const { parameters, engine } = call;
  const iids = parameters.integers('iids');
  const notIids = parameters.integers('not[iids]') ?? [];
  const epicId = parameters.text('epic_id')?.toLowerCase();
  const assigneeId = parameters.text('assignee_id')?.toLowerCase();
  const notAssigneeId = parameters.integer('not[assignee_id]');
  const weight = parameters.text('weight')?.toLowerCase();
  const dueDate = parameters.text('due_date');
  const issueType = parameters.text('issue_type');
  const closedBy = parameters.integer('closed_by_id');
  const names = (issue: Issue): string[] =>
    issue.assigneeIds.flatMap((id) => engine.world.users.find((user) => user.id === id)?.username ?? []);
  const assignees = parameters.list('assignee_username') ?? [];
  const notAssignees = parameters.list('not[assignee_username]') ?? [];
  return [
    (issue) => iids === undefined || iids.includes(issue.iid),
    (issue) => !notIids.includes(issue.iid),
    (issue) => isChosen(epicId, issue.epicId === null ? [] : [issue.epicId]),
    (issue) => isChosen(assigneeId, issue.assigneeIds),
    (issue) => notAssigneeId === undefined || !issue.assigneeIds.includes(notAssigneeId),
    (issue) => isChosen(weight, issue.weight === null ? [] : [issue.weight]),
    (issue) => assignees.every((name) => names(issue).includes(name)),
    (issue) => notAssignees.every((name) => !names(issue).includes(name)),
    (issue) => isDue(dueDate, issue.dueDate, engine.now()),
    () => issueType === undefined || issueType === 'issue',
    (issue) => closedBy === undefined || issue.closedById === closedBy,
    scopeFilter(call),
  ];
}

/** `none`, `any`, or one value. */
function isChosen(wanted: string | undefined, values: readonly number[]): boolean {
  if (wanted === undefined || wanted === '') return true;
  if (wanted === 'none') return values.length === 0;
  if (wanted === 'any') return values.length > 0;
  return values.includes(Number(wanted));
}

function isDue(wanted: string | undefined, dueDate: string | null, now: Date): boolean {
  if (wanted === undefined || wanted === '') return true;
  const today = now.toISOString().slice(0, 10);
  const day = (ahead: number): string =>
    new Date(now.getTime() + ahead * 86_400_000).toISOString().slice(0, 10);
  if (wanted === '0') return dueDate === null;
  if (dueDate === null) return false;
  if (wanted === 'today') return dueDate === today;
  if (wanted === 'tomorrow') return dueDate === day(1);
  if (wanted === 'overdue') return dueDate < today;
  if (wanted === 'week')
    return dueDate >= day(1 - (now.getUTCDay() || 7)) && dueDate <= day(7 - (now.getUTCDay() || 7));
  if (wanted === 'month') return dueDate.slice(0, 7) === today.slice(0, 7);
  return true;
}

function scopeFilter(call: Call): Filter<Issue> {
  const scope = call.parameters.text('scope')?.replaceAll('-', '_');
  const userId = call.user?.id ?? 0;
  if (scope === 'created_by_me') return (issue) => issue.authorId === userId;
  if (scope === 'assigned_to_me') return (issue) => issue.assigneeIds.includes(userId);
  return () => true;
}

const ORDERS = [
  'created_at',
  'updated_at',
  'title',
  'due_date',
  'weight',
  'relative_position',
  'priority',
  'label_priority',
  'milestone_due',
  'popularity',
] as const;

/** Orders by `order_by` and `sort`; equals by id, newest first. */
export function ordered<T extends Item>(
  call: Call,
  items: readonly T[],
  orders: readonly (typeof ORDERS)[number][] = ORDERS,
): T[] {
  const by = call.parameters.oneOf('order_by', orders) ?? 'created_at';
  const direction = (call.parameters.oneOf('sort', ['asc', 'desc']) ?? 'desc') === 'asc' ? 1 : -1;
  return items.toSorted((one, other) => {
    const [a, b] = [sortKey(one, by), sortKey(other, by)];
    if (a === b) return direction * (one.id - other.id);
    if (a === null) return 1;
    if (b === null) return -1;
    return direction * (a < b ? -1 : 1);
  });
}

function sortKey(item: Item, by: (typeof ORDERS)[number]): string | number | null {
  switch (by) {
    case 'updated_at':
      return item.updatedAt;
    case 'title':
      return item.title.toLowerCase();
    case 'due_date':
      return item.dueDate;
    case 'weight':
      return item.kind === 'issue' ? item.weight : null;
    case 'relative_position':
      return item.kind === 'issue' ? (item.relativePosition ?? null) : null;
    case 'created_at':
    case 'priority':
    case 'label_priority':
    case 'milestone_due':
    case 'popularity':
      return item.createdAt;
  }
}

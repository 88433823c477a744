/** Filters and orders lists of issues and epics. */
import type { Item } from '#sandbox/reading.ts';
import { byCreation, findUserById } from '#sandbox/records.ts';
import type { Issue } from '#sandbox/world.ts';
import type { Call } from './call.ts';

type Filter<T> = (item: T) => boolean;

/**
 * The filters that issues and epics share, those that leave least first. A search counts against the search limit.
 * Filters that were not asked for are not there: a list of thousands is looked through once per filter.
 */
export function itemFilters(call: Call): Filter<Item>[] {
  const { parameters, engine } = call;
  const search = parameters.text('search');
  if (search !== undefined && search !== '') engine.limits.count('search', call.user?.id ?? 0);
  const state = parameters.oneOf('state', ['opened', 'closed', 'all']) ?? 'all';
  const nameOf = (item: Item): string | undefined => findUserById(engine.world, item.authorId)?.username;
  return [
    ...labelFilters(call),
    ...timeFilters(call),
    ...(state === 'all' ? [] : [(item: Item) => item.state === state]),
    ...when(parameters.boolean('confidential'), (wanted) => (item) => item.confidential === wanted),
    ...when(parameters.integer('author_id'), (id) => (item) => item.authorId === id),
    ...when(parameters.text('author_username'), (name) => (item) => nameOf(item) === name),
    ...when(parameters.integer('not[author_id]'), (id) => (item) => item.authorId !== id),
    ...when(parameters.text('not[author_username]'), (name) => (item) => nameOf(item) !== name),
    ...searchFilter(search, parameters.text('in')),
  ];
}

function when<T, I extends Item = Item>(
  value: T | undefined,
  filter: (value: T) => Filter<I>,
): readonly Filter<I>[] {
  return value === undefined ? [] : [filter(value)];
}

/** `labels` must all be there, `not[labels]` none; `None` and `Any` are taken by their meaning. */
function labelFilters(call: Call): Filter<Item>[] {
  const idsOf = (name: string): readonly number[] =>
    call.engine.world.labels.filter((label) => label.name === name).map((label) => label.id);
  const carries = (item: Item, ids: readonly number[]): boolean =>
    ids.some((id) => item.labelIds.includes(id));
  const wanted = call.parameters.list('labels') ?? [];
  const unwanted = (call.parameters.list('not[labels]') ?? []).map(idsOf);
  const without: Filter<Item>[] = unwanted.map((ids) => (item) => !carries(item, ids));
  const wildcard = wanted.length === 1 ? wanted[0]?.toLowerCase() : undefined;
  if (wildcard === 'none') return [(item) => item.labelIds.length === 0, ...without];
  if (wildcard === 'any') return [(item) => item.labelIds.length > 0, ...without];
  return [
    ...wanted.map(idsOf).map(
      (ids): Filter<Item> =>
        (item) =>
          carries(item, ids),
    ),
    ...without,
  ];
}

function timeFilters(call: Call): Filter<Item>[] {
  // Times of the world are all written alike, so that they can be compared as they are.
  const bound = (name: string, passes: (item: Item, at: string) => boolean): Filter<Item>[] => {
    const instant = call.parameters.instant(name);
    if (instant === undefined) return [];
    const at = new Date(instant).toISOString();
    return [(item) => passes(item, at)];
  };
  return [
    ...bound('updated_after', ({ updatedAt }, at) => updatedAt >= at),
    ...bound('updated_before', ({ updatedAt }, at) => updatedAt <= at),
  ];
}

/** Items between `created_after` and `created_before`, both included, oldest first: found without looking at the others. */
function createdBetween<T extends Item>(call: Call, items: readonly T[]): readonly T[] {
  const oldestFirst = byCreation(items);
  const [from, to] = ['created_after', 'created_before'].map((name) => call.parameters.instant(name));
  const start = from === undefined ? 0 : placeOf(oldestFirst, (at) => at >= new Date(from).toISOString());
  const end =
    to === undefined ? oldestFirst.length : placeOf(oldestFirst, (at) => at > new Date(to).toISOString());
  return start === 0 && end === oldestFirst.length ? oldestFirst : oldestFirst.slice(start, end);
}

/** Index of the first item that was created so late, by halving. */
function placeOf(oldestFirst: readonly Item[], isLate: (createdAt: string) => boolean): number {
  let [low, high] = [0, oldestFirst.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isLate(oldestFirst[middle]?.createdAt ?? '')) high = middle;
    else low = middle + 1;
  }
  return low;
}

function searchFilter(search: string | undefined, where: string | undefined): Filter<Item>[] {
  const fields = (where ?? 'title,description').split(',');
  const words = (search ?? '')
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  if (words.length === 0) return [];
  const contains: Filter<Item> = (item) => {
    const text = fields
      .map((field) => (field === 'title' ? item.title : field === 'description' ? item.description : ''))
      .join('\n')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return [contains];
}

/** What only issues can be filtered by. Filters on what the stand-in does not keep (milestones, iterations) match nothing but "none". */
export function issueFilters(call: Call): Filter<Issue>[] {
  const { parameters, engine } = call;
  const names = (issue: Issue): string[] =>
    issue.assigneeIds.flatMap((id) => findUserById(engine.world, id)?.username ?? []);
  const assignees = parameters.list('assignee_username') ?? [];
  const notAssignees = parameters.list('not[assignee_username]') ?? [];
  const chosen = (name: string, valuesOf: (issue: Issue) => readonly number[]): readonly Filter<Issue>[] =>
    when(parameters.text(name)?.toLowerCase(), (wanted) => (issue) => isChosen(wanted, valuesOf(issue)));
  return [
    ...when(parameters.integers('iids'), (iids) => {
      const wanted = new Set(iids);
      return (issue: Issue) => wanted.has(issue.iid);
    }),
    ...when(parameters.integers('not[iids]'), (iids) => (issue: Issue) => !iids.includes(issue.iid)),
    ...chosen('epic_id', ({ epicId }) => (epicId === null ? [] : [epicId])),
    ...chosen('assignee_id', ({ assigneeIds }) => assigneeIds),
    ...when(
      parameters.integer('not[assignee_id]'),
      (id) => (issue: Issue) => !issue.assigneeIds.includes(id),
    ),
    ...chosen('weight', ({ weight }) => (weight === null ? [] : [weight])),
    ...assignees.map(
      (name): Filter<Issue> =>
        (issue) =>
          names(issue).includes(name),
    ),
    ...notAssignees.map(
      (name): Filter<Issue> =>
        (issue) =>
          !names(issue).includes(name),
    ),
    ...when(parameters.text('due_date'), (due) => (issue: Issue) => isDue(due, issue.dueDate, engine.now())),
    ...when(parameters.text('issue_type'), (type) => () => type === 'issue'),
    ...when(parameters.integer('closed_by_id'), (id) => (issue: Issue) => issue.closedById === id),
    ...scopeFilter(call),
  ];
}

/** `none`, `any`, or one value. */
function isChosen(wanted: string, values: readonly number[]): boolean {
  if (wanted === '') return true;
  if (wanted === 'none') return values.length === 0;
  if (wanted === 'any') return values.length > 0;
  return values.includes(Number(wanted));
}

function isDue(wanted: string, dueDate: string | null, now: Date): boolean {
  if (wanted === '') return true;
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

function scopeFilter(call: Call): Filter<Issue>[] {
  const scope = call.parameters.text('scope')?.replaceAll('-', '_');
  const userId = call.user?.id ?? 0;
  if (scope === 'created_by_me') return [(issue) => issue.authorId === userId];
  if (scope === 'assigned_to_me') return [(issue) => issue.assigneeIds.includes(userId)];
  return [];
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

/** Items that pass all filters, by `order_by` and `sort`; equals by id, newest first. */
export function listed<T extends Item>(
  call: Call,
  items: readonly T[],
  filters: readonly Filter<T>[],
  orders: readonly (typeof ORDERS)[number][] = ORDERS,
): readonly T[] {
  const passed = createdBetween(call, items).filter((item) => filters.every((passes) => passes(item)));
  const by = call.parameters.oneOf('order_by', orders) ?? 'created_at';
  const direction = (call.parameters.oneOf('sort', ['asc', 'desc']) ?? 'desc') === 'asc' ? 1 : -1;
  if (by === 'created_at') return direction === 1 ? passed : passed.toReversed();
  return passed.toSorted((one, other) => {
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

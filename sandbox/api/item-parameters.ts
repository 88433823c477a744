/** What requests about issues and epics may say, and how it becomes a change. */
import type { ItemChanges } from '#sandbox/apply-changes.ts';
import { Refusal } from '#sandbox/operations.ts';
import type { Call } from './call.ts';
import { PAGING } from './call.ts';

type Draft = { -readonly [key in keyof ItemChanges]?: ItemChanges[key] };

const NEGATABLE = [
  'labels',
  'milestone',
  'milestone_id',
  'iids',
  'author_id',
  'author_username',
  'assignee_id',
  'assignee_username',
  'weight',
  'iteration_id',
  'iteration_title',
];

export const ISSUE_FILTERS: readonly string[] = [
  ...'with_labels_details state closed_by_id order_by sort due_date issue_type labels milestone milestone_id iids search in'.split(
    ' ',
  ),
  ...'author_id author_username assignee_id assignee_username created_after created_before updated_after'.split(
    ' ',
  ),
  ...'updated_before scope my_reaction_emoji confidential weight epic_id health_status iteration_id iteration_title'.split(
    ' ',
  ),
  ...NEGATABLE.map((name) => `not[${name}]`),
  ...PAGING,
];

export const EPIC_FILTERS: readonly string[] = [
  ...'order_by sort search state author_id author_username labels with_labels_details created_after created_before'.split(
    ' ',
  ),
  ...'updated_after updated_before include_ancestor_groups include_descendant_groups my_reaction_emoji confidential'.split(
    ' ',
  ),
  'not[labels]',
  'not[author_id]',
  'not[author_username]',
  ...PAGING,
];

const ISSUE_FIELDS: readonly string[] =
  'title description assignee_ids assignee_id milestone_id milestone labels add_labels remove_labels due_date start_date confidential discussion_locked issue_type severity weight epic_id epic_iid created_at'.split(
    ' ',
  );

export const NEW_ISSUE_FIELDS: readonly string[] = [
  ...ISSUE_FIELDS,
  ...'iid merge_request_to_resolve_discussions_of discussion_to_resolve'.split(' '),
];

export const ISSUE_UPDATE_FIELDS: readonly string[] = [...ISSUE_FIELDS, 'state_event', 'updated_at'];

const EPIC_FIELDS: readonly string[] =
  'title description color confidential start_date start_date_fixed start_date_is_fixed end_date due_date_fixed due_date_is_fixed labels parent_id'.split(
    ' ',
  );

export const NEW_EPIC_FIELDS: readonly string[] = [...EPIC_FIELDS, 'created_at'];
export const EPIC_UPDATE_FIELDS: readonly string[] = [
  ...EPIC_FIELDS,
  ...'add_labels remove_labels state_event updated_at'.split(' '),
];

export function toIssueChanges(call: Call): ItemChanges {
  const { parameters } = call;
  const changes = commonChanges(call);
  const dueDate = parameters.date('due_date');
  const locked = parameters.boolean('discussion_locked');
  const assignees =
    parameters.integers('assignee_ids') ??
    single(parameters.integer('assignee_id'), parameters.has('assignee_id'));
  const weight = parameters.integer('weight');
  if (weight !== undefined && weight < 0)
    throw new Refusal(400, { message: { weight: ['must be greater than or equal to 0'] } });
  if (dueDate !== undefined) changes.dueDate = dueDate;
  if (locked !== undefined) changes.discussionLocked = locked;
  if (assignees !== undefined) changes.assigneeIds = assignees.filter((id) => id !== 0);
  if (parameters.has('weight')) changes.weight = weight ?? null;
  if (parameters.has('epic_id')) changes.epicId = parameters.integer('epic_id') ?? null;
  else if (parameters.has('epic_iid')) changes.epicId = epicIdByIid(call);
  return changes;
}

function single(id: number | undefined, isGiven: boolean): readonly number[] | undefined {
  if (!isGiven) return undefined;
  return id === undefined ? [] : [id];
}

/** The deprecated `epic_iid`: looked up in the project's group. */
function epicIdByIid(call: Call): number | null {
  const iid = call.parameters.integer('epic_iid');
  if (iid === undefined || iid === 0) return null;
  return call.engine.world.epics.find((epic) => epic.iid === iid)?.id ?? -1;
}

/**
 * An epic's dates count only when `…_date_fixed` comes with `…_date_is_fixed: true`; `start_date` and `end_date` are older names.
 * @see ee/lib/api/epics.rb
 */
export function toEpicChanges(call: Call): ItemChanges {
  const { parameters } = call;
  const changes = commonChanges(call);
  const start = parameters.date('start_date_fixed') ?? parameters.date('start_date');
  const due = parameters.date('due_date_fixed') ?? parameters.date('end_date');
  const startIsFixed = parameters.boolean('start_date_is_fixed') ?? parameters.has('start_date');
  const dueIsFixed = parameters.boolean('due_date_is_fixed') ?? parameters.has('end_date');
  if (start !== undefined && startIsFixed) changes.startDate = start;
  if (due !== undefined && dueIsFixed) changes.dueDate = due;
  return changes;
}

function commonChanges(call: Call): Draft {
  const { parameters } = call;
  const changes: Draft = {};
  const title = parameters.text('title');
  const description = parameters.text('description');
  const labels = parameters.list('labels');
  const add = parameters.list('add_labels');
  const remove = parameters.list('remove_labels');
  const confidential = parameters.boolean('confidential');
  const stateEvent = parameters.oneOf('state_event', ['close', 'reopen']);
  if (title !== undefined) changes.title = title;
  if (description !== undefined) changes.description = description;
  if (labels !== undefined) changes.labels = labels;
  if (add !== undefined) changes.addLabels = add;
  if (remove !== undefined) changes.removeLabels = remove;
  if (confidential !== undefined) changes.confidential = confidential;
  if (stateEvent !== undefined) changes.stateEvent = stateEvent;
  return changes;
}

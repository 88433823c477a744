/** What the API shows of issues and epics. */
import { addressOf } from '#sandbox/addresses.ts';
import { blockingCount } from '#sandbox/link-writes.ts';
import {
  fullPathOf,
  groupById,
  groupIdOf,
  hasPremium,
  labelsOf,
  projectById,
  referenceTo,
} from '#sandbox/reading.ts';
import { findEpicById, findIssueById, notesOn } from '#sandbox/records.ts';
import { taskCompletionOf } from '#sandbox/task-list.ts';
import { timeStats } from '#sandbox/time-tracking.ts';
import type { Epic, Issue, IssueLink, World } from '#sandbox/world.ts';
import { showLabelBasic, showUserById } from './show.ts';

export interface ItemView {
  readonly labelDetails?: boolean;
}

/** `APIEntitiesIssueBasic`, the form in links. `weight` is there with Premium only. */
export function showIssueBasic(world: World, issue: Issue, view: ItemView = {}): Record<string, unknown> {
  const assignees = issue.assigneeIds.map((id) => showUserById(world, id));
  const labels = labelsOf(world, issue);
  const notes = notesOn(world, issue).filter(({ system }) => !system);
  return {
    id: issue.id,
    iid: issue.iid,
    project_id: issue.projectId,
    title: issue.title,
    description: issue.description,
    state: issue.state,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    closed_by: showUserById(world, issue.closedById),
    labels: view.labelDetails === true ? labels.map(showLabelBasic) : labels.map((label) => label.name),
    milestone: null,
    assignees,
    author: showUserById(world, issue.authorId),
    type: 'ISSUE',
    assignee: assignees[0] ?? null,
    user_notes_count: notes.length,
    merge_requests_count: 0,
    upvotes: 0,
    downvotes: 0,
    start_date: null,
    due_date: issue.dueDate,
    confidential: issue.confidential,
    discussion_locked: issue.discussionLocked ?? null,
    issue_type: 'issue',
    web_url: addressOf(world, issue),
    time_stats: timeStats(issue),
    task_completion_status: taskCompletionOf(issue),
    ...(hasPremium(world) ? { weight: issue.weight } : {}),
    blocking_issues_count: blockingCount(world, issue),
  };
}

/** `APIEntitiesIssue`. Epic fields are there with Premium only, `health_status` with Ultimate. */
export function showIssue(world: World, issue: Issue, view: ItemView = {}): Record<string, unknown> {
  const project = projectById(world, issue.projectId);
  const api = `${world.baseUrl}/api/v4/projects/${issue.projectId}`;
  const { count, completed_count } = taskCompletionOf(issue);
  return {
    ...showIssueBasic(world, issue, view),
    has_tasks: count > 0,
    task_status: count === 0 ? '' : `${completed_count} of ${count} checklist items completed`,
    _links: {
      self: `${api}/issues/${issue.iid}`,
      notes: `${api}/issues/${issue.iid}/notes`,
      award_emoji: `${api}/issues/${issue.iid}/award_emoji`,
      project: api,
      closed_as_duplicate_of: null,
    },
    references: {
      short: `#${issue.iid}`,
      relative: `#${issue.iid}`,
      full: `${fullPathOf(world, project)}#${issue.iid}`,
    },
    severity: 'UNKNOWN',
    moved_to_id: issue.movedToId ?? null,
    imported: false,
    imported_from: 'none',
    service_desk_reply_to: null,
    ...epicFields(world, issue),
    ...(world.tier === 'ultimate' ? { health_status: null } : {}),
  };
}

function epicFields(world: World, issue: Issue): object {
  if (!hasPremium(world)) return {};
  const epic = findEpicById(world, issue.epicId);
  if (epic === undefined) return { epic_iid: null, epic: null, iteration: null };
  const group = groupById(world, epic.groupId);
  const part = {
    id: epic.id,
    iid: epic.iid,
    title: epic.title,
    url: `/groups/${group.path}/-/epics/${epic.iid}`,
    group_id: epic.groupId,
    human_readable_end_date: null,
    human_readable_timestamp: null,
  };
  return { epic_iid: epic.iid, epic: part, iteration: null };
}

/** The other side of a link, as the list of an issue's links shows it: `link_type` is the asked issue's view. */
export function showLinked(world: World, issue: Issue, link: IssueLink): object | null {
  const other = findIssueById(world, link.sourceId === issue.id ? link.targetId : link.sourceId);
  if (other === undefined) return null;
  const blocks = link.sourceId === issue.id ? 'blocks' : 'is_blocked_by';
  return {
    ...showIssue(world, other),
    issue_link_id: link.id,
    link_type: link.type === 'relates_to' ? 'relates_to' : blocks,
    link_created_at: link.createdAt,
    link_updated_at: link.createdAt,
  };
}

/**
 * The answer to creating, reading or deleting a link: as it is stored. An `is_blocked_by` link is stored as `blocks`
 * with its ends swapped, so its answer is turned round.
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/services/issue_links/create_service.rb
 */
export function showLink(world: World, link: IssueLink): object {
  const end = (id: number): object | null => {
    const issue = findIssueById(world, id);
    return issue === undefined ? null : showIssueBasic(world, issue);
  };
  return {
    id: link.id,
    source_issue: end(link.sourceId),
    target_issue: end(link.targetId),
    link_type: link.type,
  };
}

/** `APIEntitiesEpic`. `id` is the epic's own, `work_item_id` that of the work item behind it. */
export function showEpic(world: World, epic: Epic, view: ItemView = {}): Record<string, unknown> {
  const group = groupById(world, groupIdOf(world, epic));
  const labels = labelsOf(world, epic);
  const api = `${world.baseUrl}/api/v4/groups/${epic.groupId}`;
  return {
    id: epic.id,
    work_item_id: epic.workItemId,
    iid: epic.iid,
    color: '#1068bf',
    text_color: '#FFFFFF',
    group_id: epic.groupId,
    parent_id: null,
    parent_iid: null,
    imported: false,
    imported_from: 'none',
    title: epic.title,
    description: epic.description,
    confidential: epic.confidential,
    author: showUserById(world, epic.authorId),
    ...dates('start_date', epic.startDate),
    end_date: epic.dueDate,
    ...dates('due_date', epic.dueDate),
    state: epic.state,
    web_edit_url: `/groups/${group.path}/-/epics/${epic.iid}/edit`,
    web_url: addressOf(world, epic),
    references: { short: `&${epic.iid}`, relative: `&${epic.iid}`, full: referenceTo(world, epic) },
    reference: `&${epic.iid}`,
    created_at: epic.createdAt,
    updated_at: epic.updatedAt,
    closed_at: epic.closedAt,
    labels: view.labelDetails === true ? labels.map(showLabelBasic) : labels.map((label) => label.name),
    upvotes: 0,
    downvotes: 0,
    _links: {
      self: `${api}/epics/${epic.iid}`,
      epic_issues: `${api}/epics/${epic.iid}/issues`,
      group: api,
      parent: null,
    },
  };
}

function dates(name: string, date: string | null): object {
  return {
    [name]: date,
    [`${name}_is_fixed`]: date !== null,
    [`${name}_fixed`]: date,
    [`${name}_from_inherited_source`]: null,
    [`${name}_from_milestones`]: null,
  };
}

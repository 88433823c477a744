/**
 * Bodies of webhooks, as GitLab's data builders make them.
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/
 */

import { addressOf, pipelineAddress } from './addresses.ts';
import type { Item } from './reading.ts';
import { fullPathOf, groupById, labelsOf, projectById, userById } from './reading.ts';
import { showDuration } from './spans.ts';
import type { Issue, Label, Note, Pipeline, User, World } from './world.ts';

export type Changes = Readonly<Record<string, { readonly previous: unknown; readonly current: unknown }>>;

/** `2026-01-31 15:10:45 UTC` */
function hookTime(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

function userPart(user: User): object {
  return { id: user.id, name: user.name, username: user.username, avatar_url: null, email: '[REDACTED]' };
}

/** Labels in payloads have a `title`, not a `name`. */
function labelPart(label: Label): object {
  return {
    id: label.id,
    title: label.name,
    color: label.color,
    project_id: label.projectId,
    created_at: '2026-01-01 00:00:00 UTC',
    updated_at: '2026-01-01 00:00:00 UTC',
    template: false,
    description: label.description,
    type: label.projectId === null ? 'GroupLabel' : 'ProjectLabel',
    group_id: label.groupId,
  };
}

function projectPart(world: World, projectId: number): Record<string, unknown> {
  const project = projectById(world, projectId);
  const path = fullPathOf(world, project);
  const web = `${world.baseUrl}/${path}`;
  const ssh = `git@${new URL(world.baseUrl).hostname}:${path}.git`;
  return {
    id: project.id,
    name: project.name,
    description: null,
    web_url: web,
    avatar_url: null,
    git_ssh_url: ssh,
    git_http_url: `${web}.git`,
    namespace: groupById(world, project.groupId).name,
    visibility_level: groupById(world, project.groupId).visibility === 'public' ? 20 : 0,
    path_with_namespace: path,
    default_branch: 'main',
    ci_config_path: null,
    homepage: web,
    url: ssh,
    ssh_url: ssh,
    http_url: `${web}.git`,
  };
}

/** The attributes of an item that may show up in `changes`, in the form they show up there. */
export function snapshot(world: World, item: Item): Record<string, unknown> {
  return {
    title: item.title,
    description: item.description,
    state_id: item.state === 'opened' ? 1 : 2,
    closed_at: item.closedAt === null ? null : hookTime(item.closedAt),
    updated_at: hookTime(item.updatedAt),
    confidential: item.confidential,
    due_date: item.dueDate,
    labels: labelsOf(world, item).map(labelPart),
    ...(item.kind === 'issue'
      ? {
          assignees: item.assigneeIds.map((id) => userPart(userById(world, id))),
          weight: item.weight,
          relative_position: item.relativePosition ?? null,
          discussion_locked: item.discussionLocked ?? null,
          time_estimate: item.timeEstimateSeconds ?? 0,
          total_time_spent: item.timeSpentSeconds ?? 0,
        }
      : { start_date: item.startDate }),
  };
}

/** What differs between two snapshots. `updated_at` alone is no change. */
export function changesBetween(
  before: Record<string, unknown> | null,
  after: Record<string, unknown>,
): Changes {
  const entries = Object.entries(after).filter(([key, value]) => {
    const previous = before === null ? emptyLike(value) : before[key];
    return previous !== value && JSON.stringify(previous) !== JSON.stringify(value);
  });
  if (entries.every(([key]) => key === 'updated_at')) return {};
  return Object.fromEntries(
    entries.map(([key, current]) => [
      key,
      { previous: before === null ? emptyLike(current) : before[key], current },
    ]),
  );
}

function emptyLike(value: unknown): unknown {
  return Array.isArray(value) ? [] : value === false ? false : value === 0 ? 0 : null;
}

function issueAttributes(world: World, item: Item): Record<string, unknown> {
  const issue = item.kind === 'issue' ? item : null;
  return {
    // An epic's event is about the work item behind it.
    id: item.kind === 'issue' ? item.id : item.workItemId,
    iid: item.iid,
    title: item.title,
    description: item.description,
    assignee_ids: issue?.assigneeIds ?? [],
    assignee_id: issue?.assigneeIds[0] ?? null,
    author_id: item.authorId,
    project_id: issue?.projectId ?? null,
    namespace_id: item.kind === 'epic' ? item.groupId : null,
    created_at: hookTime(item.createdAt),
    updated_at: hookTime(item.updatedAt),
    closed_at: item.closedAt === null ? null : hookTime(item.closedAt),
    updated_by_id: null,
    last_edited_at: null,
    last_edited_by_id: null,
    relative_position: issue?.relativePosition ?? null,
    milestone_id: null,
    state_id: item.state === 'opened' ? 1 : 2,
    state: item.state,
    confidential: item.confidential,
    discussion_locked: issue?.discussionLocked ?? null,
    due_date: item.dueDate,
    moved_to_id: issue?.movedToId ?? null,
    duplicated_to_id: null,
    time_estimate: issue?.timeEstimateSeconds ?? 0,
    total_time_spent: issue?.timeSpentSeconds ?? 0,
    time_change: 0,
    human_total_time_spent: issue === null ? null : showDuration(issue.timeSpentSeconds ?? 0),
    human_time_estimate: issue === null ? null : showDuration(issue.timeEstimateSeconds ?? 0),
    human_time_change: null,
    weight: issue?.weight ?? null,
    health_status: null,
    severity: 'unknown',
    customer_relations_contacts: [],
    type: item.kind === 'issue' ? 'Issue' : 'Epic',
    url: addressOf(world, item),
    labels: labelsOf(world, item).map(labelPart),
  };
}

/**
 * An issue's or epic's event. Epics are group-level work items: `object_kind` is `work_item` and there is no project.
 * GitLab documents no sample of an epic's event; this follows `lib/gitlab/data_builder/issuable.rb`.
 */
export function itemPayload(
  world: World,
  event: { readonly item: Item; readonly actor: User; readonly action: string; readonly changes: Changes },
): object {
  const { item, actor } = event;
  const kind = item.kind === 'issue' ? 'issue' : 'work_item';
  const project = item.kind === 'issue' ? projectPart(world, item.projectId) : null;
  const assignees = item.kind === 'issue' ? item.assigneeIds.map((id) => userPart(userById(world, id))) : [];
  return {
    object_kind: kind,
    event_type: item.confidential ? `confidential_${kind}` : kind,
    user: userPart(actor),
    project,
    object_attributes: { ...issueAttributes(world, item), action: event.action },
    labels: labelsOf(world, item).map(labelPart),
    changes: event.changes,
    repository: repositoryPart(project),
    ...(assignees.length > 0 ? { assignees } : {}),
  };
}

/**
 * A note's event: only issues have them, epics do not.
 * @see lib/gitlab/hook_data/note_builder.rb `SAFE_HOOK_ATTRIBUTES`
 */
export function notePayload(
  world: World,
  event: {
    readonly note: Note;
    readonly issue: Issue;
    readonly author: User;
    readonly action: 'create' | 'update';
  },
): object {
  const { note, issue } = event;
  const project = projectPart(world, issue.projectId);
  const isConfidential = issue.confidential || note.internal === true;
  return {
    object_kind: 'note',
    event_type: isConfidential ? 'confidential_note' : 'note',
    user: userPart(event.author),
    project_id: issue.projectId,
    project,
    object_attributes: {
      id: note.id,
      note: note.body,
      description: note.body,
      noteable_type: 'Issue',
      noteable_id: issue.id,
      author_id: note.authorId,
      type: note.threaded === true ? 'DiscussionNote' : null,
      discussion_id: note.discussionId,
      created_at: hookTime(note.createdAt),
      updated_at: hookTime(note.updatedAt),
      updated_by_id: note.lastEdited?.byId ?? null,
      resolved_at: note.resolvedAt === undefined ? null : hookTime(note.resolvedAt),
      resolved_by_id: note.resolvedById ?? null,
      resolved_by_push: null,
      project_id: issue.projectId,
      attachment: null,
      line_code: null,
      commit_id: '',
      system: false,
      st_diff: null,
      internal: note.internal ?? false,
      action: event.action,
      url: `${addressOf(world, issue)}#note_${note.id}`,
    },
    repository: repositoryPart(project),
    issue: issueAttributes(world, issue),
  };
}

/** A pipeline's event, as far as its fields mean something here. */
export function pipelinePayload(world: World, pipeline: Pipeline): object {
  return {
    object_kind: 'pipeline',
    object_attributes: {
      id: pipeline.id,
      iid: pipeline.iid,
      name: pipeline.name,
      ref: pipeline.ref,
      tag: false,
      source: 'api',
      status: pipeline.status,
      created_at: hookTime(pipeline.createdAt),
      finished_at: pipeline.finishedAt === null ? null : hookTime(pipeline.finishedAt),
      variables: pipeline.variables,
      url: pipelineAddress(world, pipeline),
    },
    user: userPart(userById(world, pipeline.userId)),
    project: projectPart(world, pipeline.projectId),
  };
}

function repositoryPart(project: Record<string, unknown> | null): object {
  if (project === null) return {};
  return {
    name: project['name'],
    url: project['url'],
    description: project['description'],
    homepage: project['homepage'],
  };
}

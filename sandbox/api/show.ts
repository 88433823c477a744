/**
 * What the API shows of people, labels, notes, events and boards.
 * @see https://docs.gitlab.com/api/rest/ and GitLab's OpenAPI (`APIEntities…`)
 */
import { projectAddress } from '#sandbox/addresses.ts';
import { targetOf } from '#sandbox/note-access.ts';
import { fullPathOf, groupById, userById } from '#sandbox/reading.ts';
import { findLabelById } from '#sandbox/records.ts';
import type { Thread } from '#sandbox/threads.ts';
import { isIndividual, isResolvable } from '#sandbox/threads.ts';
import type {
  AccessLevel,
  Board,
  BoardList,
  Group,
  Label,
  Note,
  Project,
  ResourceEvent,
  User,
  World,
} from '#sandbox/world.ts';

/** Memberships and accounts have no history in the stand-in. */
const LONG_AGO = '2026-01-01T00:00:00.000Z';

export function showUser(world: World, user: User): object {
  return {
    id: user.id,
    username: user.username,
    public_email: null,
    name: user.name,
    state: user.state,
    locked: false,
    avatar_url: null,
    web_url: `${world.baseUrl}/${user.username}`,
  };
}

export function showUserById(world: World, id: number | null): object | null {
  return id === null ? null : showUser(world, userById(world, id));
}

/** `GET /user`: the person behind the token. */
export function showCurrentUser(world: World, user: User): object {
  return {
    ...showUser(world, user),
    created_at: LONG_AGO,
    bio: '',
    location: '',
    bot: user.bot,
    job_title: '',
    work_information: null,
    email: `${user.username}@example.com`,
    two_factor_enabled: false,
    external: false,
    private_profile: false,
    can_create_group: !user.bot,
    can_create_project: !user.bot,
  };
}

export function showMember(world: World, user: User, level: AccessLevel): object {
  return {
    ...showUser(world, user),
    access_level: level,
    created_at: LONG_AGO,
    expires_at: null,
    membership_state: 'active',
  };
}

export function showGroup(world: World, group: Group): object {
  return {
    id: group.id,
    web_url: `${world.baseUrl}/groups/${group.path}`,
    name: group.name,
    path: group.path,
    description: '',
    visibility: group.visibility,
    full_name: group.name,
    full_path: group.path,
    parent_id: null,
    created_at: LONG_AGO,
    archived: group.archived ?? false,
    marked_for_deletion_on: group.deletionOn ?? null,
    emails_disabled: group.emailsEnabled === false,
    emails_enabled: group.emailsEnabled ?? true,
  };
}

function variablesRole(role: Project['pipelineVariablesRole']): string {
  if (role === null) return 'no_one_allowed';
  if (role === 50) return 'owner';
  return role === 40 ? 'maintainer' : 'developer';
}

export function showProject(world: World, project: Project): object {
  const group = groupById(world, project.groupId);
  return {
    id: project.id,
    description: null,
    name: project.name,
    name_with_namespace: `${group.name} / ${project.name}`,
    path: project.path,
    path_with_namespace: fullPathOf(world, project),
    created_at: LONG_AGO,
    default_branch: project.defaultBranch === undefined ? 'main' : project.defaultBranch,
    web_url: projectAddress(world, project),
    archived: project.archived ?? false,
    marked_for_deletion_on: project.deletionOn ?? null,
    emails_disabled: project.emailsEnabled === false,
    emails_enabled: project.emailsEnabled ?? true,
    issues_enabled: project.issuesAccessLevel !== 'disabled',
    auto_cancel_pending_pipelines: project.autoCancel ?? 'enabled',
    ci_pipeline_variables_minimum_override_role: variablesRole(project.pipelineVariablesRole),
    issues_access_level: project.issuesAccessLevel ?? 'enabled',
    visibility: group.visibility,
    open_issues_count: world.issues.filter((it) => it.projectId === project.id && it.state === 'opened')
      .length,
    namespace: {
      id: group.id,
      name: group.name,
      path: group.path,
      kind: 'group',
      full_path: group.path,
      parent_id: null,
      web_url: `${world.baseUrl}/groups/${group.path}`,
    },
  };
}

export function showLabelBasic(label: Label): object {
  return {
    id: label.id,
    name: label.name,
    description: label.description,
    description_html: label.description ?? '',
    text_color: textColor(label.color),
    color: label.color,
    archived: false,
  };
}

/** White on dark, near-black on light. */
function textColor(color: string): string {
  const [red = 0, green = 0, blue = 0] = (color.slice(1).match(/../gu) ?? []).map((part) =>
    Number.parseInt(part, 16),
  );
  return (red * 299 + green * 587 + blue * 114) / 1000 > 140 ? '#1F1E24' : '#FFFFFF';
}

/** `counts` adds how many issues carry the label; GitLab leaves the counts out unless asked for. */
export function showLabel(
  world: World,
  label: Label,
  options: { readonly project: boolean; readonly counts: boolean },
): object {
  const carrying = options.counts ? world.issues.filter((it) => it.labelIds.includes(label.id)) : [];
  return {
    ...showLabelBasic(label),
    ...(options.counts
      ? {
          open_issues_count: carrying.filter((it) => it.state === 'opened').length,
          closed_issues_count: carrying.filter((it) => it.state === 'closed').length,
          open_merge_requests_count: 0,
        }
      : {}),
    subscribed: false,
    ...(options.project ? { priority: null, is_project_label: label.projectId !== null } : {}),
  };
}

/** @see lib/api/entities/note.rb: only issues (and merge requests) have a `noteable_iid` */
export function showNote(world: World, note: Note): Record<string, unknown> {
  const target = targetOf({ world }, note);
  return {
    id: note.id,
    type: note.threaded === true ? 'DiscussionNote' : null,
    body: note.body,
    attachment: null,
    author: showUserById(world, note.authorId),
    created_at: note.createdAt,
    updated_at: note.updatedAt,
    system: note.system,
    noteable_id: target.id,
    noteable_type: target.kind === 'issue' ? 'Issue' : 'Epic',
    project_id: target.kind === 'issue' ? target.projectId : null,
    ...resolution(world, note),
    confidential: note.internal ?? false,
    internal: note.internal ?? false,
    imported: false,
    imported_from: 'none',
    noteable_iid: target.kind === 'issue' ? target.iid : null,
    commands_changes: {},
  };
}

function resolution(world: World, note: Note): object {
  if (!isResolvable(note)) return { resolvable: false };
  return {
    resolvable: true,
    resolved: note.resolvedAt !== undefined,
    resolved_by: showUserById(world, note.resolvedById ?? null),
    resolved_at: note.resolvedAt ?? null,
  };
}

/** @see lib/api/entities/discussion.rb */
export function showThread(world: World, thread: Thread): object {
  return {
    id: thread.id,
    individual_note: isIndividual(thread),
    notes: thread.notes.map((note) => showNote(world, note)),
  };
}

/**
 * A state or label event. A label event keeps the label's id: it shows the label as it is called now, and `null` once
 * the label is deleted.
 *
 * @see lib/api/entities/resource_label_event.rb, app/models/resource_label_event.rb ("label_id could be nullified on label delete")
 */
export function showEvent(world: World, event: ResourceEvent): object {
  const { change, target } = event;
  const common = {
    id: event.id,
    user: showUserById(world, event.userId),
    created_at: event.createdAt,
    resource_type: target.kind === 'issue' ? 'Issue' : 'Epic',
    resource_id: target.id,
  };
  if (change.kind === 'state') {
    return { ...common, source_commit: null, source_merge_request_id: null, state: change.state };
  }
  const label = findLabelById(world, change.labelId);
  return { ...common, label: label === undefined ? null : showLabelBasic(label), action: change.action };
}

export function showBoard(world: World, board: Board): object {
  return {
    id: board.id,
    name: board.name,
    hide_backlog_list: false,
    hide_closed_list: false,
    project: null,
    lists: board.lists.map((list) => showBoardList(world, list)),
    group: showGroup(world, groupById(world, board.groupId)),
    milestone: null,
    assignee: null,
    labels: [],
    weight: null,
  };
}

export function showBoardList(world: World, list: BoardList): object {
  const label = findLabelById(world, list.labelId);
  return {
    id: list.id,
    label: label === undefined ? null : showLabelBasic(label),
    position: list.position,
    max_issue_count: 0,
    max_issue_weight: 0,
    limit_metric: null,
  };
}

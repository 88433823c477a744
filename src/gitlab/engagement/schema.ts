/**
 * The fields we read from GitLab's answers, and nothing else: what GitLab adds or drops elsewhere does not
 * concern us. Each schema ends in the plain type of the domain, most of them of `#domain/engagement/state.ts`.
 *
 * @see https://docs.gitlab.com/api/issues/
 * @see https://docs.gitlab.com/api/epics/
 */
import { z } from 'zod';
import type {
  ActualEpic,
  ActualIssue,
  ActualNote,
  ActualThread,
  ActualUser,
  OwnUser,
} from '#domain/engagement/state.ts';
import type { LabelEvent } from '#domain/rulings/label-approval.ts';
import { Instant } from '#gitlab/http/answer.ts';
import type { ActualLink } from '#ports/gitlab.ts';

/** Person or bot. */
export const User = z.object({ id: z.int(), username: z.string() }) satisfies z.ZodType<ActualUser>;

/** Users of access tokens, where `bot` is not told. @see https://docs.gitlab.com/user/group/settings/group_access_tokens/#bot-users-for-groups */
const BOT_USERNAME = /^(?:group|project)_\d+_bot/;

/**
 * The user behind the token. `bot` covers access tokens and service accounts.
 *
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/models/concerns/has_user_type.rb
 */
export const CurrentUser = User.extend({ bot: z.boolean().nullish() }).transform(
  ({ id, username, bot }): OwnUser => ({ id, username, isBot: bot ?? BOT_USERNAME.test(username) }),
);

const Item = z.object({
  id: z.int(),
  iid: z.int(),
  title: z.string(),
  description: z.string().nullish(),
  state: z.enum(['opened', 'closed']),
  labels: z.array(z.string()),
  web_url: z.string(),
  references: z.object({ full: z.string() }),
  author: User,
  created_at: Instant,
  updated_at: Instant,
  closed_at: Instant.nullish(),
});

function toItem(item: z.infer<typeof Item>): Omit<ActualEpic, 'kind' | 'confidential' | 'tracking'> {
  return {
    id: item.id,
    iid: item.iid,
    title: item.title,
    description: item.description ?? '',
    state: item.state,
    labels: item.labels,
    url: item.web_url,
    reference: item.references.full,
    author: item.author,
    createdAt: item.created_at,
    updatedAt: item.updated_at,
    closedAt: item.closed_at ?? null,
  };
}

/** Epic of a group. */
export const Epic = Item.extend({ confidential: z.boolean().nullish() }).transform(
  (epic): ActualEpic => ({
    kind: 'epic',
    ...toItem(epic),
    confidential: epic.confidential ?? false,
    tracking: null,
  }),
);

/** Issue of a project. */
export const Issue = Item.extend({
  project_id: z.int(),
  assignees: z.array(User).nullish(),
  due_date: z.string().nullish(),
  /** Premium; only the id, because the rest of it is a copy. */
  epic: z.object({ id: z.int() }).nullish(),
  confidential: z.boolean().nullish(),
  blocking_issues_count: z.int().nullish(),
  closed_by: User.nullish(),
  time_stats: z.object({ total_time_spent: z.number() }).nullish(),
  user_notes_count: z.int().nullish(),
  moved_to_id: z.int().nullish(),
}).transform(
  (issue): ActualIssue => ({
    kind: 'issue',
    ...toItem(issue),
    projectId: issue.project_id,
    assignees: issue.assignees ?? [],
    dueDate: issue.due_date ?? null,
    epicId: issue.epic?.id ?? null,
    confidential: issue.confidential ?? false,
    blockingCount: issue.blocking_issues_count ?? null,
    closedBy: issue.closed_by ?? null,
    timeSpentSeconds: issue.time_stats?.total_time_spent ?? 0,
    notesCount: issue.user_notes_count ?? null,
    movedToId: issue.moved_to_id ?? null,
  }),
);

/** Note on an epic, an issue or a merge request. */
export const Note = z
  .object({
    id: z.int(),
    author: User,
    body: z.string(),
    system: z.boolean(),
    // `confidential` is its name before GitLab 15.3.
    internal: z.boolean().nullish(),
    confidential: z.boolean().nullish(),
    created_at: Instant,
    updated_at: Instant.nullish(),
  })
  .transform(
    ({ id, author, body, system, internal, confidential, created_at, updated_at }): ActualNote => ({
      id,
      author,
      body,
      system,
      internal: internal ?? confidential ?? false,
      createdAt: created_at,
      updatedAt: updated_at ?? created_at,
    }),
  );

/** Thread of an issue; a plain comment is one of one note. @see https://docs.gitlab.com/api/discussions/ */
export const Thread = z
  .object({ id: z.string(), notes: z.array(Note) })
  .transform(({ id, notes }): ActualThread => ({ id, notes: notes.filter(({ system }) => !system) }));

/**
 * Entry of the record of label changes. A deleted user or label is `null`.
 *
 * @see https://docs.gitlab.com/api/resource_label_events/
 */
export const LabelChange = z
  .object({
    id: z.int(),
    user: User.nullable(),
    label: z.object({ id: z.int(), name: z.string() }).nullable(),
    action: z.enum(['add', 'remove']),
    created_at: Instant,
  })
  .transform(
    ({ id, user, label, action, created_at }): LabelEvent => ({
      id,
      user,
      label: label?.name ?? null,
      labelId: label?.id ?? null,
      action,
      createdAt: created_at,
    }),
  );

/** Entry of the list of links: the issue on the other side, and the type as the asked issue sees that link. */
export const Link = z
  .object({
    id: z.int(),
    issue_link_id: z.int(),
    link_type: z.enum(['relates_to', 'blocks', 'is_blocked_by']),
  })
  .transform(
    ({ id, issue_link_id, link_type }): ActualLink => ({
      linkId: issue_link_id,
      type: link_type,
      issueId: id,
    }),
  );

/** Emoji reaction to a note. */
export const Reaction = z.object({ name: z.string(), user: User });

/** Membership, direct or inherited. */
export const Member = z.object({ id: z.int(), access_level: z.int() });

/** Label of a group. */
export const Label = z.object({ id: z.int(), name: z.string(), description: z.string().nullish() });

/** The fields we read of tokens, groups, projects, labels, boards and schedules. */
import { z } from 'zod';
import type {
  ActualBranch,
  ActualGroup,
  ActualProject,
  ActualSchedule,
  ActualToken,
  TokenUser,
} from '#domain/setup/installation.ts';
import { Instant } from '#gitlab/http/answer.ts';

/** @see https://docs.gitlab.com/api/personal_access_tokens/#self-inform */
export const OwnToken = z
  .object({ scopes: z.array(z.string()), expires_at: z.string().nullish() })
  .transform((token): ActualToken => ({ scopes: token.scopes, expiresOn: token.expires_at ?? null }));

/** `GET /user`. An administrator may do everything without being a member. */
export const UserOfToken = z
  .object({
    id: z.int(),
    username: z.string(),
    bot: z.boolean().nullish(),
    is_admin: z.boolean().nullish(),
  })
  .transform(({ id, username, bot, is_admin }) => ({
    user: { id, username, bot: bot ?? null } satisfies TokenUser,
    isAdmin: is_admin ?? false,
  }));

const Place = z.object({
  id: z.int(),
  web_url: z.string(),
  archived: z.boolean().nullish(),
  marked_for_deletion_on: z.string().nullish(),
  /** Since 16.5; before only the opposite. */
  emails_enabled: z.boolean().nullish(),
  emails_disabled: z.boolean().nullish(),
});

function toPlace(place: z.infer<typeof Place>, path: string): ActualGroup {
  return {
    id: place.id,
    path,
    url: place.web_url,
    archived: place.archived ?? false,
    deletionOn: place.marked_for_deletion_on ?? null,
    emailsEnabled: place.emails_enabled ?? place.emails_disabled !== true,
  };
}

/** `GET /groups/:id`. @see https://docs.gitlab.com/api/groups/ */
export const OwnGroup = Place.extend({ full_path: z.string() }).transform(
  (group): ActualGroup => toPlace(group, group.full_path),
);

/** `GET /projects/:id`. @see https://docs.gitlab.com/api/projects/ */
export const OwnProject = Place.extend({
  path_with_namespace: z.string(),
  default_branch: z.string().nullish(),
  issues_enabled: z.boolean().nullish(),
  auto_cancel_pending_pipelines: z.string().nullish(),
  ci_pipeline_variables_minimum_override_role: z.string().nullish(),
  issues_access_level: z.enum(['enabled', 'private', 'disabled']).nullish(),
}).transform((project): ActualProject => {
  const level = project.issues_access_level ?? 'enabled';
  return {
    ...toPlace(project, project.path_with_namespace),
    issues: project.issues_enabled === false ? 'disabled' : level,
    defaultBranch: project.default_branch ?? null,
    autoCancel:
      project.auto_cancel_pending_pipelines == null
        ? null
        : project.auto_cancel_pending_pipelines === 'enabled',
    variablesRole: project.ci_pipeline_variables_minimum_override_role ?? null,
  };
});

/** `GET /projects/:id/repository/branches/:branch`. @see https://docs.gitlab.com/api/branches/#get-single-repository-branch */
export const OwnBranch = z
  .object({
    protected: z.boolean(),
    developers_can_push: z.boolean().nullish(),
    developers_can_merge: z.boolean().nullish(),
  })
  .transform(
    (branch): ActualBranch => ({
      protected: branch.protected,
      forDevelopers: branch.developers_can_push === true || branch.developers_can_merge === true,
    }),
  );

/** User in `GET /users?username=`. @see https://docs.gitlab.com/api/users/ */
export const Account = z.object({ id: z.int(), username: z.string(), state: z.string() });

/** Label in `GET /groups/:id/labels`. */
export const LabelInGroup = z.object({
  id: z.int(),
  name: z.string(),
  color: z.string(),
  description: z.string().nullish(),
});
export type LabelInGroup = z.infer<typeof LabelInGroup>;

/** Board in `GET /groups/:id/boards`. */
export const BoardInGroup = z.object({
  id: z.int(),
  name: z.string(),
  lists: z
    .array(
      z.object({ id: z.int(), position: z.int().nullish(), label: z.object({ name: z.string() }).nullish() }),
    )
    .nullish(),
});
export type BoardInGroup = z.infer<typeof BoardInGroup>;

/** Answer to a new list of a board. */
export const ListOfBoard = z.object({ id: z.int() });

/**
 * Schedule in `GET /projects/:id/pipeline_schedules`. Only the answer for one tells the last pipeline.
 *
 * @see https://docs.gitlab.com/api/pipeline_schedules/
 */
export const Schedule = z
  .object({
    id: z.int(),
    description: z.string().nullish(),
    ref: z.string(),
    cron: z.string(),
    active: z.boolean(),
    owner: Account.nullish(),
    created_at: Instant,
    last_pipeline: z
      .object({ status: z.string(), created_at: Instant, web_url: z.string().nullish() })
      .nullish(),
  })
  .transform(
    (schedule): ActualSchedule => ({
      id: schedule.id,
      description: schedule.description ?? '',
      ref: schedule.ref.replace(/^refs\/(heads|tags)\//, ''),
      cron: schedule.cron,
      active: schedule.active,
      owner: schedule.owner ?? null,
      ownerLevel: null,
      createdAt: schedule.created_at,
      lastPipeline:
        schedule.last_pipeline === null || schedule.last_pipeline === undefined
          ? null
          : {
              status: schedule.last_pipeline.status,
              createdAt: schedule.last_pipeline.created_at,
              url: schedule.last_pipeline.web_url ?? null,
            },
    }),
  );

/** `GET /metadata`. */
export const Version = z.object({ version: z.string() });

/** Webhook, as far as its address. */
export const HookAddress = z.object({ url: z.string() });

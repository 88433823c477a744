/**
 * The state of the GitLab stand-in: plain mutable records, as a database would hold them.
 * Only `operations.ts` and the seed change it; the API, the pages and the tests read it.
 */

export type Tier = 'free' | 'premium' | 'ultimate';
/** GitLab's access levels. */
export type AccessLevel = 10 | 15 | 20 | 30 | 40 | 50;
export type State = 'opened' | 'closed';

export interface User {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly bot: boolean;
  state: 'active' | 'blocked';
}

export interface Token {
  readonly value: string;
  readonly userId: number;
  readonly scopes: readonly string[];
  expiresOn: string | null;
  /** Rotating revokes the token that was used. */
  revoked?: boolean;
}

export interface Group {
  readonly id: number;
  readonly path: string;
  readonly name: string;
  readonly visibility: 'private' | 'public';
  /** user id → access level; direct members, inherited by the group's projects. */
  readonly members: Map<number, AccessLevel>;
  archived?: boolean;
  /** `YYYY-MM-DD` of a group that somebody has deleted and that is not gone yet. */
  deletionOn?: string;
  emailsEnabled?: boolean;
}

export interface Project {
  readonly id: number;
  readonly groupId: number;
  readonly path: string;
  readonly name: string;
  readonly members: Map<number, AccessLevel>;
  nextIid: number;
  archived?: boolean;
  deletionOn?: string;
  emailsEnabled?: boolean;
  issuesAccessLevel?: 'enabled' | 'private' | 'disabled';
  /** Who may give variables to a pipeline; Developers when not given, `null`: nobody. */
  pipelineVariablesRole?: AccessLevel | null;
  /** What the configuration of its pipelines declares: names of inputs, and `workflow:name`; nothing when not given. */
  pipeline?: { readonly inputs?: readonly string[]; readonly name?: string };
  /** Whether a newer pipeline cancels those of older commits that still wait; as GitLab has it when not given. */
  autoCancel?: 'enabled' | 'disabled';
  /** Who beside Maintainers may do what on the protected default branch; it is not protected when not given. */
  protection?: { readonly developersCanPush: boolean; readonly developersCanMerge: boolean };
  /** `null` while the repository is empty; `main` when not given. */
  defaultBranch?: string | null;
  /** Texts of the files on the default branch, by path; none when not given. */
  files?: ReadonlyMap<string, string>;
}

export interface Label {
  readonly id: number;
  /** Exactly one of the two owners is set. */
  readonly groupId: number | null;
  readonly projectId: number | null;
  name: string;
  color: string;
  description: string | null;
}

/** What epics and issues share. `labelIds` keeps insertion order. */
export interface Workable {
  readonly id: number;
  readonly iid: number;
  readonly authorId: number;
  readonly createdAt: string;
  title: string;
  description: string;
  state: State;
  labelIds: number[];
  confidential: boolean;
  updatedAt: string;
  closedAt: string | null;
  closedById: number | null;
}

export interface Epic extends Workable {
  readonly kind: 'epic';
  readonly groupId: number;
  readonly workItemId: number;
  startDate: string | null;
  dueDate: string | null;
}

export interface Issue extends Workable {
  readonly kind: 'issue';
  readonly projectId: number;
  assigneeIds: number[];
  dueDate: string | null;
  weight: number | null;
  epicId: number | null;
  epicIssueId: number | null;
  /** Position among the epic's issues, ascending; kept while `epicId` is set. */
  epicPosition?: number;
  /** Position on boards and in lists sorted by hand, ascending, one sequence per group. */
  relativePosition?: number;
  discussionLocked?: boolean;
  timeEstimateSeconds?: number;
  timeSpentSeconds?: number;
  /** Global id of the issue that took its place in another project. */
  movedToId?: number;
}

export interface Note {
  readonly id: number;
  readonly target: { readonly kind: 'issue' | 'epic'; readonly id: number };
  readonly authorId: number;
  readonly system: boolean;
  /** Internal notes are for Planners and up. */
  readonly internal?: boolean;
  readonly createdAt: string;
  /** The thread it is in; a single comment has one of its own. */
  readonly discussionId: string;
  /** Whether its thread can be replied to as one: GitLab's `DiscussionNote`. The first reply makes a single comment one. */
  threaded?: boolean;
  body: string;
  /** Moves with the text, with every reaction and with the first reply, so it does not tell that the text was edited. */
  updatedAt: string;
  /** Who changed the text last, and when. The author stays the author. */
  lastEdited?: { readonly byId: number; readonly at: string };
  resolvedAt?: string;
  resolvedById?: number;
}

/** A comment on a merge request. Kept apart from {@link Note}: nothing here moves issues or epics. */
export interface MergeRequestNote {
  readonly id: number;
  readonly authorId: number;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
}

export interface MergeRequest {
  readonly id: number;
  readonly iid: number;
  readonly projectId: number;
  readonly authorId: number;
  readonly title: string;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  state: 'opened' | 'closed' | 'merged';
  /** Head of the source branch. */
  sha: string;
  mergeCommitSha: string | null;
  squashCommitSha: string | null;
  readonly notes: MergeRequestNote[];
  /** Quick actions that comments held. They would have been carried out; the stand-in only keeps them. */
  readonly quickActions: string[];
}

/** An emoji reaction to a comment. */
export interface Award {
  readonly id: number;
  readonly noteId: number;
  readonly userId: number;
  readonly name: string;
  readonly createdAt: string;
}

export interface IssueLink {
  readonly id: number;
  readonly sourceId: number;
  readonly targetId: number;
  readonly type: 'relates_to' | 'blocks';
  readonly createdAt: string;
}

/** Ends by global id. */
export interface EpicLink {
  readonly id: number;
  readonly sourceId: number;
  readonly targetId: number;
  readonly type: 'relates_to' | 'blocks';
  readonly createdAt: string;
}

export interface BoardList {
  readonly id: number;
  readonly labelId: number;
  position: number;
}

export interface Board {
  readonly id: number;
  readonly groupId: number;
  name: string;
  readonly lists: BoardList[];
}

export interface Hook {
  readonly id: number;
  readonly groupId: number | null;
  readonly projectId: number | null;
  url: string;
  token: string | null;
  signingToken: string | null;
  issuesEvents: boolean;
  confidentialIssuesEvents: boolean;
  noteEvents: boolean;
  confidentialNoteEvents?: boolean;
  name?: string | null;
  description?: string | null;
  /** Names of further triggers that are on: kept and shown, never fired. */
  otherEvents?: string[];
  customHeaders?: { readonly key: string; readonly value: string }[];
  enableSslVerification: boolean;
  /** Failures in a row; GitLab disables for a while from the 4th on, for good at the 40th. */
  failures: number;
  disabledUntil: string | null;
  readonly createdAt: string;
}

/** A pipeline schedule. No pipeline ever runs here: tests say what came of it. */
export interface PipelineSchedule {
  readonly id: number;
  readonly projectId: number;
  description: string;
  ref: string;
  cron: string;
  cronTimezone: string;
  active: boolean;
  /** `null` when the owner was deleted. */
  ownerId: number | null;
  readonly createdAt: string;
  updatedAt: string;
  lastPipeline: { readonly id: number; readonly status: string; readonly createdAt: string } | null;
}

export type PipelineStatus =
  | 'created'
  | 'pending'
  | 'running'
  | 'manual'
  | 'success'
  | 'failed'
  | 'canceled'
  | 'skipped';

/** A pipeline. Nothing ever runs in it: whoever plays says how it ends. */
export interface Pipeline {
  readonly id: number;
  readonly iid: number;
  readonly projectId: number;
  readonly ref: string;
  readonly userId: number;
  readonly createdAt: string;
  /** What made it: `api` for a request of somebody, `trigger` for a trigger token. */
  readonly source: 'api' | 'trigger' | 'schedule' | 'push' | 'web';
  readonly variables: readonly { readonly key: string; readonly value: string }[];
  /** Values of the inputs of its configuration. */
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  /** As its configuration calls it (`workflow:name`). */
  readonly name: string | null;
  /** Its one job, which ends as the pipeline does unless it says otherwise; `null`: its configuration was refused. */
  readonly job: { readonly id: number; readonly name: string; readonly status?: PipelineStatus } | null;
  status: PipelineStatus;
  updatedAt: string;
  finishedAt: string | null;
}

/** One webhook request that was (or was to be) sent. */
export interface HookDelivery {
  readonly id: number;
  readonly hookId: number;
  readonly idempotencyKey: string;
  readonly trigger: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly url?: string;
  responseStatus: number | null;
  /** What the receiver answered, or the network error. */
  responseBody?: string;
  readonly createdAt: string;
}

/** A person's to-do: GitLab makes one when they are assigned or newly mentioned. */
export interface Todo {
  readonly id: number;
  readonly userId: number;
  readonly authorId: number;
  readonly action: 'assigned' | 'mentioned';
  readonly target: { readonly kind: 'issue' | 'epic'; readonly id: number };
  readonly createdAt: string;
}

/** Resource state and label events, as `GET …/resource_state_events` and `…/resource_label_events` show them. */
export interface ResourceEvent {
  readonly id: number;
  readonly userId: number;
  readonly target: { readonly kind: 'issue' | 'epic'; readonly id: number };
  readonly createdAt: string;
  readonly change:
    | { readonly kind: 'state'; readonly state: 'closed' | 'reopened' }
    | { readonly kind: 'label'; readonly action: 'add' | 'remove'; readonly labelId: number };
}

export interface World {
  tier: Tier;
  /** `19.6.0-ee` */
  version: string;
  readonly baseUrl: string;
  readonly users: User[];
  readonly tokens: Token[];
  readonly groups: Group[];
  readonly projects: Project[];
  readonly labels: Label[];
  readonly epics: Epic[];
  readonly issues: Issue[];
  readonly notes: Note[];
  readonly mergeRequests: MergeRequest[];
  readonly awards: Award[];
  readonly links: IssueLink[];
  /** Relations between epics; of `links` the ends are issues. */
  readonly epicLinks: EpicLink[];
  readonly boards: Board[];
  readonly hooks: Hook[];
  readonly schedules: PipelineSchedule[];
  readonly pipelines: Pipeline[];
  readonly deliveries: HookDelivery[];
  readonly todos: Todo[];
  readonly events: ResourceEvent[];
  /** Next ids, one sequence per table: GitLab's issue ids and epic ids come from different sequences. */
  readonly nextId: Record<string, number>;
  /** Epic iids, one sequence per group. */
  readonly nextEpicIid: Map<number, number>;
}

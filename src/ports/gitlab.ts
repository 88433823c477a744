import type { AppError } from '#domain/base/errors.ts';
import type { EngagementKey, SubjectKind } from '#domain/base/keys.ts';
import type { KnownEngagements } from '#domain/engagement/known.ts';
import type {
  ActualEpic,
  ActualIssue,
  ActualNote,
  ActualState,
  ActualThread,
  ActualUser,
  Capabilities,
  HolderKind,
  OwnUser,
} from '#domain/engagement/state.ts';
import type { LabelEvent } from '#domain/rulings/label-approval.ts';
import type { ActualPipeline, StartedPipeline } from '#domain/rulings/pipeline-run.ts';
import type { PipelineInputs, PipelineVariable } from '#domain/rulings/pipeline-variables.ts';

/** A link between two issues, seen from the issue that was asked. */
export interface ActualLink {
  readonly linkId: number;
  readonly type: 'relates_to' | 'blocks' | 'is_blocked_by';
  /** Global id of the issue on the other side. */
  readonly issueId: number;
}

/** Engagements from one bulk read, to be gone through once: thousands of them are not in memory at the same time. */
export interface ActualStates extends Iterable<ActualState> {
  readonly length: number;
  /** Engagements that are over and were not looked at. Missing: none. */
  readonly leftOut?: readonly EngagementKey[];
}

/** What {@link GitLabReader.readAll} reads. */
export interface ReadAllOptions {
  /** Only what changed since. ISO 8601. */
  readonly updatedAfter?: string;
  /** Everything but what is over and has not changed since. Everything after all where the label of one that is known brings no epic. */
  readonly known?: KnownEngagements;
  /** Told why a place could not be read, of which nothing is among the states then. */
  readonly onUnread?: (error: AppError) => void;
}

/**
 * Reads GitLab. Lists are all or nothing: a page that fails fails the read, because a partial list
 * would make the reconciler re-create what it did not see.
 */
export interface GitLabReader {
  /** What this GitLab offers. Learned with the first read of epics, so that it costs none of its own. */
  readCapabilities(): Promise<Capabilities>;
  /**
   * The epics and issues that carry the engagement's label; the issues only when there is an epic, when there cannot be
   * one, or when `always` is set.
   */
  readEngagement(engagement: EngagementKey, options?: { readonly always?: boolean }): Promise<ActualState>;
  /**
   * Everything that names an engagement, by label or marker, or is the epic of what does, with one pass over the group,
   * or less of it. Not all of it need be ours. Where there are several places and one cannot be read, the read fails,
   * unless somebody wants to be told with `onUnread` and go on with the others.
   */
  readAll(options?: ReadAllOptions): Promise<ActualStates>;
  /** The issues in an epic, whatever their labels and project. Not all of them need be ours. */
  readEpicIssues(epic: ActualEpic): Promise<readonly ActualIssue[]>;
  /** Epics and issues as they stand now, in one list where they are in one project. Those that are gone are left out. */
  readNow(items: readonly (ActualEpic | ActualIssue)[]): Promise<readonly (ActualEpic | ActualIssue)[]>;
  /**
   * The epics marked as this engagement's, whatever their labels, and those with the given global ids. Reads every epic of the group: only for when one must be there.
   */
  findEpics(engagement: EngagementKey, ids?: ReadonlySet<number>): Promise<readonly ActualEpic[]>;
  /** All notes of an epic or issue, oldest first, without system notes. */
  readNotes(target: ActualEpic | ActualIssue): Promise<readonly ActualNote[]>;
  /** Threads of an issue, single comments among them, oldest first, without system notes. */
  readThreads(issue: ActualIssue): Promise<readonly ActualThread[]>;
  readLinks(issue: ActualIssue): Promise<readonly ActualLink[]>;
  /** Who set and took off which label, oldest first. */
  readLabelEvents(issue: ActualIssue): Promise<readonly LabelEvent[]>;
  /** Names of all labels of the group. Kept for the life of the reader and extended by {@link GitLabWriter.createLabel}; `anew` reads them again. */
  readLabels(options?: { readonly anew?: boolean }): Promise<ReadonlySet<string>>;
  /** Engagements whose label, as a launch makes it, is in the group: each was there once. From the labels kept. */
  readLaunched(): Promise<readonly EngagementKey[]>;
  /** Ids of the labels of the group by name, from the same list as {@link readLabels}. Labels that we have made ourselves since are not among them. */
  readLabelIds(options?: { readonly anew?: boolean }): Promise<ReadonlyMap<string, number>>;
  /** The user behind the token. Kept for the life of the reader. */
  whoAmI(): Promise<OwnUser>;
  /** Access level of a user in the project, inherited ones included (10 Guest, 15 Planner, 20 Reporter, …); `null` for somebody who is no member. */
  readAccessLevel(userId: number): Promise<number | null>;
  /** The member of the project with this username, inherited ones included; `null` when there is none (yet). Who is one is kept for the life of the reader. */
  findMember(username: string): Promise<ActualUser | null>;
  /** `null` when there is no such pipeline, or we may not see it. @param project its full path */
  readPipeline(project: string, id: number): Promise<ActualPipeline | null>;
}

/** A pipeline to be started, known by its variable `PROCESSION_RUN`, or by its name where it has inputs alone. */
export interface NewPipeline {
  /** Full path of its project. */
  readonly project: string;
  readonly ref: string;
  /** What makes it known: `SOW-1042/provision/1`. */
  readonly run: string;
  readonly variables: readonly PipelineVariable[];
  /** `null`: none. */
  readonly inputs: PipelineInputs | null;
  /** None of this run is older. ISO 8601. */
  readonly since: string;
}

export interface NewLabel {
  readonly name: string;
  /** `#RRGGBB` */
  readonly color: string;
  readonly description: string;
}

export interface NewEpic {
  /** A tracking issue takes no start date. */
  readonly holder: HolderKind;
  readonly title: string;
  readonly description: string;
  readonly labels: readonly string[];
  readonly startDate: string | null;
  readonly dueDate: string | null;
  readonly confidential: boolean;
}

export interface NewIssue {
  readonly title: string;
  readonly description: string;
  readonly labels: readonly string[];
  readonly assigneeIds: readonly number[];
  readonly dueDate: string | null;
  /** `null`: in no epic. */
  readonly epicId: number | null;
  readonly confidential: boolean;
}

/** Where an issue is to stand among the children of its epic. */
export interface Place {
  readonly issue: ActualIssue;
  /** Right behind this one. */
  readonly after: ActualIssue;
}

/** A change to an epic or issue; only what is given is sent, in one request. */
export interface ItemChanges {
  readonly title?: string;
  /** As a function: asked right before every try to send it, after all waits. */
  readonly description?: string | (() => Promise<string>);
  readonly addLabels?: readonly string[];
  readonly removeLabels?: readonly string[];
  readonly state?: 'opened' | 'closed';
  /** Issues only. */
  readonly assigneeIds?: readonly number[];
  /** `YYYY-MM-DD`. */
  readonly dueDate?: string;
  /** Epics only: `YYYY-MM-DD`. */
  readonly startDate?: string;
  /** Issues only: global id of the epic. */
  readonly epicId?: number;
  /** Nothing is ever opened to everybody. An epic takes it when everything in it is confidential. */
  readonly confidential?: true;
}

/**
 * Writes GitLab. Every call is safe to repeat: a write whose answer was lost is looked up (by marker or
 * content) before it is sent again, and the state that came back is checked, not assumed.
 *
 * @throws GitLabUnavailableError, GitLabRateLimitedError, GitLabRefusedError, GitLabConflictError, UnexpectedResponseError
 */
export interface GitLabWriter {
  /** `existed` when another writer or a person made it first. */
  createLabel(label: NewLabel): Promise<'created' | 'existed'>;
  createEpic(epic: NewEpic): Promise<ActualEpic>;
  createIssue(issue: NewIssue): Promise<ActualIssue>;
  updateEpic(epic: ActualEpic, changes: ItemChanges): Promise<ActualEpic>;
  updateIssue(issue: ActualIssue, changes: ItemChanges): Promise<ActualIssue>;
  /** Links so that GitLab shows `blocked` as blocked by `blocker`. An existing such link is left alone; a plain relation between the two is replaced. */
  linkBlocks(blocker: ActualIssue, blocked: ActualIssue): Promise<'created' | 'existed'>;
  /** Takes away that one issue blocks another; any other relation between the two is left alone. */
  unlinkBlocks(blocker: ActualIssue, blocked: ActualIssue): Promise<'removed' | 'absent'>;
  /** Relates a step's issue to its tracking issue. Any relation between the two is left alone; `refused`: GitLab takes no more of them. */
  linkRelated(epic: ActualEpic, issue: ActualIssue): Promise<'created' | 'existed' | 'refused'>;
  /**
   * Relates an epic to another, of whatever group, or a tracking issue to another; asked for once. `refused`: this GitLab
   * does not relate epics (below Ultimate), the other one is not seen, or the answer was lost.
   *
   * @param reference of the other: `services&7`, or of a tracking issue `services/engagements#7`
   */
  relateEpics(epic: ActualEpic, reference: string): Promise<'created' | 'existed' | 'refused'>;
  /** Moves children of an epic to their places, one after the other; what stands there is left alone. `refused`: GitLab let some stay where they were. */
  placeInEpic(epic: ActualEpic, places: readonly Place[]): Promise<'placed' | 'refused'>;
  /** @param internal only members from Planner on can read it */
  createNote(target: ActualEpic | ActualIssue, body: string, internal?: boolean): Promise<ActualNote>;
  updateNote(
    target: ActualEpic | ActualIssue,
    note: Pick<ActualNote, 'id'>,
    body: string,
  ): Promise<ActualNote>;
  /** Opens a thread. @param body begins with a line that no other thread of the issue begins with */
  openThread(issue: ActualIssue, body: string): Promise<ActualThread>;
  /** Deletes a note of ours; one that is gone already is as wanted. */
  deleteNote(target: ActualEpic | ActualIssue, note: Pick<ActualNote, 'id'>): Promise<void>;
  /** Reacts to a comment on an issue; a reaction that is there already is left alone. @param emoji name without colons */
  react(issue: ActualIssue, noteId: number, emoji: string): Promise<void>;
  /** Starts the pipeline of a run, or finds the one that was started for it. That GitLab refuses is an outcome: the rest of the engagement goes on. */
  startPipeline(pipeline: NewPipeline): Promise<StartedPipeline>;
}

/** One group and one project, and what may be done there. */
export type GitLab = GitLabReader & GitLabWriter;

/** What can be asked without naming a place. */
type Anywhere = Pick<GitLabReader, 'readEngagement' | 'readAll' | 'readLaunched' | 'whoAmI'>;

/** A GitLab in which deals live elsewhere than what comes of them, because others may see them. */
export interface SplitGitLab extends Anywhere {
  readonly bySubject: Readonly<Record<SubjectKind, GitLab>>;
}

/** Where engagements live: all in one place, or those of each subject in one of their own. */
export type Places = GitLab | SplitGitLab;

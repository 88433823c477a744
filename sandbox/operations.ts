/**
 * What can be done in the stand-in, once for the API and for the pages: permissions, quick actions,
 * scoped labels, system notes, to-dos, events and webhooks all happen here.
 */
import type {
  Epic,
  Issue,
  IssueLink,
  Note,
  Pipeline,
  PipelineStatus,
  Project,
  State,
  User,
} from './world.ts';

/** A refusal as GitLab words it: the HTTP status and the JSON body it would send. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    super(`${status} ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
  }
}

export interface TimeChanges {
  /** Seconds; 0 takes the estimate away. */
  readonly timeEstimate?: number;
  /** Seconds more, or less; 0 sets the total to zero. */
  readonly timeSpent?: number;
}

export interface IssueChanges extends TimeChanges {
  readonly title?: string;
  readonly description?: string;
  /** Replaces all labels. */
  readonly labels?: readonly string[];
  readonly addLabels?: readonly string[];
  readonly removeLabels?: readonly string[];
  readonly stateEvent?: 'close' | 'reopen';
  readonly assigneeIds?: readonly number[];
  readonly dueDate?: string | null;
  readonly weight?: number | null;
  /** Global id of the epic; 0 or null takes the issue out of its epic. */
  readonly epicId?: number | null;
  readonly confidential?: boolean;
  readonly discussionLocked?: boolean;
}

export interface EpicChanges {
  readonly title?: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  readonly addLabels?: readonly string[];
  readonly removeLabels?: readonly string[];
  readonly stateEvent?: 'close' | 'reopen';
  readonly startDate?: string | null;
  readonly dueDate?: string | null;
  readonly confidential?: boolean;
}

/** Ids of those between which something is to stand; one is enough. */
export interface NeighbourIds {
  /** Of the one that comes before the moved one, which so lands **after** it. */
  readonly moveBeforeId?: number | undefined;
  /** Of the one that comes after the moved one. */
  readonly moveAfterId?: number | undefined;
}

/** Every write of the stand-in. Each throws {@link Refusal} where GitLab would refuse. */
export interface Operations {
  createIssue(actor: User, projectId: number, fields: IssueChanges & { readonly title: string }): Issue;
  updateIssue(actor: User, issue: Issue, changes: IssueChanges): Issue;
  createEpic(actor: User, groupId: number, fields: EpicChanges & { readonly title: string }): Epic;
  updateEpic(actor: User, epic: Epic, changes: EpicChanges): Epic;
  /** `null` when the note held quick actions only: they ran and no note was kept. */
  createNote(
    actor: User,
    target: Issue | Epic,
    body: string,
    options?: { readonly internal?: boolean },
  ): Note | null;
  /** Replies in the thread of a comment. */
  replyTo(actor: User, target: Issue | Epic, comment: Note, body: string): Note;
  /** `null` when the new text held quick actions only: they ran and the note is gone. */
  updateNote(actor: User, note: Note, body: string): Note | null;
  deleteNote(actor: User, note: Note): void;
  linkIssues(
    actor: User,
    source: Issue,
    target: Issue,
    type: 'relates_to' | 'blocks' | 'is_blocked_by',
  ): IssueLink;
  unlinkIssues(actor: User, link: IssueLink): void;
  /** Moves an issue on its boards, next to issues of the same group; `false` when there is no such neighbour. */
  reorderIssue(actor: User, issue: Issue, neighbours: NeighbourIds): boolean;
  /** Into another project: the new issue; the old one is closed. */
  moveIssue(actor: User, issue: Issue, to: Project): Issue;
  deleteIssue(actor: User, issue: Issue): void;
  /** Its issues are released, not deleted. */
  deleteEpic(actor: User, epic: Epic): void;
  /** Ticks or unticks the nth task-list item (0-based, in document order) of the description, as a click does. */
  toggleTask(actor: User, target: Issue | Epic, index: number, done: boolean): void;
  setState(actor: User, target: Issue | Epic, state: State): void;
  createPipeline(
    actor: User,
    project: Project,
    fields: Pick<Pipeline, 'ref' | 'variables' | 'inputs'>,
  ): Pipeline;
  /** Says how a pipeline goes on: no job ever runs here. */
  setPipeline(actor: User, pipeline: Pipeline, status: PipelineStatus): Pipeline;
}

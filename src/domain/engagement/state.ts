/**
 * What GitLab holds for one engagement, as read. Plain data, already checked by the adapter's schemas;
 * usernames without `@`, instants ISO 8601 in UTC, dates `YYYY-MM-DD`.
 */
import type { EngagementKey, StepKey } from '#domain/base/keys.ts';

/** User of GitLab. */
export interface ActualUser {
  readonly id: number;
  readonly username: string;
}

/** User behind our token. */
export interface OwnUser extends ActualUser {
  /** User of a group or project access token, or a service account: nobody works in GitLab as this user. */
  readonly isBot: boolean;
}

interface ActualItem {
  /** Global id. */
  readonly id: number;
  /** Number in its project (issue) or group (epic). */
  readonly iid: number;
  readonly title: string;
  readonly description: string;
  readonly state: 'opened' | 'closed';
  readonly labels: readonly string[];
  readonly url: string;
  /** Full reference, usable anywhere: `services/engagements#12`, `services&5`. */
  readonly reference: string;
  readonly author: ActualUser;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt: string | null;
}

/**
 * Kind of item that holds an engagement together. GitLab Free has no epics; there an issue of the project stands for
 * one.
 */
export type HolderKind = 'epic' | 'tracking issue';

/** Holder of an engagement: an epic, or the tracking issue that stands for one. */
export interface ActualEpic extends ActualItem {
  readonly kind: 'epic';
  /** Only members from Planner on see it, and everything in it. @see https://docs.gitlab.com/user/group/epics/manage_epics/#make-an-epic-confidential */
  readonly confidential: boolean;
  /** Project of the tracking issue; `null` for an epic. `id` and `iid` are then those of the issue. */
  readonly tracking: { readonly projectId: number } | null;
}

/** Issue of a step, or of a person. */
export interface ActualIssue extends ActualItem {
  readonly kind: 'issue';
  readonly projectId: number;
  readonly assignees: readonly ActualUser[];
  readonly dueDate: string | null;
  /** Global id of the issue's epic. */
  readonly epicId: number | null;
  readonly confidential: boolean;
  /**
   * Number of issues that GitLab counts as blocked by this one; `null` where the tier does not tell. Only ever a
   * hint.
   */
  readonly blockingCount: number | null;
  readonly closedBy: ActualUser | null;
  /** Seconds recorded with GitLab's time tracking. */
  readonly timeSpentSeconds: number;
  /** Number of comments without system notes; `null` where GitLab does not tell. */
  readonly notesCount: number | null;
  /** Global id of the issue that replaced this one in another project; this one is closed then. */
  readonly movedToId: number | null;
}

/** Everything that carries the engagement's label, ours or not: see `identify.ts`. */
export interface ActualState {
  readonly engagement: EngagementKey;
  /** Epics alone: `identify.ts` finds out which of the issues is a tracking issue. */
  readonly epics: readonly ActualEpic[];
  readonly issues: readonly ActualIssue[];
  readonly capabilities: Capabilities;
}

/** Comment of ours or of a person. */
export interface ActualNote {
  readonly id: number;
  readonly author: ActualUser;
  readonly body: string;
  readonly system: boolean;
  /** An internal note: only for members of the project from Planner on. What comes from it stays as hidden. */
  readonly internal: boolean;
  readonly createdAt: string;
  /** Instant of the last edit; that of the writing when nobody edited the comment. */
  readonly updatedAt: string;
}

/** Comments that belong together, the first one before the replies to it. */
export interface ActualThread {
  readonly id: string;
  readonly notes: readonly ActualNote[];
}

/**
 * Features of this GitLab. The plan chooses by them; the adapter never tries a paid call to see.
 *
 * @see https://docs.gitlab.com/subscriptions/choosing_subscription/
 */
export interface Capabilities {
  readonly epics: boolean;
  /** Links that say `blocks`; `relates_to` is everywhere. */
  readonly blockingLinks: boolean;
  /** Webhooks of the group, the only ones that tell of epics. */
  readonly groupHooks: boolean;
  /** Several boards in a group; one is in every tier. */
  readonly groupBoards: boolean;
}

function licensed(premium: boolean): Capabilities {
  return {
    epics: premium,
    blockingLinks: premium,
    groupHooks: premium,
    groupBoards: premium,
  };
}

/** GitLab Free, and the Community Edition. */
export const FREE: Capabilities = licensed(false);
/** Premium and up. */
export const PREMIUM: Capabilities = licensed(true);

/** Place of a note: the epic, or the issue of a step. */
export type NoteTarget = { readonly kind: 'epic' } | { readonly kind: 'step'; readonly step: StepKey };

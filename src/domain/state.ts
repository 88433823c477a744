/**
 * What GitLab holds for one engagement, as read. Plain data, already checked by the adapter's schemas;
 * usernames without `@`, instants ISO 8601 in UTC, dates `YYYY-MM-DD`.
 */
import type { EngagementKey } from './keys.ts';

export interface ActualUser {
  readonly id: number;
  readonly username: string;
}

/** The user behind our token. */
export interface OwnUser extends ActualUser {
  /** Of a group or project access token, or a service account: nobody works in GitLab as this user. */
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

export interface ActualEpic extends ActualItem {
  readonly kind: 'epic';
}

export interface ActualIssue extends ActualItem {
  readonly kind: 'issue';
  readonly projectId: number;
  readonly assignees: readonly ActualUser[];
  readonly dueDate: string | null;
  /** Global id of the epic it belongs to. */
  readonly epicId: number | null;
  readonly confidential: boolean;
  /** How many issues this one blocks as GitLab counts them; `null` where the tier does not tell. Only ever a hint. */
  readonly blockingCount: number | null;
  readonly closedBy: ActualUser | null;
  /** Recorded with GitLab's time tracking. */
  readonly timeSpentSeconds: number;
  /** Comments on it, without system notes; `null` where GitLab does not tell. */
  readonly notesCount: number | null;
}

/** Everything that carries the engagement's label. Not all of it need be ours: see `identify.ts`. */
export interface ActualState {
  readonly engagement: EngagementKey;
  readonly epics: readonly ActualEpic[];
  readonly issues: readonly ActualIssue[];
}

/** A comment of ours or of a person. */
export interface ActualNote {
  readonly id: number;
  readonly author: ActualUser;
  readonly body: string;
  readonly system: boolean;
  readonly createdAt: string;
  /** Later than `createdAt` when it was edited. */
  readonly updatedAt: string;
}

/** What this GitLab offers, probed once. The plan picks; the adapter never tries a paid call to see. */
export interface Capabilities {
  readonly epics: boolean;
  readonly blockingLinks: boolean;
  readonly scopedLabels: boolean;
  readonly multipleAssignees: boolean;
}

export const PREMIUM: Capabilities = {
  epics: true,
  blockingLinks: true,
  scopedLabels: true,
  multipleAssignees: true,
};

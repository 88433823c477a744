/**
 * What GitLab holds of an installation of Procession: token, group, project, labels, boards, webhooks, schedules,
 * people. `setup` compares it with what should be there, `doctor` looks for what is wrong with it.
 */
import { neededRole } from '#domain/base/gitlab-version.ts';
import type { Capabilities } from '#domain/engagement/state.ts';
import type { ActualHook } from './actual-hook.ts';

/** Answer to a request, or GitLab's refusal. */
export type Read<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string };

/** Token that Procession uses, as GitLab has it. */
export interface ActualToken {
  readonly scopes: readonly string[];
  /** `YYYY-MM-DD`; `null`: it does not expire. */
  readonly expiresOn: string | null;
}

/** User behind the token. */
export interface TokenUser {
  readonly id: number;
  readonly username: string;
  /** A bot (access token of a group or project, service account) rather than a person; `null` where GitLab does not tell. */
  readonly bot: boolean | null;
}

/** What group and project have in common. */
interface Place {
  readonly id: number;
  /** Full path. */
  readonly path: string;
  readonly url: string;
  readonly archived: boolean;
  /** `YYYY-MM-DD` when somebody has deleted it and it is not gone yet. */
  readonly deletionOn: string | null;
  readonly emailsEnabled: boolean;
}

/** Group of `gitlab.group`, as GitLab has it. */
export type ActualGroup = Place;

/** Project of `gitlab.project`, as GitLab has it. */
export interface ActualProject extends Place {
  readonly issues: 'enabled' | 'private' | 'disabled';
  /** `null` while the repository is empty. */
  readonly defaultBranch: string | null;
  /** Whether a newer pipeline cancels those of older commits that still wait; `null` where GitLab does not tell. */
  readonly autoCancel: boolean | null;
  /** Least role that may set variables of a pipeline, in GitLab's words: `no_one_allowed`; `null` where GitLab does not tell. */
  readonly variablesRole: string | null;
}

/** Default branch of the project, as GitLab has it. */
export interface ActualBranch {
  readonly protected: boolean;
  /** Developers may push to it, or merge into it: then they may run pipelines for it, too. */
  readonly forDevelopers: boolean;
}

/** Label that can be used in the group. */
export interface ActualLabel {
  readonly id: number;
  readonly name: string;
  /** As GitLab has it, `#RRGGBB`. */
  readonly color: string;
  readonly description: string;
  /** Of the group itself; one of a group above can be used but is not ours to change. */
  readonly own: boolean;
}

/** Board of the group. */
export interface ActualBoard {
  readonly id: number;
  readonly name: string;
  /** Lists of labels, in order. Lists of assignees and milestones are left out. */
  readonly lists: readonly { readonly id: number; readonly label: string }[];
}

/** Pipeline schedule of the project. */
export interface ActualSchedule {
  readonly id: number;
  readonly description: string;
  /** Short: `main`. */
  readonly ref: string;
  readonly cron: string;
  readonly active: boolean;
  /** `null` when the owner's account is gone. `state`: `active`, `blocked`, … */
  readonly owner: { readonly id: number; readonly username: string; readonly state: string } | null;
  /** The owner's access level in the project; `null` where nobody asked. */
  readonly ownerLevel: number | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly lastPipeline: {
    readonly status: string;
    readonly createdAt: string;
    readonly url: string | null;
  } | null;
}

/** User of GitLab who has a role in `procession.yml`. */
export interface RolePerson {
  readonly username: string;
  /** `null`: nobody has this username. */
  readonly account: {
    readonly id: number;
    readonly state: string;
    readonly isMember: boolean;
    readonly level: number;
  } | null;
}

/** Installation as it was read. What a refusal made pointless to ask for is refused with the same reason. */
export interface Installation {
  /** ISO 8601, UTC: by our clock. */
  readonly now: string;
  /** How far our clock is ahead of GitLab's, in seconds; `null` where GitLab's answer had no date. */
  readonly clockAheadSeconds: number | null;
  readonly user: Read<TokenUser>;
  readonly token: Read<ActualToken>;
  /** `19.6.0-ee`; empty when it was refused. */
  readonly version: string;
  readonly capabilities: Capabilities;
  readonly group: Read<ActualGroup>;
  readonly project: Read<ActualProject>;
  /** The token's access levels; 0: no member. */
  readonly groupLevel: number;
  readonly projectLevel: number;
  readonly labels: Read<readonly ActualLabel[]>;
  readonly boards: Read<readonly ActualBoard[]>;
  readonly groupHooks: Read<readonly ActualHook[]>;
  readonly projectHooks: Read<readonly ActualHook[]>;
  readonly schedules: Read<readonly ActualSchedule[]>;
  readonly branch: Read<ActualBranch>;
  readonly people: Read<readonly RolePerson[]>;
}

/** Values that were read; none where GitLab refused. */
export function valuesOf<T>(read: Read<readonly T[]>): readonly T[] {
  return read.kind === 'read' ? read.value : [];
}

/** Says whether the token's user has the least role in the group. Without that role no refusal is a wonder. */
export function hasNeededRole({
  version,
  groupLevel,
}: Pick<Installation, 'version' | 'groupLevel'>): boolean {
  return groupLevel >= neededRole(version).level;
}

/** Licensed with epics (Premium): webhooks of a group, and more than one board. */
export function offersGroupHooks({ groupHooks }: Pick<Capabilities, 'groupHooks'>): boolean {
  return groupHooks;
}

/** Says whether a group may have more than one board (Premium). */
export function offersSeveralBoards({ groupBoards }: Pick<Capabilities, 'groupBoards'>): boolean {
  return groupBoards;
}

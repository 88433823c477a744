/** Who is on a step, and which date it has: what is in GitLab, with what this run is about to change. */

import { compareText } from '#domain/base/compare-text.ts';
import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { isSameUser, userKey } from '#domain/base/username.ts';
import { assigneeFor, MANAGER, type PersonInRole, personInRole } from '#domain/rulings/people.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import { stepReference } from '#domain/text/references.ts';
import type { Assessment, StepStatus } from './step-status.ts';

/**
 * Assessment with everything that turns steps into persons and dates: the settings, and dates of issues that do not
 * exist yet.
 */
export interface Outlook {
  readonly assessment: Assessment;
  readonly settings: Settings;
  readonly plannedDue: ReadonlyMap<StepKey, string | null>;
  /** Changes of issues in this run, so that texts say them already; absent where nothing is planned. */
  readonly pending?: ReadonlyMap<StepKey, PendingChange>;
}

/** Assignee and date that this run sets on an issue; `null` leaves them. */
export interface PendingChange {
  readonly assignee: string | null;
  readonly dueDate: string | null;
}

/**
 * Usernames of who is (or will be) on a step: the issue's assignees, else who has the step's role. Where another
 * engagement has the issue it is nobody of this one; until that has begun, the manager sees to it.
 */
export function assigneesOf(status: StepStatus, context: Outlook): readonly string[] {
  if (status.elsewhere !== null) return status.elsewhere.length > 0 ? [] : managerOf(context);
  const pending = context.pending?.get(status.key)?.assignee ?? null;
  if (pending !== null) return [pending];
  const assigned = status.issue?.assignees.map(({ username }) => username) ?? [];
  if (assigned.length > 0) return assigned;
  const { username } =
    status.issue === null ? { username: firstAssignee(status, context) } : personOn(status, context);
  return username === null ? [] : [username];
}

/** Whom an issue is given to that is made in this run: as it will be seen in the next. */
function firstAssignee({ step }: StepStatus, { assessment, settings }: Outlook): string | null {
  return assigneeFor(step.owner, assessment, settings);
}

function personOn(status: StepStatus, { assessment, settings }: Outlook): PersonInRole {
  return personInRole(status.step.owner, assessment, settings);
}

/** Username of the manager; empty where nobody is known. */
export function managerOf({ assessment, settings }: Outlook): readonly string[] {
  const { username } = personInRole(MANAGER, assessment, settings);
  return username === null ? [] : [username];
}

/**
 * Names whom a step waits for now, as {@link ownersAsText} does. A delivery that has not begun does nothing: the manager
 * sees to it.
 */
export function waitedAsText(status: StepStatus, context: Outlook): string {
  const owners = ownersAsText(status, context);
  const [manager] = status.elsewhere?.length === 0 ? managerOf(context) : [];
  return manager === undefined ? owners : `\`${manager}\`, until ${owners} has begun`;
}

/** A step with the reference to its issue, where there is one. @example `#12 **Kick-off**` */
export function withReference(status: StepStatus, title: string): string {
  return `${referenceOf(status)} ${title}`.trimStart();
}

/** Names owners without notifying anybody: `eli`, or the role when nobody is known. */
export function ownersAsText(status: StepStatus, context: Outlook): string {
  if (status.elsewhere !== null)
    return status.elsewhere.map(({ engagement }) => engagement).join(', ') || 'the delivery';
  const users = assigneesOf(status, context);
  if (users.length > 0) return users.map((user) => `\`${user}\``).join(', ');
  const { name } = personOn(status, context);
  return name === null ? `role ${status.step.owner}, nobody named yet` : inlineText(name);
}

/** Reference to the issue of a step: its own, or those of the other engagements that have it. */
export function referenceOf({ key, elsewhere }: StepStatus): string {
  return elsewhere === null ? stepReference(key) : elsewhere.map(({ reference }) => reference).join(' ');
}

/**
 * A user as text. A mention where GitLab has said that the user is a member of the project, by an answer or by assigning
 * an issue: other names (`all`, that of a group, a stranger's) would call people who have nothing to do with it. In code
 * marks they notify nobody.
 */
export function mention(username: string, { assessment: { members, steps } }: Outlook): string {
  const isKnown =
    members?.has(userKey(username)) === true ||
    steps.some(({ issue }) => issue?.assignees.some((user) => isSameUser(user.username, username)));
  return isKnown ? `@${username}` : `\`${username}\``;
}

/** Calls the manager at the beginning of a sentence: `@mira `; empty where nobody is known. */
export function callManager(context: Outlook): string {
  const [username] = managerOf(context);
  return username === undefined ? '' : `${mention(username, context)} `;
}

/** Due date of a step: that of the issue after this run, or the planned one. */
export function dueOf(status: StepStatus, context: Outlook): string | null {
  if (status.issue === null) return latestDue(status) ?? context.plannedDue.get(status.key) ?? null;
  return context.pending?.get(status.key)?.dueDate ?? status.issue.dueDate;
}

/** The last date of the issues in other engagements that stand for a step. */
function latestDue({ elsewhere }: StepStatus): string | null {
  const dates = (elsewhere ?? []).flatMap(({ due }) => due ?? []);
  return dates.toSorted(compareText).at(-1) ?? null;
}

/** Titles of the steps, by key. */
export function titlesOf(assessment: Assessment): ReadonlyMap<StepKey, string> {
  return new Map(assessment.steps.map(({ key, step }) => [key, step.title]));
}

/** Steps that somebody can act on now; where there are none, the first that another engagement has to do. */
export function openTurns({ steps }: Assessment): readonly StepStatus[] {
  const turns = steps.filter(
    ({ state }) => state === 'ready' || state === 'in progress' || state === 'waiting',
  );
  return turns.length > 0
    ? turns
    : steps.filter(({ elsewhere, done }) => elsewhere !== null && !done).slice(0, 1);
}

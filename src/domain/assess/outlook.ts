/** Who is on a step, and which date it has: what is in GitLab, with what this run is about to change. */

import type { StepKey } from '#domain/base/keys.ts';
import type { Settings } from '#domain/base/settings.ts';
import { type PersonInRole, personInRole } from '#domain/rulings/people.ts';
import { inlineText } from '#domain/text/foreign-text.ts';
import type { Assessment, StepStatus } from './step-status.ts';

/** An assessment with what turns it into who and when: the settings, and dates of issues that do not exist yet. */
export interface Outlook {
  readonly assessment: Assessment;
  readonly settings: Settings;
  readonly plannedDue: ReadonlyMap<StepKey, string | null>;
  /** What this run changes on issues, so that texts say it already; absent where nothing is planned. */
  readonly pending?: ReadonlyMap<StepKey, PendingChange>;
}

/** Who is assigned and which date is set by this run; `null` leaves it. */
export interface PendingChange {
  readonly assignee: string | null;
  readonly dueDate: string | null;
}

/** Who is (or will be) on a step: the issue's assignees, else who has the step's role. Usernames. */
export function assigneesOf(status: StepStatus, context: Outlook): readonly string[] {
  const pending = context.pending?.get(status.key)?.assignee ?? null;
  if (pending !== null) return [pending];
  const assigned = status.issue?.assignees.map(({ username }) => username) ?? [];
  if (assigned.length > 0) return assigned;
  const { username } = personOn(status, context);
  return username === null ? [] : [username];
}

function personOn(status: StepStatus, { assessment, settings }: Outlook): PersonInRole {
  return personInRole(status.step.owner, assessment, settings);
}

/** Owners as text that notifies nobody: `eli`, or the role when nobody is known. */
export function ownersAsText(status: StepStatus, context: Outlook): string {
  const users = assigneesOf(status, context);
  if (users.length > 0) return users.map((user) => `\`${user}\``).join(', ');
  const { name } = personOn(status, context);
  return name === null ? `role ${status.step.owner}, nobody named yet` : inlineText(name);
}

export function dueOf(status: StepStatus, context: Outlook): string | null {
  if (status.issue === null) return context.plannedDue.get(status.key) ?? null;
  return context.pending?.get(status.key)?.dueDate ?? status.issue.dueDate;
}

export function titlesOf(assessment: Assessment): ReadonlyMap<StepKey, string> {
  return new Map(assessment.steps.map(({ key, step }) => [key, step.title]));
}

/** Steps somebody can act on now. */
export function openTurns(assessment: Assessment): readonly StepStatus[] {
  return assessment.steps.filter(
    ({ state }) => state === 'ready' || state === 'in progress' || state === 'waiting',
  );
}

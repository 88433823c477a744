/** Roles given by finishing a step: whoever is assigned to "Assign an engineer" when it is done is the engineer. */

import type { Settings } from '#domain/base/settings.ts';
import { isAmong, isSameUser } from '#domain/base/username.ts';
import { closedOn } from '#domain/engagement/closed-on.ts';
import { personInRole } from '#domain/rulings/people.ts';
import type { Appointment } from '#domain/rulings/rulings.ts';
import type { Assessment, StepStatus } from './step-status.ts';

/**
 * Adds the roles that finished steps have just given to somebody, and tells which roles these are. A role with an
 * earlier appointment, by comment or by an earlier look, is left alone: the last word counts.
 */
export function appoint(
  assessment: Assessment,
  settings: Settings,
): { readonly assessment: Assessment; readonly roles: ReadonlySet<string> } {
  const appointed = newAppointments(assessment, settings);
  const roles = new Set(appointed.map(({ role }) => role));
  if (appointed.length === 0) return { assessment, roles };
  const { rulings } = assessment;
  const appointments = [...rulings.appointments, ...appointed];
  return { assessment: { ...assessment, rulings: { ...rulings, appointments } }, roles };
}

function newAppointments(assessment: Assessment, settings: Settings): readonly Appointment[] {
  return assessment.steps.flatMap((status): Appointment[] => {
    const role = status.step.appoints;
    const { issue } = status;
    if (role === undefined || issue === null || !status.done) return [];
    if (assessment.rulings.appointments.some((appointment) => appointment.role === role)) return [];
    const username = appointedBy(status, assessment, settings);
    if (username === null || isSameUser(username, personInRole(role, assessment, settings).username))
      return [];
    const on = closedOn(issue, assessment.today, settings.calendar);
    const by = issue.closedBy ?? { username, id: 0 };
    return [{ role, username, by: by.username, byId: by.id, on, note: 0 }];
  });
}

/** The one assignee who does not do the appointing step by role. */
function appointedBy({ step, issue }: StepStatus, assessment: Assessment, settings: Settings): string | null {
  const doer = personInRole(step.owner, assessment, settings).username;
  const doers = [...(doer === null ? [] : [doer]), ...(settings.roles[step.owner] ?? [])];
  const others = (issue?.assignees ?? [])
    .map(({ username }) => username)
    .filter((username) => !isAmong(username, doers));
  return others.length === 1 ? (others[0] ?? null) : null;
}

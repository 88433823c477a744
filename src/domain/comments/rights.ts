/** Who may give a command. */
import type { Assessment, StepStatus } from '#domain/assess/step-status.ts';
import { ANYBODY, type CommandName, commandOf, STEP_OWNER } from '#domain/base/commands.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { ActualUser } from '#domain/engagement/state.ts';
import { rolesOf } from '#domain/rulings/people.ts';
import { isOpenReplan, type Replan } from '#domain/rulings/rulings.ts';

/** GitLab's access level of a Planner; Guests (10) and strangers may say nothing. */
const PLANNER = 15;

/** Author of a command. `level` is the access level in the project; `null` for somebody who is no member. */
export interface Speaker {
  readonly user: ActualUser;
  readonly level: number | null;
}

/** Tells whether somebody with this access level may give any command at all. */
export function mayCommand(level: number | null): boolean {
  return level !== null && level >= PLANNER;
}

/**
 * Says why the speaker may not give a command, and who could, as inert Markdown; `null` when the speaker may.
 *
 * @param status the step that the command is about, if any
 */
export function whyNot(
  name: CommandName,
  speaker: Speaker,
  status: StepStatus | null,
  assessment: Assessment,
  settings: Settings,
): string | null {
  if (!mayCommand(speaker.level)) return 'only members of the project, from Planner on, may give commands';
  const allowed = allowedRoles(name, status, settings);
  if (allowed.includes(ANYBODY)) return null;
  const roles = rolesOf(speaker.user.username, assessment, settings);
  const isDoer = status?.issue?.assignees.some(({ id }) => id === speaker.user.id) === true;
  if (allowed.some((role) => (role === STEP_OWNER ? isDoer || isOwner(roles, status) : roles.has(role))))
    return null;
  const open = name === 'replan' ? assessment.rulings.replans.filter(isOpenReplan) : [];
  if (open.some((replan) => mayAnswer(replan, speaker.user, assessment, settings))) return null;
  return `that takes ${whoCould(allowed, status, settings)}`;
}

/** Whether somebody may answer a proposal of dates: who has a role that may, or does the step that moves the others. */
export function mayAnswer(
  { cause }: Replan,
  user: ActualUser,
  assessment: Assessment,
  settings: Settings,
): boolean {
  if (mayPull(user, assessment, settings)) return true;
  const status = assessment.steps.find(({ key }) => key === cause) ?? null;
  const isDoer = status?.issue?.assignees.some(({ id }) => id === user.id) === true;
  const isOwners = allowedRoles('replan', null, settings).includes(STEP_OWNER);
  return isOwners && (isDoer || isOwner(rolesOf(user.username, assessment, settings), status));
}

/** Whether somebody may move dates that no proposal is about: it takes a role. */
export function mayPull(user: ActualUser, assessment: Assessment, settings: Settings): boolean {
  const allowed = allowedRoles('replan', null, settings);
  const roles = rolesOf(user.username, assessment, settings);
  return allowed.includes(ANYBODY) || allowed.some((role) => roles.has(role));
}

/** Roles that may give a command: for an approval those that the step asks, for others as settings or table say. */
export function allowedRoles(
  name: CommandName,
  status: StepStatus | null,
  settings: Pick<Settings, 'commands'>,
): readonly string[] {
  if (name === 'approve') {
    const asked = status?.approvals.map(({ rule }) => rule.role) ?? [];
    return asked.length === 0 ? [ANYBODY] : asked;
  }
  // Whoever may give a waiver may take it back.
  const asked =
    name === 'unwaive' ? (settings.commands.unwaive ?? settings.commands.waive) : settings.commands[name];
  return asked ?? commandOf(name).by;
}

function isOwner(roles: ReadonlySet<string>, status: StepStatus | null): boolean {
  return status !== null && roles.has(status.step.owner);
}

/** `the role manager (mira)`, in code marks so that nobody is mentioned. */
function whoCould(allowed: readonly string[], status: StepStatus | null, settings: Settings): string {
  const roles = allowed.map((role) => (role === STEP_OWNER ? (status?.step.owner ?? role) : role));
  return [...new Set(roles)]
    .map((role) => {
      if (role === STEP_OWNER) return 'whoever does the step it is about';
      const users = settings.roles[role] ?? [];
      const names = users.map((user) => `\`${user}\``).join(', ');
      return `the role ${role}${names === '' ? '' : ` (${names})`}`;
    })
    .join(' or ');
}

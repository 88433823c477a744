import { type LabelDefinition, type LabelRenames, labelName } from '#domain/base/labels.ts';
import { approvalRules } from '#domain/process/approvals.ts';
import { labelCatalogue } from '#domain/process/label-catalogue.ts';
import { isElsewhere, isMadeByCommand, type ProcessDefinition } from '#domain/process/process.ts';

/** Path that GitLab delivers to, below the address of the service. */
export const WEBHOOK_PATH = '/webhooks/gitlab';

/** By these names we know ours again. */
const STEPS_BOARD = 'Procession: steps';
const ROLES_BOARD = 'Procession: roles';
/** Description by which we know our pipeline schedule again. */
export const SWEEP_SCHEDULE = 'Procession: sweep';
/** Name of a webhook that we make. */
export const HOOK_NAME = 'Procession';

/** States of open work, in the order of the lists. Done and waived issues are closed, and GitLab has a list for those. */
const OPEN_STATES = ['blocked', 'ready', 'in progress', 'waiting'] as const;

/** Board that should be there. */
export interface WantedBoard {
  readonly name: string;
  /** Labels, in the order of the lists. */
  readonly lists: readonly string[];
}

/** Webhook that should be there. */
export interface WantedHook {
  /** `https://procession.example.com/webhooks/gitlab` */
  readonly url: string;
  /** What the first of GITLAB_WEBHOOK_SECRETS is; `null`: there is none. */
  readonly secret: 'signing-token' | 'secret-token' | null;
  /** Give it the secret again, whatever it has. */
  readonly renewSecret: boolean;
}

/** Pipeline schedule that should be there. */
export interface WantedSchedule {
  /** Of a new schedule. */
  readonly cron: string;
  /** Whether an existing schedule gets it too. */
  readonly setCron: boolean;
}

/** Installation that should be there. `null`: not wanted, so not looked at. */
export interface WantedInstallation {
  readonly labels: readonly LabelDefinition[];
  /** For engineers: what can be done now. */
  readonly stepsBoard: WantedBoard;
  /** For managers: who has how much. */
  readonly rolesBoard: WantedBoard;
  readonly hook: WantedHook | null;
  readonly schedule: WantedSchedule | null;
}

/** Wishes beside the process: names of labels, and what is left out. */
export interface InstallationWishes {
  readonly labels: LabelRenames;
  readonly hook: WantedHook | null;
  readonly schedule: WantedSchedule | null;
}

/** Every quarter of an hour, off the full hour, when everybody's schedules run. */
export const DEFAULT_CRON = '7-59/15 * * * *';

/** Lists what processes need to be in GitLab before their first engagement. A label that several have is described by the first. */
export function wantedInstallation(
  processes: readonly ProcessDefinition[],
  wishes: InstallationWishes,
): WantedInstallation {
  const labels = processes.flatMap((process) => labelCatalogue(process, wishes.labels));
  return {
    labels: labels.filter(({ name }, index) => labels.findIndex((other) => other.name === name) === index),
    stepsBoard: {
      name: STEPS_BOARD,
      lists: OPEN_STATES.map((state) => labelName('workflow', state, wishes.labels)),
    },
    rolesBoard: {
      name: ROLES_BOARD,
      lists: rolesOf(processes).map((role) => labelName('role', role, wishes.labels)),
    },
    hook: wishes.hook,
    schedule: wishes.schedule,
  };
}

/** Roles that own a step which has an issue of its own, each once. */
function rolesOf(processes: readonly ProcessDefinition[]): readonly string[] {
  const own = processes.flatMap(({ steps }) => steps.filter((step) => !isElsewhere(step)));
  return [...new Set(own.map(({ owner }) => owner))];
}

/** Roles that own a step that every launch makes, each once: without people for these, work goes to others at once. */
export function launchRolesOf(processes: readonly ProcessDefinition[]): readonly string[] {
  const steps = processes.flatMap((process) => process.steps.filter((step) => !isMadeByCommand(step)));
  return [...new Set(steps.map(({ owner }) => owner))];
}

/** Roles whose approval a step asks for, each once. */
export function approvingRolesOf(processes: readonly ProcessDefinition[]): readonly string[] {
  const rules = processes.flatMap(({ steps }) => steps.flatMap((step) => approvalRules(step.done_when)));
  return [...new Set(rules.map(({ role }) => role))];
}

/** Work of one role that another has to approve, who may not have done it: `not_by` of an approval. */
export interface ApprovedWork {
  readonly approver: string;
  readonly doer: string;
  /** Title of the step whose work it is. */
  readonly work: string;
}

/** Lists work that whoever did it may not approve. */
export function approvedWorkOf(processes: readonly ProcessDefinition[]): readonly ApprovedWork[] {
  return processes.flatMap(({ steps }) =>
    steps.flatMap(({ done_when }) =>
      approvalRules(done_when).flatMap(({ role, not_by = [] }) =>
        steps
          .filter(({ id }) => not_by.includes(id))
          .map(({ owner, title }) => ({ approver: role, doer: owner, work: title })),
      ),
    ),
  );
}

/** `https://procession.example.com` → `https://procession.example.com/webhooks/gitlab` */
export function webhookUrl(serviceUrl: string): string {
  return `${serviceUrl.replace(/\/+$/, '')}${WEBHOOK_PATH}`;
}

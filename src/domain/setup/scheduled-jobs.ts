/** Which jobs of the CI/CD component a pipeline schedule runs: the component chooses by the schedule's description. */

/** Jobs of the component that run on schedules. */
export const SCHEDULED_JOBS = ['sweep', 'check', 'report'] as const;
/** Job of the component that runs on schedules: `sweep`. */
export type ScheduledJob = (typeof SCHEDULED_JOBS)[number];

/** Inputs that a `.gitlab-ci.yml` gives the component, as they stand there. */
export type ComponentInputs = Readonly<Record<string, unknown>>;

/** What `.gitlab-ci.yml` says, as far as it matters to Procession. */
export interface PipelineFile {
  readonly inputs: ComponentInputs;
  /** `workflow: auto_cancel: on_new_commit: none`: GitLab cancels nothing that still waits. */
  readonly keepsWaiting: boolean;
}

/** What the component takes for an input that is not given. */
const EVERY_SCHEDULE = '.*';

/** Jobs that a schedule runs, as the rules in `templates/procession.yml` decide. */
export function jobsOfSchedule(description: string, inputs: ComponentInputs): readonly ScheduledJob[] {
  return SCHEDULED_JOBS.filter((job) => inputs[job] !== false && fits(patternOf(job, inputs), description));
}

/** Regular expression by which a job chooses its schedules. */
export function patternOf(job: ScheduledJob, inputs: ComponentInputs): string {
  const pattern = inputs[`${job}_on`];
  return typeof pattern === 'string' ? pattern : EVERY_SCHEDULE;
}

/** GitLab reads RE2; what is no expression in JavaScript is taken to fit nothing. */
function fits(pattern: string, description: string): boolean {
  if (pattern === EVERY_SCHEDULE) return true;
  try {
    return new RegExp(pattern, 'i').test(description);
  } catch {
    return false;
  }
}

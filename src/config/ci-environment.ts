/**
 * What GitLab says about the job this runs in. Only hints: a variable that is absent or odd is `null`, and what needs it
 * says so.
 *
 * @see https://docs.gitlab.com/ci/variables/predefined_variables/
 */
export interface CiEnvironment {
  /** Whether this is a job of GitLab CI at all. */
  readonly isJob: boolean;
  /** Id of the project that the pipeline belongs to. */
  readonly projectId: string | null;
  readonly commit: string | null;
  readonly defaultBranch: string | null;
  /** Of a merge request pipeline. */
  readonly mergeRequestIid: number | null;
  readonly jobUrl: string | null;
  /** ISO 8601. */
  readonly pipelineCreatedAt: string | null;
  /** File that holds what a trigger of the pipeline was sent. */
  readonly triggerPayload: string | null;
  /** A signed SOW, given as a variable or through an input. */
  readonly delivery: string | null;
}

export function readCiEnvironment(env: Readonly<Record<string, string | undefined>>): CiEnvironment {
  const text = (name: string): string | null => {
    const value = env[name]?.trim() ?? '';
    return value === '' ? null : value;
  };
  const iid = text('CI_MERGE_REQUEST_IID');
  const createdAt = text('CI_PIPELINE_CREATED_AT');
  return {
    isJob: text('GITLAB_CI') === 'true',
    projectId: text('CI_PROJECT_ID'),
    commit: text('CI_COMMIT_SHA'),
    defaultBranch: text('CI_DEFAULT_BRANCH'),
    mergeRequestIid: iid !== null && /^[1-9]\d{0,9}$/.test(iid) ? Number(iid) : null,
    jobUrl: text('CI_JOB_URL'),
    pipelineCreatedAt: createdAt !== null && !Number.isNaN(Date.parse(createdAt)) ? createdAt : null,
    triggerPayload: text('TRIGGER_PAYLOAD'),
    delivery: text('PROCESSION_DELIVERY'),
  };
}

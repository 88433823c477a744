/** The part of the composition that only pipelines need: git, merge requests, and what a trigger brought. */

import type { CiEnvironment } from '#config/ci-environment.ts';
import type { Config } from '#config/load-config.ts';
import { ConfigError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import type { GitLabOptions } from '#gitlab/engagement/create-gitlab.ts';
import type { ChangedFile } from '#ports/changed-files.ts';
import type { MergeRequests } from '#ports/merge-requests.ts';
import type { TriggerPipelines } from '#ports/trigger-pipelines.ts';
import type { CiDelivery } from '#service/ci-delivery.ts';

/** Adapters that only pipelines need. */
export interface PipelineWire {
  /** Gives what GitLab CI says about the job of this process. */
  ci(): CiEnvironment;
  /**
   * Lists what changed below the current folder since a commit.
   *
   * @throws ConfigError when git cannot tell.
   */
  changedFiles(since: string): Promise<readonly ChangedFile[]>;
  /** The commit that last changed a file, as the branch sees it: a merge for what a merge brought. `null`: none. */
  lastChange(file: string): Promise<string | null>;
  /** The commit that brought a SOW file to where it stands; `null`: none, or it was changed since. */
  commitOf(file: string): Promise<{ readonly commit: string; readonly at: string } | null>;
  /** Merge requests of the project that the pipeline belongs to. @throws ConfigError outside of a GitLab CI job. */
  mergeRequests(): Promise<MergeRequests>;
  /** Pipelines that triggers made in the project of this one, for its default branch. @throws ConfigError outside of a GitLab CI job. */
  triggerPipelines(): Promise<TriggerPipelines>;
  /** Reads what a pipeline was given, and proves who signed it. @throws ConfigError without CRM_WEBHOOK_SECRETS. */
  ciDelivery(
    text: string,
    given: { readonly at: string; readonly beside: string | null },
  ): Promise<CiDelivery>;
}

/** Composes the adapters of pipelines, each loaded on the first call. */
export function createPipelineWire({
  config,
  cwd,
  connection,
}: {
  readonly config: () => Config;
  readonly cwd: string;
  readonly connection: () => GitLabOptions;
}): PipelineWire {
  return {
    ci: () => config().ci,
    changedFiles: async (since) => {
      const { changedFiles } = await import('#git/changed-files.ts');
      return await changedFiles(cwd, since);
    },
    lastChange: async (file) => await (await import('#git/changed-files.ts')).lastChange(cwd, file),
    commitOf: async (file) => await (await import('#git/changed-files.ts')).commitOf(cwd, file),
    mergeRequests: async () => {
      const repository = projectOf(config());
      const { createMergeRequests } = await import('#gitlab/engagement/merge-requests.ts');
      return createMergeRequests({ ...connection(), repository });
    },
    triggerPipelines: async () => {
      const repository = projectOf(config());
      const { createTriggerPipelines } = await import('#gitlab/engagement/trigger-pipelines.ts');
      return createTriggerPipelines({ ...connection(), repository, branch: config().ci.defaultBranch });
    },
    ciDelivery: async (text, { at, beside }) => {
      const { readCiDelivery } = await import('#service/ci-delivery.ts');
      const { createVerifyCrm } = await import('#service/verify-crm.ts');
      const { requireCrmSecrets } = await import('#service/require-secrets.ts');
      return readCiDelivery(text, {
        verify: () => createVerifyCrm(requireCrmSecrets(config())),
        nowSeconds: Date.parse(at) / 1000,
        beside,
        deals: config().deals,
      });
    },
  };
}

function projectOf({ ci }: Config): string {
  if (ci.projectId !== null) return ci.projectId;
  throw new ConfigError(
    [
      problem(
        { at: 'CI_PROJECT_ID' },
        'is missing, so the project of the pipeline is not known',
        'Run this in a job of GitLab CI, which sets it.',
      ),
    ],
    'This needs a pipeline:',
  );
}

import type { TriggerPipeline } from '#domain/explain/lost-intakes.ts';

/** Pipelines that triggers have made in the project of this pipeline. */
export interface TriggerPipelines {
  /**
   * Lists those of the branch that changed since, oldest first; `null` where the token may not see pipelines.
   *
   * @param since ISO 8601
   */
  list(since: string): Promise<readonly TriggerPipeline[] | null>;
  /** Newest try of every job; none where GitLab refused the configuration. */
  jobs(id: number): Promise<readonly { readonly name: string; readonly status: string }[]>;
  /** Variables that it was given; `null` where the token may not read them. */
  variables(id: number): Promise<readonly { readonly key: string; readonly value: string }[] | null>;
}

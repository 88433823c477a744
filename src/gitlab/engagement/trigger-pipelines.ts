/** Pipelines that triggers have made: reads only. */
import { z } from 'zod';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import type { TriggerPipeline } from '#domain/explain/lost-intakes.ts';
import { Instant, parseAnswer } from '#gitlab/http/answer.ts';
import { type ConnectionOptions, connect, readList } from '#gitlab/http/connection.ts';
import type { TriggerPipelines } from '#ports/trigger-pipelines.ts';

const Listed = z.object({ id: z.int(), web_url: z.url(), status: z.string(), created_at: Instant }).transform(
  ({ id, web_url: url, status, created_at: createdAt }): TriggerPipeline => ({
    id,
    url,
    status,
    createdAt,
  }),
);
const Job = z.object({ id: z.int(), name: z.string(), status: z.string() });
const Variable = z.object({ key: z.string(), value: z.string().nullish() });

/** Connection, and which pipelines are meant. */
export interface TriggerPipelineOptions extends ConnectionOptions {
  /** Project of the pipelines, by id (`CI_PROJECT_ID`) or full path. */
  readonly repository: string;
  /** Branch of the pipelines; `null`: any. */
  readonly branch: string | null;
}

/**
 * Creates the adapter. Makes no request. The token's user needs the role Reporter in that project, and to read what a
 * pipeline was given, to have made its trigger as a Developer, or the role Maintainer.
 *
 * @see https://docs.gitlab.com/api/pipelines/
 */
export function createTriggerPipelines(options: TriggerPipelineOptions): TriggerPipelines {
  const { repository, branch } = options;
  const connection = connect(options);
  const path = `GET /projects/${repository}/pipelines`;
  const ref = branch === null ? {} : { ref: branch };
  return {
    list: async (updatedAfter) =>
      await unlessForbidden(async () =>
        readList<TriggerPipeline>(connection, {
          what: path,
          item: Listed,
          fetchPage: (page) =>
            connection.pipelines.all(repository, {
              ...ref,
              source: 'trigger',
              updatedAfter,
              orderBy: 'id',
              sort: 'asc',
              ...page,
            }),
        }),
      ),
    jobs: async (pipelineId) =>
      await readList(connection, {
        what: `${path}/${pipelineId}/jobs`,
        item: Job,
        fetchPage: (page) => connection.jobs.all(repository, { pipelineId, ...page }),
      }),
    variables: async (id) =>
      await unlessForbidden(async () => {
        const answer = await connection.pipelines.allVariables(repository, id);
        const variables = parseAnswer(z.array(Variable), answer, `${path}/${id}/variables`);
        return variables.map(({ key, value }) => ({ key, value: value ?? '' }));
      }),
  };
}

async function unlessForbidden<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GitLabRefusedError && (error.status === 403 || error.status === 404)) return null;
    throw error;
  }
}

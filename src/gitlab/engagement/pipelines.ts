/** Pipelines that do steps: started once each, and looked at. */
import { z } from 'zod';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import type { ActualPipeline } from '#domain/rulings/pipeline-run.ts';
import { RUN_VARIABLE } from '#domain/rulings/pipeline-variables.ts';
import { type Connection, readList } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat, orNull } from '#gitlab/http/look-before-repeat.ts';
import { Instant, parseAnswer } from '#gitlab/http/schema.ts';
import type { GitLabReader, GitLabWriter, NewPipeline } from '#ports/gitlab.ts';

const Listed = z.object({ id: z.int() });
const Variable = z.object({ key: z.string(), value: z.string().nullish() });
const Job = z.object({ name: z.string(), web_url: z.url() });
const Pipeline = z.object({
  id: z.int(),
  web_url: z.url(),
  status: z.string(),
  finished_at: Instant.nullish(),
});

type PipelineAdapter = Pick<GitLabReader, 'readPipeline'> & Pick<GitLabWriter, 'startPipeline'>;

/**
 * The token's user needs the role Developer in the project of the pipeline, and the project must let that role set
 * pipeline variables (Settings > CI/CD > Variables; since GitLab 17.7 nobody may in new projects).
 *
 * @see https://docs.gitlab.com/api/pipelines/
 * @see https://docs.gitlab.com/ci/variables/#restrict-pipeline-variables
 */
export function createPipelines(connection: Connection, whoAmI: GitLabReader['whoAmI']): PipelineAdapter {
  const { pipelines, jobs, pageSize } = connection;

  async function readPipeline(project: string, id: number): Promise<ActualPipeline | null> {
    try {
      const answer = await pipelines.show(project, id);
      return await toActual(project, answer, `GET /projects/${project}/pipelines/${id}`);
    } catch (error) {
      if (error instanceof GitLabRefusedError && (error.status === 403 || error.status === 404)) return null;
      throw error;
    }
  }

  async function toActual(project: string, answer: unknown, what: string): Promise<ActualPipeline> {
    const { id, web_url: url, status, finished_at } = parseAnswer(Pipeline, answer, what);
    const failedJob = status === 'failed' ? await firstFailedJob(project, id) : null;
    return { id, url, status, finishedAt: finished_at ?? null, failedJob };
  }

  /** @see https://docs.gitlab.com/api/jobs/#list-pipeline-jobs */
  async function firstFailedJob(project: string, pipelineId: number): Promise<ActualPipeline['failedJob']> {
    const page = { page: 1, perPage: pageSize };
    const answer = await jobs.all(project, { pipelineId, scope: 'failed', ...page });
    const failed = parseAnswer(
      z.array(Job.extend({ id: z.int() })),
      answer,
      `GET /projects/${project}/pipelines/${pipelineId}/jobs`,
    );
    const [first] = failed.toSorted((a, b) => a.id - b.id);
    return first === undefined ? null : { name: first.name, url: first.web_url };
  }

  /** The oldest pipeline of a run, among those that our user has made for its ref. Each is asked for its variables. */
  async function find({ project, ref, variables, since }: NewPipeline): Promise<ActualPipeline | null> {
    const { username } = await whoAmI();
    const updatedAfter = new Date(Date.parse(since) - CLOCK_SKEW_MS).toISOString();
    const what = `GET /projects/${project}/pipelines`;
    const made = await readList(connection, {
      what,
      item: Listed,
      fetchPage: (page) =>
        pipelines.all(project, { ref, username, updatedAfter, orderBy: 'id', sort: 'asc', ...page }),
    });
    for (const { id } of made) {
      const answer = await orNull(pipelines.allVariables(project, id));
      const given = answer === null ? [] : parseAnswer(z.array(Variable), answer, `${what}/${id}/variables`);
      if (runIn(given) === runIn(variables)) return await readPipeline(project, id);
    }
    return null;
  }

  async function create(wanted: NewPipeline): Promise<ActualPipeline> {
    const { project, ref, variables } = wanted;
    return await lookBeforeRepeat<ActualPipeline>(connection, {
      send: async () => {
        const answer = await pipelines.create(project, ref, { variables: [...variables] as never });
        return await toActual(project, answer, `POST /projects/${project}/pipeline`);
      },
      find: () => find(wanted),
    });
  }

  /** Two writers at the same moment both find none: the older pipeline counts, and who made the other cancels it. */
  async function createOnce(wanted: NewPipeline): Promise<ActualPipeline> {
    const made = await create(wanted);
    const first = await find(wanted);
    if (first === null || first.id >= made.id) return made;
    await pipelines.cancel(wanted.project, made.id).catch(onlyRefused);
    return first;
  }

  return {
    readPipeline,
    async startPipeline(wanted) {
      try {
        return { kind: 'started', pipeline: (await find(wanted)) ?? (await createOnce(wanted)) };
      } catch (error) {
        if (error instanceof GitLabRefusedError && error.status !== 401)
          return { kind: 'refused', reason: adviceFor(error) };
        throw error;
      }
    },
  };
}

/** How far GitLab's clock may be behind ours. */
const CLOCK_SKEW_MS = 600_000;

/** A pipeline that is over already, or that we may not cancel, is left alone. */
function onlyRefused(error: unknown): void {
  if (!(error instanceof GitLabRefusedError)) throw error;
}

/** Which run a pipeline is of. */
function runIn(
  variables: readonly { readonly key: string; readonly value?: string | null | undefined }[],
): string | null {
  return variables.find(({ key }) => key === RUN_VARIABLE)?.value ?? null;
}

function adviceFor({ message, status }: GitLabRefusedError): string {
  if (/pipeline variables/i.test(message))
    return `${message} In that project, under Settings > CI/CD > Variables, let the role Developer use pipeline variables.`;
  return status === 403 || status === 404
    ? `${message} Starting a pipeline takes the role Developer in that project.`
    : message;
}

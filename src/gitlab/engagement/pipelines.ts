/**
 * Pipelines that do steps: started once each, and looked at.
 *
 * The token's user needs the role Developer in the project of the pipeline, and the project must let that role set
 * pipeline variables (Settings > CI/CD > Variables; since GitLab 17.7 nobody may in new projects).
 *
 * @see https://docs.gitlab.com/api/pipelines/
 * @see https://docs.gitlab.com/ci/variables/#restrict-pipeline-variables
 */
import { z } from 'zod';
import { GitLabRefusedError } from '#domain/base/errors.ts';
import type { ActualPipeline, StartedPipeline } from '#domain/rulings/pipeline-run.ts';
import { RUN_VARIABLE } from '#domain/rulings/pipeline-variables.ts';
import { Instant, parseAnswer } from '#gitlab/http/answer.ts';
import { type Connection, readList } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat, orNull } from '#gitlab/http/look-before-repeat.ts';
import type { NewPipeline } from '#ports/gitlab.ts';
import type { Session } from './session.ts';

const Listed = z.object({ id: z.int() });
const Variable = z.object({ key: z.string(), value: z.string().nullish() });
const Job = z.object({ name: z.string(), web_url: z.url() });
const Pipeline = z.object({
  id: z.int(),
  web_url: z.url(),
  status: z.string(),
  finished_at: Instant.nullish(),
});

/** How far GitLab's clock may be behind ours. */
const CLOCK_SKEW_MS = 600_000;

/**
 * Reads a pipeline; `null` when there is none, or our user may not see it.
 *
 * @param project full path
 */
export async function readPipeline(
  { connection }: Session,
  project: string,
  id: number,
): Promise<ActualPipeline | null> {
  try {
    const answer = await connection.pipelines.show(project, id);
    return await toActual(connection, project, answer, `GET /projects/${project}/pipelines/${id}`);
  } catch (error) {
    if (error instanceof GitLabRefusedError && (error.status === 403 || error.status === 404)) return null;
    throw error;
  }
}

/** Starts the pipeline of a run, or finds the one that was started for that run; a refusal is an outcome. */
export async function startPipeline(session: Session, wanted: NewPipeline): Promise<StartedPipeline> {
  try {
    const pipeline = (await find(session, wanted)) ?? (await createOnce(session, wanted));
    return { kind: 'started', pipeline };
  } catch (error) {
    if (error instanceof GitLabRefusedError && error.status !== 401)
      return { kind: 'refused', reason: adviceFor(error) };
    throw error;
  }
}

async function toActual(
  connection: Connection,
  project: string,
  answer: unknown,
  what: string,
): Promise<ActualPipeline> {
  const { id, web_url: url, status, finished_at } = parseAnswer(Pipeline, answer, what);
  const failedJob = status === 'failed' ? await firstFailedJob(connection, project, id) : null;
  return { id, url, status, finishedAt: finished_at ?? null, failedJob };
}

/** @see https://docs.gitlab.com/api/jobs/#list-pipeline-jobs */
async function firstFailedJob(
  { jobs, pageSize }: Connection,
  project: string,
  pipelineId: number,
): Promise<ActualPipeline['failedJob']> {
  const page = { page: 1, perPage: pageSize };
  const answer = await jobs.all(project, { pipelineId, scope: 'failed', ...page });
  const what = `GET /projects/${project}/pipelines/${pipelineId}/jobs`;
  const failed = parseAnswer(z.array(Job.extend({ id: z.int() })), answer, what);
  const [first] = failed.toSorted((a, b) => a.id - b.id);
  return first === undefined ? null : { name: first.name, url: first.web_url };
}

/** The oldest pipeline of a run, among those that our user has made for its ref. Each is asked for its variables. */
async function find(
  session: Session,
  { project, ref, variables, since }: NewPipeline,
): Promise<ActualPipeline | null> {
  const { connection, me } = session;
  const { pipelines } = connection;
  const { username } = await me.get();
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
    if (runIn(given) === runIn(variables)) return await readPipeline(session, project, id);
  }
  return null;
}

async function create(session: Session, wanted: NewPipeline): Promise<ActualPipeline> {
  const { project, ref, variables } = wanted;
  const { connection } = session;
  return await lookBeforeRepeat<ActualPipeline>(connection, {
    send: async () => {
      const answer = await connection.pipelines.create(project, ref, { variables: [...variables] as never });
      return await toActual(connection, project, answer, `POST /projects/${project}/pipeline`);
    },
    find: () => find(session, wanted),
  });
}

/** Two writers at the same moment both find none: the older pipeline counts, and who made the other cancels it. */
async function createOnce(session: Session, wanted: NewPipeline): Promise<ActualPipeline> {
  const made = await create(session, wanted);
  const first = await find(session, wanted);
  if (first === null || first.id >= made.id) return made;
  await session.connection.pipelines.cancel(wanted.project, made.id).catch(onlyRefused);
  return first;
}

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

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
import { RUN_INPUT, RUN_VARIABLE } from '#domain/rulings/pipeline-variables.ts';
import { Instant, parseAnswer } from '#gitlab/http/answer.ts';
import { type Connection, readList } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat, orNull } from '#gitlab/http/look-before-repeat.ts';
import type { NewPipeline } from '#ports/gitlab.ts';
import { keep, type Session } from './session.ts';

const Listed = z.object({ id: z.int(), name: z.string().nullish() });
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
    const pipeline = (await look(session, wanted)) ?? (await createOnce(session, wanted));
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

/** The pipeline of a run, where there is one. */
async function look(session: Session, wanted: NewPipeline): Promise<ActualPipeline | null> {
  const id = await find(session, wanted);
  return id === null ? null : await readPipeline(session, wanted.project, id);
}

/**
 * Finds the oldest pipeline of a run, among those that our user has started by the API for its ref. A pipeline that
 * nobody has looked at yet is asked for its variables, once.
 */
async function find(session: Session, wanted: NewPipeline): Promise<number | null> {
  const { connection, me } = session;
  const { project, ref, since } = wanted;
  const { username } = await me.get();
  const updatedAfter = new Date(Date.parse(since) - CLOCK_SKEW_MS).toISOString();
  const startedByUs = { ref, username, updatedAfter, source: 'api' } as const;
  const made = await readList(connection, {
    what: `GET /projects/${project}/pipelines`,
    item: Listed,
    fetchPage: (page) =>
      connection.pipelines.all(project, { ...startedByUs, orderBy: 'id', sort: 'asc', ...page }),
  });
  for (const { id, name } of made)
    if (name === wanted.run || (await runOf(session, wanted, id)) === wanted.run) return id;
  return null;
}

/** The run that a pipeline was started for, by its variables; not asked where the wanted pipeline has none. */
async function runOf(
  session: Session,
  { project, variables }: NewPipeline,
  id: number,
): Promise<string | null> {
  if (variables.length === 0) return null;
  const known = session.runs.get(id) ?? keep(() => readRun(session, project, id));
  session.runs.set(id, known);
  return await known.get();
}

async function readRun({ connection }: Session, project: string, id: number): Promise<string | null> {
  const answer = await orNull(connection.pipelines.allVariables(project, id));
  const what = `GET /projects/${project}/pipelines/${id}/variables`;
  const given = answer === null ? [] : parseAnswer(z.array(Variable), answer, what);
  return given.find(({ key }) => key === RUN_VARIABLE)?.value ?? null;
}

async function create(session: Session, wanted: NewPipeline): Promise<ActualPipeline> {
  const { project, ref, run, variables, inputs } = wanted;
  const { connection } = session;
  const given = { ...(variables.length > 0 && { variables }), ...(inputs !== null && { inputs }) };
  return await lookBeforeRepeat<ActualPipeline>(connection, {
    send: async () => {
      const answer = await connection.pipelines.create(project, ref, given as never);
      const made = await toActual(connection, project, answer, `POST /projects/${project}/pipeline`);
      session.runs.set(
        made.id,
        keep(async () => run),
      );
      return made;
    },
    find: () => look(session, wanted),
  });
}

/** Two writers at the same moment both find none: the older pipeline counts, and who made the other cancels it. */
async function createOnce(session: Session, wanted: NewPipeline): Promise<ActualPipeline> {
  const made = await create(session, wanted);
  const first = await find(session, wanted);
  if (first === null || first >= made.id) return made;
  const older = await readPipeline(session, wanted.project, first);
  if (older === null) return made;
  await session.connection.pipelines.cancel(wanted.project, made.id).catch(onlyRefused);
  return older;
}

/** A pipeline that is over already, or that we may not cancel, is left alone. */
function onlyRefused(error: unknown): void {
  if (!(error instanceof GitLabRefusedError)) throw error;
}

function adviceFor({ message, status }: GitLabRefusedError): string {
  if (/pipeline variables/i.test(message))
    return `${message} Give it inputs in place of variables (docs/templates.md), or let the role Developer use pipeline variables, in that project under Settings > CI/CD > Variables.`;
  if (/\binputs?\b/i.test(message))
    return `${message} Declare them under spec: inputs in the configuration of that project, ${RUN_INPUT} among them (docs/templates.md).`;
  return status === 403 || status === 404
    ? `${message} Starting a pipeline takes the role Developer in that project.`
    : message;
}

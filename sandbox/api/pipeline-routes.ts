import { jobAddress, pipelineAddress } from '#sandbox/addresses.ts';
import { Refusal } from '#sandbox/operations.ts';
import { DEVELOPER } from '#sandbox/pipeline-writes.ts';
import { forbidden, projectAccess } from '#sandbox/reading.ts';
import type { Pipeline, Project, World } from '#sandbox/world.ts';
import type { Answer, Call, Route } from './call.ts';
import { actorOf, created, numberPart, ok, PAGING, projectOf, recordNotFound } from './call.ts';
import { paged } from './paging.ts';
import { showUserById } from './show.ts';

const REPORTER = 20;
const MAINTAINER = 40;
const PATH = '/projects/:id/pipelines';
const FILTERS =
  'scope status ref sha yaml_errors username updated_before updated_after created_before created_after order_by sort source name';

/**
 * Pipelines of the API: made, listed, looked at. Each has one job, and nothing runs in it.
 *
 * @see https://docs.gitlab.com/api/pipelines/
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/api/ci/pipelines.rb
 */
export const PIPELINE_ROUTES: readonly Route[] = [
  { method: 'GET', path: PATH, parameters: [...FILTERS.split(' '), ...PAGING], answer: listPipelines },
  {
    method: 'POST',
    path: '/projects/:id/pipeline',
    parameters: ['ref', 'variables', 'inputs[*]'],
    answer(call) {
      const ref = call.parameters.required('ref');
      const project = projectOf(call);
      const variables = variablesIn(call);
      const inputs = call.parameters.hash('inputs');
      const pipeline = call.operations.createPipeline(actorOf(call), project, { ref, variables, inputs });
      return created(showPipeline(call.engine.world, pipeline));
    },
  },
  {
    method: 'GET',
    path: `${PATH}/:pipeline_id`,
    parameters: [],
    answer: (call) => ok(showPipeline(call.engine.world, pipelineOf(call))),
  },
  {
    method: 'GET',
    path: `${PATH}/:pipeline_id/variables`,
    parameters: [],
    answer: listVariables,
  },
  {
    method: 'GET',
    path: `${PATH}/:pipeline_id/jobs`,
    parameters: ['include_retried', 'scope', ...PAGING],
    answer: listJobs,
  },
  {
    method: 'POST',
    path: `${PATH}/:pipeline_id/cancel`,
    parameters: [],
    answer(call) {
      const pipeline = pipelineOf(call);
      const canceled = call.operations.setPipeline(actorOf(call), pipeline, 'canceled');
      return ok(showPipeline(call.engine.world, canceled));
    },
  },
  {
    method: 'POST',
    path: `${PATH}/:pipeline_id/retry`,
    parameters: [],
    answer(call) {
      const pipeline = pipelineOf(call);
      const retried = call.operations.setPipeline(actorOf(call), pipeline, 'running');
      return created(showPipeline(call.engine.world, retried));
    },
  },
];

/** Pipelines of a private project are for Reporters and up. */
function readableProject(call: Call): Project {
  const project = projectOf(call);
  if (projectAccess(call.engine.world, call.user, project) < REPORTER) throw forbidden();
  return project;
}

function pipelineOf(call: Call): Pipeline {
  const project = readableProject(call);
  const id = numberPart(call, 'pipeline_id');
  const found = call.engine.world.pipelines.find((it) => it.projectId === project.id && it.id === id);
  if (found === undefined) throw recordNotFound();
  return found;
}

function listPipelines(call: Call): Answer {
  const { world } = call.engine;
  const { parameters } = call;
  const project = readableProject(call);
  const ref = parameters.text('ref');
  const status = parameters.text('status');
  const username = parameters.text('username');
  const source = parameters.text('source');
  const after = parameters.instant('updated_after');
  const found = world.pipelines.filter(
    (it) =>
      it.projectId === project.id &&
      (ref === undefined || it.ref === ref) &&
      (status === undefined || it.status === status) &&
      (source === undefined || it.source === source) &&
      (username === undefined || world.users.find(({ id }) => id === it.userId)?.username === username) &&
      (after === undefined || Date.parse(it.updatedAt) > after),
  );
  const inOrder = parameters.text('sort') === 'asc' ? found : found.toReversed();
  return paged(call, inOrder, (it) => showBasics(world, it));
}

/** For who started it as a Developer, and for Maintainers. */
function listVariables(call: Call): Answer {
  const pipeline = pipelineOf(call);
  const level = projectAccess(call.engine.world, call.user, projectOf(call));
  const isOwn = pipeline.userId === call.user?.id && level >= DEVELOPER;
  if (!isOwn && level < MAINTAINER) throw forbidden();
  return ok(
    pipeline.variables.map(({ key, value }) => ({ variable_type: 'env_var', key, value, raw: false })),
  );
}

function listJobs(call: Call): Answer {
  const pipeline = pipelineOf(call);
  const scope = call.parameters.list('scope');
  const jobs = pipeline.job === null ? [] : [{ ...pipeline, job: pipeline.job }];
  const shown = jobs.filter(({ job, status }) => scope === undefined || scope.includes(job.status ?? status));
  return paged(call, shown, (it) => ({
    id: it.job.id,
    name: it.job.name,
    stage: 'deploy',
    status: it.job.status ?? it.status,
    ref: it.ref,
    created_at: it.createdAt,
    finished_at: it.finishedAt,
    web_url: jobAddress(call.engine.world, it),
    pipeline: showBasics(call.engine.world, it),
  }));
}

function variablesIn({ parameters }: Call): Pipeline['variables'] {
  const given = parameters.objects('variables') ?? [];
  return given.map(({ key, value }) => {
    if (typeof key !== 'string' || typeof value !== 'string')
      throw new Refusal(400, { error: 'variables is invalid' });
    return { key, value };
  });
}

function showBasics(world: World, pipeline: Pipeline): object {
  return {
    id: pipeline.id,
    iid: pipeline.iid,
    project_id: pipeline.projectId,
    sha: '8f1c2d0b5a4e8f1c2d0b5a4e8f1c2d0b5a4e8f1c',
    ref: pipeline.ref,
    status: pipeline.status,
    source: pipeline.source,
    created_at: pipeline.createdAt,
    updated_at: pipeline.updatedAt,
    web_url: pipelineAddress(world, pipeline),
    name: pipeline.name,
  };
}

function showPipeline(world: World, pipeline: Pipeline): object {
  return {
    ...showBasics(world, pipeline),
    before_sha: '0000000000000000000000000000000000000000',
    tag: false,
    yaml_errors: null,
    user: showUserById(world, pipeline.userId),
    started_at: pipeline.createdAt,
    finished_at: pipeline.finishedAt,
    committed_at: null,
    duration: null,
    queued_duration: null,
    coverage: null,
  };
}

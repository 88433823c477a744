/** Pipelines of the stand-in: made and ended, and told to webhooks. */
import { type Engine, timestamp } from './engine.ts';
import { pipelinePayload } from './hook-payload.ts';
import { takeId } from './new-world.ts';
import { Refusal } from './operations.ts';
import { forbidden, projectAccess } from './reading.ts';
import type { Pipeline, PipelineStatus, Project, User } from './world.ts';

export const DEVELOPER = 30;

const ENDED: readonly PipelineStatus[] = ['success', 'failed', 'canceled', 'skipped'];

/** What GitLab answers for a pipeline that it does not make: its `render_validation_error!`. */
function invalid(message: string): Refusal {
  return new Refusal(400, { message: { base: [message] } });
}

/**
 * Takes a Developer, and a role that may set pipeline variables.
 *
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/api/ci/pipelines.rb
 * @see https://docs.gitlab.com/ci/variables/#restrict-pipeline-variables
 */
export function createPipeline(
  engine: Engine,
  actor: User,
  project: Project,
  fields: Pick<Pipeline, 'ref' | 'variables' | 'inputs'>,
): Pipeline {
  const { world } = engine;
  const level = projectAccess(world, actor, project);
  if (level < DEVELOPER) throw forbidden();
  const { defaultBranch = 'main', pipelineVariablesRole = DEVELOPER } = project;
  if (fields.ref !== defaultBranch) throw invalid('Reference not found');
  if (fields.variables.length > 0 && (pipelineVariablesRole === null || level < pipelineVariablesRole))
    throw invalid('Insufficient permissions to set pipeline variables');
  const { inputs: declared = [], name } = project.pipeline ?? {};
  const unknown = Object.keys(fields.inputs).filter((input) => !declared.includes(input));
  if (unknown.length > 0)
    throw invalid(`Given inputs not defined in the \`spec\` section: ${unknown.join(', ')}`);
  const at = timestamp(engine);
  const pipeline: Pipeline = {
    id: takeId(world, 'pipeline'),
    iid: world.pipelines.filter(({ projectId }) => projectId === project.id).length + 1,
    projectId: project.id,
    ref: fields.ref,
    userId: actor.id,
    createdAt: at,
    updatedAt: at,
    finishedAt: null,
    source: 'api',
    variables: fields.variables,
    inputs: fields.inputs,
    name: name === undefined ? null : withInputs(name, fields.inputs),
    job: { id: takeId(world, 'job'), name: 'provision' },
    status: 'running',
  };
  world.pipelines.push(pipeline);
  tell(engine, actor, project, pipeline);
  return pipeline;
}

export function setPipeline(
  engine: Engine,
  actor: User,
  pipeline: Pipeline,
  status: PipelineStatus,
): Pipeline {
  const project = engine.world.projects.find(({ id }) => id === pipeline.projectId);
  if (project === undefined || projectAccess(engine.world, actor, project) < DEVELOPER) throw forbidden();
  pipeline.status = status;
  pipeline.updatedAt = timestamp(engine);
  pipeline.finishedAt = ENDED.includes(status) ? pipeline.updatedAt : null;
  tell(engine, actor, project, pipeline);
  return pipeline;
}

/** As GitLab reads a configuration: `$[[ inputs.size ]]` is the value of that input. */
function withInputs(text: string, inputs: Pipeline['inputs']): string {
  return text.replaceAll(/\$\[\[\s*inputs\.([\w-]+)\s*\]\]/g, (_, input: string) =>
    String(inputs[input] ?? ''),
  );
}

function tell(engine: Engine, actor: User, { groupId }: Project, pipeline: Pipeline): void {
  const { id, projectId } = pipeline;
  engine.announce({ kind: 'pipeline', id, actor, groupId });
  engine.hooks.fire({
    event: 'pipeline',
    groupId,
    projectId,
    payload: () => pipelinePayload(engine.world, pipeline),
  });
}

import type { Item } from './reading.ts';
import { fullPathOf, groupById, projectById } from './reading.ts';
import type { Pipeline, Project, World } from './world.ts';

/** Where people find the item: `…/group/project/-/issues/7`, `…/groups/group/-/epics/7`. */
export function addressOf(world: World, item: Item): string {
  if (item.kind === 'epic')
    return `${world.baseUrl}/groups/${groupById(world, item.groupId).path}/-/epics/${item.iid}`;
  return `${projectAddress(world, projectById(world, item.projectId))}/-/issues/${item.iid}`;
}

export function projectAddress(world: World, project: Project): string {
  return `${world.baseUrl}/${fullPathOf(world, project)}`;
}

export function pipelineAddress(world: World, { id, projectId }: Pipeline): string {
  return `${projectAddress(world, projectById(world, projectId))}/-/pipelines/${id}`;
}

/** The page of its job is the pipeline's own here. */
export function jobAddress(world: World, pipeline: Pipeline): string {
  return `${pipelineAddress(world, pipeline)}#job-${pipeline.job?.id ?? 0}`;
}

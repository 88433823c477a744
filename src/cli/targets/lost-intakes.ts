/** Looks after pipelines that triggers have made: what one of them brought and did not take in is named, never taken in again. */
import type { CommandContext } from '#cli/terminal/command.ts';
import type { EngagementCheck } from '#domain/explain/check.ts';
import {
  broughtBy,
  isLost,
  isOverdue,
  type LostIntake,
  lostIntakeChecks,
  type TriggerPipeline,
} from '#domain/explain/lost-intakes.ts';
import type { TriggerPipelines } from '#ports/trigger-pipelines.ts';

/** GitLab itself no longer cancels what is older. */
const LOOK_BACK_MS = 7 * 86_400_000;
/** As many later pipelines are asked which SOW they took in. */
const MOST_LATER = 100;

const BLIND =
  'Trigger pipelines may not be seen with this token, so a SOW that one of them lost stays unnoticed: give its user the role Reporter in this project, or switch intake off (docs/ci.md).';

/**
 * Finds trigger pipelines of the last seven days whose intake did not succeed.
 *
 * @param job name of the job that takes in
 */
export async function findLostIntakes(
  { wire, output }: CommandContext,
  job: string,
): Promise<readonly EngagementCheck[]> {
  const pipelines = await wire.triggerPipelines();
  const now = wire.clock.now();
  const listed = await pipelines.list(new Date(Date.parse(now) - LOOK_BACK_MS).toISOString());
  if (listed === null) output.warning(BLIND);
  const lost: LostIntake[] = [];
  const taken: TriggerPipeline[] = [];
  for (const pipeline of listed ?? []) {
    if (pipeline.status === 'success') taken.push(pipeline);
    else if (!isOverdue(pipeline, now)) continue;
    else if (isLost(await pipelines.jobs(pipeline.id), job))
      lost.push({ ...pipeline, brought: broughtBy(await pipelines.variables(pipeline.id)) });
    else taken.push(pipeline);
  }
  const settled = await readSettled(pipelines, lost, taken);
  return lostIntakeChecks(lost, settled, { now, job });
}

/** Newest pipeline that took in a SOW, by its number. Nothing is asked where nothing is lost. */
async function readSettled(
  pipelines: TriggerPipelines,
  lost: readonly LostIntake[],
  taken: readonly TriggerPipeline[],
): Promise<ReadonlyMap<string, number>> {
  const oldest = lost.find(({ brought }) => brought.kind === 'sow')?.id ?? Number.POSITIVE_INFINITY;
  const settled = new Map<string, number>();
  for (const { id } of taken.filter((pipeline) => pipeline.id > oldest).slice(-MOST_LATER)) {
    const brought = broughtBy(await pipelines.variables(id));
    if (brought.kind === 'sow' && brought.number !== null) settled.set(brought.number, id);
  }
  return settled;
}

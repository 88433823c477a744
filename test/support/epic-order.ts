/** How an epic shows its issues. */
import { parseMarker } from '#domain/text/marker.ts';
import { childrenOf } from '#sandbox/ordering.ts';
import type { World } from '#sandbox/world.ts';
import type { EngagementWorld } from './engagement.ts';

/** Steps as the epic of an engagement shows them, from the top; none where there is no epic. */
export function shownInEpic(world: World): readonly string[] {
  const epic = world.epics.at(-1);
  if (epic === undefined) return [];
  return childrenOf(world, epic).map(({ title, description }) => parseMarker(description)?.step ?? title);
}

/** Moves a step in the epic, as somebody does who drags it: behind another one, or (`null`) on top. */
export async function moveOf(
  world: EngagementWorld,
  step: string,
  { after }: { readonly after: string | null },
): Promise<void> {
  const { sandbox, seed } = world;
  const top = childrenOf(sandbox.world, world.epic())[0];
  const neighbour =
    after === null ? { move_after_id: top?.epicIssueId } : { move_before_id: world.issue(after).epicIssueId };
  const { iid } = world.epic();
  const path = `/api/v4/groups/${seed.group.id}/epics/${iid}/issues/${world.issue(step).epicIssueId}`;
  const answer = await sandbox.fetch(
    new Request(`${sandbox.world.baseUrl}${path}`, {
      method: 'PUT',
      headers: { 'PRIVATE-TOKEN': seed.eli.token, 'Content-Type': 'application/json' },
      body: JSON.stringify(neighbour),
    }),
  );
  if (!answer.ok) throw new Error(`moving ${step}: ${answer.status} ${await answer.text()}`);
}

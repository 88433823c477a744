import type { EngagementVersion } from '#domain/versions/use.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { identifyAll } from '#reconciler/loop/identify-all.ts';

/** What {@link readEngagementVersions} found. */
export interface EngagementVersions {
  readonly engagements: readonly EngagementVersion[];
  /** Keys of engagements whose record cannot be read. */
  readonly unreadable: readonly string[];
}

/** Reads in bulk which version every engagement names; writes nothing. */
export async function readEngagementVersions(
  deps: Pick<ReconcileDeps, 'gitlab' | 'settings' | 'seal'>,
): Promise<EngagementVersions> {
  const states = await deps.gitlab.readAll();
  const engagements: EngagementVersion[] = [];
  const unreadable: string[] = [];
  for (const state of states) {
    const { epic, record } = await identifyAll(deps, state);
    if (epic !== null && record === null) unreadable.push(state.engagement);
    if (epic === null || record === null) continue;
    const { process, profile, version, rules, texts } = record;
    const { engagement } = state;
    const cameFrom = (record.migrated?.path ?? []).map((stage) => stage.version ?? 1);
    const closed = epic.state === 'closed';
    engagements.push({ engagement, process, profile, version, rules, texts, closed, cameFrom });
  }
  return { engagements, unreadable };
}

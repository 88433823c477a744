/** Worlds that begin where another one stood: what takes many requests to reach is reached once. */
import type { World } from '#sandbox/world.ts';
import type { TestWorld } from './gitlab-world.ts';

/** Everything a GitLab holds at one moment. */
export type Snapshot = World;

export function snapshotOf({ sandbox }: Pick<TestWorld, 'sandbox'>): Snapshot {
  return structuredClone(sandbox.world);
}

/** Makes a world that was just started hold what the snapshot holds. Adapters know nothing of it yet. */
export function beginFrom({ sandbox, url }: TestWorld, snapshot: Snapshot): void {
  if (snapshot.baseUrl !== url) throw new Error(`texts of ${snapshot.baseUrl} mean nothing at ${url}`);
  const { nextEpicIid, nextId, ...rest } = structuredClone(snapshot);
  const { world } = sandbox;
  Object.assign(world.nextId, nextId);
  for (const [group, iid] of nextEpicIid) world.nextEpicIid.set(group, iid);
  for (const [name, records] of Object.entries(rest)) {
    const table = world[name as keyof World];
    if (Array.isArray(table) && Array.isArray(records)) overwrite(table, records);
  }
}

/** The seeded records stay the same objects, because tests hold them. */
function overwrite(table: object[], records: readonly object[]): void {
  for (const [index, record] of records.entries()) {
    const known = table[index];
    if (known === undefined) table.push(record);
    else Object.assign(known, record);
  }
}

/** From the id of a step to the ids of others. Ids without an entry have no edges. */
export type StepEdges = ReadonlyMap<string, readonly string[]>;

/**
 * Circles among steps: for each step that is in one and not yet in a circle named before, the shortest
 * through it, as the ids on the way. A step that points at itself does not count.
 */
export function findCycles(edges: StepEdges): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  for (const start of edges.keys()) {
    if (cycles.some((cycle) => cycle.includes(start))) continue;
    const cycle = shortestWayBack(start, edges);
    if (cycle) cycles.push(cycle);
  }
  return cycles;
}

/** Every step that can be reached from one, without itself unless a circle leads back; nearest first. */
export function reachable(start: string, edges: StepEdges): readonly string[] {
  const found = new Set<string>();
  const queue = [...(edges.get(start) ?? [])];
  for (const id of queue) {
    if (found.has(id)) continue;
    found.add(id);
    queue.push(...(edges.get(id) ?? []));
  }
  return [...found];
}

function shortestWayBack(start: string, edges: StepEdges): readonly string[] | null {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const id of queue)
    for (const next of edges.get(id) ?? []) {
      if (next === start && id !== start) return wayTo(id, start, cameFrom);
      if (next === start || cameFrom.has(next)) continue;
      cameFrom.set(next, id);
      queue.push(next);
    }
  return null;
}

function wayTo(end: string, start: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const way = [end];
  for (let id = end; id !== start; id = cameFrom.get(id) ?? start) way.unshift(cameFrom.get(id) ?? start);
  return way;
}

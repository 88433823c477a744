/** Places issues in columns so that every blocking link points to the right. Pure. */

export interface Edge {
  readonly from: number;
  readonly to: number;
}

export interface Spot {
  readonly column: number;
  readonly row: number;
}

export interface Arrangement {
  readonly columns: number;
  readonly rows: number;
  /** Where each issue stands; key: issue id. Rows are halves where a column is centred. */
  readonly spots: ReadonlyMap<number, Spot>;
  /** Each drawn link as the spots it passes, from its first box to its last. */
  readonly routes: readonly (readonly Spot[])[];
}

/**
 * Columns by the longest path from an issue that waits for nothing, rows by the mean of what comes before.
 * Links that others already imply are left out; so are links that would close a circle.
 */
export function arrange(ids: readonly number[], edges: readonly Edge[]): Arrangement {
  const known = new Set(ids);
  const sound = withoutCircles(
    edges.filter((edge) => known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to),
  );
  const drawn = sound.filter(
    (edge) =>
      !sound.some((it) => it.from === edge.from && it.to !== edge.to && reaches(sound, it.to, edge.to)),
  );
  const column = new Map<number, number>();
  const columnOf = (id: number): number => {
    const seen = column.get(id);
    if (seen !== undefined) return seen;
    const before = drawn.filter((edge) => edge.to === id).map((edge) => columnOf(edge.from) + 1);
    const found = Math.max(0, ...before);
    column.set(id, found);
    return found;
  };
  for (const id of ids) columnOf(id);
  return place(ids, column, drawn);
}

function withoutCircles(edges: readonly Edge[]): Edge[] {
  const kept: Edge[] = [];
  for (const edge of edges) if (!reaches(kept, edge.to, edge.from)) kept.push(edge);
  return kept;
}

function reaches(edges: readonly Edge[], from: number, to: number): boolean {
  const waiting = [from];
  const seen = new Set<number>();
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const edge of edges) if (edge.from === id) waiting.push(edge.to);
  }
  return false;
}

/** A box, or a point where a long link passes a column. */
interface Knot {
  readonly key: string;
  readonly column: number;
  readonly before: string[];
}

function place(
  ids: readonly number[],
  column: ReadonlyMap<number, number>,
  edges: readonly Edge[],
): Arrangement {
  const knots = new Map<string, Knot>(
    ids.map((id) => [`${id}`, { key: `${id}`, column: column.get(id) ?? 0, before: [] }]),
  );
  const routes = edges.map((edge) => {
    const first = column.get(edge.from) ?? 0;
    const last = column.get(edge.to) ?? 0;
    const path = [`${edge.from}`];
    for (let at = first + 1; at < last; at += 1) {
      const key = `${edge.from}>${edge.to}@${at}`;
      knots.set(key, { key, column: at, before: [path.at(-1) ?? ''] });
      path.push(key);
    }
    knots.get(`${edge.to}`)?.before.push(path.at(-1) ?? '');
    return [...path, `${edge.to}`];
  });
  const columns = Math.max(0, ...column.values()) + 1;
  const height = Math.max(
    ...Array.from(
      { length: columns },
      (_, at) => [...knots.values()].filter((it) => it.column === at).length,
    ),
  );
  const spots = new Map<string, Spot>();
  for (let at = 0; at < columns; at += 1) {
    const here = [...knots.values()].filter((knot) => knot.column === at);
    const ranked = here
      .map((knot) => ({ knot, rank: meanRow(knot, spots) }))
      .toSorted((one, other) => one.rank - other.rank);
    for (const [index, { knot }] of ranked.entries()) {
      spots.set(knot.key, { column: at, row: index + (height - here.length) / 2 });
    }
  }
  const spotOf = (key: string): Spot => spots.get(key) ?? { column: 0, row: 0 };
  return {
    columns,
    rows: height,
    spots: new Map(ids.map((id) => [id, spotOf(`${id}`)])),
    routes: routes.map((path) => path.map(spotOf)),
  };
}

function meanRow(knot: Knot, spots: ReadonlyMap<string, Spot>): number {
  const rows = knot.before.flatMap((key) => spots.get(key)?.row ?? []);
  return rows.length === 0 ? Number.MAX_SAFE_INTEGER : rows.reduce((sum, row) => sum + row, 0) / rows.length;
}

/** Parts of a text, as `[start, end]`. */
export type Spans = readonly (readonly [number, number])[];

/** Of lines of one text, joined by line feeds, the indexes of those that begin outside of all spans. */
export function linesOutside(lines: readonly string[], spans: Spans): readonly number[] {
  const all = merged(spans);
  let start = 0;
  let next = 0;
  return lines.flatMap((line, index) => {
    const at = start;
    start += line.length + 1;
    while ((all[next]?.[1] ?? at) < at) next += 1;
    const [from, to] = all[next] ?? [at, at];
    return from < at && at < to ? [] : [index];
  });
}

/** In order, and none of them in another. */
function merged(spans: Spans): Spans {
  const all: [number, number][] = [];
  for (const [start, end] of spans.toSorted((one, other) => one[0] - other[0])) {
    const last = all.at(-1);
    if (last !== undefined && start < last[1]) last[1] = Math.max(last[1], end);
    else all.push([start, end]);
  }
  return all;
}

/**
 * Orders that people make by hand: of an epic's children, and of issues on boards.
 *
 * Positions are whole numbers, lowest on top, with room between them; a move writes one of them.
 *
 * @see lib/gitlab/relative_positioning.rb, lib/gitlab/relative_positioning/mover.rb
 */

/** Room that GitLab leaves to the next one: `IDEAL_DISTANCE`. */
const DISTANCE = 513;

/** Reads and writes the position of one kind of list. */
export interface Positions<T> {
  of(item: T): number;
  set(item: T, position: number): void;
}

/** Above all of these: `move_to_start`. The first of a list stands at 0. */
export function positionOnTop(taken: readonly number[]): number {
  return taken.length === 0 ? 0 : Math.min(...taken) - DISTANCE;
}

/** Below all of these: `move_nulls_to_end`. */
export function positionAtEnd(taken: readonly number[]): number {
  return taken.length === 0 ? 0 : Math.max(...taken) + DISTANCE;
}

/**
 * Moves an item right after `before` or right before `after`; below the upper one when both are given, in whichever
 * order. One that stands between them already stays where it is.
 *
 * @param siblings the list with the item in it
 * @see app/models/concerns/relative_positioning.rb `move_between`
 */
export function moveBetween<T>(
  siblings: readonly T[],
  item: T,
  neighbours: { readonly before: T | null; readonly after: T | null },
  positions: Positions<T>,
): void {
  const others = siblings
    .filter((it) => it !== item)
    .toSorted((one, other) => positions.of(one) - positions.of(other));
  const [upper, lower] = inOrder(neighbours, positions);
  const above = upper ?? others[others.indexOf(lower as T) - 1] ?? null;
  const below = others[above === null ? 0 : others.indexOf(above) + 1] ?? null;
  if (isBetween(positions.of(item), above, lower ?? below, positions)) return;
  if (above !== null && below !== null && positions.of(below) - positions.of(above) < 2)
    for (const [at, other] of others.entries()) positions.set(other, at * DISTANCE);
  positions.set(item, positionBetween(above && positions.of(above), below && positions.of(below)));
}

function inOrder<T>(
  { before, after }: { readonly before: T | null; readonly after: T | null },
  positions: Positions<T>,
): [T | null, T | null] {
  const isTurned = before !== null && after !== null && positions.of(before) > positions.of(after);
  return isTurned ? [after, before] : [before, after];
}

function isBetween<T>(position: number, above: T | null, below: T | null, positions: Positions<T>): boolean {
  if (above !== null && positions.of(above) >= position) return false;
  return below === null || position < positions.of(below);
}

function positionBetween(above: number | null, below: number | null): number {
  if (above === null) return positionOnTop(below === null ? [] : [below]);
  return below === null ? positionAtEnd([above]) : Math.ceil((above + below) / 2);
}

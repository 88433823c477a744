/** Places the steps of an engagement in columns so that every step stands right of what it comes after. Pure. */
import type { ReportedStep } from '#domain/portfolio/engagement-report.ts';

/** Place of a step in the picture. */
export interface Spot {
  readonly column: number;
  readonly row: number;
}

/** Places of all steps, with the size of the picture. */
export interface TrackLayout {
  readonly columns: number;
  readonly rows: number;
  readonly spots: ReadonlyMap<string, Spot>;
  /** Without those that others already imply. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

/** Columns by the longest way from the beginning; what runs alongside comes below what does not. */
export function trackLayout(steps: readonly ReportedStep[]): TrackLayout {
  const byKey = new Map(steps.map((step) => [step.step, step]));
  const columns = new Map<string, number>();
  const columnOf = (key: string): number => {
    const known = columns.get(key);
    if (known !== undefined) return known;
    // While it is being worked out, so that a circle ends.
    columns.set(key, 0);
    const before = (byKey.get(key)?.after ?? []).filter(({ step }) => byKey.has(step));
    const column = Math.max(0, ...before.map(({ step }) => columnOf(step) + 1));
    columns.set(key, column);
    return column;
  };
  const spots = new Map<string, Spot>();
  const taken = new Map<number, number>();
  for (const { step } of steps.toSorted((a, b) => Number(a.alongside) - Number(b.alongside))) {
    const column = columnOf(step);
    const row = taken.get(column) ?? 0;
    taken.set(column, row + 1);
    spots.set(step, { column, row });
  }
  return {
    columns: Math.max(0, ...columns.values()) + 1,
    rows: Math.max(1, ...taken.values()),
    spots,
    edges: neededEdges(byKey),
  };
}

function neededEdges(byKey: ReadonlyMap<string, ReportedStep>): TrackLayout['edges'] {
  const before = (key: string): readonly string[] =>
    (byKey.get(key)?.after ?? []).map(({ step }) => step).filter((step) => byKey.has(step));
  const comesAfter = (key: string, other: string, seen: Set<string>): boolean =>
    before(key).some((step) => {
      if (step === other) return true;
      if (seen.has(step)) return false;
      seen.add(step);
      return comesAfter(step, other, seen);
    });
  return [...byKey.keys()].flatMap((to) =>
    before(to)
      .filter((from) => !before(to).some((other) => other !== from && comesAfter(other, from, new Set())))
      .map((from) => ({ from, to })),
  );
}

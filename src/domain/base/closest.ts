const LONGEST_NAME = 60;

/**
 * The names a misspelt one probably meant, nearest first, at most three. Case, dashes and underscores do not
 * count (`closedWonOn` means `closed_won_on`); otherwise about one letter in three may differ. When nothing is
 * that near, names count that begin with it, or it with them (`warning`, `warn`).
 */
export function closest(name: string, candidates: Iterable<string>): readonly string[] {
  if (name.length > LONGEST_NAME) return [];
  const wanted = bare(name);
  const most = Math.max(1, Math.floor(wanted.length / 3));
  const near: { candidate: string; distance: number }[] = [];
  const beginnings: string[] = [];
  for (const candidate of new Set(candidates)) {
    const known = bare(candidate);
    if (isBeginning(known, wanted)) beginnings.push(candidate);
    if (Math.abs(known.length - wanted.length) > most) continue;
    const distance = editDistance(wanted, known);
    if (distance <= most) near.push({ candidate, distance });
  }
  const names = near
    .toSorted((one, other) => one.distance - other.distance)
    .map(({ candidate }) => candidate);
  return (names.length > 0 ? names : beginnings).slice(0, 3);
}

/** `Did you mean "aws"?`, or the fallback when nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>, otherwise: string): string {
  const names = closest(name, candidates);
  return names.length === 0 ? otherwise : orQuestion(names);
}

/** `Did you mean "aws" or "on-prem"?` */
export function orQuestion(names: readonly string[]): string {
  return `Did you mean ${names.map((name) => `"${name}"`).join(' or ')}?`;
}

/** Whether two words are one but for case, dashes, underscores and blanks. @example isSameWord('On Prem', 'on-prem') */
export function isSameWord(one: string, other: string): boolean {
  return bare(one) === bare(other);
}

function isBeginning(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length >= 4 && short.length < long.length && long.startsWith(short);
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** How many letters must be added, dropped, changed or swapped with their neighbour. */
function editDistance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const changed = one[row - 1] === other[column - 1] ? 0 : 1;
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + changed);
      if (one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1])
        cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, other.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}

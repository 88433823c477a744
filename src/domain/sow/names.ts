import { closest } from '#domain/base/closest.ts';
import { sowPaths } from './paths.ts';

/** Paths of the SOW somebody may have meant: those that look alike, else those that end like it (`region` → `customer.region`). */
export function likelySowPaths(path: string): readonly string[] {
  const paths = [...sowPaths().keys()];
  const near = closest(path, paths);
  if (near.length > 0) return near;
  const last = path.split('.').at(-1) ?? path;
  const byEnd = new Map(paths.map((known) => [known, known.split('.').at(-1) ?? known]));
  const ends = closest(last, byEnd.values());
  return paths.filter((known) => ends.includes(byEnd.get(known) ?? '')).slice(0, 3);
}

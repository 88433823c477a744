/**
 * Lets the first names through and calls every further one `other`: a bound on metric series whatever comes in.
 */
export function atMost(limit: number): (name: string) => string {
  const seen = new Set<string>();
  return (name) => {
    if (seen.has(name)) return name;
    if (seen.size >= limit) return 'other';
    seen.add(name);
    return name;
  };
}

/**
 * Keeps the values of a label few: the first so many names pass, every later one is `other`. A series of Prometheus
 * lives as long as the process.
 *
 * @see https://prometheus.io/docs/practices/naming/#labels
 */
export function atMost(names: number): (name: string) => string {
  const seen = new Set<string>();
  return (name) => {
    if (seen.has(name)) return name;
    if (seen.size >= names) return 'other';
    seen.add(name);
    return name;
  };
}

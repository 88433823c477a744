/** A decision asks half a dozen times for what stands in the same dozen descriptions. */
const MOST_KEPT = 32;
const LONGEST_KEPT = 50_000;

/** The same function of a text, which keeps its last answers about texts that are not very long. */
export function remembering<T>(read: (text: string) => T): (text: string) => T {
  const kept = new Map<string, T>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const answer = read(text);
    if (text.length > LONGEST_KEPT) return answer;
    const [oldest] = kept.keys();
    if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(text, answer);
    return answer;
  };
}

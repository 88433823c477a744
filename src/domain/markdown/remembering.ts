/**
 * A decision asks half a dozen times for what stands in the same dozen descriptions and comments: so much text is kept,
 * and never more texts than that.
 */
const MOST_CHARACTERS = 400_000;
const MOST_TEXTS = 512;
const LONGEST_KEPT = 50_000;

/** The same function of a text, which keeps its last answers about texts that are not very long. */
export function remembering<T>(read: (text: string) => T): (text: string) => T {
  const kept = new Map<string, T>();
  let characters = 0;
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const answer = read(text);
    if (text.length > LONGEST_KEPT) return answer;
    kept.set(text, answer);
    characters += text.length;
    for (const oldest of kept.keys()) {
      if (characters <= MOST_CHARACTERS && kept.size <= MOST_TEXTS) break;
      kept.delete(oldest);
      characters -= oldest.length;
    }
    return answer;
  };
}

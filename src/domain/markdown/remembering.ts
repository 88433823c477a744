/** How much is kept of what was read or made once: texts by which it is found again, and their characters in all. */
export interface MemoryLimits {
  readonly texts: number;
  readonly characters: number;
}

/**
 * A decision asks half a dozen times for what stands in the same dozen descriptions and comments: so much text is kept,
 * and never more texts than that.
 */
const OF_ONE_DECISION: MemoryLimits = { texts: 512, characters: 400_000 };
const LONGEST_KEPT = 50_000;

/** Last answers, each found by the text that it follows from. */
export interface TextMemory<T> {
  /** The answer to a text: the one that is kept, or one that is made now, and kept where the text is not very long. */
  readonly of: (text: string, make: () => T) => T;
}

/** Makes an empty memory. When it is full the oldest answers go. */
export function textMemory<T>(limits: MemoryLimits): TextMemory<T> {
  const kept = new Map<string, T>();
  let characters = 0;
  return {
    of: (text, make) => {
      const known = kept.get(text);
      if (known !== undefined) return known;
      const answer = make();
      if (text.length > LONGEST_KEPT) return answer;
      kept.set(text, answer);
      characters += text.length;
      for (const oldest of kept.keys()) {
        if (characters <= limits.characters && kept.size <= limits.texts) break;
        kept.delete(oldest);
        characters -= oldest.length;
      }
      return answer;
    },
  };
}

/** The same function of a text, which keeps its last answers about texts that are not very long. */
export function remembering<T>(read: (text: string) => T): (text: string) => T {
  const memory = textMemory<T>(OF_ONE_DECISION);
  return (text) => memory.of(text, () => read(text));
}

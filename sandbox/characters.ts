/** Number of characters as Ruby counts them: code points. */
export function characterCount(text: string): number {
  return Array.from(text).length;
}

const PLACEHOLDER = /^(?:[-–—_?.…]+|(?:todo|tbd|tba)[.!?…]*)$/i;

/** Whether a value only holds the place of one: `–`, `…`, `TODO`. */
export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value);
}

import { hash } from 'node:crypto';

/** Digits of a hash: 128 bits, so that nobody finds two texts with one hash, and has the second one pass for the first. */
const LENGTH = 32;

/** Hash by which a text is known again that is kept nowhere. @example `4000` → 32 hexadecimal digits */
export function textHash(text: string): string {
  return hash('sha256', text).slice(0, LENGTH);
}

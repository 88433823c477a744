/**
 * Foreign text as both databases can hold it. PostgreSQL refuses NUL in a text, and UTF-8 has no lone surrogates:
 * SQLite would turn two different dedupe keys into one. Such characters are kept as `\uXXXX`; the backslash too,
 * so that no two texts are stored alike.
 */
const UNSTORABLE = /[\0\\]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const ESCAPED = /\\u([0-9a-f]{4})/g;

/** @example toStored('a\0b') === 'a\\u0000b' */
export function toStored(text: string): string {
  if (text.isWellFormed() && !text.includes('\0') && !text.includes('\\')) return text;
  return text.replaceAll(
    UNSTORABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Reverses {@link toStored}. */
export function fromStored(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(ESCAPED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** {@link toStored} for what may be missing. */
export function toStoredOrNull(text: string | null): string | null {
  return text === null ? null : toStored(text);
}

/** {@link fromStored} for what may be missing. */
export function fromStoredOrNull(text: string | null): string | null {
  return text === null ? null : fromStored(text);
}

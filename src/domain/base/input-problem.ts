/** A path into nested data: field names and positions in lists (from 0). */
export type FieldPath = readonly (string | number)[];

/** One thing that is wrong with one value, wherever the value came from. */
export interface FieldProblem {
  readonly at: FieldPath;
  /** {@link at} for people: `contacts.customer.main.email`, `deliverables[0].title`; empty for the whole. */
  readonly path: string;
  /** What was expected and what was there; one line, no full stop. */
  readonly message: string;
  /** What to do about it, as a sentence. */
  readonly fix: string;
}

/** One thing that is wrong with an input of ours, and where. */
export interface InputProblem {
  /** As the person named it; `null` when the input was not a file (environment, webhook). */
  readonly file: string | null;
  /** From 1; `null` when the problem is not at a line. */
  readonly line: number | null;
  readonly path: string;
  readonly message: string;
  readonly fix: string;
  readonly severity: 'error' | 'warning';
}

/**
 * One line for people and logs.
 *
 * @example
 * sows/SOW-1042.yml:12 contacts.customer.main.email: expected an e-mail address, got "x". Fix: Write it like ada@example.com.
 */
export function formatProblem(problem: InputProblem): string {
  const { file, line, path, message, fix, severity } = problem;
  const where = [file === null ? '' : file + (line === null ? '' : `:${line}`), path].filter(
    (part) => part !== '',
  );
  const text = `${where.length === 0 ? '' : `${where.join(' ')}: `}${message}${fix === '' ? '' : `. Fix: ${fix}`}`;
  return printable(severity === 'warning' ? `warning: ${text}` : text);
}

/** `['deliverables', 0, 'title']` as people write it: `deliverables[0].title`. */
export function formatPath(at: FieldPath): string {
  let path = '';
  for (const part of at) {
    if (typeof part === 'number') path += `[${part}]`;
    else path += path === '' ? part : `.${part}`;
  }
  return path;
}

const LONGEST_SHOWN = 60;

/** A value for a message: short, on one line, harmless on a terminal. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return 'a group of fields';
  const text = value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value;
  return printable(JSON.stringify(text));
}

/**
 * Escapes what moves a terminal's cursor, breaks a line or reverses the reading order: file names and field
 * names in messages come from the input too.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Path into nested data: field names, and positions in lists from 0. @example `['deliverables', 0, 'title']` */
export type FieldPath = readonly (string | number)[];

/** Mistake in an input of ours (settings, SOW, process, template, case, plan file, argument), and its place. */
export interface InputProblem {
  /** As the person named it; `null` when the input was not a file, or while a check sees the bare value ({@link located}). */
  readonly file: string | null;
  /** From 1; `null` when the problem is not at a line. */
  readonly line: number | null;
  /** Field that is wrong; empty for the whole. */
  readonly at: FieldPath;
  /** {@link at} for people: `contacts.customer.main.email`, `deliverables[0].title`. */
  readonly path: string;
  /** What was expected and what was there; one line, no full stop. */
  readonly message: string;
  /** What to do about it, as a sentence; empty where the message says it. */
  readonly fix: string;
  /** `warning`: the input can be used as it is. */
  readonly severity: 'error' | 'warning';
}

/** Place of a problem, as far as there is one. */
export interface Place {
  readonly file?: string | null;
  readonly line?: number | null;
  /** Path of a field, or the name of a variable, an option or a SOW. */
  readonly at?: FieldPath | string;
}

/**
 * Problem that keeps an input from being used.
 *
 * @example problem({ at: 'PORT' }, 'expected a port', 'Leave it out for 3000.')
 */
export function problem(place: Place, message: string, fix = ''): InputProblem {
  const { file = null, line = null, at = [] } = place;
  const parts = typeof at === 'string' ? [at].filter((name) => name !== '') : at;
  return { file, line, at: parts, path: formatPath(parts), message, fix, severity: 'error' };
}

/** Problem of an input that can be used all the same. */
export function warning(place: Place, message: string, fix = ''): InputProblem {
  return { ...problem(place, message, fix), severity: 'warning' };
}

/**
 * Puts the problem of a value into the file that the value came from.
 *
 * @param lineOf line of a field of that file
 */
export function located(
  found: InputProblem,
  file: string,
  lineOf: (at: FieldPath) => number | null,
): InputProblem {
  return { ...found, file, line: lineOf(found.at) };
}

/** Fields of a problem in `--json` output. Stable. */
export function problemData({ file, line, path, message, fix, severity }: InputProblem): object {
  return { file, line, path, message, fix, severity };
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

/** Shows a value in a message: short, on one line, harmless on a terminal. */
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

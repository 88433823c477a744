import { checkShape } from '#domain/base/check-shape.ts';
import { closest, orQuestion } from '#domain/base/closest.ts';
import { type FieldPath, type InputProblem, problem, warning } from '#domain/base/input-problem.ts';
import { knownFields } from '#domain/base/known-fields.ts';
import { withoutAbsent } from './absent.ts';
import { likelySowPaths, sowPaths } from './paths.ts';
import { Sow } from './sow.ts';
import { stageOf, stageProblem } from './stage.ts';

export type ReadSow =
  | { readonly kind: 'ok'; readonly sow: Sow; readonly warnings: readonly InputProblem[] }
  | {
      readonly kind: 'invalid';
      readonly problems: readonly InputProblem[];
      readonly warnings: readonly InputProblem[];
    };

/** Hostile input must not make us write a book. */
const MOST_WARNINGS = 50;
/** Deeper than any field of a SOW. */
const MAX_DEPTH = 10;

/**
 * Reads a SOW from plain data, from whichever source: every problem at once, each with the value seen and the fix.
 * Fields that a SOW does not have are dropped with a warning; what is empty counts as left out ({@link withoutAbsent});
 * words that decide are understood in the spellings of CRMs (`Closed Won`, `On Prem`).
 */
export function readSow(given: unknown): ReadSow {
  const value = withoutAbsent(given);
  const warnings = unknownFields(value);
  const stage = stageIn(value);
  const nearly = stage === null ? null : stageProblem(stage);
  const result = checkShape(Sow, stage === null ? value : { ...Object(value), stage: stageOf(stage) });
  if (result.kind === 'ok' && nearly === null) return { kind: 'ok', sow: result.value, warnings };
  const problems = result.kind === 'ok' ? [] : result.problems.map(withKind);
  return {
    kind: 'invalid',
    problems: [...problems, ...(nearly === null ? [] : [nearly]), ...endBeforeStart(value, problems)],
    warnings,
  };
}

function stageIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('stage' in value)) return null;
  return typeof value.stage === 'string' ? value.stage : null;
}

/** The fields of the data that a SOW does not have, each with the closest known name; at most fifty. */
export function unknownFields(value: unknown): readonly InputProblem[] {
  const found: InputProblem[] = [];
  const namesAt = new Map<string, readonly string[]>();
  const visit = (value: unknown, at: FieldPath): void => {
    if (typeof value !== 'object' || value === null || at.length > MAX_DEPTH || found.length >= MOST_WARNINGS)
      return;
    if (Array.isArray(value)) {
      for (const [index, element] of value.entries()) visit(element, [...at, index]);
      return;
    }
    // Elements of one list share their fields, so that a long list costs one look at the schema.
    const place = at.filter((part) => typeof part === 'string').join('.');
    const names = namesAt.get(place) ?? knownFields(Sow, at).names;
    namesAt.set(place, names);
    if (names.length === 0) return;
    for (const [name, field] of Object.entries(value)) {
      if (names.includes(name)) visit(field, [...at, name]);
      else if (found.length < MOST_WARNINGS) found.push(unknownField([...at, name], name, names));
    }
  };
  visit(value, []);
  return found;
}

function unknownField(at: FieldPath, name: string, names: readonly string[]): InputProblem {
  return warning({ at }, 'unknown field, ignored', rename(name, names));
}

function rename(name: string, names: readonly string[]): string {
  const near = closest(name, names);
  const elsewhere = near.length > 0 ? near : likelySowPaths(name);
  return elsewhere.length === 0 ? `Remove it; known here: ${names.join(', ')}.` : orQuestion(elsewhere);
}

/** The schema calls dates and addresses text until it has seen some. */
function withKind(found: InputProblem): InputProblem {
  const { kind } = sowPaths().get(found.at.filter((part) => typeof part === 'string').join('.')) ?? {};
  const wanted = kind === 'date' ? 'a date, YYYY-MM-DD' : kind === 'url' ? 'a web address' : null;
  if (wanted === null) return found;
  return { ...found, message: found.message.replace('expected some text', `expected ${wanted}`) };
}

/** The schema compares the dates only when everything else is well; people want to hear of it at once. */
function endBeforeStart(value: unknown, known: readonly InputProblem[]): readonly InputProblem[] {
  if (known.some(({ path }) => path.startsWith('dates'))) return [];
  const dates = typeof value === 'object' && value !== null && 'dates' in value ? value.dates : undefined;
  if (typeof dates !== 'object' || dates === null || !('start' in dates && 'end' in dates)) return [];
  const { start, end } = dates;
  if (typeof start !== 'string' || typeof end !== 'string' || end >= start) return [];
  const message = `expected a date on or after dates.start (${start}), got ${end}`;
  return [problem({ at: ['dates', 'end'] }, message)];
}

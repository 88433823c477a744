import { checkShape } from '#domain/base/check-shape.ts';
import { closest, orQuestion } from '#domain/base/closest.ts';
import { type FieldPath, type InputProblem, problem, warning } from '#domain/base/input-problem.ts';
import type { SubjectKind } from '#domain/base/keys.ts';
import { knownFields } from '#domain/base/known-fields.ts';
import { withoutAbsent } from './absent.ts';
import { likelyPaths, pathsOf } from './paths.ts';
import { Sow } from './sow.ts';
import { stageOf, stageProblem } from './stage.ts';
import { schemaOf } from './subject.ts';

/** Something read from a source, or every problem of it. */
export type Read<K extends string, T> =
  | ({ readonly kind: 'ok'; readonly warnings: readonly InputProblem[] } & { readonly [Name in K]: T })
  | {
      readonly kind: 'invalid';
      readonly problems: readonly InputProblem[];
      readonly warnings: readonly InputProblem[];
    };

export type ReadSow = Read<'sow', Sow>;

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
  const warnings = unknownFields(value, 'sow');
  const stage = textAt(value, 'stage');
  const nearly = stage === null ? null : stageProblem(stage);
  const result = checkShape(Sow, stage === null ? value : { ...Object(value), stage: stageOf(stage) });
  if (result.kind === 'ok' && nearly === null) return { kind: 'ok', sow: result.value, warnings };
  const problems = result.kind === 'ok' ? [] : result.problems.map((found) => withKind(found, 'sow'));
  return {
    kind: 'invalid',
    problems: [...problems, ...(nearly === null ? [] : [nearly]), ...endBeforeStart(value, problems)],
    warnings,
  };
}

/** The field of some data; `undefined` where it is none. */
export function fieldAt(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** The text in a field of some data; `null` where there is none. */
export function textAt(value: unknown, name: string): string | null {
  const found = fieldAt(value, name);
  return typeof found === 'string' ? found : null;
}

/** The fields of the data that a SOW or a deal does not have, each with the closest known name; at most fifty. */
export function unknownFields(value: unknown, kind: SubjectKind): readonly InputProblem[] {
  const schema = schemaOf(kind);
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
    const names = namesAt.get(place) ?? knownFields(schema, at).names;
    namesAt.set(place, names);
    if (names.length === 0) return;
    for (const [name, field] of Object.entries(value)) {
      if (names.includes(name)) visit(field, [...at, name]);
      else if (found.length < MOST_WARNINGS) found.push(unknownField([...at, name], { name, names, kind }));
    }
  };
  visit(value, []);
  return found;
}

interface UnknownField {
  readonly name: string;
  readonly names: readonly string[];
  readonly kind: SubjectKind;
}

function unknownField(at: FieldPath, field: UnknownField): InputProblem {
  const [parent] = at;
  const isBeside = at.length === 2 && knownFields(schemaOf(field.kind), []).names.includes(field.name);
  const fix = isBeside ? `Write "${field.name}" beside "${String(parent)}", not in it.` : rename(field);
  return warning({ at }, 'unknown field, ignored', fix);
}

function rename({ name, names, kind }: UnknownField): string {
  const near = closest(name, names);
  const elsewhere = near.length > 0 ? near : likelyPaths(name, kind);
  return elsewhere.length === 0 ? `Remove it; known here: ${names.join(', ')}.` : orQuestion(elsewhere);
}

/** The schema calls dates and addresses text until it has seen some. */
export function withKind(found: InputProblem, subject: SubjectKind): InputProblem {
  const place = found.at.filter((part) => typeof part === 'string').join('.');
  const { kind } = pathsOf(subject).get(place) ?? {};
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

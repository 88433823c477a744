import { z } from 'zod';
import { InvalidInputError } from '#domain/base/errors.ts';
import { type FieldPath, type InputProblem, located, problem } from '#domain/base/input-problem.ts';
import { DealKey, SowNumber } from '#domain/base/keys.ts';
import { DEFAULT_DEALS, type DealSettings } from '#domain/base/settings.ts';
import { UNCOMPILED } from '#domain/base/uncompiled.ts';
import type { NumberedFile } from '#domain/sow/doubles.ts';
import { isDealShaped, readDeal, readSubject } from '#domain/sow/read-deal.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { DEALS_FOLDER, SOWS_FOLDER } from '#domain/sow/sow-file.ts';
import { isDeal, type Subject } from '#domain/sow/subject.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';
import { readText } from './read-text.ts';

const NumberedSow = z.object({ sow: z.object({ number: SowNumber }) });
const KeyedDeal = z.object({ deal: z.object({ key: DealKey }) });

/** A SOW or a deal from a file. */
export interface LoadedSubject {
  readonly subject: Subject;
  /** Fields that were ignored. */
  readonly warnings: readonly InputProblem[];
}

/**
 * Reads a SOW or deal file (YAML or JSON); a deal is told by its field `deal`, or by its folder.
 *
 * @throws InvalidInputError with every problem, each at its line
 */
export async function loadSubject(file: string, deals: DealSettings): Promise<LoadedSubject> {
  const result = checkFile(file, deals);
  if (result.kind === 'invalid')
    throw new InvalidInputError(result.problems.filter(({ severity }) => severity === 'error'));
  return result;
}

/** Reads a file that holds a SOW. @throws InvalidInputError as {@link loadSubject}, also when it holds a deal */
export async function loadSow(
  file: string,
): Promise<{ readonly sow: Sow; readonly warnings: readonly InputProblem[] }> {
  const { subject, warnings } = await loadSubject(file, DEFAULT_DEALS);
  if (isDeal(subject)) throw new InvalidInputError([problem({ file }, 'expected a SOW, got a deal')]);
  return { sow: subject, warnings };
}

/** What lint finds out about one SOW or deal file. */
export interface LintedSubject {
  /** Everything that is wrong with it, warnings too; empty when nothing is. */
  readonly problems: readonly InputProblem[];
  /** The number or key in it, also where other fields are wrong; `null` when there is none. */
  readonly numbered: NumberedFile | null;
  /** `null` when it cannot be used. */
  readonly subject: Subject | null;
}

/** Finds everything wrong with a SOW or deal file. */
export async function lintSubject(file: string, deals: DealSettings = DEFAULT_DEALS): Promise<LintedSubject> {
  const { numbered, ...result } = checkFile(file, deals);
  return result.kind === 'ok'
    ? { problems: result.warnings, numbered, subject: result.subject }
    : { problems: result.problems, numbered, subject: null };
}

type CheckedFile = { readonly numbered: NumberedFile | null } & (
  | ({ readonly kind: 'ok' } & LoadedSubject)
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] }
);

function checkFile(file: string, deals: DealSettings): CheckedFile {
  const content = readText(file);
  if (content.kind === 'error') return { kind: 'invalid', problems: [content.problem], numbered: null };
  const parsed = parseYaml(content.text, file);
  if (parsed.kind === 'error') return { kind: 'invalid', problems: parsed.problems, numbered: null };
  const { value, lineOf } = parsed;
  const wanted = isDealShaped(value) || isInDeals(file) ? 'deal' : 'sow';
  const numbered = numberedIn(file, value, lineOf);
  const inFile = (found: InputProblem): InputProblem => located(found, file, lineOf);
  const result = wanted === 'deal' ? readDeal(value, deals) : readSubject(value, deals);
  const warnings = result.warnings.map(inFile);
  if (result.kind === 'ok') return { kind: 'ok', subject: result.subject, warnings, numbered };
  const problems = [...result.problems.map(inFile), ...warnings];
  return {
    kind: 'invalid',
    problems: problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0)),
    numbered,
  };
}

function numberedIn(
  file: string,
  value: unknown,
  lineOf: (at: FieldPath) => number | null,
): NumberedFile | null {
  const key = KeyedDeal.safeParse(value, UNCOMPILED).data?.deal.key;
  if (key !== undefined) return { file, number: key, line: lineOf(['deal', 'key']) };
  const number = isDealShaped(value) ? undefined : NumberedSow.safeParse(value, UNCOMPILED).data?.sow.number;
  return number === undefined ? null : { file, number, line: lineOf(['sow', 'number']) };
}

/** The folder nearest to the file counts: a checkout may lie in a folder of any name. */
function isInDeals(file: string): boolean {
  const nearest = file.split(/[\\/]/).findLast((folder) => folder === DEALS_FOLDER || folder === SOWS_FOLDER);
  return nearest === DEALS_FOLDER;
}

import { z } from 'zod';
import { InvalidInputError } from '#domain/base/errors.ts';
import { type InputProblem, located } from '#domain/base/input-problem.ts';
import { SowNumber } from '#domain/base/keys.ts';
import type { NumberedFile } from '#domain/sow/doubles.ts';
import { readSow } from '#domain/sow/problems.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';
import { readText } from './read-text.ts';

const Numbered = z.object({ sow: z.object({ number: SowNumber }) });

export interface LoadedSow {
  readonly sow: Sow;
  /** Fields that were ignored. */
  readonly warnings: readonly InputProblem[];
}

/**
 * Reads a SOW file (YAML or JSON).
 *
 * @throws InvalidInputError with every problem, each at its line
 */
export async function loadSow(file: string): Promise<LoadedSow> {
  const result = await checkSow(file);
  if (result.kind === 'invalid')
    throw new InvalidInputError(result.problems.filter(({ severity }) => severity === 'error'));
  return result;
}

/** What lint finds out about one SOW file. */
export interface LintedSow {
  /** Everything that is wrong with it, warnings too; empty when nothing is. */
  readonly problems: readonly InputProblem[];
  /** The number in it, also where other fields are wrong; `null` when there is none. */
  readonly numbered: NumberedFile | null;
  /** `null` when it cannot be used. */
  readonly sow: Sow | null;
}

export async function lintSow(file: string): Promise<LintedSow> {
  const { numbered, ...result } = await checkSow(file);
  return result.kind === 'ok'
    ? { problems: result.warnings, numbered, sow: result.sow }
    : { problems: result.problems, numbered, sow: null };
}

type CheckedSow = { readonly numbered: NumberedFile | null } & (
  | ({ readonly kind: 'ok' } & LoadedSow)
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] }
);

async function checkSow(file: string): Promise<CheckedSow> {
  const content = await readText(file);
  if (content.kind === 'error') return { kind: 'invalid', problems: [content.problem], numbered: null };
  const parsed = parseYaml(content.text, file);
  if (parsed.kind === 'error') return { kind: 'invalid', problems: parsed.problems, numbered: null };
  const number = Numbered.safeParse(parsed.value).data?.sow.number ?? null;
  const numbered = number === null ? null : { file, number, line: parsed.lineOf(['sow', 'number']) };
  const inFile = (found: InputProblem): InputProblem => located(found, file, parsed.lineOf);
  const result = readSow(parsed.value);
  const warnings = result.warnings.map(inFile);
  if (result.kind === 'ok') return { kind: 'ok', sow: result.sow, warnings, numbered };
  const problems = [...result.problems.map(inFile), ...warnings];
  return {
    kind: 'invalid',
    problems: problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0)),
    numbered,
  };
}

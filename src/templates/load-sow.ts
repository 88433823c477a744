import { InvalidInputError } from '#domain/base/errors.ts';
import { type InputProblem, located } from '#domain/base/input-problem.ts';
import { readSow } from '#domain/sow/problems.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';
import { readText } from './read-text.ts';

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

/** Everything that is wrong with a SOW file, warnings too; empty when nothing is. */
export async function lintSow(file: string): Promise<readonly InputProblem[]> {
  const result = await checkSow(file);
  return result.kind === 'ok' ? result.warnings : result.problems;
}

type CheckedSow =
  | ({ readonly kind: 'ok' } & LoadedSow)
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] };

async function checkSow(file: string): Promise<CheckedSow> {
  const content = await readText(file);
  if (content.kind === 'error') return { kind: 'invalid', problems: [content.problem] };
  const parsed = parseYaml(content.text, file);
  if (parsed.kind === 'error') return { kind: 'invalid', problems: parsed.problems };
  const inFile = (found: InputProblem): InputProblem => located(found, file, parsed.lineOf);
  const result = readSow(parsed.value);
  const warnings = result.warnings.map(inFile);
  if (result.kind === 'ok') return { kind: 'ok', sow: result.sow, warnings };
  const problems = [...result.problems.map(inFile), ...warnings];
  return {
    kind: 'invalid',
    problems: problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0)),
  };
}

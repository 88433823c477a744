/** Mappings between versions of a process: the files `versions/<a>-to-<b>.yml` beside the frozen folders. */
import { readdir } from 'node:fs/promises';
import { checkShape } from '#domain/base/check-shape.ts';
import { ConfigError } from '#domain/base/errors.ts';
import { type FieldPath, type InputProblem, located, problem } from '#domain/base/input-problem.ts';
import { Mapping, mappingFileName } from '#domain/versions/mapping.ts';
import { mappingNumberProblems, mappingProblems } from '#domain/versions/mapping-problems.ts';
import { definitionsIn, readableVersions, type VersionedProcess } from '#domain/versions/summary.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';
import { frozenFolder } from './frozen-versions.ts';
import { readText } from './read-text.ts';

/** Everything that is wrong with the mappings of a process. @param folder of the process */
export async function lintMappings(
  folder: string,
  process: VersionedProcess,
): Promise<readonly InputProblem[]> {
  const versions = frozenFolder(folder, '').replace(/\/$/, '');
  const entries = await readdir(versions, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  return names.toSorted().flatMap((name) => readMapping(`${versions}/${name}`, name, process).problems);
}

/**
 * Reads the mapping between two versions; `null` where nobody wrote one.
 *
 * @throws ConfigError with everything that is wrong with it
 */
export async function loadMapping(
  folder: string,
  process: VersionedProcess,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Mapping | null> {
  const name = mappingFileName(from, to);
  const file = frozenFolder(folder, name);
  const names: readonly string[] = await readdir(frozenFolder(folder, '')).catch(() => []);
  if (!names.includes(name)) return null;
  const { mapping, problems } = readMapping(file, name, process);
  if (mapping === null || problems.length > 0) throw new ConfigError(problems, 'The mapping has problems:');
  return mapping;
}

interface ReadMapping {
  readonly mapping: Mapping | null;
  readonly problems: readonly InputProblem[];
}

function readMapping(file: string, name: string, process: VersionedProcess): ReadMapping {
  if (!/^[1-9]\d{0,3}-to-[1-9]\d{0,3}\.yml$/.test(name))
    return broken(
      problem(
        { file },
        'expected the name of a mapping, like 1-to-2.yml',
        'Rename the file, or keep it elsewhere.',
      ),
    );
  const text = readText(file);
  if (text.kind === 'error') return broken(text.problem);
  const parsed = parseYaml(text.text, file);
  if (parsed.kind === 'error') return broken(...parsed.problems);
  const atLine = (found: InputProblem): InputProblem =>
    located(found, file, (at: FieldPath) => parsed.lineOf(at));
  const shape = checkShape(Mapping, parsed.value);
  if (shape.kind !== 'ok') return broken(...shape.problems.map(atLine));
  const mapping = shape.value;
  const numbers = mappingNumberProblems(mapping, name, readableVersions(process));
  if (numbers.length > 0) return broken(...numbers.map(atLine));
  const [from] = definitionsIn(process, mapping.from) ?? [];
  const [to] = definitionsIn(process, mapping.to) ?? [];
  const problems = from === undefined || to === undefined ? [] : mappingProblems(mapping, { from, to });
  return { mapping, problems: problems.map(atLine) };
}

function broken(...problems: readonly InputProblem[]): ReadMapping {
  return { mapping: null, problems };
}

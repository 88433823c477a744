import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkShape } from '#domain/base/check-shape.ts';
import { type FieldPath, type InputProblem, located, problem } from '#domain/base/input-problem.ts';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import { caseProblems } from '#domain/case/problems.ts';
import { CaseFile, type ProcessCase, withDifferences } from '#domain/case/process-case.ts';
import type { ReadyCase } from '#domain/case/world.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { readSubject } from '#domain/sow/read-deal.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';
import { readText } from './read-text.ts';

/** Where the cases of a process lie, in its folder. */
const CASES_FOLDER = 'tests';

/** A case that can be tried. */
export interface LoadedCase extends ReadyCase {
  readonly file: string;
  /** Line of a field of the case. */
  readonly lineOf: (at: FieldPath) => number;
}

export interface LoadedCases {
  readonly cases: readonly LoadedCase[];
  readonly problems: readonly InputProblem[];
}

/** The process of a folder in one of its profiles; `null` when it has no such profile. */
type InProfile = (profile: string | null) => ProcessDefinition | null;

/** The cases of a process: those that can be tried, and everything wrong with the others. Nothing is thrown for what is wrong in them. */
export async function loadCases(folder: string, inProfile: InProfile): Promise<LoadedCases> {
  const tests = `${folder.replace(/\/+$/, '')}/${CASES_FOLDER}`;
  const names = await readdir(tests).catch(() => []);
  const files = names.filter((name) => /\.ya?ml$/i.test(name)).toSorted();
  const loaded = files.map((name) => loadFile(`${tests}/${name}`, inProfile));
  return {
    cases: loaded.flatMap(({ cases }) => cases),
    problems: loaded.flatMap(({ problems }) => problems),
  };
}

function loadFile(file: string, inProfile: InProfile): LoadedCases {
  const content = readText(file);
  if (content.kind === 'error') return { cases: [], problems: [content.problem] };
  const parsed = parseYaml(content.text, file);
  if (parsed.kind === 'error') return { cases: [], problems: parsed.problems };
  const inFile = (problems: readonly InputProblem[]): readonly InputProblem[] =>
    problems.map((found) => located(found, file, parsed.lineOf));
  const shape = checkShape(CaseFile, parsed.value);
  if (shape.kind === 'invalid') return { cases: [], problems: inFile(shape.problems) };
  const base = baseSow(file, shape.value.sow);
  if (base.kind === 'error') return { cases: [], problems: inFile([base.problem]) };
  const read = shape.value.cases.map((given, index) => {
    const at: FieldPath = ['cases', index];
    const differences = rawAt(parsed.value, [...at, 'sow']);
    const ready = readCase(given, { base: base.value, differences, inProfile });
    return { at, ...ready };
  });
  return {
    cases: read.flatMap(({ at, ready }) =>
      ready === null ? [] : [{ ...ready, file, lineOf: (inside) => parsed.lineOf([...at, ...inside]) }],
    ),
    problems: inFile(problemsOf(read, shape.value.sow)),
  };
}

interface Read {
  readonly at: FieldPath;
  readonly problems: readonly InputProblem[];
}

/** Problems of the cases, by their place in the file. What every case lacks, the SOW that they share lacks: told once. */
function problemsOf(cases: readonly Read[], sow: CaseFile['sow']): readonly InputProblem[] {
  const isSame = (one: InputProblem, other: InputProblem): boolean =>
    one.path === other.path && one.message === other.message;
  const [first, ...others] = cases;
  const shared = (first?.problems ?? []).filter(
    (found) =>
      found.at[0] === 'sow' &&
      others.length > 0 &&
      others.every(({ problems }) => problems.some((other) => isSame(found, other))),
  );
  const where = typeof sow === 'string' ? ` (in ${sow})` : '';
  return [
    ...shared.map(({ at, message, fix }) => problem({ at }, `${message}${where}`, fix)),
    ...cases.flatMap(({ at, problems }) =>
      problems
        .filter((found) => !shared.some((other) => isSame(found, other)))
        .map((found) => problem({ at: [...at, ...found.at] }, found.message, found.fix)),
    ),
  ];
}

/** The SOW the cases of a file share, not checked yet: some fields may come with each case. */
function baseSow(
  file: string,
  sow: CaseFile['sow'],
):
  | { readonly kind: 'ok'; readonly value: unknown }
  | { readonly kind: 'error'; readonly problem: InputProblem } {
  if (typeof sow !== 'string') return { kind: 'ok', value: sow };
  const path = join(dirname(file), sow);
  const content = readText(path);
  const parsed = content.kind === 'error' ? null : parseYaml(content.text, path);
  if (parsed?.kind === 'ok') return { kind: 'ok', value: parsed.value };
  const [first] = content.kind === 'error' ? [content.problem] : (parsed?.problems ?? []);
  const why = `${path}${first?.line === null || first === undefined ? '' : `:${first.line}`}: ${first?.message ?? 'cannot be read'}`;
  return {
    kind: 'error',
    problem: problem(
      { at: ['sow'] },
      `the SOW file cannot be used: ${why}`,
      'Name a SOW file by its path from the folder of this file.',
    ),
  };
}

interface Around {
  readonly base: unknown;
  /** As written, with fields that hold nothing: those are removed. */
  readonly differences: unknown;
  readonly inProfile: InProfile;
}

function readCase(
  given: ProcessCase,
  { base, differences, inProfile }: Around,
): { readonly ready: ReadyCase | null; readonly problems: readonly InputProblem[] } {
  const broken = (problems: readonly InputProblem[]): { ready: null; problems: readonly InputProblem[] } => ({
    ready: null,
    problems,
  });
  const process = inProfile(given.profile ?? null);
  if (process === null)
    return broken([
      problem(
        { at: ['profile'] },
        `there is no profile "${given.profile}"`,
        'Use one of those in process.yml, or leave it out.',
      ),
    ]);
  const sow = readSubject(
    differences === undefined ? base : withDifferences(base, differences),
    DEFAULT_DEALS,
  );
  if (sow.kind === 'invalid')
    return broken(sow.problems.map(({ at, message, fix }) => problem({ at: ['sow', ...at] }, message, fix)));
  const problems = caseProblems(given, process, sow.subject);
  return problems.length > 0
    ? broken(problems)
    : { ready: { process, sow: sow.subject, given }, problems: [] };
}

function rawAt(value: unknown, at: FieldPath): unknown {
  let found = value;
  for (const part of at) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Readonly<Record<string | number, unknown>>)[part];
  }
  return found;
}

import { didYouMean } from '#domain/base/closest.ts';
import { compareText } from '#domain/base/compare-text.ts';
import { ConfigError } from '#domain/base/errors.ts';
import { type FieldPath, type InputProblem, located, problem } from '#domain/base/input-problem.ts';
import type { ProcessDefinition, ProcessFile } from '#domain/process/process.ts';
import { processProblems, profileProblems } from '#domain/process/rules.ts';
import { loadCases } from './load-cases.ts';
import { type ProcessDraft, readProcessDraft } from './process-draft.ts';
import { draftTemplateProblems } from './template-lint.ts';

/**
 * Reads a process from its folder (`issue_templates/delivery`), checked and ready to use.
 *
 * @param profile one of the `profiles` of `process.yml`; left out or `null`: the plain process
 * @throws ConfigError with every problem of the folder, or when there is no such profile
 */
export async function loadProcess(folder: string, profile: string | null = null): Promise<ProcessDefinition> {
  const draft = await readProcessDraft(folder);
  const problems = draftProblems(draft).filter(({ severity }) => severity === 'error');
  if (problems.length > 0 || !draft.processFile) throw new ConfigError(problems, 'The process has problems:');
  if (profile !== null && !Object.hasOwn(draft.processFile.profiles, profile))
    throw new ConfigError(
      [unknownProfile(draft.processFile, profile, `${draft.folder}/process.yml`)],
      'The process has problems:',
    );
  return definition(draft, draft.processFile, profile);
}

/** Everything that is wrong with the process in a folder: files, fields, rules, profiles, templates, cases. Empty when nothing is. */
export async function lintProcess(folder: string): Promise<readonly InputProblem[]> {
  const draft = await readProcessDraft(folder);
  const problems = draftProblems(draft);
  const { processFile } = draft;
  // Cases of a broken process would complain about what is broken there.
  if (processFile === null || problems.some(({ severity }) => severity === 'error')) return problems;
  const known = (profile: string | null): boolean =>
    profile === null || Object.hasOwn(processFile.profiles, profile);
  const cases = await loadCases(folder, (profile) =>
    known(profile) ? definition(draft, processFile, profile) : null,
  );
  return [...problems, ...cases.problems];
}

/** The names of the profiles of a process; `null` where its `process.yml` cannot be read. */
export async function readProfiles(folder: string): Promise<readonly string[] | null> {
  const { processFile } = await readProcessDraft(folder);
  return processFile === null ? null : Object.keys(processFile.profiles);
}

function draftProblems(draft: ProcessDraft): readonly InputProblem[] {
  const problems = [...draft.problems, ...rulesOfDraft(draft), ...draftTemplateProblems(draft)];
  return problems.toSorted(
    (one, other) => compareText(one.file ?? '', other.file ?? '') || (one.line ?? 0) - (other.line ?? 0),
  );
}

/** The rules need every step; with a broken one they would complain about its absence. */
function rulesOfDraft(draft: ProcessDraft): readonly InputProblem[] {
  const { processFile } = draft;
  if (!processFile || !processFile.steps.every((id) => draft.steps.has(id))) return [];
  const file = `${draft.folder}/process.yml`;
  const plain = processProblems(definition(draft, processFile, null));
  const known = new Set(plain.map(identity));
  const ofProfiles = Object.keys(processFile.profiles).flatMap((profile) =>
    processProblems(definition(draft, processFile, profile))
      .filter((found) => !known.has(identity(found)))
      .map((found) => problem({ file, at: placeInProfile(found, profile, draft) }, found.message, found.fix)),
  );
  const broken = profileProblems(processFile, file);
  const all = [...plain, ...broken, ...(broken.length > 0 ? [] : ofProfiles)];
  return all.map((found) => {
    const inFile = found.file ?? file;
    return located(found, inFile, (at) => draft.lineOf(inFile, at));
  });
}

function definition(
  draft: ProcessDraft,
  processFile: ProcessFile,
  profile: string | null,
): ProcessDefinition {
  const after = profile === null ? {} : (processFile.profiles[profile]?.after ?? {});
  return {
    id: processFile.id,
    version: processFile.version,
    name: processFile.name,
    summary: processFile.summary,
    titles: processFile.titles,
    steps: processFile.steps.flatMap((id) => {
      const step = draft.steps.get(id);
      return step ? [{ ...step, after: after[id] ?? step.after }] : [];
    }),
    closeWhen: processFile.close_when,
    epicBody: draft.epicBody,
    partials: draft.partials,
    profile,
  };
}

/** A problem that only a profile has is one of the profile, not of the template it shows in. */
function placeInProfile({ file }: InputProblem, profile: string, { steps }: ProcessDraft): FieldPath {
  const step = [...steps.values()].find((step) => step.file === file);
  return ['profiles', profile, 'after', ...(step === undefined ? [] : [step.id])];
}

function identity({ file, path, message }: InputProblem): string {
  return `${file} ${path} ${message}`;
}

function unknownProfile(processFile: ProcessFile, profile: string, file: string): InputProblem {
  const names = Object.keys(processFile.profiles);
  const fix = names.length === 0 ? 'Leave the profile out.' : `Use one of: ${names.join(', ')}.`;
  return problem(
    { file, at: 'profiles' },
    `there is no profile "${profile}"`,
    didYouMean(profile, names, fix),
  );
}

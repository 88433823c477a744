import { DEFAULT_CALENDAR } from '#domain/base/calendar.ts';
import { didYouMean } from '#domain/base/closest.ts';
import { compareText } from '#domain/base/compare-text.ts';
import { ConfigError } from '#domain/base/errors.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import { once } from '#domain/base/lazily.ts';
import { dueRuleProblems } from '#domain/process/date-order.ts';
import type { InAllProfiles, ProcessDefinition } from '#domain/process/process.ts';
import { processProblems, profileProblems, stepProblems } from '#domain/process/rules.ts';
import { needsProblems } from '#domain/process/slip-rules.ts';
import { currentProblems, frozenProblems } from '#domain/versions/problems.ts';
import type { VersionedProcess } from '#domain/versions/summary.ts';
import type { FrozenNote } from '#domain/versions/versions.ts';
import {
  checksumsOf,
  frozenDefinitions,
  frozenFolder,
  isFrozenFrom,
  readFrozenFolders,
  readNote,
} from './frozen-versions.ts';
import { loadCases } from './load-cases.ts';
import { lintMappings } from './load-mapping.ts';
import {
  definitionsOf,
  draftOf,
  inDraft,
  type ProcessDraft,
  readProcessDraft,
  readProcessTexts,
} from './process-draft.ts';
import { draftTemplateProblems } from './template-lint.ts';

/**
 * Reads a process from its folder (`issue_templates/delivery`), checked and ready to use.
 *
 * @param profile one of the `profiles` of `process.yml`; left out or `null`: the plain process
 * @throws ConfigError with every problem of the folder, or when there is no such profile
 */
export async function loadProcess(folder: string, profile: string | null = null): Promise<ProcessDefinition> {
  const { definitions } = await loadProfiles(folder);
  const found = definitions.find((definition) => definition.profile === profile);
  if (found !== undefined) return found;
  const names = definitions.flatMap(({ profile }) => profile ?? []);
  throw new ConfigError(
    [unknownProfile(names, profile ?? '', `${folder.replace(/\/+$/, '')}/process.yml`)],
    'The process has problems:',
  );
}

/**
 * Reads a process from its folder in all its profiles, ready to use. Files that were frozen as they are were checked
 * then, as those of every frozen version were, and are not again: it would be an eighth of `plan`. `lint` checks them.
 *
 * @throws ConfigError with every problem of the folder
 */
export async function loadProfiles(folder: string): Promise<Profiles> {
  const texts = await readProcessTexts(folder);
  const files = once(() => checksumsOf(texts));
  const draft = draftOf(texts);
  const { processFile } = draft;
  const note = processFile === null ? null : readNote(frozenFolder(texts.folder, processFile.version));
  const known = note !== null && isFrozenFrom(note, files()) ? frozenDefinitions(draft) : null;
  const [plain, ...others] = known ?? checkedDefinitions(draft);
  if (note !== null) return { files, definitions: [plain, ...others] };
  const unfrozen = (one: ProcessDefinition): ProcessDefinition => ({ ...one, draft: true });
  return { files, definitions: [unfrozen(plain), ...others.map(unfrozen)] };
}

/** A process in all its profiles, see {@link loadProfiles}. */
export interface Profiles {
  /** Checksums of the files, worked out at the first call. */
  readonly files: () => FrozenNote['files'];
  readonly definitions: InAllProfiles;
}

/** A process as it is and as it was frozen, whatever is wrong with frozen folders. @throws ConfigError with every problem of the current files */
export async function loadVersions(folder: string): Promise<VersionedProcess> {
  const [draft, frozen] = await Promise.all([readProcessDraft(folder), readFrozenFolders(folder)]);
  return { current: checkedDefinitions(draft), frozen };
}

/** A process in all its profiles. @throws ConfigError with every problem of the draft */
export function checkedDefinitions(draft: ProcessDraft): InAllProfiles {
  const problems = draftErrors(draft);
  if (problems.length > 0 || draft.processFile === null)
    throw new ConfigError(problems, 'The process has problems:');
  return definitionsOf(draft, draft.processFile);
}

/** Everything that is wrong with the process in a folder: files, fields, rules, profiles, templates, versions, cases. Empty when nothing is. */
export async function lintProcess(folder: string): Promise<readonly InputProblem[]> {
  const [draft, frozen] = await Promise.all([readProcessDraft(folder), readFrozenFolders(folder)]);
  const problems = draftProblems(draft);
  const { processFile } = draft;
  const ofFrozen = frozenProblems(frozen);
  // Cases and versions of a broken process would complain about what is broken there.
  if (processFile === null || problems.some(({ severity }) => severity === 'error'))
    return [...problems, ...ofFrozen];
  const definitions = definitionsOf(draft, processFile);
  const [plain] = definitions;
  const dues = [dueRuleProblems, needsProblems].flatMap((rule) =>
    rule(plain, DEFAULT_CALENDAR).map((found) => inDraft(found, draft)),
  );
  const versions = currentProblems(definitions, frozen).map((found) => inDraft(found, draft));
  const cases = await loadCases(
    folder,
    (profile) => definitions.find((definition) => definition.profile === profile) ?? null,
  );
  const mappings = await lintMappings(draft.folder, { current: definitions, frozen });
  return [...problems, ...dues, ...ofFrozen, ...versions, ...mappings, ...cases.problems];
}

/** Everything for which a process cannot be used. */
export function draftErrors(draft: ProcessDraft): readonly InputProblem[] {
  return draftProblems(draft).filter(({ severity }) => severity === 'error');
}

function draftProblems(draft: ProcessDraft): readonly InputProblem[] {
  const problems = [...draft.problems, ...rulesOfDraft(draft), ...draftTemplateProblems(draft)];
  return problems.toSorted(
    (one, other) => compareText(one.file ?? '', other.file ?? '') || (one.line ?? 0) - (other.line ?? 0),
  );
}

/**
 * A process in all its profiles, whatever its rules are; `null` where `process.yml` or a step that it lists cannot be
 * read.
 */
export function wholeDefinitions(draft: ProcessDraft): InAllProfiles | null {
  const { processFile, steps } = draft;
  return processFile?.steps.every((id) => steps.has(id)) === true ? definitionsOf(draft, processFile) : null;
}

/** Rules between steps need every step; with a broken one they would complain about its absence. */
function rulesOfDraft(draft: ProcessDraft): readonly InputProblem[] {
  const { processFile, about } = draft;
  const whole = wholeDefinitions(draft);
  if (whole === null || processFile === null)
    return about === null
      ? []
      : stepProblems({ steps: [...draft.steps.values()], about }).map((found) => inDraft(found, draft));
  const file = `${draft.folder}/process.yml`;
  const [definition, ...others] = whole;
  const plain = processProblems(definition);
  const known = new Set(plain.map(identity));
  const ofProfiles = others.flatMap((other) =>
    processProblems(other)
      .filter((found) => !known.has(identity(found)))
      .map((found) => inProfile(found, other.profile ?? '', draft)),
  );
  const broken = profileProblems(processFile, file);
  const all = [...plain, ...broken, ...(broken.length > 0 ? [] : ofProfiles)];
  return all.map((found) => inDraft(found, draft));
}

/** A problem that only a profile has is one of the profile, not of the template it shows in. */
function inProfile({ file, message, fix }: InputProblem, profile: string, draft: ProcessDraft): InputProblem {
  const step = [...draft.steps.values()].find((step) => step.file === file);
  const at = ['profiles', profile, 'after', ...(step === undefined ? [] : [step.id])];
  return problem({ file: `${draft.folder}/process.yml`, at }, message, fix);
}

function identity({ file, path, message }: InputProblem): string {
  return `${file} ${path} ${message}`;
}

function unknownProfile(names: readonly string[], profile: string, file: string): InputProblem {
  const fix = names.length === 0 ? 'Leave the profile out.' : `Use one of: ${names.join(', ')}.`;
  return problem(
    { file, at: 'profiles' },
    `there is no profile "${profile}"`,
    didYouMean(profile, names, fix),
  );
}

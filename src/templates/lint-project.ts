/** Checks everything of a project but its settings. */
import { didYouMean } from '#domain/base/closest.ts';
import { ConfigError } from '#domain/base/errors.ts';
import { type FieldPath, type InputProblem, problem } from '#domain/base/input-problem.ts';
import { DEFAULT_DEALS, type Launch, type Settings } from '#domain/base/settings.ts';
import { sowDateProblems } from '#domain/process/date-order.ts';
import { unknownElsewhere } from '#domain/process/elsewhere-rules.ts';
import { launchesOf, launchFor } from '#domain/process/launch.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { roleProblems } from '#domain/process/role-problems.ts';
import { readFrozenFolders } from './frozen-versions.ts';
import { type LintedPaths, type LintResult, lintPaths } from './lint-paths.ts';
import { listProcesses } from './list-processes.ts';
import { listSowFiles } from './list-sows.ts';
import { loadProcess, readProfiles } from './load-process.ts';

/** What the settings say that a launch takes, and who does its steps. */
export interface LaunchSettings
  extends Pick<Settings, 'roles' | 'commands' | 'calendar' | 'launch' | 'deals'> {
  /** The settings file, for messages. */
  readonly configFile: string | null;
}

/**
 * Checks the templates, the SOW files, and that processes, profiles and roles of the settings are among the templates.
 *
 * @param settings `null`: the settings cannot be used, and nothing is said about launches
 */
export async function lintProject(
  templates: string,
  folders: readonly string[],
  settings: LaunchSettings | null,
): Promise<LintResult> {
  const { problems, checked, usable } = await lintPaths(
    [templates, ...(await Promise.all(folders.map(listSowFiles))).flat()],
    settings?.deals ?? DEFAULT_DEALS,
  );
  if (settings === null) return { problems, checked };
  const [launches, processes, dates] = await Promise.all([
    findLaunchProblems(settings, templates),
    loadAll(templates),
    findDateProblems(usable, settings, templates),
  ]);
  const roles = findRoleProblems(settings, processes);
  const elsewhere = unknownElsewhere(processes.map(({ current }) => current));
  return { problems: [...launches, ...roles, ...problems, ...elsewhere, ...dates], checked };
}

/** Warnings about the dates of SOW files, each by the process that it starts. */
async function findDateProblems(
  usable: LintedPaths['usable'],
  { launch, calendar }: LaunchSettings,
  templates: string,
): Promise<readonly InputProblem[]> {
  const launches = launchesOf(launch);
  const processes = await Promise.all(launches.map(async (one) => await launchedProcess(one, templates)));
  return usable.flatMap(({ file, sow }) => {
    const { process: id, profile } = launchFor(sow, launch);
    const index = launches.findIndex((one) => one.process === id && one.profile === profile);
    const process = processes[index] ?? null;
    return process === null
      ? []
      : sowDateProblems(process, sow, calendar).map((found) => ({ ...found, file }));
  });
}

/** The process of a launch; `null` while it cannot be read, which is told elsewhere. */
async function launchedProcess(
  { process, profile }: Launch,
  templates: string,
): Promise<ProcessDefinition | null> {
  try {
    const found = (await listProcesses(templates)).find(({ id }) => id === process);
    return found === undefined ? null : await loadProcess(found.folder, profile);
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

/** A process as it is edited, and its frozen versions. */
interface InAllVersions {
  readonly current: ProcessDefinition;
  readonly frozen: readonly ProcessDefinition[];
}

/** All processes; none while one cannot be read: what the others name might be its. */
async function loadAll(templates: string): Promise<readonly InAllVersions[]> {
  try {
    const folders = await listProcesses(templates);
    return await Promise.all(folders.map(async ({ folder }) => await inAllVersions(folder)));
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}

async function inAllVersions(folder: string): Promise<InAllVersions> {
  const [current, frozen] = await Promise.all([loadProcess(folder), readFrozenFolders(folder)]);
  return { current, frozen: frozen.flatMap(({ definitions }) => definitions ?? []) };
}

/** Engagements of a frozen version keep its roles. */
function findRoleProblems(
  settings: LaunchSettings,
  processes: readonly InAllVersions[],
): readonly InputProblem[] {
  const all = processes.flatMap(({ current, frozen }) => [current, ...frozen]);
  return all.length === 0 ? [] : roleProblems(settings, all, settings.configFile);
}

async function findLaunchProblems(
  { launch, configFile }: LaunchSettings,
  templates: string,
): Promise<readonly InputProblem[]> {
  const folders = await listProcesses(templates).catch(() => []);
  if (folders.length === 0) return [];
  const named = [
    { ...launch.otherwise, at: [] },
    ...launch.choices.map((choice, index) => ({ ...choice, at: ['processes', index] })),
  ];
  const problems = await Promise.all(
    named.map(async ({ at, ...one }) => await launchProblems(one, at, { folders, templates })),
  );
  return problems.flat().map((found) => ({ ...found, file: configFile }));
}

/** What is wrong with one process of the settings; `at`: where it is named. */
async function launchProblems(
  { process, profile }: Launch,
  at: FieldPath,
  {
    folders,
    templates,
  }: { readonly folders: Awaited<ReturnType<typeof listProcesses>>; readonly templates: string },
): Promise<readonly InputProblem[]> {
  const wrong = (field: string, message: string, meant: string, names: readonly string[]): InputProblem[] => {
    const otherwise = names.length === 0 ? 'Leave it out.' : `Use one of: ${names.join(', ')}.`;
    return [problem({ at: [...at, field] }, message, didYouMean(meant, names, otherwise))];
  };
  const found = folders.find(({ id }) => id === process);
  if (found === undefined)
    return wrong(
      'process',
      `there is no process "${process}" in ${templates}`,
      process,
      folders.map(({ id }) => id),
    );
  const profiles = profile === null ? [] : await readProfiles(found.folder);
  if (profile === null || profiles === null || profiles.includes(profile)) return [];
  return wrong('profile', `there is no profile "${profile}" of the process "${process}"`, profile, profiles);
}

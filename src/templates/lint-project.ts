/** Checks everything of a project but its settings. */
import { didYouMean } from '#domain/base/closest.ts';
import { ConfigError } from '#domain/base/errors.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import type { Settings } from '#domain/base/settings.ts';
import { sowDateProblems } from '#domain/process/date-order.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { roleProblems } from '#domain/process/role-problems.ts';
import { readFrozenFolders } from './frozen-versions.ts';
import { type LintResult, lintPaths } from './lint-paths.ts';
import { listProcesses } from './list-processes.ts';
import { listSowFiles } from './list-sows.ts';
import { loadProcess, readProfiles } from './load-process.ts';

/** What the settings say that a launch takes, and who does its steps. */
export interface LaunchSettings extends Pick<Settings, 'roles' | 'commands' | 'calendar'> {
  /** The settings file, for messages. */
  readonly configFile: string | null;
  readonly process: string;
  readonly profile: string | null;
}

/**
 * Checks the templates, the SOW files, and that process, profile and roles of the settings are among the templates.
 *
 * @param launch `null`: the settings cannot be used, and nothing is said about launches
 */
export async function lintProject(
  templates: string,
  sowsFolder: string,
  launch: LaunchSettings | null,
): Promise<LintResult> {
  const { problems, checked, usable } = await lintPaths([templates, ...(await listSowFiles(sowsFolder))]);
  if (launch === null) return { problems, checked };
  const [launches, roles, process] = await Promise.all([
    findLaunchProblems(launch, templates),
    findRoleProblems(launch, templates),
    launchedProcess(launch, templates),
  ]);
  const dates = usable.flatMap(({ file, sow }) =>
    process === null
      ? []
      : sowDateProblems(process, sow, launch.calendar).map((found) => ({ ...found, file })),
  );
  return { problems: [...launches, ...roles, ...problems, ...dates], checked };
}

/** The process of a launch; `null` while it cannot be read, which is told elsewhere. */
async function launchedProcess(
  { process, profile }: LaunchSettings,
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

/** Nothing while a process cannot be read: the roles might be its. */
async function findRoleProblems(
  settings: LaunchSettings,
  templates: string,
): Promise<readonly InputProblem[]> {
  try {
    const folders = await listProcesses(templates);
    const processes = (
      await Promise.all(folders.map(async ({ folder }) => await inAllVersions(folder)))
    ).flat();
    return processes.length === 0 ? [] : roleProblems(settings, processes, settings.configFile);
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}

/** Engagements of a frozen version keep its roles. */
async function inAllVersions(folder: string): Promise<readonly ProcessDefinition[]> {
  const [current, frozen] = await Promise.all([loadProcess(folder), readFrozenFolders(folder)]);
  return [current, ...frozen.flatMap(({ definitions }) => definitions ?? [])];
}

async function findLaunchProblems(
  { process, profile, configFile: file }: LaunchSettings,
  templates: string,
): Promise<readonly InputProblem[]> {
  const wrong = (path: string, message: string, meant: string, names: readonly string[]): InputProblem[] => {
    const otherwise = names.length === 0 ? 'Leave it out.' : `Use one of: ${names.join(', ')}.`;
    return [problem({ file, at: path }, message, didYouMean(meant, names, otherwise))];
  };
  const folders = await listProcesses(templates).catch(() => []);
  const ids = folders.map(({ id }) => id);
  if (ids.length === 0) return [];
  const found = folders.find(({ id }) => id === process);
  if (found === undefined)
    return wrong('process', `there is no process "${process}" in ${templates}`, process, ids);
  const profiles = profile === null ? [] : await readProfiles(found.folder);
  if (profile === null || profiles === null || profiles.includes(profile)) return [];
  return wrong('profile', `there is no profile "${profile}" of the process "${process}"`, profile, profiles);
}

/** Checks everything of a project but its settings. */
import { didYouMean } from '#domain/base/closest.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import { type LintResult, lintPaths } from './lint-paths.ts';
import { listProcesses } from './list-processes.ts';
import { listSowFiles } from './list-sows.ts';
import { readProfiles } from './load-process.ts';

/** What the settings say that a launch takes. */
export interface LaunchSettings {
  /** The settings file, for messages. */
  readonly configFile: string | null;
  readonly process: string;
  readonly profile: string | null;
}

/**
 * Checks the templates, the SOW files, and that the process and profile of launches are among the templates.
 *
 * @param launch `null`: the settings cannot be used, and nothing is said about launches
 */
export async function lintProject(
  templates: string,
  sowsFolder: string,
  launch: LaunchSettings | null,
): Promise<LintResult> {
  const { problems, checked } = await lintPaths([templates, ...(await listSowFiles(sowsFolder))]);
  const launchProblems = launch === null ? [] : await findLaunchProblems(launch, templates);
  return { problems: [...launchProblems, ...problems], checked };
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

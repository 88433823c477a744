/** Checks everything of a project but its settings. */
import type { InputProblem } from '#domain/base/input-problem.ts';
import { DEFAULT_DEALS, type Settings } from '#domain/base/settings.ts';
import { sowDateProblems } from '#domain/process/date-order.ts';
import { unknownElsewhere } from '#domain/process/elsewhere-rules.ts';
import { launchFor } from '#domain/process/launch.ts';
import { launchProblems, type NamedProcess } from '#domain/process/launch-rules.ts';
import type { ProcessDefinition } from '#domain/process/process.ts';
import { roleProblems } from '#domain/process/role-problems.ts';
import { copyFix } from '#src/package-folder.ts';
import { readFrozenFolders } from './frozen-versions.ts';
import { type LintedPaths, type LintResult, lintPaths } from './lint-paths.ts';
import { listProcesses } from './list-processes.ts';
import { listSowFiles } from './list-sows.ts';
import { draftErrors, wholeDefinitions } from './load-process.ts';
import { inDraft, type ProcessDraft, readProcessDraft } from './process-draft.ts';

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
  const processes = await readAll(templates);
  const launches = launchProblems(settings, {
    processes: processes.map(named),
    templates,
    copyFix: (id) => copyFix(id, templates),
  });
  return {
    problems: [
      ...launches.map((found) => ({ ...found, file: settings.configFile })),
      ...findRoleProblems(settings, processes),
      ...problems,
      ...findElsewhereProblems(processes),
      ...findDateProblems(usable, settings, processes),
    ],
    checked,
  };
}

/** A process as far as it can be read, and its frozen versions. */
interface ReadProcess {
  readonly id: string;
  readonly draft: ProcessDraft;
  readonly frozen: readonly ProcessDefinition[];
}

/** All processes of a folder; none where the folder cannot be read, which is told elsewhere. */
async function readAll(templates: string): Promise<readonly ReadProcess[]> {
  const folders = await listProcesses(templates).catch(() => []);
  return await Promise.all(
    folders.map(async ({ id, folder }) => {
      const [draft, frozen] = await Promise.all([readProcessDraft(folder), readFrozenFolders(folder)]);
      return { id, draft, frozen: frozen.flatMap(({ definitions }) => definitions ?? []) };
    }),
  );
}

function named({ id, draft: { about, processFile } }: ReadProcess): NamedProcess {
  return { id, about, profiles: processFile === null ? null : Object.keys(processFile.profiles) };
}

/** Warnings about the dates of SOW files, each by the process that it starts; none for a process that has problems. */
function findDateProblems(
  usable: LintedPaths['usable'],
  { launch, calendar }: LaunchSettings,
  processes: readonly ReadProcess[],
): readonly InputProblem[] {
  const sound = new Map(
    processes.flatMap(({ id, draft }) => {
      const whole = draftErrors(draft).length === 0 ? wholeDefinitions(draft) : null;
      return whole === null ? [] : [[id, whole] as const];
    }),
  );
  return usable.flatMap(({ file, sow }) => {
    const { process: id, profile } = launchFor(sow, launch);
    const process = sound.get(id)?.find((definition) => definition.profile === profile);
    return process === undefined
      ? []
      : sowDateProblems(process, sow, calendar).map((found) => ({ ...found, file }));
  });
}

/** None while a process cannot be read: a role may be one of its. Engagements of a frozen version keep its roles. */
function findRoleProblems(
  settings: LaunchSettings,
  processes: readonly ReadProcess[],
): readonly InputProblem[] {
  const whole = processes.map(({ draft }) => wholeDefinitions(draft));
  if (whole.length === 0 || whole.includes(null)) return [];
  const all = [...whole.flatMap((one) => one?.[0] ?? []), ...processes.flatMap(({ frozen }) => frozen)];
  return roleProblems(settings, all, settings.configFile);
}

function findElsewhereProblems(processes: readonly ReadProcess[]): readonly InputProblem[] {
  const found = unknownElsewhere(
    processes.map(({ id, draft }) => ({
      id,
      steps: [...draft.steps.values()],
      unread: [...draft.templates.keys()].filter((step) => !draft.steps.has(step)),
    })),
  );
  return found.map((one) => {
    const of = processes.find(({ draft }) => one.file?.startsWith(`${draft.folder}/`) === true);
    return of === undefined ? one : inDraft(one, of.draft);
  });
}

/** Processes, SOWs and deals as files: what commands read from the current folder and the folder of templates. */
import { relative, resolve } from 'node:path';
import type { Environment } from '#config/environment.ts';
import { type Config, lintConfig } from '#config/load-config.ts';
import type { InputProblem } from '#domain/base/input-problem.ts';
import { DEFAULT_DEALS } from '#domain/base/settings.ts';
import type { DealFile } from '#domain/migration/deal-of.ts';
import type { NumberedFile } from '#domain/sow/doubles.ts';
import { DEALS_FOLDER, SOWS_FOLDER } from '#domain/sow/sow-file.ts';
import type { Subject } from '#domain/sow/subject.ts';
import type { Mapping } from '#domain/versions/mapping.ts';
import type { VersionedProcess } from '#domain/versions/summary.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { Freezing } from '#templates/freeze-process.ts';
import type { LintResult } from '#templates/lint-paths.ts';
import type { LoadedCases } from '#templates/load-cases.ts';
import { pathFrom, TEMPLATES_FOLDER, templatesFolder } from '#templates/paths.ts';

/** Files for commands. What reads them is loaded on the first call. */
export interface FileWire extends SubjectFiles, ProcessFiles, Linting {}

/** Files of SOWs and deals. */
interface SubjectFiles {
  /** Reads a SOW file. @throws InvalidInputError with every problem. */
  sow(file: string): Promise<{ readonly sow: Subject; readonly warnings: readonly InputProblem[] }>;
  /** The files in `sows/` and `deals/` that have one of these numbers or keys, named from the current folder. */
  sowFiles(numbers: readonly string[]): Promise<readonly NumberedFile[]>;
  /** The files in `deals/` of deals that name this SOW, named from the current folder. @throws InvalidInputError for one with problems */
  dealsNaming(number: string): Promise<readonly DealFile[]>;
  /** The files in `sows/` of won SOWs and in `deals/` of deals in one of these stages, but for those known; named from the current folder. */
  launchingFiles(known: ReadonlySet<string>, dealStages: readonly string[]): Promise<readonly NumberedFile[]>;
  /** Digest of every file in `sows/` and `deals/`, by its name from the current folder. */
  sowDigests(): Promise<ReadonlyMap<string, string>>;
}

/** Files of processes. */
interface ProcessFiles {
  /** The cases of a process, and what is wrong with the files they are in. */
  cases(process: string): Promise<LoadedCases>;
  /** A process with its frozen versions. @throws ConfigError */
  versions(process: string): Promise<VersionedProcess>;
  /** The mapping between two versions of a process; `null` where nobody wrote one. @throws ConfigError when it has problems */
  mapping(process: string, from: number, to: number): Promise<Mapping | null>;
  /** Freezes the current version of a process. @throws ConfigError */
  freeze(process: string, options: { readonly bump: boolean }): Promise<Freezing>;
}

/** Problems of files. */
interface Linting {
  /**
   * Lists every problem of processes, templates and SOW files.
   *
   * @param linted settings, `null` where they cannot be used
   */
  lintProject(linted: Config | null): Promise<LintResult>;
  /** Every problem of some files and folders. */
  lintPaths(paths: readonly string[]): Promise<LintResult>;
}

interface FileWireParts {
  readonly config: () => Config;
  /** Relative paths begin here. */
  readonly cwd: string;
  readonly env: Environment;
  readonly processes: () => Promise<ProcessStore>;
}

/** Creates what reads files. */
export function createFileWire({ config, cwd, env, processes }: FileWireParts): FileWire {
  return {
    ...subjectFilesIn(cwd, config),
    ...processFilesIn(() => templatesFolder(config().templates, cwd), processes),
    ...lintingIn(cwd, env),
  };
}

function subjectFilesIn(cwd: string, settings: () => Pick<Config, 'deals'>): SubjectFiles {
  const folders = [SOWS_FOLDER, DEALS_FOLDER].map((name) => pathFrom(cwd, name));
  const fromHere = (file: string): string => relative(cwd, resolve(file));
  const named = <T extends { readonly file: string }>(found: readonly T[]): readonly T[] =>
    found.map((one) => ({ ...one, file: fromHere(one.file) }));
  return {
    sow: async (file) => {
      const { loadSubject } = await import('#templates/load-sow.ts');
      const { subject, warnings } = await loadSubject(pathFrom(cwd, file), settings().deals);
      return { sow: subject, warnings };
    },
    sowFiles: async (numbers) => {
      const { numberedSows } = await import('#templates/list-sows.ts');
      const found = await Promise.all(folders.map(async (folder) => await numberedSows(folder, numbers)));
      return named(found.flat());
    },
    dealsNaming: async (number) => {
      const { dealsNaming } = await import('#templates/list-sows.ts');
      return named(await dealsNaming(pathFrom(cwd, DEALS_FOLDER), number, settings().deals));
    },
    launchingFiles: async (known, dealStages) => {
      const { launchingFiles } = await import('#templates/list-sows.ts');
      const launching = { known, dealStages, deals: settings().deals };
      const found = await Promise.all(folders.map(async (folder) => await launchingFiles(folder, launching)));
      return named(found.flat());
    },
    sowDigests: async () => {
      const { sowDigests } = await import('#templates/list-sows.ts');
      const digests = await Promise.all(folders.map(sowDigests));
      return new Map(digests.flatMap((one) => [...one]).map(([file, digest]) => [fromHere(file), digest]));
    },
  };
}

/** @param templates the folder of processes */
function processFilesIn(templates: () => string, processes: () => Promise<ProcessStore>): ProcessFiles {
  return {
    cases: async (id) => {
      const { loadCases } = await import('#templates/load-cases.ts');
      const known = await processes();
      return await loadCases(`${templates()}/${id}`, (profile) => known.find(id, profile));
    },
    versions: async (id) => await versionsIn(await folderOf(templates(), id)),
    mapping: async (id, from, to) => {
      const { loadMapping } = await import('#templates/load-mapping.ts');
      const folder = await folderOf(templates(), id);
      return await loadMapping(folder, await versionsIn(folder), { from, to });
    },
    freeze: async (id, options) => {
      const { freezeOwn } = await import('#templates/freeze-process.ts');
      return await freezeOwn(templates(), id, options);
    },
  };
}

async function folderOf(templates: string, id: string): Promise<string> {
  const { findProcess } = await import('#templates/list-processes.ts');
  return (await findProcess(templates, id)).folder;
}

async function versionsIn(folder: string): Promise<VersionedProcess> {
  const { loadVersions } = await import('#templates/load-process.ts');
  return await loadVersions(folder);
}

function lintingIn(cwd: string, env: Environment): Linting {
  return {
    lintProject: async (linted) => {
      const { lintProject } = await import('#templates/lint-project.ts');
      const templates = templatesFolder(linted?.templates ?? TEMPLATES_FOLDER, cwd);
      return await lintProject(
        templates,
        [SOWS_FOLDER, DEALS_FOLDER].map((name) => pathFrom(cwd, name)),
        linted,
      );
    },
    lintPaths: async (paths) => {
      const { lintPaths } = await import('#templates/lint-paths.ts');
      const deals = lintConfig(env, { folder: cwd }).config?.deals ?? DEFAULT_DEALS;
      return await lintPaths(
        paths.map((path) => pathFrom(cwd, path)),
        deals,
      );
    },
  };
}

/**
 * The composition root: the only place that knows every adapter. Adapters are loaded when first used, so that
 * commands that need no GitLab start fast.
 */

import { existsSync } from 'node:fs';
import { basename, isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '#config/environment.ts';
import { type Config, gitlabAccess, loadConfig } from '#config/load-config.ts';
import { didYouMean } from '#domain/base/closest.ts';
import { ConfigError } from '#domain/base/errors.ts';
import { type InputProblem, problem } from '#domain/base/input-problem.ts';
import { labelName } from '#domain/base/labels.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { DatabaseState } from '#domain/doctor/facts.ts';
import type { NumberedFile } from '#domain/sow/doubles.ts';
import type { Sow } from '#domain/sow/sow.ts';
import { SOWS_FOLDER } from '#domain/sow/sow-file.ts';
import type { GitLabOptions } from '#gitlab/engagement/create-gitlab.ts';
import { budgetFor, createWriteBudget } from '#gitlab/http/write-budget.ts';
import type { Clock } from '#ports/clock.ts';
import type { GitLab } from '#ports/gitlab.ts';
import type { HookAdmin } from '#ports/hooks.ts';
import type { InstallationAdmin } from '#ports/installation.ts';
import type { Logger } from '#ports/logger.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { Store } from '#ports/store.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import type { LintResult } from '#templates/lint-paths.ts';
import type { LoadedCases } from '#templates/load-cases.ts';
import type { ProcessChoice } from '#templates/process-store.ts';
import { createPipelineWire, type PipelineWire } from './pipelines.ts';
import type { RunningService } from './service.ts';

/** What commands get. Every method loads its adapter on the first call and keeps the result. */
export interface Wire extends PipelineWire {
  readonly clock: Clock;
  readonly logger: Logger;
  /** @throws ConfigError with every problem. */
  config(): Config;
  settings(): Settings;
  /** Process and profile of a launch for which none are named. */
  defaultLaunch(): ProcessChoice;
  /** Whether there is a token: without one, SOW files are planned against an empty GitLab. */
  hasGitLab(): boolean;
  /**
   * Every process under the templates folder.
   *
   * @param only loads just this one, which is faster; nothing else is found then
   * @throws ConfigError with every problem.
   */
  processes(only?: ProcessChoice): Promise<ProcessStore>;
  /** @throws ConfigError when GITLAB_URL, GITLAB_TOKEN, group or project are missing. */
  gitlab(): Promise<GitLab>;
  deps(): Promise<ReconcileDeps>;
  /** Reads a SOW file. @throws InvalidInputError with every problem. */
  sow(file: string): Promise<{ readonly sow: Sow; readonly warnings: readonly InputProblem[] }>;
  /** The files in `sows/` that have one of these numbers, named from the current folder. */
  sowFiles(numbers: readonly string[]): Promise<readonly NumberedFile[]>;
  /** Every problem of config, processes, templates and SOW files, or of the given files and folders alone. */
  lint(paths: readonly string[]): Promise<LintResult>;
  /** The cases of a process, and what is wrong with the files they are in. */
  cases(process: string): Promise<LoadedCases>;
  /** The inbox and audit log: SQLite in PROCESSION_DATA, or PostgreSQL at DATABASE_URL. The caller closes it. */
  store(): Promise<Store>;
  /** Reads and installs what an installation needs in GitLab. @throws ConfigError as {@link Wire.gitlab} */
  installation(): Promise<InstallationAdmin>;
  /** @throws ConfigError as {@link Wire.gitlab} */
  hooks(): Promise<HookAdmin>;
  /** Whether the store could be opened; writes nothing. */
  database(): Promise<DatabaseState>;
  /** Starts the webhook service. @throws ConfigError without secrets or GitLab settings. */
  serve(): Promise<RunningService>;
}

const USER_AGENT = 'procession';
const TEMPLATES_FOLDER = 'issue_templates';

/** @param cwd relative paths on the command line and in the settings begin here */
export function createWire(env: Environment, cwd: string, logger: Logger): Wire {
  const clock: Clock = { now: () => new Date().toISOString() };
  const config = once(() => loadConfig(env, { folder: cwd }));
  const load = async (only?: ProcessChoice): Promise<ProcessStore> =>
    await loadProcesses(templatesFolder(config().templates, cwd), only);
  const processes = once(load);
  const connection = once(() => connectionOf(config()));
  const gitlab = once(async () => await openGitLab(connection()));
  return {
    clock,
    logger,
    config,
    settings: config,
    defaultLaunch: () => ({ process: config().process, profile: config().profile }),
    hasGitLab: () => config().gitlabToken !== null,
    processes: async (only) => (only === undefined ? await processes() : await load(only)),
    gitlab,
    deps: async () => ({
      gitlab: await gitlab(),
      processes: await processes(),
      settings: config(),
      logger,
      clock,
    }),
    sow: async (file) => {
      const { loadSow } = await import('#templates/load-sow.ts');
      return await loadSow(pathFrom(cwd, file));
    },
    sowFiles: async (numbers) => {
      const { numberedSows } = await import('#templates/list-sows.ts');
      const found = await numberedSows(pathFrom(cwd, SOWS_FOLDER), numbers);
      return found.map((one) => ({ ...one, file: relative(cwd, resolve(one.file)) }));
    },
    lint: async (paths) =>
      paths.length === 0 ? await lintAll(config, cwd) : await lintGiven(paths, env, cwd),
    cases: async (id) => await casesOf(templatesFolder(config().templates, cwd), id, await processes()),
    ...createPipelineWire({ config, cwd, connection }),
    store: async () => await openStore(config(), logger),
    installation: async () => {
      const { createInstallationAdmin } = await import('#gitlab/setup/create-installation-admin.ts');
      return createInstallationAdmin(connection());
    },
    hooks: async () => (await import('#gitlab/setup/hooks.ts')).createHookAdmin(connection()),
    database: async () => await probeStore(config()),
    serve: async () => await startServing(config(), { clock, connection, processes }),
  };
}

async function loadProcesses(templates: string, only?: ProcessChoice): Promise<ProcessStore> {
  const { loadProcessStore } = await import('#templates/process-store.ts');
  return await loadProcessStore(templates, only);
}

async function casesOf(templates: string, id: string, processes: ProcessStore): Promise<LoadedCases> {
  const { loadCases } = await import('#templates/load-cases.ts');
  return await loadCases(`${templates}/${id}`, (profile) => processes.find(id, profile));
}

async function openStore(config: Config, logger: Logger, leaseMs?: number): Promise<Store> {
  const lease = leaseMs === undefined ? {} : { leaseMs };
  if (config.databaseUrl === null) {
    const { openSqliteInbox } = await import('#inbox/sqlite-inbox.ts');
    return await openSqliteInbox({ folder: config.dataFolder, ...lease });
  }
  const { openPostgresInbox } = await import('#inbox/postgres-inbox.ts');
  return await openPostgresInbox({
    databaseUrl: config.databaseUrl.reveal(),
    ...lease,
    // Name only: a driver's message may hold the address with its password.
    onError: (error) =>
      logger.warn('the database connection broke; connecting again', { errorName: error.name }),
  });
}

/** Only the service has a store. */
async function probeStore({ databaseUrl, serviceUrl, dataFolder }: Config): Promise<DatabaseState> {
  if (databaseUrl !== null)
    return await (await import('#inbox/probe-postgres.ts')).probePostgres(databaseUrl.reveal());
  if (serviceUrl === null) return { kind: 'not-needed' };
  return (await import('#inbox/probe-sqlite.ts')).probeSqlite(dataFolder);
}

async function startServing(
  config: Config,
  parts: {
    readonly clock: Clock;
    readonly connection: () => GitLabOptions;
    readonly processes: () => Promise<ProcessStore>;
  },
): Promise<RunningService> {
  const { LEASE_MS, runService } = await import('./service.ts');
  const { requireSecrets } = await import('#service/require-secrets.ts');
  const { openLogger } = await import('./logger.ts');
  const secrets = requireSecrets(config);
  const { clock } = parts;
  const connection = parts.connection();
  const known = await parts.processes();
  const logger = await openLogger(config.logLevel, null);
  const service = await runService({
    config,
    secrets,
    clock,
    logger,
    store: await openStore(config, logger, LEASE_MS),
    connect: async (onRequest) => ({
      gitlab: await openGitLab({ ...connection, onRequest }),
      hooks: (await import('#gitlab/setup/hooks.ts')).createHookAdmin({ ...connection, onRequest }),
      processes: known,
      settings: config,
      logger,
      clock,
    }),
  });
  return {
    url: service.url,
    close: async () => {
      await service.close();
      logger.flush();
    },
  };
}

async function openGitLab(connection: GitLabOptions): Promise<GitLab> {
  const { createGitLab } = await import('#gitlab/engagement/create-gitlab.ts');
  return createGitLab(connection);
}

/** For every adapter of a process: they share one token, and so one budget of requests. @throws ConfigError naming everything that is missing. */
function connectionOf(config: Config): GitLabOptions {
  const { url, token, group, project } = gitlabAccess(config);
  return {
    host: url,
    token: token.reveal(),
    group,
    project,
    userAgent: USER_AGENT,
    budget: createWriteBudget(budgetFor(url, config.limits), Date.now),
    processLabel: (processId) => labelName('process', processId, config.labels),
  };
}

/** The folder of the settings; where the current folder has none, the processes that come with Procession. */
function templatesFolder(templates: string, cwd: string): string {
  const own = pathFrom(cwd, templates);
  if (templates !== TEMPLATES_FOLDER || existsSync(own)) return own;
  return fileURLToPath(new URL(`../../${TEMPLATES_FOLDER}`, import.meta.url));
}

/** A path as the person wrote it where that works, so that messages repeat it. */
function pathFrom(cwd: string, path: string): string {
  if (isAbsolute(path)) return path;
  const fromHere = relative(process.cwd(), resolve(cwd, path));
  return fromHere === '' ? '.' : fromHere;
}

async function lintAll(config: () => Config, cwd: string): Promise<LintResult> {
  const settings = configProblems(config);
  const templates = templatesFolder(settings.config?.templates ?? TEMPLATES_FOLDER, cwd);
  const { listSowFiles } = await import('#templates/list-sows.ts');
  const sows = await listSowFiles(pathFrom(cwd, SOWS_FOLDER));
  const { lintPaths } = await import('#templates/lint-paths.ts');
  const { problems, checked } = await lintPaths([templates, ...sows]);
  const launch = settings.config === null ? [] : await launchProblems(settings.config, templates);
  return { problems: [...settings.problems, ...launch, ...problems], checked };
}

async function lintGiven(paths: readonly string[], env: Environment, cwd: string): Promise<LintResult> {
  const isSettings = (path: string): boolean =>
    basename(path) === 'procession.yml' || path === env['PROCESSION_CONFIG'];
  const { lintPaths } = await import('#templates/lint-paths.ts');
  const others = paths.filter((path) => !isSettings(path));
  const result = await lintPaths(others.map((path) => pathFrom(cwd, path)));
  const settings = paths
    .filter(isSettings)
    .flatMap((file) => configProblems(() => loadConfig(env, { file, folder: cwd })).problems);
  return { ...result, problems: [...settings, ...result.problems] };
}

function configProblems(config: () => Config): {
  readonly config: Config | null;
  readonly problems: readonly InputProblem[];
} {
  try {
    return { config: config(), problems: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { config: null, problems: error.problems };
    throw error;
  }
}

/** The process named in the settings must be one of the folders, and the profile one of that process. */
async function launchProblems(config: Config, templates: string): Promise<readonly InputProblem[]> {
  const { listProcesses } = await import('#templates/list-processes.ts');
  const { readProfiles } = await import('#templates/load-process.ts');
  const { process, profile, configFile: file } = config;
  const folders = await listProcesses(templates).catch(() => []);
  const ids = folders.map(({ id }) => id);
  const wrong = (path: string, message: string, meant: string, names: readonly string[]): InputProblem[] => {
    const otherwise = names.length === 0 ? 'Leave it out.' : `Use one of: ${names.join(', ')}.`;
    return [problem({ file, at: path }, message, didYouMean(meant, names, otherwise))];
  };
  if (ids.length === 0) return [];
  const found = folders.find(({ id }) => id === process);
  if (found === undefined)
    return wrong('process', `there is no process "${process}" in ${templates}`, process, ids);
  const profiles = profile === null ? [] : await readProfiles(found.folder);
  if (profile === null || profiles === null || profiles.includes(profile)) return [];
  return wrong('profile', `there is no profile "${profile}" of the process "${process}"`, profile, profiles);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * The composition root: the only place that knows every adapter. Adapters are loaded when first used, so that
 * commands that need no GitLab start fast.
 */
import type { Environment } from '#config/environment.ts';
import {
  type Config,
  gitlabAccess,
  gitlabServer,
  isConfigFile,
  type LintedConfig,
  lintConfig,
  loadConfig,
} from '#config/load-config.ts';
import { readPipelineFile } from '#config/pipeline-file.ts';
import { ConfigError } from '#domain/base/errors.ts';
import { problem } from '#domain/base/input-problem.ts';
import { once } from '#domain/base/lazily.ts';
import type { Place, Settings } from '#domain/base/settings.ts';
import type { DatabaseState } from '#domain/doctor/facts.ts';
import { type Seal, UNSEALED } from '#domain/record/line.ts';
import type { PipelineFile } from '#domain/setup/scheduled-jobs.ts';
import type { GitLabOptions } from '#gitlab/engagement/create-gitlab.ts';
import { budgetFor, createWriteBudget } from '#gitlab/http/write-budget.ts';
import type { Clock } from '#ports/clock.ts';
import type { Conformance, ConformanceWish } from '#ports/conformance.ts';
import type { Places } from '#ports/gitlab.ts';
import type { HookAdmin, HookPlace } from '#ports/hooks.ts';
import type { InstallationAdmin } from '#ports/installation.ts';
import type { Logger } from '#ports/logger.ts';
import type { ProcessStore } from '#ports/process-store.ts';
import type { Store } from '#ports/store.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import type { SweptPlace } from '#reconciler/work/sweep-memory.ts';
import type { KeyPair } from '#seal/ed25519.ts';
import { TEMPLATES_FOLDER, templatesFolder } from '#templates/paths.ts';
import type { ProcessChoice } from '#templates/process-store.ts';
import { createFileWire, type FileWire } from './files.ts';
import { createPipelineWire, type PipelineWire } from './pipelines.ts';
import type { RunningService } from './service.ts';

/** Adapters for commands. Every method loads an adapter on the first call and keeps the result. */
export interface Wire extends PipelineWire, FileWire {
  readonly clock: Clock;
  readonly logger: Logger;
  /** @throws ConfigError with every problem. */
  config(): Config;
  settings(): Settings;
  /** Tells whether there is a token: without one, SOW files are planned against an empty GitLab. */
  hasGitLab(): boolean;
  /**
   * Every process under the templates folder.
   *
   * @param only loads just this one, which is faster; nothing else is found then
   * @throws ConfigError with every problem.
   */
  processes(only?: ProcessChoice): Promise<ProcessStore>;
  /** Opens the records in GitLab, and seals them where keys are set. @throws ConfigError when the keys do not belong together */
  seal(): Promise<Seal>;
  /** Makes a pair of keys for sealing records. */
  newSealKeys(): Promise<KeyPair>;
  /** @throws ConfigError when GITLAB_URL, GITLAB_TOKEN, group or project are missing. */
  gitlab(): Promise<Places>;
  /** Where engagements live. @throws ConfigError as {@link Wire.gitlab} */
  place(): SweptPlace;
  deps(options?: { readonly despiteProblems?: boolean }): Promise<ReconcileDeps>;
  /** As {@link Wire.deps}, by settings and processes on the default branch of the project of the issues. */
  projectDeps(): Promise<ReconcileDeps>;
  /** What `.gitlab-ci.yml` in this folder says; `null`: not known. */
  pipelineFile(): PipelineFile | null;
  /** Tells whether a path names a settings file. */
  isConfigFile(path: string): boolean;
  /** Every problem of the environment and a settings file, or of the one that commands read. */
  lintConfig(file?: string): LintedConfig;
  /**
   * The inbox and audit log of a service: SQLite in PROCESSION_DATA, or PostgreSQL at DATABASE_URL. The caller closes it.
   *
   * @throws ConfigError when no service has made it
   */
  store(): Promise<Store>;
  /**
   * Reads and installs what an installation needs in GitLab.
   *
   * @param place in place of group and project of the settings
   * @throws ConfigError as {@link Wire.gitlab}
   */
  installation(place?: Place): Promise<InstallationAdmin>;
  /** Proves what Procession takes for granted about GitLab. @throws ConfigError without address or token, AppError without the group */
  conformance(wish: ConformanceWish): Promise<Conformance>;
  /** @throws ConfigError as {@link Wire.gitlab} */
  hooks(place?: Place): Promise<HookAdmin>;
  /** Tells whether the store could be opened; writes nothing. */
  database(): Promise<DatabaseState>;
  /**
   * Starts the webhook service, also beside processes that have problems.
   *
   * @param port in place of PORT
   * @throws ConfigError without secrets or GitLab settings, when every process has problems, or when there is none
   */
  serve(port?: number): Promise<StartedService>;
}

/** Service that runs, and the processes that it goes on without. */
export interface StartedService extends RunningService {
  readonly broken: NonNullable<ProcessStore['broken']>;
}

const USER_AGENT = 'procession';

/** @param cwd relative paths on the command line and in the settings begin here */
export function createWire(env: Environment, cwd: string, logger: Logger): Wire {
  const clock: Clock = { now: () => new Date().toISOString() };
  const config = once(() => loadConfig(env, { folder: cwd }));
  const load = async (only?: ProcessChoice): Promise<ProcessStore> =>
    await loadProcesses(templatesFolder(config().templates, cwd), only);
  const processes = once(load);
  const usable = async (): Promise<ProcessStore> =>
    await loadUsable(templatesFolder(config().templates, cwd));
  const connection = once(() => connectionOf(config()));
  const gitlab = once(async () => await openGitLab(connection(), config()));
  const seal = once(async () => await sealOf(config()));
  return {
    clock,
    logger,
    config,
    settings: config,
    hasGitLab: () => config().gitlabToken !== null,
    processes: async (only) => (only === undefined ? await processes() : await load(only)),
    gitlab,
    seal,
    place: () => {
      const { url, group, project } = gitlabAccess(config());
      return { url, group, project };
    },
    newSealKeys: async () => (await import('#seal/ed25519.ts')).newKeyPair(),
    deps: async ({ despiteProblems = false } = {}) => ({
      gitlab: await gitlab(),
      processes: await (despiteProblems ? usable() : processes()),
      settings: config(),
      seal: await seal(),
      logger,
      clock,
    }),
    projectDeps: async () => await depsOfProject(connection(), env, logger),
    ...createFileWire({ config, cwd, env, processes }),
    pipelineFile: () => readPipelineFile(cwd),
    isConfigFile: (path) => isConfigFile(path, env),
    lintConfig: (file) => lintConfig(env, { ...(file === undefined ? {} : { file }), folder: cwd }),
    ...createPipelineWire({ config, cwd, connection }),
    store: async () => await openStoreOfService(config(), logger),
    installation: async (place) => {
      const { createInstallationAdmin } = await import('#gitlab/setup/create-installation-admin.ts');
      return createInstallationAdmin({ ...connection(), ...place });
    },
    conformance: async (wish) => await proveOn(config(), wish),
    hooks: async (place) =>
      (await import('#gitlab/setup/hooks.ts')).createHookAdmin({ ...connection(), ...place }),
    database: async () => await probeStore(config()),
    serve: async (port = config().port) =>
      await startServing({ ...config(), port }, { clock, connection, processes: usable }),
  };
}

async function depsOfProject(
  connection: GitLabOptions,
  env: Environment,
  logger: Logger,
): Promise<ReconcileDeps> {
  const { openRepository } = await import('#gitlab/engagement/repository.ts');
  const { withDefinitions } = await import('./definitions.ts');
  const { group, project } = connection;
  // A settings file of this job says nothing about the team's; where the engagements live it may say.
  const own = {
    ...env,
    PROCESSION_CONFIG: undefined,
    PROCESSION_GROUP: group,
    PROCESSION_PROJECT: project,
  };
  return await withDefinitions(
    openRepository(connection),
    own,
    async (folder) => await createWire(own, folder, logger).deps({ despiteProblems: true }),
  );
}

async function loadUsable(templates: string): Promise<ProcessStore> {
  const { loadUsableProcesses } = await import('#templates/process-store.ts');
  return await loadUsableProcesses(templates);
}

async function loadProcesses(templates: string, only?: ProcessChoice): Promise<ProcessStore> {
  const { loadProcessStore } = await import('#templates/process-store.ts');
  return await loadProcessStore(templates, only);
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

/** Whoever only looks makes nothing: a mistyped folder or database is told. */
async function openStoreOfService(config: Config, logger: Logger): Promise<Store> {
  const { databaseUrl, dataFolder } = config;
  if (databaseUrl === null) (await import('#inbox/probe-sqlite.ts')).requireSqliteStore(dataFolder);
  else await (await import('#inbox/probe-postgres.ts')).requirePostgresStore(databaseUrl.reveal());
  return await openStore(config, logger);
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
): Promise<StartedService> {
  const { LEASE_MS, runService } = await import('./service.ts');
  const { requireSecrets } = await import('#service/require-secrets.ts');
  const { openLogger } = await import('./logger.ts');
  const secrets = requireSecrets(config);
  const { clock } = parts;
  const connection = parts.connection();
  const known = await parts.processes();
  requireOneUsable(known, config.templates);
  const logger = await openLogger(config.logLevel, null);
  const service = await runService({
    config,
    secrets,
    clock,
    logger,
    store: await openStore(config, logger, LEASE_MS),
    connect: async (onRequest) => ({
      gitlab: await openGitLab({ ...connection, onRequest }, config),
      hooks: await hooksIn({ ...connection, onRequest }, config),
      processes: known,
      settings: config,
      seal: await sealOf(config),
      logger,
      clock,
    }),
  });
  return {
    ...service,
    broken: known.broken ?? new Map(),
    close: async () => {
      await service.close();
      logger.flush();
    },
  };
}

/** A service that could launch nothing is one with wrong settings. @throws ConfigError with every problem */
function requireOneUsable({ ids, broken = new Map() }: ProcessStore, templates: string): void {
  // A folder of one's own hides the processes of the package, also an empty one: a wrong mount looks like this.
  if (ids.length === 0)
    throw new ConfigError([
      problem(
        {},
        `${templates} holds no process: nothing could be launched`,
        templates === TEMPLATES_FOLDER
          ? 'Copy the processes you want into it, or remove the folder to use those of the package.'
          : 'Copy the processes you want into it, or correct "templates" in procession.yml.',
      ),
    ]);
  if (broken.size > 0 && broken.size === ids.length) throw new ConfigError([...broken.values()].flat());
}

/** The webhooks of every place in which engagements live. */
async function hooksIn(
  connection: GitLabOptions,
  { deals: { place } }: Pick<Settings, 'deals'>,
): Promise<readonly [HookPlace, ...HookPlace[]]> {
  const { createHookAdmin } = await import('#gitlab/setup/hooks.ts');
  const hooks = createHookAdmin(connection);
  if (place === null) return [{ hooks, apart: null }];
  return [
    { hooks, apart: { name: `SOWs (${connection.project})`, subject: 'sow' } },
    {
      hooks: createHookAdmin({ ...connection, ...place }),
      apart: { name: `Deals (${place.project})`, subject: 'deal' },
    },
  ];
}

async function sealOf({ sealKeys, sealKey }: Config): Promise<Seal> {
  if (sealKeys.length === 0) return UNSEALED;
  const { openSeal } = await import('#seal/ed25519.ts');
  return openSeal(sealKeys, sealKey?.reveal() ?? null);
}

async function proveOn(config: Config, wish: ConformanceWish): Promise<Conformance> {
  const { url, token } = gitlabServer(config);
  const { proveFacts } = await import('#gitlab/conformance/prove.ts');
  return await proveFacts({
    host: url,
    token: token.reveal(),
    guestToken: config.gitlabGuestToken?.reveal() ?? null,
    ...wish,
  });
}

async function openGitLab(
  connection: GitLabOptions,
  { deals: { place } }: Pick<Settings, 'deals'>,
): Promise<Places> {
  const { createGitLab } = await import('#gitlab/engagement/create-gitlab.ts');
  const sow = createGitLab(connection);
  if (place === null) return sow;
  const { splitGitLab } = await import('#gitlab/engagement/split-gitlab.ts');
  return splitGitLab({ sow, deal: createGitLab({ ...connection, ...place }) });
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
    maxConcurrent: config.limits.at_once,
    budget: createWriteBudget(budgetFor(url, config.limits), () => performance.now()),
  };
}

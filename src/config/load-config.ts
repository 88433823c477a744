/** The only reader of the environment and of `procession.yml`. Runs once, when a command starts. */
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { checkShape } from '#domain/base/check-shape.ts';
import { ConfigError } from '#domain/base/errors.ts';
import { formatPath, type InputProblem, located, problem } from '#domain/base/input-problem.ts';
import type { LabelRenames } from '#domain/base/labels.ts';
import type { Secret } from '#domain/base/secret.ts';
import type { DealSettings, LaunchChoice, Settings } from '#domain/base/settings.ts';
import { conditionProblems } from '#domain/process/condition-problems.ts';
import { parseYaml } from '#yaml/parse-yaml.ts';
import {
  type Environment,
  type EnvironmentSettings,
  readEnvironment,
  variableProblem,
} from './environment.ts';
import { ProcessionFile } from './procession-file.ts';
import { readTextSync } from './read-text-sync.ts';

/** Everything procession is told, checked. Plain data but for {@link Secret}s, which do not print. */
export interface Config extends Settings, Omit<EnvironmentSettings, 'configFile' | 'policyMode'> {
  /** The file that was read; `null`: there is none, and defaults hold. */
  readonly configFile: string | null;
  /** Path or id; `null` without a file. */
  readonly group: string | null;
  readonly project: string | null;
  /** Folder of the processes. */
  readonly templates: string;
  /** Public keys whose seals count; empty: records are not sealed. */
  readonly sealKeys: readonly string[];
  /** Where GitLab reaches the service; `null`: there is none. */
  readonly serviceUrl: string | null;
  /** Most requests to GitLab per minute, by kind, where the settings say. */
  readonly limits: NonNullable<ProcessionFile['gitlab']>['limits'] | Readonly<Record<string, never>>;
  /** Username whose notes on merge requests count as reviewed; `null`: that of the token. */
  readonly reviewer: string | null;
}

/** Settings, and what is wrong with them. */
export interface LintedConfig {
  /** `null` where something is wrong. */
  readonly config: Config | null;
  readonly problems: readonly InputProblem[];
}

/** What is needed to talk to GitLab, all of it there. */
export interface GitLabAccess {
  readonly url: string;
  readonly token: Secret;
  readonly group: string;
  readonly project: string;
}

const DEFAULT_FILE = 'procession.yml';

/**
 * Reads the configuration. Missing settings for GitLab are no problem here: many commands need none;
 * those that do ask {@link gitlabAccess}.
 *
 * @param options.file instead of PROCESSION_CONFIG or `procession.yml`; `folder`: where relative paths begin
 * @throws ConfigError with every problem of the environment and the file
 */
export function loadConfig(env: Environment, options: { file?: string; folder?: string } = {}): Config {
  const problems: InputProblem[] = [];
  const { configFile, policyMode, ...environment } = readEnvironment(env, problems);
  const named = options.file ?? configFile;
  const result = readProcessionFile(named ?? DEFAULT_FILE, {
    optional: named === null,
    folder: options.folder ?? '.',
  });
  problems.push(...result.problems);
  if (problems.length > 0 || result.settings === null) throw new ConfigError(problems);
  const {
    gitlab,
    roles,
    calendar,
    labels,
    policy,
    commands,
    service,
    reminders,
    hours,
    dates,
    seal,
    amendments,
    show_amounts,
    templates,
  } = result.settings;
  return {
    ...environment,
    configFile: result.found ? (named ?? DEFAULT_FILE) : null,
    group: environment.group ?? gitlab?.group ?? null,
    project: environment.project ?? gitlab?.project ?? null,
    launch: launchOf(result.settings),
    roles,
    calendar: {
      timeZone: calendar.time_zone,
      weekend: calendar.weekend,
      holidays: calendar.holidays,
      workingHours: calendar.working_hours,
    },
    reminders: {
      enabled: reminders.enabled,
      daysBefore: reminders.days_before,
      daysAfter: reminders.days_after,
      escalateAfter: reminders.escalate_after,
      perDay: reminders.per_day,
      quiet: reminders.quiet,
    },
    hours,
    moveDates: dates.move,
    // Scopes that are not renamed are absent, never undefined.
    labels: labels as LabelRenames,
    policy: policyMode === null ? policy : { ...policy, mode: policyMode },
    sealKeys: seal.keys,
    serviceUrl: service?.url ?? null,
    deals: dealsOf(result.settings, environment.project ?? gitlab?.project ?? null),
    amendments,
    changeKinds: result.settings.change_kinds,
    showAmounts: show_amounts,
    commands,
    formerUsers: gitlab?.former_users ?? [],
    limits: gitlab?.limits ?? {},
    reviewer: gitlab?.reviewer ?? null,
    templates,
  };
}

function dealsOf({ crm, deals }: Pick<ProcessionFile, 'crm' | 'deals'>, usual: string | null): DealSettings {
  return {
    stages: Object.assign({}, ...Object.values(crm).map(({ stages }) => stages)),
    largeFrom: deals.large_from ?? null,
    process: deals.process ?? null,
    place: placeOfDeals(deals, usual),
    inReports: deals.in_reports,
  };
}

/** `null` where deals live in the project of everything else, which is no place of their own. */
function placeOfDeals(
  { group, project }: ProcessionFile['deals'],
  usual: string | null,
): DealSettings['place'] {
  if (project === undefined || project === usual) return null;
  return { group: group ?? project.slice(0, project.lastIndexOf('/')), project };
}

function launchOf({
  process,
  profile,
  processes,
}: Pick<ProcessionFile, 'process' | 'profile' | 'processes'>): LaunchChoice {
  return {
    choices: processes.map((choice) => ({ ...choice, profile: choice.profile ?? null })),
    otherwise: { process, profile: profile ?? null },
  };
}

/** Reads the configuration as {@link loadConfig} does, with its problems as a value. */
export function lintConfig(...given: Parameters<typeof loadConfig>): LintedConfig {
  try {
    return { config: loadConfig(...given), problems: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { config: null, problems: error.problems };
    throw error;
  }
}

/** Whether a path names a settings file: by its name, or because PROCESSION_CONFIG says so. */
export function isConfigFile(path: string, env: Environment): boolean {
  return basename(path) === DEFAULT_FILE || path === env['PROCESSION_CONFIG'];
}

const IN_CI =
  ' In GitLab CI: a masked variable of the project or group. A protected one is given to protected branches and tags only, and an empty one counts as missing. CI_JOB_TOKEN cannot write issues.';

/**
 * The access to GitLab.
 *
 * @throws ConfigError with everything that is missing
 */
export function gitlabAccess(config: Config): GitLabAccess {
  const { group, project } = config;
  const server = serverOf(config);
  if (server.kind === 'known' && group !== null && project !== null)
    return { ...server.access, group, project };
  const problems = server.kind === 'known' ? [] : [...server.problems];
  if (group === null || project === null)
    problems.push(
      problem(
        { file: DEFAULT_FILE },
        'there is no such file, so the group and project are not known',
        'Write it with procession init, name it in PROCESSION_CONFIG, or set PROCESSION_GROUP and PROCESSION_PROJECT.',
      ),
    );
  throw new ConfigError(problems, INCOMPLETE);
}

/**
 * The address of GitLab and a token, whatever the settings say about group and project.
 *
 * @throws ConfigError with everything that is missing
 */
export function gitlabServer(config: Config): Pick<GitLabAccess, 'url' | 'token'> {
  const server = serverOf(config);
  if (server.kind === 'known') return server.access;
  throw new ConfigError(server.problems, INCOMPLETE);
}

const INCOMPLETE = 'The settings for GitLab are incomplete:';

type Server =
  | { readonly kind: 'known'; readonly access: Pick<GitLabAccess, 'url' | 'token'> }
  | { readonly kind: 'unknown'; readonly problems: readonly InputProblem[] };

function serverOf({ gitlabUrl: url, gitlabToken: token, ci }: Config): Server {
  if (url !== null && token !== null) return { kind: 'known', access: { url, token } };
  const noUrl = variableProblem(
    'GITLAB_URL',
    'is missing',
    'Set it to the address of GitLab, such as https://gitlab.example.com.',
  );
  const noToken = variableProblem(
    'GITLAB_TOKEN',
    'is missing',
    `Set it, or GITLAB_TOKEN_FILE, to a token with the scope "api".${ci.isJob ? IN_CI : ''}`,
  );
  return {
    kind: 'unknown',
    problems: [...(url === null ? [noUrl] : []), ...(token === null ? [noToken] : [])],
  };
}

interface FileResult {
  /** `null` when there are problems. */
  readonly settings: (Omit<ProcessionFile, 'gitlab'> & { readonly gitlab?: ProcessionFile['gitlab'] }) | null;
  readonly found: boolean;
  readonly problems: readonly InputProblem[];
}

function readProcessionFile(
  file: string,
  { optional, folder }: { optional: boolean; folder: string },
): FileResult {
  const path = resolve(folder, file);
  if (optional && !existsSync(path))
    return { settings: ProcessionFile.omit({ gitlab: true }).parse({}), found: false, problems: [] };
  const content = readTextSync(path);
  if (content.kind === 'error')
    return { settings: null, found: true, problems: [{ ...content.problem, file }] };
  const parsed = parseYaml(content.text, file);
  if (parsed.kind === 'error') return { settings: null, found: true, problems: parsed.problems };
  const shape = checkShape(ProcessionFile, parsed.value);
  const found = shape.kind === 'ok' ? unmeetable(shape.value.processes) : shape.problems;
  if (shape.kind === 'ok' && found.length === 0) return { settings: shape.value, found: true, problems: [] };
  const problems = found.map((one) => located(withoutSecrets(one), file, parsed.lineOf));
  const byLine = problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
  return { settings: null, found: true, problems: byLine };
}

/** What is wrong with the conditions by which a process is chosen. */
function unmeetable(processes: ProcessionFile['processes']): readonly InputProblem[] {
  return processes.flatMap(({ when }, index) =>
    conditionProblems(when, 'sow').map((found) => {
      const at = ['processes', index, 'when', ...found.at];
      return { ...found, at, path: formatPath(at) };
    }),
  );
}

function withoutSecrets(found: InputProblem): InputProblem {
  if (!/token|secret|passw/i.test(String(found.at.at(-1)))) return found;
  const fix =
    'Secrets do not belong here: use GITLAB_TOKEN, GITLAB_WEBHOOK_SECRETS or CRM_WEBHOOK_SECRETS, and renew one that was committed.';
  return { ...found, fix };
}

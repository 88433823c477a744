/** The environment variables of procession, each checked. Values of secrets never get into a message. */

import { didYouMean } from '#domain/base/closest.ts';
import { type InputProblem, problem, shown } from '#domain/base/input-problem.ts';
import { Secret } from '#domain/base/secret.ts';
import { POLICY_MODES, type PolicyMode } from '#domain/base/settings.ts';
import { type CiEnvironment, readCiEnvironment } from './ci-environment.ts';
import { readTextSync } from './read-text-sync.ts';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Who may see the pages of the service: nobody, who knows the password, or everybody a proxy in front lets through. */
export type PagesAccess =
  | { readonly kind: 'off' }
  | { readonly kind: 'password'; readonly password: Secret }
  | { readonly kind: 'proxy' };

const PAGES = ['off', 'password', 'proxy'] as const;
/** They are asked for over the network as often as anybody likes. */
const SHORTEST_PASSWORD = 16;
const SHORTEST_TOKEN = 16;

/** What the environment says, defaults filled in. */
export interface EnvironmentSettings {
  /** Without a slash at the end; may have a path. */
  readonly gitlabUrl: string | null;
  readonly gitlabToken: Secret | null;
  /** Token of a member with the Guest role: `conformance` proves with it what others may not do. */
  readonly gitlabGuestToken: Secret | null;
  readonly gitlabWebhookSecrets: readonly Secret[];
  readonly crmWebhookSecrets: readonly Secret[];
  /** Private Ed25519 key that seals records, base64 of PKCS#8 DER; `null`: this process only opens them. */
  readonly sealKey: Secret | null;
  /** PostgreSQL; `null`: the embedded store. */
  readonly databaseUrl: Secret | null;
  readonly dataFolder: string;
  /** As given in PROCESSION_CONFIG; `null`: not given. */
  readonly configFile: string | null;
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  /** Path or id, outranking `procession.yml`. */
  readonly group: string | null;
  readonly project: string | null;
  readonly policyMode: PolicyMode | null;
  /** What GitLab CI says about the job this runs in. */
  readonly ci: CiEnvironment;
  readonly pages: PagesAccess;
}

/** Reads all variables, adding what is wrong to `problems`. A variable that is empty counts as not set. */
export function readEnvironment(env: Environment, problems: InputProblem[]): EnvironmentSettings {
  const reader = new Reader(env, problems);
  return {
    gitlabUrl: reader.url(reader.text('GITLAB_URL') === undefined ? 'CI_SERVER_URL' : 'GITLAB_URL'),
    gitlabToken: reader.token('GITLAB_TOKEN'),
    gitlabGuestToken: reader.token('GITLAB_GUEST_TOKEN'),
    gitlabWebhookSecrets: reader.secrets('GITLAB_WEBHOOK_SECRETS'),
    crmWebhookSecrets: reader.secrets('CRM_WEBHOOK_SECRETS'),
    sealKey: reader.sealKey('PROCESSION_SEAL_KEY'),
    databaseUrl: reader.databaseUrl('DATABASE_URL'),
    dataFolder: reader.text('PROCESSION_DATA') ?? 'data',
    configFile: reader.text('PROCESSION_CONFIG') ?? null,
    host: reader.text('HOST') ?? '127.0.0.1',
    port: reader.port('PORT') ?? 3000,
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS, 'Leave it out for info.') ?? 'info',
    group: reader.place('PROCESSION_GROUP', 'acme/services'),
    project: reader.place('PROCESSION_PROJECT', 'acme/services/engagements'),
    policyMode: reader.oneOf('PROCESSION_POLICY', POLICY_MODES, 'Leave it out for that of procession.yml.'),
    ci: readCiEnvironment(env),
    pages: reader.pages(),
  };
}

/** A problem of the environment as a whole or of one variable. */
export function variableProblem(name: string, message: string, fix: string): InputProblem {
  return problem({ at: name }, message, fix);
}

/** What a pipeline leaves where a variable was to be put in. */
const VARIABLE_NAME = /^\$\{?\w+\}?$/;

class Reader {
  private readonly env: Environment;
  private readonly problems: InputProblem[];

  constructor(env: Environment, problems: InputProblem[]) {
    this.env = env;
    this.problems = problems;
  }

  text(name: string): string | undefined {
    const value = this.env[name]?.trim();
    return value === '' ? undefined : value;
  }

  url(name: string): string | null {
    const value = this.text(name);
    if (value === undefined) return null;
    const url = URL.canParse(value) ? new URL(value) : null;
    if (url && (url.username !== '' || url.password !== ''))
      return this.report(name, 'expected an address without a user or password in it', 'Use GITLAB_TOKEN.');
    if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
      return this.report(
        name,
        `expected the web address of GitLab, got ${/[?@]/.test(value) ? 'something else' : shown(value)}`,
        'Write it like https://gitlab.example.com.',
      );
    const address = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
    const too = tooMuchOf(address);
    return too === null
      ? address
      : this.report(name, `expected the address of GitLab itself, got ${shown(address)}`, too);
  }

  token(name: string): Secret | null {
    const value = this.secretText(name);
    if (value === undefined) return null;
    if (isQuoted(value))
      return this.report(name, 'expected a token without quotes around it', 'Take the quotes away.');
    if (VARIABLE_NAME.test(value))
      return this.report(
        name,
        `expected a token, got the name of a variable that is not set here: ${value}`,
        'Set that variable in the CI/CD settings of the project or group. A protected one is given to protected branches and tags only.',
      );
    if (/^[\x21-\x7e]+$/.test(value)) return new Secret(value);
    return this.report(
      name,
      'expected a token, got something with blanks or other characters in it',
      'Copy it again, whole.',
    );
  }

  secrets(name: string): readonly Secret[] {
    const values = (this.secretText(name) ?? '').split(',').map((value) => value.trim());
    return values
      .filter((value) => value !== '')
      .flatMap((value, index) => {
        const problem = webhookSecretProblem(value);
        if (problem === null) return [new Secret(value)];
        this.report(
          name,
          `number ${index + 1}: ${problem}`,
          'Copy it again from the webhook, whole; separate several by commas.',
        );
        return [];
      });
  }

  /** PKCS#8 DER of an Ed25519 key is 48 bytes, of which the first 16 are always the same (RFC 8410). */
  sealKey(name: string): Secret | null {
    const value = this.secretText(name);
    if (value === undefined) return null;
    if (/^MC4CAQAwBQYDK2VwBCIEI[A-Za-z0-9+/]{43}$/.test(value)) return new Secret(value);
    return this.report(
      name,
      'expected a private Ed25519 key, base64 of its PKCS#8 DER, 64 characters',
      'Copy it again, whole; procession init makes a pair.',
    );
  }

  databaseUrl(name: string): Secret | null {
    const value = this.secretText(name);
    if (value === undefined) return null;
    if (/^postgres(ql)?:\/\/\S+$/.test(value)) return new Secret(value);
    return this.report(
      name,
      'expected the address of a PostgreSQL database',
      'Write it like postgres://user:password@host/name, or leave it out.',
    );
  }

  port(name: string): number | null {
    const value = this.text(name);
    if (value === undefined) return null;
    const port = Number(value);
    if (/^\d{1,5}$/.test(value) && port <= 65_535) return port;
    return this.report(
      name,
      `expected a port from 0 to 65535, got ${shown(value)}`,
      'Leave it out for 3000.',
    );
  }

  oneOf<T extends string>(name: string, values: readonly T[], otherwise: string): T | null {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return null;
    const found = values.find((known) => known === value);
    if (found !== undefined) return found;
    return this.report(
      name,
      `expected one of ${values.join(', ')}, got ${shown(value)}`,
      didYouMean(value, values, otherwise),
    );
  }

  /** The path or id of a group or project. */
  place(name: string, example: string): string | null {
    const value = this.text(name);
    if (value === undefined) return null;
    if (/^[\w.][\w.-]*(\/[\w.][\w.-]*)*$/.test(value)) return value;
    return this.report(name, `expected a path or an id, got ${shown(value)}`, `Write it like ${example}.`);
  }

  pages(): PagesAccess {
    const kind = this.oneOf('PROCESSION_PAGES', PAGES, 'Leave it out for off.') ?? 'off';
    const password = this.secretText('PROCESSION_PAGES_PASSWORD');
    if (kind !== 'password') return { kind };
    if (password !== undefined && password.length >= SHORTEST_PASSWORD)
      return { kind, password: new Secret(password) };
    this.report(
      'PROCESSION_PAGES_PASSWORD',
      password === undefined
        ? 'is missing'
        : `expected at least ${SHORTEST_PASSWORD} characters, got ${password.length}`,
      'Make one with: openssl rand -base64 24, and set it, or PROCESSION_PAGES_PASSWORD_FILE, to it.',
    );
    return { kind: 'off' };
  }

  /** The variable itself, or the content of the file that `<NAME>_FILE` names. */
  private secretText(name: string): string | undefined {
    const value = this.text(name);
    const file = this.text(`${name}_FILE`);
    if (file === undefined) return value;
    if (value !== undefined) {
      this.report(name, `is set, and ${name}_FILE too`, 'Keep one of them.');
      return undefined;
    }
    const content = readTextSync(file);
    if (content.kind === 'error') {
      this.report(`${name}_FILE`, `${content.problem.message}: ${file}`, content.problem.fix);
      return undefined;
    }
    const text = content.text.trim();
    if (text !== '') return text;
    this.report(`${name}_FILE`, `the file is empty: ${file}`, 'Write the secret into it.');
    return undefined;
  }

  private report(name: string, message: string, fix: string): null {
    this.problems.push(variableProblem(name, message, fix));
    return null;
  }
}

/** What to do about an address of something in GitLab: of its API, as `CI_API_V4_URL` has it, or of a page; `null` for that of GitLab. */
function tooMuchOf(address: string): string | null {
  const [, gitlab] = /^(.*?)\/api(?:\/v\d.*)?$/.exec(address) ?? [];
  if (gitlab !== undefined) return `Did you mean "${gitlab}"?`;
  return address.includes('/-/')
    ? 'Write it without a group or a project, like https://gitlab.example.com.'
    : null;
}

/** GitLab's signing tokens are `whsec_` and base64; plain ones travel in a header. */
function webhookSecretProblem(value: string): string | null {
  if (!/^[\x21-\x7e]+$/.test(value))
    return 'expected a secret, got something with blanks or other characters in it';
  if (isQuoted(value)) return 'expected a secret without quotes around it';
  if (VARIABLE_NAME.test(value)) return 'expected a secret, got the name of a variable that is not set here';
  if (value.startsWith('whsec_'))
    return /^whsec_[A-Za-z0-9+/_-]{16,}={0,2}$/.test(value) ? null : 'expected base64 after whsec_';
  if (/whsec_/i.test(value)) return 'expected whsec_ at the very beginning of a signing token';
  if (value.length >= SHORTEST_TOKEN) return null;
  // A signature is written `v1,…`, and so do people copy a token.
  const beside = /^v\d+a?$/.test(value)
    ? '; "v1," belongs to a signature, not to its token: leave it out'
    : '';
  return `expected at least ${SHORTEST_TOKEN} characters, got ${value.length}${beside}`;
}

/** A shell takes quotes away, a `.env` file or a form keeps them: the secret would be another one. */
function isQuoted(value: string): boolean {
  return /^["'`]|["'`]$/.test(value);
}

/** Level of the log of a command, which says what matters itself: nothing is logged unless `LOG_LEVEL` is set. */
export function commandLogLevel(env: Environment): LogLevel {
  const level = env['LOG_LEVEL']?.trim().toLowerCase() ?? '';
  return LOG_LEVELS.find((known) => known === level) ?? 'silent';
}

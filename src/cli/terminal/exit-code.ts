/** The exit codes: scripts and CI jobs depend on them. Listed in `docs/cli.md`. */
import {
  AppError,
  ConfigError,
  GitLabRefusedError,
  InvalidInputError,
  TemplateError,
  UnexpectedResponseError,
} from '#domain/base/errors.ts';
import { UsageError } from './usage-error.ts';

/** Exit codes. Stable: scripts depend on them. */
export const EXIT = {
  done: 0,
  /** `check`: rules are broken. */
  violations: 1,
  /** Settings, process definitions, templates, or the command line itself. */
  config: 2,
  /** A SOW, a plan file or an engagement is not as it must be. */
  input: 3,
  /** GitLab refused for good, answered nonsense, or a brake of ours stopped a mass change: a person must look. */
  refused: 4,
  /** `plan --detailed-exit-code`: there is something to do. */
  planNotEmpty: 5,
  /** A mistake of ours. */
  internal: 70,
  /** GitLab is away, busy, or somebody else was faster: try again. */
  retry: 75,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** The code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof AppError)) return EXIT.internal;
  if (error.disposition === 'retry') return EXIT.retry;
  if (error instanceof ConfigError || error instanceof TemplateError || error instanceof UsageError)
    return EXIT.config;
  if (error instanceof InvalidInputError) return EXIT.input;
  if (error instanceof GitLabRefusedError || error instanceof UnexpectedResponseError) return EXIT.refused;
  return EXIT.internal;
}

/** What needs a person most comes first; what the next run repairs by itself comes last. */
const SEVERITY: readonly number[] = [
  EXIT.internal,
  EXIT.refused,
  EXIT.config,
  EXIT.input,
  EXIT.violations,
  EXIT.retry,
];

/** The one exit code of a run over many engagements. */
export function mostSevere(codes: Iterable<number>): number {
  const seen = new Set(codes);
  return SEVERITY.find((code) => seen.has(code)) ?? EXIT.done;
}

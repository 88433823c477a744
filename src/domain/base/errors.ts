/**
 * The errors of Procession, and what a caller should do about each. Expected outcomes are values;
 * these are thrown only when the caller cannot go on. `docs/errors.md` lists them for operators.
 */
import { formatProblem, type InputProblem } from './input-problem.ts';

/** `retry` later, `reject` the input, or `stop` until a person has changed something. */
export type Disposition = 'retry' | 'reject' | 'stop';

export abstract class AppError extends Error {
  /** Stable and safe to alert on. */
  abstract readonly code: string;
  abstract readonly disposition: Disposition;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

function list(intro: string, problems: readonly InputProblem[]): string {
  return [intro, ...problems.map((problem) => `  ${formatProblem(problem)}`)].join('\n');
}

/** Settings or process definitions are wrong. Nothing starts until they are corrected. */
export class ConfigError extends AppError {
  readonly code = 'config_invalid';
  readonly disposition = 'stop';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[], intro = 'The configuration has problems:') {
    super(list(intro, problems));
    this.problems = problems;
  }
}

/** Data from outside (a SOW, a plan file, arguments) is wrong. Nothing was written. */
export class InvalidInputError extends AppError {
  readonly code = 'input_invalid';
  readonly disposition = 'reject';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[], intro = 'The input has problems; nothing was written:') {
    super(list(intro, problems));
    this.problems = problems;
  }
}

/** A template cannot be rendered. */
export class TemplateError extends AppError {
  readonly code = 'template_invalid';
  readonly disposition = 'stop';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    super(
      [
        'A template has problems:',
        ...problems.map(({ file, line, message }) => `  ${file}:${line} ${message}`),
      ].join('\n'),
    );
    this.problems = problems;
  }
}

/** GitLab did not answer, or answered that it cannot now (5xx, network, time-out). */
export class GitLabUnavailableError extends AppError {
  readonly code = 'gitlab_unavailable';
  readonly disposition = 'retry';
}

/** GitLab asked us to slow down. */
export class GitLabRateLimitedError extends AppError {
  readonly code = 'gitlab_rate_limited';
  readonly disposition = 'retry';
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** GitLab refused the request for good: token, rights, licence, or a value it does not take. */
export class GitLabRefusedError extends AppError {
  readonly code = 'gitlab_refused';
  readonly disposition = 'stop';
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Somebody else changed the same thing in between; read and plan again. */
export class GitLabConflictError extends AppError {
  readonly code = 'gitlab_conflict';
  readonly disposition = 'retry';
}

/** GitLab answered something its API does not describe. */
export class UnexpectedResponseError extends AppError {
  readonly code = 'gitlab_unexpected';
  readonly disposition = 'stop';
}

/** A mistake of ours: should never happen. */
export class InvariantError extends AppError {
  readonly code = 'internal';
  readonly disposition = 'stop';
}

/** Code of an error that Node threw for the system, for example `ENOENT`; `null` for an error that has none. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}

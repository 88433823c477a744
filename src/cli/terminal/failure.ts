/** How an error that ended a command is told to the person or the job log. */
import type { Environment } from '#config/environment.ts';
import { AppError, InvariantError } from '#domain/base/errors.ts';
import { exitCodeOf } from './exit-code.ts';
import type { CliIo } from './io.ts';

const SECRET_VARIABLES = ['GITLAB_TOKEN', 'GITLAB_WEBHOOK_SECRETS', 'CRM_WEBHOOK_SECRETS', 'DATABASE_URL'];
/** Shorter values would blank out ordinary words; no real secret is that short. */
const SHORTEST_SECRET = 6;

/** Writes why a command ended and what to do next to stderr. @returns the exit code */
export function reportFailure(error: unknown, io: Pick<CliIo, 'stderr' | 'env'>): number {
  io.stderr.write(`${withoutSecrets(failureText(error), io.env)}\n`);
  return exitCodeOf(error);
}

function failureText(error: unknown): string {
  if (error instanceof AppError && !(error instanceof InvariantError)) {
    const again = error.disposition === 'retry' ? '\nNothing is lost: run the same command again later.' : '';
    return `procession: ${error.message}${again}`;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `procession: this is a bug in Procession, please report it with the lines below. It is safe to run the same command again.\n${stack}`;
}

/** A last net: no message of ours holds a secret, but a stack trace of somebody else's might. */
export function withoutSecrets(text: string, env: Environment): string {
  const secrets = SECRET_VARIABLES.flatMap((name) =>
    (env[name] ?? '').split(',').map((part) => part.trim()),
  ).filter((part) => part.length >= SHORTEST_SECRET);
  return secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, '[removed]'), text);
}

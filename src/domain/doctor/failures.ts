/** Rules about what ends other commands and is an answer of `doctor`: settings that cannot be read, a GitLab that cannot be asked. */
import { AppError, ConfigError, UnexpectedResponseError } from '#domain/base/errors.ts';
import type { InputProblem } from '#domain/base/input-problem.ts';
import type { Details } from '#domain/base/sentence.ts';
import type { Rule } from './diagnosis.ts';

/** Rules about an error. One that none of them knows is a mistake of ours. */
export const FAILURE_RULES: readonly Rule<unknown>[] = [
  {
    id: 'config-invalid',
    area: 'config',
    severity: 'error',
    applies: (failure) => failure instanceof ConfigError && failure.problems.map(settingDetails),
    says: '{where}: {message}.',
    fix: '{fix}',
  },
  {
    id: 'gitlab-unexpected',
    area: 'gitlab',
    severity: 'error',
    applies: (failure) => failure instanceof UnexpectedResponseError && { reason: failure.message },
    says: '{reason}',
    fix: 'Set GITLAB_URL to the address of GitLab itself, and look at any proxy in between.',
  },
  {
    id: 'gitlab-unreachable',
    area: 'gitlab',
    severity: 'error',
    applies: (failure) =>
      failure instanceof AppError && failure.disposition === 'retry' && { reason: failure.message },
    says: '{reason}',
    fix: 'Check GITLAB_URL, the network and the certificate (NODE_EXTRA_CA_CERTS for an own authority), then run procession doctor again.',
  },
];

/** Settings, processes and templates. */
function settingDetails({ file, line, path, message, fix }: InputProblem): Details {
  const place = [file === null ? '' : `${file}${line === null ? '' : `:${line}`}`, path];
  return {
    where: place.filter((part) => part !== '').join(' '),
    message: message.replace(/\.+$/, ''),
    fix: fix === '' ? 'Correct it there; procession lint checks again.' : fix,
  };
}

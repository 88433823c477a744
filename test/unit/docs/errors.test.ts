import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '#cli/terminal/exit-code.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import * as errors from '#domain/base/errors.ts';
import { InboxUnavailableError } from '#inbox/inbox-unavailable-error.ts';

const samples: readonly errors.AppError[] = [
  new errors.ConfigError([]),
  new errors.TemplateError([]),
  new UsageError('x', 'y'),
  new errors.InvalidInputError([]),
  new errors.GitLabRefusedError('x', 403),
  new errors.UnexpectedResponseError('x'),
  new errors.GitLabUnavailableError('x'),
  new errors.GitLabRateLimitedError('x', 1),
  new errors.GitLabConflictError('x'),
  new InboxUnavailableError('x'),
  new errors.InvariantError('x'),
];

describe('docs/errors.md', () => {
  it('lists every error class with its code, disposition and exit code', async () => {
    const text = await readFile(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `(\w+)` \| `(\w+)` \| (\w+) \| (\d+) \|/gm)].map(
      ([, code, name, disposition, exit]) => ({ code, name, disposition, exit: Number(exit) }),
    );

    expect(rows).toEqual(
      samples.map((error) => ({
        code: error.code,
        name: error.name,
        disposition: error.disposition,
        exit: exitCodeOf(error),
      })),
    );
  });

  it('leaves out none', () => {
    const classes = Object.values(errors).filter(
      (value): value is typeof errors.ConfigError =>
        typeof value === 'function' && value.prototype instanceof errors.AppError,
    );
    expect(
      classes.map(({ name }) => name).filter((name) => samples.every((sample) => sample.name !== name)),
    ).toEqual([]);
  });
});

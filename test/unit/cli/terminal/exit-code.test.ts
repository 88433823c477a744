import { describe, expect, it } from 'vitest';
import { exitCodeOf, mostSevere } from '#cli/terminal/exit-code.ts';
import { UsageError } from '#cli/terminal/usage-error.ts';
import {
  ConfigError,
  GitLabConflictError,
  GitLabRateLimitedError,
  GitLabRefusedError,
  GitLabUnavailableError,
  InvalidInputError,
  InvariantError,
  TemplateError,
  UnexpectedResponseError,
} from '#domain/base/errors.ts';

describe('cli/exit-code', () => {
  it.each([
    [new ConfigError([]), 2],
    [new TemplateError([]), 2],
    [new UsageError('What?', 'procession --help'), 2],
    [new InvalidInputError([]), 3],
    [new GitLabRefusedError('no', 403), 4],
    [new UnexpectedResponseError('what'), 4],
    [new GitLabUnavailableError('away'), 75],
    [new GitLabRateLimitedError('busy', 3), 75],
    [new GitLabConflictError('faster'), 75],
    [new InvariantError('oops'), 70],
    [new TypeError('oops'), 70],
    ['thrown text', 70],
  ])('gives %s the code %i', (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });

  it('lets what needs a person win over what the next run repairs', () => {
    expect(mostSevere([0, 75, 4, 3])).toBe(4);
    expect(mostSevere([75, 0])).toBe(75);
    expect(mostSevere([75, 70, 4])).toBe(70);
    expect(mostSevere([0, 0])).toBe(0);
    expect(mostSevere([])).toBe(0);
  });
});

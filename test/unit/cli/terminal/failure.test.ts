import { describe, expect, it } from 'vitest';
import { reportFailure, withoutSecrets } from '#cli/terminal/failure.ts';
import { GitLabUnavailableError, InvariantError } from '#domain/base/errors.ts';

function told(error: unknown, env: Record<string, string> = {}): string {
  let text = '';
  reportFailure(error, { stderr: { write: (part) => (text += part) }, env });
  return text;
}

describe('cli/failure', () => {
  it('tells our own errors without a stack, and that retrying is safe', () => {
    expect(told(new GitLabUnavailableError('GET /user: GitLab answered 502.'))).toBe(
      'procession: GET /user: GitLab answered 502.\nNothing is lost: run the same command again later.\n',
    );
  });

  it.each([new TypeError('x is not a function'), new InvariantError('x is not a function')])(
    'calls a mistake of ours a bug and shows where',
    (error) => {
      expect(told(error)).toMatch(
        /this is a bug in Procession[^\n]*\n(?:Type|Invariant)Error: x is not a function\n {4}at /,
      );
    },
  );

  it('shows no secret, even when somebody else puts it into an error', () => {
    const env = {
      GITLAB_TOKEN: 'glpat-abcdef',
      GITLAB_WEBHOOK_SECRETS: 'first-secret, second-secret',
      DATABASE_URL: 'postgres://u:p@h/d',
    };

    const text = told(new Error('glpat-abcdef second-secret postgres://u:p@h/d'), env);

    expect(text).toContain('[removed] [removed] [removed]');
    expect(text).not.toMatch(/abcdef|second-secret|u:p@h/);
  });

  it('does not blank out words because a secret is empty or tiny', () => {
    expect(withoutSecrets('a plain message', { GITLAB_TOKEN: '', CRM_WEBHOOK_SECRETS: 'a,' })).toBe(
      'a plain message',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { GitLabConflictError, GitLabRefusedError, type GitLabUnavailableError } from '#domain/base/errors.ts';
import { type Connection, connect } from '#gitlab/http/connection.ts';
import { lookBeforeRepeat } from '#gitlab/http/look-before-repeat.ts';
import { AnswerLostError } from '#gitlab/http/to-app-error.ts';

const connection: Connection = connect({
  host: 'https://gitlab.test',
  token: 'unused',
  group: 'services',
  project: 'services/engagements',
  sleep: async () => {},
});

/** A write whose tries end as listed; `landsOn` says at which look it becomes visible. */
function write(tries: readonly (Error | 'made')[], landsOn = Number.POSITIVE_INFINITY) {
  const calls: string[] = [];
  let looks = 0;
  return {
    calls,
    send: async () => {
      calls.push('send');
      const outcome = tries[calls.filter((call) => call === 'send').length - 1] ?? 'made';
      if (outcome !== 'made') throw outcome;
      return outcome;
    },
    find: async () => {
      calls.push('look');
      looks += 1;
      return looks >= landsOn ? ('made' as const) : null;
    },
  };
}

const lost: GitLabUnavailableError = new AnswerLostError('lost');

describe('gitlab/look-before-repeat', () => {
  it('sends once when all is well', async () => {
    const once = write(['made']);

    expect(await lookBeforeRepeat(connection, once)).toBe('made');
    expect(once.calls).toEqual(['send']);
  });

  it('does not repeat what landed, even when it becomes visible late', async () => {
    const visible = write([lost], 1);
    const late = write([lost], 2);

    await lookBeforeRepeat(connection, visible);
    await lookBeforeRepeat(connection, late);

    expect(visible.calls).toEqual(['send', 'look']);
    expect(late.calls).toEqual(['send', 'look', 'look']);
  });

  it('repeats what did not land, three tries in all', async () => {
    const second = write([lost, 'made']);
    const never = write([lost, lost, lost, lost]);

    expect(await lookBeforeRepeat(connection, second)).toBe('made');
    await expect(lookBeforeRepeat(connection, never)).rejects.toBe(lost);
    expect(second.calls).toEqual(['send', 'look', 'look', 'send']);
    expect(never.calls.filter((call) => call === 'send')).toHaveLength(3);
  });

  it.each([new GitLabRefusedError('not found', 404), new GitLabConflictError('conflict')])(
    'looks after $message, but does not repeat',
    async (error) => {
      const landed = write([error], 1);
      const refused = write([error]);

      expect(await lookBeforeRepeat(connection, landed)).toBe('made');
      await expect(lookBeforeRepeat(connection, refused)).rejects.toBe(error);
      expect(refused.calls).toEqual(['send', 'look', 'look']);
    },
  );

  it('does not look after a clear refusal', async () => {
    const refused = write([new GitLabRefusedError('forbidden', 403)], 1);

    await expect(lookBeforeRepeat(connection, refused)).rejects.toThrow('forbidden');
    expect(refused.calls).toEqual(['send']);
  });
});

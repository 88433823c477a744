import { describe, expect, it } from 'vitest';
import { command as check } from '#cli/commands/check.ts';
import { command as sweep } from '#cli/commands/sweep.ts';
import { emptyGitLab } from '#cli/targets/offline-gitlab.ts';
import { GitLabRefusedError, GitLabUnavailableError } from '#domain/base/errors.ts';
import type { ActualEpic, ActualState } from '#domain/engagement/state.ts';
import { PREMIUM } from '#domain/engagement/state.ts';
import { UNSEALED } from '#domain/record/line.ts';
import { encodeSowRecord } from '#domain/sow/record.ts';
import { writeManagedBlock } from '#domain/text/managed-block.ts';
import type { GitLab } from '#ports/gitlab.ts';
import { SILENT } from '#ports/logger.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { anEpic, anIssue, aProcess, aSow, aState, someSettings } from '#test/support/builders.ts';
import { runCommand } from '#test/support/cli.ts';

const process = aProcess();

function deps(states: readonly ActualState[], changes: Partial<GitLab> = {}): ReconcileDeps {
  const gitlab: GitLab = {
    ...emptyGitLab(),
    readAll: async () => states,
    readEngagement: async (engagement) =>
      states.find((state) => state.engagement === engagement) ?? {
        engagement,
        epics: [],
        issues: [],
        capabilities: PREMIUM,
      },
    ...changes,
  };
  return {
    gitlab,
    processes: { ids: ['sample'], fingerprint: 'test', find: (id) => (id === 'sample' ? process : null) },
    settings: someSettings(),

    seal: UNSEALED,
    logger: SILENT,
    clock: { now: () => '2026-11-23T12:00:00.000Z' },
  };
}

/** An epic with a good SOW record; everything else about it is still to be done. */
function engagement(
  number: string,
  {
    processId = 'sample',
    record = encodeSowRecord(aSow()),
    epic = {},
  }: { processId?: string; record?: string; epic?: Partial<ActualEpic> } = {},
): ActualState {
  const marker = { kind: 'epic', engagement: number, process: processId, profile: null, step: null } as const;
  return aState({
    engagement: number,
    epics: [anEpic({ description: writeManagedBlock('', marker, `Block\n${record}`), ...epic })],
  });
}

function failing(error: Error): Partial<GitLab> {
  const refuse = async (): Promise<never> => {
    throw error;
  };
  return {
    createLabel: refuse,
    createIssue: refuse,
    createNote: refuse,
  };
}

describe('cli/sweep', () => {
  it('says how many there are when nothing is to be done', async () => {
    expect(await runCommand(sweep, [], deps([]))).toEqual({
      code: 0,
      stdout: 'Sweep: 0 engagements, 0 changed, 0 failed.\n',
      stderr: '',
    });
  });

  it('goes on after one that failed, and exits with what needs a person most', async () => {
    const states = [
      engagement('SOW-1'),
      engagement('SOW-2', { record: '' }),
      engagement('SOW-3', { processId: 'gone' }),
    ];

    const away = await runCommand(
      sweep,
      [],
      deps(states, {
        ...failing(new GitLabUnavailableError('GitLab answered 502.')),
      }),
    );
    const refused = await runCommand(
      sweep,
      [],
      deps([engagement('SOW-1')], failing(new GitLabRefusedError('GitLab answered 403.', 403))),
    );

    expect(away.stderr).toMatch(/SOW-1: failed: GitLab answered 502\.\n/);
    expect(away.stderr).toMatch(
      /SOW-3: A process is missing; nothing was written: SOW-3: needs the process "gone"/,
    );
    expect(away.stdout).toBe('Sweep: 3 engagements, 0 changed, 3 failed.\n');
    expect(away.code).toBe(2);
    expect(refused).toMatchObject({ code: 4 });
  });

  it('exits with 75 when all that failed can be tried again', async () => {
    expect(
      await runCommand(sweep, [], deps([engagement('SOW-1')], failing(new GitLabUnavailableError('away')))),
    ).toMatchObject({ code: 75 });
  });

  it('leaves an epic alone that only carries our labels', async () => {
    const foreign = aState({ engagement: 'SOW-9', epics: [anEpic({ description: 'Plans of somebody' })] });

    expect(await runCommand(sweep, [], deps([foreign]))).toMatchObject({
      code: 0,
      stdout: 'Sweep: 0 engagements, 0 changed, 0 failed.\n',
      stderr: '',
    });
  });

  it('asks GitLab only for what changed since then', async () => {
    let asked: unknown;
    const gitlab = { readAll: async (options: unknown) => ((asked = options), []) };

    const { stdout } = await runCommand(sweep, ['--since', '2h', '--json'], deps([], gitlab));

    expect(asked).toMatchObject({ updatedAfter: '2026-11-23T10:00:00.000Z' });
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      since: '2026-11-23T10:00:00.000Z',
      counts: { engagements: 0, changed: 0, failed: 0 },
      engagements: [],
    });
  });
});

describe('cli/check', () => {
  it('passes and fails by the rules', async () => {
    const early = { ...engagement('SOW-1'), issues: [anIssue('second', { state: 'closed' })] };

    expect(await runCommand(check, [], deps([engagement('SOW-1')]))).toMatchObject({
      code: 0,
      stdout: '1 engagement checked: every rule is kept.\n',
    });
    const { code, stdout } = await runCommand(check, ['SOW-1', '--json'], deps([early]));
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      passed: false,
      findings: 1,
      engagements: [{ engagement: 'SOW-1', process: 'sample' }],
    });
  });

  it('counts an engagement that cannot be judged as broken', async () => {
    const { code, stdout } = await runCommand(
      check,
      [],
      deps([engagement('SOW-1', { record: '' }), engagement('SOW-2', { processId: 'gone' })]),
    );

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /\[record-damaged][\s\S]*\[unknown-process][\s\S]*2 engagements checked: 2 broken rules\./,
    );
  });

  it('refuses an engagement that does not exist, and a step that no process has', async () => {
    expect(await runCommand(check, ['SOW-404'], deps([]))).toMatchObject({ code: 3 });
    expect(await runCommand(check, ['--until', 'secnd'], deps([]))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "second"?'),
    });
  });

  it('holds until a step is done', async () => {
    expect(await runCommand(check, ['--until', 'first'], deps([engagement('SOW-1')]))).toMatchObject({
      code: 1,
    });
  });
});

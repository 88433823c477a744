/** One cause that would do the same to many engagements is stopped before the first; whatever people, time or a SOW ask for goes on. */

import { afterEach, describe, expect, it } from 'vitest';
import { command as sweepCommand } from '#cli/commands/sweep.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { findDrift } from '#reconciler/work/find-drift.ts';
import type { Issue } from '#sandbox/world.ts';
import { aProcess, aStep } from '#test/support/builders.ts';
import { type CliResult, runCommand } from '#test/support/cli.ts';
import { type EngagementWorld, startEngagement, storeOf } from '#test/support/engagement.ts';

const MORE = aProcess({
  steps: [...aProcess().steps, aStep('review', { after: [{ step: 'first', until: 'done' }] })],
});

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

async function launched(count: number): Promise<void> {
  world = await startEngagement({ process: aProcess() });
  for (let n = 1; n <= count; n += 1)
    await reconcile(world.deps, `SOW-${n}`, {
      sow: { ...world.sow, sow: { ...world.sow.sow, number: `SOW-${n}` } },
      process: 'sample',
    });
}

async function swept(changes: Partial<ReconcileDeps> = {}, ...args: readonly string[]): Promise<CliResult> {
  world.sandbox.ledger.clear();
  return await runCommand(sweepCommand, args, { ...world.deps, ...changes });
}

/** The definition is another one; the store gives it to engagements that name the earlier one, as before there were versions. */
const CHANGED = { processes: storeOf(MORE) };

function issuesOf(step: string): readonly Issue[] {
  const { labels, issues } = world.sandbox.world;
  const label = labels.find(({ name }) => name === `step::${step}`);
  return issues.filter(({ labelIds }) => label !== undefined && labelIds.includes(label.id));
}

function deleteIssue(issue: Issue): void {
  const { issues } = world.sandbox.world;
  issues.splice(issues.indexOf(issue), 1);
}

describe('a sweep in which one cause would change many engagements alike', () => {
  it('stops before the first, writes nothing, and says what to do', async () => {
    await launched(6);

    const { code, stderr } = await swept(CHANGED);

    expect(code).toBe(4);
    expect(stderr.match(/in 6 engagements at once \(limit 5\)/g)).toHaveLength(6);
    expect(stderr).toContain('procession plan SOW-1');
    expect(stderr).toContain('--allow-mass-change');
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('goes on when somebody has looked', async () => {
    await launched(6);

    expect((await swept(CHANGED, '--allow-mass-change')).code).toBe(0);

    expect(issuesOf('review')).toHaveLength(6);
  });

  it('goes on where they are no more than the limit', async () => {
    await launched(5);

    expect((await swept(CHANGED)).code).toBe(0);

    expect(issuesOf('review')).toHaveLength(5);
  });

  it('counts a step that is gone from all of them, and goes on with everything else', async () => {
    await launched(7);
    for (const issue of issuesOf('second').slice(1)) deleteIssue(issue);
    for (const issue of issuesOf('last').slice(0, 1)) world.by('eli').close(issue);

    const { code, stdout, stderr } = await swept();

    expect(code).toBe(4);
    expect(stderr).toContain('make the issues of second again, which are gone');
    expect(issuesOf('second')).toHaveLength(1);
    expect(stdout).toContain('1 changed, 6 failed');
    expect(issuesOf('last')[0]?.state).toBe('opened');
  });

  it('counts nothing that people do: eight steps closed too early in eight engagements are opened again', async () => {
    await launched(8);
    for (const issue of issuesOf('last')) world.by('eli').close(issue);

    expect((await swept()).code).toBe(0);

    expect(issuesOf('last').map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => 'opened'));
  });

  it('takes no request more than before', async () => {
    await launched(6);
    await swept();
    const reads = world.sandbox.ledger.reads().length;

    await swept(CHANGED);

    expect(world.sandbox.ledger.reads().length).toBeLessThanOrEqual(reads + 1);
  });

  it('is not carried into them by the service either', async () => {
    await launched(6);

    const { drifted, stopped } = await findDrift({ ...world.deps, ...CHANGED }, null);

    expect(drifted).toEqual([]);
    expect([...stopped.keys()]).toEqual(['SOW-1', 'SOW-2', 'SOW-3', 'SOW-4', 'SOW-5', 'SOW-6']);
  });
});

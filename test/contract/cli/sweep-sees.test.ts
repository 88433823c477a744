/** A sweep that sees less than before says so, every time, until somebody has settled it. */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command as sweepCommand } from '#cli/commands/sweep.ts';
import { createLookAhead } from '#reconciler/work/look-ahead.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import { runSweeps, type Swept } from '#reconciler/work/sweep-schedule.ts';
import { aProcess } from '#test/support/builders.ts';
import { type CliResult, runCommand } from '#test/support/cli.ts';
import { type EngagementWorld, startEngagement, storeOf } from '#test/support/engagement.ts';
import { looksInMemory } from '#test/support/look-memory.ts';

let world: EngagementWorld;
let state: string;

beforeEach(async () => {
  world = await startEngagement({ process: aProcess(), now: () => new Date() });
  await world.apply();
  state = join(await mkdtemp(join(tmpdir(), 'sweep-')), 'state.json');
});

afterEach(async () => {
  await world.close();
});

/** A new process each time, as in CI. */
async function swept(...args: readonly string[]): Promise<CliResult> {
  const deps = { ...world.deps, gitlab: world.connect() };
  return await runCommand(sweepCommand, args, deps);
}

function deleteAll(): void {
  const { epics, issues, labels } = world.sandbox.world;
  epics.splice(0);
  issues.splice(0);
  labels.splice(
    labels.findIndex(({ name }) => name === 'SOW-1042'),
    1,
  );
}

describe('procession sweep', () => {
  it('names an engagement of which only the label is left', async () => {
    const { epics, issues } = world.sandbox.world;
    epics.splice(0);
    issues.splice(0);

    const { code, stderr } = await swept();

    expect(code).toBe(3);
    expect(stderr).toContain('SOW-1042: not seen:');
    expect(stderr).toContain('delete the label SOW-1042');
  });

  it('remembers whom it has seen, and is told once who is gone on purpose', async () => {
    expect((await swept('--state', state)).code).toBe(0);
    deleteAll();
    // Of what changed: nothing tells that something is gone.
    expect((await swept('--state', state)).code).toBe(0);

    const full = await runCommand(sweepCommand, ['--state', state], {
      ...world.deps,
      gitlab: world.connect(),
      processes: { ...world.deps.processes, fingerprint: 'b' },
    });
    expect(full).toMatchObject({ code: 3 });
    expect(full.stderr).toContain('an earlier sweep has seen it');
    const forget = await runCommand(sweepCommand, ['--state', state, '--forget', 'SOW-1042'], {
      ...world.deps,
      gitlab: world.connect(),
      processes: { ...world.deps.processes, fingerprint: 'b' },
    });

    expect(forget.code).toBe(0);
    expect((await swept('--state', state)).code).toBe(0);
  });

  it('goes on naming it when it looks only at what changed, and stops when it is back', async () => {
    const { epics, issues } = world.sandbox.world;
    const [epic] = epics;
    const kept = [...issues];
    await swept('--state', state);
    const other = { ...world.deps.processes, fingerprint: 'b' };
    const sweepNow = async (): Promise<CliResult> =>
      await runCommand(sweepCommand, ['--state', state], {
        ...world.deps,
        gitlab: world.connect(),
        processes: other,
      });
    epics.splice(0);
    issues.splice(0);

    expect((await sweepNow()).code).toBe(3);
    expect((await sweepNow()).stderr).toContain('SOW-1042: not seen:');
    if (epic !== undefined) epics.push(epic);
    issues.push(...kept);

    expect((await sweepNow()).code).toBe(0);
    expect((await sweepNow()).code).toBe(0);
  });

  it('finds an epic that has lost label and text by what changed alone', async () => {
    const epic = world.epic();
    const since = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    world.by('eli').write(epic, '');
    epic.labelIds.splice(0);

    const results = await sweep(world.deps, { updatedAfter: since });

    expect(results).toMatchObject([{ engagement: 'SOW-1042', outcome: { kind: 'record-damaged' } }]);
  });

  it('refuses to call it well where it has no process to see with', async () => {
    deleteAll();

    expect(
      await runCommand(sweepCommand, [], { ...world.deps, gitlab: world.connect(), processes: storeOf() }),
    ).toMatchObject({ code: 2 });
  });
});

describe('the sweep of the service', () => {
  it('tells whom it knows and does not see', async () => {
    const { epics, issues } = world.sandbox.world;
    epics.splice(0);
    issues.splice(0);
    const results: Swept[] = [];
    const ending = new AbortController();

    await runSweeps(
      {
        ...world.deps,
        inbox: { put: async () => 'stored' },
        everyMs: 1,
        lookAhead: createLookAhead(),
        looks: looksInMemory(),
        sooner: {
          ring: () => {},
          wait: async () => {
            ending.abort();
            return 'silent';
          },
        },
        onSweep: (result) => void results.push(result),
      },
      ending.signal,
    );

    expect(results).toMatchObject([{ full: true, seen: 0, missing: ['SOW-1042'] }]);
  });
});

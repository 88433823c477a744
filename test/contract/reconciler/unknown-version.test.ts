/** An engagement whose version is not at hand: order and what is done go on from the record, and nothing of another definition is applied. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command as check } from '#cli/commands/check.ts';
import { command as sweepCommand } from '#cli/commands/sweep.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { findDrift } from '#reconciler/work/find-drift.ts';
import { newKeyPair, openSeal } from '#seal/ed25519.ts';
import { aProcess, aStep } from '#test/support/builders.ts';
import { type CliResult, runCommand } from '#test/support/cli.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

/** first → second → last; `free` stands alone. */
const process_ = aProcess({ version: 3, steps: [...aProcess().steps, aStep('free')] });
/** The definition of now: other steps, other texts. */
const other = aProcess({ version: 4, steps: [aStep('first'), aStep('new')], closeWhen: ['new'] });

let world: EngagementWorld;
let gone: ReconcileDeps;

beforeEach(async () => {
  const { publicKey, privateKey } = newKeyPair();
  world = await startEngagement({ process: process_, seal: openSeal([publicKey], privateKey) });
  await world.apply();
  await world.walk('first');
  gone = {
    ...world.deps,
    processes: {
      ids: ['sample'],
      fingerprint: 'now',
      find: (id, profile, which) =>
        id === 'sample' && profile === null && which === undefined ? other : null,
    },
  };
});

afterEach(async () => {
  await world.close();
});

async function swept(deps = gone): Promise<CliResult> {
  world.sandbox.ledger.clear();
  return await runCommand(sweepCommand, [], deps);
}

describe('an engagement whose version is loaded nowhere', () => {
  it('keeps its order: what is closed before its turn is opened again, with the reason, once', async () => {
    world.by('eli').close(world.issue('last'));

    const { code, stderr } = await swept();
    await swept();

    expect(code).toBe(2);
    expect(stderr).toContain('needs version 3 of process sample');
    expect(stderr).toContain('opened again: last');
    expect(world.issue('last').state).toBe('opened');
    expect(world.notesOf(world.issue('last'), 'closed-too-early')).toHaveLength(1);
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('leaves done what is done, and closed what nothing comes before', async () => {
    world.by('eli').close(world.issue('second'));
    world.by('eli').close(world.issue('free'));

    await swept();

    expect(['first', 'second', 'free'].map((step) => world.issue(step).state)).toEqual([
      'closed',
      'closed',
      'closed',
    ]);
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('gets no issue, no text and no record of another definition', async () => {
    const texts = world.sandbox.world.issues.map(({ description }) => description);
    const epic = world.epic().description;

    await swept();

    expect(world.sandbox.world.issues.map(({ description }) => description)).toEqual(texts);
    expect(world.epic().description).toBe(epic);
  });

  it('is told by check, by name and version, with what is closed before its turn', async () => {
    world.by('eli').close(world.issue('last'));

    const { code, stdout } = await runCommand(check, [], gone);

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /SOW-1042[\s\S]*There is no process sample version 3[\s\S]*last is closed before second/,
    );
    expect(world.issue('last').state).toBe('closed');
  });

  it('is looked at by the service when its order is broken, and only then', async () => {
    expect((await findDrift(gone, null)).drifted).toEqual([]);
    world.by('eli').close(world.issue('last'));

    expect((await findDrift(gone, null)).drifted).toEqual(['SOW-1042']);
  });

  it('is judged again by its own rules when its version is back', async () => {
    world.by('eli').close(world.issue('second'));
    await swept();

    await world.reconcile();

    expect(world.issue('second').state).toBe('opened');
    expect(world.notesOf(world.issue('second'), 'closed-too-early')[0]?.body).toContain('Evidence');
  });
});

/** From records without a seal to sealed ones, and from one key to the next. */

import { afterEach, describe, expect, it } from 'vitest';
import { command as records } from '#cli/commands/records.ts';
import { openRecord, placeOf, type Seal } from '#domain/record/line.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { reconcile } from '#reconciler/loop/reconcile.ts';
import { newKeyPair, openSeal } from '#seal/ed25519.ts';
import { aProcess } from '#test/support/builders.ts';
import { type CliResult, runCommand } from '#test/support/cli.ts';
import { sayIn, settleIn } from '#test/support/commands.ts';
import { type EngagementWorld, startEngagement } from '#test/support/engagement.ts';

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

/** An engagement made before there was a key: one step done, one waived by its manager. */
async function unsealed(): Promise<void> {
  world = await startEngagement({ process: aProcess() });
  await world.apply();
  await world.walk('first');
  sayIn(world, 'mira', world.issue('second'), '/ps waive done by phone');
  await settleIn(world);
}

function sealedBy(seal: Seal): ReconcileDeps {
  return { ...world.over(world.gitlab), seal };
}

async function run(deps: ReconcileDeps, ...args: readonly string[]): Promise<CliResult> {
  return await runCommand(records, ['reseal', ...args], deps, { settings: () => deps.settings });
}

function opened(seal: Seal): unknown {
  const epic = world.epic();
  const place = placeOf({ id: epic.id, tracking: null });
  return openRecord(epic.description, { place, key: 'SOW-1042' }, seal);
}

describe('procession records reseal', () => {
  it('shows what would be taken over, then takes it over, and judges nothing again', async () => {
    await unsealed();
    const pair = newKeyPair();
    const seal = openSeal([pair.publicKey], pair.privateKey);
    const deps = sealedBy(seal);
    expect((await reconcile(deps, 'SOW-1042')).kind).toBe('record-damaged');
    const before = world.epic().description;

    const dry = await run(deps, '--dry-run');
    expect(dry.stdout).toContain('1 step done; second waived by mira');
    expect(world.epic().description).toBe(before);
    const done = await run(deps);

    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('Sealed 1 record') });
    expect(opened(seal)).toMatchObject({ kind: 'ok', as: 'sealed' });
    expect(world.notesOf(world.epic(), 'record')).toHaveLength(1);
    expect(world.state('first')).toBe('workflow::done');
    world.by('eli').close(world.issue('second'));
    await reconcile(deps, 'SOW-1042');
    expect(world.state('second')).toBe('workflow::waived');
  });

  it('changes the key while everything goes on', async () => {
    await unsealed();
    const [old, next] = [newKeyPair(), newKeyPair()];
    await run(sealedBy(openSeal([old.publicKey], old.privateKey)));
    const both = openSeal([next.publicKey, old.publicKey], next.privateKey);

    expect((await run(sealedBy(both))).code).toBe(0);

    const alone = openSeal([next.publicKey], next.privateKey);
    expect(opened(alone)).toMatchObject({ kind: 'ok', as: 'sealed' });
    expect((await reconcile(sealedBy(alone), 'SOW-1042')).kind).toBe('unchanged');
  });

  it('takes nothing over that was altered, and says what a missing key is', async () => {
    await unsealed();
    const pair = newKeyPair();
    const deps = sealedBy(openSeal([pair.publicKey], null));
    await expect(run(deps)).resolves.toMatchObject({ code: 2 });
    world
      .by('eli')
      .write(world.epic(), world.epic().description.replace(/(procession:record v1 \S+ )\S/, '$1x'));

    const result = await run(sealedBy(openSeal([pair.publicKey], pair.privateKey)));

    expect(result.code).toBe(3);
    expect(result.stderr).toContain('SOW-1042');
  });
});

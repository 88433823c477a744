/** Whatever becomes of an engagement, `check` never says that all is well because it no longer sees it. */

import { afterEach, describe, expect, it } from 'vitest';
import { command as check } from '#cli/commands/check.ts';
import type { Settings } from '#domain/base/settings.ts';
import type { NumberedFile } from '#domain/sow/doubles.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { readPortfolio } from '#reconciler/portfolio/portfolio-reader.ts';
import { sweep } from '#reconciler/work/sweep.ts';
import type { Epic } from '#sandbox/world.ts';
import { newKeyPair, openSeal } from '#seal/ed25519.ts';
import { aProcess } from '#test/support/builders.ts';
import { type CliResult, runCommand } from '#test/support/cli.ts';
import { type EngagementWorld, startEngagement, storeOf } from '#test/support/engagement.ts';

let world: EngagementWorld;

afterEach(async () => {
  await world.close();
});

async function launched(options: { readonly tier?: 'free'; readonly sealed?: boolean } = {}): Promise<void> {
  const { publicKey, privateKey } = newKeyPair();
  const { sealed, ...others } = options;
  world = await startEngagement({
    process: aProcess(),
    ...others,
    ...(sealed === true ? { seal: openSeal([publicKey], privateKey) } : {}),
  });
  await world.apply();
}

async function checked(
  changes: Partial<ReconcileDeps> = {},
  won: readonly NumberedFile[] = [],
): Promise<CliResult> {
  const deps = { ...world.deps, gitlab: world.connect(), ...changes };
  return await runCommand(check, [], deps, {
    launchingFiles: async (known) => won.filter(({ number }) => !known.has(number)),
  });
}

function renamed(labels: Settings['labels']): Partial<ReconcileDeps> {
  return { settings: { ...world.deps.settings, labels } };
}

function epics(): Epic[] {
  return world.sandbox.world.epics;
}

function unlabel(): void {
  for (const item of [...epics(), ...world.sandbox.world.issues]) item.labelIds.splice(0);
}

function deleteEpics(): void {
  for (const issue of world.sandbox.world.issues) issue.epicId = null;
  epics().splice(0);
}

function deleteAll(): void {
  deleteEpics();
  world.sandbox.world.issues.splice(0);
}

function deleteLabels(): void {
  world.sandbox.world.labels.splice(0);
}

describe('check', () => {
  it('says that there is none where nothing was ever launched', async () => {
    world = await startEngagement({ process: aProcess() });

    expect(await checked()).toMatchObject({ code: 0, stdout: '0 engagements checked: there is none.\n' });
  });

  it('has something to say where there is no process at all', async () => {
    world = await startEngagement({ process: aProcess() });

    expect(await checked({ processes: storeOf() })).toMatchObject({ code: 2 });
  });

  it.each([
    ['the folder of the templates is empty', () => ({ processes: storeOf() })],
    ['the folder of its process is gone', () => ({ processes: storeOf(aProcess({ id: 'other' })) })],
  ])('names it when %s', async (_, changes) => {
    await launched();

    const { code, stdout } = await checked(changes());

    expect(code).toBe(1);
    expect(stdout).toMatch(/SOW-1042 [\s\S]*\[unknown-process]/);
  });

  it.each([
    ['the scope of the process label is renamed', () => renamed({ process: 'ps-process' })],
    ['all scopes are renamed', () => renamed({ process: 'a', step: 'b', role: 'c', workflow: 'd' })],
    ['the labels are taken off everything', () => (unlabel(), {})],
    ['the labels are deleted', () => (unlabel(), deleteLabels(), {})],
  ])('goes on judging it when %s', async (_, change) => {
    await launched({ sealed: true });
    const changes = change();
    world.by('eli').close(world.issue('last'));

    const { code, stdout } = await checked(changes);

    expect(code).toBe(1);
    expect(stdout).toMatch(/SOW-1042 [\s\S]*\[closed-too-early][\s\S]*1 engagement checked/);
  });

  it.each([
    ['emptied', () => world.by('eli').write(world.epic(), '')],
    [
      'emptied, and unlabelled',
      () => {
        world.by('eli').write(world.epic(), '');
        unlabel();
      },
    ],
  ])('fails until the epic is repaired when it is %s', async (_, change) => {
    await launched({ sealed: true });
    change();

    const damaged = await checked();
    await sweep(world.deps);

    expect(damaged.code).toBe(1);
    expect(damaged.stdout).toMatch(/SOW-1042[\s\S]*\[record-damaged]/);
    expect(await checked()).toMatchObject({ code: 0 });
  });

  it.each([
    [
      'the epic is deleted',
      {},
      deleteEpics,
      /\[engagement-not-seen][\s\S]*its issues are there without an epic/,
    ],
    [
      'the tracking issue is deleted',
      { tier: 'free' },
      () => {
        const { issues } = world.sandbox.world;
        issues.splice(issues.indexOf(world.epic() as never), 1);
      },
      /\[engagement-not-seen][\s\S]*its issues are there without an epic/,
    ],
    [
      'everything is deleted',
      {},
      deleteAll,
      /\[engagement-not-seen][\s\S]*the label that its launch has made/,
    ],
  ] as const)('names it when %s', async (_, options, change, expected) => {
    await launched(options);
    change();

    const { code, stdout } = await checked();

    expect(code).toBe(1);
    expect(stdout).toContain('SOW-1042');
    expect(stdout).toMatch(expected);
  });

  it('names a won SOW file without an engagement, and what to do about it', async () => {
    await launched();
    const file = { number: 'SOW-1042', file: 'sows/SOW-1042.yml', line: 2 };
    expect(await checked({}, [file])).toMatchObject({ code: 0 });
    deleteAll();
    deleteLabels();

    const { code, stdout } = await checked({}, [file]);

    expect(code).toBe(1);
    expect(stdout).toContain('procession apply sows/SOW-1042.yml');
  });

  it('judges one that is asked for by its number although only its issues are left', async () => {
    await launched();
    deleteEpics();

    const result = await runCommand(check, ['SOW-1042'], world.deps);

    expect(result).toMatchObject({ code: 1 });
    expect(result.stdout).toContain('[engagement-not-seen]');
  });

  it('leaves what people label with a SOW number alone', async () => {
    await launched();
    const { seed, sandbox } = world;
    sandbox.operations.createIssue(sandbox.user('eli'), seed.project.id, {
      title: 'A question',
      labels: ['SOW-7'],
    });

    expect(await checked()).toMatchObject({ code: 0 });
  });
});

describe('a report', () => {
  it('has an engagement of which only issues are left among those to be looked at', async () => {
    await launched();
    deleteEpics();

    const { counts, engagements } = await readPortfolio(world.deps, '2026-11-23T12:00:00.000Z');

    expect(counts).toMatchObject({ engagements: 1, unreadable: 1 });
    expect(JSON.stringify(engagements)).toContain('engagement-not-seen');
  });
});

/** A SOW that is other than it was, and one that is another. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';
import { aDealFile } from '#test/support/inputs.ts';
import { readable } from '#test/support/records.ts';

const FILE = 'sows/SOW-7.yml';

let world: TestWorld;
let project: CiProject;

beforeEach(async () => {
  world = await startWorld();
  project = await createCiProject();
  await project.addSow('SOW-7');
  await procession('apply', FILE);
  world.forget();
});

afterEach(async () => {
  await project.close();
  await world.close();
});

async function procession(...args: readonly string[]): Promise<CliResult> {
  const env = { GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.bot.token };
  return await cli(args, { env, cwd: project.folder });
}

/** Changes lines of the SOW file. */
async function edit(...changes: readonly (readonly [RegExp, string])[]): Promise<void> {
  const before = await project.read(FILE);
  const after = changes.reduce((text, [from, to]) => text.replace(from, to), before);
  expect(after).not.toBe(before);
  await project.write(FILE, after);
}

const epicNotes = (rule: string): readonly string[] => {
  const [epic] = world.sandbox.world.epics;
  return world.sandbox.world.notes
    .filter(({ target, system }) => !system && target.kind === 'epic' && target.id === epic?.id)
    .map(({ body }) => body)
    .filter((body) => body.includes(rule));
};

const HOURS = [/scoped: \d+/, 'scoped: 480'] as const;
const CUSTOMER = [/name: Nordlicht.*/, 'name: Other Ltd'] as const;
const SIGNED = [/signed_on: .*/, 'signed_on: 2025-01-02'] as const;

describe('a SOW that has changed', () => {
  it('shows every changed field in plan and apply, and says on the epic once what does not follow', async () => {
    await edit(HOURS, [/end: 2026-12-22/, 'end: 2026-12-30']);

    const plan = await procession('plan', FILE);
    expect(plan.stdout).toMatch(/the SOW: hours\.scoped: \d+ → 480/);
    expect(plan.stdout).toMatch(/the SOW: dates\.end: \S+ → 2026-12-30/);
    const applied = await procession('apply', FILE);
    expect(applied.code).toBe(0);
    expect(applied.stdout).toMatch(/hours\.scoped: \d+ → 480/);
    const again = await procession('apply', FILE);

    expect(again.stdout).toContain('nothing to do');
    const [note, ...more] = epicNotes('sow-changed');
    expect(more).toEqual([]);
    expect(note).toContain('hours.scoped');
    expect(note).toMatch(/→ 480/);
  });

  it('never shows amounts', async () => {
    await edit(HOURS, [/rate: \d+/, 'rate: 31337']);

    const { stdout } = await procession('plan', FILE, '--json');
    await procession('apply', FILE);

    expect(stdout).not.toContain('31337');
    expect(JSON.stringify(world.sandbox.world)).not.toContain('31337');
  });

  it('asks the manager when the deal is not won any more, closes nothing, and takes nothing else over', async () => {
    await edit([/^stage: .*/m, 'stage: lost'], HOURS);

    const applied = await procession('apply', FILE);

    expect(applied.stdout).toContain('note on the epic: proposal:withdrawal:file');
    expect(epicNotes('sow-changed')).toEqual([]);
    const [epic] = world.sandbox.world.epics;
    expect(readable(epic?.description ?? '')).toContain('"scoped":');
    expect(readable(epic?.description ?? '')).not.toContain('"scoped":480');
    const [note] = epicNotes('proposal:withdrawal');
    expect(note).toMatch(/@mira \*\*The deal of SOW-7 is lost/);
    expect(world.sandbox.world.issues.every(({ state }) => state === 'opened')).toBe(true);
    expect((await procession('sweep')).code).toBe(0);
    expect((await procession('apply', FILE)).stdout).toContain('nothing to do');
    expect(epicNotes('proposal:withdrawal')).toHaveLength(1);
    await edit([/^stage: .*/m, 'stage: won']);
    await procession('apply', FILE);
    expect(epicNotes('proposal:withdrawal')).toEqual([expect.stringContaining('no longer asked for')]);
  });
});

describe('another SOW with the number of a running engagement', () => {
  it('is refused with what differs, says so on the epic once, and changes nothing else', async () => {
    await edit(CUSTOMER, SIGNED);
    const before = structuredClone(world.sandbox.world.epics);

    for (const command of ['plan', 'apply', 'apply']) {
      const { code, stderr } = await procession(command, FILE);
      expect(code).toBe(3);
      expect(stderr).toContain('customer.name');
      expect(stderr).toContain('sow.signed_on');
      expect(stderr).toContain('--same-engagement');
    }

    expect(world.sandbox.world.epics.map(({ description }) => description)).toEqual(
      before.map(({ description }) => description),
    );
    expect(epicNotes('other-sow')).toHaveLength(1);
  });

  it('is taken when somebody says that it is the same', async () => {
    await edit(CUSTOMER, SIGNED);

    const { code, stdout } = await procession('apply', FILE, '--same-engagement');

    expect(code).toBe(0);
    expect(stdout).toContain('customer.name');
    expect((await procession('apply', FILE)).stdout).toContain('nothing to do');
  });
});

describe('a second deal for one SOW', () => {
  it.each(['plan', 'apply'])('is refused by %s with 3, and the first is named', async (command) => {
    const { deal, ...rest } = aDealFile({ sow: { number: 'SOW-7' } });
    const write = async (key: string): Promise<void> =>
      await project.write(`deals/${key}.yml`, JSON.stringify({ deal: { ...Object(deal), key }, ...rest }));
    await write('DEAL-1');
    await write('DEAL-2');
    expect((await procession('apply', 'deals/DEAL-1.yml')).code).toBe(0);
    world.forget();

    const { code, stderr } = await procession(command, 'deals/DEAL-2.yml');

    expect(code).toBe(3);
    expect(stderr).toContain('SOW-7 is the SOW of DEAL-1 already');
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });
});

describe('--process on an engagement that runs by another one', () => {
  it.each(['plan', 'apply'])('%s ends with 3 and the reason', async (command) => {
    const { code, stderr } = await procession(command, FILE, '--process', 'quote-to-signoff');

    expect(code).toBe(3);
    expect(stderr).toContain('runs by the process delivery, not quote-to-signoff');
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('is no mistake when it is the same', async () => {
    expect((await procession('apply', FILE, '--process', 'delivery')).code).toBe(0);
  });
});

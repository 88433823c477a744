/** The commands of a migration: planned and grouped, written to a file, carried out as reviewed, undone. */
import { cp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { copyFirst } from '#test/support/first-version.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';

const FOLDER = 'issue_templates/delivery';
const QUOTE = 'issue_templates/quote-to-signoff';
const SHIPPED = join(import.meta.dirname, '../../..');

let world: TestWorld;
let project: CiProject;

beforeEach(async () => {
  world = await startWorld();
  project = await createCiProject({ process: true });
  for (const key of ['SOW-7', 'SOW-8']) {
    await project.addSow(key);
    await procession('apply', `sows/${key}.yml`);
  }
  await procession('freeze', 'delivery', '--bump');
});

afterEach(async () => {
  await project.close();
  await world.close();
});

async function procession(...args: readonly string[]): Promise<CliResult> {
  const env = { GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.bot.token };
  return await cli(args, { env, cwd: project.folder });
}

async function edit(file: string, from: string | RegExp, to: string): Promise<void> {
  await project.write(file, (await project.read(file)).replace(from, to));
}

/** Version 2: the kick-off is called otherwise. */
async function renamed(): Promise<void> {
  const files = (await readdir(join(project.folder, FOLDER))).filter((name) => /\.(?:md|yml)$/.test(name));
  for (const file of files) await edit(`${FOLDER}/${file}`, /\bkick-off\b/g, 'opening');
  await edit(`${FOLDER}/kick-off.md`, /^title: .*$/m, 'title: Opening');
  await rename(join(project.folder, FOLDER, 'kick-off.md'), join(project.folder, FOLDER, 'opening.md'));
}

async function mapped(): Promise<void> {
  await renamed();
  await project.write(
    `${FOLDER}/versions/1-to-2.yml`,
    'from: 1\nto: 2\nsteps:\n  kick-off: { becomes: opening }\n',
  );
  await procession('freeze', 'delivery');
}

describe('procession migrate', () => {
  it('plans, writes a file, carries it out as reviewed, and undoes it', async () => {
    await mapped();
    world.forget();

    const planned = await procession('migrate', 'delivery', '--to', '2', '--out', 'm.json');

    expect(planned.stdout).toContain('SOW-7 · version 1 → 2\n  ~ kick-off is opening\n');
    expect(planned.stdout).toContain('2 engagements: kick-off is opening\n');
    expect(planned.stdout).toContain('Would migrate 2 engagements to version 2.');
    expect(planned.code).toBe(0);
    expect(world.sandbox.ledger.writes()).toEqual([]);

    const done = await procession('migrate', 'm.json');
    expect(done.stdout).toBe('SOW-7: version 1 → 2\nSOW-8: version 1 → 2\nMigrated 2 engagements.\n');
    expect((await procession('versions', 'delivery', '--json')).stdout).toMatch(
      /"number": 2,[^]*"running": \[\s*"SOW-7",\s*"SOW-8"/,
    );
    expect((await procession('migrate', 'm.json')).stdout).toContain(
      'SOW-7: goes by version 2 already: nothing to do',
    );

    const back = await procession('migrate', 'delivery', '--back', 'SOW-8', '--out', 'back.json', '--json');
    expect(JSON.parse(back.stdout)).toMatchObject({
      kind: 'migration',
      to: null,
      engagements: [{ engagement: 'SOW-8', from: 2, to: 1, effects: ['opening is kick-off'] }],
    });
    expect((await procession('migrate', 'back.json')).stdout).toContain('SOW-8: version 2 → 1');
    const titles = world.sandbox.world.issues.map(({ title }) => title);
    expect(titles.filter((title) => title.includes('Opening'))).toHaveLength(1);
  });

  it('gives an engagement of a SOW the key of the deal that names it, and frees its number', async () => {
    await copyFirst('quote-to-signoff', join(project.folder, QUOTE));
    await project.addSow('SOW-9');
    await procession('apply', 'sows/SOW-9.yml', '--process', 'quote-to-signoff');
    await rm(join(project.folder, QUOTE), { recursive: true });
    await cp(join(SHIPPED, 'issue_templates/quote-to-signoff'), join(project.folder, QUOTE), {
      recursive: true,
    });
    const deal = await readFile(join(SHIPPED, 'deals/DEAL-88121.yml'), 'utf8');
    await project.write('deals/DEAL-88121.yml', deal);
    const plan = ['migrate', 'quote-to-signoff', '--to', '2', 'SOW-9'] as const;

    const unnamed = await procession(...plan);
    expect([unnamed.code, unnamed.stderr]).toEqual([
      3,
      expect.stringContaining('no file in deals/ names it as its SOW'),
    ]);
    const other = await procession(...plan, '--deal', 'deals/DEAL-88121.yml');
    expect([other.code, other.stderr]).toEqual([
      3,
      expect.stringContaining('DEAL-88121 names SOW-1042, not SOW-9'),
    ]);
    const delivery = await procession('migrate', 'quote-to-signoff', '--to', '2', 'SOW-7');
    expect([delivery.code, delivery.stderr]).toEqual([
      3,
      expect.stringContaining('SOW-7: it is no engagement of quote-to-signoff'),
    ]);

    await edit('deals/DEAL-88121.yml', 'number: SOW-1042', 'number: SOW-9');
    world.forget();
    const planned = await procession(...plan, '--out', 'm.json');
    expect(planned.stdout).toContain(
      '  ~ SOW-9 is DEAL-88121: labels, our lines and titles that nobody changed follow',
    );
    expect(planned.code).toBe(0);
    expect(world.sandbox.ledger.writes()).toEqual([]);

    await edit('deals/DEAL-88121.yml', /^ask: .*$/m, 'ask: Something else.');
    const stale = await procession('migrate', 'm.json');
    expect([stale.code, stale.stderr]).toEqual([3, expect.stringContaining('means something else by now')]);
    expect(world.sandbox.ledger.writes()).toEqual([]);

    await procession(...plan, '--out', 'm.json');
    expect(await procession('migrate', 'm.json')).toMatchObject({
      code: 0,
      stdout: 'SOW-9: version 1 → 2; is DEAL-88121\nMigrated 1 engagement.\n',
    });
    expect((await procession('migrate', 'm.json')).stdout).toContain(
      'SOW-9: is DEAL-88121 already: nothing to do',
    );
    expect((await procession(...plan)).stdout).toContain('1 engagement there already');
    expect((await procession('apply', 'sows/SOW-9.yml')).stdout).toContain('create epic: SOW-9');
    expect((await procession('check')).code).toBe(0);
  });

  it('offers a mended text: planned line by line, carried out for one, the other keeps its words until it is frozen', async () => {
    await edit(`${FOLDER}/process.yml`, /^version: 2\n/m, 'version: 1\n');
    await edit(`${FOLDER}/kick-off.md`, /^\{\{#kept\.facts\}\}$/m, '{{#kept.facts}}\nMended words.');
    const bodies = (): readonly string[] =>
      world.sandbox.world.issues
        .map(({ description }) => description)
        .filter((text) => text.includes('Mended words.'));
    await procession('sweep');
    expect(bodies()).toEqual([]);

    const planned = await procession('migrate', 'delivery', '--texts', 'SOW-7', '--out', 't.json');
    expect(planned.stdout).toContain('SOW-7 · newer texts of version 1\n');
    expect(planned.stdout).toContain('section facts: worded anew\n      + Mended words.\n');
    expect(planned.stdout).toContain('Would migrate 1 engagement to newer texts.');
    expect((await procession('migrate', 't.json')).stdout).toContain('SOW-7: newer texts of version 1\n');
    expect(bodies()).toHaveLength(1);
    const { stdout } = await procession('versions', 'delivery');
    expect(stdout).toContain('with older texts: SOW-8');
    expect(stdout).toMatch(/rules [0-9a-f]{16}, texts [0-9a-f]{16}/);

    expect((await procession('freeze', 'delivery')).code).toBe(0);
    await procession('sweep');
    expect(bodies()).toHaveLength(2);
  });

  it('names the steps that nobody said anything about, and the file to write', async () => {
    await renamed();
    await procession('freeze', 'delivery');

    const { code, stderr } = await procession('migrate', 'delivery', '--to', '2', 'SOW-7');

    expect(code).toBe(3);
    expect(stderr).toContain(
      'SOW-7: version 2 has no kick-off, and nothing says what becomes of it. Fix: Write issue_templates/delivery/versions/1-to-2.yml',
    );
  });

  it('plans a draft, and does not carry it out', async () => {
    await mapped();
    await rm(join(project.folder, FOLDER, 'versions/2'), { recursive: true });
    await procession('migrate', 'delivery', '--to', '2', '--out', 'm.json');
    world.forget();

    const { code, stderr } = await procession('migrate', 'm.json');

    expect(code).toBe(3);
    expect(stderr).toContain('version 2 of delivery is a draft');
    expect(world.sandbox.ledger.writes()).toEqual([]);
  });

  it('refuses a mapping with problems, with file, line and fix', async () => {
    await mapped();
    await edit(`${FOLDER}/versions/1-to-2.yml`, 'opening', 'openning');

    const { code, stderr } = await procession('migrate', 'delivery', '--to', '2');

    expect(code).toBe(2);
    expect(stderr).toContain(
      `${FOLDER}/versions/1-to-2.yml:4 steps.kick-off.becomes: version 2 has no step openning. Fix: Did you mean "opening"?`,
    );
  });

  it('says what is wrong with the words', async () => {
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [['delivery'], 'Say where to: --to <n> for a version, --texts'],
      [['delivery', '--to', 'two'], '--to: expected the number of a version, got "two"'],
      [['delivery', '--to', '2', '--back'], 'Say where to'],
      [['SOW-7', '--to', '2'], 'Name the process first'],
      [['delivery', '--to', '2', '--dry-run'], '--dry-run belongs to procession migrate tier'],
      [['m.json', 'SOW-7'], 'A planned migration is carried out whole'],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr } = await procession('migrate', ...args);
      expect(code).not.toBe(0);
      expect(stderr).toContain(message);
    }
  });
});

/** docs/process-versions.md: an author who has nothing but this page changes a process, and both engagements end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillIn } from '#demo/do-step.ts';
import { evidenceFor } from '#domain/assess/assess.ts';
import { parseMarker } from '#domain/text/marker.ts';
import type { Issue } from '#sandbox/world.ts';
import { loadProcessStore } from '#templates/process-store.ts';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { sampleSow } from '#test/support/engagement.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';
import { recipe } from '#test/support/recipes.ts';

const PAGE = 'docs/process-versions.md';
const FOLDER = 'issue_templates/delivery';

let world: TestWorld;
let project: CiProject;

beforeEach(async () => {
  world = await startWorld();
  project = await createCiProject({ process: true });
  for (const key of ['SOW-7', 'SOW-8']) {
    await project.addSow(key);
    await procession('apply', `sows/${key}.yml`);
  }
});

afterEach(async () => {
  await project.close();
  await world.close();
});

async function procession(...args: readonly string[]): Promise<CliResult> {
  const env = { GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.bot.token };
  return await cli(args, { env, cwd: project.folder });
}

async function replace(file: string, ...pairs: readonly (readonly [RegExp, string])[]): Promise<void> {
  const text = await project.read(file);
  await project.write(
    file,
    pairs.reduce((now, [from, to]) => now.replace(from, to), text),
  );
}

/** What the author writes, by what the page says of the file. */
const EDITS: Readonly<Record<string, () => Promise<void>>> = {
  'intake-cloud.md': async () =>
    await replace(`${FOLDER}/intake-cloud.md`, [/^title: .*$/m, 'title: Cloud intake']),
  'design-review.md': async () =>
    await project.write(`${FOLDER}/design-review.md`, await recipe(PAGE, 'markdown', 'Design review')),
  'project-summary.md': async () =>
    await replace(`${FOLDER}/project-summary.md`, [
      /^after: \[intake-aws, intake-on-prem/m,
      'after: [design-review',
    ]),
  'process.yml': async () =>
    await replace(`${FOLDER}/process.yml`, [
      /- intake-aws\n {2}- intake-on-prem/,
      '- intake-cloud\n  - intake-on-prem\n  - design-review',
    ]),
  '1-to-2.yml': async () =>
    await project.write(`${FOLDER}/versions/1-to-2.yml`, await recipe(PAGE, 'yaml', '# issue_templates')),
};

function issuesOf(key: string): readonly Issue[] {
  return world.sandbox.world.issues.filter(({ description }) => parseMarker(description)?.engagement === key);
}

/** Does what is open and ready, step after step, as diligent people would. */
async function toTheEnd(key: string): Promise<void> {
  const store = await loadProcessStore(`${project.folder}/issue_templates`);
  const sow = await sampleSow('SOW-1042');
  const definitions = [1, 2].map((version) => store.find('delivery', null, { version, rules: null }));
  for (let round = 0; round < 30; round += 1) {
    const ready = issuesOf(key).filter(
      ({ state, labelIds }) =>
        state === 'opened' &&
        labelIds.some(
          (id) => world.sandbox.world.labels.find((label) => label.id === id)?.name === 'workflow::ready',
        ),
    );
    if (ready.length === 0) return;
    for (const issue of ready) {
      const id = parseMarker(issue.description)?.step ?? '';
      const step = definitions.flatMap((one) => one?.steps.filter((known) => known.id === id) ?? [])[0];
      if (step === undefined || step.until !== undefined) continue;
      const user = world.sandbox.user(step.owner === 'manager' ? 'mira' : 'eli');
      fillIn(world.sandbox.operations, user, issue, evidenceFor(step, sow));
      world.sandbox.operations.updateIssue(user, issue, { stateEvent: 'close' });
    }
    const { code, stderr } = await procession('apply', key);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    if (world.sandbox.world.epics.every(({ state, title }) => !title.includes(key) || state === 'closed'))
      return;
  }
}

describe('the walk of docs/process-versions.md', () => {
  it('adds a step, renames another, migrates one engagement, leaves the other, and both end', async () => {
    const lines = (await recipe(PAGE, 'sh', '--to 2 SOW-7 --out m.json', 1)).trim().split('\n');
    const told = new Map<string, CliResult>();
    for (const line of lines) {
      const [command = '', ...args] = line.replace(/\s*#.*/, '').split(' ');
      if (command === '$EDITOR') await EDITS[args[0]?.split('/').at(-1) ?? '']?.();
      else if (command === 'git') await project.git(...args);
      else {
        told.set(args.join(' '), await procession(...args));
      }
    }

    expect([...told].filter(([, { code }]) => code !== 0)).toEqual([]);
    expect(told.get('migrate delivery --to 2')?.stdout).toContain(
      '2 engagements: + Design review, intake-aws is intake-cloud',
    );
    expect(told.get('migrate m.json')?.stdout).toContain('SOW-7: version 1 → 2');
    const steps = (key: string) => issuesOf(key).map(({ description }) => parseMarker(description)?.step);
    expect(steps('SOW-7')).toEqual(expect.arrayContaining(['design-review', 'intake-cloud']));
    expect(steps('SOW-8')).toContain('intake-aws');
    expect(steps('SOW-8')).not.toContain('design-review');

    for (const key of ['SOW-7', 'SOW-8']) await toTheEnd(key);

    expect(world.sandbox.world.epics.map(({ state }) => state)).toEqual(['closed', 'closed']);
    expect(world.sandbox.world.issues.filter(({ state }) => state === 'opened')).toEqual([]);
  }, 240_000);
});

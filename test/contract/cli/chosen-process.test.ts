/** Which process a SOW starts: chosen by conditions in the settings, the same for everybody who launches, and kept. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '#config/load-config.ts';
import { type CiProject, createCiProject, SETTINGS } from '#test/support/ci-project.ts';
import { type CliResult, cli } from '#test/support/cli.ts';
import { realProcess, sampleSow, startEngagement, storeOf } from '#test/support/engagement.ts';
import { startWorld, type TestWorld } from '#test/support/gitlab-world.ts';
import { aDelivery, aStore, startWorker } from '#test/support/service.ts';

const CHOICE = 'processes: [{ when: { type: sku, deployment: none }, process: training }]\n';
const COURSE = join(import.meta.dirname, '../../../sows/SOW-1044.yml');

let world: TestWorld;
let project: CiProject;

beforeEach(async () => {
  world = await startWorld({ now: () => new Date('2026-11-26T10:00:00Z') });
  project = await createCiProject();
  await project.write('procession.yml', `${SETTINGS}${CHOICE}`);
  await project.write('sows/SOW-1044.yml', await readFile(COURSE, 'utf8'));
  await project.addSow('SOW-7');
  await project.commit();
});

afterEach(async () => {
  await project.close();
  await world.close();
});

async function procession(...args: readonly string[]): Promise<CliResult> {
  const env = { GITLAB_URL: world.url, GITLAB_TOKEN: world.seed.bot.token };
  return await cli(args, { env, cwd: project.folder });
}

const processLabels = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    world.sandbox.world.epics.map(({ title, labelIds }) => [
      title.split(' ')[0],
      labelIds
        .map((id) => world.sandbox.world.labels.find((label) => label.id === id)?.name ?? '')
        .filter((name) => name.startsWith('process::'))
        .join(),
    ]),
  );

describe('a SOW that meets a condition', () => {
  it('is planned and applied by the process of it, and any other by the usual one', async () => {
    for (const where of [[], ['--offline']]) {
      const { stdout } = await procession('plan', 'sows/SOW-1044.yml', ...where);
      expect(stdout).toContain('SOW-1044 · Training');
      expect(stdout).not.toContain('Weekly');
    }
    const { stdout } = await procession('plan', 'sows/SOW-1044.yml', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ process: 'training', profile: null });

    await procession('apply', 'sows/SOW-1044.yml', 'sows/SOW-7.yml');

    expect(processLabels()).toEqual({ 'SOW-1044': 'process::training', 'SOW-7': 'process::delivery' });
    expect(await procession('check')).toMatchObject({ code: 0 });
  });

  it('is launched by it when a sweep finds that nobody has launched it', async () => {
    expect(await procession('sweep', '--launch')).toMatchObject({ code: 0 });

    expect(processLabels()).toEqual({ 'SOW-1044': 'process::training', 'SOW-7': 'process::delivery' });
  });

  it('runs by the process that somebody names for it', async () => {
    await procession('apply', 'sows/SOW-1044.yml', '--process', 'delivery');

    expect(processLabels()).toEqual({ 'SOW-1044': 'process::delivery' });
  });

  it('keeps its process when SOW and settings say something else later', async () => {
    await procession('apply', 'sows/SOW-1044.yml');
    const text = await project.read('sows/SOW-1044.yml');
    await project.write('sows/SOW-1044.yml', text.replace('type: sku', 'type: fixed'));
    await project.write('procession.yml', SETTINGS);

    const { stdout } = await procession('plan', 'sows/SOW-1044.yml');
    await procession('apply', 'sows/SOW-1044.yml');
    await procession('sweep');

    expect(stdout).toContain('SOW-1044 · Training');
    expect(processLabels()).toEqual({ 'SOW-1044': 'process::training' });
  });

  it('gets the labels of its process from setup', async () => {
    await procession('setup');

    const names = world.sandbox.world.labels.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['step::roster', 'step::kick-off', 'process::training']));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a SOW from the CRM that meets a condition', () => {
  it('is launched by the process of it', async () => {
    const sow = await sampleSow('SOW-1044');
    const [delivery, training] = await Promise.all([realProcess('delivery'), realProcess('training')]);
    const { launch } = loadConfig({ PROCESSION_CONFIG: join(project.folder, 'procession.yml') });
    const engagement = await startEngagement({ sow, now: () => new Date(), settings: { launch } });
    const { store, remove } = await aStore();
    const worker = startWorker({ ...engagement.deps, processes: storeOf(delivery, training) }, store);

    await store.put(aDelivery({ source: 'crm', kind: 'sow', dedupeKey: 'deal-1', payload: sow }));
    await worker.quiet();

    const titles = engagement.sandbox.world.issues.map(({ title }) => title);
    expect(titles).toContainEqual(expect.stringContaining('Roster after the class'));
    expect(titles).toHaveLength(training.steps.length);
    await worker.stop();
    await store.close();
    await remove();
    await engagement.close();
  });
});

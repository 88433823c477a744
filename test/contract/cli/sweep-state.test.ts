/** What `sweep --state` says of its file. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command as sweepCommand } from '#cli/commands/sweep.ts';
import { emptyGitLab } from '#cli/targets/offline-gitlab.ts';
import { UNSEALED } from '#domain/record/line.ts';
import { SILENT } from '#ports/logger.ts';
import type { ReconcileDeps } from '#reconciler/loop/deps.ts';
import { someSettings } from '#test/support/builders.ts';
import { type CiProject, createCiProject } from '#test/support/ci-project.ts';
import { type CliResult, runCommand } from '#test/support/cli.ts';

let project: CiProject;
let reads = 0;
/** What happens while GitLab is read. */
let meanwhile: () => Promise<unknown>;

beforeEach(async () => {
  project = await createCiProject();
  reads = 0;
  meanwhile = async () => null;
});
afterEach(async () => await project.close());

const deps: ReconcileDeps = {
  gitlab: {
    ...emptyGitLab(),
    readAll: async () => {
      reads += 1;
      await meanwhile();
      return [];
    },
  },
  processes: { ids: ['sample'], fingerprint: 'test', find: () => null },
  settings: someSettings(),
  seal: UNSEALED,
  logger: SILENT,
  clock: { now: () => '2026-11-23T12:00:00.000Z' },
};

async function swept(file: string, changes: Parameters<typeof runCommand>[3] = {}): Promise<CliResult> {
  return await runCommand(sweepCommand, ['--state', join(project.folder, file)], deps, changes);
}

describe('procession sweep --state', () => {
  it('refuses a folder, and a place where nothing can be made, before it reads GitLab', async () => {
    await project.write('a-file', 'x');
    const proc = await runCommand(sweepCommand, ['--state', '/proc/nope/deep/sweep.json'], deps);

    for (const { code, stderr } of [await swept('.'), await swept('a-file/sweep.json'), proc]) {
      expect(code).toBe(3);
      expect(stderr).toContain('cannot be written');
    }
    expect(reads).toBe(0);
  });

  it('makes the folders of its file', async () => {
    expect((await swept('a/b/sweep.json')).code).toBe(0);
    expect(await project.read('a/b/sweep.json')).toContain('lastSuccess');
  });

  it('says that the sweep is done when only its memory is lost', async () => {
    meanwhile = async () => await mkdir(join(project.folder, 'sweep.json'));

    const { code, stdout, stderr } = await swept('sweep.json');

    expect(code).toBe(3);
    expect(stdout).toContain('Sweep: 0 engagements');
    expect(stderr).toContain('The sweep is done, but what it saw could not be remembered');
    expect(stderr).not.toContain('nothing was changed');
  });

  it('says why it looks at everything', async () => {
    expect((await swept('sweep.json')).stdout).toContain('In full: there was no state file yet.');
    expect((await swept('sweep.json')).stdout).not.toContain('In full');
    const place = { url: 'https://gitlab.test', group: 'other', project: 'other/engagements' };
    expect((await swept('sweep.json', { place: () => place })).stdout).toContain('or another group');
    const clock = { now: () => '2026-11-24T11:59:00.000Z' };
    expect((await swept('sweep.json', { clock, place: () => place })).stdout).toContain(
      'In full: once a day.',
    );
    for (const damaged of ['', '{"version":1']) {
      await project.write('sweep.json', damaged);
      expect((await swept('sweep.json')).stdout).toContain('In full: the state file is empty or damaged.');
    }
    await rm(join(project.folder, 'sweep.json'));
    expect((await swept('sweep.json')).stdout).toContain('no state file yet');
  });

  it('takes no engagement of another place for one that is missing here', async () => {
    await swept('sweep.json');
    const memory = JSON.parse(await project.read('sweep.json'));
    await project.write('sweep.json', JSON.stringify({ ...memory, seen: ['SOW-1042'] }));
    const place = { url: 'https://gitlab.test', group: 'other', project: 'other/engagements' };

    const { code, stderr } = await swept('sweep.json', { place: () => place });

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

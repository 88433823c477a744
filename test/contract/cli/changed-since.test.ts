/** What git is asked for `--changed-since`: a word that is no commit never means that nothing changed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { changedFiles } from '#git/changed-files.ts';
import { type CiProject, ciProjectOfTest, createCiProject } from '#test/support/ci-project.ts';

describe('--changed-since', () => {
  let team: CiProject;
  beforeAll(async () => {
    team = await createCiProject({ process: true });
    await team.addSow('SOW-7');
    await team.commit();
    await team.write('sows/SOW-7.yml', 'changed, and not committed');
  });
  afterAll(async () => await team.close());

  it.each(['HEAD..HEAD', 'HEAD...HEAD', 'HEAD~1..HEAD', 'HEAD^{tree}..HEAD', 'HEAD..HEAD~1'])(
    'is refused or tells what the working folder has for %s',
    async (since) => {
      const told = await changedFiles(team.folder, since).catch(() => 'refused');
      expect(told).toBe('refused');
    },
  );
  it.each([
    'HEAD:sows',
    'HEAD^{tree}',
    '--output=x',
    '-1',
    'HEAD\n--',
    'HEAD^@',
    'HEAD^-',
    'HEAD^{tree',
    '',
    ' ',
    'HEAD^2',
    ':/x',
    '00000000x',
    'main@{u}',
    '.',
    '..',
  ])('is refused for %j', async (since) => {
    const told = await changedFiles(team.folder, since).catch(() => 'refused');
    expect(told).toBe('refused');
  });
  it('is refused outside a repository, in .git, in a bare one, in a shallow one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'no-git-'));
    onTestFinished(async () => await rm(folder, { recursive: true }));
    await expect(changedFiles(folder, 'HEAD')).rejects.toThrow(/It cannot be told what changed/);
    const own = await ciProjectOfTest();
    const first = await own.git('rev-parse', 'HEAD');
    await own.commit();
    await expect(changedFiles(join(own.folder, '.git'), 'HEAD')).rejects.toThrow(
      /It cannot be told what changed/,
    );
    await own.git('clone', '--quiet', '--bare', '.', join(folder, 'bare'));
    await expect(changedFiles(join(folder, 'bare'), 'HEAD')).rejects.toThrow(
      /It cannot be told what changed/,
    );
    await own.git('clone', '--quiet', '--depth', '1', `file://${own.folder}`, join(folder, 'shallow'));
    await expect(changedFiles(join(folder, 'shallow'), first)).rejects.toThrow(/shallow/);
    await expect(changedFiles(join(folder, 'shallow'), 'HEAD~1')).rejects.toThrow(/shallow/);
  });
  it('tells names with line breaks and tabs', async () => {
    const own = await ciProjectOfTest();
    await own.write('sows/a\nb\t"c.yml', 'x');
    await own.commit();
    expect(await changedFiles(own.folder, 'HEAD~1')).toEqual([{ path: 'sows/a\nb\t"c.yml', exists: true }]);
  });
});

/** Settings and processes of the engagements project, fetched from its default branch: what the team judges by. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Environment } from '#config/environment.ts';
import { loadConfig } from '#config/load-config.ts';
import type { Repository } from '#gitlab/engagement/repository.ts';

const SETTINGS = 'procession.yml';

/**
 * Uses a folder with `procession.yml` and the processes of a repository, which is removed afterwards. What the repository
 * does not have is as in an empty folder: the settings of the environment, the processes that come with Procession.
 */
export async function withDefinitions<T>(
  repository: Repository,
  env: Environment,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'procession-definitions-'));
  try {
    await fetchFile(repository, SETTINGS, folder);
    const { templates } = loadConfig(env, { folder });
    const wanted = (await repository.list(templates)).filter(isDefinition);
    await Promise.all(wanted.map(async (path) => await fetchFile(repository, path, folder)));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Cases of a process decide nothing. */
function isDefinition(path: string): boolean {
  return /\.(?:md|yml)$/.test(path) && !path.split('/').includes('tests');
}

async function fetchFile(repository: Repository, path: string, folder: string): Promise<void> {
  const target = join(folder, path);
  // A repository cannot hold such a path; an answer could.
  if (relative(folder, target).startsWith('..')) return;
  const text = await repository.read(path);
  if (text === null) return;
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text);
}
